//! How often something was seen in the input, and where first.

use crate::event::Location;

/// How often something was seen, and where first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// How often.
    pub count: u64,
    /// The first place in the order of the input.
    pub first: Option<Location>,
}

impl Sightings {
    pub(super) fn note(&mut self, location: Location) {
        self.join(Self { count: 1, first: Some(location) });
    }

    pub(super) fn join(&mut self, later: Self) {
        self.count += later.count;
        self.first = min_of(self.first, later.first);
    }
}

/// The smaller of what there is.
pub(super) fn min_of<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
