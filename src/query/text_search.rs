//! Where does this text occur? Matching is on decoded values, so that no escape in the file hides a hit and no match
//! is found in the syntax around the values.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use crate::event::{AnyValue, Event, Needle, name_of_double};

/// What to look for.
#[derive(Clone, Debug)]
pub struct TextSearch {
    pattern: Regex,
    inverted: bool,
    needle: Option<Needle>,
    /// Only these attributes; empty stands for all.
    attributes: BTreeSet<String>,
}

/// How to read the pattern.
#[derive(Clone, Copy, Debug, Default)]
pub struct PatternOptions {
    /// Letter case does not matter.
    pub ignore_case: bool,
    /// The pattern is text, not a regular expression.
    pub fixed: bool,
    /// Only whole words.
    pub word: bool,
}

/// A text in which the pattern was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatches<'a> {
    /// The attribute's key, nested ones dotted, or `body`. Each text of a list is one of its own.
    pub attribute: Cow<'a, str>,
    /// The decoded text.
    pub text: Cow<'a, str>,
    /// Where each match begins and ends in the text, in bytes; never empty.
    pub ranges: Vec<Range<usize>>,
}

/// The name under which the body is searched.
pub const BODY: &str = "body";

impl TextSearch {
    /// Looks for `pattern` in the values of `attributes`, or of all when none is named; with `inverted` for events in
    /// which it does not occur.
    ///
    /// # Errors
    /// When the pattern is no regular expression.
    pub fn new(
        pattern: &str,
        options: PatternOptions,
        inverted: bool,
        attributes: impl IntoIterator<Item = String>,
    ) -> Result<Self, regex::Error> {
        let mut text = if options.fixed { regex::escape(pattern) } else { pattern.to_owned() };
        if options.word {
            text = format!(r"\b{{start-half}}(?:{text})\b{{end-half}}");
        }
        // A value is a text of many lines: ^ and $ are the ends of each, as a person who greps expects.
        let pattern =
            RegexBuilder::new(&text).case_insensitive(options.ignore_case).multi_line(true).build()?;
        let needle = if inverted { None } else { needle(&text, options.ignore_case) };
        Ok(Self { pattern, inverted, needle, attributes: attributes.into_iter().collect() })
    }

    /// A text that stands in every message with a hit, if one can be told.
    #[must_use]
    pub fn needle(&self) -> Option<Needle> {
        self.needle.clone()
    }

    /// The texts of an event in which it occurs; `None` when the event is no hit. An inverted hit has none.
    #[must_use]
    pub fn find<'a>(&self, event: &Event<'a>) -> Option<Vec<TextMatches<'a>>> {
        let mut matches = Vec::new();
        let mut found = false;
        event.attributes().for_each_leaf(|attribute, value| {
            found |= self.find_in(attribute, value, &mut matches);
        });
        found |= self.find_in(&Cow::Borrowed(BODY), Cow::Borrowed(&event.record.body), &mut matches);
        if self.inverted { (!found).then(Vec::new) } else { found.then_some(matches) }
    }

    #[expect(clippy::ptr_arg, reason = "a key that is borrowed stays so")]
    fn find_in<'a>(
        &self,
        attribute: &Cow<'a, str>,
        value: Cow<'a, AnyValue<'a>>,
        matches: &mut Vec<TextMatches<'a>>,
    ) -> bool {
        if !self.attributes.is_empty() && !self.attributes.contains(attribute.as_ref()) {
            return false;
        }
        let mut found = false;
        for text in lasting_texts_of(value) {
            if self.inverted {
                found |= self.pattern.is_match(&text);
                continue;
            }
            let mut ranges: Vec<_> = self.pattern.find_iter(&text).map(|found| found.range()).collect();
            found |= !ranges.is_empty();
            // A pattern that can match nothing does so everywhere; one such place says enough.
            if ranges.iter().any(|range| !range.is_empty()) {
                ranges.retain(|range| !range.is_empty());
            } else {
                ranges.truncate(1);
            }
            if !ranges.is_empty() {
                matches.push(TextMatches { attribute: attribute.clone(), text, ranges });
            }
        }
        found
    }
}

/// The longest text that every match of the pattern holds.
fn needle(pattern: &str, ignore_case: bool) -> Option<Needle> {
    /// Notes the texts that must occur.
    fn note(hir: &Hir, texts: &mut Vec<String>) {
        match hir.kind() {
            HirKind::Literal(literal) => texts.extend(String::from_utf8(literal.0.to_vec())),
            HirKind::Concat(parts) => parts.iter().for_each(|part| note(part, texts)),
            HirKind::Capture(capture) => note(&capture.sub, texts),
            HirKind::Repetition(repetition) if repetition.min > 0 => note(&repetition.sub, texts),
            _ => {}
        }
    }
    let mut parser = ParserBuilder::new().case_insensitive(ignore_case).multi_line(true).build();
    let mut texts = Vec::new();
    note(&parser.parse(pattern).ok()?, &mut texts);
    // What has several cases is no literal any more where case does not matter.
    Needle::of_text(&texts.into_iter().max_by_key(String::len)?, false)
}

