//! What records looked like so far: most differ from one before in nothing but a time, some ids and a few counts.
//!
//! A record is taken as parts with values of any length between them: counts, and what people, models and tools wrote.
//! A part is compared whole, a block at a time, with every byte either the same or plain text inside a value that may
//! differ, such as a time or an id. A shape costs time when it does not fit, and never an answer.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;
use wide::u8x16;

use super::cursor::{Cursor, Quoted, Read, Scalar, Type, is_id, is_moment, moment, special_lanes};
use super::decode::hex_id;
use crate::event::{Attributes, Key, LogRecord, Text};

/// The parts of records, and which followed which.
pub(super) struct Shapes {
    parts: Vec<Part>,
    /// The texts of all parts, with 0, which whole text does not hold, where another record may have another byte.
    texts: Vec<u8>,
    lengths: Lengths,
    /// What there is to spend on learning.
    credit: u32,
}

/// Which lengths the values of each known key had: a bit for each.
struct Lengths([u64; Key::ALL.len()]);

/// Some of the text of a record, from its beginning or from behind a value of any length, to another or to its end.
#[derive(Default)]
struct Part {
    /// Where the blocks of its text begin that hold bytes that may differ: together they hold all of them.
    open: Box<[u16]>,
    values: Box<[Value]>,
    /// Those of the values that not every text can be.
    checked: Box<[Value]>,
    /// Whether the question is about such an event, as far as it is told here.
    is_wanted: bool,
    then: Then,
    /// The parts that came behind it: nearer to the front, the more often one does.
    next: Vec<Next>,
}

/// A part that may be next, and what rules it out at a glance.
#[derive(Clone, Copy)]
struct Next {
    /// Where its text stands among all.
    start: u32,
    length: u16,
    place: Place,
    /// What it ends with, and all bits of the bytes of that which are to be the same.
    end: u64,
    same: u64,
}

/// One of the parts.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place(u16);

/// What comes behind a part.
#[derive(Clone, Copy, Default, PartialEq)]
enum Then {
    #[default]
    EndOfRecord,
    /// Another part: this one tells the kind of event, and what follows depends on it.
    Part,
    /// A value of any length.
    Value(Attribute, Type),
}

/// A value, and where it stands in its part.
#[derive(Clone, Copy, PartialEq)]
struct Value {
    holds: Holds,
    place: Span,
}

#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Text(Attribute),
    Bool(Attribute, bool),
    Time,
    ObservedTime,
    SeverityNumber(Option<u8>),
    SeverityText,
    TraceId,
    SpanId,
    Callsite,
}

/// The key of an attribute, and where it stands in its part.
#[derive(Clone, Copy, PartialEq)]
struct Attribute {
    known: Option<Key>,
    key: Span,
}

/// Where something stands in a part.
#[derive(Clone, Copy, PartialEq)]
struct Span {
    start: u16,
    end: u16,
}

/// Bytes that are looked at together.
const BLOCK: usize = 16;

impl Default for Shapes {
    fn default() -> Self {
        Self {
            parts: vec![Part::default()],
            texts: Vec::new(),
            lengths: Lengths([0; Key::ALL.len()]),
            credit: Self::MOST_CREDIT,
        }
    }
}

impl Shapes {
    /// Where every record begins.
    const BEGINNING: Place = Place(0);
    /// With more, everything is learned anew: hostile text must not take all memory.
    const MOST_PARTS: usize = 4096;
    const MOST_BYTES: usize = 1024 * 1024;
    const MOST_NEXT: usize = 48;
    /// To learn a shape takes as long as to read some records by theirs: what looks new all the time is not to be
    /// learned all the time.
    const COST: u32 = 16;
    const MOST_CREDIT: u32 = 512 * Self::COST;

