//! Texts that many conversations have in common, such as the name of a model, kept once.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

/// A text that others may share. As small as one pointer, because a conversation has a dozen of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SharedText(Arc<String>);

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

/// The texts that are shared, on all threads that hear the same question.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedTexts(Arc<Mutex<HashSet<SharedText, RandomState>>>);

/// More texts than this are not shared any more, nor longer ones: whoever writes the input may make up as many as they
/// like.
const MOST_TEXTS: usize = 4_096;
const MOST_BYTES: usize = 256;

impl SharedTexts {
    /// The text, shared with whoever asked for the same one.
    pub(super) fn of(&self, text: &str) -> SharedText {
        let new = || SharedText(Arc::new(text.to_owned()));
        if text.len() > MOST_BYTES {
            return new();
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(text) {
            return known.clone();
        }
        let new = new();
        if known.len() < MOST_TEXTS {
            known.insert(new.clone());
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, MOST_BYTES, MOST_TEXTS, SharedTexts};

    #[test]
    fn the_same_text_is_kept_once_on_every_thread() {
        let texts = SharedTexts::default();
        let (one, other) = (texts.of("gpt"), texts.clone().of("gpt"));
        assert_eq!(&*one, "gpt");
        assert!(Arc::ptr_eq(&one.0, &other.0));
    }

    #[test]
    fn no_input_makes_it_keep_more_than_so_much() {
        let texts = SharedTexts::default();
        let long = "x".repeat(MOST_BYTES + 1);
        assert_eq!(&*texts.of(&long), long);
        for number in 0..2 * MOST_TEXTS {
            assert_eq!(*texts.of(&number.to_string()), number.to_string());
        }
        assert_eq!(texts.0.lock().expect("nobody panicked").len(), MOST_TEXTS);
    }
}
