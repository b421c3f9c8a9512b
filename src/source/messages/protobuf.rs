//! OTLP in protobuf, made into the JSON text that a Collector writes for the same message.
//!
//! The text follows the Collector's own writer since release 0.132: order of members, what is left out, escapes, the
//! form of numbers. A general decoder would build the whole message only to take it apart again, would refuse it
//! whole for one string that is no UTF-8, and could not say what lies before the place where a message breaks off.
//! Here the bytes are walked over once, and a record that cannot be read costs no other.

mod json;
mod wire;

use json::{
    Array, begin_member, write_base64, write_digits, write_double, write_hex, write_number, write_string,
    write_text,
};
use wire::{Fault, Fields, Value};
pub(super) use wire::{begins_message, walk_message};

use crate::source::account::MessagePart;
use crate::words::{Sentence, sentence};

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is all there.
    Whole,
    /// Its frame is sound, but parts of it were left out, and why.
    PartlyUnread(Sentence),
    /// It breaks off here, and so does the text.
    BrokenOff {
        why: Sentence,
        /// It is merely cut off, as while it is being written.
        is_cut_short: bool,
        /// What of it was left out before.
        unread: Option<Sentence>,
    },
}

impl Written {
    /// Why it was not read, or not all of it.
    pub(super) fn reason(&self) -> Option<Sentence> {
        match self {
            Self::Whole => None,
            Self::PartlyUnread(reason) => Some(reason.clone()),
            Self::BrokenOff { why, unread: None, .. } => Some(why.clone()),
            Self::BrokenOff { why, unread: Some(unread), .. } => Some(sentence!("{}; {}", why, unread)),
        }
    }

    /// The same without that it is merely cut off.
    pub(super) fn damage(&self) -> Option<Sentence> {
        match self {
            Self::BrokenOff { is_cut_short: true, unread, .. } => unread.clone(),
            written => written.reason(),
        }
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Logs,
    Traces,
    Metrics,
    Profiles,
}

/// Values that lie deeper within each other than this are left out. The text around them is far deeper than what its
/// decoder reads, which refuses such a record and says so.
const MAX_DEPTH: usize = 200;

/// A message breaks off: the arrays that are open are not closed.
struct Break {
    fault: Fault,
    /// It is where all that is there ends.
    is_at_end: bool,
}

impl From<Fault> for Break {
    fn from(fault: Fault) -> Self {
        Self { fault, is_at_end: false }
    }
}

impl Break {
    /// At the end of a message that itself breaks off, or does not.
    fn at_end_of(fault: Fault, breaks_off: bool) -> Self {
        Self { fault, is_at_end: breaks_off && fault == Fault::CutShort }
    }
}

/// Writes the message as JSON. One of another signal becomes an object without content.
pub(super) fn write_json(message: &[u8], json: &mut Vec<u8>) -> Written {
    match signal(message) {
        None | Some(Signal::Logs) => {}
        Some(Signal::Traces) => return other_signal("{\"resourceSpans\":[]}", json),
        Some(Signal::Metrics) => return other_signal("{\"resourceMetrics\":[]}", json),
        Some(Signal::Profiles) => return other_signal("{\"resourceProfiles\":[]}", json),
    }
    let mut writer = Writer { json, unread: Vec::new() };
    let ended = writer.logs_data(message);
    let unread = match writer.unread.as_slice() {
        [] => None,
        [reason] => Some(reason.clone()),
        [first, more @ ..] => Some(sentence!("{}; {}", first, sentence!("and {} more", more.len()))),
    };
    match (ended, unread) {
        (Err(Break { fault, is_at_end }), unread) => {
            Written::BrokenOff { why: fault.sentence(), is_cut_short: is_at_end, unread }
        }
        (Ok(()), None) => Written::Whole,
        (Ok(()), Some(reason)) => Written::PartlyUnread(reason),
    }
}

fn other_signal(object: &str, json: &mut Vec<u8>) -> Written {
    json.extend_from_slice(object.as_bytes());
    Written::Whole
}

/// Tells the signal of a message by its records: the messages around them have the same numbers in every signal, but
/// under the same numbers a `LogRecord`, a `Span`, a `Metric` and a `Profile` have members of different types. Any log
/// record with a time decides, for by damage a part of one may look like a record of another signal, and not the other
/// way round; then the first record that fits one of them, unless something in the message is damaged. `None` when there
/// is no such record.
fn signal(message: &[u8]) -> Option<Signal> {
    let mut first = None;
    let is_sound = for_each_message(message, true, &mut |number, resource, goes_on| {
        // Only profiles have a dictionary beside the resources.
        if number == 2 {
            first = first.or(Some(Signal::Profiles));
            return true;
        }
        for_each_message(resource, goes_on, &mut |number, scope, goes_on| {
            (number != 2 && number != DEPRECATED_SCOPE_LOGS)
                || for_each_message(scope, goes_on, &mut |number, record, _| {
                    if number == 2 && first != Some(Signal::Logs) {
                        let signal = record_signal(record);
                        let decides = signal == Some(Signal::Logs) && has_time(record);
                        first = if decides { signal } else { first.or(signal) };
                    }
                    true
                })
        })
    });
    first.filter(|signal| is_sound || *signal == Signal::Logs)
}

/// Hands out each member that is a message, with its number and whether it is cut short, and says whether all are
/// messages, as all around records are, and can be read to their end: where the message itself is cut short, to where
/// that is. One that is not sound itself says so.
fn for_each_message<'a>(
    message: &'a [u8],
    is_cut_short: bool,
    hear: &mut dyn FnMut(u32, &'a [u8], bool) -> bool,
) -> bool {
    Fields::of(message).fold(true, |is_sound, field| match field {
        Ok((number, value)) => value.bytes().is_some_and(|content| hear(number, content, false)) && is_sound,
        Err(wire::End { fault, cut_short }) => {
            let can_be = is_cut_short && fault == Fault::CutShort;
            cut_short.is_none_or(|(number, content)| hear(number, content, true)) && can_be && is_sound
        }
    })
}

/// What lies in a member that is a message, also where it breaks off.
fn inner<'a>(field: Result<(u32, Value<'a>), wire::End<'a>>) -> Option<(u32, &'a [u8])> {
    match field {
        Ok((number, value)) => Some((number, value.bytes()?)),
        Err(end) => end.cut_short,
    }
}