    /// Reads a record that looks like one before, and says whether it is wanted: it is filled in only if so. Without
    /// `may_matter`, none is. A record that looks otherwise is left for others to read.
    pub(super) fn read<'a>(
        &mut self,
        at: &mut Cursor<'a>,
        may_matter: bool,
        record: &mut LogRecord<'a>,
    ) -> Option<bool> {
        self.credit = Self::MOST_CREDIT.min(self.credit + 1);
        let mut ahead = Cursor { ..*at };
        let mut is_wanted = may_matter;
        if is_wanted {
            record.clear(at.text);
        }
        let mut place = Self::BEGINNING;
        loop {
            let next = self.next(place, &ahead)?;
            place = next.place;
            let part = self.part(place);
            let start = ahead.at;
            let text = &ahead.text[start..][..usize::from(next.length)];
            ahead.at += text.len();
            is_wanted &= part.is_wanted;
            if is_wanted {
                part.fill(text, start, record).ok()?;
            } else {
                part.check(text).ok()?;
            }
            match part.then {
                Then::EndOfRecord => break,
                Then::Part => {}
                Then::Value(attribute, of_type) => {
                    let start = ahead.at;
                    let value = ahead.scalar(of_type).ok()?;
                    if is_wanted {
                        attribute.push(value, start, text, &mut record.attributes);
                    }
                }
            }
        }
        *at = ahead;
        Some(is_wanted)
    }

    /// The part behind that one which fits.
    #[inline]
    fn next(&mut self, behind: Place, at: &Cursor<'_>) -> Option<Next> {
        let next = &self.part(behind).next;
        let may_fit = |next: &Next| {
            next.may_fit(at) && fits(at.rest(), next.text(&self.texts), &self.part(next.place).open)
        };
        let index = next.iter().position(may_fit)?;
        let found = next[index];
        if index > 0 {
            self.parts[usize::from(behind.0)].next.swap(index, index - 1);
        }
        Some(found)
    }

    /// Remembers what a record looks like, which is whole and written as the Collector writes.
    pub(super) fn learn(&mut self, text: &str, is_about: impl Fn(&str, Option<&str>) -> bool) {
        let Some(credit) = self.credit.checked_sub(Self::COST) else { return };
        self.credit = credit;
        let Some(parts) = Apart::take(text, is_about, &mut self.lengths) else { return };
        let bytes: usize = parts.iter().map(|(text, _)| text.len()).sum();
        if self.parts.len() + parts.len() > Self::MOST_PARTS || self.texts.len() + bytes > Self::MOST_BYTES {
            self.parts = vec![Part::default()];
            self.texts = Vec::new();
        }
        let mut behind = Self::BEGINNING;
        for (text, part) in parts {
            let is_same =
                |next: &&Next| *next.text(&self.texts) == *text && self.part(next.place).is_same(&part);
            behind = match self.part(behind).next.iter().find(is_same) {
                Some(known) => known.place,
                None => self.add(behind, &text, part),
            };
        }
    }

    fn part(&self, place: Place) -> &Part {
        &self.parts[usize::from(place.0)]
    }

    fn add(&mut self, behind: Place, text: &[u8], part: Part) -> Place {
        // There are not so many.
        let place = Place(u16::try_from(self.parts.len()).unwrap_or(u16::MAX));
        let candidate = Next::to(place, self.texts.len(), text);
        self.texts.extend_from_slice(text);
        self.parts.push(part);
        let next = &mut self.parts[usize::from(behind.0)].next;
        next.truncate(Self::MOST_NEXT - 1);
        next.push(candidate);
        place
    }
}

impl Next {
    fn to(place: Place, start: usize, text: &[u8]) -> Self {
        let mut end = [0; 8];
        for (into, from) in end.iter_mut().rev().zip(text.iter().rev()) {
            *into = *from;
        }
        let same = end.map(|byte| if byte == 0 { 0 } else { u8::MAX });
        Self {
            // There are not so many, and no part is longer than a span can tell.
            start: u32::try_from(start).unwrap_or(u32::MAX),
            length: u16::try_from(text.len()).unwrap_or(u16::MAX),
            place,
            end: u64::from_ne_bytes(end),
            same: u64::from_ne_bytes(same),
        }
    }

    fn text(self, texts: &[u8]) -> &[u8] {
        &texts[self.start as usize..][..usize::from(self.length)]
    }

    /// Whether the text there has the end that the part has.
    #[inline]
    fn may_fit(&self, at: &Cursor<'_>) -> bool {
        let text = at.text.as_bytes().get(..at.at + usize::from(self.length));
        let end = text.and_then(|text| text.last_chunk()).copied().map(u64::from_ne_bytes);
        end.is_some_and(|end| end & self.same == self.end)
    }
}

impl Part {
    /// Whether another part of the same text is the same.
    fn is_same(&self, other: &Self) -> bool {
        (&self.values, self.then) == (&other.values, other.then)
    }

