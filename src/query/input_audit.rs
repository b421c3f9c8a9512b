//! What does the input hold, and what is missing or doubtful in it?

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::by_conversation::ByConversation;
use super::changed_records::{ChangedFacts, ChangedRecords};
use super::sightings::{Sightings, min_of};
use crate::event::{Event, EventKind, Fold, Key, Location, ResponseCompleted, UnixNano, is_known};

/// Hears every event, and answers with what an auditor must know before relying on the input.
#[derive(Clone, Debug)]
pub struct InputAudit {
    question: AuditQuestion,
    /// What each event adds to; the rest is known when everything has been heard.
    facts: InputFacts,
    by_conversation: ByConversation<ConversationTimes>,
    changed: ChangedRecords,
    /// The first and the last event of each stretch of `gap`, by the stretch's number since 1970.
    stretches: BTreeMap<u64, (Moment, Moment)>,
    /// The last resource by its fingerprint, and whether it has a key twice: many records have the same.
    last_resource: (u64, bool),
}

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditQuestion {
    /// A time without any event that is longer than this is a gap, in nanoseconds.
    pub gap: u64,
    /// Two clocks, or two events in the order of the input, may differ by so much, in nanoseconds.
    pub tolerance: u64,
    /// Count a record again each time it is found.
    pub counts_copies: bool,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InputFacts {
    /// First and last event of each file, by its index in the input; copies included.
    pub files: BTreeMap<u32, TimeSpan>,
    /// Events heard, copies left out unless they are counted.
    pub records: u64,
    /// Records that had been read before.
    pub copies: Sightings,
    /// Records by event name.
    pub events: BTreeMap<Box<str>, u64>,
    /// Records without a name, which what Codex's telemetry notes about itself never has.
    pub unnamed: Sightings,
    /// Events that lack their name.
    pub nameless_events: Sightings,
    /// Records without any time.
    pub without_time: Sightings,
    /// Records with a token count that cannot be read as one.
    pub unreadable_counts: Sightings,
    /// Records with a key that is there twice, of the record or of its resource.
    pub repeated_keys: Sightings,
    /// Records with a name that no known release of Codex sends, by name.
    pub unknown: BTreeMap<Box<str>, Sightings>,
    /// Records that belong to no conversation.
    pub without_conversation: Sightings,
    /// Records by user: the e-mail address, else the account id.
    pub users: BTreeMap<Box<str>, u64>,
    /// Records by Codex's release.
    pub app_versions: BTreeMap<Box<str>, u64>,
    /// Records by `service.name`.
    pub services: BTreeMap<Box<str>, u64>,
    /// Records by `host.name`.
    pub hosts: BTreeMap<Box<str>, u64>,
    /// How many conversations there are.
    pub conversations: u64,
    /// Those of which no start was heard; the place is that of the first one's first record.
    pub without_start: Sightings,
    /// Those in which no response was completed after the last prompt; the place is that prompt's.
    pub unanswered: Sightings,
    /// Those in which responses were completed, and none with counts; the place is that of the first such response.
    pub uncounted: Sightings,
    /// What tells that records were changed on their way.
    pub changed: ChangedFacts,
    /// Records whose own time and the time at which they were taken in differ by more than the tolerance.
    pub apart: Sightings,
    /// The one where they differ most.
    pub farthest_apart: Option<Distance>,
    /// Conversations in which an event stands behind a later one by more than the tolerance.
    pub backwards: Sightings,
    /// The event that goes back farthest.
    pub farthest_back: Option<Distance>,
    /// First and last event.
    pub span: TimeSpan,
    /// The times without any event that are longer than asked for, in order.
    pub gaps: Vec<Gap>,
}

/// From the first event to the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeSpan {
    /// Time of the first event; `None` when none has a time.
    pub first: Option<UnixNano>,
    /// Time of the last.
    pub last: Option<UnixNano>,
}