/// Which kind of record this is, if it is one from its first byte to its last.
fn record_signal(record: &[u8]) -> Option<Signal> {
    // The types under the numbers from 1 on, as `Value::letter` has them; a star is any, a tilde any but `F`.
    const LOG_RECORD: &[u8; 12] = b"FVB-BBVDBBFB";
    const SPAN: &[u8; 16] = b"BBBBBVFFBVBVBVBD";
    const METRIC: &[u8; 12] = b"BBB-B-B-BBBB";
    // Their numbers have changed from release to release; the first was never a number, and that of a log record's time
    // never one of eight bytes.
    const PROFILE: &[u8; 11] = b"B*********~";
    let kinds: [(Signal, &[u8]); 4] = [
        (Signal::Logs, LOG_RECORD),
        (Signal::Traces, SPAN),
        (Signal::Metrics, METRIC),
        (Signal::Profiles, PROFILE),
    ];
    let mut fits = [true; 4];
    let mut has_first = false;
    for field in Fields::of(record) {
        let (number, value) = field.ok()?;
        has_first |= number == 1;
        for (fits, (_, letters)) in fits.iter_mut().zip(kinds) {
            let letter = usize::try_from(number).ok().and_then(|number| letters.get(number - 1));
            *fits &= letter.is_none_or(|letter| match letter {
                b'*' => true,
                b'~' => value.letter() != b'F',
                letter => *letter == value.letter(),
            });
        }
    }
    if record.is_empty() {
        return None;
    }
    // Without their first member, which no writer leaves out, the others cannot be told from a record without time.
    let found =
        (fits.iter().zip(kinds)).find(|(fits, (signal, _))| **fits && (has_first || *signal == Signal::Logs));
    found.map(|(_, (signal, _))| signal)
}

fn has_time(record: &[u8]) -> bool {
    Fields::of(record).flatten().any(|(number, _)| number == 1 || number == 11)
}

