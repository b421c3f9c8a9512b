//! Reads messages as the Collector writes them, in one pass over the text.
//!
//! The Collector's JSON has no white space and a fixed order of members, so that what comes next can be compared
//! instead of searched. Anything else, be it another writer or damage, is declined: the message, or what is left of
//! it, is then read by [`cut`](super::cut) and [`decode`](super::decode), and both ways give the same events.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use memchr::{memchr2, memmem};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use super::decode::{decode_resource, decode_scope, decode_string, hex_id};
use crate::event::{AnyValue, Key, LogRecord, Resource, Scope, Text, UnixNano};

/// Reads one message after the other. What it learns from one makes the next faster.
pub(crate) struct CompactReader<'a> {
    record: LogRecord<'a>,
    /// Resources that were read before, by their text: many processes write into one file by turns.
    resources: Vec<Resource<'a>>,
    places: HashMap<&'a str, usize, RandomState>,
    /// The one that was read last.
    resource: usize,
    resource_text: &'a str,
    scope_text: &'a str,
    scope: Scope<'a>,
    /// Which key came behind a key the last time: writers keep an order.
    behind: [Option<Key>; Key::ALL.len()],
    first: Option<Key>,
}

/// One record on its way to the question.
pub(crate) struct ReadRecord<'r, 'a> {
    pub(crate) resource: &'r Resource<'a>,
    pub(crate) scope: &'r Scope<'a>,
    /// The raw text of the scope and of the record.
    pub(crate) scope_text: &'a str,
    pub(crate) text: &'a str,
    pub(crate) record: &'r LogRecord<'a>,
}

/// The message is not as the Collector writes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declined;

type Read<T> = Result<T, Declined>;

impl<'a> CompactReader<'a> {
    pub(crate) fn new() -> Self {
        Self {
            record: LogRecord::default(),
            resources: Vec::new(),
            places: HashMap::default(),
            resource: 0,
            resource_text: "",
            scope_text: "",
            scope: Scope::default(),
            behind: [None; Key::ALL.len()],
            first: None,
        }
    }

    /// Hands each record of `message` to `hear`. Records that were handed out before the message was declined are
    /// whole and stand at its beginning.
    ///
    /// `message` must hold no control character: none can stand in JSON's strings, and the Collector writes none
    /// between them.
    pub(crate) fn read(&mut self, message: &'a str, mut hear: impl FnMut(ReadRecord<'_, 'a>)) -> Read<()> {
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
        if self.resource_text.is_empty() || !at.eat(self.resource_text) {
            self.read_resource(at)?;
        }
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
        // A resource that was read before is told by its text alone, which is all that lies before the scopes.
        let end = memmem::find(at.rest(), b",\"scopeLogs\":[").ok_or(Declined)?;
        if let Some((text, place)) = self.places.get_key_value(&at.text[at.at..at.at + end]) {
            (self.resource_text, self.resource) = (text, *place);
            at.at += end;
            return Ok(());
        }
        self.resource_text = at.any_object()?;
        let fingerprint = xxh3_64(self.resource_text.as_bytes());
        self.resource = self.resources.len();
        self.resources.push(decode_resource(self.resource_text, fingerprint).map_err(|_| Declined)?);
        self.places.insert(self.resource_text, self.resource);
        Ok(())
    }