    /// Whether its values may be what they are to be.
    #[inline]
    fn check(&self, text: &str) -> Read<()> {
        for value in &self.checked {
            let written = value.place.of(text);
            match value.holds {
                Holds::Time | Holds::ObservedTime => is_moment(written)?,
                _ => is_id(written)?,
            }
        }
        Ok(())
    }

    /// Fills its values in, of a text that begins there in the message.
    fn fill<'a>(&self, text: &'a str, start: usize, record: &mut LogRecord<'a>) -> Read<()> {
        for value in &self.values {
            let written = || value.place.of(text);
            match value.holds {
                Holds::Text(Attribute { known: Some(key), .. }) => {
                    let Range { start: from, end: until } = value.place.range();
                    record.attributes.push_plain(key, start + from..start + until);
                }
                Holds::Text(Attribute { known: None, key }) => {
                    let plain = Scalar::Text(Quoted::Plain(written()));
                    plain.push_to(&mut record.attributes, None, key.of(text));
                }
                Holds::Bool(Attribute { known, key }, truth) => {
                    Scalar::Bool(truth).push_to(&mut record.attributes, known, key.of(text));
                }
                Holds::Time => record.time = moment(written())?,
                Holds::ObservedTime => record.observed_time = moment(written())?,
                Holds::SeverityNumber(number) => record.severity_number = number,
                Holds::SeverityText => record.severity_text = Some(Cow::Borrowed(written())),
                Holds::TraceId => {
                    let written = written();
                    is_id(written)?;
                    record.trace_id = hex_id(Cow::Borrowed(written), 16);
                }
                Holds::SpanId => {
                    let written = written();
                    is_id(written)?;
                    record.span_id = hex_id(Cow::Borrowed(written), 8);
                }
                Holds::Callsite => {
                    record.callsite = Some(Text::plain(written())).filter(|text| !text.is_empty());
                }
            }
        }
        Ok(())
    }
}

/// Whether the text begins with that of a part, which has `open` blocks.
#[inline]
fn fits(text: &[u8], own: &[u8], open: &[u16]) -> bool {
    let Some(text) = text.get(..own.len()) else { return false };
    let (Some(end), Some(own_end)) = (text.last_chunk(), own.last_chunk()) else {
        // It is too short to have a byte that may differ.
        return text == own;
    };
    let mut fit = same_or_open(end, own_end);
    for (block, own) in text.as_chunks().0.iter().zip(own.as_chunks().0) {
        fit &= same_or_open(block, own);
    }
    for start in open {
        let block_of = |text: &[u8]| text.get(usize::from(*start)..)?.first_chunk().copied();
        let (Some(block), Some(own)) = (block_of(text), block_of(own)) else { return false };
        fit &= plain_or_closed(&block, &own);
    }
    fit == u8x16::MAX
}

/// All bits of the bytes that are what they are to be, or may be something else.
#[inline]
fn same_or_open(bytes: &[u8; BLOCK], own: &[u8; BLOCK]) -> u8x16 {
    let [bytes, own] = [bytes, own].map(|bytes| u8x16::new(*bytes));
    bytes.simd_eq(own) | own.simd_eq(u8x16::ZERO)
}

/// All bits of the bytes that are plain text, or are to be what they are.
#[inline]
fn plain_or_closed(bytes: &[u8; BLOCK], own: &[u8; BLOCK]) -> u8x16 {
    let [bytes, own] = [bytes, own].map(|bytes| u8x16::new(*bytes));
    !(special_lanes(bytes) & own.simd_eq(u8x16::ZERO))
}

impl Attribute {
    /// Adds the value behind the part, which begins there in the message.
    #[inline]
    fn push<'a>(self, value: Scalar<'a>, start: usize, part: &'a str, attributes: &mut Attributes<'a>) {
        match (value, self.known) {
            (Scalar::Text(Quoted::Plain(text)), Some(key)) => {
                attributes.push_plain(key, start..start + text.len());
            }
            _ => value.push_to(attributes, self.known, self.key.of(part)),
        }
    }

    /// Whether it tells the kind of event: then it has to be the same in all records of a shape.
    fn tells_kind(self) -> bool {
        matches!(self.known, Some(Key::EventName | Key::EventKind))
    }
}

impl Span {
    fn of(self, part: &str) -> &str {
        &part[self.range()]
    }

    fn range(self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }
}

impl Lengths {
    /// A key whose values had more is one of any length.
    const MOST: u32 = 4;

