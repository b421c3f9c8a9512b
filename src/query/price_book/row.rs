//! One row of a price book: what a model costs between two dates.

use std::fmt;
use std::sync::Arc;

use chrono::{FixedOffset, NaiveDate, NaiveTime};
use serde::Deserialize;
use toml::value::{Datetime, Offset};

use super::Rate;
use crate::words::{Sentence, sentence};

/// What a model costs from one date to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// The model's name as Codex logs it.
    pub model: String,
    /// Other names that are known to mean this model at these dates.
    pub aliases: Vec<String>,
    /// The first moment at which the row holds; `None`: since before any log.
    pub from: Option<Moment>,
    /// The first moment at which it no longer holds; `None`: no end is known.
    pub to: Option<Moment>,
    /// The rates of a request whose input is not long.
    pub base: Rates,
    /// The rates of a request whose input is long; `None`: the base rates, however long it is.
    pub long_context: Option<LongContext>,
    /// Where the figures were read.
    pub source: Option<String>,
    /// When the source showed them: a date or a month, as written.
    pub retrieved: Option<String>,
    /// What a reader should know about the figures.
    pub note: Option<String>,
    /// The file the row comes from; "built-in" for the book inside the program.
    pub origin: Arc<str>,
}

impl PriceRow {
    /// Names the row within its book: `gpt-5.6-sol@2026-08-21`, or `o3` for a row without a first date.
    #[must_use]
    pub fn id(&self) -> String {
        match self.from {
            Some(from) => format!("{}@{from}", self.model),
            None => self.model.clone(),
        }
    }

    /// The tier that a request with `input_tokens` tokens of input, cached ones included, is billed at.
    #[must_use]
    pub fn tier(&self, input_tokens: u64) -> Tier {
        match &self.long_context {
            Some(long) if input_tokens > long.above_input_tokens => Tier::LongContext,
            _ => Tier::Base,
        }
    }

    /// The rates of a tier.
    #[must_use]
    pub fn rates(&self, tier: Tier) -> &Rates {
        match (tier, &self.long_context) {
            (Tier::LongContext, Some(long)) => &long.rates,
            _ => &self.base,
        }
    }

    /// Does the row hold at this time? Only a row without dates holds at an unknown time.
    pub(super) fn holds_at(&self, time_unix_nano: Option<u64>) -> bool {
        match time_unix_nano {
            None => self.from.is_none() && self.to.is_none(),
            Some(time) => {
                self.from.is_none_or(|from| from.unix_nano <= time)
                    && self.to.is_none_or(|to| time < to.unix_nano)
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().filter(|alias| **alias != self.model);
        std::iter::once(&self.model).chain(aliases).map(String::as_str)
    }
}

/// The rates of one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// Of input that is neither read from the cache nor written to it.
    pub input: Rate,
    /// Of input read from the cache; `None`: none is published.
    pub cached_input: Option<Rate>,
    /// Of input written to the cache; `None`: not known.
    pub cache_write: Option<CacheWrite>,
    /// Of output, reasoning included.
    pub output: Rate,
    /// How well the figures are known; `None`: whoever wrote the file vouches for them.
    pub grade: Option<Grade>,
    /// The figures that are known less well than the grade says.
    pub unverified: Vec<Component>,
}

impl Rates {
    pub(super) fn is_unverified(&self) -> bool {
        self.grade == Some(Grade::C)
    }

    pub(super) fn rate(&self, component: Component) -> Option<Rate> {
        match component {
            Component::Input => Some(self.input),
            Component::CachedInput => self.cached_input,
            Component::CacheWrite => match self.cache_write? {
                CacheWrite::AsInput => Some(self.input),
                CacheWrite::At(rate) => Some(rate),
            },
            Component::Output => Some(self.output),
        }
    }
}

/// The rates of a request with a long input. They apply to the whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongContext {
    /// An input of more tokens than this, cached ones included, is long.
    pub above_input_tokens: u64,
    /// What it costs then.
    pub rates: Rates,
}

/// How writing to the cache is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheWrite {
    /// Not apart: at the tier's input rate.
    AsInput,
    /// At a rate of its own.
    At(Rate),
}

