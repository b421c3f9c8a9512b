//! Steps through a message that is written as the Collector writes, and declines whatever is not.

use std::borrow::Cow;

use serde_json::value::RawValue;
use wide::u8x16;

use super::text::decode_string;
use crate::event::{AnyValue, Attributes, Key, Text, UnixNano};
use crate::source::deviations::Deviations;

/// The message is not as the Collector writes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declined;

pub(super) type Read<T> = Result<T, Declined>;

/// The types of the values that Codex writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Int,
    Bool,
}

/// What stands between a key and the type of its value.
const BEHIND_KEY: &str = ",\"value\":{";
/// The types of values, with what stands before the value itself.
const TYPES: [(&str, Type); 3] =
    [("\"stringValue\":\"", Type::String), ("\"intValue\":\"", Type::Int), ("\"boolValue\":", Type::Bool)];

/// A value as Codex writes them.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
    Text(Quoted<'a>),
    Int(i64),
    Bool(bool),
}

/// A JSON string as it stands.
#[derive(Clone, Copy)]
pub(super) enum Quoted<'a> {
    /// What is between its quotes, which is what it says.
    Plain(&'a str),
    /// With escapes, and with its quotes.
    Escaped(&'a str),
}

/// The members of a record that the Collector writes.
#[derive(Clone, Copy)]
#[repr(u16)]
pub(super) enum Member {
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
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Whether a character that is written by its number was passed.
    pub(super) has_numbered: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, has_numbered: false }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    #[inline]
    pub(super) fn eat(&mut self, literal: &str) -> bool {
        let eaten = self.rest().starts_with(literal.as_bytes());
        if eaten {
            self.at += literal.len();
        }
        eaten
    }

    #[inline]
    pub(super) fn expect(&mut self, literal: &str) -> Read<()> {
        if self.eat(literal) { Ok(()) } else { Err(Declined) }
    }

    pub(super) fn expect_end(&self) -> Read<()> {
        if self.at == self.text.len() { Ok(()) } else { Err(Declined) }
    }

    /// What was passed since that place.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// A member's name behind its opening quote, with quote and colon.
    pub(super) fn member_name(&mut self) -> Read<Member> {
        let (name, member) = match self.rest() {
            [b'o', ..] => ("observedTimeUnixNano\":", Member::ObservedTime),
            [b'e', ..] => ("eventName\":", Member::EventName),
            [b't', b'r', ..] => ("traceId\":", Member::TraceId),
            [b's', b'p', ..] => ("spanId\":", Member::SpanId),
            [b'a', ..] => ("attributes\":", Member::Attributes),
            [b'b', ..] => ("body\":", Member::Body),
            [b't', ..] => ("timeUnixNano\":", Member::Time),
            [b'f', ..] => ("flags\":", Member::Number),
            [b'd', ..] => ("droppedAttributesCount\":", Member::Number),
            rest if rest.starts_with(b"severityN") => ("severityNumber\":", Member::SeverityNumber),
            _ => ("severityText\":", Member::SeverityText),
        };
        self.expect(name)?;
        Ok(member)
    }

    /// Any JSON object that has nothing in it that a Collector would write otherwise, checked by the JSON library; its
    /// text.
    pub(super) fn any_object(&mut self) -> Read<&'a str> {
        let mut values =
            serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter::<&'a RawValue>();
        let object = values.next().ok_or(Declined)?.map_err(|_| Declined)?.get();
        let mut deviations = Deviations::default();
        deviations.note(object);
        if !object.starts_with('{') || deviations != Deviations::default() || holds_control(object.as_bytes())
        {
            return Err(Declined);
        }
        self.at += values.byte_offset();
        Ok(object)
    }

    pub(super) fn pass_schema_url(&mut self) -> Read<()> {
        if self.eat(",\"schemaUrl\":") { self.string().map(drop) } else { Ok(()) }
    }

    /// A number without sign, fraction or exponent.
    pub(super) fn digits(&mut self) -> Read<u64> {
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

    /// A severity; `None` for a number that is none.
    pub(super) fn severity_number(&mut self) -> Read<Option<u8>> {
        Ok(u8::try_from(self.digits()?).ok().filter(|number| (1..=24).contains(number)))
    }

    /// A string of digits; 0 is no time.
    pub(super) fn moment(&mut self) -> Read<Option<UnixNano>> {
        moment(self.plain_string()?)
    }

    pub(super) fn body(&mut self) -> Read<AnyValue<'a>> {
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
    pub(super) fn plain_string(&mut self) -> Read<&'a str> {
        self.expect("\"")?;
        self.plain_string_rest()
    }

    /// A string without escapes, behind its opening quote.
    #[inline]
    fn plain_string_rest(&mut self) -> Read<&'a str> {
        let end = first_special(self.rest()).ok_or(Declined)?;
        let text = &self.text[self.at..self.at + end];
        self.at += end;
        self.expect("\"")?;
        Ok(text)
    }

    /// The type of a value behind its key, with all that stands before the value itself.
    pub(super) fn value_type(&mut self) -> Read<Type> {
        self.expect(BEHIND_KEY)?;
        TYPES.iter().find(|(text, _)| self.eat(text)).map(|(_, of_type)| *of_type).ok_or(Declined)
    }

    /// The value of an attribute, behind what says its type.
    #[inline]
    pub(super) fn scalar(&mut self, of_type: Type) -> Read<Scalar<'a>> {
        match of_type {
            Type::String => self.string_rest().map(Scalar::Text),
            Type::Int => self.plain_string_rest().and_then(integer).map(Scalar::Int),
            Type::Bool if self.eat("true") => Ok(Scalar::Bool(true)),
            Type::Bool if self.eat("false") => Ok(Scalar::Bool(false)),
            Type::Bool => Err(Declined),
        }
    }

    /// An id that is not in base64, as a Collector writes none.
    pub(super) fn id(&mut self) -> Read<&'a str> {
        let id = self.plain_string()?;
        is_id(id)?;
        Ok(id)
    }

    pub(super) fn string(&mut self) -> Read<Text<'a>> {
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
    pub(super) fn string_rest(&mut self) -> Read<Quoted<'a>> {
        // Most are short.
        if let Some(block) = self.rest().first_chunk()
            && let Some(end) = first_special_of(block)
            && block[end] == b'"'
        {
            let text = &self.text[self.at..self.at + end];
            self.at += end + 1;
            return Ok(Quoted::Plain(text));
        }
        self.long_string_rest()
    }

    #[inline(never)]
    fn long_string_rest(&mut self) -> Read<Quoted<'a>> {
        let start = self.at;
        self.at += first_special(self.rest()).ok_or(Declined)?;
        if self.eat("\"") {
            return Ok(Quoted::Plain(&self.text[start..self.at - 1]));
        }
        self.pass_escapes()?;
        Ok(Quoted::Escaped(&self.text[start - 1..self.at]))
    }

    /// Passes the rest of a string, from its first escape to behind its closing quote.
    fn pass_escapes(&mut self) -> Read<()> {
        let bytes = self.text.as_bytes();
        // What tools print is full of escapes: those of a block are passed together.
        let mut begins_escaped = false;
        while let Some(block) = bytes[self.at..].first_chunk() {
            let specials = Specials::of(block);
            let escaped = specials.escaped(begins_escaped);
            let ends = specials.quotes & !escaped;
            let inside = ends.wrapping_sub(1) & !ends;
            let unusual = (specials.controls | escaped & !specials.usual) & inside;
            if unusual != 0 {
                let place = unusual.trailing_zeros() as usize;
                if escaped & (1 << place) == 0 {
                    return Err(Declined);
                }
                self.at = self.at + place - 1;
                self.pass_escape()?;
                begins_escaped = false;
                continue;
            }
            if ends != 0 {
                self.at += ends.trailing_zeros() as usize + 1;
                return Ok(());
            }
            begins_escaped = specials.backslashes & !escaped & LAST != 0;
            self.at += BLOCK;
        }
        self.at -= usize::from(begins_escaped);
        loop {
            match bytes.get(self.at).ok_or(Declined)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.pass_escape()?,
                ..b' ' => return Err(Declined),
                _ => self.at += first_special(&bytes[self.at..]).ok_or(Declined)?,
            }
        }
    }

    fn pass_escape(&mut self) -> Read<()> {
        let length = escape_length(self.rest())?;
        self.has_numbered |= length > 2;
        self.at += length;
        Ok(())
    }
}