/// Whether this is a log record with a time, or a `ScopeLogs` with one.
fn holds_record(message: &[u8]) -> bool {
    let is_record = |record| record_signal(record) == Some(Signal::Logs) && has_time(record);
    is_record(message) || Fields::of(message).filter_map(inner).any(|(_, record)| is_record(record))
}

/// Whether this is a message around one that holds a record.
fn holds_list(message: &[u8]) -> bool {
    Parts::of(message, &[2]).all(2).any(holds_record)
}

/// Once `InstrumentationLibraryLogs`, with the same numbers inside.
const DEPRECATED_SCOPE_LOGS: u32 = 1000;

struct Writer<'a> {
    json: &'a mut Vec<u8>,
    /// Why parts of the message were left out.
    unread: Vec<Sentence>,
}

impl Writer<'_> {
    fn logs_data(&mut self, message: &[u8]) -> Result<(), Break> {
        self.json.push(b'{');
        let array = Array::new("resourceLogs", self.json);
        for field in Fields::of(message) {
            let (number, value) = match field {
                Ok(field) => field,
                Err(end) => {
                    // What breaks off first is what holds everything, so its parts are looked for in what is left.
                    if let Some((1, rest)) = end.cut_short {
                        array.begin_element(self.json)?;
                        self.resource_logs(rest, true)?;
                    }
                    return Err(Break::at_end_of(end.fault, true));
                }
            };
            if number == 1 {
                let resource_logs = value.bytes().ok_or(Fault::WrongType)?;
                array.begin_element(self.json)?;
                self.resource_logs(resource_logs, false)?;
            } else if let Some(content) = value.bytes()
                && Parts::of(content, &[2]).all(2).any(holds_list)
            {
                self.note_unknown(number);
            }
        }
        array.end(self.json);
        self.json.push(b'}');
        Ok(())
    }

    /// `breaks_off` says that these are not all of its bytes.
    fn resource_logs(&mut self, message: &[u8], breaks_off: bool) -> Result<(), Break> {
        let parts = Parts::of(message, &[1, 2, 3, DEPRECATED_SCOPE_LOGS]);
        self.json.push(b'{');
        begin_member("resource", self.json);
        self.resource(&parts.merged(1))?;
        // A Collector writes the records of clients from before 2022 under today's name.
        let scope_logs = if parts.has(2) { 2 } else { DEPRECATED_SCOPE_LOGS };
        let array = Array::new("scopeLogs", self.json);
        for scope in parts.all(scope_logs) {
            array.begin_element(self.json)?;
            self.scope_logs(scope, false)?;
        }
        if let Some((number, rest)) = parts.cut_short
            && number == scope_logs
        {
            array.begin_element(self.json)?;
            self.scope_logs(rest, true)
                .map_err(|end| Break { is_at_end: end.is_at_end && breaks_off, ..end })?;
        }
        self.note_hidden(&parts);
        parts.check(breaks_off)?;
        array.end(self.json);
        write_text("schemaUrl", parts.last(3), self.json);
        self.json.push(b'}');
        Ok(())
    }

    fn scope_logs(&mut self, message: &[u8], breaks_off: bool) -> Result<(), Break> {
        let parts = Parts::of(message, &[1, 2, 3]);
        self.json.push(b'{');
        begin_member("scope", self.json);
        self.scope(&parts.merged(1))?;
        let array = Array::new("logRecords", self.json);
        for record in parts.all(2) {
            let before = self.json.len();
            array.begin_element(self.json)?;
            if let Err(fault) = self.log_record(record) {
                self.json.truncate(before);
                if fault == Fault::TooLarge {
                    return Err(fault.into());
                }
                self.unread.push(MessagePart::LogRecord.unread(&fault.sentence()));
            }
        }
        self.note_hidden(&parts);
        parts.check(breaks_off)?;
        array.end(self.json);
        write_text("schemaUrl", parts.last(3), self.json);
        self.json.push(b'}');
        Ok(())
    }

    /// Under a number that was damaged, what is not known, or is to be the address of a schema, may be one of the
    /// records, or a list of them. One without a time is not told from other messages; Codex writes none.
    fn note_hidden(&mut self, parts: &Parts<'_>) {
        let may_hide = |(_, content): &(u32, &[u8])| holds_record(content) || holds_list(content);
        if let Some((number, _)) = parts.unknown.iter().copied().find(may_hide) {
            self.note_unknown(number);
        }
        if parts.all(3).map(|content| (3, content)).any(|member| may_hide(&member)) {
            self.unread.push(Fault::WrongType.sentence());
        }
        // All that is known around records is messages and texts.
        if parts.fields.iter().any(|(_, value)| value.bytes().is_none()) {
            self.unread.push(Fault::WrongType.sentence());
        }
    }

    fn note_unknown(&mut self, number: u32) {
        self.unread.push(sentence!(
            "a member with the number {}, which is not known there: it may hold records",
            number
        ));
    }

    fn resource(&mut self, message: &[u8]) -> Result<(), Fault> {
        let parts = self.sound_parts(message, MessagePart::Resource, &[1, 2, 3]);
        self.json.push(b'{');
        self.attributes(parts.all(1))?;
        write_number("droppedAttributesCount", parts.unsigned(2), self.json);
        let array = Array::new("entityRefs", self.json);
        for entity in parts.all(3) {
            array.begin_element(self.json)?;
            self.entity_ref(entity)?;
        }
        array.end(self.json);
        self.json.push(b'}');
        Ok(())
    }

    fn scope(&mut self, message: &[u8]) -> Result<(), Fault> {
        let parts = self.sound_parts(message, MessagePart::Scope, &[1, 2, 3, 4]);
        self.json.push(b'{');
        write_text("name", parts.last(1), self.json);
        write_text("version", parts.last(2), self.json);
        self.attributes(parts.all(3))?;
        write_number("droppedAttributesCount", parts.unsigned(4), self.json);
        self.json.push(b'}');
        Ok(())
    }

    fn entity_ref(&mut self, message: &[u8]) -> Result<(), Fault> {
        let parts = self.sound_parts(message, MessagePart::Entity, &[1, 2, 3, 4]);
        self.json.push(b'{');
        write_text("schemaUrl", parts.last(1), self.json);
        write_text("type", parts.last(2), self.json);
        for (number, name) in [(3, "idKeys"), (4, "descriptionKeys")] {
            let array = Array::new(name, self.json);
            for key in parts.all(number) {
                array.begin_element(self.json)?;
                write_string(key, self.json);
            }
            array.end(self.json);
        }
        self.json.push(b'}');
        Ok(())
    }

    /// The parts of a message that must be whole; if it is not, that is noted.
    fn sound_parts<'m>(&mut self, message: &'m [u8], what: MessagePart, numbers: &[u32]) -> Parts<'m> {
        let parts = Parts::of(message, numbers);
        if let Some(fault) = parts.broken {
            self.unread.push(what.unread(&fault.sentence()));
        }
        parts
    }

    fn attributes<'m>(&mut self, pairs: impl Iterator<Item = &'m [u8]>) -> Result<(), Fault> {
        let array = Array::new("attributes", self.json);
        for pair in pairs {
            array.begin_element(self.json)?;
            if let Err(fault) = key_value(pair, 0, self.json) {
                self.unread.push(MessagePart::Attribute.unread(&fault.sentence()));
            }
        }
        array.end(self.json);
        Ok(())
    }

    fn log_record(&mut self, message: &[u8]) -> Result<(), Fault> {
        let json = &mut *self.json;
        let mut record = Record::default();
        for field in Fields::of(message) {
            let (number, value) = field.map_err(|end| end.fault)?;
            record.set(number, value)?;
        }
        json.push(b'{');
        write_digits("timeUnixNano", record.time, json);
        write_digits("observedTimeUnixNano", record.observed_time, json);
        #[expect(clippy::cast_possible_truncation, reason = "an enum has 32 bits")]
        write_number("severityNumber", record.severity_number as i32, json);
        write_text("severityText", Some(record.severity_text), json);
        begin_member("body", json);
        any_value(record.body, 0, json)?;
        let array = Array::new("attributes", json);
        for (number, value) in Fields::of(message).flatten() {
            if let (6, Value::Bytes(pair)) = (number, value) {
                array.begin_element(json)?;
                key_value(pair, 0, json)?;
            }
        }
        array.end(json);
        write_number("droppedAttributesCount", record.dropped_attributes, json);
        write_number("flags", record.flags, json);
        for (name, id) in [("traceId", record.trace_id), ("spanId", record.span_id)] {
            if id.iter().any(|byte| *byte != 0) {
                begin_member(name, json);
                write_hex(id, json);
            }
        }
        write_text("eventName", Some(record.event_name), json);
        json.push(b'}');
        Ok(())
    }
}

