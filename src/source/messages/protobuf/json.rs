//! JSON as a Collector writes it: no space, few escapes, doubles in Go's form.

use std::io::Write as _;

use base64::Engine;

use super::wire::Fault;
use crate::source::messages::MAX_MESSAGE_BYTES;

/// Begins a member of the object that is open; its value is to follow.
pub(super) fn begin_member(name: &str, json: &mut Vec<u8>) {
    if json.last() != Some(&b'{') {
        json.push(b',');
    }
    json.push(b'"');
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
}

/// A member whose value is text, unless it is empty.
pub(super) fn write_text(name: &str, text: Option<&[u8]>, json: &mut Vec<u8>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        begin_member(name, json);
        write_string(text, json);
    }
}

/// A member whose value is a 64-bit number, which is written as a string, unless it is 0.
pub(super) fn write_digits(name: &str, number: u64, json: &mut Vec<u8>) {
    if number != 0 {
        begin_member(name, json);
        push_display(format_args!("\"{number}\""), json);
    }
}

/// A member whose value is a number of 32 bits, with or without a sign, unless it is 0.
pub(super) fn write_number(name: &str, number: impl Into<i64>, json: &mut Vec<u8>) {
    let number = number.into();
    if number != 0 {
        begin_member(name, json);
        push_display(format_args!("{number}"), json);
    }
}

/// A member whose value is an array. Without any element it is left out.
#[derive(Clone, Copy)]
pub(super) struct Array {
    name: &'static str,
    /// Where the text ends as long as there is no element.
    place: usize,
}

impl Array {
    pub(super) fn new(name: &'static str, json: &[u8]) -> Self {
        Self { name, place: json.len() }
    }

    /// Writes what stands before an element: the member's name and a bracket, or a comma. An element may be two bytes of
    /// a message and many of its text, so that this is where a text is seen to become too large.
    pub(super) fn begin_element(self, json: &mut Vec<u8>) -> Result<(), Fault> {
        if json.len() > MAX_MESSAGE_BYTES {
            return Err(Fault::TooLarge);
        }
        if json.len() > self.place {
            json.push(b',');
        } else {
            begin_member(self.name, json);
            json.push(b'[');
        }
        Ok(())
    }

    pub(super) fn end(self, json: &mut Vec<u8>) {
        if json.len() > self.place {
            json.push(b']');
        }
    }
}

fn push_display(text: std::fmt::Arguments<'_>, json: &mut Vec<u8>) {
    // Writing to memory does not fail.
    drop(json.write_fmt(text));
}

/// Which bytes cannot stand in a string as they are.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escaped[byte] = true;
        byte += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

/// A string. Bytes that are no UTF-8 are copied, as a Collector does.
pub(super) fn write_string(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| ESCAPED[usize::from(*byte)]) {
        json.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => json.extend_from_slice(&[b'\\', byte]),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            byte => push_display(format_args!("\\u{byte:04x}"), json),
        }
        rest = &rest[at + 1..];
    }
    json.extend_from_slice(rest);
    json.push(b'"');
}

/// Bytes as a string of hex digits.
pub(super) fn write_hex(bytes: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    for byte in bytes {
        push_display(format_args!("{byte:02x}"), json);
    }
    json.push(b'"');
}

/// Bytes as a string of base64.
pub(super) fn write_base64(bytes: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    json.extend_from_slice(base64::engine::general_purpose::STANDARD.encode(bytes).as_bytes());
    json.push(b'"');
}

/// A double with as few digits as tell it apart; very large and very small ones with an exponent of two digits or
/// more, and what is no number by its name.
pub(super) fn write_double(number: f64, json: &mut Vec<u8>) {
    if number.is_nan() {
        return json.extend_from_slice(b"\"NaN\"");
    }
    if number.is_infinite() {
        return json.extend_from_slice(if number > 0.0 { b"\"Infinity\"" } else { b"\"-Infinity\"" });
    }
    // Where two such numbers are equally near, Go and this library take the even one; the standard library does not.
    let shortest = serde_json::Number::from_f64(number).map(|number| number.to_string()).unwrap_or_default();
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (whole, fraction) =
        mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    let exponent = exponent.parse::<i32>().unwrap_or(0);
    let all = format!("{whole}{}", fraction.trim_end_matches('0'));
    let digits = all.trim_start_matches('0');
    // The point stands so many digits to the right of where the digits begin.
    let skipped = i32::try_from(all.len() - digits.len()).unwrap_or(0);
    let point = i32::try_from(whole.len()).unwrap_or(0) - skipped + exponent;
    let digits = digits.trim_end_matches('0');
    if number.is_sign_negative() {
        json.push(b'-');
    }
    if digits.is_empty() {
        json.push(b'0');
    } else if (1e-6..1e21).contains(&number.abs()) {
        write_positional(digits, point, json);
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let (sign, exponent) = if point > 0 { ('+', point - 1) } else { ('-', 1 - point) };
        push_display(format_args!("{first}{dot}{rest}e{sign}{exponent:02}"), json);
    }
}

/// Digits with the point where it belongs, and zeros where there are no digits.
fn write_positional(digits: &str, point: i32, json: &mut Vec<u8>) {
    let length = i32::try_from(digits.len()).unwrap_or(0);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        push_display(format_args!("0.{}{digits}", zeros(-point)), json);
    } else if point >= length {
        push_display(format_args!("{digits}{}", zeros(point - length)), json);
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        push_display(format_args!("{whole}.{fraction}"), json);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut json = Vec::new();
        write(&mut json);
        String::from_utf8_lossy(&json).into_owned()
    }

    #[test]
    fn strings_have_the_collector_s_escapes_and_no_others() {
        let text = b"\"\\\n\r\t\x08\x0c\x1f<>&\x7f/\xe2\x80\xa8\xff";
        assert_eq!(
            written(|json| write_string(text, json)),
            "\"\\\"\\\\\\n\\r\\t\\u0008\\u000c\\u001f<>&\u{7f}/\u{2028}\u{fffd}\""
        );
    }

    #[test]
    fn doubles_have_go_s_form() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (1e-6, "0.000001"),
            (9.99e-7, "9.99e-07"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (5e-324, "5e-324"),
            (120.5, "120.5"),
            (0.001_5, "0.0015"),
            (f64::from_bits(0x431E_B7FC_D827_60ED), "2161636471855163.2"),
            (f64::NAN, "\"NaN\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            assert_eq!(written(|json| write_double(number, json)), text);
        }
    }
}