/// How long the escape is that the text begins with.
fn escape_length(text: &[u8]) -> Read<usize> {
    match text.get(1).ok_or(Declined)? {
        b'n' | b'"' | b'\\' | b't' | b'r' | b'/' | b'b' | b'f' => Ok(2),
        b'u' => {
            let digits = text.get(2..6).ok_or(Declined)?;
            // No Collector escapes half a character, nor a whole one of two halves.
            let is_half = matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
            if is_half || !digits.iter().all(u8::is_ascii_hexdigit) { Err(Declined) } else { Ok(6) }
        }
        _ => Err(Declined),
    }
}

/// The time that is so many nanoseconds since 1970; 0 is none.
pub(super) fn moment(digits: &str) -> Read<Option<UnixNano>> {
    is_moment(digits)?;
    Ok(UnixNano::new(digits.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))))
}

/// Whether it is a number of nanoseconds since 1970.
pub(super) fn is_moment(digits: &str) -> Read<()> {
    // Nineteen digits always fit.
    let has_room = (1..=19).contains(&digits.len());
    let is_number = digits.bytes().fold(true, |all, byte| all & byte.is_ascii_digit());
    if has_room && is_number { Ok(()) } else { Err(Declined) }
}

/// A whole number as the Collector writes it into a string.
fn integer(text: &str) -> Read<i64> {
    if text.starts_with('+') { Err(Declined) } else { text.parse().map_err(|_| Declined) }
}

