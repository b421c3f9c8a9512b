//! The wire format of protobuf: numbered members, one behind the other.

use crate::words::{Sentence, sentence};

/// The value of one member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
    /// A group, which OTLP does not use.
    Group,
}

impl<'a> Value<'a> {
    /// One letter for its type.
    pub(super) fn letter(self) -> u8 {
        match self {
            Self::Varint(_) => b'V',
            Self::Fixed64(_) => b'F',
            Self::Bytes(_) => b'B',
            Self::Fixed32(_) => b'D',
            Self::Group => b'G',
        }
    }

    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Why there is nothing more to read before the message's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End<'a> {
    pub(super) fault: Fault,
    /// A member whose length goes beyond the end: its number and what there is of it.
    pub(super) cut_short: Option<(u32, &'a [u8])>,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It ends in the middle of a member.
    CutShort,
    NoNumber,
    UnknownType,
    /// A member has a number that OTLP knows, but not the type that goes with it.
    WrongType,
    WrongValueType,
    LongNumber,
    /// As JSON it is larger than any message that is read.
    TooLarge,
}

impl Fault {
    pub(super) fn sentence(self) -> Sentence {
        match self {
            Self::CutShort => sentence!("the message breaks off"),
            Self::NoNumber => sentence!("a member without a number"),
            Self::UnknownType => sentence!("a member of no known type"),
            Self::WrongType => sentence!("a member of a wrong type"),
            Self::WrongValueType => sentence!("a value of a wrong type"),
            Self::LongNumber => sentence!("a number of more than 64 bits"),
            Self::TooLarge => sentence!("a message larger than 1 GiB"),
        }
    }
}

/// The members of a message. The iterator ends with the message or behind the first error.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), End<'a>> {
        let (number, kind) = self.tag()?;
        Ok((number, self.value(number, kind)?))
    }

    fn tag(&mut self) -> Result<(u32, u8), End<'a>> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        let number = number.ok_or(End { fault: Fault::NoNumber, cut_short: None })?;
        Ok((number, (tag & 7) as u8))
    }

    fn value(&mut self, number: u32, kind: u8) -> Result<Value<'a>, End<'a>> {
        Ok(match kind {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.fixed()?)),
            2 => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                match self.rest.split_at_checked(length) {
                    Some((bytes, rest)) => {
                        self.rest = rest;
                        Value::Bytes(bytes)
                    }
                    None => return Err(End { fault: Fault::CutShort, cut_short: Some((number, self.rest)) }),
                }
            }
            3 => self.group()?,
            5 => Value::Fixed32(u32::from_le_bytes(self.fixed()?)),
            _ => return Err(End { fault: Fault::UnknownType, cut_short: None }),
        })
    }

    /// Passes over a group and the groups within it.
    fn group(&mut self) -> Result<Value<'a>, End<'a>> {
        let mut depth = 1_u64;
        while depth > 0 {
            match self.tag()? {
                (_, 3) => depth += 1,
                (_, 4) => depth -= 1,
                (number, kind) => {
                    self.value(number, kind)?;
                }
            }
        }
        Ok(Value::Group)
    }

    fn varint(&mut self) -> Result<u64, End<'a>> {
        let mut number = 0;
        for (index, byte) in self.rest.iter().enumerate().take(10) {
            // Of the tenth byte one bit is left.
            number |= u64::from(byte & 0x7F).wrapping_shl(7 * u32::try_from(index).unwrap_or(0));
            if byte & 0x80 == 0 {
                self.rest = &self.rest[index + 1..];
                return Ok(number);
            }
        }
        let fault = if self.rest.len() < 10 { Fault::CutShort } else { Fault::LongNumber };
        Err(End { fault, cut_short: None })
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], End<'a>> {
        let (bytes, rest) =
            self.rest.split_first_chunk().ok_or(End { fault: Fault::CutShort, cut_short: None })?;
        self.rest = rest;
        Ok(*bytes)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), End<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Whether an OTLP message of `length` bytes can begin so. Any signal's begins with its resources, each with a length,
/// and within them nothing but resource, scopes and a URL.
pub(in crate::source::messages) fn begins_message(begin: &[u8], length: usize) -> bool {
    walk_message(begin, length, &mut 0)
}

/// The same, and how many members were walked over is added to `members`.
pub(in crate::source::messages) fn walk_message(begin: &[u8], length: usize, members: &mut u64) -> bool {
    let mut at = 0;
    while at < begin.len() {
        *members += 1;
        // The first member must be a resource; behind them profiles have a dictionary.
        if begin[at] != 0x0A && (at == 0 || begin[at] != 0x12) {
            return false;
        }
        let mut rest = Fields { rest: &begin[at + 1..] };
        let Ok(member) = rest.varint() else { return begin.len() - at < 11 && begin.len() < length };
        let inner = begin.len() - rest.rest.len();
        let Some(end) = usize::try_from(member).ok().and_then(|member| inner.checked_add(member)) else {
            return false;
        };
        let known = &begin[inner..end.min(begin.len())];
        if end > length || (begin[at] == 0x0A && !begins_resource(known, end <= begin.len(), members)) {
            return false;
        }
        at = end;
    }
    // Beyond what is known the rest may be anything; a whole message ends with its last member.
    at >= begin.len() && at <= length
}

/// Whether a `ResourceLogs` or its like can begin so, or is this where that is all of it.
fn begins_resource(begin: &[u8], is_all: bool, members: &mut u64) -> bool {
    for field in Fields::of(begin) {
        *members += 1;
        match field {
            Ok((1 | 2 | 3 | 1000, Value::Bytes(_))) => {}
            Ok(_) => return false,
            Err(end) => {
                let can_go_on = end.cut_short.is_none_or(|(number, _)| matches!(number, 1 | 2 | 3 | 1000));
                return !is_all && end.fault == Fault::CutShort && can_go_on;
            }
        }
    }
    true
}
