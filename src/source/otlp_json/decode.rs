//! Decodes the raw text of one record, resource or scope, in the forms that the known writers have.
//!
//! Numbers come as numbers or strings, names in camelCase or `snake_case`, ids in hex or base64, severities as
//! numbers or enum names. Strings may hold lone surrogates, which become U+FFFD.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cut::bare_message;
use super::text::WireText;
use crate::event::{AnyValue, Attributes, LogRecord, Resource, Scope, UnixNano};
use crate::source::account::{DamageKind, as_said};
use crate::source::copies::secret_hash;
use crate::words::{Sentence, sentence};

/// Why a record's text could not be decoded.
#[derive(Debug)]
pub(crate) struct DecodeError {
    pub(crate) kind: DamageKind,
    pub(crate) reason: Sentence,
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let message = bare_message(&error);
        if message.starts_with("recursion limit") {
            return Self { kind: DamageKind::TooDeep, reason: sentence!("nested too deep") };
        }
        if message.starts_with(TOO_MANY) {
            let reason = sentence!("a list of more than {} elements", MOST_ELEMENTS);
            return Self { kind: DamageKind::NotOtlp, reason };
        }
        Self { kind: DamageKind::NotOtlp, reason: as_said(&message) }
    }
}

/// No list has nearly as many elements. One that is two or three bytes of text takes thirty times as many once it is
/// decoded, so that a small file could fill all memory.
const MOST_ELEMENTS: usize = 1 << 18;

/// How a longer list is refused.
const TOO_MANY: &str = "too many elements";

/// Decodes a log record.
pub(crate) fn decode_record(text: &str) -> Result<LogRecord<'_>, DecodeError> {
    let WireRecord(record) = serde_json::from_str(text)?;
    Ok(record)
}

/// Decodes a resource; `""` is one without attributes and without a fingerprint.
pub(crate) fn decode_resource(text: &str) -> Result<Resource<'_>, DecodeError> {
    let WireBlock { attributes, .. } = decode_block(text)?;
    let fingerprint = if text.is_empty() { 0 } else { secret_hash(text) };
    Ok(Resource { attributes, fingerprint })
}

/// Decodes a scope; `""` is one without a name.
pub(crate) fn decode_scope(text: &str) -> Result<Scope<'_>, DecodeError> {
    let WireBlock { name, .. } = decode_block(text)?;
    Ok(Scope { name: name.filter(|name| !name.is_empty()) })
}

fn decode_block(text: &str) -> Result<WireBlock<'_>, DecodeError> {
    if text.is_empty() { Ok(WireBlock::default()) } else { Ok(serde_json::from_str(text)?) }
}

/// A number as it is written, bare or in a string, or the text of a string in its place; `None` for `null`.
///
/// As a value of its own `serde_json` would refuse a number that no double holds, and with it the whole record.
struct WireNumber<'a> {
    text: Option<Cow<'a, str>>,
    is_bare: bool,
}

impl<'de> Deserialize<'de> for WireNumber<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(raw) = Option::<&'de RawValue>::deserialize(deserializer)?.map(RawValue::get) else {
            return Ok(Self { text: None, is_bare: false });
        };
        match raw.as_bytes() {
            [b'"', ..] => {
                let WireText(text) = serde_json::from_str(raw).map_err(de::Error::custom)?;
                Ok(Self { text: Some(text), is_bare: false })
            }
            [b'-' | b'0'..=b'9', ..] => Ok(Self { text: Some(Cow::Borrowed(raw)), is_bare: true }),
            _ => Err(de::Error::custom("something else in place of a number, or of one in a string")),
        }
    }
}

impl<'a> WireNumber<'a> {
    fn parse<T: FromStr>(&self) -> Option<T> {
        self.text.as_ref()?.parse().ok()
    }