/// Whether it is not in base64, as a Collector writes none.
pub(super) fn is_id(text: &str) -> Read<()> {
    if text.ends_with('=') { Err(Declined) } else { Ok(()) }
}

impl<'a> Scalar<'a> {
    /// Adds it to the attributes.
    #[inline]
    pub(super) fn push_to(self, attributes: &mut Attributes<'a>, known: Option<Key>, key: &'a str) {
        let value = match self {
            Self::Text(Quoted::Plain(text)) => AnyValue::String(Text::plain(text)),
            Self::Text(Quoted::Escaped(text)) => AnyValue::String(Text::encoded(text, decode_string)),
            Self::Int(number) => AnyValue::Int(number),
            Self::Bool(truth) => AnyValue::Bool(truth),
        };
        attributes.push(known, Cow::Borrowed(key), value);
    }
}

/// Bytes that are looked at together.
const BLOCK: usize = 32;

/// Where the first character stands that JSON's strings do not hold as it is: a quote, a backslash or a control
/// character.
#[inline]
fn first_special(text: &[u8]) -> Option<usize> {
    let (blocks, rest) = text.as_chunks();
    for (index, block) in blocks.iter().enumerate() {
        if let Some(place) = first_special_of(block) {
            return Some(index * BLOCK + place);
        }
    }
    let in_rest = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
    in_rest.map(|place| text.len() - rest.len() + place)
}

#[inline]
fn first_special_of(block: &[u8; BLOCK]) -> Option<usize> {
    let specials = specials_of(block);
    (specials != 0).then(|| specials.trailing_zeros() as usize)
}

/// A bit for each of the bytes.
#[inline]
fn specials_of(block: &[u8; BLOCK]) -> u32 {
    mask_of(block, special_lanes)
}

/// A bit for each byte of a block that is of a kind.
struct Specials {
    quotes: u32,
    backslashes: u32,
    controls: u32,
    /// What an escape has behind its backslash as a rule.
    usual: u32,
}

/// The bit of a block's last byte.
const LAST: u32 = 1 << (BLOCK - 1);