    /// Whether the value under the same key will have another length, as counts do, what somebody wrote, and what is
    /// another's name.
    fn are_any(&mut self, key: Option<Key>, value: &str) -> bool {
        let (Some(key), Some(length)) = (key, 1_u64.checked_shl(value.len().try_into().unwrap_or(u32::MAX)))
        else {
            return true;
        };
        if !value.is_ascii() || value.contains(' ') || is_number(value) {
            return true;
        }
        let lengths = &mut self.0[key as usize];
        *lengths |= length;
        lengths.count_ones() > Self::MOST
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A record on its way of being taken apart.
struct Apart<'t, A> {
    text: &'t str,
    is_about: A,
    parts: Vec<(Box<[u8]>, Part)>,
    /// Where the part begins that is next.
    begin: usize,
    values: Vec<Value>,
    name: Option<&'t str>,
    kind: Option<&'t str>,
}

impl<'t, A: Fn(&str, Option<&str>) -> bool> Apart<'t, A> {
    /// Takes a record apart in which the Collector's way of writing was found. `None` when it holds anything that few
    /// records do.
    fn take(text: &'t str, is_about: A, lengths: &mut Lengths) -> Option<Vec<(Box<[u8]>, Part)>> {
        let mut apart =
            Self { text, is_about, parts: Vec::new(), begin: 0, values: Vec::new(), name: None, kind: None };
        let mut at = Cursor::new(text);
        let has_kind = text.contains("{\"key\":\"event.kind\"");
        let last_told = if has_kind { Key::EventKind } else { Key::EventName };
        let mut member = "";
        let mut key = None;
        while let Some(quote) = memchr(b'"', at.rest()) {
            at.at += quote + 1;
            let start = at.at;
            let plain = match at.string_rest().ok()? {
                Quoted::Plain(text) => Some(text),
                Quoted::Escaped(_) => None,
            };
            let written = start..at.at - 1;
            let holds = if at.eat(":") {
                member = plain?;
                match member {
                    "severityNumber" => Holds::SeverityNumber(at.severity_number().ok()?),
                    "boolValue" => Holds::Bool(apart.attribute(key.take()?)?, at.eat("true")),
                    _ => continue,
                }
            } else {
                match member {
                    "key" => {
                        key = Some(written);
                        continue;
                    }
                    "intValue" => {
                        let attribute = apart.attribute(key.take()?)?;
                        apart.end_part(start, Then::Value(attribute, Type::Int), at.at)?;
                        continue;
                    }
                    "stringValue" => {
                        let attribute = apart.attribute(key.take()?)?;
                        if attribute.tells_kind() {
                            apart.tell(attribute, plain?);
                        } else if plain.is_none_or(|text| lengths.are_any(attribute.known, text)) {
                            apart.end_part(start, Then::Value(attribute, Type::String), at.at)?;
                            continue;
                        }
                        Holds::Text(attribute)
                    }
                    "timeUnixNano" => Holds::Time,
                    "observedTimeUnixNano" => Holds::ObservedTime,
                    "severityText" => Holds::SeverityText,
                    "traceId" => Holds::TraceId,
                    "spanId" => Holds::SpanId,
                    "eventName" => Holds::Callsite,
                    _ => return None,
                }
            };
            plain?;
            let place = apart.span(written)?;
            apart.values.push(Value { holds, place });
            if matches!(holds, Holds::Text(attribute) if attribute.known == Some(last_told)) {
                apart.end_part(at.at, Then::Part, at.at)?;
            }
        }
        apart.end_part(text.len(), Then::EndOfRecord, text.len())?;
        Some(apart.parts)
    }

    fn tell(&mut self, attribute: Attribute, told: &'t str) {
        match attribute.known {
            Some(Key::EventName) => self.name = Some(told),
            _ => self.kind = Some(told),
        }
    }

    fn attribute(&self, key: Range<usize>) -> Option<Attribute> {
        Some(Attribute { known: Key::of(&self.text[key.clone()]), key: self.span(key)? })
    }

    fn span(&self, place: Range<usize>) -> Option<Span> {
        let within = |place: usize| u16::try_from(place.checked_sub(self.begin)?).ok();
        Some(Span { start: within(place.start)?, end: within(place.end)? })
    }