    /// As text, where it can be nothing else without loss.
    fn into_text(self) -> AnyValue<'a> {
        self.text.map_or(AnyValue::Empty, |text| AnyValue::String(text.into()))
    }

    /// `intValue`. A number that 64 bits cannot hold is kept in the form it was written in.
    fn into_integer(self) -> AnyValue<'a> {
        if let Some(number) = self.parse() {
            return AnyValue::Int(number);
        }
        let has_fraction = |text: &str| text.contains(['.', 'e', 'E']);
        match self.parse().map(AnyValue::Double) {
            Some(AnyValue::Double(number))
                if self.is_bare && number.is_finite() && self.text.as_deref().is_some_and(has_fraction) =>
            {
                AnyValue::Double(number).as_integer().map_or(AnyValue::Double(number), AnyValue::Int)
            }
            _ => self.into_text(),
        }
    }

    /// `doubleValue`: a number or one of three names; writers that cannot name NaN put `null`. A number that a double
    /// cannot hold is kept in the form it was written in.
    fn into_double(self) -> AnyValue<'a> {
        let is_named = |text: &str| !text.contains(|sign: char| sign.is_ascii_digit());
        match self.parse::<f64>() {
            Some(number) if number.is_finite() || self.text.as_deref().is_some_and(is_named) => {
                AnyValue::Double(number)
            }
            _ => self.into_text(),
        }
    }

    /// `severityNumber`: a number, or the name of the enum's value as older Collectors and canonical proto3 JSON have it.
    fn severity(&self) -> Option<u8> {
        const FAMILIES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        let name = self.text.as_deref()?;
        let name = name.strip_prefix("SEVERITY_NUMBER_").unwrap_or(name);
        let (family, step) = match name.char_indices().next_back() {
            Some((at, digit @ '2'..='4')) => (&name[..at], digit as u8 - b'1'),
            _ => (name, 0),
        };
        let number = (FAMILIES.iter().zip(0..))
            .find(|(known, _)| **known == family)
            .map(|(_, index)| index * 4 + 1 + step);
        number.or_else(|| name.parse().ok().filter(|number| (1..=24).contains(number)))
    }
}

struct WireRecord<'a>(LogRecord<'a>);

impl<'de> Deserialize<'de> for WireRecord<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = WireRecord<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a log record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut record = LogRecord::default();
                while let Some(WireText(name)) = map.next_key()? {
                    match name.as_ref() {
                        "timeUnixNano" | "time_unix_nano" => record.time = moment(&mut map)?,
                        "observedTimeUnixNano" | "observed_time_unix_nano" => {
                            record.observed_time = moment(&mut map)?;
                        }
                        "severityNumber" | "severity_number" => {
                            record.severity_number = map.next_value::<WireNumber<'_>>()?.severity();
                        }
                        "severityText" | "severity_text" => record.severity_text = text(&mut map)?,
                        "body" => record.body = map.next_value::<WireValue<'_>>()?.0,
                        "attributes" => take_attributes(&mut record.attributes, &mut map)?,
                        "traceId" | "trace_id" => {
                            record.trace_id = text(&mut map)?.and_then(|id| hex_id(id, 16));
                        }
                        "spanId" | "span_id" => record.span_id = text(&mut map)?.and_then(|id| hex_id(id, 8)),
                        "eventName" | "event_name" => {
                            record.callsite = text(&mut map)?.filter(|name| !name.is_empty()).map(Into::into);
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(WireRecord(record))
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}

fn moment<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<UnixNano>, A::Error> {
    Ok(map.next_value::<WireNumber<'_>>()?.parse().and_then(UnixNano::new))
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    Ok(map.next_value::<Option<WireText<'de>>>()?.map(|WireText(text)| text))
}

/// The id in lower-case hex; `None` when it is empty, of the wrong length or all zero, each of which means "no id".
pub(super) fn hex_id(id: Cow<'_, str>, bytes: usize) -> Option<Cow<'_, str>> {
    // Looked at to the end in any case: then several bytes are looked at in one go.
    let is_hex = |id: &str| id.bytes().fold(true, |all, byte| all & byte.is_ascii_hexdigit());
    let has_capitals = |id: &str| id.bytes().fold(false, |any, byte| any | byte.is_ascii_uppercase());
    let hex = if id.len() == bytes * 2 && is_hex(&id) {
        if has_capitals(&id) { Cow::Owned(id.to_ascii_lowercase()) } else { id }
    } else {
        let decoded = base64::engine::general_purpose::STANDARD.decode(id.as_bytes()).ok()?;
        if decoded.len() != bytes {
            return None;
        }
        let digit = |half: u8| char::from_digit(u32::from(half), 16);
        Cow::Owned(decoded.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).flatten().collect())
    };
    hex.bytes().any(|byte| byte != b'0').then_some(hex)
}

/// A resource or a scope: both have attributes, a scope has a name.
#[derive(Default)]
struct WireBlock<'a> {
    name: Option<Cow<'a, str>>,
    attributes: Attributes<'a>,
}

impl<'de> Deserialize<'de> for WireBlock<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BlockVisitor;
        impl<'de> Visitor<'de> for BlockVisitor {
            type Value = WireBlock<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a resource or a scope")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut block = WireBlock::default();
                while let Some(WireText(name)) = map.next_key()? {
                    match name.as_ref() {
                        "name" => block.name = text(&mut map)?,
                        "attributes" => take_attributes(&mut block.attributes, &mut map)?,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(block)
            }
        }
        deserializer.deserialize_map(BlockVisitor)
    }
}

#[derive(Default)]
struct WireAttributes<'a>(Attributes<'a>);

impl<'de> Deserialize<'de> for WireAttributes<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Attributes::new(deserializer.deserialize_any(PairsVisitor)?)))
    }
}