/// The texts of a value that are searched, as long as the value lasts.
fn lasting_texts_of<'a>(value: Cow<'a, AnyValue<'a>>) -> Vec<Cow<'a, str>> {
    match value {
        Cow::Borrowed(value) => texts_of(value),
        Cow::Owned(AnyValue::String(text)) => vec![text.into()],
        Cow::Owned(value) => texts_of(&value).into_iter().map(|text| Cow::Owned(text.into_owned())).collect(),
    }
}

/// The texts of a value that are searched: one, or one for each element of a list.
fn texts_of<'a>(value: &'a AnyValue<'_>) -> Vec<Cow<'a, str>> {
    match value {
        AnyValue::Empty => Vec::new(),
        AnyValue::String(text) | AnyValue::Bytes(text) => vec![Cow::Borrowed(text.as_str())],
        AnyValue::Bool(truth) => vec![Cow::Borrowed(if *truth { "true" } else { "false" })],
        AnyValue::Int(number) => vec![Cow::Owned(number.to_string())],
        // What is searched is what JSON shows.
        AnyValue::Double(number) => vec![match name_of_double(*number) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(serde_json::json!(number).to_string()),
        }],
        AnyValue::Array(values) => values.iter().flat_map(texts_of).collect(),
        AnyValue::KvList(pairs) => pairs.iter().flat_map(|(_, value)| texts_of(value)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Attributes, Location, LogRecord, Resource, Scope};

    fn hits(search: &TextSearch, values: &[(&'static str, &'static str)]) -> Option<Vec<(String, String)>> {
        let pairs =
            values.iter().map(|(key, value)| ((*key).into(), AnyValue::String((*value).into()))).collect();
        let record = LogRecord { attributes: Attributes::new(pairs), ..LogRecord::default() };
        let event = Event {
            resource: &Resource::default(),
            scope: &Scope::default(),
            record: &record,
            location: Location::default(),
        };
        let found = search.find(&event)?;
        let places = found.iter().flat_map(|hit| {
            hit.ranges.iter().map(|range| (hit.attribute.to_string(), hit.text[range.clone()].to_owned()))
        });
        Some(places.collect())
    }

    fn search(pattern: &str, options: PatternOptions) -> TextSearch {
        TextSearch::new(pattern, options, false, []).expect("a pattern")
    }

    #[test]
    fn every_place_in_every_value_is_found() {
        let found =
            hits(&search("a.", PatternOptions::default()), &[("k", "ab ac"), ("l", "x"), ("m", "a\nad")]);
        let expected = [("k", "ab"), ("k", "ac"), ("m", "ad")];
        assert_eq!(found, Some(expected.map(|(key, text)| (key.to_owned(), text.to_owned())).to_vec()));
    }

    #[test]
    fn options_are_those_of_grep() {
        let with = |ignore_case, fixed, word| PatternOptions { ignore_case, fixed, word };
        let found = |pattern, options, text| hits(&search(pattern, options), &[("k", text)]).is_some();
        assert!(found("TOKEN", with(true, false, false), "token"));
        assert!(!found("a.c", with(false, true, false), "abc"));
        assert!(found("a.c", with(false, true, false), "a.c"));
        assert!(!found("rm", with(false, false, true), "farm"));
        assert!(found("密码", with(false, false, false), "我的密码是"));
        assert!(found("^b$", with(false, false, false), "a\nb\nc"));
    }

    #[test]
    fn a_double_is_searched_as_json_shows_it() {
        for (number, text) in
            [(f64::NEG_INFINITY, "-Infinity"), (f64::NAN, "NaN"), (1e300, "1e+300"), (2.5, "2.5")]
        {
            assert_eq!(texts_of(&AnyValue::Double(number)), [text]);
        }
    }

    #[test]
    fn an_inverted_search_finds_events_without_the_text() {
        let search = TextSearch::new("x", PatternOptions::default(), true, []).expect("a pattern");
        assert_eq!(hits(&search, &[("k", "x")]), None);
        assert_eq!(hits(&search, &[("k", "y")]), Some(vec![]));
    }

    #[test]
    fn only_named_attributes_are_searched() {
        let search =
            TextSearch::new("x", PatternOptions::default(), false, ["l".to_owned()]).expect("a pattern");
        assert_eq!(hits(&search, &[("k", "x")]), None);
        assert!(hits(&search, &[("k", "x"), ("l", "x")]).is_some_and(|found| found.len() == 1));
    }

    #[test]
    fn a_pattern_that_matches_nothing_anywhere_is_one_place() {
        let found = hits(&search("z*", PatternOptions::default()), &[("k", "abc")]);
        assert_eq!(found, Some(vec![("k".to_owned(), String::new())]));
    }
}
