//! Reads a price book from TOML, and says where it is wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use toml::Spanned;
use toml::value::Datetime;

use super::row::{CacheWrite, Component, Grade, LongContext, Moment, PriceRow, Rates};
use super::{PriceBook, Rate};
use crate::words::{Sentence, sentence};

/// Why a price book could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}:{}{}", line.map_or(String::from(" "), |line| format!("{line}: ")), .reason.english())]
pub struct PriceBookError {
    /// The file it is in.
    pub origin: String,
    /// The line it is on, counted from 1; `None` when it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub reason: Sentence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookToml {
    version: Option<String>,
    #[serde(default)]
    replace: bool,
    #[serde(default)]
    price: Vec<RowToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowToml {
    model: Spanned<String>,
    #[serde(default)]
    aliases: Vec<String>,
    from: Option<Spanned<Datetime>>,
    to: Option<Spanned<Datetime>>,
    input: Spanned<Dollars>,
    cached_input: Option<Spanned<Dollars>>,
    cache_write: Option<Spanned<DollarsOrInput>>,
    output: Spanned<Dollars>,
    #[serde(default)]
    unverified: Vec<Component>,
    grade: Option<Grade>,
    source: Option<String>,
    retrieved: Option<String>,
    note: Option<String>,
    long_context: Option<LongContextToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongContextToml {
    above_input_tokens: u64,
    input: Spanned<Dollars>,
    cached_input: Option<Spanned<Dollars>>,
    cache_write: Option<Spanned<DollarsOrInput>>,
    output: Spanned<Dollars>,
    #[serde(default)]
    unverified: Vec<Component>,
    grade: Option<Grade>,
}

/// A rate as it is written.
struct Dollars(String);

/// A rate as it is written, or that it is the one of input.
struct DollarsOrInput(String);

/// A row and the line its model is named on.
type Placed = (PriceRow, usize);

/// What is wrong, and with the value that begins at which byte.
type Fault = (usize, Sentence);

pub(super) fn read(text: &str, origin: &str) -> Result<PriceBook, PriceBookError> {
    let fault = |line, reason| PriceBookError { origin: origin.to_owned(), line, reason };
    let line_at = |byte: usize| text.as_bytes().iter().take(byte).filter(|&&byte| byte == b'\n').count() + 1;
    let book: BookToml = toml::from_str(text).map_err(|error| {
        fault(error.span().map(|span| line_at(span.start)), sentence!("{}", error.message()))
    })?;
    if book.price.is_empty() {
        return Err(fault(None, sentence!("no prices: a price is a table [[price]]")));
    }
    let shared_origin: Arc<str> = Arc::from(origin);
    let mut rows: Vec<Placed> = Vec::with_capacity(book.price.len());
    for row in book.price {
        let line = line_at(row.model.span().start);
        let row =
            price_row(row, &shared_origin).map_err(|(byte, reason)| fault(Some(line_at(byte)), reason))?;
        rows.push((row, line));
    }
    check_overlaps(&rows).map_err(|(line, reason)| fault(Some(line), reason))?;
    let version = match book.version {
        Some(version) => format!("{origin} {version}"),
        None => origin.to_owned(),
    };
    let rows = rows.into_iter().map(|(row, _)| row).collect();
    Ok(PriceBook { replaces: book.replace, ..PriceBook::of(rows, version) })
}

fn price_row(row: RowToml, origin: &Arc<str>) -> Result<PriceRow, Fault> {
    let place = row.model.span().start;
    let fault = |reason| Err((place, reason));
    let model = row.model.into_inner();
    if model.is_empty() || row.aliases.iter().any(String::is_empty) {
        return fault(sentence!("a model's name is empty"));
    }
    let (from, to) = (row.from.map(moment).transpose()?, row.to.map(moment).transpose()?);
    if let (Some(from), Some(to)) = (from, to)
        && from.unix_nano >= to.unix_nano
    {
        return fault(sentence!("{name}: `from` ({}) is not before `to` ({})", from, to, name = model));
    }
    let base = Rates {
        input: rate(row.input)?,
        cached_input: row.cached_input.map(rate).transpose()?,
        cache_write: row.cache_write.map(cache_write).transpose()?,
        output: rate(row.output)?,
        grade: row.grade,
        unverified: row.unverified,
    };
    let long_context = match row.long_context {
        None => None,
        Some(long) => Some(LongContext {
            above_input_tokens: long.above_input_tokens,
            rates: Rates {
                input: rate(long.input)?,
                cached_input: long.cached_input.map(rate).transpose()?,
                cache_write: long.cache_write.map(cache_write).transpose()?,
                output: rate(long.output)?,
                grade: long.grade.or(row.grade),
                unverified: long.unverified,
            },
        }),
    };
    for rates in [Some(&base), long_context.as_ref().map(|long| &long.rates)].into_iter().flatten() {
        if let Some(component) = rates.unverified.iter().find(|component| rates.rate(**component).is_none()) {
            let component = component.name();
            return fault(sentence!(
                "{name}: `unverified` lists {}, which has no rate",
                component,
                name = model
            ));
        }
    }
    Ok(PriceRow {
        model,
        aliases: row.aliases,
        from,
        to,
        base,
        long_context,
        source: row.source,
        retrieved: row.retrieved,
        note: row.note,
        origin: Arc::clone(origin),
    })
}

/// A name has one price at a time.
fn check_overlaps(rows: &[Placed]) -> Result<(), (usize, Sentence)> {
    let mut by_name: BTreeMap<&str, Vec<&Placed>> = BTreeMap::new();
    for placed in rows {
        for name in placed.0.names() {
            by_name.entry(name).or_default().push(placed);
        }
    }
    for (name, mut placed) in by_name {
        placed.sort_by_key(|(row, _)| row.from.map(|from| from.unix_nano));
        for pair in placed.windows(2) {
            let [(earlier, earlier_line), (later, later_line)] = pair else { continue };
            let apart =
                earlier.to.zip(later.from).is_some_and(|(end, start)| end.unix_nano <= start.unix_nano);
            if !apart {
                let (first, second) = (earlier_line.min(later_line), *earlier_line.max(later_line));
                let since = later.from.map_or(sentence!("the beginning"), |from| sentence!("{}", from));
                let reason =
                    sentence!("{name} has two prices from {} on: here and on line {}", since, first, name);
                return Err((second, reason));
            }
        }
    }
    Ok(())
}

fn moment(written: Spanned<Datetime>) -> Result<Moment, Fault> {
    read_value(written, Moment::try_from)
}

fn rate(written: Spanned<Dollars>) -> Result<Rate, Fault> {
    read_value(written, |Dollars(text)| Rate::from_usd_per_million(&text))
}

fn cache_write(written: Spanned<DollarsOrInput>) -> Result<CacheWrite, Fault> {
    read_value(written, |DollarsOrInput(text)| match text.as_str() {
        "input" => Ok(CacheWrite::AsInput),
        text => Rate::from_usd_per_million(text).map(CacheWrite::At),
    })
}

fn read_value<W, V>(written: Spanned<W>, read: impl FnOnce(W) -> Result<V, Sentence>) -> Result<V, Fault> {
    let place = written.span().start;
    read(written.into_inner()).map_err(|reason| (place, reason))
}

/// A string. Who writes something else is told what is expected.
struct Expected(&'static str);

impl Visitor<'_> for Expected {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: Expected = Expected("US dollars per 1 million tokens in quotes, such as \"1.25\"");
        deserializer.deserialize_str(EXPECTED).map(Self)
    }
}

impl<'de> Deserialize<'de> for DollarsOrInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: Expected =
            Expected("US dollars per 1 million tokens in quotes, such as \"1.25\", or \"input\"");
        deserializer.deserialize_str(EXPECTED).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "[[price]]\nmodel = \"m\"\ninput = \"1\"\noutput = \"2\"\n";

