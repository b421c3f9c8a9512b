//! Cuts a message into the raw text of its resources, scopes and records, also where the message is damaged.
//!
//! Any object of the message may break off, and a whole one may follow on the same line: a Collector that was killed
//! and started again appends so. Every record that lies whole before the break is kept, and reading resumes at the
//! next `{"resourceLogs":`, or however the writer begins its objects, and at the next `{"resource":` within the object
//! that is broken. Inside a JSON string every quote is escaped, so that these texts can be nothing else.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::text::decode_string;
use crate::source::account::{DamageKind, as_said, zero_bytes};
use crate::words::{Sentence, sentence};

/// The raw text of a message's parts. Reused from message to message.
#[derive(Default)]
pub(crate) struct Cut<'a> {
    /// The raw text of each `resource`, `""` when there is none.
    resources: Vec<&'a str>,
    /// Each `scope`: which resource it belongs to, and its raw text, `""` when there is none.
    scopes: Vec<(usize, &'a str)>,
    records: Vec<(usize, &'a str)>,
    hidden: Vec<Hidden<'a>>,
    /// What could not be read, in the order of the text.
    pub(crate) gaps: Vec<Gap>,
    /// Whether something has the form of OTLP, damaged or not.
    pub(crate) holds_otlp: bool,
    /// Whether the text is no JSON: only then does it mean anything what stands where it cannot.
    is_broken: bool,
}

/// A part of a whole object that is no record and may hold some, or what is left of one.
struct Hidden<'a> {
    is: Unknown,
    text: &'a str,
}

/// What stands where it is not known.
enum Unknown {
    /// A list that may be one of records or scopes, under a name that is not known.
    List {
        name: String,
        /// The list that should be there, where there is none.
        missing: Option<&'static str>,
    },
    /// An attribute in place of a record, which has lost all that stood before it.
    Attribute,
}

/// How much had been cut at some moment.
#[derive(Clone, Copy)]
struct Mark {
    resources: usize,
    scopes: usize,
    records: usize,
    hidden: usize,
}

/// The raw text of one record and of what surrounds it.
#[derive(Clone, Copy)]
pub(crate) struct CutRecord<'a> {
    /// Which of the message's resources; equal for neighbours that share one.
    pub(crate) resource_index: usize,
    /// Which of the message's scopes.
    pub(crate) scope_index: usize,
    pub(crate) resource: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) text: &'a str,
}

/// A part of a message that could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) range: Range<usize>,
    pub(crate) kind: DamageKind,
    /// The text ended in the middle of an object, and nothing follows.
    pub(crate) open_ended: bool,
    why: Why,
    /// How many whole records of its object are read.
    whole: usize,
    another_follows: bool,
}

/// Why a part of a message could not be read.
#[derive(Debug, PartialEq, Eq)]
enum Why {
    Said(Sentence),
    /// It is no JSON from this place of the text on.
    NotJsonFrom(usize),
}

impl Gap {
    /// Why it could not be read; `at_byte` tells which byte of the file a place of the text is.
    pub(crate) fn reason(&self, at_byte: &dyn Fn(usize) -> u64) -> Sentence {
        let why = match &self.why {
            Why::Said(why) => why.clone(),
            Why::NotJsonFrom(place) => sentence!("no JSON from byte {} on", at_byte(*place)),
        };
        let before = match self.whole {
            0 => None,
            1 => Some(sentence!("the whole record before it is read")),
            whole => Some(sentence!("the {} whole records before it are read", whole)),
        };
        let behind = self.another_follows.then(|| sentence!("another object begins behind it"));
        before.into_iter().chain(behind).fold(why, |reason, also| sentence!("{}; {}", reason, also))
    }
}

