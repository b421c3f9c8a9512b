//! What a response would cost at API list prices, or why nobody can say.
//!
//! Prices are data: `price_book.toml` inside the program, and the file a user names. Nothing is fetched, nothing is
//! matched by likeness and nothing is assumed: a response whose model, date, rate or counts are in doubt is
//! [`Unpriced`], with the reason, and never free.
//!
//! All arithmetic is in whole pico-dollars, so a total depends neither on order nor on rounding.

mod read;
mod row;
mod usd;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;

pub use read::PriceBookError;
pub use row::{CacheWrite, Component, Grade, LongContext, Moment, PriceRow, Rates, Tier};
pub use usd::{Rate, Usd};

use crate::words::{Sentence, sentence};

/// Prices of models by date.
#[derive(Debug, Clone)]
pub struct PriceBook {
    /// By model, then by date.
    rows: Vec<PriceRow>,
    /// For each model and alias, the places of its rows in `rows`.
    rows_of: BTreeMap<String, Vec<usize>>,
    version: String,
    replaces: bool,
    uses_unverified: bool,
}

impl PriceBook {
    /// The book inside the program.
    ///
    /// # Panics
    ///
    /// Never: a test reads the book.
    #[must_use]
    pub fn builtin() -> Self {
        let book = read::read(include_str!("price_book.toml"), "built-in");
        book.expect("the built-in price book is well formed")
    }

    /// Reads a book; `origin` is the name of its file, for errors and for [`PriceRow::origin`].
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, PriceBookError> {
        read::read(text, origin)
    }

    /// This book, with the prices of `other` before its own: every name that `other` prices is answered by `other`
    /// alone, at all dates. If `other` says `replace = true`, nothing of this book is left.
    #[must_use]
    pub fn extended_with(self, other: Self) -> Self {
        let uses_unverified = self.uses_unverified;
        if other.replaces {
            return Self { uses_unverified, ..other };
        }
        let mut rows = self.rows;
        rows.retain(|row| !other.rows_of.contains_key(&row.model));
        for row in &mut rows {
            row.aliases.retain(|alias| !other.rows_of.contains_key(alias));
        }
        rows.extend(other.rows);
        let version = format!("{} + {}", self.version, other.version);
        Self { uses_unverified, replaces: self.replaces, ..Self::of(rows, version) }
    }

    /// Whether figures of grade C and other unverified ones are used. They are not, unless this says so.
    #[must_use]
    pub fn with_unverified(self, uses_unverified: bool) -> Self {
        Self { uses_unverified, ..self }
    }

    /// Which prices these are, each by origin and version: `built-in 2026-11-21 + house.toml 3`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All rows, by model and then by date.
    pub fn rows(&self) -> impl Iterator<Item = &PriceRow> {
        self.rows.iter()
    }