/// How far two times lie apart, and the record that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distance {
    /// In nanoseconds.
    pub nanoseconds: u64,
    /// Where the record lies.
    pub location: Location,
}

/// A time without any event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last event before it.
    pub from: UnixNano,
    /// The first event behind it.
    pub to: UnixNano,
    /// Where the first event behind it lies.
    pub location: Location,
}

/// A time and the first place in the input with an event at that time.
type Moment = (UnixNano, Location);

/// When things happened in one conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct ConversationTimes {
    starts: u64,
    first_place: Option<Location>,
    earliest: Option<Moment>,
    latest: Option<UnixNano>,
    farthest_back: Option<Distance>,
    last_prompt: Option<Moment>,
    /// The last response that was completed, counted or not.
    last_completion: Option<Moment>,
    first_uncounted: Option<Moment>,
    has_counts: bool,
}

impl TimeSpan {
    fn note(&mut self, time: Option<UnixNano>) {
        self.join(Self { first: time, last: time });
    }

    fn join(&mut self, later: Self) {
        self.first = min_of(self.first, later.first);
        self.last = self.last.max(later.last);
    }
}

impl Distance {
    /// The larger one; of equals the one that stands first in the input.
    fn larger(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (Some(first), Some(second)) = (one, other) else { return one.or(other) };
        let rank = |distance: &Self| (distance.nanoseconds, Reverse(distance.location));
        Some(if rank(&first) >= rank(&second) { first } else { second })
    }
}

fn count(counts: &mut BTreeMap<Box<str>, u64>, name: Option<&str>) {
    let Some(name) = name else { return };
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.into(), 1)),
    }
}

impl InputAudit {
    /// An audit that has heard nothing yet.
    #[must_use]
    pub fn new(question: AuditQuestion) -> Self {
        Self {
            question,
            facts: InputFacts::default(),
            by_conversation: ByConversation::default(),
            changed: ChangedRecords::default(),
            stretches: BTreeMap::new(),
            last_resource: (0, false),
        }
    }

    /// Takes in what a record says; `is_copy` where it had been read before, and counts all the same.
    fn hear(&mut self, event: &Event<'_>, is_copy: bool) {
        let kind = event.kind();
        self.changed.note(event, &kind, is_copy);
        let (time, location, attributes) = (event.time(), event.location, event.attributes());
        let facts = &mut self.facts;
        facts.records += 1;
        facts.files.entry(location.file).or_default().note(time);
        match event.name() {
            Some(name) => {
                count(&mut facts.events, Some(name));
                if !is_known(name) {
                    facts.unknown.entry(name.into()).or_default().note(location);
                }
            }
            None if event.lacks_its_name() => facts.nameless_events.note(location),
            None => facts.unnamed.note(location),
        }
        if time.is_none() {
            facts.without_time.note(location);
        }
        if ResponseCompleted::has_unreadable_count(attributes) {
            facts.unreadable_counts.note(location);
        }
        if self.last_resource.0 != event.resource.fingerprint {
            self.last_resource = (event.resource.fingerprint, event.resource.attributes.repeats_a_key());
        }
        if attributes.repeats_a_key() || self.last_resource.1 {
            facts.repeated_keys.note(location);
        }
        count(&mut facts.users, event.user());
        count(&mut facts.app_versions, event.app_version());
        count(&mut facts.services, event.resource.service_name());
        count(&mut facts.hosts, event.resource.attributes.filled(Key::HostName));
        match event.conversation_id() {
            Some(id) => self.by_conversation.of(Some(id)).add(event, &kind, time),
            None => facts.without_conversation.note(location),
        }
        let told = attributes.text(Key::EventTimestamp).and_then(UnixNano::from_rfc3339);
        if let (Some(told), Some(observed)) = (told, event.record.observed_time) {
            let nanoseconds = told.get().abs_diff(observed.get());
            if nanoseconds > self.question.tolerance {
                facts.apart.note(location);
                let distance = Some(Distance { nanoseconds, location });
                facts.farthest_apart = Distance::larger(facts.farthest_apart, distance);
            }
        }
        if let Some(time) = time {
            let moment = (time, location);
            let (first, last) =
                self.stretches.entry(time.get() / self.question.gap.max(1)).or_insert((moment, moment));
            *first = moment.min(*first);
            *last = later(*last, moment);
        }
    }

