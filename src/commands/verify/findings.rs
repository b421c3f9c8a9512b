//! What an auditor must know before relying on the input: facts, judged.

use std::collections::BTreeMap;

use crate::commands::audit_finding::Finding;
use crate::commands::human::{counted, separated, span_in_words};
use crate::commands::zone::Zone;
use crate::event::{Location, UnixNano};
use crate::query::{Distance, InputFacts, Sightings};
use crate::setup::{DEFAULT_BACKUPS, Severity};
use crate::source::{Account, DamageKind, FileNote, RotatedSet};
use crate::words::{Sentence, sentence};

/// What is judged.
pub(super) struct Evidence<'a> {
    pub(super) account: &'a Account,
    pub(super) facts: &'a InputFacts,
    pub(super) rotated: &'a [RotatedSet],
    /// Whether somebody asked for each copy of a record to count.
    pub(super) counts_copies: bool,
    /// Whether somebody asked for gaps of a certain length.
    pub(super) gap_was_asked_for: bool,
    /// In nanoseconds.
    pub(super) gap: u64,
    pub(super) tolerance: u64,
    pub(super) zone: Zone,
}

/// An audit trail that reaches less far back than this is worth a word, in milliseconds: six months.
const SHORT_REACH: u64 = 183 * 24 * 3_600_000;

/// More gaps than this are counted, not listed.
const LISTED_GAPS: usize = 20;

/// So many names are listed one by one.
const LISTED_NAMES: usize = 20;

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

