//! Reads messages as the Collector writes them, in one pass over the text.
//!
//! The Collector's JSON has no white space and a fixed order of members, so that what comes next can be compared
//! instead of searched. Anything else, be it another writer or damage, is declined: the message, or what is left of
//! it, is then read by [`cut`](super::cut) and [`decode`](super::decode), and both ways give the same events.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use memchr::{memchr2, memmem};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use super::decode::{decode_resource, decode_scope, decode_string, hex_id};
use crate::event::{AnyValue, Attributes, Key, LogRecord, Resource, Scope, Text, UnixNano};
use crate::source::deviations::Deviations;

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
    head: Head<'a>,
    with_attributes: bool,
    /// Which keys came behind a key the last times: writers keep an order for each kind of event.
    behind: [Expected; Key::ALL.len()],
    first: Expected,
    joints: &'static [String],
    runs: Runs<'a>,
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

/// Keys that may come next, the one that was met last first.
type Expected = [Option<Key>; 3];

/// What closes an attribute that is followed by another.
const CLOSING: &str = "}},";
/// What stands between an attribute's value and the next one's key.
const JOINT: &str = "}},{\"key\":";
/// What stands between a key and the type of its value.
const VALUE: &str = ",\"value\":{\"";

/// For each key, all that stands between the value before it and its own value's type.
static JOINTS: LazyLock<Vec<String>> =
    LazyLock::new(|| Key::ALL.iter().map(|key| format!("{JOINT}\"{}\"{VALUE}", key.text())).collect());

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
            head: Head::default(),
            with_attributes: true,
            behind: [[None; 3]; Key::ALL.len()],
            first: [None; 3],
            joints: &JOINTS,
            runs: Runs::new(),
        }
    }

    /// Hands each record of `message` to `hear`. Records that were handed out before the message was declined are
    /// whole and stand at its beginning.
    ///
    /// Without `with_attributes` the records are checked as strictly, but handed out without them.
    ///
    /// `message` must hold no control character: none can stand in JSON's strings, and the Collector writes none
    /// between them.
    pub(crate) fn read(
        &mut self,
        message: &'a str,
        with_attributes: bool,
        mut hear: impl FnMut(ReadRecord<'_, 'a>),
    ) -> Read<()> {
        self.with_attributes = with_attributes;
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
                        self.read_attributes(at)?;
                    }
                }
                Member::SeverityNumber => {
                    record.severity_number =
                        u8::try_from(at.digits()?).ok().filter(|number| (1..=24).contains(number));
                }
                Member::SeverityText => record.severity_text = Some(Cow::Borrowed(at.plain_string()?)),
                Member::Body => record.body = at.body()?,
                Member::Attributes => {
                    if seen == Head::MEMBERS && record.body == AnyValue::Empty {
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
                    self.read_attributes(at)?;
                }
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
        let mut previous: Option<Key> = None;
        // The first attribute has none before it that is to be closed.
        let mut cut = CLOSING.len();
        let mut run_start = None;
        loop {
            let expected = previous.map_or(self.first, |key| self.behind[key as usize]);
            let met = expected.into_iter().flatten().find(|key| at.eat(&self.joints[*key as usize][cut..]));
            let (known, key) = match met {
                Some(known) => (Some(known), known.text()),
                None if cut == 0 && at.eat("}}]") => return Ok(()),
                None => {
                    at.expect(&JOINT[cut..])?;
                    let key = at.plain_string()?;
                    at.expect(VALUE)?;
                    let known = Key::of(key);
                    let expected = previous.map_or(&mut self.first, |key| &mut self.behind[key as usize]);
                    *expected = [known, expected[0], expected[1]];
                    (known, key)
                }
            };
            cut = 0;
            if known == Some(RUN_BEGINS) {
                if let Some(run) = self.runs.pass(at) {
                    let wanted = if self.with_attributes { run.attributes.as_slice() } else { &[] };
                    for (known, key, value) in wanted {
                        value.push_to(&mut self.record.attributes, *known, key);
                    }
                    previous = Some(RUN_ENDS);
                    continue;
                }
                run_start = Some(at.at);
                self.runs.begun.clear();
            }
            let value = at.scalar()?;
            if self.with_attributes {
                value.push_to(&mut self.record.attributes, known, key);
            }
            if let Some(start) = run_start {
                self.runs.begun.push((known, key, value));
                if known == Some(RUN_ENDS) {
                    self.runs.keep(at.since(start));
                    run_start = None;
                }
            }
            previous = known;
        }
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
        const END_OF_ID: usize = "stringValue\":\"01234567-89ab-cdef-0123-456789abcdef".len();
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

/// A value as Codex writes them.
#[derive(Clone, Copy)]
enum Scalar<'a> {
    Text(Quoted<'a>),
    Int(i64),
    Bool(bool),
}

/// A JSON string as it stands.
#[derive(Clone, Copy)]
enum Quoted<'a> {
    /// What is between its quotes, which is what it says.
    Plain(&'a str),
    /// With escapes, and with its quotes.
    Escaped(&'a str),
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

    /// What was passed since that place.
    fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
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

    /// Any JSON object that has nothing in it that a Collector would write otherwise, checked by the JSON library; its
    /// text.
    fn any_object(&mut self) -> Read<&'a str> {
        let mut values =
            serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter::<&'a RawValue>();
        let object = values.next().ok_or(Declined)?.map_err(|_| Declined)?.get();
        let mut deviations = Deviations::default();
        deviations.note(object);
        if !object.starts_with('{') || deviations != Deviations::default() {
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
        // Nineteen digits always fit.
        if text.is_empty() || text.len() > 19 {
            return Err(Declined);
        }
        let mut number = 0;
        for byte in text.bytes() {
            if !byte.is_ascii_digit() {
                return Err(Declined);
            }
            number = number * 10 + u64::from(byte - b'0');
        }
        Ok(UnixNano::new(number))
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
            let text = self.text_rest()?;
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

    /// The value of an attribute, behind the quote that opens its type.
    #[inline]
    fn scalar(&mut self) -> Read<Scalar<'a>> {
        if self.eat("stringValue\":\"") {
            self.string_rest().map(Scalar::Text)
        } else if self.eat("intValue\":\"") {
            self.integer_rest().map(Scalar::Int)
        } else if self.eat("boolValue\":true") {
            Ok(Scalar::Bool(true))
        } else if self.eat("boolValue\":false") {
            Ok(Scalar::Bool(false))
        } else {
            Err(Declined)
        }
    }

    /// An id that is not in base64, as a Collector writes none.
    fn id(&mut self) -> Read<&'a str> {
        self.plain_string().and_then(|id| if id.ends_with('=') { Err(Declined) } else { Ok(id) })
    }

    fn string(&mut self) -> Read<Text<'a>> {
        self.expect("\"")?;
        self.text_rest()
    }

    /// A string behind its opening quote.
    fn text_rest(&mut self) -> Read<Text<'a>> {
        Ok(match self.string_rest()? {
            Quoted::Plain(text) => Text::plain(text),
            Quoted::Escaped(text) => Text::encoded(text, decode_string),
        })
    }

    /// A string behind its opening quote. What is escaped is checked now and decoded when it is looked at.
    #[inline]
    fn string_rest(&mut self) -> Read<Quoted<'a>> {
        let start = self.at;
        let end = memchr2(b'"', b'\\', self.rest()).ok_or(Declined)?;
        self.at += end;
        if self.eat("\"") {
            return Ok(Quoted::Plain(&self.text[start..start + end]));
        }
        self.pass_escapes()?;
        Ok(Quoted::Escaped(&self.text[start - 1..self.at]))
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
                            // No Collector escapes half a character, nor a whole one of two halves.
                            let is_half =
                                matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
                            if is_half || !digits.iter().all(u8::is_ascii_hexdigit) {
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
