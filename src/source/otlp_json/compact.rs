//! Reads messages as the Collector writes them, in one pass over the text.
//!
//! The Collector's JSON has no white space and a fixed order of members, so that what comes next can be compared
//! instead of searched. Anything else, be it another writer or damage, is declined: the message, or what is left of
//! it, is then read by [`cut`](super::cut) and [`decode`](super::decode), and both ways give the same events.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use memchr::memmem::Finder;

use super::cursor::{BEFORE_KEY, Cursor, Declined, Member, Quoted, Read, Scalar, Type};
use super::decode::{decode_resource, decode_scope, decode_string, hex_id};
use super::habits::{Habits, Span, To};
use crate::event::{AnyValue, Attributes, Key, LogRecord, Resource, Scope, Text};

/// Reads the messages of one batch after the other.
pub(crate) struct CompactReader<'a, 'l> {
    learned: &'l mut Learned,
    is_about: &'l IsAbout<'l>,
    record: LogRecord<'a>,
    resource_text: &'a str,
    resource: Rc<Resource<'static>>,
    scope_text: &'a str,
    scope: Rc<Scope<'static>>,
    head: Head<'a>,
    runs: Runs<'a>,
    /// Whether the record that is being read may matter, as far as it is known.
    is_wanted: bool,
    may_matter: bool,
    told: Told<'a>,
}

/// Whether an event of that name, and of that `event.kind` where it is told, may matter.
pub(crate) type IsAbout<'q> = dyn Fn(&str, Option<&str>) -> bool + 'q;

/// What reading one batch has taught, which makes the next ones faster.
pub(crate) struct Learned {
    habits: Habits,
    /// Many processes write into one file by turns.
    resources: Known<Resource<'static>>,
    scopes: Known<Scope<'static>>,
}

/// What was decoded before, by its text.
type Known<T> = HashMap<Box<str>, Rc<T>, RandomState>;

/// So many are kept before everything is learned anew, and none that is longer: hostile text must not take all memory.
const MOST_KNOWN: usize = 1024;
const MOST_KNOWN_BYTES: usize = 4096;

/// One record on its way to the question.
pub(crate) struct ReadRecord<'r, 'a> {
    pub(crate) resource: &'r Resource<'a>,
    pub(crate) scope: &'r Scope<'a>,
    /// The raw text of the scope and of the record.
    pub(crate) scope_text: &'a str,
    pub(crate) text: &'a str,
    /// Without attributes and ids where nobody wants them.
    pub(crate) record: &'r LogRecord<'a>,
    pub(crate) is_wanted: bool,
}

/// How far reading attributes came.
#[derive(PartialEq, Eq)]
enum Came {
    ToEndOfAttributes,
    ToEndOfRecord,
}

/// What stands between the last attribute's value and the rest of the record.
const END_OF_ATTRIBUTES: &str = "}}]";

static BEHIND_RESOURCE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"scopeLogs\":["));
static BEHIND_SCOPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"logRecords\":["));

impl Learned {
    pub(crate) fn new() -> Self {
        Self { habits: Habits::new(), resources: Known::default(), scopes: Known::default() }
    }
}

impl<'a, 'l> CompactReader<'a, 'l> {
    pub(crate) fn new(learned: &'l mut Learned, is_about: &'l IsAbout<'l>) -> Self {
        Self {
            learned,
            is_about,
            record: LogRecord::default(),
            resource_text: "",
            resource: Rc::default(),
            scope_text: "",
            scope: Rc::default(),
            head: Head::default(),
            runs: Runs::new(),
            is_wanted: true,
            may_matter: true,
            told: Told::default(),
        }
    }

    /// Hands each record of `message` to `hear`. Records that were handed out before the message was declined are
    /// whole and stand at its beginning.
    ///
    /// Without `may_matter`, no record of the message is wanted. Those that are not wanted are checked as strictly.
    pub(crate) fn read(
        &mut self,
        message: &'a str,
        may_matter: bool,
        mut hear: impl FnMut(ReadRecord<'_, 'a>),
    ) -> Read<()> {
        self.may_matter = may_matter;
        let mut at = Cursor { text: message, at: 0 };
        at.expect("{\"resourceLogs\":[")?;
        if at.eat("]}") {
            return at.expect_end();
        }
        loop {
            self.read_resource_logs(&mut at, &mut hear)?;
            if !at.eat(",") {
                break;
            }
        }
        at.expect("]}")?;
        at.expect_end()
    }

