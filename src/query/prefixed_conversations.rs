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

impl PrefixedConversations {
    /// Notes the conversations whose id is `wanted`.
    #[must_use]
    pub fn new(wanted: Option<IdCondition>) -> Self {
        Self { wanted, found: BTreeMap::new() }
    }

    /// The conversations, by id.
    #[must_use]
    pub fn settle(self) -> Vec<Candidate> {
        (self.found.into_iter())
            .map(|(id, found)| Candidate {
                id,
                start: found.first.with_order().and_then(|(order, ())| order.time()),
                first_prompt: found.first_prompt.into_inner(),
            })
            .collect()
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