/// The members of a log record but its attributes.
#[derive(Default)]
struct Record<'a> {
    time: u64,
    observed_time: u64,
    severity_number: u64,
    severity_text: &'a [u8],
    body: &'a [u8],
    dropped_attributes: u32,
    flags: u32,
    trace_id: &'a [u8],
    span_id: &'a [u8],
    event_name: &'a [u8],
}

impl<'a> Record<'a> {
    #[expect(clippy::cast_possible_truncation, reason = "the wire's rule for 32-bit numbers")]
    fn set(&mut self, number: u32, value: Value<'a>) -> Result<(), Fault> {
        match (number, value) {
            (1, Value::Fixed64(time)) => self.time = time,
            (2, Value::Varint(number)) => self.severity_number = number,
            (3, Value::Bytes(text)) => self.severity_text = text,
            (5, Value::Bytes(body)) => self.body = body,
            (7, Value::Varint(count)) => self.dropped_attributes = count as u32,
            (8, Value::Fixed32(flags)) => self.flags = flags,
            (9, Value::Bytes(id)) => self.trace_id = id,
            (10, Value::Bytes(id)) => self.span_id = id,
            (11, Value::Fixed64(time)) => self.observed_time = time,
            (12, Value::Bytes(name)) => self.event_name = name,
            (6, Value::Bytes(_)) => {}
            (1 | 2 | 3 | 5..=12, _) => return Err(Fault::WrongType),
            // A member that a later release of OTLP may have added.
            _ => {}
        }
        Ok(())
    }
}