    /// The facts, when everything has been heard.
    #[must_use]
    pub fn settle(self) -> InputFacts {
        let Self { question, mut facts, by_conversation, changed, stretches, .. } = self;
        facts.changed = changed.settle();
        facts.span = TimeSpan {
            first: stretches.values().next().map(|(first, _)| first.0),
            last: stretches.values().next_back().map(|(_, last)| last.0),
        };
        facts.gaps = gaps(&stretches, question.gap);
        for (_, times) in by_conversation.into_sorted() {
            facts.conversations += 1;
            if let Some(place) = times.first_place
                && times.starts == 0
            {
                facts.without_start.note(place);
            }
            if let Some(prompt) = times.last_prompt
                && times.last_completion.is_none_or(|completion| completion < prompt)
            {
                facts.unanswered.note(prompt.1);
            }
            if let Some((_, place)) = times.first_uncounted
                && !times.has_counts
            {
                facts.uncounted.note(place);
            }
            if let Some(back) = times.farthest_back
                && back.nanoseconds > question.tolerance
            {
                facts.backwards.note(back.location);
                facts.farthest_back = Distance::larger(facts.farthest_back, Some(back));
            }
        }
        facts
    }
}

/// Between two events of one stretch there is no gap; between those of two stretches there may be.
fn gaps(stretches: &BTreeMap<u64, (Moment, Moment)>, gap: u64) -> Vec<Gap> {
    let mut ends = stretches.values();
    let Some((_, mut before)) = ends.next().copied() else { return Vec::new() };
    let mut gaps = Vec::new();
    for (first, last) in ends {
        if first.0.get() - before.0.get() > gap {
            gaps.push(Gap { from: before.0, to: first.0, location: first.1 });
        }
        before = *last;
    }
    gaps
}

impl Fold for InputAudit {
    fn fresh(&self) -> Self {
        Self::new(self.question)
    }

    fn add(&mut self, event: &Event<'_>) {
        self.hear(event, false);
    }

    fn add_copy(&mut self, event: &Event<'_>) {
        self.facts.copies.note(event.location);
        if self.question.counts_copies {
            self.hear(event, true);
        } else {
            self.facts.files.entry(event.location.file).or_default().note(event.time());
        }
    }

    fn join(&mut self, later_part: Self) {
        let (facts, more) = (&mut self.facts, later_part.facts);
        facts.records += more.records;
        facts.copies.join(more.copies);
        for (file, span) in more.files {
            facts.files.entry(file).or_default().join(span);
        }
        for (counts, added) in [
            (&mut facts.events, more.events),
            (&mut facts.users, more.users),
            (&mut facts.app_versions, more.app_versions),
            (&mut facts.services, more.services),
            (&mut facts.hosts, more.hosts),
        ] {
            for (name, count) in added {
                *counts.entry(name).or_default() += count;
            }
        }
        facts.unnamed.join(more.unnamed);
        facts.nameless_events.join(more.nameless_events);
        facts.without_time.join(more.without_time);
        facts.unreadable_counts.join(more.unreadable_counts);
        facts.repeated_keys.join(more.repeated_keys);
        for (name, sightings) in more.unknown {
            facts.unknown.entry(name).or_default().join(sightings);
        }
        facts.without_conversation.join(more.without_conversation);
        self.by_conversation.join(later_part.by_conversation, ConversationTimes::join);
        self.changed.join(later_part.changed);
        facts.apart.join(more.apart);
        facts.farthest_apart = Distance::larger(facts.farthest_apart, more.farthest_apart);
        for (stretch, (first, last)) in later_part.stretches {
            let ends = self.stretches.entry(stretch).or_insert((first, last));
            *ends = (ends.0.min(first), later(ends.1, last));
        }
    }
}

