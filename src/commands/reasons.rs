//! What `source` and `query` say of files, damage and prices, taken apart so that it can be told in the reader's language.
//!
//! They say it in English, because that is what machine output holds; which sentences there are is known here.

use std::io::{self, ErrorKind};
use std::sync::LazyLock;

use regex::Regex;
use tr::tr;

use crate::event::GlobError;
use crate::source::DamageKind;
use crate::words::{Part, Sentence, sentence};

/// The clauses that are known, with places for what differs. What fits none of them, as what the system or a library
/// says, is told as it is.
static CLAUSES: LazyLock<Vec<(Regex, Sentence)>> = LazyLock::new(|| {
    let known = [
        // Files.
        sentence!("{name} does not exist"),
        sentence!("no file fits the pattern {name}"),
        sentence!("the folder {name} holds no OTLP file"),
        sentence!("{name} is no pattern: {}"),
        sentence!(
            "{name} has mode {} and belongs to uid {}, gid {}, as whom the Collector's image runs: read it as that user or group, or run the Collector as your own user"
        ),
        sentence!("{name} has mode {} and belongs to uid {}, gid {}"),
        sentence!("{name}: 1 rotated file beside it was not read"),
        sentence!("{name}: {} rotated files beside it were not read"),
        sentence!("--rotated takes them in"),
        sentence!("{name}: passed over, no OTLP in it: {}"),
        sentence!("{name} was rotated meanwhile"),
        sentence!("it was read as {name}"),
        sentence!("{name} was replaced while it was read, as by a rotation"),
        sentence!("what was written since is not in the answer"),
        sentence!("{name} became shorter while it was read, as when a Collector starts anew"),
        sentence!("what it held before is partly in the answer"),
        sentence!("{name} was renamed or removed while it was read"),
        // Files that are followed.
        sentence!("standard input cannot be followed: name the file"),
        sentence!("{name} cannot be followed: it holds {}, not lines of JSON"),
        sentence!("{name} cannot be followed: it is no regular file"),
        sentence!("a zstd stream"),
        sentence!("a gzip stream"),
        sentence!("messages behind their lengths"),
        sentence!("one JSON document"),
        sentence!("{name} was emptied, cut or rewritten, as when a Collector starts anew"),
        sentence!("it is read from its beginning"),
        sentence!("{name} was rotated"),
        sentence!("the new one is read on"),
        sentence!("{name} was removed before it was read"),
        sentence!("{name} is not there any more"),
        sentence!("{name} is not there yet"),
        sentence!("waiting for it"),
        sentence!("{name} is new"),
        sentence!("it is read, too"),
        // Prices.
        sentence!("no price is known for this model"),
        sentence!("the response has no time, and the price depends on it"),
        sentence!("no price is known for this model at this time"),
        sentence!("only an unverified price is known"),
        sentence!("only an unverified price of long input is known"),
        sentence!("only an unverified price of {} is known"),
        sentence!("no price of {} is known"),
        sentence!("cached tokens were not recorded"),
        sentence!("the tokens read or written are not recorded as a number"),
        sentence!("only prices of the standard service tier are known"),
        sentence!("the counts contradict each other: cached tokens and cache writes exceed the input"),
        sentence!("input"),
        sentence!("cached input"),
        sentence!("cache writes"),
        sentence!("output"),
        sentence!("long context"),
        // Files of prices.
        sentence!("no prices: a price is a table [[price]]"),
        sentence!("a model's name is empty"),
        sentence!("{name}: `from` ({}) is not before `to` ({})"),
        sentence!("{name}: `unverified` lists {}, which has no rate"),
        sentence!("{name} has two prices from {} on: here and on line {}"),
        sentence!("the beginning"),
        sentence!("a rate cannot be negative: {name}"),
        sentence!("not a decimal number of US dollars such as \"1.25\": {name}"),
        sentence!("a rate has at most {} decimals: {name}"),
        sentence!("a rate is at most {} US dollars: {name}"),
        sentence!("a date is missing: {name}"),
        sentence!("an offset is missing, such as {}: {}"),
        sentence!("not between 1970 and 2262: {name}"),
        // Damage.
        sentence!("the object breaks off"),
        sentence!("another object begins inside this one"),
        sentence!("the message breaks off"),
        sentence!("no frame begins here"),
        sentence!("its length goes beyond the end of the file"),
        sentence!("a member without a number"),
        sentence!("a member of no known type"),
        sentence!("a member of a wrong type"),
        sentence!("a value of a wrong type"),
        sentence!("a number of more than 64 bits"),
        sentence!("an entity that cannot be read: {}"),
        sentence!("a zero byte"),
        sentence!("{} zero bytes"),
        sentence!("no JSON"),
        sentence!("nested too deep to be read"),
        sentence!("nested too deep"),
        sentence!("the whole record before it is read"),
        sentence!("the {} whole records before it are read"),
        sentence!("the object behind it is read"),
        sentence!("the frame behind it is read"),
        sentence!("what is behind it is read"),
        sentence!("JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics"),
        sentence!("a byte that is no UTF-8, shown as U+FFFD"),
        sentence!("{} bytes that are no UTF-8, shown as U+FFFD"),
        sentence!("a line of {} bytes, which is too long to be read"),
        sentence!("a document larger than 1 GiB"),
        sentence!("only what is before that is read"),
        sentence!("{} compressed bytes cannot be decompressed: {}"),
        sentence!("cannot be decompressed: {}"),
        sentence!("cannot be read on: {}"),
        sentence!("a log record that cannot be read: {}"),
        sentence!("a resource that cannot be read: {}"),
        sentence!("a scope that cannot be read: {}"),
        sentence!("an attribute that cannot be read: {}"),
        // What the libraries say most often.
        sentence!("number out of range"),
        sentence!("Data corruption detected"),
        sentence!("and {} more"),
        sentence!("{name} cannot be read: {}"),
    ];
    (known.into_iter())
        .map(|clause| {
            let pattern = regex::escape(clause.text());
            let pattern = pattern.replace(r"\{\}", "(.+?)").replace(r"\{name\}", "(.+?)");
            (Regex::new(&format!("^(?s:{pattern})$")).expect("the clauses are constants"), clause)
        })
        .collect()
});