impl<'a> Cut<'a> {
    /// The records in the order of the text.
    pub(crate) fn records(&self) -> impl Iterator<Item = CutRecord<'a>> {
        self.records.iter().map(|&(scope_index, text)| {
            let (resource_index, scope) = self.scopes[scope_index];
            CutRecord { resource_index, scope_index, resource: self.resources[resource_index], scope, text }
        })
    }

    fn mark(&self) -> Mark {
        Mark {
            resources: self.resources.len(),
            scopes: self.scopes.len(),
            records: self.records.len(),
            hidden: self.hidden.len(),
        }
    }

    fn take_back(&mut self, mark: Mark) {
        self.resources.truncate(mark.resources);
        self.scopes.truncate(mark.scopes);
        self.records.truncate(mark.records);
        self.hidden.truncate(mark.hidden);
    }

    /// Where in `text`, of which the records from `mark` on are, an object stands in place of a record.
    fn glued_in(&self, mark: Mark, text: &str) -> Option<usize> {
        let (_, last) = self.records[mark.records..].last()?;
        is_resource_logs(last).then(|| last.as_ptr().addr() - text.as_ptr().addr())
    }

    /// Adds a gap; elements that cannot be read and lie side by side are one. The last one of a file that is being
    /// written is none of them, and zero bytes are counted apart.
    fn push_gap(&mut self, gap: Gap, is_element: bool) {
        let may_go_on = is_element && gap.whole == 0 && !gap.open_ended && gap.kind != DamageKind::NulRun;
        match self.gaps.last_mut() {
            Some(last) if may_go_on && last.range.end == gap.range.start && last.kind == gap.kind => {
                last.range.end = gap.range.end;
                last.another_follows = gap.another_follows;
            }
            _ => self.gaps.push(gap),
        }
    }

    /// Adds the gaps of hidden lists, but for those within a gap.
    fn push_hidden(&mut self, message: &str) {
        let broken = self.gaps.len();
        for hidden in &self.hidden {
            let gap = hidden_gap(message, hidden);
            let behind = self.gaps[..broken].partition_point(|other| other.range.start <= gap.range.start);
            let is_within = |before: usize| self.gaps[before].range.end > gap.range.start;
            if behind.checked_sub(1).is_some_and(is_within) {
                continue;
            }
            match self.gaps[broken..].last_mut() {
                // Between those of one record is nothing but a comma.
                Some(last)
                    if matches!(hidden.is, Unknown::Attribute)
                        && last.why == gap.why
                        && last.range.end + 1 >= gap.range.start =>
                {
                    last.range.end = gap.range.end;
                }
                _ => self.gaps.push(gap),
            }
        }
        self.gaps.sort_by_key(|gap| gap.range.start);
    }

    fn clear(&mut self) {
        self.resources.clear();
        self.scopes.clear();
        self.records.clear();
        self.hidden.clear();
        self.gaps.clear();
        self.holds_otlp = false;
        self.is_broken = false;
    }
}

/// Cuts `message`, which is a line or a whole document. Objects of other signals are passed over.
pub(crate) fn cut<'a>(message: &'a str, into: &mut Cut<'a>) {
    into.clear();
    // Where something breaks off, each object is read only up to where the next one begins, and in one that is broken
    // each element from the break on: no place is read more than a few times, however many there are.
    let mut anchors: Option<Vec<Anchor>> = None;
    let mut object_end = 0;
    let mut elements = 0..0;
    let mut at = skip_space(message, 0);
    let has_beginning = message[at..].starts_with(['{', '[']);
    while at < message.len() {
        if at >= object_end {
            let next = anchors_from(at + 1, 0, anchors.as_deref()).iter().find(|anchor| anchor.is_object);
            object_end = next.map_or(message.len(), |next| next.begin);
        }
        let end = if at < elements.start {
            elements.start
        } else if elements.contains(&at) {
            anchors_from(at + 1, 0, anchors.as_deref()).first().map_or(message.len(), |next| next.begin)
        } else {
            object_end
        };
        let text = &message[at..end];
        let before = into.mark();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // A word or a number is a value where it stands alone: "2026-11-02 started" is no number and more, but no JSON.
        let value = Document { cut: into }.deserialize(&mut deserializer).and_then(|holds| {
            if text.starts_with(['{', '[']) { Ok(holds) } else { deserializer.end().map(|()| holds) }
        });
        at = match value {
            Ok(holds) => {
                // What follows a whole value is another one, or nothing that can be read.
                let end =
                    at + deserializer.end().map_or_else(|error| offset_of(text, &error), |()| text.len());
                into.holds_otlp |= holds == Holds::Otlp;
                if holds == Holds::Foreign {
                    into.gaps.push(Gap {
                        range: at..end,
                        kind: DamageKind::NotOtlp,
                        open_ended: false,
                        why: Why::Said(sentence!(
                            "JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics"
                        )),
                        whole: 0,
                        another_follows: false,
                    });
                }
                // The elements of an object that is broken, or has lost its beginning, stand by themselves: what parts
                // and closes them is no loss.
                let is_between = |sign: char| {
                    [' ', '\t', '\r', '\n'].contains(&sign)
                        || ((!has_beginning || anchors.is_some()) && [',', ']', '}'].contains(&sign))
                };
                message.len() - message[end..].trim_start_matches(is_between).len()
            }
            Err(_) if anchors.is_none() => {
                into.take_back(before);
                let found: Vec<Anchor> = anchors_in(&message[at..], at).collect();
                into.holds_otlp |= !found.is_empty();
                into.is_broken = true;
                anchors = Some(found);
                object_end = at;
                at
            }
            Err(error) => {
                let broken = at + into.glued_in(before, text).unwrap_or_else(|| break_in(text, &error));
                // A string that has lost its end breaks at the next quote, which is already within an anchor.
                let next = anchors_from(at + 1, broken, anchors.as_deref()).first();
                if let Some(next) = next
                    && next.begin < end
                {
                    into.take_back(before);
                    elements = next.begin..end;
                    at
                } else {
                    let another_follows = end < message.len();
                    let gap =
                        gap(message, at, text, another_follows, &error, &into.records[before.records..]);
                    into.push_gap(gap, elements.contains(&at));
                    end
                }
            }
        };
    }
    into.push_hidden(message);
}

