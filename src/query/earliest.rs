//! The first of several sightings of a thing, whatever order they are heard in.

use crate::event::EventOrder;

/// A value that was seen, perhaps often, and the sighting that came first among the events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earliest<T>(Option<(EventOrder, T)>);

impl<T> Earliest<T> {
    /// Takes the sighting in if it is the first so far.
    pub fn offer(&mut self, order: EventOrder, value: impl FnOnce() -> T) {
        if self.0.as_ref().is_none_or(|(first, _)| order < *first) {
            self.0 = Some((order, value()));
        }
    }

    /// Takes in the sightings of another.
    pub fn join(&mut self, other: Self) {
        if let Some((order, value)) = other.0 {
            self.offer(order, || value);
        }
    }

    /// The first value.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// The first value and where its event stands.
    pub fn with_order(&self) -> Option<(EventOrder, &T)> {
        self.0.as_ref().map(|(order, value)| (*order, value))
    }

    /// The first value, taken out.
    pub fn into_inner(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }
}

impl Earliest<String> {
    /// Takes in a text that was seen, if there is one.
    pub fn offer_text(&mut self, order: EventOrder, text: Option<&str>) {
        if let Some(text) = text {
            self.offer(order, || text.to_owned());
        }
    }
}
