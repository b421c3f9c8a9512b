//! `record_type: "match"`: one event of `codex-audit grep`, with the places where the pattern was found in it.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::EventRecord;
use crate::commands::output::Record;
use crate::query::TextMatches;

/// One event in which the pattern occurs. Around hits, `-A`, `-B` and `-C` add events of the same conversation with
/// `record_type` "context" and no matches.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "match")]
pub struct MatchRecord<'a> {
    /// All that `event` has.
    #[serde(flatten)]
    pub event: EventRecord<'a>,
    /// The places, in the order of the attributes.
    #[serde(serialize_with = "places")]
    #[schemars(with = "Vec<MatchPlace<'_>>")]
    pub matches: Vec<TextMatches<'a>>,
}

/// One place.
#[derive(Serialize, JsonSchema)]
struct MatchPlace<'a> {
    /// The attribute's key, nested ones dotted, or `body`.
    attribute: &'a str,
    /// Where the match begins in the decoded value, in bytes.
    start: usize,
    /// Where it ends.
    end: usize,
    /// What matched.
    text: &'a str,
}

fn places<S: Serializer>(matches: &[TextMatches<'_>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(matches.iter().flat_map(|found| {
        found.ranges.iter().map(|range| MatchPlace {
            attribute: &found.attribute,
            start: range.start,
            end: range.end,
            text: &found.text[range.clone()],
        })
    }))
}

impl<'a> MatchRecord<'a> {
    /// A hit, or with `None` an event around one.
    #[must_use]
    pub fn new(event: EventRecord<'a>, matches: Option<Vec<TextMatches<'a>>>) -> Self {
        let record_type = if matches.is_some() { "match" } else { "context" };
        Self { event: EventRecord { record_type, ..event }, matches: matches.unwrap_or_default() }
    }
}

impl Record for MatchRecord<'_> {
    const OPEN_MEMBERS: &'static [&'static str] = &["attributes", "resource", "body", "matches"];

    fn template() -> Self {
        Self::default()
    }
}