impl Specials {
    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        let is = |byte: u8| mask_of(block, |bytes| bytes.simd_eq(u8x16::splat(byte)));
        let quotes = is(b'"');
        let backslashes = is(b'\\');
        let letters = mask_of(block, |bytes| {
            let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
            is(b'n') | is(b't') | is(b'r')
        });
        let controls = mask_of(block, control_lanes);
        Self { quotes, backslashes, controls, usual: quotes | backslashes | letters }
    }

    /// The bytes that have the backslash of an escape before them. Of backslashes in a row, each that is not escaped
    /// escapes the next byte: every other byte from the second on, to the one behind the row.
    #[inline]
    fn escaped(&self, begins_escaped: bool) -> u32 {
        const EVEN: u32 = 0x5555_5555;
        let first = u32::from(begins_escaped);
        let backslashes = self.backslashes & !first;
        let rows_begin = backslashes & !(backslashes << 1);
        // To add the bit that a row begins with carries through the whole row, and leaves none of it.
        let in_odd_rows = backslashes & backslashes.wrapping_add(rows_begin & EVEN);
        let in_even_rows = backslashes & !in_odd_rows;
        first | in_even_rows << 1 & !EVEN | in_odd_rows << 1 & EVEN
    }
}

/// A bit for each byte of a block, from all bits of those of its halves.
#[inline]
fn mask_of(block: &[u8; BLOCK], lanes: impl Fn(u8x16) -> u8x16) -> u32 {
    let (halves, _) = block.as_chunks();
    let mask = |half: [u8; 16]| lanes(u8x16::new(half)).to_bitmask();
    mask(halves[0]) | mask(halves[1]) << 16
}

/// All bits of the bytes that JSON's strings do not hold as they are.
#[inline]
pub(super) fn special_lanes(bytes: u8x16) -> u8x16 {
    bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')) | control_lanes(bytes)
}

/// All bits of the bytes that are control characters.
#[inline]
fn control_lanes(bytes: u8x16) -> u8x16 {
    const LAST_CONTROL: u8 = b' ' - 1;
    bytes.max(u8x16::splat(LAST_CONTROL)).simd_eq(u8x16::splat(LAST_CONTROL))
}

/// Whether the text holds a control character, a line break or a tab included.
fn holds_control(text: &[u8]) -> bool {
    text.iter().any(|byte| *byte < b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is escaped, told byte by byte.
    fn escaped(block: &[u8; BLOCK], mut is_escaped: bool) -> u32 {
        let mut escaped = 0;
        for (place, byte) in block.iter().enumerate() {
            escaped |= u32::from(is_escaped) << place;
            is_escaped = *byte == b'\\' && !is_escaped;
        }
        escaped
    }

    #[test]
    fn what_is_escaped_is_told_of_any_row_of_backslashes() {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Rows of any length: the more bits have to be set, the shorter.
            let of_rows = [random >> 32, random >> 32 | random >> 16, random >> 32 & random >> 16];
            for bits in of_rows {
                let block = std::array::from_fn(|place| if bits >> place & 1 == 1 { b'\\' } else { b'n' });
                for begins in [false, true] {
                    assert_eq!(Specials::of(&block).escaped(begins), escaped(&block, begins), "{bits:b}");
                }
            }
        }
    }

    #[test]
    fn a_string_ends_at_its_quote_wherever_escapes_lie() {
        for before in 0..2 * BLOCK {
            for escapes in ["\\\\", "\\\"", "\\n\\t\\r", "\\/\\b\\f", "\\u00e9", "\\\\\\\"\\\\"] {
                let inside = format!("{}{escapes}", "x".repeat(before));
                for behind in ["\"", "\",", &format!("\"{}", ",".repeat(2 * BLOCK))] {
                    let text = format!("{inside}{behind}");
                    let mut at = Cursor::new(&text);
                    at.at = before;
                    assert_eq!(at.pass_escapes(), Ok(()), "{text}");
                    assert_eq!(at.at, inside.len() + 1, "{text}");
                    assert_eq!(at.has_numbered, escapes.contains('u'));
                }
                for harm in ["\u{1}\"", "\\x\"", "\\u12\"", "\\ud800\"", ""] {
                    let text = format!("{inside}{harm}");
                    let mut at = Cursor::new(&text);
                    at.at = before;
                    assert_eq!(at.pass_escapes(), Err(Declined), "{text}");
                }
            }
        }
    }
}
