//! Decodes strings, which in JSON need not be valid Unicode.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// Decodes a string in its quotes; what is no string is empty text.
pub(super) fn decode_string(quoted: &str) -> String {
    serde_json::from_str::<WireText<'_>>(quoted).map(|WireText(text)| text.into_owned()).unwrap_or_default()
}

/// A string that need not be valid Unicode: JSON can name half a surrogate pair.
pub(super) struct WireText<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for WireText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As bytes, because as a string serde_json refuses lone surrogates and with them the whole record.
        deserializer.deserialize_bytes(TextVisitor).map(WireText)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(without_surrogates(bytes)), Cow::Borrowed))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(std::str::from_utf8(bytes).map_or_else(|_| without_surrogates(bytes), str::to_owned)))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A lone surrogate arrives as the three bytes that would encode it; it becomes one U+FFFD, not three.
fn without_surrogates(bytes: &[u8]) -> String {
    let mut whole = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        if first == 0xED
            && rest.len() >= 3
            && (0xA0..=0xBF).contains(&rest[1])
            && (0x80..=0xBF).contains(&rest[2])
        {
            whole.extend_from_slice("\u{fffd}".as_bytes());
            rest = &rest[3..];
        } else {
            whole.push(first);
            rest = &rest[1..];
        }
    }
    String::from_utf8_lossy(&whole).into_owned()
}