/// What may be records of an object under another name, or has lost its record.
fn hidden_gap(message: &str, hidden: &Hidden<'_>) -> Gap {
    let start = hidden.text.as_ptr().addr() - message.as_ptr().addr();
    let why = match &hidden.is {
        Unknown::Attribute => sentence!("attributes in place of a log record, whose beginning is lost"),
        Unknown::List { name, missing } => {
            let name: String = name.chars().take(LONGEST_NAME).collect();
            match *missing {
                Some(missing) => sentence!(
                    "a list of objects under \"{name}\", which is not known there, and no \"{missing}\": it may hold records",
                    name,
                    missing
                ),
                None => sentence!(
                    "a list of objects under \"{name}\", which is not known there: it may hold records",
                    name
                ),
            }
        }
    };
    Gap {
        range: start..start + hidden.text.len(),
        kind: DamageKind::NotOtlp,
        open_ended: false,
        why: Why::Said(why),
        whole: 0,
        another_follows: false,
    }
}

/// So many characters of a name are told.
const LONGEST_NAME: usize = 100;

/// The gap in `text`, which stands at `start` and broke off behind the records `kept`.
fn gap(
    message: &str,
    start: usize,
    text: &str,
    another_follows: bool,
    error: &serde_json::Error,
    kept: &[(usize, &str)],
) -> Gap {
    let whole_until = kept
        .last()
        .map_or(start, |(_, record)| record.as_ptr().addr() - message.as_ptr().addr() + record.len());
    let range = whole_until..start + text.len();
    let rest = &message[range.clone()];
    // A carriage return at the line's end is no part of a string that breaks off before it.
    let breaks_off = error.is_eof() || text[break_in(text, error)..].trim_ascii().is_empty();
    let kind = kind_of(rest, error, whole_until == start, breaks_off);
    let why = match kind {
        DamageKind::NulRun => Why::Said(zero_bytes(rest.bytes().filter(|byte| *byte == 0).count() as u64)),
        DamageKind::Torn => Why::Said(sentence!("the object breaks off")),
        DamageKind::NotJson if error.is_syntax() && text.starts_with(['{', '[']) => {
            Why::NotJsonFrom(start + break_in(text, error))
        }
        DamageKind::NotJson => Why::Said(sentence!("no JSON")),
        DamageKind::TooDeep => Why::Said(sentence!("nested too deep to be read")),
        _ => Why::Said(as_said(&bare_message(error))),
    };
    let open_ended = !another_follows && error.is_eof();
    Gap { range, kind, open_ended, why, whole: kept.len(), another_follows }
}

fn kind_of(rest: &str, error: &serde_json::Error, at_start: bool, breaks_off: bool) -> DamageKind {
    let message = bare_message(error);
    if rest.contains('\0') {
        DamageKind::NulRun
    } else if message.starts_with("recursion limit") {
        DamageKind::TooDeep
    } else if at_start && !rest.starts_with(['{', '[']) {
        DamageKind::NotJson
    } else if breaks_off || message == GLUED {
        DamageKind::Torn
    } else if error.is_data() {
        DamageKind::NotOtlp
    } else {
        DamageKind::NotJson
    }
}