/// Takes in a member `attributes`; one that is there twice is one list.
fn take_attributes<'de, A: MapAccess<'de>>(into: &mut Attributes<'de>, map: &mut A) -> Result<(), A::Error> {
    let WireAttributes(attributes) = map.next_value()?;
    if into.is_empty() {
        *into = attributes;
    } else if into.len() + attributes.len() > MOST_ELEMENTS {
        return Err(de::Error::custom(TOO_MANY));
    } else {
        into.append(attributes);
    }
    Ok(())
}

type Pair<'a> = (Cow<'a, str>, AnyValue<'a>);

/// A list of `KeyValue`; `null` is an empty one, and within one nothing.
struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Vec<Pair<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of attributes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(24);
        while let Some(pair) = seq.next_element::<Option<WirePair<'_>>>()? {
            if pairs.len() == MOST_ELEMENTS {
                return Err(de::Error::custom(TOO_MANY));
            }
            pairs.extend(pair.map(|WirePair(pair)| pair));
        }
        Ok(pairs)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

struct WirePair<'a>(Pair<'a>);

impl<'de> Deserialize<'de> for WirePair<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairVisitor;
        impl<'de> Visitor<'de> for PairVisitor {
            type Value = WirePair<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an attribute")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pair = (Cow::Borrowed(""), AnyValue::Empty);
                while let Some(WireText(name)) = map.next_key()? {
                    match name.as_ref() {
                        "key" => pair.0 = text(&mut map)?.unwrap_or_default(),
                        "value" => pair.1 = map.next_value::<WireValue<'_>>()?.0,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(WirePair(pair))
            }
        }
        deserializer.deserialize_map(PairVisitor)
    }
}

struct WireValue<'a>(AnyValue<'a>);

impl<'de> Deserialize<'de> for WireValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(WireValue)
    }
}

/// `AnyValue`: an object with one member that names the type; of several the last counts.
struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = AnyValue<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an OTLP value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = AnyValue::Empty;
        while let Some(WireText(name)) = map.next_key()? {
            value = match name.as_ref() {
                "stringValue" | "string_value" => {
                    text(&mut map)?.map_or(AnyValue::Empty, |text| AnyValue::String(text.into()))
                }
                "boolValue" | "bool_value" => {
                    map.next_value::<Option<bool>>()?.map_or(AnyValue::Empty, AnyValue::Bool)
                }
                "intValue" | "int_value" => map.next_value::<WireNumber<'_>>()?.into_integer(),
                "doubleValue" | "double_value" => map.next_value::<WireNumber<'_>>()?.into_double(),
                "bytesValue" | "bytes_value" => {
                    text(&mut map)?.map_or(AnyValue::Empty, |text| AnyValue::Bytes(text.into()))
                }
                "arrayValue" | "array_value" => AnyValue::Array(
                    map.next_value::<Option<WireList<'_>>>()?.map_or_else(Vec::new, |list| list.0),
                ),
                "kvlistValue" | "kvlist_value" => AnyValue::KvList(
                    map.next_value::<Option<WireMap<'_>>>()?.map_or_else(Vec::new, |map| map.0),
                ),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    value
                }
            };
        }
        Ok(value)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(AnyValue::Empty)
    }
}

/// The `values` of an `arrayValue`.
struct WireList<'a>(Vec<AnyValue<'a>>);

impl<'de> Deserialize<'de> for WireList<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = deserializer.deserialize_map(ValuesVisitor::<Elements<WireValue<'de>>>::new())?;
        Ok(Self(values.unwrap_or_default().0.into_iter().map(|WireValue(value)| value).collect()))
    }
}

/// The `values` of a `kvlistValue`.
struct WireMap<'a>(Vec<Pair<'a>>);

impl<'de> Deserialize<'de> for WireMap<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = deserializer.deserialize_map(ValuesVisitor::<Elements<Option<WirePair<'de>>>>::new())?;
        let pairs = values.unwrap_or_default().0.into_iter().flatten();
        Ok(Self(pairs.map(|WirePair(pair)| pair).collect()))
    }
}

/// What stands in `values`.
struct Elements<E>(Vec<E>);

impl<E> Default for Elements<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Elements<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self::default())
    }
}