    fn refusal(text: &str) -> String {
        read(text, "prices.toml").unwrap_err().to_string()
    }

    #[test]
    fn the_smallest_book_is_a_model_and_two_rates() {
        let book = read(ROW, "prices.toml").unwrap();
        assert_eq!(book.rows().map(PriceRow::id).collect::<Vec<_>>(), ["m"]);
        assert_eq!(book.version(), "prices.toml");
    }

    #[test]
    fn an_error_names_the_line_and_what_is_wrong_with_it() {
        let refusals = [
            "not toml".to_owned(),
            String::new(),
            format!("{ROW}cached = \"1\"\n"),
            format!("prices = 1\n{ROW}"),
            ROW.replace("\"1\"", "1.25"),
            ROW.replace("\"1\"", "\"-1\""),
            ROW.replace("\"1\"", "\"free\""),
            ROW.replace("output = \"2\"\n", ""),
            ROW.to_owned() + &ROW.replace("output = \"2\"\n", ""),
            format!("{ROW}cache_write = \"as input\"\n"),
            format!("{ROW}grade = \"D\"\n"),
            format!("{ROW}from = \"2026-01-01\"\n"),
            format!("{ROW}from = 2026-01-01T00:00:00\n"),
            format!("{ROW}from = 2026-01-02\nto = 2026-01-02\n"),
            format!("{ROW}unverified = [\"cached_input\"]\n"),
            format!("{ROW}unverified = [\"long_context\"]\n"),
            format!("{ROW}[price.long_context]\nabove_input_tokens = -1\ninput = \"1\"\noutput = \"2\"\n"),
            ROW.replace("\"m\"", "\"\""),
        ]
        .map(|text| refusal(&text));
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        prices.toml:1: key with no value, expected `=`
        prices.toml: no prices: a price is a table [[price]]
        prices.toml:5: unknown field `cached`, expected one of `model`, `aliases`, `from`, `to`, `input`, `cached_input`, `cache_write`, `output`, `unverified`, `grade`, `source`, `retrieved`, `note`, `long_context`
        prices.toml:1: unknown field `prices`, expected one of `version`, `replace`, `price`
        prices.toml:3: invalid type: floating point `1.25`, expected US dollars per 1 million tokens in quotes, such as "1.25"
        prices.toml:3: a rate cannot be negative: "-1"
        prices.toml:3: not a decimal number of US dollars such as "1.25": "free"
        prices.toml:1: missing field `output`
        prices.toml:5: missing field `output`
        prices.toml:5: not a decimal number of US dollars such as "1.25": "as input"
        prices.toml:5: unknown variant `D`, expected one of `A`, `B`, `C`
        prices.toml:5: invalid type: string "2026-01-01", expected a TOML datetime
        prices.toml:5: an offset is missing, such as 2026-01-01T00:00:00Z: 2026-01-01T00:00:00
        prices.toml:2: m: `from` (2026-01-02) is not before `to` (2026-01-02)
        prices.toml:2: m: `unverified` lists cached input, which has no rate
        prices.toml:5: unknown variant `long_context`, expected one of `input`, `cached_input`, `cache_write`, `output`
        prices.toml:6: invalid value: integer `-1`, expected u64
        prices.toml:2: a model's name is empty
        "#);
    }

