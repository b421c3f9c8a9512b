//! When something happened: nanoseconds since 1970 in UTC, and the order of events.

use chrono::DateTime;

use super::log_record::Location;

/// A moment in nanoseconds since the Unix epoch. Zero does not exist: on the wire it means "no time".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixNano(u64);

impl UnixNano {
    /// The first moment after the epoch.
    pub const MIN: Self = Self(1);

    /// The moment, or `None` for 0.
    #[must_use]
    pub fn new(nanoseconds: u64) -> Option<Self> {
        (nanoseconds != 0).then_some(Self(nanoseconds))
    }

    /// Reads RFC 3339, as in the attribute `event.timestamp`. `None` for anything else and for moments that
    /// 64 bits of nanoseconds since 1970 cannot hold.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let moment = DateTime::parse_from_rfc3339(text).ok()?;
        let nanoseconds =
            i128::from(moment.timestamp()) * 1_000_000_000 + i128::from(moment.timestamp_subsec_nanos());
        Self::new(u64::try_from(nanoseconds).ok()?)
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// Whole milliseconds from `earlier` to this moment; `None` when `earlier` is later.
    #[must_use]
    pub fn milliseconds_since(self, earlier: Self) -> Option<u64> {
        Some(self.0.checked_sub(earlier.0)? / 1_000_000)
    }
}

/// Where an event stands among the events of its conversation: by time, and within one moment by the order of the
/// input. An event without a time stands after all that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventOrder {
    timeless: bool,
    time: Option<UnixNano>,
    location: Location,
}

impl EventOrder {
    /// The place of an event of that time, found there.
    #[must_use]
    pub fn new(time: Option<UnixNano>, location: Location) -> Self {
        Self { timeless: time.is_none(), time, location }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_no_time() {
        assert_eq!(UnixNano::new(0), None);
        assert_eq!(UnixNano::from_rfc3339("1970-01-01T00:00:00Z"), None);
    }

    #[test]
    fn rfc_3339_is_read_to_the_nanosecond_and_across_zones() {
        let utc = UnixNano::from_rfc3339("2026-11-20T09:21:34.054Z").map(UnixNano::get);
        assert_eq!(utc, Some(1_795_166_494_054_000_000));
        assert_eq!(UnixNano::from_rfc3339("2026-11-20T17:21:34.054+08:00").map(UnixNano::get), utc);
        for nonsense in ["", "yesterday", "2026-11-20", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"] {
            assert_eq!(UnixNano::from_rfc3339(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_event_without_time_stands_last() {
        let order = |time| EventOrder::new(UnixNano::new(time), Location::default());
        assert!(order(0) > order(u64::MAX));
        assert!(order(1) < order(2));
    }
}
