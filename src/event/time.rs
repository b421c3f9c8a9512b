//! When something happened: nanoseconds since 1970, in UTC.

use std::num::NonZeroU64;

use chrono::{DateTime, TimeZone};

/// A moment in nanoseconds since the Unix epoch. Zero does not exist: on the wire it means "no time".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixNano(NonZeroU64);

/// Nanoseconds from 1970 to a moment, negative for those before.
#[must_use]
pub fn nanoseconds_of(moment: &DateTime<impl TimeZone>) -> i128 {
    i128::from(moment.timestamp()) * 1_000_000_000 + i128::from(moment.timestamp_subsec_nanos())
}

impl UnixNano {
    /// The first moment after the epoch.
    pub const MIN: Self = Self(NonZeroU64::MIN);

    /// The moment, or `None` for 0.
    #[must_use]
    pub fn new(nanoseconds: u64) -> Option<Self> {
        NonZeroU64::new(nanoseconds).map(Self)
    }

    /// The moment so many nanoseconds after 1970, or the nearest one that there is: the first one for those before.
    #[must_use]
    pub fn nearest(nanoseconds: i128) -> Self {
        let nanoseconds = u64::try_from(nanoseconds.max(0)).unwrap_or(u64::MAX);
        Self::new(nanoseconds).unwrap_or(Self::MIN)
    }

    /// Reads RFC 3339, as in the attribute `event.timestamp`. `None` for anything else and for moments that
    /// 64 bits of nanoseconds since 1970 cannot hold.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        if let Some(moment) = Self::from_codex_timestamp(text.as_bytes()) {
            return Some(moment);
        }
        let nanoseconds = nanoseconds_of(&DateTime::parse_from_rfc3339(text).ok()?);
        Self::new(u64::try_from(nanoseconds).ok()?)
    }

    /// The one form in which Codex writes RFC 3339, `2026-11-20T09:21:34.054Z`, read without looking for others.
    fn from_codex_timestamp(text: &[u8]) -> Option<Self> {
        let text: &[u8; 24] = text.try_into().ok()?;
        let digit = |at: usize| {
            let value = text[at].wrapping_sub(b'0');
            (value < 10).then_some(u64::from(value))
        };
        let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
        if marks.iter().any(|(at, mark)| text[*at] != *mark) {
            return None;
        }
        let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
        let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
        let milliseconds = digit(20)? * 100 + two(21)?;
        // Days that not every month has, and leap seconds, are left to the library.
        if year < 1970
            || !(1..=12).contains(&month)
            || !(1..=28).contains(&day)
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        // Days since 1970 in the Gregorian calendar, by years that begin in March.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days =
            year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
        Self::new(seconds.checked_mul(1_000)?.checked_add(milliseconds)?.checked_mul(1_000_000)?)
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// Whole milliseconds from `earlier` to this moment; `None` when `earlier` is later.
    #[must_use]
    pub fn milliseconds_since(self, earlier: Self) -> Option<u64> {
        Some(self.get().checked_sub(earlier.get())? / 1_000_000)
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
    fn codex_s_own_form_is_read_as_the_library_reads_it() {
        for year in [1969, 1970, 1972, 1999, 2000, 2024, 2026, 2100, 2200] {
            for month in 1..=12 {
                for day in [1, 28, 29, 30, 31, 32] {
                    for clock in
                        ["00:00:00.000", "23:59:59.999", "23:59:60.000", "24:00:00.000", "12:3x:00.000"]
                    {
                        let text = format!("{year}-{month:02}-{day:02}T{clock}Z");
                        let by_library = DateTime::parse_from_rfc3339(&text)
                            .ok()
                            .and_then(|time| u64::try_from(time.timestamp_nanos_opt()?).ok())
                            .and_then(UnixNano::new);
                        assert_eq!(UnixNano::from_rfc3339(&text), by_library, "{text}");
                    }
                }
            }
        }
    }
}