/// Writes a `KeyValue`.
fn key_value(message: &[u8], depth: usize, json: &mut Vec<u8>) -> Result<(), Fault> {
    let (mut key, mut value, mut key_index) = (&b""[..], &b""[..], 0);
    let mut result = Ok(());
    for field in Fields::of(message) {
        match field {
            Ok((1, Value::Bytes(bytes))) => key = bytes,
            Ok((2, Value::Bytes(bytes))) => value = bytes,
            Ok((3, Value::Varint(index))) => key_index = index,
            Ok((1..=3, _)) => result = Err(Fault::WrongType),
            Ok(_) => {}
            Err(end) => result = Err(end.fault),
        }
    }
    json.push(b'{');
    write_text("key", Some(key), json);
    begin_member("value", json);
    let value = any_value(value, depth, json);
    #[expect(clippy::cast_possible_truncation, reason = "the wire's rule for int32")]
    write_number("keyStrindex", key_index as i32, json);
    json.push(b'}');
    result.and(value)
}

/// Writes an `AnyValue`: of several types that are set, the last counts.
fn any_value(message: &[u8], depth: usize, json: &mut Vec<u8>) -> Result<(), Fault> {
    json.push(b'{');
    let mut last = None;
    let mut result = Ok(());
    for field in Fields::of(message) {
        match field {
            Ok(field @ (1..=8, _)) => last = Some(field),
            Ok(_) => {}
            Err(end) => result = Err(end.fault),
        }
    }
    match last {
        None => {}
        Some((1, Value::Bytes(text))) => {
            begin_member("stringValue", json);
            write_string(text, json);
        }
        Some((2, Value::Varint(truth))) => {
            begin_member("boolValue", json);
            json.extend_from_slice(if truth == 0 { b"false" } else { b"true" });
        }
        #[expect(clippy::cast_possible_wrap, reason = "the wire's rule for int64")]
        Some((3, Value::Varint(number))) => {
            begin_member("intValue", json);
            write_string((number as i64).to_string().as_bytes(), json);
        }
        Some((4, Value::Fixed64(bits))) => {
            begin_member("doubleValue", json);
            write_double(f64::from_bits(bits), json);
        }
        Some((number @ (5 | 6), Value::Bytes(values))) => {
            begin_member(if number == 5 { "arrayValue" } else { "kvlistValue" }, json);
            result = result.and(list(values, number == 6, depth + 1, json));
        }
        Some((7, Value::Bytes(bytes))) => {
            begin_member("bytesValue", json);
            write_base64(bytes, json);
        }
        #[expect(clippy::cast_possible_truncation, reason = "the wire's rule for int32")]
        Some((8, Value::Varint(index))) => {
            begin_member("stringValueStrindex", json);
            json.extend_from_slice((index as i32).to_string().as_bytes());
        }
        Some(_) => result = Err(Fault::WrongValueType),
    }
    json.push(b'}');
    result
}

