//! Which conversations does the beginning of an id fit?

use std::collections::BTreeMap;

use super::earliest::Earliest;
use crate::event::{Event, EventKind, Fold, IdCondition, Needle, UnixNano};

/// Hears every event, and notes the conversations whose id is wanted. Where none is, it notes none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrefixedConversations {
    wanted: Option<IdCondition>,
    found: BTreeMap<String, Found>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Found {
    first: Earliest<()>,
    first_prompt: Earliest<String>,
}

/// A conversation that the beginning of an id may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// `conversation.id`.
    pub id: String,
    /// Time of its first event.
    pub start: Option<UnixNano>,
    /// Its first prompt that is not redacted.
    pub first_prompt: Option<String>,
}

/// What the id, or the beginning of one, means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meant {
    /// It leaves no choice: one conversation, or none, or whichever where none is wanted.
    One,
    /// Several begin so, and it is the whole id of one of them: that one.
    Whole {
        /// `conversation.id`.
        id: String,
        /// All that begin so, by id.
        candidates: Vec<Candidate>,
    },
    /// Any of several, by id.
    Several(Vec<Candidate>),
}

impl PrefixedConversations {
    /// Notes the conversations whose id is `wanted`.
    #[must_use]
    pub fn new(wanted: Option<IdCondition>) -> Self {
        Self { wanted, found: BTreeMap::new() }
    }

    /// Whether an event of that conversation was heard.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.found.contains_key(id)
    }

    /// Whether the conversation of that id, or events of none, may be what is meant, as far as was heard: of several
    /// only the one whose whole id was given.
    #[must_use]
    pub fn may_be(&self, id: Option<&str>) -> bool {
        let is_whole = |wanted: &IdCondition| id.is_some_and(|id| id.eq_ignore_ascii_case(wanted.text()));
        self.found.len() < 2 || self.wanted.as_ref().is_none_or(is_whole)
    }

    /// Which of the conversations is meant.
    #[must_use]
    pub fn settle(self) -> Meant {
        let candidates: Vec<Candidate> = (self.found.into_iter())
            .map(|(id, found)| Candidate {
                id,
                start: found.first.with_order().and_then(|(order, ())| order.time()),
                first_prompt: found.first_prompt.into_inner(),
            })
            .collect();
        if candidates.len() <= 1 {
            return Meant::One;
        }
        let wanted = self.wanted.as_ref().map_or("", IdCondition::text);
        let mut whole = candidates.iter().filter(|candidate| candidate.id.eq_ignore_ascii_case(wanted));
        // Two may differ in letter case alone.
        match (whole.next(), whole.next()) {
            (Some(one), None) => Meant::Whole { id: one.id.clone(), candidates },
            _ => Meant::Several(candidates),
        }
    }
}

impl Fold for PrefixedConversations {
    fn fresh(&self) -> Self {
        Self::new(self.wanted.clone())
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        self.wanted
            .as_ref()
            .map_or_else(|| Some(Vec::new()), |wanted| Some(vec![Needle::of_text(wanted.text(), true)?]))
    }

    fn is_about(&self, _: &str, _: Option<&str>) -> bool {
        self.wanted.is_some()
    }

    fn add(&mut self, event: &Event<'_>) {
        let Some(wanted) = &self.wanted else { return };
        let Some(id) = event.conversation_id().filter(|id| wanted.fits(id)) else { return };
        if !self.found.contains_key(id) {
            self.found.insert(id.to_owned(), Found::default());
        }
        if let Some(found) = self.found.get_mut(id) {
            let order = event.order();
            found.first.offer(order, || ());
            if let EventKind::UserPrompt(prompt) = event.kind() {
                found.first_prompt.offer_text(order, prompt.prompt);
            }
        }
    }

    fn join(&mut self, later: Self) {
        for (id, found) in later.found {
            let into = self.found.entry(id).or_default();
            into.first.join(found.first);
            into.first_prompt.join(found.first_prompt);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_several_begin_so_only_one_with_the_whole_id_may_be_meant() {
        let heard = |ids: &[&str]| PrefixedConversations {
            wanted: Some(IdCondition::BeginsWith("abc".into())),
            found: ids.iter().map(|id| ((*id).to_owned(), Found::default())).collect(),
        };
        assert!(heard(&["abcd"]).may_be(Some("abcd")));
        let several = heard(&["abcd", "abce"]);
        assert_eq!(["abcd", "abc", "ABC"].map(|id| several.may_be(Some(id))), [false, true, true]);
    }
}
