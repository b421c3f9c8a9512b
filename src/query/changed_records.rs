//! What tells that records were changed, dropped or sent on two ways between Codex and the file.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::sightings::Sightings;
use crate::event::{Event, EventKind, Key, UnixNano};

/// What a Collector's processors leave behind, and what Codex would not have written.
#[derive(Clone, Debug, Default)]
pub(super) struct ChangedRecords {
    seen: ChangedFacts,
    /// Of each event that is one of its kind at its moment, a hash of conversation, moment, name and call.
    moments: Vec<u64>,
}

/// How many records look so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangedFacts {
    /// Events that always belong to a conversation, and here to none.
    pub homeless_events: Sightings,
    /// Events with an `event.timestamp` that cannot be read, and another time in its stead.
    pub unreadable_times: Sightings,
    /// Events of a time at which there was no Codex.
    pub implausible_times: Sightings,
    /// Results of tool calls that do not say whether it was a success.
    pub results_without_outcome: Sightings,
    /// Records that a processor marked which lets only some records through, or one for several.
    pub thinned_out: Sightings,
    /// Records that a processor marked which removes or masks values.
    pub masked: Sightings,
    /// Events with the conversation, the moment and the name of another one, and other content.
    pub twins: u64,
}

/// 2025-01-01, in nanoseconds since 1970: Codex is younger.
const BEFORE_CODEX: u64 = 1_735_689_600 * 1_000_000_000;

impl ChangedRecords {
    /// Looks at a record. Of a copy that counts, the moment is that of another.
    pub(super) fn note(&mut self, event: &Event<'_>, kind: &EventKind<'_>, is_copy: bool) {
        let (seen, location, attributes) = (&mut self.seen, event.location, event.attributes());
        if !is_of_codex(event) {
            return;
        }
        let told = attributes.filled(Key::EventTimestamp);
        let is_unreadable = told.is_some_and(|told| UnixNano::from_rfc3339(told).is_none());
        if is_unreadable && event.time().is_some() {
            seen.unreadable_times.note(location);
        }
        if event.time().is_some_and(|time| time.get() < BEFORE_CODEX) {
            seen.implausible_times.note(location);
        }
        // What the processors `probabilistic_sampler` and `logdedup` write.
        let marks = ["sampling.threshold", "sampling.randomness", "first_observed_timestamp"];
        if attributes.keys().any(|key| marks.contains(&key)) {
            seen.thinned_out.note(location);
        }
        if attributes.keys().any(|key| key.starts_with("redaction.")) {
            seen.masked.note(location);
        }
        if matches!(kind, EventKind::ToolResult(result) if result.success.is_none()) {
            seen.results_without_outcome.note(location);
        }
        if !is_one_at_its_moment(kind) {
            return;
        }
        match event.conversation_id() {
            None => seen.homeless_events.note(location),
            Some(id) => {
                // Of calls that go side by side, clocks may show the same moment.
                let call = attributes.id(Key::CallId);
                let is_of_a_call = matches!(kind, EventKind::ToolDecision(_) | EventKind::ToolResult(_));
                if let Some(observed) = event.record.observed_time
                    && !is_copy
                    && (call.is_some() || !is_of_a_call)
                {
                    let mut hasher = DefaultHasher::new();
                    (id, observed.get(), event.name(), call).hash(&mut hasher);
                    self.moments.push(hasher.finish());
                }
            }
        }
    }

    pub(super) fn join(&mut self, later: Self) {
        let ChangedFacts {
            homeless_events,
            unreadable_times,
            implausible_times,
            results_without_outcome,
            thinned_out,
            masked,
            twins,
        } = later.seen;
        self.seen.homeless_events.join(homeless_events);
        self.seen.unreadable_times.join(unreadable_times);
        self.seen.implausible_times.join(implausible_times);
        self.seen.results_without_outcome.join(results_without_outcome);
        self.seen.thinned_out.join(thinned_out);
        self.seen.masked.join(masked);
        self.seen.twins += twins;
        self.moments.extend(later.moments);
    }

    /// What was seen, when everything has been heard.
    pub(super) fn settle(mut self) -> ChangedFacts {
        let all = self.moments.len();
        self.moments.sort_unstable();
        self.moments.dedup();
        ChangedFacts { twins: (all - self.moments.len()) as u64, ..self.seen }
    }
}

/// Other programs may send their records to the same Collector, and theirs are what they are.
fn is_of_codex(event: &Event<'_>) -> bool {
    let begins = |text: Option<&str>, prefix| text.is_some_and(|text| text.starts_with(prefix));
    begins(event.name(), "codex.") || begins(event.scope.name.as_deref(), "codex_otel")
}

/// Whether a conversation has no two such events that were taken in in the same nanosecond, and always a conversation.
fn is_one_at_its_moment(kind: &EventKind<'_>) -> bool {
    matches!(
        kind,
        EventKind::ConversationStarts(_)
            | EventKind::UserPrompt(_)
            | EventKind::ToolDecision(_)
            | EventKind::ToolResult(_)
            | EventKind::ResponseCompleted(_)
    )
}