impl<'de, E: Deserialize<'de>> Visitor<'de> for Elements<E> {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Self, A::Error> {
        while let Some(element) = seq.next_element()? {
            if self.0.len() == MOST_ELEMENTS {
                return Err(de::Error::custom(TOO_MANY));
            }
            self.0.push(element);
        }
        Ok(self)
    }
}

/// An object of which only the member `values` matters.
struct ValuesVisitor<T>(std::marker::PhantomData<T>);

impl<T> ValuesVisitor<T> {
    fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ValuesVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a list of values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = None;
        while let Some(WireText(name)) = map.next_key()? {
            if name == "values" {
                values = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> AnyValue<'static> {
        let text = format!(r#"{{"attributes":[{{"key":"k","value":{json}}}]}}"#);
        let record = decode_record(&text).expect("a record");
        record.attributes.get_by_text("k").expect("the attribute").into_owned().into_owned()
    }

    #[test]
    fn every_type_of_value_is_read() {
        assert_eq!(value(r#"{"stringValue":"\u4e2d\"\\"}"#), AnyValue::String("中\"\\".into()));
        assert_eq!(value(r#"{"boolValue":false}"#), AnyValue::Bool(false));
        assert_eq!(value(r#"{"intValue":"-92"}"#), AnyValue::Int(-92));
        assert_eq!(value(r#"{"intValue":92}"#), AnyValue::Int(92));
        assert_eq!(value(r#"{"doubleValue":1.5}"#), AnyValue::Double(1.5));
        assert_eq!(value(r#"{"doubleValue":"-Infinity"}"#), AnyValue::Double(f64::NEG_INFINITY));
        assert_eq!(value(r#"{"bytesValue":"AAE="}"#), AnyValue::Bytes("AAE=".into()));
        assert_eq!(
            value(r#"{"arrayValue":{"values":[{"intValue":1},{}]}}"#),
            AnyValue::Array(vec![AnyValue::Int(1), AnyValue::Empty])
        );
        assert_eq!(
            value(r#"{"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}}]}}"#),
            AnyValue::KvList(vec![("a".into(), AnyValue::Bool(true))])
        );
        for empty in ["{}", "null", r#"{"stringValue":null}"#, r#"{"newKind":[1,{"a":2}]}"#] {
            assert_eq!(value(empty), AnyValue::Empty, "{empty}");
        }
    }

    #[test]
    fn null_in_a_list_of_pairs_is_nothing_and_costs_no_record() {
        let pair = r#"{"key":"a","value":{"boolValue":true}}"#;
        let record = format!(
            r#"{{"attributes":[null,{pair},null],"body":{{"kvlistValue":{{"values":[{pair},null]}}}}}}"#
        );
        let record = decode_record(&record).expect("a record");
        assert_eq!(record.attributes.len(), 1);
        assert_eq!(record.body, AnyValue::KvList(vec![("a".into(), AnyValue::Bool(true))]));
        assert_eq!(
            value(r#"{"arrayValue":{"values":[null,{"boolValue":true}]}}"#),
            AnyValue::Array(vec![AnyValue::Empty, AnyValue::Bool(true)])
        );
    }

    #[test]
    fn a_number_out_of_range_is_kept_as_it_was_written() {
        assert_eq!(
            value(r#"{"intValue":"99999999999999999999"}"#),
            AnyValue::String("99999999999999999999".into())
        );
        assert_eq!(value(r#"{"intValue":1e300}"#), AnyValue::Double(1e300));
        assert_eq!(value(r#"{"intValue":3.0}"#), AnyValue::Int(3));
        let kept = |text: &str| AnyValue::String(text.to_owned().into());
        for number in ["1e400", "-1E+999", "99999999999999999999", "-9223372036854775809"] {
            assert_eq!(value(&format!(r#"{{"intValue":{number}}}"#)), kept(number));
            assert_eq!(value(&format!(r#"{{"intValue":"{number}"}}"#)), kept(number));
        }
        for number in ["1e400", "-1E+999", &"9".repeat(400)] {
            assert_eq!(value(&format!(r#"{{"doubleValue":{number}}}"#)), kept(number));
            assert_eq!(value(&format!(r#"{{"doubleValue":"{number}"}}"#)), kept(number));
        }
        assert_eq!(
            value(r#"{"arrayValue":{"values":[{"doubleValue":1e400},{"intValue":1e400}]}}"#),
            AnyValue::Array(vec![kept("1e400"), kept("1e400")])
        );
    }

    #[test]
    fn a_time_or_a_severity_out_of_range_is_unknown_and_costs_no_record() {
        for number in
            ["1e400", "-1", "1.5", "18446744073709551616", r#""18446744073709551616""#, r#""-1""#, "null"]
        {
            let text = format!(
                r#"{{"timeUnixNano":{number},"observedTimeUnixNano":{number},"severityNumber":{number},"flags":{number}}}"#
            );
            assert_eq!(decode_record(&text).expect("a record"), LogRecord::default(), "{number}");
        }
    }

    #[test]
    fn a_double_is_the_one_nearest_to_what_was_written() {
        for (text, number) in [("2.2250738585072011e-308", 2.225_073_858_507_201e-308), ("1e-400", 0.0)] {
            assert_eq!(value(&format!(r#"{{"doubleValue":{text}}}"#)), AnyValue::Double(number));
        }
        assert_eq!(value(r#"{"doubleValue":"-1.5e3"}"#), AnyValue::Double(-1_500.0));
    }

    #[test]
    fn what_is_no_number_in_place_of_one_makes_no_record() {
        for json in [r#"{"intValue":true}"#, r#"{"doubleValue":[1]}"#, r#"{"intValue":{}}"#] {
            let text = format!(r#"{{"body":{json}}}"#);
            assert_eq!(decode_record(&text).expect_err("no record").kind, DamageKind::NotOtlp, "{json}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_becomes_one_replacement_character() {
        assert_eq!(value(r#"{"stringValue":"a\ud83db"}"#), AnyValue::String("a\u{fffd}b".into()));
        assert_eq!(value(r#"{"stringValue":"\ud83d\ude00"}"#), AnyValue::String("😀".into()));
    }

    #[test]
    fn attributes_that_are_there_twice_are_one_list() {
        let pair = |value: u8| format!(r#"[{{"key":"k","value":{{"intValue":"{value}"}}}}]"#);
        let text = format!(r#"{{"attributes":{},"attributes":{}}}"#, pair(1), pair(2));
        let record = decode_record(&text).expect("a record");
        assert_eq!(
            (record.attributes.len(), record.attributes.get_by_text("k")),
            (2, Some(Cow::Owned(AnyValue::Int(2))))
        );
    }

    #[test]
    fn severities_are_numbers_or_names() {
        let severity = |json: &str| {
            decode_record(&format!(r#"{{"severityNumber":{json}}}"#)).expect("a record").severity_number
        };
        assert_eq!(severity("9"), Some(9));
        assert_eq!(severity(r#""SEVERITY_NUMBER_INFO""#), Some(9));
        assert_eq!(severity(r#""SEVERITY_NUMBER_ERROR3""#), Some(19));
        assert_eq!(severity("0"), None);
        assert_eq!(severity(r#""LOUD""#), None);
    }

    #[test]
    fn ids_are_hex_or_base64_and_zeros_are_none() {
        let id = |json: &str| {
            let text = format!(r#"{{"spanId":"{json}"}}"#);
            decode_record(&text).expect("a record").span_id.map(Cow::into_owned)
        };
        assert_eq!(id("3431E7940f668f9d").as_deref(), Some("3431e7940f668f9d"));
        assert_eq!(id("NDHnlA9mj50=").as_deref(), Some("3431e7940f668f9d"));
        for none in ["", "0000000000000000", "12", "????????????????"] {
            assert_eq!(id(none), None, "{none}");
        }
    }

    #[test]
    fn a_list_of_too_many_elements_is_refused() {
        let list = |count: usize| format!("[{}{{}}]", "{},".repeat(count - 1));
        for (begin, end) in [
            (r#"{"attributes":"#, "}"),
            (r#"{"attributes":[{}],"attributes":"#, "}"),
            (r#"{"body":{"arrayValue":{"values":"#, "}}}"),
            (r#"{"body":{"kvlistValue":{"values":"#, "}}}"),
        ] {
            let decoded = |count| decode_record(&[begin, &list(count), end].concat()).map(|_| ());
            assert!(decoded(MOST_ELEMENTS - 1).is_ok(), "{begin}");
            let refused = decoded(MOST_ELEMENTS + 1).expect_err("too many");
            assert_eq!(refused.reason.english(), "a list of more than 262144 elements", "{begin}");
        }
    }

    #[test]
    fn a_bottomless_value_is_refused_and_nothing_overflows() {
        let deep = format!(
            r#"{{"body":{}1{}}}"#,
            r#"{"arrayValue":{"values":["#.repeat(50_000),
            "]}}".repeat(50_000)
        );
        assert_eq!(decode_record(&deep).expect_err("too deep").kind, DamageKind::TooDeep);
    }
}