impl Evidence<'_> {
    /// The findings, the worst first.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.files(&mut findings);
        self.records(&mut findings);
        self.changed(&mut findings);
        self.deviations(&mut findings);
        self.time(&mut findings);
        self.retention(&mut findings);
        findings.sort_by_key(|finding| finding.severity);
        findings
    }

    fn files(&self, findings: &mut Vec<Finding>) {
        for unopened in &self.account.unopened {
            findings.push(error("unopened", sentence!("{}.", unopened.reason), None));
        }
        let (replaced, damage): (Vec<_>, Vec<_>) = (self.account.files.iter())
            .flat_map(|file| &file.damage)
            .partition(|damage| damage.kind == DamageKind::BadUtf8);
        if let Some(first) = replaced.first() {
            let text = sentence!(
                "{places} bytes that are no UTF-8: in answers U+FFFD stands for them.",
                places = counted(replaced.len() as u64, "message holds", "messages hold")
            );
            findings.push(error("bad_utf8", text, Some(first.location)));
        }
        if let Some(first) = damage.first() {
            let mut kinds: BTreeMap<_, u64> = BTreeMap::new();
            for damage in &damage {
                *kinds.entry(damage.kind).or_default() += 1;
            }
            let kinds =
                kinds.into_iter().map(|(kind, count)| sentence!("{count} {kind}", count, kind = kind.name()));
            let places = counted(damage.len() as u64, "place", "places");
            let kinds = Sentence::listed(kinds).unwrap_or_default();
            let text = if self.account.files.iter().any(|file| file.holds_unchecked) {
                sentence!(
                    "{places} could not be read ({}): what is lost there is in no answer, but what was decompressed before a checksum that does not match, or cannot be reached, is, and may be altered.",
                    kinds,
                    places
                )
            } else {
                sentence!(
                    "{places} could not be read ({}): what stands there is in no answer.",
                    kinds,
                    places
                )
            };
            findings.push(error("damaged", text, Some(first.location)));
        }
        for file in &self.account.files {
            for note in &file.notes {
                let code = match note {
                    FileNote::Changed(_) => "file_changed",
                    FileNote::Unreadable(_) => "unreadable_file",
                };
                findings.push(note_on(code, sentence!("{}.", note.text()), None));
            }
            if let Some(location) = file.unfinished {
                let text = sentence!(
                    "The last line is unfinished, as while it is being written; its whole records are counted."
                );
                findings.push(note_on("unfinished_line", text, Some(location)));
            }
        }
        let nothing_read = self.account.files.iter().all(|file| file.records == 0);
        if nothing_read && self.account.unopened.is_empty() {
            findings.push(warning("no_records", sentence!("There is no log record in the input."), None));
        }
    }

    fn records(&self, findings: &mut Vec<Finding>) {
        let facts = self.facts;
        sighted(note_on, facts.copies, findings, "duplicates", |records| {
            let how_they_count = if self.counts_copies {
                sentence!("Each copy counts, as --keep-duplicates asks for.")
            } else {
                sentence!("Each record counts once.")
            };
            sentence!(
                "{} had been read before: delivered again by a client or a Collector, or the input holds a file and a copy of it. {how_they_count}",
                counted(records, "record", "records"),
                how_they_count
            )
        });
        self.unknown_names(findings);
        sighted(note_on, facts.unnamed, findings, "unnamed_record", |records| {
            let has = if records == 1 { sentence!("has") } else { sentence!("have") };
            sentence!(
                "{} {has} no event name, as what Codex's telemetry says of itself.",
                counted(records, "record", "records"),
                has
            )
        });
        sighted(note_on, facts.without_time, findings, "record_without_time", |records| {
            sentence!(
                "{records} no time: --since and --until leave such records out.",
                records = counted(records, "record has", "records have")
            )
        });
        sighted(warning, facts.unreadable_counts, findings, "unreadable_token_count", |records| {
            sentence!(
                "{records} a number of tokens that is no whole number from 0 on: it is in no sum.",
                records = counted(records, "record has", "records have")
            )
        });
        sighted(warning, facts.repeated_keys, findings, "repeated_attribute", |records| {
            sentence!(
                "{records} an attribute more than once: its last value counts, and the others are in no answer.",
                records = counted(records, "record has", "records have")
            )
        });
        sighted(note_on, facts.without_conversation, findings, "records_without_conversation", |records| {
            let belong = if records == 1 { sentence!("belongs") } else { sentence!("belong") };
            sentence!("{} {belong} to no conversation.", counted(records, "record", "records"), belong)
        });
        sighted(warning, facts.without_start, findings, "conversation_without_start", |conversations| {
            sentence!(
                "{conversations} no codex.conversation_starts in the input: what came before may be missing, in a file that was not read, deleted, or never written.",
                conversations = counted(conversations, "conversation has", "conversations have")
            )
        });
        sighted(note_on, facts.unanswered, findings, "conversation_without_answer", |conversations| {
            sentence!(
                "{} with a prompt that no completed response follows: interrupted, failed, still running, or the rest was not recorded. Codex records no end of a conversation.",
                counted(conversations, "conversation ends", "conversations end")
            )
        });
    }

    /// What was done to records between Codex and the file.
    fn changed(&self, findings: &mut Vec<Finding>) {
        let changed = self.facts.changed;
        sighted(warning, self.facts.nameless_events, findings, "event_without_name", |records| {
            sentence!(
                "{records} the attributes of an event, and no event.name: renamed or removed on the way. What they say is not counted: only show and grep have it.",
                records = counted(records, "record has", "records have")
            )
        });
        sighted(warning, changed.homeless_events, findings, "event_without_conversation", |records| {
            sentence!(
                "{records} no conversation.id that tells one from another, as Codex always writes there: renamed, removed or masked on the way. No conversation counts them.",
                records = counted(records, "event has", "events have")
            )
        });
        sighted(warning, changed.results_without_outcome, findings, "result_without_outcome", |records| {
            sentence!(
                "{records} whether it was a success, as Codex always does: not to have failed is not to have succeeded.",
                records = counted(records, "result of a call does not say", "results of calls do not say")
            )
        });
        sighted(note_on, self.facts.uncounted, findings, "responses_without_counts", |conversations| {
            sentence!(
                "In {}, responses were completed and none says how many tokens it took: they are in no sum. The counts were removed on the way, or the provider does not tell them.",
                counted(conversations, "conversation", "conversations")
            )
        });
        sighted(warning, changed.unreadable_times, findings, "unreadable_time", |records| {
            sentence!(
                "{records} an event.timestamp that cannot be read: the time at which the record was taken in stands for it.",
                records = counted(records, "event has", "events have")
            )
        });
        sighted(warning, changed.implausible_times, findings, "implausible_time", |records| {
            sentence!(
                "{} of a time before 2025, when there was no Codex: a clock was wrong, or a time was written in another unit.",
                counted(records, "event is", "events are")
            )
        });
        sighted(warning, changed.thinned_out, findings, "thinned_out", |records| {
            sentence!(
                "{records} the mark of a processor that lets some records through and drops others, or keeps one for several (sampling, logdedup): what is not here may have happened.",
                records = counted(records, "record carries", "records carry")
            )
        });
        sighted(note_on, changed.masked, findings, "masked_on_the_way", |records| {
            sentence!(
                "{records} the mark of a processor that removes or masks values (redaction.*).",
                records = counted(records, "record carries", "records carry")
            )
        });
        let twins = Sightings { count: changed.twins, first: None };
        sighted(warning, twins, findings, "changed_copy", |records| {
            sentence!(
                "{records} the conversation, the nanosecond and the name of another and is not written as that is: the same events may have come on two ways, and been changed on one. Each counts.",
                records = counted(records, "event has", "events have")
            )
        });
    }

    fn unknown_names(&self, findings: &mut Vec<Finding>) {
        let mut all = Sightings::default();
        let mut names = Vec::new();
        for (name, sightings) in &self.facts.unknown {
            all.count += sightings.count;
            all.first = [all.first, sightings.first].into_iter().flatten().min();
            names.push(format!("{name} ({})", separated(u128::from(sightings.count))));
        }
        let names = Sentence::of_first_names(names, LISTED_NAMES);
        sighted(note_on, all, findings, "unknown_event", |records| {
            let has = if records == 1 { sentence!("has a name") } else { sentence!("have names") };
            sentence!(
                "{} {has} that no known release of Codex sends: {names}.",
                counted(records, "record", "records"),
                has,
                names
            )
        });
    }

    /// What other writers did otherwise.
    fn deviations(&self, findings: &mut Vec<Finding>) {
        let found = self.account.deviations;
        let named = [
            (found.carriage_returns, sentence!("lines that end in CRLF")),
            (found.byte_order_marks, sentence!("files with a byte order mark")),
            (found.several_objects, sentence!("messages of several objects")),
            (found.bare_resource_logs, sentence!("messages without the object around ResourceLogs")),
            (found.snake_case_names, sentence!("messages with names in snake_case")),
            (found.severity_names, sentence!("messages with severities by name")),
            (
                found.bare_integers,
                sentence!("messages with integers as JSON numbers, which other readers may round"),
            ),
            (found.base64_ids, sentence!("messages with ids in base64")),
            (found.wrapped_requests, sentence!("requests within an object that names their path")),
            (found.lone_surrogates, sentence!("messages with half a surrogate pair, shown as U+FFFD")),
            (found.repeated_members, sentence!("messages with a member twice in one object")),
            (found.huge_numbers, sentence!("messages with a number too large for a double, kept as text")),
        ];
        let told = named
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| sentence!("{} ({})", what, separated(u128::from(*count))));
        if let Some(told) = Sentence::listed(told) {
            let text =
                sentence!("Written otherwise than a Collector of today does, and understood: {}.", told);
            findings.push(note_on("writer_deviation", text, None));
        }
        if found.unknown_values > 0 {
            let text = sentence!(
                "{values} of a kind that OTLP does not have: what stands there is in no answer.",
                values = counted(found.unknown_values, "value is", "values are")
            );
            findings.push(warning("unknown_value_kind", text, None));
        }
    }

    fn time(&self, findings: &mut Vec<Finding>) {
        let facts = self.facts;
        let milliseconds =
            |distance: Distance| span_in_words(distance.nanoseconds / NANOSECONDS_PER_MILLISECOND);
        let tolerance = span_in_words(self.tolerance / NANOSECONDS_PER_MILLISECOND);
        if let Some(farthest) = facts.farthest_apart {
            let text = sentence!(
                "{} more than {tolerance} apart in event.timestamp and the observed time, at most by {}: a clock was wrong or was set, or a time was changed.",
                counted(facts.apart.count, "record is", "records are"),
                milliseconds(farthest),
                tolerance
            );
            findings.push(warning("clock_disorder", text, Some(farthest.location)));
        }
        if let Some(farthest) = facts.farthest_back {
            let text = sentence!(
                "In {}, an event stands behind one that is more than {tolerance} later, at most by {}: a clock was set back, or records were delivered late or moved.",
                counted(facts.backwards.count, "conversation", "conversations"),
                milliseconds(farthest),
                tolerance
            );
            findings.push(warning("clock_disorder", text, Some(farthest.location)));
        }
        let severity = if self.gap_was_asked_for { Severity::Warning } else { Severity::Note };
        for gap in facts.gaps.iter().take(LISTED_GAPS) {
            let silence = gap.to.milliseconds_since(gap.from).unwrap_or(0);
            let text = sentence!(
                "No event for {}, from {} to {}.",
                span_in_words(silence),
                self.zone.rfc3339(gap.from),
                self.zone.rfc3339(gap.to)
            );
            findings.push(Finding { code: "silent_gap", severity, text, location: Some(gap.location) });
        }
        if let Some(more) = facts.gaps.get(LISTED_GAPS..).filter(|more| !more.is_empty()) {
            let length = span_in_words(self.gap / NANOSECONDS_PER_MILLISECOND);
            let text = sentence!(
                "{} more than {length} long are not listed.",
                counted(more.len() as u64, "more silence", "more silences"),
                length
            );
            findings.push(Finding { code: "silent_gap", severity, text, location: Some(more[0].location) });
        }
    }

    fn retention(&self, findings: &mut Vec<Finding>) {
        for set in self.rotated {
            let name = set.file.display();
            if set.backups == DEFAULT_BACKUPS {
                let oldest = set.oldest.map_or_else(
                    || sentence!("an unknown time"),
                    |oldest| sentence!("{}", self.zone.rfc3339(oldest)),
                );
                let text = sentence!(
                    "{name} has {DEFAULT_BACKUPS} backups, exactly as many as the exporter keeps unless max_backups says otherwise: when the next one comes, the oldest, closed at {oldest}, is deleted; older ones may have been. max_backups: 0 keeps all.",
                    name,
                    DEFAULT_BACKUPS,
                    oldest
                );
                findings.push(warning("retention_at_risk", text, None));
            } else if let Some(reach) = reach(set)
                && reach < SHORT_REACH
            {
                let text = sentence!(
                    "{name} has {} backups; at their pace, {DEFAULT_BACKUPS} of them hold {}, and the exporter deletes the oldest beyond that unless max_backups says otherwise, which the files do not tell. max_backups: 0 keeps all.",
                    set.backups,
                    span_in_words(reach),
                    name,
                    DEFAULT_BACKUPS
                );
                findings.push(note_on("retention_at_risk", text, None));
            }
        }
    }
}