    /// Ends a part there; the next one begins at `next`.
    fn end_part(&mut self, end: usize, then: Then, next: usize) -> Option<()> {
        let mut text: Box<[u8]> = self.text.as_bytes()[self.begin..end].into();
        self.begin = next;
        let values: Box<[Value]> = std::mem::take(&mut self.values).into();
        for value in values.iter().filter(|value| value.may_differ()) {
            text[value.place.range()].fill(0);
        }
        let open = open_blocks(&text)?;
        let is_wanted = self.name.is_none_or(|name| (self.is_about)(name, self.kind));
        let checked = values.iter().filter(|value| value.is_checked()).copied().collect();
        self.parts.push((text, Part { open, values, checked, is_wanted, then, next: Vec::new() }));
        Some(())
    }
}

/// Where blocks begin that hold all zero bytes of the text. `None` when it is shorter than a block and has any.
fn open_blocks(text: &[u8]) -> Option<Box<[u16]>> {
    let mut blocks = Vec::new();
    let mut behind = 0;
    for (place, _) in text.iter().enumerate().filter(|(_, byte)| **byte == 0) {
        if place >= behind {
            let start = place.min(text.len().checked_sub(BLOCK)?);
            blocks.push(u16::try_from(start).ok()?);
            behind = start + BLOCK;
        }
    }
    Some(blocks.into())
}

impl Value {
    /// Whether records of one shape may differ in it.
    fn may_differ(&self) -> bool {
        match self.holds {
            Holds::Text(attribute) => !attribute.tells_kind(),
            _ => self.is_checked(),
        }
    }

    /// Whether not every text can be such a value.
    fn is_checked(&self) -> bool {
        matches!(self.holds, Holds::Time | Holds::ObservedTime | Holds::TraceId | Holds::SpanId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, terminal: &str) -> String {
        format!(
            r#"{{"observedTimeUnixNano":"1788220804574000008","body":{{}},"attributes":[{{"key":"event.name","value":{{"stringValue":"{name}"}}}},{{"key":"terminal.type","value":{{"stringValue":"{terminal}"}}}}]}}"#
        )
    }

    fn learn(shapes: &mut Shapes, text: &str) {
        shapes.learn(text, |_, _| true);
    }

    fn is_known(shapes: &mut Shapes, text: &str) -> bool {
        let mut at = Cursor::new(text);
        let known = shapes.read(&mut at, true, &mut LogRecord::default()).is_some();
        assert_eq!(at.at, if known { text.len() } else { 0 });
        known
    }

    #[test]
    fn a_record_whose_values_have_the_lengths_of_one_before_is_known() {
        let mut shapes = Shapes::default();
        learn(&mut shapes, &record("codex.turn_ttft", "xterm"));
        assert!(is_known(&mut shapes, &record("codex.turn_ttft", "Apple")));
        assert!(!is_known(&mut shapes, &record("codex.turn_ttft", "iTerm2")));
        assert!(!is_known(&mut shapes, &record("codex.turn_cost", "xterm")), "another kind");
        assert!(!is_known(&mut shapes, &record("codex.turn_ttft", "xter\"")));
    }

    #[test]
    fn a_value_that_had_many_lengths_may_have_any() {
        let mut shapes = Shapes::default();
        for length in 1..8 {
            learn(&mut shapes, &record("codex.turn_ttft", &"x".repeat(length)));
        }
        assert!(is_known(&mut shapes, &record("codex.turn_ttft", &"x".repeat(50))));
        assert!(is_known(&mut shapes, &record("codex.turn_ttft", "with \\n escapes")));
    }

    #[test]
    fn what_looks_new_all_the_time_is_not_learned_all_the_time() {
        let mut shapes = Shapes::default();
        let mut learned = 0;
        for number in 0..20_000 {
            let text = record(&format!("codex.{number}"), "xterm");
            assert!(!is_known(&mut shapes, &text));
            let credit = shapes.credit;
            learn(&mut shapes, &text);
            learned += u32::from(shapes.credit < credit);
            assert!(shapes.parts.len() <= Shapes::MOST_PARTS && shapes.texts.len() <= Shapes::MOST_BYTES);
        }
        assert!(learned < 2_000, "{learned}");
        // What comes often is learned all the same.
        for _ in 0..Shapes::COST {
            assert!(!is_known(&mut shapes, "{}"));
        }
        learn(&mut shapes, &record("codex.turn_ttft", "xterm"));
        assert!(is_known(&mut shapes, &record("codex.turn_ttft", "xterm")));
    }
}
