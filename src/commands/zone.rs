//! Time zones: how a moment is written for the reader, and what a date without an offset means.

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Duration, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use tr::tr;

use super::likeness::nearest;
use crate::event::{UnixNano, nanoseconds_of};

/// The zone in which times are shown and days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// One offset for all times.
    Fixed(FixedOffset),
    /// A zone of the IANA database.
    Named(Tz),
    /// The zone of this machine.
    Local,
}

impl Default for Zone {
    fn default() -> Self {
        Self::Named(Tz::Asia__Shanghai)
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "beijing" => return Ok(Self::default()),
            "local" => return Ok(Self::Local),
            "utc" | "z" => return Ok(Self::Named(Tz::UTC)),
            _ => {}
        }
        if name.starts_with(['+', '-'])
            && let Some(offset) = offset_of(name)
        {
            return Ok(Self::Fixed(offset));
        }
        Tz::from_str_insensitive(name).map(Self::Named).map_err(|_| match meant(name) {
            Some(meant) => tr!("no time zone `{name}`; did you mean `{meant}`? There are beijing, local, utc, IANA names such as Europe/Berlin, and offsets such as +08:00", name, meant),
            None => tr!("no time zone `{name}`; there are beijing, local, utc, IANA names such as Europe/Berlin, and offsets such as +08:00", name),
        })
    }
}

/// The zone whose name is most like this one, or whose city it is.
fn meant(name: &str) -> Option<&'static str> {
    let city = || {
        let mut names = TZ_VARIANTS.iter().map(|zone| zone.name());
        names.find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name)))
    };
    // Abbreviations are all alike: who writes CST does not mean CET.
    let names = TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| name.len() > 4);
    nearest(name, names.chain(["beijing", "local"])).or_else(city)
}

/// `+08:00`, `+0800` or `+08`, up to a day either way.
fn offset_of(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let digits: String = digits.replacen(':', "", 1);
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    FixedOffset::east_opt(if sign == "-" { -seconds } else { seconds })
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(offset) => offset.fmt(formatter),
            Self::Named(zone) => formatter.write_str(zone.name()),
            Self::Local => formatter.write_str("local"),
        }
    }
}

impl Zone {
    /// The moment as this zone's clocks show it.
    #[must_use]
    pub fn show(self, time: UnixNano) -> DateTime<FixedOffset> {
        let seconds = i64::try_from(time.get() / 1_000_000_000).unwrap_or(i64::MAX);
        let nanoseconds = u32::try_from(time.get() % 1_000_000_000).unwrap_or(0);
        // Every moment that UnixNano can hold lies before the year 2555.
        let utc = DateTime::<Utc>::from_timestamp(seconds, nanoseconds).unwrap_or_default();
        match self {
            Self::Fixed(offset) => utc.with_timezone(&offset),
            Self::Named(zone) => utc.with_timezone(&zone).fixed_offset(),
            Self::Local => utc.with_timezone(&Local).fixed_offset(),
        }
    }