    /// What a response cost.
    ///
    /// `model` is the name in the log; it is found as it is, as an alias, or without a `-YYYY-MM-DD` at its end.
    /// `time_unix_nano` is the response's time in nanoseconds since 1970-01-01T00:00:00Z.
    pub fn price(
        &self,
        model: &str,
        time_unix_nano: Option<u64>,
        quantities: &TokenQuantities,
    ) -> Result<Priced<'_>, Unpriced> {
        let row = self.row_at(model, time_unix_nano)?;
        if row.base.is_unverified() && !self.uses_unverified {
            return Err(Unpriced::UnverifiedRow);
        }
        let tier = row.tier(quantities.input);
        let rates = row.rates(tier);
        if rates.is_unverified() && !self.uses_unverified {
            return Err(Unpriced::UnverifiedLongContext);
        }
        let mut uses_unverified = row.base.is_unverified() || rates.is_unverified();
        let mut cost = Usd::ZERO;
        let mut steps = [None; 4];
        for (step, (component, tokens)) in steps.iter_mut().zip(quantities.parts()?) {
            if tokens == 0 {
                continue;
            }
            let rate = rates.rate(component).ok_or(Unpriced::NoRate(component))?;
            if rates.unverified.contains(&component) {
                if !self.uses_unverified {
                    return Err(Unpriced::UnverifiedRate(component));
                }
                uses_unverified = true;
            }
            let amount = rate.of(tokens);
            cost += amount;
            let remark = Remark::on(component, rates, quantities);
            *step = Some(Step { component, tokens, rate, amount, remark });
        }
        Ok(Priced { cost, row, tier, uses_unverified, steps })
    }

    fn row_at(&self, model: &str, time_unix_nano: Option<u64>) -> Result<&PriceRow, Unpriced> {
        let found = self.rows_of.get(model).or_else(|| self.rows_of.get(without_date(model)?));
        let rows = found.ok_or(Unpriced::UnknownModel)?.iter().map(|&place| &self.rows[place]);
        let missing = if time_unix_nano.is_none() { Unpriced::NoTime } else { Unpriced::NoRowAtTime };
        rows.into_iter().find(|row| row.holds_at(time_unix_nano)).ok_or(missing)
    }

    fn of(mut rows: Vec<PriceRow>, version: String) -> Self {
        let start = |row: &PriceRow| row.from.map(|from| from.unix_nano);
        rows.sort_by(|a, b| a.model.cmp(&b.model).then(start(a).cmp(&start(b))));
        let mut rows_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, row) in rows.iter().enumerate() {
            for name in row.names().collect::<BTreeSet<_>>() {
                rows_of.entry(name.to_owned()).or_default().push(place);
            }
        }
        Self { rows, rows_of, version, replaces: false, uses_unverified: false }
    }
}

/// `gpt-5` for `gpt-5-2025-08-07`, nothing for a name that does not end in a date.
fn without_date(model: &str) -> Option<&str> {
    let at = model.len().checked_sub("-YYYY-MM-DD".len())?;
    let (name, date) = model.split_at_checked(at)?;
    let date = date.strip_prefix('-')?;
    let is_date = date.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (is_date && date.parse::<NaiveDate>().is_ok()).then_some(name)
}

/// How many tokens of which kind one response was billed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenQuantities {
    /// Tokens read, those from the cache and to the cache included.
    pub input: u64,
    /// The part of `input` that was served from the cache; `None`: not recorded.
    pub cached_input: Option<u64>,
    /// The part of `input` that was written to the cache; `None`: not recorded.
    pub cache_write: Option<u64>,
    /// Tokens written, reasoning included.
    pub output: u64,
}

impl TokenQuantities {
    /// The same tokens, each in one part only.
    fn parts(&self) -> Result<[(Component, u64); 4], Unpriced> {
        let cached_input = self.cached_input.ok_or(Unpriced::CachedInputNotRecorded)?;
        let cache_write = self.cache_write.unwrap_or(0);
        let rest = self.input.checked_sub(cached_input).and_then(|rest| rest.checked_sub(cache_write));
        Ok([
            (Component::Input, rest.ok_or(Unpriced::InconsistentCounts)?),
            (Component::CachedInput, cached_input),
            (Component::CacheWrite, cache_write),
            (Component::Output, self.output),
        ])
    }
}

/// What a response cost, and how that comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced<'book> {
    /// The exact sum of the steps.
    pub cost: Usd,
    /// The row it was priced with.
    pub row: &'book PriceRow,
    /// The tier of that row.
    pub tier: Tier,
    /// Does the sum rest on a figure that is not verified?
    pub uses_unverified: bool,
    steps: [Option<Step>; 4],
}

impl Priced<'_> {
    /// Tokens times rate for each part of the response that has tokens.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().flatten()
    }
}

/// One multiplication of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is billed.
    pub component: Component,
    /// How many tokens of it.
    pub tokens: u64,
    /// At which rate.
    pub rate: Rate,
    /// Tokens times rate, exact.
    pub amount: Usd,
    /// What a reader should know about it.
    pub remark: Option<Remark>,
}

/// `cached input: 1200 tokens × $0.125 per 1M = $0.00015`
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { component, tokens, rate, amount, remark } = self;
        let amount = amount.to_decimal_string();
        let plural = if *tokens == 1 { "" } else { "s" };
        write!(f, "{component}: {tokens} token{plural} × ${rate} per 1M = ${amount}")?;
        remark.map_or(Ok(()), |remark| write!(f, " ({remark})"))
    }
}