/// How far back as many backups as the exporter keeps would reach, in milliseconds, at the pace of those there are.
fn reach(set: &RotatedSet) -> Option<u64> {
    let spans = set.backups.checked_sub(1).filter(|spans| *spans > 0 && set.backups < DEFAULT_BACKUPS)?;
    let between = UnixNano::milliseconds_since(set.newest?, set.oldest?)?;
    Some(between.saturating_mul(DEFAULT_BACKUPS) / spans)
}

fn error(code: &'static str, text: Sentence, location: Option<Location>) -> Finding {
    Finding { code, severity: Severity::Error, text, location }
}

fn warning(code: &'static str, text: Sentence, location: Option<Location>) -> Finding {
    Finding { code, severity: Severity::Warning, text, location }
}

fn note_on(code: &'static str, text: Sentence, location: Option<Location>) -> Finding {
    Finding { code, severity: Severity::Note, text, location }
}

/// A finding on something that was seen, if it was.
fn sighted(
    judged: fn(&'static str, Sentence, Option<Location>) -> Finding,
    sightings: Sightings,
    findings: &mut Vec<Finding>,
    code: &'static str,
    text: impl FnOnce(u64) -> Sentence,
) {
    if sightings.count > 0 {
        findings.push(judged(code, text(sightings.count), sightings.first));
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn set(backups: u64, days: u64) -> RotatedSet {
        let at = |nanoseconds| UnixNano::new(nanoseconds);
        let day = 24 * 3_600_000 * NANOSECONDS_PER_MILLISECOND;
        RotatedSet {
            file: PathBuf::from("logs.jsonl"),
            backups,
            oldest: at(day),
            newest: at(day + days * day),
        }
    }

    #[test]
    fn the_reach_of_the_backups_is_told_from_their_pace() {
        assert_eq!(reach(&set(11, 10)), Some(DEFAULT_BACKUPS * 24 * 3_600_000));
        assert_eq!(reach(&set(1, 0)), None, "one backup has no pace");
        assert_eq!(reach(&set(150, 10)), None, "the default is not in force");
    }
}