/// Writes an `ArrayValue` or a `KeyValueList`.
fn list(message: &[u8], of_pairs: bool, depth: usize, json: &mut Vec<u8>) -> Result<(), Fault> {
    json.push(b'{');
    let array = Array::new("values", json);
    let mut result = Ok(());
    for field in Fields::of(message) {
        match field {
            Ok((1, Value::Bytes(value))) => {
                array.begin_element(json)?;
                let value = if depth > MAX_DEPTH { &[] } else { value };
                let written =
                    if of_pairs { key_value(value, depth, json) } else { any_value(value, depth, json) };
                result = result.and(written);
            }
            Ok((1, _)) => result = Err(Fault::WrongType),
            Ok(_) => {}
            Err(end) => result = Err(end.fault),
        }
    }
    array.end(json);
    json.push(b'}');
    result
}

/// The members of a message that matter, in the order they lie there.
struct Parts<'a> {
    fields: Vec<(u32, Value<'a>)>,
    /// Members that are not known and may be messages.
    unknown: Vec<(u32, &'a [u8])>,
    /// Why it could not be read to its end.
    broken: Option<Fault>,
    /// The member that breaks off, and what there is of it.
    cut_short: Option<(u32, &'a [u8])>,
}

impl<'a> Parts<'a> {
    fn of(message: &'a [u8], numbers: &[u32]) -> Self {
        let mut parts = Self { fields: Vec::new(), unknown: Vec::new(), broken: None, cut_short: None };
        for field in Fields::of(message) {
            match field {
                Ok((number, value)) if numbers.contains(&number) => parts.fields.push((number, value)),
                Ok((number, Value::Bytes(content @ [_, ..]))) => parts.unknown.push((number, content)),
                Ok(_) => {}
                Err(end) => {
                    parts.broken = Some(end.fault);
                    parts.cut_short = end.cut_short;
                }
            }
        }
        parts
    }

    fn check(&self, breaks_off: bool) -> Result<(), Break> {
        match self.broken.or(breaks_off.then_some(Fault::CutShort)) {
            Some(fault) => Err(Break::at_end_of(fault, breaks_off)),
            None => Ok(()),
        }
    }

    fn has(&self, number: u32) -> bool {
        self.fields.iter().any(|(found, _)| *found == number)
            || self.cut_short.is_some_and(|(found, _)| found == number)
    }

    fn all(&self, number: u32) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |(found, _)| *found == number).filter_map(|(_, value)| value.bytes())
    }

    fn last(&self, number: u32) -> Option<&'a [u8]> {
        self.all(number).last()
    }

    /// A message that is set twice is one with the members of both: on the wire, one behind the other.
    fn merged(&self, number: u32) -> std::borrow::Cow<'a, [u8]> {
        let mut all = self.all(number);
        match (all.next(), all.next()) {
            (None, _) => (&[]).into(),
            (Some(one), None) => one.into(),
            (Some(_), Some(_)) => self.all(number).collect::<Vec<_>>().concat().into(),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the wire's rule for uint32")]
    fn unsigned(&self, number: u32) -> u32 {
        (self.fields.iter().rev())
            .find_map(|(found, value)| match value {
                Value::Varint(count) if *found == number => Some(*count as u32),
                _ => None,
            })
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