/// An object of some signal begins here, or a bare `ResourceLogs`, which is what the second group is about.
static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
    let wrapped = "resource(?:Logs|Spans|Metrics|Profiles|_logs|_spans|_metrics|_profiles)";
    let bare = "resource|scopeLogs|scope_logs";
    Regex::new(&format!(r#"\{{\s*"(?:({wrapped})|({bare}))"\s*:"#)).expect("the pattern is a constant")
});

/// Where an object or an element begins.
struct Anchor {
    begin: usize,
    end: usize,
    is_object: bool,
}

/// Where something begins in text of which the first object is broken. A `ResourceLogs` is an object of its own where the
/// writer leaves out the one around it, where that one has lost its beginning, and where no element of a list can stand.
fn anchors_in(text: &str, start: usize) -> impl Iterator<Item = Anchor> {
    let mut in_list = text.starts_with(['{', '[']);
    ANCHOR.captures_iter(text).map(move |found| {
        let (begin, end) = (found.get_match().start(), found.get_match().end());
        let is_bare = found.get(2).is_some();
        let can_be_element = text[..begin].trim_ascii_end().ends_with(['[', ',']);
        in_list = !is_bare || (in_list && can_be_element);
        Anchor { begin: start + begin, end: start + end, is_object: !is_bare || !in_list }
    })
}

/// The anchors that begin from `at` on and end behind `broken`.
fn anchors_from(at: usize, broken: usize, anchors: Option<&[Anchor]>) -> &[Anchor] {
    let anchors = anchors.unwrap_or_default();
    &anchors[anchors.partition_point(|anchor| anchor.begin < at || anchor.end <= broken)..]
}

/// Whether what stands where a record should be is a `ResourceLogs`: what stood between is missing.
fn is_resource_logs(element: &str) -> bool {
    let begin = element.trim_start_matches(['{', ' ', '\t', '\r', '\n', '"']);
    (begin.starts_with("resource") || begin.starts_with("scope"))
        && ANCHOR.find(element).is_some_and(|anchor| anchor.start() == 0)
}

/// Whether what stands where a record should be is an attribute, with nothing in it that a record has.
fn is_attribute(element: &str) -> bool {
    let is_space = |sign: char| [' ', '\t', '\r', '\n'].contains(&sign);
    let name = element.strip_prefix('{').map(|members| members.trim_start_matches(is_space));
    name.is_some_and(|name| name.starts_with("\"key\"")) && !OF_RECORDS.is_match(element)
}

/// The error's message without "at line 1 column 7", which speaks of a part of the text only, and without the middle of
/// a long value that it quotes.
pub(super) fn bare_message(error: &serde_json::Error) -> String {
    const SIDE: usize = 100;
    let text = error.to_string();
    let text = &text[..text.rfind(" at line ").unwrap_or(text.len())];
    let length = text.chars().count();
    if length <= 2 * SIDE {
        return text.to_owned();
    }
    let (head, tail) = (text.chars().take(SIDE), text.chars().skip(length - SIDE));
    head.chain(['…']).chain(tail).collect()
}

/// Where the text breaks off, or is no JSON any more.
fn break_in(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() { text.len() } else { offset_of(text, error) }
}

/// Where the character stands that the error is about.
fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let line_start =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    // Of a control character in a string the library names the place before it.
    let is_before = bare_message(error).starts_with("control character");
    let offset = line_start + error.column().saturating_sub(usize::from(!is_before));
    // Of an escape of four digits it names the fourth byte, whichever character that is of.
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn skip_space(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start_matches([' ', '\t', '\r', '\n']).len()
}

/// What a break before the next object looks like from inside: the object stands where none can.
const GLUED: &str = "another object begins inside this one";

/// A member's name. It is checked like every string here, which one that is decoded at once would not be: control
/// characters would pass.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quoted = <&RawValue>::deserialize(deserializer)?.get();
        let plain = &quoted[1..quoted.len() - 1];
        Ok(Self(if plain.contains('\\') { decode_string(quoted).into() } else { plain.into() }))
    }
}

/// What a whole value holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Otlp,
    Nothing,
    Foreign,
}