/// The later one; of equals the one that stands first in the input.
fn later(one: Moment, other: Moment) -> Moment {
    match one.0.cmp(&other.0) {
        std::cmp::Ordering::Less => other,
        std::cmp::Ordering::Equal => one.min(other),
        std::cmp::Ordering::Greater => one,
    }
}

/// Whether a stream says that its response was completed: beside it stands the event with the counts.
fn is_bare_completion(kind: &EventKind<'_>) -> bool {
    matches!(kind, EventKind::StreamEvent(event) if event.kind == Some("response.completed") && event.error_message.is_none())
}

impl ConversationTimes {
    fn add(&mut self, event: &Event<'_>, kind: &EventKind<'_>, time: Option<UnixNano>) {
        let location = event.location;
        let moment = time.map(|time| (time, location));
        let is_counted = matches!(kind, EventKind::ResponseCompleted(_));
        let is_completed = is_counted || is_bare_completion(kind);
        self.join(Self {
            starts: u64::from(matches!(kind, EventKind::ConversationStarts(_))),
            first_place: Some(location),
            earliest: moment,
            latest: time,
            farthest_back: None,
            last_prompt: moment.filter(|_| matches!(kind, EventKind::UserPrompt(_))),
            last_completion: moment.filter(|_| is_completed),
            first_uncounted: moment.filter(|_| is_completed && !is_counted),
            has_counts: is_counted,
        });
    }

