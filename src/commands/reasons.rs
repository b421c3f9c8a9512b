//! What `source` and `query` say of files, damage and prices, taken apart so that it can be told in the reader's language.
//!
//! They say it in English, because that is what machine output holds; which sentences there are is known here.

use std::sync::LazyLock;

use regex::Regex;

use crate::words::{Part, Sentence, sentence};

/// The clauses that are known, with places for what differs. What fits none of them, as what the system or a library
/// says, is told as it is.
static CLAUSES: LazyLock<Vec<(Regex, Sentence)>> = LazyLock::new(|| {
    let known = [
        // Files.
        sentence!("{} does not exist"),
        sentence!("no file fits the pattern {}"),
        sentence!("the folder {} holds no OTLP file"),
        sentence!("{} is no pattern: {}"),
        sentence!(
            "{} has mode {} and belongs to uid {}, gid {}, as whom the Collector's image runs: read it as that user or group, or run the Collector as your own user"
        ),
        sentence!("{} has mode {} and belongs to uid {}, gid {}"),
        sentence!("{}: 1 rotated file beside it was not read"),
        sentence!("{}: {} rotated files beside it were not read"),
        sentence!("--rotated takes them in"),
        sentence!("{}: passed over, no OTLP in it: {}"),
        sentence!("{} was rotated meanwhile"),
        sentence!("it was read as {}"),
        sentence!("{} was replaced while it was read, as by a rotation"),
        sentence!("what was written since is not in the answer"),
        sentence!("{} became shorter while it was read, as when a Collector starts anew"),
        sentence!("what it held before is partly in the answer"),
        sentence!("{} was renamed or removed while it was read"),
        // Files that are followed.
        sentence!("standard input cannot be followed: name the file"),
        sentence!("{} cannot be followed: it holds {}, not lines of JSON"),
        sentence!("{} cannot be followed: it is no regular file"),
        sentence!("a zstd stream"),
        sentence!("a gzip stream"),
        sentence!("messages behind their lengths"),
        sentence!("one JSON document"),
        sentence!("{} was emptied or cut, as when a Collector starts anew"),
        sentence!("it is read from its beginning"),
        sentence!("{} was rotated"),
        sentence!("the new one is read on"),
        sentence!("{} was removed before it was read"),
        sentence!("{} is not there any more"),
        sentence!("{} is not there yet"),
        sentence!("waiting for it"),
        // Prices.
        sentence!("no price is known for this model"),
        sentence!("the response has no time, and the price depends on it"),
        sentence!("no price is known for this model at this time"),
        sentence!("only an unverified price is known"),
        sentence!("only an unverified price of long input is known"),
        sentence!("only an unverified price of {} is known"),
        sentence!("no price of {} is known"),
        sentence!("cached tokens were not recorded"),
        sentence!("the counts contradict each other: cached tokens and cache writes exceed the input"),
        sentence!("input"),
        sentence!("cached input"),
        sentence!("cache writes"),
        sentence!("output"),
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
        sentence!("{} cannot be read: {}"),
    ];
    (known.into_iter())
        .map(|clause| {
            let pattern = regex::escape(&clause.english()).replace(r"\{\}", "(.+?)");
            (Regex::new(&format!("^(?s:{pattern})$")).expect("the clauses are constants"), clause)
        })
        .collect()
});

/// Takes a reason apart.
pub(super) fn known(reason: &str) -> Sentence {
    let clauses = reason.split("; ").map(clause);
    clauses.reduce(|before, last| sentence!("{}; {}", before, last)).unwrap_or_else(|| as_it_is(reason))
}

fn clause(text: &str) -> Sentence {
    let fitting = CLAUSES.iter().find_map(|(pattern, clause)| Some((pattern.captures(text)?, clause)));
    let Some((found, clause)) = fitting else { return as_it_is(text) };
    // What stands behind the last colon may be a clause of its own.
    let parts = found.iter().skip(1).flatten().map(|part| ("", Part::Sentence(self::clause(part.as_str()))));
    Sentence::new(clause.text(), parts.collect())
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
            "what nobody knows",
            "",
        ] {
            assert_eq!(known(reason).english(), reason);
        }
    }

    #[test]
    fn numbers_and_names_are_parts() {
        let reason = known("the 3 whole records before it are read");
        assert_eq!(reason.text(), "the {} whole records before it are read");
    }
}
