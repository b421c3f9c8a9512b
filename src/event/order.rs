//! Where a record lies in the input, and where its event stands among the others.

use std::cmp::Ordering;

use super::time::UnixNano;

/// Where a record lies in the input. The order of locations is the order of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Which file of the input, counted from 0.
    pub file: u32,
    /// The line, or the frame of a framed file, counted from 1.
    pub line: u64,
    /// The record within its line, counted from 0.
    pub record: u32,
    /// Offset in bytes of the line's first byte in the file.
    pub byte_offset: u64,
}

/// Where an event stands among the events of its conversation: by time, and within one moment by the order of the
/// input. An event without a time stands after all that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventOrder {
    time: Option<UnixNano>,
    location: Location,
}

impl EventOrder {
    /// The place of an event of that time, found there.
    #[must_use]
    pub fn new(time: Option<UnixNano>, location: Location) -> Self {
        Self { time, location }
    }

    /// The event's time.
    #[must_use]
    pub fn time(&self) -> Option<UnixNano> {
        self.time
    }

    /// Where the event's record lies.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }
}

impl Ord for EventOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |order: &Self| (order.time.is_none(), order.time, order.location);
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for EventOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_time_stands_last() {
        let order = |time| EventOrder::new(UnixNano::new(time), Location::default());
        assert!(order(0) > order(u64::MAX));
        assert!(order(1) < order(2));
    }
}
