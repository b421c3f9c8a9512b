//! Spans of time that rows are grouped by: hours, days, weeks and months of the display zone.

use chrono::Datelike;

use super::zone::Zone;
use crate::event::UnixNano;

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
    /// `2026-W47`, `2026-11`. Names sort as their spans do.
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

    /// The names of all spans from that of one moment to that of another, those without any event included.
    #[must_use]
    pub(super) fn names_between(self, first: UnixNano, last: UnixNano, zone: Zone) -> Vec<String> {
        const QUARTER_HOUR: u64 = 15 * 60 * 1_000_000_000;
        // No zone's hour begins between two quarters.
        let step = if self == Self::Hour { QUARTER_HOUR } else { 4 * QUARTER_HOUR };
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
        assert_eq!(
            TimeSpan::Day.names_between(at("2026-10-24T12:00:00Z"), at("2026-10-24T12:00:00Z"), zone).len(),
            1
        );
    }
}