    fn read_resource_logs(
        &mut self,
        at: &mut Cursor<'a>,
        hear: &mut impl FnMut(ReadRecord<'_, 'a>),
    ) -> Read<()> {
        at.expect("{\"resource\":")?;
        self.read_resource(at)?;
        at.expect(",\"scopeLogs\":[")?;
        loop {
            self.read_scope_logs(at, hear)?;
            if !at.eat(",") {
                break;
            }
        }
        at.expect("]")?;
        at.pass_schema_url()?;
        at.expect("}")
    }

    fn read_resource(&mut self, at: &mut Cursor<'a>) -> Read<()> {
        if !self.resource_text.is_empty() && at.eat(self.resource_text) {
            return Ok(());
        }
        let known = &mut self.learned.resources;
        (self.resource_text, self.resource) =
            at.known_object(&BEHIND_RESOURCE, known, |text| Some(decode_resource(text).ok()?.into_owned()))?;
        Ok(())
    }

    fn read_scope(&mut self, at: &mut Cursor<'a>) -> Read<()> {
        if !self.scope_text.is_empty() && at.eat(self.scope_text) {
            return Ok(());
        }
        let known = &mut self.learned.scopes;
        (self.scope_text, self.scope) =
            at.known_object(&BEHIND_SCOPE, known, |text| Some(decode_scope(text).ok()?.into_owned()))?;
        Ok(())
    }

    fn read_scope_logs(
        &mut self,
        at: &mut Cursor<'a>,
        hear: &mut impl FnMut(ReadRecord<'_, 'a>),
    ) -> Read<()> {
        at.expect("{\"scope\":")?;
        self.read_scope(at)?;
        at.expect(",\"logRecords\":[")?;
        loop {
            let start = at.at;
            self.read_record(at)?;
            let text = &at.text[start..at.at];
            hear(ReadRecord {
                resource: &self.resource,
                scope: &self.scope,
                scope_text: self.scope_text,
                text,
                record: &self.record,
                is_wanted: self.is_wanted,
            });
            if !at.eat(",") {
                break;
            }
        }
        at.expect("]")?;
        at.pass_schema_url()?;
        at.expect("}")
    }

    fn read_record(&mut self, at: &mut Cursor<'a>) -> Read<()> {
        self.is_wanted = self.may_matter;
        if self.is_wanted {
            self.record.clear();
        }
        self.told = Told::default();
        at.expect("{\"")?;
        let mut seen = 0;
        let mut head = at.at;
        loop {
            let name = at.member_name()?;
            if seen & name as u16 != 0 {
                return Err(Declined);
            }
            let before = seen;
            seen |= name as u16;
            let record = &mut self.record;
            match name {
                Member::Time => record.time = at.moment()?,
                Member::ObservedTime => {
                    record.observed_time = at.moment()?;
                    head = at.at;
                    if before == 0 && !self.head.text.is_empty() && at.eat(self.head.text) {
                        record.severity_number = self.head.severity_number;
                        record.severity_text = self.head.severity_text.map(Cow::Borrowed);
                        seen |= Head::MEMBERS;
                        if self.read_attributes(at, true)? == Came::ToEndOfRecord {
                            return Ok(());
                        }
                    }
                }
                Member::SeverityNumber => {
                    record.severity_number =
                        u8::try_from(at.digits()?).ok().filter(|number| (1..=24).contains(number));
                }
                Member::SeverityText => record.severity_text = Some(Cow::Borrowed(at.plain_string()?)),
                Member::Body => record.body = at.body()?,
                Member::Attributes => {
                    let may_end = seen == Head::MEMBERS;
                    if may_end && record.body == AnyValue::Empty {
                        let severity_text = match record.severity_text {
                            Some(Cow::Borrowed(text)) => Some(text),
                            _ => None,
                        };
                        self.head = Head {
                            text: at.since(head),
                            severity_number: record.severity_number,
                            severity_text,
                        };
                    }
                    if self.read_attributes(at, may_end)? == Came::ToEndOfRecord {
                        return Ok(());
                    }
                }
                Member::Number => drop(at.digits()?),
                Member::TraceId => {
                    let id = at.id()?;
                    record.trace_id = self.is_wanted.then(|| hex_id(Cow::Borrowed(id), 16)).flatten();
                }
                Member::SpanId => {
                    let id = at.id()?;
                    record.span_id = self.is_wanted.then(|| hex_id(Cow::Borrowed(id), 8)).flatten();
                }
                Member::EventName => record.callsite = Some(at.string()?).filter(|text| !text.is_empty()),
            }
            if !at.eat(",\"") {
                break;
            }
        }
        at.expect("}")
    }

