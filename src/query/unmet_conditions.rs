//! Which conditions of a filter does no event of the input meet, and what is there instead?

use std::collections::BTreeSet;

use crate::event::{Event, EventFilter, Fold, Key, Needle};

/// Notes whether an event was heard that the filter admits: then all of its conditions are met. And how many of them say
/// nothing that can be counted.
#[derive(Clone, Debug, Default)]
pub struct Admitted {
    filter: EventFilter,
    /// Whether there was one among the events that were heard.
    pub any: bool,
    /// Those that lack their name, see [`Event::lacks_its_name`].
    pub nameless_events: u64,
}

impl Admitted {
    /// Has heard none yet.
    #[must_use]
    pub fn new(filter: EventFilter) -> Self {
        Self { filter, any: false, nameless_events: 0 }
    }
}

impl Fold for Admitted {
    fn fresh(&self) -> Self {
        Self::new(self.filter.clone())
    }

    /// What is not heard is no loss: that none was heard says nothing.
    fn needles(&self) -> Option<Vec<Needle>> {
        Some(Vec::new())
    }

    fn is_about(&self, _: &str, _: Option<&str>) -> bool {
        !self.filter.admits_everything()
    }

    fn add(&mut self, event: &Event<'_>) {
        self.any = self.any || self.filter.admits(event);
        self.nameless_events += u64::from(event.lacks_its_name() && self.filter.admits(event));
    }

    fn join(&mut self, later: Self) {
        self.any |= later.any;
        self.nameless_events += later.nameless_events;
    }
}

/// Hears every event, whatever the filter admits, and remembers what stands where a condition looks until one event
/// meets it. Spans of time are no conditions here: what lies outside is no slip of the pen.
#[derive(Clone, Debug, Default)]
pub struct UnmetConditions {
    watched: Vec<Watched>,
}

#[derive(Clone, Debug)]
struct Watched {
    condition: Condition,
    /// What it asks for, as it was given.
    wanted: String,
    /// The filter with this condition alone; `None` of an attribute, of which the name is wanted.
    filter: Option<EventFilter>,
    is_met: bool,
    has_heard: bool,
    /// What is there, while the condition is not met.
    values: BTreeSet<String>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The beginning of `conversation.id`.
    Conversation,
    /// The model.
    Model,
    /// `user.email` or `user.account_id`.
    User,
    /// `service.name`.
    Service,
    /// `env`.
    Env,
    /// The name of an attribute.
    Attribute,
    /// The name of a tool. Told by the rows of an answer, not watched here.
    Tool,
    /// The host of a network request. Told by the rows of an answer, not watched here.
    Host,
}

/// A condition that no event meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What it looks at.
    pub condition: Condition,
    /// What it asks for, as it was given.
    pub wanted: String,
    /// What is there instead, in order; of very many the first.
    pub values: Vec<String>,
}

/// More values than this help nobody who mistyped one.
const MOST_VALUES: usize = 10_000;

impl UnmetConditions {
    /// Watches the conditions that `filter` sets.
    #[must_use]
    pub fn of(filter: &EventFilter) -> Self {
        let EventFilter { conversation, model, user, service, env, since: _, until: _ } = filter.clone();
        let nothing = EventFilter::default;
        let id = conversation.as_ref().map(|id| id.text().to_owned());
        let model_glob = model.as_ref().map(|model| model.glob().glob().to_owned());
        let watched = [
            (Condition::Conversation, id, EventFilter { conversation, ..nothing() }),
            (Condition::Model, model_glob, EventFilter { model, ..nothing() }),
            (Condition::User, user.clone(), EventFilter { user, ..nothing() }),
            (Condition::Service, service.clone(), EventFilter { service, ..nothing() }),
            (Condition::Env, env.clone(), EventFilter { env, ..nothing() }),
        ]
        .into_iter()
        .filter_map(|(condition, wanted, filter)| Some(Watched::new(condition, wanted?, Some(filter))));
        Self { watched: watched.collect() }
    }

    /// Watches whether any event has attributes of these names.
    #[must_use]
    pub fn of_attributes(names: &[String]) -> Self {
        let watched = names.iter().map(|name| Watched::new(Condition::Attribute, name.clone(), None));
        Self { watched: watched.collect() }
    }

    /// Whether there is any condition to watch.
    #[must_use]
    pub fn are_watched(&self) -> bool {
        !self.watched.is_empty()
    }

    /// The conditions that no event met; none where there was no event at all.
    #[must_use]
    pub fn settle(self) -> Vec<Unmet> {
        let unmet = self.watched.into_iter().filter(|watched| watched.has_heard && !watched.is_met);
        unmet
            .map(|watched| Unmet {
                condition: watched.condition,
                wanted: watched.wanted,
                values: watched.values.into_iter().collect(),
            })
            .collect()
    }
}

impl Watched {
    fn new(condition: Condition, wanted: String, filter: Option<EventFilter>) -> Self {
        Self { condition, wanted, filter, is_met: false, has_heard: false, values: BTreeSet::new() }
    }

    fn add(&mut self, event: &Event<'_>) {
        self.has_heard = true;
        if self.is_met {
            return;
        }
        let Some(filter) = &self.filter else {
            event.attributes().for_each_leaf(|key, _| {
                self.is_met |= *key == self.wanted.as_str();
                if !self.values.contains(key.as_ref()) {
                    self.values.insert(key.to_string());
                    self.forget_the_last();
                }
            });
            return;
        };
        if filter.admits(event) {
            self.is_met = true;
            self.values.clear();
            return;
        }
        let values = match self.condition {
            Condition::Conversation => [event.conversation_id(), None],
            Condition::Model => [event.model(), None],
            Condition::User => [Key::UserEmail, Key::UserAccountId].map(|key| event.attributes().text(key)),
            Condition::Service => [event.resource.service_name(), None],
            Condition::Env => [event.resource.env(), None],
            Condition::Attribute | Condition::Tool | Condition::Host => [None, None],
        };
        for value in values.into_iter().flatten() {
            if !self.values.contains(value) {
                self.values.insert(value.to_owned());
            }
        }
        self.forget_the_last();
    }

    /// Keeps the first values by name, so that the order in which they came does not show.
    fn forget_the_last(&mut self) {
        while self.values.len() > MOST_VALUES {
            self.values.pop_last();
        }
    }
}

impl Fold for UnmetConditions {
    fn fresh(&self) -> Self {
        let fresh = |watched: &Watched| {
            Watched::new(watched.condition, watched.wanted.clone(), watched.filter.clone())
        };
        Self { watched: self.watched.iter().map(fresh).collect() }
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        self.watched.is_empty().then(Vec::new)
    }

    fn add(&mut self, event: &Event<'_>) {
        for watched in &mut self.watched {
            watched.add(event);
        }
    }

    fn join(&mut self, later: Self) {
        for (watched, mut later) in self.watched.iter_mut().zip(later.watched) {
            watched.has_heard |= later.has_heard;
            watched.is_met |= later.is_met;
            if watched.is_met {
                watched.values.clear();
            } else {
                watched.values.append(&mut later.values);
                watched.forget_the_last();
            }
        }
    }
}