    #[test]
    fn a_name_has_one_price_at_a_time() {
        let dated = |lines: &str| format!("{ROW}{lines}\n");
        let refusals = [
            format!("{ROW}{ROW}"),
            dated("from = 2026-01-01") + &dated("from = 2026-02-01"),
            dated("from = 2026-02-01\nto = 2026-03-01") + &dated("from = 2026-01-01\nto = 2026-02-02"),
            dated("to = 2026-01-01") + &dated("to = 2026-02-01"),
            ROW.to_owned() + &ROW.replace("\"m\"", "\"n\"\naliases = [\"m\"]"),
        ]
        .map(|text| refusal(&text));
        insta::assert_snapshot!(refusals.join("\n"), @r"
        prices.toml:6: m has two prices from the beginning on: here and on line 2
        prices.toml:7: m has two prices from 2026-02-01 on: here and on line 2
        prices.toml:8: m has two prices from 2026-02-01 on: here and on line 2
        prices.toml:7: m has two prices from the beginning on: here and on line 2
        prices.toml:6: m has two prices from the beginning on: here and on line 2
        ");
    }

    #[test]
    fn rows_may_touch_and_may_come_in_any_order() {
        let later = format!("{ROW}from = 2026-02-01\n");
        let earlier = format!("{ROW}to = 2026-02-01\n");
        assert!(read(&format!("{later}{earlier}"), "prices.toml").is_ok());
    }

    #[test]
    fn a_name_that_is_listed_twice_in_one_row_is_one_name() {
        assert!(read(&ROW.replace("\"m\"", "\"m\"\naliases = [\"m\"]"), "prices.toml").is_ok());
    }
}