    /// Reads attributes; with `may_end`, the record may end with them and its place in Codex's source.
    fn read_attributes(&mut self, at: &mut Cursor<'a>, may_end: bool) -> Read<Came> {
        at.expect("[")?;
        if at.eat("]") {
            return Ok(Came::ToEndOfAttributes);
        }
        self.learned.habits.make_room();
        let mut place = Habits::FIRST;
        let mut run_start = None;
        let mut behind_value = at.at;
        loop {
            let habits = &mut self.learned.habits;
            let to;
            (place, to) = match habits.go_on(place, at) {
                Some(next) => next,
                None => {
                    let to = Self::step(at, behind_value, may_end)?;
                    (habits.learn(place, at.since(behind_value), to), to)
                }
            };
            let joint = at.since(behind_value);
            let (known, key, of_type) = match to {
                To::Value { known: Some(known), of_type, .. } => (Some(known), known.text(), of_type),
                To::Value { known: None, key, of_type } => (None, key.of(joint), of_type),
                To::EndOfAttributes => return Ok(Came::ToEndOfAttributes),
                To::EndOfRecord { callsite } if may_end => {
                    let callsite = Some(callsite.of(joint)).filter(|text| !text.is_empty());
                    self.record.callsite = callsite.map(Text::plain);
                    return Ok(Came::ToEndOfRecord);
                }
                To::EndOfRecord { .. } => {
                    at.at = behind_value + END_OF_ATTRIBUTES.len();
                    return Ok(Came::ToEndOfAttributes);
                }
            };
            if known == Some(RUN_BEGINS) && of_type == Type::String {
                if let Some(run) = self.runs.pass(at) {
                    let wanted = if self.is_wanted { run.attributes.as_slice() } else { &[] };
                    for (known, key, value) in wanted {
                        value.push_to(&mut self.record.attributes, *known, key);
                    }
                    place = self.learned.habits.behind_run(place);
                    behind_value = at.at;
                    continue;
                }
                run_start = Some((at.at, place));
                self.runs.begun.clear();
            }
            let value = at.scalar(of_type)?;
            if self.is_wanted {
                value.push_to(&mut self.record.attributes, known, key);
            }
            if let Some(key @ (Key::EventName | Key::EventKind)) = known {
                self.told.add(key, value)?;
                if let Scalar::Text(Quoted::Plain(text)) = value {
                    place = self.learned.habits.behind_value(place, text);
                }
                if self.is_wanted
                    && let Some(name) = self.told.name
                {
                    self.is_wanted = (self.is_about)(name, self.told.kind);
                }
            }
            if let Some((start, begin)) = run_start {
                self.runs.begun.push((known, key, value));
                if known == Some(RUN_ENDS) {
                    self.runs.keep(at.since(start));
                    run_start = None;
                    place = self.learned.habits.behind_run(begin);
                }
            }
            behind_value = at.at;
        }
    }

    /// Steps on to the next value or the end, where that was not foreseen.
    fn step(at: &mut Cursor<'a>, behind_value: usize, may_end: bool) -> Read<To> {
        let is_first = at.text.as_bytes()[behind_value - 1] == b'[';
        if !is_first {
            if at.eat(END_OF_ATTRIBUTES) {
                return Ok(Self::step_to_end(at, behind_value)
                    .filter(|_| may_end)
                    .unwrap_or(To::EndOfAttributes));
            }
            at.expect("}},")?;
        }
        at.expect(BEFORE_KEY)?;
        let key = at.plain_string()?;
        let span = Span::ending(at.at - 1 - behind_value, key.len())?;
        let of_type = at.value_type()?;
        Ok(To::Value { known: Key::of(key), key: span, of_type })
    }

    /// Steps on to the end of the record, if nothing is left of it but its place in Codex's source.
    fn step_to_end(at: &mut Cursor<'a>, behind_value: usize) -> Option<To> {
        let mut ahead = Cursor { ..*at };
        ahead.expect(",\"eventName\":").ok()?;
        let callsite = ahead.plain_string().ok()?;
        let callsite = Span::ending(ahead.at - 1 - behind_value, callsite.len()).ok()?;
        ahead.expect("}").ok()?;
        *at = ahead;
        Some(To::EndOfRecord { callsite })
    }
}

