//! Records as JSON Lines that are safe to print: the same values, with every character that
//! could steer a terminal written as an escape.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::visible::{is_hazard, is_plain_ascii};

/// Writes one record as one line.
pub fn write_record(out: &mut (impl Write + ?Sized), record: &(impl Serialize + ?Sized)) -> io::Result<()> {
    record.serialize(&mut Serializer::with_formatter(&mut *out, OneLine))?;
    out.write_all(b"\n")
}

/// One value as JSON text, for a place inside another medium.
pub(super) fn json_text(value: &serde_json::Value) -> io::Result<String> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, OneLine))?;
    String::from_utf8(text).map_err(io::Error::other)
}

/// Compact JSON, in which the hazards that `serde_json` leaves alone are escaped too.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_escaped(out, fragment)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_escaped(out, fragment)
    }
}

fn write_escaped<W: ?Sized + Write>(out: &mut W, fragment: &str) -> io::Result<()> {
    if is_plain_ascii(fragment) {
        return out.write_all(fragment.as_bytes());
    }
    let mut rest = fragment;
    while let Some(at) = rest.find(is_hazard) {
        out.write_all(&rest.as_bytes()[..at])?;
        let mut chars = rest[at..].chars();
        match chars.next() {
            // Only raw JSON holds these, as space between two values, and the line must not end.
            Some('\n' | '\r' | '\t') => out.write_all(b" ")?,
            Some(hazard) => {
                for unit in hazard.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json, value::RawValue};

    use super::*;
    use crate::render::ink::tests::any_text;

    fn line(record: &impl Serialize) -> String {
        let mut out = Vec::new();
        write_record(&mut out, record).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hazards_are_escaped_and_chinese_is_not() {
        let record = json!({"b": "请\u{202e}x\u{7f}\u{9b}\u{e0041}\n", "a": null});
        assert_eq!(line(&record), "{\"b\":\"请\\u202ex\\u007f\\u009b\\udb40\\udc41\\n\",\"a\":null}\n");
    }

    #[test]
    fn raw_json_is_made_one_safe_line_too() {
        let raw = RawValue::from_string("{\n\t\"a\u{200b}\": [1,\r\n 2]\n}".to_owned()).unwrap();
        assert_eq!(line(&raw), "{  \"a\\u200b\": [1,   2] }\n");
    }

    proptest! {
        #[test]
        fn a_reader_gets_the_same_value(texts in proptest::collection::vec(any_text(), 0..4), any in any::<String>()) {
            let value = json!({"texts": texts, &any: any});
            let line = line(&value);
            prop_assert!(!line.trim_end_matches('\n').chars().any(is_hazard));
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        }
    }
}
