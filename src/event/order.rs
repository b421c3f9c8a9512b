//! Where a record lies in the input, and where its event stands among the others.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::time::UnixNano;

/// Where a record lies in the input. The order of locations is the order of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
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

/// An event's place in few bytes where small numbers take few: most times are whole milliseconds.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// 0 with no rest is no time.
    milliseconds: u64,
    rest_ns: u32,
    location: Location,
}

const MILLISECOND_NS: u64 = 1_000_000;

impl From<EventOrder> for Packed {
    fn from(order: EventOrder) -> Self {
        let time = order.time.map_or(0, UnixNano::get);
        let rest_ns = (time % MILLISECOND_NS) as u32;
        Self { milliseconds: time / MILLISECOND_NS, rest_ns, location: order.location }
    }
}

impl From<Packed> for EventOrder {
    fn from(packed: Packed) -> Self {
        let time = packed.milliseconds * MILLISECOND_NS + u64::from(packed.rest_ns);
        Self { time: UnixNano::new(time), location: packed.location }
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

    #[test]
    fn a_place_is_the_same_after_it_was_packed() {
        let location = Location { file: 1, line: u64::MAX, record: u32::MAX, byte_offset: 7 };
        for time in [0, 1, 999_999, 1_000_000, 1_795_166_494_054_000_001, u64::MAX] {
            let order = EventOrder::new(UnixNano::new(time), location);
            assert_eq!(EventOrder::from(Packed::from(order)), order);
        }
    }
}