/// A whole value: an object of some signal, a bare `ResourceLogs`, an array of either, or a request noted down with its
/// path.
struct Document<'c, 'a> {
    cut: &'c mut Cut<'a>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, 'de> {
    type Value = Holds;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Holds, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, 'de> {
    type Value = Holds;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an OTLP object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Holds, A::Error> {
        let mut known = false;
        // Other ways of writing log records down have a resource as well, but none that stands alone.
        let mut foreign = false;
        let mut bare = None;
        let mut hidden = Vec::new();
        // A request may be empty.
        let (mut is_for_logs, mut is_empty) = (false, false);
        while let Some(Name(name)) = map.next_key()? {
            match name.as_ref() {
                "resourceLogs" | "resource_logs" => {
                    known = true;
                    map.next_value_seed(Elements { cut: self.cut, level: Level::Resource })?;
                }
                "resourceSpans" | "resourceMetrics" | "resourceProfiles" | "resource_spans"
                | "resource_metrics" | "resource_profiles" | "scopeSpans" | "scopeMetrics"
                | "scopeProfiles" | "scope_spans" | "scope_metrics" | "scope_profiles" => {
                    known = true;
                    map.next_value::<IgnoredAny>()?;
                }
                // Writers without the outer object put one ResourceLogs on a line.
                "resource"
                | "scopeLogs"
                | "scope_logs"
                | "instrumentationLibraryLogs"
                | "deprecatedScopeLogs" => {
                    known |= name != "resource";
                    let index = *bare.get_or_insert_with(|| self.cut.open_resource());
                    resource_logs_member(self.cut, index, &name, &mut map)?;
                }
                "schemaUrl" | "schema_url" => {
                    map.next_value::<IgnoredAny>()?;
                }
                // Whoever keeps requests as they came puts the path beside the body.
                "body" => match map.next_value_seed(Document { cut: self.cut })? {
                    Holds::Otlp => known = true,
                    Holds::Nothing => is_empty = true,
                    Holds::Foreign => foreign = true,
                },
                "path" => {
                    foreign = true;
                    is_for_logs |= map.next_value::<&RawValue>()?.get().ends_with("/v1/logs\"");
                }
                other => {
                    foreign = true;
                    let list = pass_over(other, &mut map, self.cut.is_broken)?;
                    // Whoever keeps requests may keep other lists beside them.
                    hidden.extend(list.filter(|(_, text)| OF_SCOPES.is_match(text)));
                }
            }
        }
        self.cut.hide(hidden, None);
        known |= is_for_logs && is_empty;
        Ok(match (known, foreign || is_empty, bare) {
            (true, ..) | (_, false, Some(_)) => Holds::Otlp,
            (_, true, _) => Holds::Foreign,
            _ => Holds::Nothing,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Holds, A::Error> {
        let mut holds = Holds::Nothing;
        while let Some(element) = seq.next_element_seed(Document { cut: self.cut })? {
            holds = match (holds, element) {
                (Holds::Foreign, _) | (_, Holds::Nothing) => holds,
                (_, element) => element,
            };
        }
        Ok(holds)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Holds, E> {
        Ok(Holds::Foreign)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Holds, E> {
        Ok(Holds::Foreign)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Holds, E> {
        Ok(Holds::Foreign)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Holds, E> {
        Ok(Holds::Foreign)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Holds, E> {
        Ok(Holds::Foreign)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Holds, E> {
        Ok(Holds::Foreign)
    }
}

impl<'a> Cut<'a> {
    fn open_resource(&mut self) -> usize {
        self.resources.push("");
        self.resources.len() - 1
    }

    fn open_scope(&mut self, resource: usize) -> usize {
        self.scopes.push((resource, ""));
        self.scopes.len() - 1
    }

    /// Notes lists under names that are not known, with the list that should be there, where there is none.
    fn hide(&mut self, lists: Vec<(String, &'a str)>, missing: Option<&'static str>) {
        let lists = lists.into_iter();
        self.hidden.extend(lists.map(|(name, text)| Hidden { is: Unknown::List { name, missing }, text }));
    }
}

/// Which array is being read; an inner one knows the index of what it lies in.
#[derive(Clone, Copy)]
enum Level {
    Resource,
    Scope { resource: usize },
    Record { scope: usize },
}

/// The elements of `resourceLogs`, `scopeLogs` or `logRecords`; `null` is an empty list, and within one nothing.
struct Elements<'c, 'a> {
    cut: &'c mut Cut<'a>,
    level: Level,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.level {
            Level::Resource => "a list of ResourceLogs",
            Level::Scope { .. } => "a list of ScopeLogs",
            Level::Record { .. } => "a list of log records",
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            let more = match self.level {
                Level::Record { scope } => match seq.next_element::<Option<&'de RawValue>>()? {
                    Some(None) => true,
                    Some(Some(attribute)) if is_attribute(attribute.get()) => {
                        self.cut.hidden.push(Hidden { is: Unknown::Attribute, text: attribute.get() });
                        true
                    }
                    Some(Some(record)) => {
                        self.cut.records.push((scope, record.get()));
                        if self.cut.is_broken && is_resource_logs(record.get()) {
                            return Err(de::Error::custom(GLUED));
                        }
                        true
                    }
                    None => false,
                },
                level => seq.next_element_seed(Element { cut: self.cut, level })?.is_some(),
            };
            if !more {
                return Ok(());
            }
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// One `ResourceLogs` or `ScopeLogs`. Its members come in any order: a record may be read before its resource.
struct Element<'c, 'a> {
    cut: &'c mut Cut<'a>,
    level: Level,
}

impl<'de> DeserializeSeed<'de> for Element<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.level {
            Level::Resource => "a ResourceLogs object",
            _ => "a ScopeLogs object",
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut has_list = false;
        let mut hidden = Vec::new();
        let missing = match self.level {
            Level::Scope { resource } => {
                let index = self.cut.open_scope(resource);
                while let Some(Name(name)) = map.next_key()? {
                    match name.as_ref() {
                        "scope" => self.cut.scopes[index].1 = raw_object(&mut map)?,
                        "logRecords" | "log_records" => {
                            has_list = true;
                            map.next_value_seed(Elements {
                                cut: self.cut,
                                level: Level::Record { scope: index },
                            })?;
                        }
                        "resource" | "scopeLogs" | "scope_logs" if self.cut.is_broken => {
                            return Err(de::Error::custom(GLUED));
                        }
                        other => hidden.extend(pass_over(other, &mut map, self.cut.is_broken)?),
                    }
                }
                "logRecords"
            }
            _ => {
                let index = self.cut.open_resource();
                while let Some(Name(name)) = map.next_key()? {
                    has_list |= is_scope_logs(&name);
                    hidden.extend(resource_logs_member(self.cut, index, &name, &mut map)?);
                }
                "scopeLogs"
            }
        };
        self.cut.hide(hidden, (!has_list).then_some(missing));
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Takes in a member of a `ResourceLogs`, or hands it out where it is none and may hide something.
fn resource_logs_member<'de, A: MapAccess<'de>>(
    cut: &mut Cut<'de>,
    index: usize,
    name: &str,
    map: &mut A,
) -> Result<Option<(String, &'de str)>, A::Error> {
    match name {
        "resource" => cut.resources[index] = raw_object(map)?,
        name if is_scope_logs(name) => {
            map.next_value_seed(Elements { cut, level: Level::Scope { resource: index } })?;
        }
        other => return pass_over(other, map, cut.is_broken),
    }
    Ok(None)
}

fn is_scope_logs(name: &str) -> bool {
    ["scopeLogs", "scope_logs", "instrumentationLibraryLogs", "deprecatedScopeLogs"].contains(&name)
}

fn raw_object<'de, A: MapAccess<'de>>(map: &mut A) -> Result<&'de str, A::Error> {
    Ok(map.next_value::<Option<&'de RawValue>>()?.map_or("", RawValue::get))
}

/// What records have and other members do not, and what lists of records are called.
static OF_RECORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""(?:observedTimeUnixNano|timeUnixNano|observed_time_unix_nano|time_unix_nano|body|logRecords|log_records)"\s*:"#)
        .expect("the pattern is a constant")
});

/// What lists of records are called.
static OF_SCOPES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""(?:logRecords|log_records)"\s*:"#).expect("the pattern is a constant"));

/// Passes over a member that is not known, and hands it out where it is a list that may be one of records or scopes. In
/// text that is broken, one that belongs around this object is the beginning of another.
fn pass_over<'de, A: MapAccess<'de>>(
    name: &str,
    map: &mut A,
    is_broken: bool,
) -> Result<Option<(String, &'de str)>, A::Error> {
    match name {
        "resourceLogs" | "resourceSpans" | "resourceMetrics" | "resourceProfiles" | "resource_logs"
        | "resource_spans" | "resource_metrics" | "resource_profiles"
            if is_broken =>
        {
            Err(de::Error::custom(GLUED))
        }
        _ => {
            let text = map.next_value::<&RawValue>()?.get();
            let may_hide = text.starts_with('[') && OF_RECORDS.is_match(text);
            Ok(may_hide.then(|| (name.to_owned(), text)))
        }
    }
}

#[cfg(test)]
mod tests;