/// A clause has a clause in it that has one, and no more: what looks like more is text from a file.
const MOST_NESTED: usize = 2;

/// Takes a reason apart.
pub(super) fn known(reason: &str) -> Sentence {
    let clauses = reason.split("; ").map(|text| clause(text, MOST_NESTED));
    clauses.reduce(|before, last| sentence!("{}; {}", before, last)).unwrap_or_else(|| as_it_is(reason))
}

fn clause(text: &str, most_nested: usize) -> Sentence {
    let fitting = CLAUSES.iter().find_map(|(pattern, clause)| Some((pattern.captures(text)?, clause)));
    let Some((found, clause)) = fitting else { return as_it_is(text) };
    let places = clause.text().split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let parts = places.zip(found.iter().skip(1).flatten()).map(|((place, _), part)| match place {
        // Whatever a file is called, that is its name.
        "name" => ("name", Part::from(part.as_str())),
        _ if most_nested == 0 => ("", Part::from(part.as_str())),
        // What stands behind the last colon may be a clause of its own.
        _ => ("", Part::Sentence(self::clause(part.as_str(), most_nested - 1))),
    });
    let mut parts: Vec<_> = parts.collect();
    // Parts without a name are found by their number, so that those with one stand behind them.
    parts.sort_by_key(|(name, _)| !name.is_empty());
    Sentence::new(clause.text(), parts)
}

/// Why a file of settings or prices could not be read.
pub(super) fn unread(error: &io::Error) -> Sentence {
    match error.kind() {
        ErrorKind::InvalidData => sentence!("it is not UTF-8"),
        ErrorKind::IsADirectory => sentence!("it is a folder"),
        _ => as_it_is(&error.to_string()),
    }
}

/// What is damaged there, by the word that machine output has for it.
pub(super) fn damage(kind: DamageKind) -> Sentence {
    match kind {
        DamageKind::Torn => sentence!("torn"),
        DamageKind::NotJson => sentence!("not_json"),
        DamageKind::NotOtlp => sentence!("not_otlp"),
        DamageKind::BadUtf8 => sentence!("bad_utf8"),
        DamageKind::NulRun => sentence!("nul_run"),
        DamageKind::TooDeep => sentence!("too_deep"),
        DamageKind::BadFrame => sentence!("bad_frame"),
        DamageKind::ReadError => sentence!("read_error"),
    }
}

/// What ended a run, in the reader's language.
#[must_use]
pub fn told_error(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    if error.is::<GlobError>() {
        clause(&text, MOST_NESTED).told()
    } else if error.is::<io::Error>() {
        tr!("{text}", text)
    } else {
        text
    }
}

fn as_it_is(text: &str) -> Sentence {
    Sentence::new("{}", vec![("", Part::from(text))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_is_the_same_in_english() {
        for reason in [
            "the object breaks off; the 3 whole records before it are read; the object behind it is read",
            "logs.jsonl does not exist",
            "a; b{}c: cannot be read: Permission denied (os error 13); it has mode 0600 and belongs to uid 0, gid 0",
            "m: `from` (2026-01-02) is not before `to` (2026-01-01)",
            "m has two prices from the beginning on: here and on line 2",
            "`[` is no pattern: unclosed character class; missing ']'",
            "what nobody knows",
            "",
        ] {
            assert_eq!(known(reason).english(), reason);
        }
    }

    #[test]
    fn a_file_is_called_what_it_is_called() {
        let reason = known("output does not exist");
        assert_eq!(reason.text(), "{name} does not exist");
        assert_eq!(reason, Sentence::new("{name} does not exist", vec![("name", Part::from("output"))]));
    }

    #[test]
    fn every_kind_of_damage_is_called_as_in_machine_output() {
        use DamageKind::{BadFrame, BadUtf8, NotJson, NotOtlp, NulRun, ReadError, TooDeep, Torn};
        for kind in [Torn, NotJson, NotOtlp, BadUtf8, NulRun, TooDeep, BadFrame, ReadError] {
            assert_eq!(damage(kind).english(), kind.as_str());
        }
    }

    #[test]
    fn numbers_and_names_are_parts() {
        let reason = known("the 3 whole records before it are read");
        assert_eq!(reason.text(), "the {} whole records before it are read");
    }
}
