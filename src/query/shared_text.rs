//! Texts that many conversations have in common, such as the name of a model, kept once.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use foldhash::fast::RandomState;

/// A text that others may share. As small as one pointer, because a conversation has a dozen of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SharedText(Arc<String>);

thread_local! {
    /// Each thread shares its own: to count who has a text in common takes long where several count at once.
    static KNOWN: RefCell<HashSet<SharedText, RandomState>> = RefCell::default();
}

/// More texts than this are not shared any more, nor longer ones: whoever writes the input may make up as many as they
/// like.
const MOST_TEXTS: usize = 4_096;
const MOST_BYTES: usize = 256;

impl SharedText {
    /// The text, shared with whoever asked for the same one on this thread.
    pub(super) fn of(text: &str) -> Self {
        let new = || Self(Arc::new(text.to_owned()));
        if text.len() > MOST_BYTES {
            return new();
        }
        KNOWN.with_borrow_mut(|known| {
            if let Some(known) = known.get(text) {
                return known.clone();
            }
            let new = new();
            if known.len() < MOST_TEXTS {
                known.insert(new.clone());
            }
            new
        })
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for SharedText {
    fn borrow(&self) -> &str {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, HashSet, KNOWN, MOST_BYTES, MOST_TEXTS, SharedText};

    #[test]
    fn the_same_text_is_kept_once() {
        let (one, other) = (SharedText::of("gpt"), SharedText::of("gpt"));
        assert_eq!(&*one, "gpt");
        assert!(Arc::ptr_eq(&one.0, &other.0));
    }

    #[test]
    fn no_input_makes_it_keep_more_than_so_much() {
        let long = "x".repeat(MOST_BYTES + 1);
        assert_eq!(&*SharedText::of(&long), long);
        for number in 0..2 * MOST_TEXTS {
            assert_eq!(*SharedText::of(&number.to_string()), number.to_string());
        }
        assert_eq!(KNOWN.with_borrow(HashSet::len), MOST_TEXTS);
    }
}
