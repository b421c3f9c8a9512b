//! Spans of time that rows are grouped by: hours, days, weeks and months of the display zone.

use chrono::Datelike;

use super::zone::Zone;
use crate::event::UnixNano;

/// In nanoseconds.
const HOUR: u64 = 60 * 60 * 1_000_000_000;

/// Every hour of more years than this is more than anyone looks at, and takes long to name.
const MOST_HOURS: u64 = 20 * 366 * 24;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeSpan {
    /// From one full hour to the next.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday, as ISO 8601 counts weeks.
    Week,
    /// A month of the calendar.
    Month,
}

impl TimeSpan {
    /// The name of the span that a moment lies in, by the zone's clocks: `2026-11-20T17:00:00+08:00`, `2026-11-20`,
    /// `2026-W47`, `2026-11`. Names sort as their spans do, but for the hour that is there twice when clocks are set back.
    #[must_use]
    pub(super) fn name(self, time: UnixNano, zone: Zone) -> String {
        let shown = zone.show(time);
        match self {
            Self::Hour => shown.format("%Y-%m-%dT%H:00:00%:z").to_string(),
            Self::Day => shown.format("%Y-%m-%d").to_string(),
            Self::Week => format!("{}-W{:02}", shown.iso_week().year(), shown.iso_week().week()),
            Self::Month => shown.format("%Y-%m").to_string(),
        }
    }

    /// The span that all from that of one moment to that of another can be named in: days, where there are too many hours.
    #[must_use]
    pub(super) fn or_days(self, first: UnixNano, last: UnixNano) -> Self {
        let is_long = last.get().saturating_sub(first.get()) / HOUR > MOST_HOURS;
        if self == Self::Hour && is_long { Self::Day } else { self }
    }

    /// The name of the day in which the hour of that name lies.
    #[must_use]
    pub(super) fn day_of_hour(name: &str) -> &str {
        name.split('T').next().unwrap_or(name)
    }

    /// The names of all spans from that of one moment to that of another, those without any event included.
    #[must_use]
    pub(super) fn names_between(self, first: UnixNano, last: UnixNano, zone: Zone) -> Vec<String> {
        // Shorter than the shortest: clocks that are set make hours and days shorter, and no zone's hour begins between
        // two quarters.
        let step = match self {
            Self::Hour => HOUR / 4,
            Self::Day => 12 * HOUR,
            Self::Week => 6 * 24 * HOUR,
            Self::Month => 27 * 24 * HOUR,
        };
        let mut names: Vec<String> = Vec::new();
        let mut moment = Some(first);
        while let Some(time) = moment.filter(|time| *time < last) {
            let name = self.name(time, zone);
            if names.last() != Some(&name) {
                names.push(name);
            }
            moment = time.get().checked_add(step).and_then(UnixNano::new);
        }
        let end = self.name(last, zone);
        if names.last() != Some(&end) {
            names.push(end);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixNano {
        UnixNano::from_rfc3339(text).expect("a moment")
    }

    #[test]
    fn centuries_are_not_told_by_the_hour() {
        let (first, last) = (UnixNano::new(1).expect("a moment"), at("2540-01-01T00:00:00Z"));
        assert_eq!(TimeSpan::Hour.or_days(first, last), TimeSpan::Day);
        assert_eq!(TimeSpan::Hour.or_days(at("2521-01-01T00:00:00Z"), last), TimeSpan::Hour);
        assert_eq!(TimeSpan::Month.or_days(first, last), TimeSpan::Month);
        assert_eq!(TimeSpan::day_of_hour(&TimeSpan::Hour.name(last, Zone::default())), "2540-01-01");
    }

    #[test]
    fn spans_are_the_zone_s() {
        let late = at("2026-11-22T17:30:00Z");
        let beijing = Zone::default();
        assert_eq!(TimeSpan::Hour.name(late, beijing), "2026-11-23T01:00:00+08:00");
        assert_eq!(TimeSpan::Day.name(late, beijing), "2026-11-23");
        assert_eq!(TimeSpan::Week.name(late, beijing), "2026-W48", "it is Monday there");
        assert_eq!(TimeSpan::Month.name(late, beijing), "2026-11");
    }

    #[test]
    fn a_series_has_no_gaps_and_no_repeats() {
        let zone: Zone = "Europe/Berlin".parse().expect("a zone");
        let days = TimeSpan::Day.names_between(at("2026-10-24T12:00:00Z"), at("2026-10-26T12:00:00Z"), zone);
        assert_eq!(days, ["2026-10-24", "2026-10-25", "2026-10-26"]);
        let hours =
            TimeSpan::Hour.names_between(at("2026-10-25T00:10:00Z"), at("2026-10-25T01:10:00Z"), zone);
        assert_eq!(
            hours,
            ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"],
            "the clocks show it twice"
        );
        let noon = at("2026-10-24T12:00:00Z");
        assert_eq!(TimeSpan::Day.names_between(noon, noon, zone).len(), 1);
        let all = |span: TimeSpan| span.names_between(at("2020-01-01T00:00:00Z"), noon, zone);
        let months = all(TimeSpan::Month);
        assert_eq!((months.len(), months.is_sorted()), (6 * 12 + 10, true));
        assert_eq!(all(TimeSpan::Week).len(), 356);
        assert_eq!(all(TimeSpan::Day).len(), 2489);
    }
}
