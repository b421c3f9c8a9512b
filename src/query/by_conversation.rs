//! Something kept for each conversation, found quickly for neighbours in the input, which share one as a rule.

use std::hash::Hash;

use foldhash::fast::RandomState;
use indexmap::{Equivalent, IndexMap};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

/// One `T` a conversation; `None` stands for the records of none.
#[derive(Clone, Debug)]
pub(super) struct ByConversation<T> {
    /// Boxed, so that joining two parts of the input moves no more than pointers.
    kept: IndexMap<Option<Box<str>>, Box<T>, RandomState>,
    /// The place that was asked for last.
    last: usize,
}

/// A conversation's id, to look it up by.
#[derive(Hash)]
struct Id<'a>(Option<&'a str>);

impl Equivalent<Option<Box<str>>> for Id<'_> {
    fn equivalent(&self, key: &Option<Box<str>>) -> bool {
        self.0 == key.as_deref()
    }
}

impl<T> Default for ByConversation<T> {
    fn default() -> Self {
        Self { kept: IndexMap::default(), last: 0 }
    }
}

impl<T: Default> ByConversation<T> {
    /// What is kept for the conversation.
    pub(super) fn of(&mut self, id: Option<&str>) -> &mut T {
        if self.kept.get_index(self.last).is_none_or(|(last, _)| last.as_deref() != id) {
            self.last = match self.kept.get_index_of(&Id(id)) {
                Some(place) => place,
                None => self.kept.insert_full(id.map(Into::into), Box::default()).0,
            };
        }
        &mut self.kept[self.last]
    }

    /// Takes in what was kept of a later part of the input.
    pub(super) fn join(&mut self, later: Self, join: impl Fn(&mut T, T)) {
        use indexmap::map::Entry;
        for (id, kept) in later.kept {
            match self.kept.entry(id) {
                Entry::Occupied(mut entry) => join(entry.get_mut(), *kept),
                Entry::Vacant(entry) => drop(entry.insert(kept)),
            }
        }
    }

    /// Everything, in no order, on every core.
    pub(super) fn into_par_iter(self) -> impl ParallelIterator<Item = (Option<Box<str>>, Box<T>)>
    where
        T: Send,
    {
        self.kept.into_par_iter()
    }

    /// Everything, by id.
    pub(super) fn into_sorted(self) -> Vec<(Option<String>, Box<T>)>
    where
        T: Send,
    {
        let mut all: Vec<_> = self.kept.into_iter().collect();
        all.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        all.into_iter().map(|(id, kept)| (id.map(String::from), kept)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::ByConversation;

    #[test]
    fn each_conversation_has_its_own_and_joining_keeps_both_sides() {
        let mut earlier = ByConversation::<Vec<u8>>::default();
        earlier.of(Some("a")).push(1);
        earlier.of(None).push(2);
        earlier.of(Some("a")).push(3);
        let mut later = ByConversation::<Vec<u8>>::default();
        later.of(Some("b")).push(4);
        later.of(Some("a")).push(5);
        earlier.join(later, Extend::extend);
        let all: Vec<_> = earlier.into_sorted().into_iter().collect();
        assert_eq!(
            all,
            [
                (None, Box::new(vec![2])),
                (Some("a".to_owned()), Box::new(vec![1, 3, 5])),
                (Some("b".to_owned()), Box::new(vec![4]))
            ]
        );
    }
}