/// What a reader should know about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    /// The model bills cache writes, and the log does not say how many there were. The sum may be too low.
    CacheWritesNotRecorded,
    /// The model does not bill cache writes apart.
    CacheWritesBilledAsInput,
}

impl Remark {
    fn on(component: Component, rates: &Rates, quantities: &TokenQuantities) -> Option<Self> {
        let as_input = rates.cache_write == Some(CacheWrite::AsInput);
        match component {
            Component::Input => {
                (quantities.cache_write.is_none() && !as_input).then_some(Self::CacheWritesNotRecorded)
            }
            Component::CacheWrite => as_input.then_some(Self::CacheWritesBilledAsInput),
            Component::CachedInput | Component::Output => None,
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CacheWritesNotRecorded => {
                "cache writes were not recorded; any are in here at the input rate"
            }
            Self::CacheWritesBilledAsInput => "this model bills cache writes as input",
        })
    }
}

/// Why a response has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}", self.reason().english())]
pub enum Unpriced {
    /// The book has no row with this name.
    UnknownModel,
    /// The response has no time, and the model's price depends on it.
    NoTime,
    /// The book has rows with this name, but none for this time.
    NoRowAtTime,
    /// The row is of grade C.
    UnverifiedRow,
    /// The row's figures for a long input are of grade C.
    UnverifiedLongContext,
    /// The row's figure for this part is not verified.
    UnverifiedRate(Component),
    /// The row has no figure for this part.
    NoRate(Component),
    /// How much of the input came from the cache is not in the log.
    CachedInputNotRecorded,
    /// How much was read or written is not in the log, or no number.
    CountsNotRecorded,
    /// It was served at another tier than that of which the prices are.
    ServiceTier,
    /// The parts of the input are more than the input.
    InconsistentCounts,
}