    fn read_scope_logs(
        &mut self,
        at: &mut Cursor<'a>,
        hear: &mut impl FnMut(ReadRecord<'_, 'a>),
    ) -> Read<()> {
        at.expect("{\"scope\":")?;
        if self.scope_text.is_empty() || !at.eat(self.scope_text) {
            self.scope_text = at.any_object()?;
            self.scope = decode_scope(self.scope_text).map_err(|_| Declined)?;
        }
        at.expect(",\"logRecords\":[")?;
        loop {
            let start = at.at;
            self.read_record(at)?;
            let resource = &self.resources[self.resource];
            let text = &at.text[start..at.at];
            hear(ReadRecord {
                resource,
                scope: &self.scope,
                scope_text: self.scope_text,
                text,
                record: &self.record,
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
        self.record.clear();
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
                Member::SeverityNumber => {
                    record.severity_number =
                        u8::try_from(at.digits()?).ok().filter(|number| (1..=24).contains(number));
                }
                Member::SeverityText => record.severity_text = Some(Cow::Borrowed(at.plain_string()?)),
                Member::Body => record.body = at.body()?,
                Member::Attributes => self.read_attributes(at)?,
                Member::Number => drop(at.digits()?),
                Member::TraceId => record.trace_id = hex_id(Cow::Borrowed(at.plain_string()?), 16),
                Member::SpanId => record.span_id = hex_id(Cow::Borrowed(at.plain_string()?), 8),
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
        let mut previous: Option<Key> = None;
        loop {
            at.expect("{\"key\":\"")?;
            let expected = previous.map_or(self.first, |key| self.behind[key as usize]);
            let (known, text) = match expected {
                Some(key) if at.eat_key(key.text()) => (Some(key), key.text()),
                _ => {
                    let text = at.plain_string_rest()?;
                    let known = Key::of(text);
                    match previous {
                        Some(previous) => self.behind[previous as usize] = known,
                        None => self.first = known,
                    }
                    (known, text)
                }
            };
            previous = known;
            at.expect(",\"value\":{\"")?;
            let value = if at.eat("stringValue\":\"") {
                AnyValue::String(at.string_rest()?)
            } else if at.eat("intValue\":\"") {
                AnyValue::Int(at.integer_rest()?)
            } else if at.eat("boolValue\":true") {
                AnyValue::Bool(true)
            } else if at.eat("boolValue\":false") {
                AnyValue::Bool(false)
            } else {
                return Err(Declined);
            };
            at.expect("}}")?;
            self.record.attributes.push(known, Cow::Borrowed(text), value);
            if !at.eat(",") {
                break;
            }
        }
        at.expect("]")
    }
}

/// The members of a record that the Collector writes.
#[derive(Clone, Copy)]
#[repr(u16)]
enum Member {
    Time = 1,
    ObservedTime = 2,
    SeverityNumber = 4,
    SeverityText = 8,
    Body = 16,
    Attributes = 32,
    /// `flags` or `droppedAttributesCount`, of which only one may stand: two are read the other way.
    Number = 64,
    TraceId = 128,
    SpanId = 256,
    EventName = 512,
}

/// A place in a message.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    #[inline]
    fn eat(&mut self, literal: &str) -> bool {
        let eaten = self.rest().starts_with(literal.as_bytes());
        if eaten {
            self.at += literal.len();
        }
        eaten
    }

    #[inline]
    fn expect(&mut self, literal: &str) -> Read<()> {
        if self.eat(literal) { Ok(()) } else { Err(Declined) }
    }

    fn expect_end(&self) -> Read<()> {
        if self.at == self.text.len() { Ok(()) } else { Err(Declined) }
    }

    /// Eats a key and the quote behind it.
    #[inline]
    fn eat_key(&mut self, key: &str) -> bool {
        let rest = self.rest();
        let eaten = rest.starts_with(key.as_bytes()) && rest.get(key.len()) == Some(&b'"');
        if eaten {
            self.at += key.len() + 1;
        }
        eaten
    }

    /// A member's name behind its opening quote, with quote and colon.
    fn member_name(&mut self) -> Read<Member> {
        const NAMES: [(&str, Member); 11] = [
            ("observedTimeUnixNano\":", Member::ObservedTime),
            ("severityNumber\":", Member::SeverityNumber),
            ("severityText\":", Member::SeverityText),
            ("body\":", Member::Body),
            ("attributes\":", Member::Attributes),
            ("flags\":", Member::Number),
            ("traceId\":", Member::TraceId),
            ("spanId\":", Member::SpanId),
            ("eventName\":", Member::EventName),
            ("timeUnixNano\":", Member::Time),
            ("droppedAttributesCount\":", Member::Number),
        ];
        let found = NAMES.iter().find(|(name, _)| self.rest().starts_with(name.as_bytes()));
        let (name, member) = found.ok_or(Declined)?;
        self.at += name.len();
        Ok(*member)
    }

    /// Any JSON object, checked by the JSON library; its text.
    fn any_object(&mut self) -> Read<&'a str> {
        let mut values =
            serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter::<&'a RawValue>();
        let object = values.next().ok_or(Declined)?.map_err(|_| Declined)?.get();
        if !object.starts_with('{') {
            return Err(Declined);
        }
        self.at += values.byte_offset();
        Ok(object)
    }

    fn pass_schema_url(&mut self) -> Read<()> {
        if self.eat(",\"schemaUrl\":") { self.string().map(drop) } else { Ok(()) }
    }

    /// A number without sign, fraction or exponent.
    fn digits(&mut self) -> Read<u64> {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // JSON has no leading zeros.
        if length == 0 || length > 10 || (length > 1 && rest[0] == b'0') {
            return Err(Declined);
        }
        let number = rest[..length].iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        self.at += length;
        Ok(number)
    }

    /// A string of digits; 0 is no time.
    fn moment(&mut self) -> Read<Option<UnixNano>> {
        let text = self.plain_string()?;
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Declined);
        }
        Ok(UnixNano::new(text.parse().map_err(|_| Declined)?))
    }

    /// A whole number in a string, behind its opening quote.
    fn integer_rest(&mut self) -> Read<i64> {
        let text = self.plain_string_rest()?;
        if text.starts_with('+') {
            return Err(Declined);
        }
        text.parse().map_err(|_| Declined)
    }

    fn body(&mut self) -> Read<AnyValue<'a>> {
        if self.eat("{}") {
            Ok(AnyValue::Empty)
        } else if self.eat("{\"stringValue\":\"") {
            let text = self.string_rest()?;
            self.expect("}")?;
            Ok(AnyValue::String(text))
        } else {
            Err(Declined)
        }
    }

    /// A string without escapes.
    fn plain_string(&mut self) -> Read<&'a str> {
        self.expect("\"")?;
        self.plain_string_rest()
    }

    /// A string without escapes, behind its opening quote.
    #[inline]
    fn plain_string_rest(&mut self) -> Read<&'a str> {
        let end = memchr2(b'"', b'\\', self.rest()).ok_or(Declined)?;
        let text = &self.text[self.at..self.at + end];
        self.at += end;
        self.expect("\"")?;
        Ok(text)
    }

    fn string(&mut self) -> Read<Text<'a>> {
        self.expect("\"")?;
        self.string_rest()
    }

    /// A string behind its opening quote. What is escaped is checked now and decoded when it is looked at.
    #[inline]
    fn string_rest(&mut self) -> Read<Text<'a>> {
        let start = self.at;
        let end = memchr2(b'"', b'\\', self.rest()).ok_or(Declined)?;
        self.at += end;
        if self.eat("\"") {
            return Ok(Text::plain(&self.text[start..start + end]));
        }
        self.pass_escapes()?;
        Ok(Text::encoded(&self.text[start - 1..self.at], decode_string))
    }

    /// Passes the rest of a string, from its first escape to behind its closing quote.
    fn pass_escapes(&mut self) -> Read<()> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at).ok_or(Declined)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += match bytes.get(self.at + 1).ok_or(Declined)? {
                        b'n' | b'"' | b'\\' | b't' | b'r' | b'/' | b'b' | b'f' => 2,
                        b'u' => {
                            let digits = bytes.get(self.at + 2..self.at + 6).ok_or(Declined)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return Err(Declined);
                            }
                            6
                        }
                        _ => return Err(Declined),
                    };
                }
                _ => self.at += memchr2(b'"', b'\\', &bytes[self.at..]).ok_or(Declined)?,
            }
        }
    }
}

/// Whether the text holds a control character, a line break or a tab included.
pub(crate) fn holds_control(text: &[u8]) -> bool {
    // A minimum over blocks is what compilers turn into vector code.
    text.chunks(256).any(|block| block.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < b' ')
}