impl<'a> Cursor<'a> {
    /// A JSON object that `behind` follows, which is only decoded when none of the same text was before.
    fn known_object<T>(
        &mut self,
        behind: &Finder<'_>,
        known: &mut Known<T>,
        decode: impl Fn(&str) -> Option<T>,
    ) -> Read<(&'a str, Rc<T>)> {
        let end = self.at + behind.find(self.rest()).ok_or(Declined)?;
        let text = &self.text[self.at..end];
        if let Some(decoded) = known.get(text) {
            self.at = end;
            return Ok((text, Rc::clone(decoded)));
        }
        let text = self.any_object()?;
        let decoded = Rc::new(decode(text).ok_or(Declined)?);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        if text.len() <= MOST_KNOWN_BYTES {
            known.insert(text.into(), Rc::clone(&decoded));
        }
        Ok((text, decoded))
    }
}

/// What an event is, as far as it was read.
#[derive(Default)]
struct Told<'a> {
    has_name: bool,
    has_kind: bool,
    name: Option<&'a str>,
    kind: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// A key that is there twice would count by its last value, when it is too late.
    fn add(&mut self, key: Key, value: Scalar<'a>) -> Read<()> {
        let (has, text) = match key {
            Key::EventName => (&mut self.has_name, &mut self.name),
            _ => (&mut self.has_kind, &mut self.kind),
        };
        if std::mem::replace(has, true) {
            return Err(Declined);
        }
        if let Scalar::Text(Quoted::Plain(plain)) = value {
            *text = Some(plain);
        }
        Ok(())
    }
}

/// What stands between an observed time and the attributes, the same in almost all records.
#[derive(Default)]
struct Head<'a> {
    text: &'a str,
    severity_number: Option<u8>,
    severity_text: Option<&'a str>,
}

impl Head<'_> {
    const MEMBERS: u16 = Member::ObservedTime as u16
        | Member::SeverityNumber as u16
        | Member::SeverityText as u16
        | Member::Body as u16
        | Member::Attributes as u16;
}

/// From this attribute's value to the end of that one's, every record of a conversation says the same as the one
/// before it, until the model changes.
const RUN_BEGINS: Key = Key::ConversationId;
const RUN_ENDS: Key = Key::Slug;

/// Runs of attributes that were read before, to be told by their text instead of being read again.
struct Runs<'a> {
    known: Vec<Run<'a>>,
    /// The attributes of the run that is being read.
    begun: Vec<Attribute<'a>>,
}

#[derive(Clone, Default)]
struct Run<'a> {
    text: &'a str,
    attributes: Vec<Attribute<'a>>,
}

type Attribute<'a> = (Option<Key>, &'a str, Scalar<'a>);

impl<'a> Runs<'a> {
    /// So many conversations take turns in a chunk without being in each other's way, as a rule.
    const PLACES: usize = 64;

    fn new() -> Self {
        Self { known: vec![Run::default(); Self::PLACES], begun: Vec::new() }
    }

    /// Where a run is kept: by the end of the conversation's id, in which ids differ.
    fn place(text: &[u8]) -> Option<usize> {
        const END_OF_ID: usize = "01234567-89ab-cdef-0123-456789abcdef".len();
        let end_of_id = text.get(..END_OF_ID)?.last_chunk()?;
        let spread = u64::from_le_bytes(*end_of_id).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Some(usize::from(spread.to_be_bytes()[0]) % Self::PLACES)
    }

    /// Passes a run that is known.
    fn pass(&self, at: &mut Cursor<'a>) -> Option<&Run<'a>> {
        let run = &self.known[Self::place(at.rest())?];
        (!run.text.is_empty() && at.eat(run.text)).then_some(run)
    }

    /// Keeps the run that was read.
    fn keep(&mut self, text: &'a str) {
        if let Some(place) = Self::place(text.as_bytes()) {
            let run = &mut self.known[place];
            run.text = text;
            std::mem::swap(&mut run.attributes, &mut self.begun);
        }
    }
}

impl<'a> Scalar<'a> {
    /// Adds it to the attributes.
    #[inline]
    fn push_to(self, attributes: &mut Attributes<'a>, known: Option<Key>, key: &'a str) {
        let value = match self {
            Self::Text(Quoted::Plain(text)) => return attributes.push_plain(known, key, text),
            Self::Text(Quoted::Escaped(text)) => AnyValue::String(Text::encoded(text, decode_string)),
            Self::Int(number) => AnyValue::Int(number),
            Self::Bool(truth) => AnyValue::Bool(truth),
        };
        attributes.push(known, Cow::Borrowed(key), value);
    }
}
