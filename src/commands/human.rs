//! Numbers, spans and names in the form that people read.

use std::collections::BTreeMap;

use crate::report::{Cell, Tone};
use crate::words::{Count, Sentence, sentence};

/// A count with separators, shortened from a hundred thousand on: `9,120`, `26,440`, `118.0k`, `1.92M`.
#[must_use]
pub(crate) fn count(number: u128) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
    let scaled = |unit: u128| number as f64 / unit as f64;
    match number {
        0..100_000 => separated(number),
        // What would be rounded up to a thousand of a unit is one of the next.
        100_000..999_950 => format!("{:.1}k", scaled(1_000)),
        999_950..999_995_000 => format!("{:.2}M", scaled(1_000_000)),
        _ => format!("{:.2}G", scaled(1_000_000_000)),
    }
}

/// Every digit of a count, in groups of three.
#[must_use]
pub(crate) fn separated(number: u128) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A span of time in a column, the same in every language: `72 ms`, `5.2 s`, `3m 12s`, `2h 05m`, `3d 04h`.
#[must_use]
pub(crate) fn span(milliseconds: u64) -> String {
    span_in_words(milliseconds).english()
}

/// A span of time, as a part of a sentence.
#[must_use]
pub(crate) fn span_in_words(milliseconds: u64) -> Sentence {
    let seconds = milliseconds / 1_000;
    let two_digits = |number: u64| format!("{number:02}");
    match milliseconds {
        0..1_000 => sentence!("{} ms", milliseconds),
        1_000..60_000 => sentence!("{} s", format!("{seconds}.{}", milliseconds % 1_000 / 100)),
        60_000..3_600_000 => sentence!("{}m {}s", seconds / 60, two_digits(seconds % 60)),
        3_600_000..86_400_000 => sentence!("{}h {}m", seconds / 3_600, two_digits(seconds / 60 % 60)),
        _ => sentence!("{}d {}h", seconds / 86_400, two_digits(seconds / 3_600 % 24)),
    }
}

/// `1 prompt`, `2 prompts`, as a part of a sentence.
#[must_use]
pub(crate) fn counted(number: u64, one: &'static str, many: &'static str) -> Count {
    Count::new(number, separated(u128::from(number)), one, many)
}

/// `1 prompt`, `2 prompts`, in the reader's language.
#[must_use]
pub(crate) fn plural(number: u64, one: &'static str, many: &'static str) -> String {
    counted(number, one, many).told()
}

/// For each id the shortest beginning, of at least eight characters, that no other id has.
#[must_use]
pub(crate) fn short_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, &'a str> {
    const SHORTEST: usize = 8;
    let mut sorted: Vec<&str> = ids.into_iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let shared = |one: &str, other: &str| one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let mut short = BTreeMap::new();
    for (index, id) in sorted.iter().enumerate() {
        let before = index.checked_sub(1).map_or(0, |before| shared(id, sorted[before]));
        let after = sorted.get(index + 1).map_or(0, |after| shared(id, after));
        let length = (before.max(after) + 1).max(SHORTEST);
        let end = id.char_indices().nth(length).map_or(id.len(), |(at, _)| at);
        short.insert(*id, &id[..end]);
    }
    short
}

/// The ids as they are shown: short on a terminal, whole elsewhere.
#[must_use]
pub(crate) fn shown_ids<'a>(
    ids: impl IntoIterator<Item = &'a str>,
    short: bool,
) -> BTreeMap<&'a str, &'a str> {
    if short { short_ids(ids) } else { ids.into_iter().map(|id| (id, id)).collect() }
}

/// The cell of a conversation, by its id as it is shown.
pub(super) fn id_cell(id: Option<&str>, shown: &BTreeMap<&str, &str>) -> Cell {
    id.and_then(|id| shown.get(id)).map(|id| Cell::toned(Tone::Accent, *id)).into()
}

/// So much of a conversation's id as tells it from others that were opened in the same minute; `show` takes it.
pub(super) fn beginning_of_id(id: &str) -> &str {
    id.get(..13).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_spans_are_read_at_a_glance() {
        assert_eq!(
            [0, 999, 26_440, 118_040, 1_924_000].map(count),
            ["0", "999", "26,440", "118.0k", "1.92M"]
        );
        assert_eq!(
            [999_949, 999_950, 999_994_999, 999_995_000, 1_000_000_000].map(count),
            ["999.9k", "1.00M", "999.99M", "1.00G", "1.00G"]
        );
        assert_eq!(
            [72, 5_230, 192_000, 7_500_000, 273_600_000].map(span),
            ["72 ms", "5.2 s", "3m 12s", "2h 05m", "3d 04h"]
        );
    }

    #[test]
    fn short_ids_are_unique_and_never_cut_in_a_character() {
        let short = short_ids(["01a1f842-dd5e", "01a1f842-e0d7", "02", "请请请请请请请请请请"]);
        assert_eq!(short["01a1f842-dd5e"], "01a1f842-d");
        assert_eq!(short["02"], "02");
        assert_eq!(short["请请请请请请请请请请"], "请请请请请请请请");
    }
}