/// How well a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Grade {
    /// Two independent sources agree.
    A,
    /// One good source.
    B,
    /// A third party, or worked out instead of read. Not used unless asked for.
    C,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        })
    }
}

/// The part of a price list that a response is billed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The ordinary rates.
    Base,
    /// The rates of a request with a long input.
    LongContext,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Base => "base",
            Self::LongContext => "long context",
        })
    }
}

/// A part of a response that has a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// Input that is neither read from the cache nor written to it.
    Input,
    /// Input read from the cache.
    CachedInput,
    /// Input written to the cache.
    CacheWrite,
    /// Output, reasoning included.
    Output,
}

impl Component {
    /// Its name.
    #[must_use]
    pub fn name(self) -> Sentence {
        match self {
            Self::Input => sentence!("input"),
            Self::CachedInput => sentence!("cached input"),
            Self::CacheWrite => sentence!("cache writes"),
            Self::Output => sentence!("output"),
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name().text())
    }
}

/// A date or a date-time of a price book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Nanoseconds since 1970-01-01T00:00:00Z; a date is its midnight in UTC.
    pub unix_nano: u64,
    written: Datetime,
}

/// As the book has it: `2026-08-21`, `2026-08-21T17:00:00Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.fmt(f)
    }
}

impl TryFrom<Datetime> for Moment {
    type Error = Sentence;

    fn try_from(written: Datetime) -> Result<Self, Sentence> {
        let date = written.date.ok_or_else(|| sentence!("a date is missing: {name}", name = written))?;
        let time = match (written.time, written.offset) {
            (Some(time), Some(_)) => NaiveTime::from_hms_nano_opt(
                time.hour.into(),
                time.minute.into(),
                time.second.unwrap_or(0).into(),
                time.nanosecond.unwrap_or(0),
            ),
            (Some(_), None) => {
                let right = format!("{written}Z");
                return Err(sentence!("an offset is missing, such as {}: {}", right, written));
            }
            (None, _) => Some(NaiveTime::MIN),
        };
        let offset_minutes = match written.offset {
            Some(Offset::Custom { minutes }) => i32::from(minutes),
            Some(Offset::Z) | None => 0,
        };
        let unix_nano = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
            .zip(time)
            .zip(FixedOffset::east_opt(offset_minutes * 60))
            .and_then(|((date, time), offset)| date.and_time(time).and_local_timezone(offset).single())
            .and_then(|instant| instant.timestamp_nanos_opt())
            .and_then(|nano| u64::try_from(nano).ok())
            .ok_or_else(|| sentence!("not between 1970 and 2262: {name}", name = written))?;
        Ok(Self { unix_nano, written })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Result<Moment, Sentence> {
        text.parse::<Datetime>().unwrap().try_into()
    }

    #[test]
    fn a_date_is_its_midnight_in_utc_and_a_date_time_names_its_offset() {
        let nano = |text| moment(text).unwrap().unix_nano;
        assert_eq!(nano("1970-01-02"), 86_400_000_000_000);
        assert_eq!(nano("2026-08-21"), 1_787_270_400_000_000_000);
        assert_eq!(nano("2026-08-21T00:00:00Z"), nano("2026-08-21"));
        assert_eq!(nano("2026-08-21T08:00:00.5+08:00"), nano("2026-08-21") + 500_000_000);
        assert_eq!(moment("2026-08-21T17:00:00Z").unwrap().to_string(), "2026-08-21T17:00:00Z");
    }

    #[test]
    fn a_time_that_could_mean_several_moments_is_refused() {
        let texts = ["17:00:00", "2026-08-21T17:00:00", "1969-12-31", "2300-01-01"];
        let reasons: Vec<_> = texts.iter().map(|text| moment(text).unwrap_err().english()).collect();
        insta::assert_snapshot!(reasons.join("\n"), @r"
        a date is missing: 17:00:00
        an offset is missing, such as 2026-08-21T17:00:00Z: 2026-08-21T17:00:00
        not between 1970 and 2262: 1969-12-31
        not between 1970 and 2262: 2300-01-01
        ");
    }
}
