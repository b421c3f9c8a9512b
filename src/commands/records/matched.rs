//! `record_type: "match"`: one event of `codex-audit grep`, with the places where the pattern was found in it.

use schemars::JsonSchema;
use serde::Serialize;

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
    pub matches: Vec<MatchPlace>,
}

/// One place.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct MatchPlace {
    /// The attribute's key, nested ones dotted, or `body`.
    pub attribute: String,
    /// Where the match begins in the decoded value, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What matched.
    pub text: String,
}

impl<'a> MatchRecord<'a> {
    /// A hit, or with `None` an event around one.
    #[must_use]
    pub fn new(event: EventRecord<'a>, matches: Option<&[TextMatches<'_>]>) -> Self {
        let record_type = if matches.is_some() { "match" } else { "context" };
        let places = matches.unwrap_or_default().iter().flat_map(|found| {
            found.ranges.iter().map(|range| MatchPlace {
                attribute: found.attribute.to_string(),
                start: range.start,
                end: range.end,
                text: found.text[range.clone()].to_owned(),
            })
        });
        Self { event: EventRecord { record_type, ..event }, matches: places.collect() }
    }
}

impl Record for MatchRecord<'_> {
    const OPEN_MEMBERS: &'static [&'static str] = &["attributes", "resource", "body", "matches"];

    fn template() -> Self {
        Self::default()
    }
}