    /// The event of the later part that goes back farthest is the one that did so within its part, or its earliest.
    fn join(&mut self, later: Self) {
        let across = self.latest.zip(later.earliest).and_then(|(latest, (time, location))| {
            let nanoseconds = latest.get().checked_sub(time.get()).filter(|back| *back > 0)?;
            Some(Distance { nanoseconds, location })
        });
        let within = Distance::larger(self.farthest_back, later.farthest_back);
        self.farthest_back = Distance::larger(within, across);
        self.starts += later.starts;
        self.first_place = min_of(self.first_place, later.first_place);
        self.earliest = min_of(self.earliest, later.earliest);
        self.latest = self.latest.max(later.latest);
        self.last_prompt = self.last_prompt.max(later.last_prompt);
        self.last_completion = self.last_completion.max(later.last_completion);
        self.first_uncounted = min_of(self.first_uncounted, later.first_uncounted);
        self.has_counts |= later.has_counts;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{AnyValue, Attributes, LogRecord, Resource, Scope};

    const SECOND: u64 = 1_000_000_000;
    const QUESTION: AuditQuestion =
        AuditQuestion { gap: 100 * SECOND, tolerance: 10 * SECOND, counts_copies: false };

    /// A record: seconds of its time, seconds at which it was taken in, conversation, name.
    type Told = (u64, u64, &'static str, &'static str);

    fn heard(records: &[Told], hear: impl Fn(&mut InputAudit, &Event<'_>), cut: usize) -> InputFacts {
        let mut parts = [InputAudit::new(QUESTION), InputAudit::new(QUESTION)];
        for (index, (told, observed, conversation, name)) in records.iter().enumerate() {
            let text = |key: &'static str, value: String| (key.into(), AnyValue::String(value.into()));
            let time =
                chrono::DateTime::from_timestamp(i64::try_from(*told).expect("small"), 0).expect("a time");
            let record = LogRecord {
                observed_time: UnixNano::new(observed * SECOND),
                attributes: Attributes::new(
                    [
                        ("event.timestamp", time.to_rfc3339()),
                        ("conversation.id", (*conversation).to_owned()),
                        ("event.name", (*name).to_owned()),
                    ]
                    .map(|(key, value)| text(key, value))
                    .into(),
                ),
                ..LogRecord::default()
            };
            let location = Location { line: index as u64 + 1, ..Location::default() };
            let (resource, scope) = (Resource::default(), Scope::default());
            let event = Event { resource: &resource, scope: &scope, record: &record, location };
            hear(&mut parts[usize::from(index >= cut)], &event);
        }
        let [mut earlier, later] = parts;
        earlier.join(later);
        earlier.settle()
    }

    fn facts(records: &[Told]) -> InputFacts {
        let whole = heard(records, InputAudit::add, records.len());
        for cut in 0..records.len() {
            assert_eq!(heard(records, InputAudit::add, cut), whole, "cut at {cut}");
        }
        whole
    }

    const START: &str = "codex.conversation_starts";

    #[test]
    fn a_conversation_without_start_and_an_unknown_name_are_told_with_their_place() {
        let facts = facts(&[
            (1, 1, "a", START),
            (2, 2, "b", "codex.user_prompt"),
            (3, 3, "b", "codex.new"),
            (4, 4, "", ""),
        ]);
        assert_eq!((facts.records, facts.conversations), (4, 2));
        let at = |line| Some(Location { line, ..Location::default() });
        assert_eq!(facts.without_start, Sightings { count: 1, first: at(2) });
        assert_eq!(facts.unknown[&Box::from("codex.new")], Sightings { count: 1, first: at(3) });
        assert_eq!(facts.unnamed, Sightings { count: 1, first: at(4) });
        assert_eq!(facts.without_conversation, Sightings { count: 1, first: at(4) });
        assert_eq!(facts.events.len(), 3);
    }

    #[test]
    fn a_silence_longer_than_asked_for_is_a_gap_wherever_it_lies() {
        let facts = facts(&[
            (500, 500, "a", START),
            (99, 99, "a", START),
            (100, 100, "a", START),
            (201, 201, "a", START),
            (301, 301, "a", START),
        ]);
        let gaps: Vec<_> = facts
            .gaps
            .iter()
            .map(|gap| (gap.from.get() / SECOND, gap.to.get() / SECOND, gap.location.line))
            .collect();
        assert_eq!(gaps, [(100, 201, 4), (301, 500, 1)]);
        assert_eq!(facts.span.first, UnixNano::new(99 * SECOND));
        assert_eq!(facts.span.last, UnixNano::new(500 * SECOND));
    }

    #[test]
    fn clocks_that_disagree_and_events_that_go_back_are_told_by_the_worst() {
        let facts = facts(&[
            (100, 100, "a", START),
            (95, 95, "a", "x"),
            (200, 200, "b", START),
            (150, 171, "b", "x"),
            (100, 112, "b", "x"),
            (100, 100, "b", "x"),
        ]);
        assert_eq!(facts.apart.count, 2);
        let worst = |distance: Option<Distance>| {
            distance.map(|distance| (distance.nanoseconds / SECOND, distance.location.line))
        };
        assert_eq!(worst(facts.farthest_apart), Some((21, 4)));
        assert_eq!(facts.backwards.count, 1, "five seconds are within the tolerance");
        assert_eq!(worst(facts.farthest_back), Some((100, 5)));
    }

    #[test]
    fn a_copy_is_noted_and_belongs_to_its_file() {
        let copy = |audit: &mut InputAudit, event: &Event<'_>| {
            if event.location.line == 1 { audit.add(event) } else { audit.add_copy(event) }
        };
        let facts = heard(&[(1, 1, "a", START), (9, 9, "a", START)], copy, 1);
        assert_eq!((facts.records, facts.copies.count), (1, 1));
        assert_eq!(facts.files[&0].last, UnixNano::new(9 * SECOND));
        assert_eq!(facts.span.last, UnixNano::new(SECOND));
    }
}
