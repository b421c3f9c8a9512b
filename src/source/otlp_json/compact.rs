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

use super::cursor::{Cursor, Declined, Member, Quoted, Read, Scalar};
use super::decode::{decode_resource, decode_scope, hex_id};
use super::shapes::Shapes;
use crate::event::{Key, LogRecord, Resource, Scope, holds_numbered};

/// Reads the messages of one batch after the other.
pub(crate) struct CompactReader<'a, 'l> {
    learned: &'l mut Learned,
    is_about: &'l IsAbout<'l>,
    record: LogRecord<'a>,
    resource_text: &'a str,
    resource: Rc<Resource<'static>>,
    scope_text: &'a str,
    scope: Rc<Scope<'static>>,
    /// Whether the record that is being read may matter, as far as it is known.
    is_wanted: bool,
    may_matter: bool,
    has_numbered: bool,
}

/// Whether an event of that name, and of that `event.kind` where it is told, may matter.
pub(crate) type IsAbout<'q> = dyn Fn(&str, Option<&str>) -> bool + 'q;

/// What reading one batch has taught, which makes the next ones faster.
pub(crate) struct Learned {
    shapes: Shapes,
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

static BEHIND_RESOURCE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"scopeLogs\":["));
static BEHIND_SCOPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"logRecords\":["));

impl Learned {
    pub(crate) fn new() -> Self {
        Self { shapes: Shapes::default(), resources: Known::default(), scopes: Known::default() }
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
            is_wanted: true,
            may_matter: true,
            has_numbered: false,
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
        let mut at = Cursor::new(message);
        let read = self.read_message(&mut at, &mut hear);
        self.has_numbered = at.has_numbered;
        read
    }

    /// Whether the message that was read last has a character that is written by its number, as far as it was read.
    pub(crate) fn has_numbered(&self) -> bool {
        self.has_numbered
    }

    fn read_message(&mut self, at: &mut Cursor<'a>, hear: &mut impl FnMut(ReadRecord<'_, 'a>)) -> Read<()> {
        at.expect("{\"resourceLogs\":[")?;
        if at.eat("]}") {
            return at.expect_end();
        }
        loop {
            self.read_resource_logs(at, hear)?;
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
        at.has_numbered |= holds_numbered(self.resource_text);
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
        at.has_numbered |= holds_numbered(self.scope_text);
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
        if let Some(is_wanted) = self.learned.shapes.read(at, self.may_matter, &mut self.record) {
            self.is_wanted = is_wanted;
            return Ok(());
        }
        let start = at.at;
        self.read_record_step_by_step(at)?;
        self.learned.shapes.learn(at.since(start), self.is_about);
        Ok(())
    }

    fn read_record_step_by_step(&mut self, at: &mut Cursor<'a>) -> Read<()> {
        self.is_wanted = self.may_matter;
        self.record.clear(at.text);
        at.expect("{\"")?;
        let mut seen = 0;
        loop {
            let name = at.member_name()?;
            if seen & name as u16 != 0 {
                return Err(Declined);
            }
            seen |= name as u16;
            let record = &mut self.record;
            match name {
                Member::Time => record.time = at.moment()?,
                Member::ObservedTime => record.observed_time = at.moment()?,
                Member::SeverityNumber => record.severity_number = at.severity_number()?,
                Member::SeverityText => record.severity_text = Some(Cow::Borrowed(at.plain_string()?)),
                Member::Body => record.body = at.body()?,
                Member::Attributes => self.read_attributes(at)?,
                Member::Number => drop(at.digits()?),
                Member::TraceId => record.trace_id = hex_id(Cow::Borrowed(at.id()?), 16),
                Member::SpanId => record.span_id = hex_id(Cow::Borrowed(at.id()?), 8),
                Member::EventName => record.callsite = Some(at.string()?).filter(|text| !text.is_empty()),
            }
            if !at.eat(",\"") {
                break;
            }
        }
        at.expect("}")
    }

    fn read_attributes(&mut self, at: &mut Cursor<'a>) -> Read<()> {
        at.expect("[")?;
        if at.eat("]") {
            return Ok(());
        }
        let mut told = Told::default();
        loop {
            at.expect("{\"key\":")?;
            let key = at.plain_string()?;
            let known = Key::of(key);
            let of_type = at.value_type()?;
            let value = at.scalar(of_type)?;
            if self.is_wanted {
                value.push_to(&mut self.record.attributes, known, key);
            }
            if let Some(key @ (Key::EventName | Key::EventKind)) = known {
                told.add(key, value)?;
                if self.is_wanted
                    && let Some(name) = told.name
                {
                    self.is_wanted = (self.is_about)(name, told.kind);
                }
            }
            at.expect("}}")?;
            if at.eat("]") {
                return Ok(());
            }
            at.expect(",")?;
        }
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

#[cfg(test)]
mod tests {
    use super::super::{Cut, cut};
    use super::*;

    /// One message a kind of event, with one record.
    fn messages(capture: &str) -> Vec<(String, String)> {
        let mut messages: Vec<(String, String)> = Vec::new();
        for line in capture.lines() {
            let mut parts = Cut::default();
            cut(line, &mut parts);
            for part in parts.records() {
                let kind: String = part.text.split("\"event.").skip(1).map(|rest| &rest[..40]).collect();
                if messages.iter().all(|(_, other)| !other.contains(&kind)) {
                    let before = format!(
                        "{{\"resourceLogs\":[{{\"resource\":{},\"scopeLogs\":[{{\"scope\":{},\"logRecords\":[",
                        part.resource, part.scope
                    );
                    messages.push((before, format!("{}]}}]}}]}}", part.text)));
                }
            }
        }
        messages
    }

    /// What is read with what was learned; with nothing, every record is read step by step.
    fn read(message: &str, learned: &mut Learned, may_matter: bool) -> (bool, Vec<String>) {
        let mut heard = Vec::new();
        let is_about = |name: &str, _: Option<&str>| name != "codex.user_prompt";
        let read = CompactReader::new(learned, &is_about).read(message, may_matter, |read| {
            let record = read.is_wanted.then_some(read.record);
            heard.push(format!("{} {:?} {record:?}", read.text, read.scope));
        });
        (read.is_ok(), heard)
    }

    #[test]
    fn a_record_is_read_the_same_whether_others_looked_like_it_or_not() {
        for capture in [
            include_str!("../../../fixtures/captures/collector/websocket-0.169.0.jsonl"),
            include_str!("../../../fixtures/captures/collector/tui-0.77.0.jsonl"),
        ] {
            for (before, record) in messages(capture) {
                let mut learned = Learned::new();
                let mut assert_same = |record: &str| {
                    let message = format!("{before}{record}");
                    for may_matter in [true, false] {
                        let known = read(&message, &mut learned, may_matter);
                        assert_eq!(known, read(&message, &mut Learned::new(), may_matter), "{message}");
                    }
                };
                assert_same(&record);
                let places = (0..record.len()).filter(|place| record.is_char_boundary(*place));
                for place in places.step_by(1 + record.len() / 30) {
                    let (begin, rest) = record.split_at(place);
                    let behind = rest.char_indices().nth(1).map_or("", |(next, _)| &rest[next..]);
                    for other in ["\"", "\\", "\0", "\u{1f}", "7", "="] {
                        assert_same(&format!("{begin}{other}{behind}"));
                        assert_same(&format!("{begin}{other}{rest}"));
                    }
                    assert_same(&format!("{begin}{behind}"));
                }
            }
        }
    }
}