impl Unpriced {
    /// The reason, for people.
    #[must_use]
    pub fn reason(self) -> Sentence {
        match self {
            Self::UnknownModel => sentence!("no price is known for this model"),
            Self::NoTime => sentence!("the response has no time, and the price depends on it"),
            Self::NoRowAtTime => sentence!("no price is known for this model at this time"),
            Self::UnverifiedRow => sentence!("only an unverified price is known"),
            Self::UnverifiedLongContext => sentence!("only an unverified price of long input is known"),
            Self::UnverifiedRate(part) => {
                sentence!("only an unverified price of {} is known", part.name())
            }
            Self::NoRate(part) => sentence!("no price of {} is known", part.name()),
            Self::CachedInputNotRecorded => sentence!("cached tokens were not recorded"),
            Self::CountsNotRecorded => {
                sentence!("the tokens read or written are not recorded as a number")
            }
            Self::ServiceTier => sentence!("only prices of the standard service tier are known"),
            Self::InconsistentCounts => {
                sentence!("the counts contradict each other: cached tokens and cache writes exceed the input")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Nanoseconds at midnight UTC.
    fn at(date: &str) -> u64 {
        Moment::try_from(date.parse::<toml::value::Datetime>().unwrap()).unwrap().unix_nano
    }

    const fn tokens(input: u64, cached_input: u64, cache_write: u64, output: u64) -> TokenQuantities {
        let (cached_input, cache_write) = (Some(cached_input), Some(cache_write));
        TokenQuantities { input, cached_input, cache_write, output }
    }

    const MILLION: u64 = 1_000_000;

    /// The row, the exact amount, and the steps; or the reason.
    fn told(book: &PriceBook, model: &str, date: &str, quantities: TokenQuantities) -> String {
        match book.price(model, Some(at(date)), &quantities) {
            Ok(priced) => {
                let steps: Vec<_> = priced.steps().map(|step| format!("\n  {step}")).collect();
                let unverified = if priced.uses_unverified { ", unverified" } else { "" };
                let cost = priced.cost.to_decimal_string();
                format!("${cost} ({}, {}{unverified}){}", priced.row.id(), priced.tier, steps.concat())
            }
            Err(reason) => reason.to_string(),
        }
    }

    fn cost(model: &str, date: &str, quantities: TokenQuantities) -> String {
        let book = PriceBook::builtin();
        book.price(model, Some(at(date)), &quantities)
            .map_or_else(|reason| reason.to_string(), |priced| priced.cost.to_decimal_string())
    }

    #[test]
    fn the_built_in_book_says_of_every_figure_where_it_is_from() {
        let book = PriceBook::builtin();
        for row in book.rows() {
            let id = row.id();
            assert!(row.base.grade.is_some() && row.source.is_some() && row.retrieved.is_some(), "{id}");
            assert_eq!(row.long_context.as_ref().map_or(272_000, |long| long.above_input_tokens), 272_000);
            let is_before_5_6 = !row.model.starts_with("gpt-5.6") && !row.model.starts_with("gpt-6");
            assert_eq!(row.base.cache_write == Some(CacheWrite::AsInput), is_before_5_6, "{id}");
        }
        assert_eq!(book.version(), "built-in 2026-11-21");
    }

    #[test]
    fn the_built_in_book_on_one_page() {
        let book = PriceBook::builtin();
        let figure = |rates: &Rates, component| {
            let rate = rates.rate(component).map_or("-".to_owned(), |rate| rate.to_string());
            if rates.unverified.contains(&component) { rate + "?" } else { rate }
        };
        let page: Vec<String> = book
            .rows()
            .map(|row| {
                let grade = |rates: &Rates| rates.grade.map_or("-".to_owned(), |grade| grade.to_string());
                let line = |rates: &Rates| {
                    use Component::{CacheWrite, CachedInput, Input, Output};
                    let figures = [Input, CachedInput, CacheWrite, Output].map(|part| figure(rates, part));
                    format!("{} {}", grade(rates), figures.join(" "))
                };
                let end = row.to.map_or(String::new(), |to| format!(" to {to}"));
                let long = row.long_context.as_ref();
                let long = long.map_or(String::new(), |long| format!(" | {}", line(&long.rates)));
                format!("{}{end}: {}{long}", row.id(), line(&row.base))
            })
            .collect();
        insta::assert_snapshot!(page.join("\n"), @r"
        codex-mini-latest: C 1.50 0.375 1.50 6.00
        gpt-4.1: B 2.00 0.50 2.00 8.00
        gpt-5@2025-08-07: A 1.25 0.125 1.25 10.00
        gpt-5-codex@2025-09-15: A 1.25 0.125 1.25 10.00
        gpt-5-mini@2025-08-07: A 0.25 0.025 0.25 2.00
        gpt-5-nano@2025-08-07: A 0.05 0.005 0.05 0.40
        gpt-5-pro@2025-10-06: A 15.00 - 15.00 120.00
        gpt-5.1@2025-11-13: B 1.25 0.125 1.25 10.00
        gpt-5.1-codex@2025-11-13: A 1.25 0.125 1.25 10.00
        gpt-5.1-codex-max@2025-11-13: A 1.25 0.125 1.25 10.00
        gpt-5.1-codex-mini@2025-11-13: A 0.25 0.025 0.25 2.00
        gpt-5.2@2025-12-11: B 1.75 0.175 1.75 14.00
        gpt-5.2-codex@2025-12-11: A 1.75 0.175 1.75 14.00
        gpt-5.2-pro@2025-12-11: A 21.00 - 21.00 168.00
        gpt-5.3-codex@2026-02-05: A 1.75 0.175 1.75 14.00
        gpt-5.3-codex-spark@2026-02-01: B 1.75 0.175 1.75 14.00
        gpt-5.4@2026-03-05: A 2.50 0.25 2.50 15.00 | A 5.00 0.50 5.00 22.50
        gpt-5.4-mini@2026-03-17: A 0.75 0.075 0.75 4.50
        gpt-5.4-nano@2026-03-17: A 0.20 0.02 0.20 1.25
        gpt-5.4-pro@2026-03-05: A 30.00 3.00? 30.00 180.00 | A 60.00 6.00? 60.00 270.00
        gpt-5.5@2026-04-23: A 5.00 0.50 5.00 30.00 | A 10.00 1.00 10.00 45.00
        gpt-5.5-pro@2026-04-23: A 30.00 3.00? 30.00 180.00 | A 60.00 6.00? 60.00 270.00
        gpt-5.6-luna@2026-07-09 to 2026-07-30: A 1.00 0.10 1.25 6.00 | A 2.00 0.20 2.50 9.00
        gpt-5.6-luna@2026-07-30: A 0.20 0.02 0.25 1.20 | A 0.40 0.04 0.50 1.80
        gpt-5.6-sol@2026-07-09 to 2026-08-21: A 5.00 0.50 6.25 30.00 | A 10.00 1.00 12.50 45.00
        gpt-5.6-sol@2026-08-21 to 2026-11-22: A 4.00 0.40 5.00 20.00 | A 8.00 0.80 10.00 30.00
        gpt-5.6-sol@2026-11-22: C 4.00 0.40 5.00 20.00 | C 8.00 0.80 10.00 30.00
        gpt-5.6-terra@2026-07-09 to 2026-07-30: A 2.50 0.25 3.125 15.00 | A 5.00 0.50 6.25 22.50
        gpt-5.6-terra@2026-07-30: A 2.00 0.20 2.50 12.00 | A 4.00 0.40 5.00 18.00
        gpt-6-astra@2026-09-03: A 10.00 1.00 12.50 50.00 | A 20.00 2.00 25.00 75.00
        gpt-6-luna@2026-09-22: A 0.10 0.01 0.125 0.50 | A 0.20 0.02 0.25 0.75
        gpt-6-sol@2026-09-22: A 2.00 0.20 2.50 10.00 | A 4.00 0.40 5.00 15.00
        gpt-6.1-sol@2026-09-29: B 2.00 0.10 2.50 10.00 | C 4.00 0.20 5.00 15.00
        gpt-6.1-terra@2026-09-29: C 1.00 0.05 - 5.00 | C 2.00 0.10 - 7.50
        gpt-6.2-astra@2026-11-17: C 8.00 0.40 - 40.00
        gpt-6.2-sol@2026-11-17: C 2.00 - - 10.00
        o3: B 2.00 0.50 2.00 8.00
        o4-mini: B 1.10 0.275 1.10 4.40
        ");
    }

    #[test]
    fn cached_tokens_and_cache_writes_are_parts_of_the_input() {
        let book = PriceBook::builtin();
        let response = tokens(10_000, 6_000, 1_000, 500);
        insta::assert_snapshot!(told(&book, "gpt-5.6-sol", "2026-09-01", response), @r"
        $0.0294 (gpt-5.6-sol@2026-08-21, base)
          input: 3000 tokens × $4.00 per 1M = $0.012
          cached input: 6000 tokens × $0.40 per 1M = $0.0024
          cache writes: 1000 tokens × $5.00 per 1M = $0.005
          output: 500 tokens × $20.00 per 1M = $0.01
        ");
        insta::assert_snapshot!(told(&book, "gpt-5.1-codex", "2026-09-01", response), @r"
        $0.01075 (gpt-5.1-codex@2025-11-13, base)
          input: 3000 tokens × $1.25 per 1M = $0.00375
          cached input: 6000 tokens × $0.125 per 1M = $0.00075
          cache writes: 1000 tokens × $1.25 per 1M = $0.00125 (this model bills cache writes as input)
          output: 500 tokens × $10.00 per 1M = $0.005
        ");
    }

    #[test]
    fn an_unrecorded_cache_write_is_billed_as_input_and_said() {
        let book = PriceBook::builtin();
        let response = TokenQuantities { cache_write: None, ..tokens(10_000, 6_000, 0, 500) };
        insta::assert_snapshot!(told(&book, "gpt-5.6-sol", "2026-09-01", response), @r"
        $0.0284 (gpt-5.6-sol@2026-08-21, base)
          input: 4000 tokens × $4.00 per 1M = $0.016 (cache writes were not recorded; any are in here at the input rate)
          cached input: 6000 tokens × $0.40 per 1M = $0.0024
          output: 500 tokens × $20.00 per 1M = $0.01
        ");
        insta::assert_snapshot!(told(&book, "gpt-5.1-codex", "2026-09-01", response), @r"
        $0.01075 (gpt-5.1-codex@2025-11-13, base)
          input: 4000 tokens × $1.25 per 1M = $0.005
          cached input: 6000 tokens × $0.125 per 1M = $0.00075
          output: 500 tokens × $10.00 per 1M = $0.005
        ");
    }

    #[test]
    fn a_row_holds_from_its_first_moment_until_just_before_the_next() {
        let book = PriceBook::builtin();
        let cut = at("2026-08-21");
        let row = |time| book.price("gpt-5.6-sol", Some(time), &tokens(1, 0, 0, 1)).unwrap().row.id();
        assert_eq!(row(cut - 1), "gpt-5.6-sol@2026-07-09");
        assert_eq!(row(cut), "gpt-5.6-sol@2026-08-21");
        assert_eq!(cost("gpt-5.6-terra", "2026-07-29", tokens(MILLION / 5, 0, 0, 0)), "0.5");
        assert_eq!(cost("gpt-5.6-terra", "2026-07-30", tokens(MILLION / 5, 0, 0, 0)), "0.4");
    }

    #[test]
    fn a_long_input_changes_the_rate_of_the_whole_response() {
        let book = PriceBook::builtin();
        for input in [272_000, 272_001] {
            let response = tokens(input, 200_000, 0, 1_000);
            let told = told(&book, "gpt-5.5", "2026-09-01", response);
            if input == 272_000 {
                insta::assert_snapshot!(told, @r"
                $0.49 (gpt-5.5@2026-04-23, base)
                  input: 72000 tokens × $5.00 per 1M = $0.36
                  cached input: 200000 tokens × $0.50 per 1M = $0.1
                  output: 1000 tokens × $30.00 per 1M = $0.03
                ");
            } else {
                insta::assert_snapshot!(told, @r"
                $0.96501 (gpt-5.5@2026-04-23, long context)
                  input: 72001 tokens × $10.00 per 1M = $0.72001
                  cached input: 200000 tokens × $1.00 per 1M = $0.2
                  output: 1000 tokens × $45.00 per 1M = $0.045
                ");
            }
        }
        assert_eq!(cost("gpt-5.2", "2026-09-01", tokens(MILLION, 0, 0, 0)), "1.75", "no long tier");
    }

    #[test]
    fn a_model_goes_by_its_name_by_an_alias_and_by_its_name_with_a_date() {
        let book = PriceBook::builtin();
        let row = |model| {
            let priced = book.price(model, Some(at("2026-09-01")), &tokens(1, 0, 0, 1));
            priced.map_or_else(|reason| reason.to_string(), |priced| priced.row.id())
        };
        assert_eq!(row("gpt-5.6"), "gpt-5.6-sol@2026-08-21");
        assert_eq!(row("gpt-5.6-2026-07-09"), "gpt-5.6-sol@2026-08-21");
        assert_eq!(row("gpt-5-mini-2025-08-07"), "gpt-5-mini@2025-08-07");
        for stranger in [
            "",
            "gpt",
            "GPT-5",
            "gpt-5-2025-13-07",
            "gpt-5-20250807",
            "gpt-5-2025-08-07-x",
            "-2025-08-07",
            "gpt-5-2025-08-é",
            "gpt-5.4-codex",
            "openai/gpt-5",
            "codex-auto-review",
        ] {
            assert_eq!(row(stranger), Unpriced::UnknownModel.to_string(), "{stranger}");
        }
    }

    #[test]
    fn what_is_in_doubt_has_no_price_but_a_reason() {
        let book = PriceBook::builtin();
        let plain = tokens(10, 0, 0, 1);
        let unrecorded = TokenQuantities { cached_input: None, ..plain };
        let cases = [
            ("house-model", "2026-09-01", plain),
            ("gpt-5.4", "2026-01-01", plain),
            ("gpt-6.2-sol", "2026-11-18", plain),
            ("gpt-5.6-sol", "2026-11-21", plain),
            ("gpt-5.6-sol", "2026-11-22", plain),
            ("gpt-6.1-sol", "2026-10-01", tokens(272_000, 0, 0, 1)),
            ("gpt-6.1-sol", "2026-10-01", tokens(272_001, 0, 0, 1)),
            ("gpt-5.5-pro", "2026-09-01", plain),
            ("gpt-5.5-pro", "2026-09-01", tokens(10, 1, 0, 1)),
            ("gpt-5-pro", "2026-09-01", plain),
            ("gpt-5-pro", "2026-09-01", tokens(10, 1, 0, 1)),
            ("gpt-5", "2026-09-01", unrecorded),
            ("gpt-5", "2026-09-01", tokens(10, 11, 0, 1)),
            ("gpt-5", "2026-09-01", tokens(10, 6, 5, 1)),
            ("gpt-5", "2026-09-01", tokens(10, u64::MAX, u64::MAX, 1)),
        ];
        let answers = cases.map(|(model, date, quantities)| {
            let answer = told(&book, model, date, quantities);
            format!("{model} {date}: {}", answer.lines().next().unwrap_or_default())
        });
        insta::assert_snapshot!(answers.join("\n"), @r"
        house-model 2026-09-01: no price is known for this model
        gpt-5.4 2026-01-01: no price is known for this model at this time
        gpt-6.2-sol 2026-11-18: only an unverified price is known
        gpt-5.6-sol 2026-11-21: $0.00006 (gpt-5.6-sol@2026-08-21, base)
        gpt-5.6-sol 2026-11-22: only an unverified price is known
        gpt-6.1-sol 2026-10-01: $0.54401 (gpt-6.1-sol@2026-09-29, base)
        gpt-6.1-sol 2026-10-01: only an unverified price of long input is known
        gpt-5.5-pro 2026-09-01: $0.00048 (gpt-5.5-pro@2026-04-23, base)
        gpt-5.5-pro 2026-09-01: only an unverified price of cached input is known
        gpt-5-pro 2026-09-01: $0.00027 (gpt-5-pro@2025-10-06, base)
        gpt-5-pro 2026-09-01: no price of cached input is known
        gpt-5 2026-09-01: cached tokens were not recorded
        gpt-5 2026-09-01: the counts contradict each other: cached tokens and cache writes exceed the input
        gpt-5 2026-09-01: the counts contradict each other: cached tokens and cache writes exceed the input
        gpt-5 2026-09-01: the counts contradict each other: cached tokens and cache writes exceed the input
        ");
    }

    #[test]
    fn unverified_figures_are_used_when_asked_for_and_then_marked() {
        let book = PriceBook::builtin().with_unverified(true);
        let response = tokens(1_000, 100, 0, 10);
        insta::assert_snapshot!(told(&book, "gpt-5.5-pro", "2026-09-01", response), @r"
        $0.0291 (gpt-5.5-pro@2026-04-23, base, unverified)
          input: 900 tokens × $30.00 per 1M = $0.027
          cached input: 100 tokens × $3.00 per 1M = $0.0003
          output: 10 tokens × $180.00 per 1M = $0.0018
        ");
        insta::assert_snapshot!(told(&book, "gpt-6.2-astra", "2026-11-18", response), @r"
        $0.00764 (gpt-6.2-astra@2026-11-17, base, unverified)
          input: 900 tokens × $8.00 per 1M = $0.0072
          cached input: 100 tokens × $0.40 per 1M = $0.00004
          output: 10 tokens × $40.00 per 1M = $0.0004
        ");
        insta::assert_snapshot!(told(&book, "gpt-6.2-sol", "2026-11-18", response), @"no price of cached input is known");
        insta::assert_snapshot!(told(&book, "gpt-5.5", "2026-11-18", tokens(1, 0, 0, 0)), @r"
        $0.000005 (gpt-5.5@2026-04-23, base)
          input: 1 token × $5.00 per 1M = $0.000005
        ");
    }

    #[test]
    fn without_a_time_only_a_price_without_dates_is_certain() {
        let book = PriceBook::builtin();
        let priced = |model| book.price(model, None, &tokens(1, 0, 0, 1)).map(|priced| priced.row.id());
        assert_eq!(priced("o3"), Ok("o3".to_owned()));
        assert_eq!(priced("gpt-5"), Err(Unpriced::NoTime));
        assert_eq!(priced("house-model"), Err(Unpriced::UnknownModel));
    }

    /// A file that prices one model, without dates.
    fn file(head: &str, model: &str, aliases: &str) -> PriceBook {
        let row =
            format!("[[price]]\nmodel = \"{model}\"\naliases = [{aliases}]\ninput = \"7\"\noutput = \"7\"");
        PriceBook::from_toml(&format!("{head}\n{row}"), "house.toml").unwrap()
    }

    fn input_rates(book: &PriceBook, names: &[&str]) -> Vec<String> {
        let rate = |name: &&str| {
            let priced = book.price(name, Some(at("2026-09-01")), &tokens(MILLION / 10, 0, 0, 0));
            let rate = priced.map(|priced| priced.row.base.input.to_string());
            rate.unwrap_or_else(|reason| reason.to_string())
        };
        names.iter().map(rate).collect()
    }

    #[test]
    fn a_file_adds_models_and_replaces_all_rows_of_the_models_it_names() {
        let book = PriceBook::builtin().extended_with(file("version = \"3\"", "house-model", ""));
        assert_eq!(input_rates(&book, &["house-model", "gpt-5"]), ["7.00", "1.25"]);
        assert_eq!(book.version(), "built-in 2026-11-21 + house.toml 3");

        let unknown = Unpriced::UnknownModel.to_string();
        let book = PriceBook::builtin().extended_with(file("", "gpt-5.6-sol", ""));
        assert_eq!(input_rates(&book, &["gpt-5.6-sol", "gpt-5.6"]), ["7.00", &unknown]);
        assert_eq!(book.rows().filter(|row| row.model == "gpt-5.6-sol").count(), 1);
        assert_eq!(book.rows().filter(|row| *row.origin == *"house.toml").count(), 1);

        let book = PriceBook::builtin().extended_with(file("", "house-model", "\"gpt-5.6\", \"gpt-5\""));
        let names = ["house-model", "gpt-5.6", "gpt-5", "gpt-5.6-sol"];
        assert_eq!(input_rates(&book, &names), ["7.00", "7.00", "7.00", "4.00"]);
    }

    #[test]
    fn a_file_that_says_replace_stands_alone() {
        let book = PriceBook::builtin().with_unverified(true).extended_with(file("replace = true", "m", ""));
        assert_eq!(input_rates(&book, &["m", "gpt-5"]), ["7.00", &Unpriced::UnknownModel.to_string()]);
        assert_eq!(book.version(), "house.toml");
        assert!(book.uses_unverified, "what was asked of the book stays asked");
    }

    #[test]
    fn the_largest_counts_have_a_price() {
        let largest = tokens(u64::MAX, 0, 0, u64::MAX);
        assert_eq!(cost("gpt-5", "2026-09-01", largest), "207525870829232.45566875");
    }

    proptest! {
        #[test]
        fn a_price_is_the_sum_of_its_steps_and_its_tokens_are_all_there(
            input in 0..2_000_000_u64,
            cached_input in 0..1_000_000_u64,
            cache_write in proptest::option::of(0..1_000_000_u64),
            output: u32,
        ) {
            let book = PriceBook::builtin();
            let output = u64::from(output);
            let quantities = TokenQuantities { input, cached_input: Some(cached_input), cache_write, output };
            for model in ["gpt-5.6-sol", "gpt-5.4", "o3"] {
                match book.price(model, Some(at("2026-09-01")), &quantities) {
                    Ok(priced) => {
                        prop_assert_eq!(priced.steps().map(|step| step.amount).sum::<Usd>(), priced.cost);
                        prop_assert_eq!(priced.steps().map(|step| step.tokens).sum::<u64>(), input + output);
                    }
                    Err(reason) => {
                        prop_assert_eq!(reason, Unpriced::InconsistentCounts);
                        prop_assert!(cached_input + cache_write.unwrap_or(0) > input);
                    }
                }
            }
        }
    }
}