    /// The moment for people, to the second, with its offset: `2026-11-20 17:21:34 +08:00`.
    pub(super) fn to_the_second(self, time: UnixNano) -> String {
        self.show(time).format("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// The offsets of this zone's clocks from one moment to another, each once, in the order in which they come.
    pub(super) fn offsets_between(self, first: UnixNano, last: UnixNano) -> Vec<String> {
        // No zone sets its clocks for less than some weeks.
        const STEP: u64 = 14 * 24 * 60 * 60 * 1_000_000_000;
        let later = |moment: &UnixNano| moment.get().checked_add(STEP).and_then(UnixNano::new);
        let moments = std::iter::successors(Some(first), later).take_while(|moment| *moment < last);
        let mut offsets: Vec<String> = Vec::new();
        for moment in moments.chain([last]) {
            let offset = self.show(moment).format("%:z").to_string();
            if !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        offsets
    }

    /// RFC 3339 with offset: milliseconds, or as fine as the moment is.
    #[must_use]
    pub fn rfc3339(self, time: UnixNano) -> String {
        let digits = match time.get() {
            nanoseconds if nanoseconds % 1_000_000 == 0 => SecondsFormat::Millis,
            nanoseconds if nanoseconds % 1_000 == 0 => SecondsFormat::Micros,
            _ => SecondsFormat::Nanos,
        };
        self.show(time).to_rfc3339_opts(digits, false)
    }

    /// The moment at which this zone's clocks show that date and time: the earlier one where they show it twice, the
    /// first one after it where they skip it. Before 1970 the first moment that there is, and the last one after 2554.
    fn moment(self, shown: NaiveDateTime) -> Option<UnixNano> {
        let resolve = |shown: NaiveDateTime| match self {
            Self::Fixed(offset) => earliest(&offset, shown),
            Self::Named(zone) => earliest(&zone, shown),
            Self::Local => earliest(&Local, shown),
        };
        // Clocks skip an hour as a rule, and never more than a day.
        let later = |quarters: i64| shown.checked_add_signed(Duration::minutes(15 * quarters));
        (0..=24 * 4).find_map(|quarters| resolve(later(quarters)?)).map(UnixNano::nearest)
    }

    /// Reads a moment as `--since` and `--until` take it; `now` is the present.
    ///
    /// # Errors
    /// A sentence that names what is understood.
    pub fn read_moment(self, text: &str, now: UnixNano) -> Result<UnixNano, String> {
        let misread = || {
            tr!(
                "no time `{text}`; understood are RFC 3339, YYYY-MM-DD, \"YYYY-MM-DD HH:MM[:SS]\", now, today, yesterday, and spans back from now such as -3h or -7d",
                text
            )
        };
        let midnight = |days_back: u64| {
            let today = self.show(now).date_naive();
            self.moment((today - chrono::Days::new(days_back)).and_time(NaiveTime::MIN)).ok_or_else(misread)
        };
        match text {
            "now" => return Ok(now),
            "today" => return midnight(0),
            "yesterday" => return midnight(1),
            _ => {}
        }
        if let Some(back) = text.strip_prefix('-') {
            let back = span_nanoseconds(back).ok_or_else(misread)?;
            return Ok(UnixNano::nearest(i128::from(now.get()) - i128::from(back)));
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(UnixNano::nearest(nanoseconds_of(&time)));
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|date| date.and_time(NaiveTime::MIN));
        let shown = date
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"))
            .map_err(|_| misread())?;
        self.moment(shown).ok_or_else(misread)
    }
}

/// Nanoseconds from 1970 to the first time that clocks of a zone show that; `None` where they skip it.
fn earliest(zone: &impl TimeZone, shown: NaiveDateTime) -> Option<i128> {
    zone.from_local_datetime(&shown).earliest().map(|time| nanoseconds_of(&time))
}

/// `3h`, `7d`, `1h30m`: one or more numbers with a unit each.
pub(super) fn span_nanoseconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = rest.split_at(digits);
        let unit_end = unit.find(|character: char| character.is_ascii_digit()).unwrap_or(unit.len());
        let unit_seconds = match &unit[..unit_end] {
            "s" | "sec" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit_seconds)?)?;
        rest = &unit[unit_end..];
    }
    (!text.is_empty()).then_some(seconds)?.checked_mul(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixNano {
        UnixNano::from_rfc3339(text).expect("a moment")
    }

    fn zone(name: &str) -> Zone {
        name.parse().expect("a zone")
    }

    fn read(zone_name: &str, text: &str) -> Option<String> {
        let now = at("2026-11-20T17:30:00Z");
        let moment = zone(zone_name).read_moment(text, now).ok()?;
        Some(zone("utc").rfc3339(moment))
    }

    #[test]
    fn zones_have_words_names_and_offsets() {
        let moment = at("2026-11-20T09:21:34.054Z");
        for (name, shown) in [
            ("beijing", "2026-11-20T17:21:34.054+08:00"),
            ("utc", "2026-11-20T09:21:34.054+00:00"),
            ("europe/berlin", "2026-11-20T10:21:34.054+01:00"),
            ("+05:30", "2026-11-20T14:51:34.054+05:30"),
            ("-0800", "2026-11-20T01:21:34.054-08:00"),
        ] {
            assert_eq!(zone(name).rfc3339(moment), shown, "{name}");
        }
        for name in ["", "mars", "+25:00", "+8:00", "08:00"] {
            assert!(name.parse::<Zone>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_zone_that_is_misspelt_or_named_by_its_city_is_understood_well_enough_to_be_asked_back() {
        for (name, zone) in [
            ("Asia/Shangai", Some("Asia/Shanghai")),
            ("europe/berln", Some("Europe/Berlin")),
            ("tokyo", Some("Asia/Tokyo")),
            ("beijng", Some("beijing")),
            ("mars", None),
            ("CST", None),
            ("+25:00", None),
            ("", None),
        ] {
            assert_eq!(meant(name), zone, "{name}");
        }
        let asked_back = "Asia/Shangai".parse::<Zone>().expect_err("no such zone");
        assert!(asked_back.contains("did you mean `Asia/Shanghai`?"), "{asked_back}");
    }

    #[test]
    fn a_time_finer_than_a_millisecond_keeps_its_digits() {
        assert!(zone("utc").rfc3339(at("2026-11-20T09:21:34.054001Z")).contains("34.054001+"));
        assert!(zone("utc").rfc3339(at("2026-11-20T09:21:34.000000001Z")).contains("34.000000001+"));
    }

    #[test]
    fn a_time_without_offset_is_the_zone_s() {
        assert_eq!(read("beijing", "2026-11-20").as_deref(), Some("2026-11-19T16:00:00.000+00:00"));
        assert_eq!(read("beijing", "2026-11-20 08:30").as_deref(), Some("2026-11-20T00:30:00.000+00:00"));
        assert_eq!(read("utc", "2026-11-20 08:30:15").as_deref(), Some("2026-11-20T08:30:15.000+00:00"));
        assert_eq!(
            read("utc", "2026-11-20T08:30:15+08:00").as_deref(),
            Some("2026-11-20T00:30:15.000+00:00")
        );
    }

    #[test]
    fn words_and_spans_count_back_from_now_in_the_zone() {
        assert_eq!(
            read("beijing", "today").as_deref(),
            Some("2026-11-20T16:00:00.000+00:00"),
            "it is the 21st there"
        );
        assert_eq!(read("utc", "yesterday").as_deref(), Some("2026-11-19T00:00:00.000+00:00"));
        assert_eq!(read("utc", "-3h").as_deref(), Some("2026-11-20T14:30:00.000+00:00"));
        assert_eq!(read("utc", "-1d12h").as_deref(), Some("2026-11-19T05:30:00.000+00:00"));
        for nonsense in ["3h", "-3", "-", "-h", "tomorrow", "2026-13-01", "-99999999999999999999d"] {
            assert_eq!(read("utc", nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_time_before_or_after_all_that_a_log_can_hold_is_an_open_end() {
        let first = zone("utc").rfc3339(UnixNano::MIN);
        for early in ["1970-01-01", "0001-01-01", "1970-01-01T00:00:00Z", "-36500d"] {
            assert_eq!(read("beijing", early), Some(first.clone()), "{early}");
        }
        for late in ["9999-12-31", "2600-01-01T00:00:00+08:00", "2554-12-31 12:00"] {
            assert!(read("utc", late).is_some_and(|time| time.starts_with("2554-")), "{late}");
        }
    }

    #[test]
    fn a_time_that_the_clocks_skip_or_show_twice_is_still_a_moment() {
        assert_eq!(
            read("Europe/Berlin", "2026-03-29 02:30").as_deref(),
            Some("2026-03-29T01:00:00.000+00:00")
        );
        assert_eq!(
            read("Europe/Berlin", "2026-10-25 02:30").as_deref(),
            Some("2026-10-25T00:30:00.000+00:00")
        );
    }
}
