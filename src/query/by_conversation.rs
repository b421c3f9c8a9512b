//! Something kept for each conversation, found quickly for neighbours in the input, which share one as a rule.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

/// One `T` a conversation; `None` stands for the records of none.
#[derive(Clone, Debug)]
pub(super) struct ByConversation<T> {
    places: HashMap<Option<Box<str>>, usize, RandomState>,
    kept: Vec<(Option<Box<str>>, T)>,
    /// The place that was asked for last.
    last: usize,
}

impl<T> Default for ByConversation<T> {
    fn default() -> Self {
        Self { places: HashMap::default(), kept: Vec::new(), last: 0 }
    }
}

impl<T: Default> ByConversation<T> {
    /// What is kept for the conversation.
    pub(super) fn of(&mut self, id: Option<&str>) -> &mut T {
        if self.kept.get(self.last).is_none_or(|(last, _)| last.as_deref() != id) {
            let owned: Option<Box<str>> = id.map(Into::into);
            self.last = match self.places.get(&owned) {
                Some(place) => *place,
                None => {
                    self.places.insert(owned.clone(), self.kept.len());
                    self.kept.push((owned, T::default()));
                    self.kept.len() - 1
                }
            };
        }
        &mut self.kept[self.last].1
    }

    /// Takes in what was kept of a later part of the input.
    pub(super) fn join(&mut self, later: Self, join: impl Fn(&mut T, T)) {
        for (id, kept) in later.kept {
            if self.places.contains_key(&id) {
                join(self.of(id.as_deref()), kept);
            } else {
                self.places.insert(id.clone(), self.kept.len());
                self.kept.push((id, kept));
            }
        }
    }

    /// Everything, by id.
    pub(super) fn into_sorted(self) -> BTreeMap<Option<String>, T> {
        self.kept.into_iter().map(|(id, kept)| (id.map(String::from), kept)).collect()
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
            [(None, vec![2]), (Some("a".to_owned()), vec![1, 3, 5]), (Some("b".to_owned()), vec![4])]
        );
    }
}
