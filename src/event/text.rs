//! Text out of a file, decoded when it is first read: most of what a log holds is never looked at.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use once_cell::race::OnceBox;

/// Text that is borrowed as it stands, owned, or still in the escapes it was written in.
pub struct Text<'a>(Held<'a>);

/// Small, because every record has many and few are looked at.
enum Held<'a> {
    Plain(&'a str),
    Written { raw: &'a str, decode: Decode, decoded: OnceBox<Box<str>> },
}

/// Makes the text of what was written.
pub type Decode = fn(&str) -> String;

impl<'a> Text<'a> {
    /// Text that stands in the file as it is.
    #[must_use]
    #[inline]
    pub const fn plain(text: &'a str) -> Self {
        Self(Held::Plain(text))
    }

    /// Text that `decode` makes of what stands in the file.
    #[must_use]
    #[inline]
    pub const fn encoded(raw: &'a str, decode: Decode) -> Self {
        Self(Held::Written { raw, decode, decoded: OnceBox::new() })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Plain(text) => text,
            Held::Written { raw, decode, decoded } => {
                decoded.get_or_init(|| Box::new(decode(raw).into_boxed_str()))
            }
        }
    }

    /// The same text with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text::from(self.as_str().to_owned())
    }
}

/// Stands for the decoding of a text that is decoded already.
fn already_decoded(_: &str) -> String {
    String::new()
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        let decoded = OnceBox::with_value(Box::new(text.into_boxed_str()));
        Self(Held::Written { raw: "", decode: already_decoded, decoded })
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::plain(text)
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::plain(text),
            Cow::Owned(text) => Self::from(text),
        }
    }
}

impl<'a> From<Text<'a>> for Cow<'a, str> {
    fn from(text: Text<'a>) -> Self {
        match text.0 {
            Held::Plain(text) => Cow::Borrowed(text),
            Held::Written { .. } => Cow::Owned(text.as_str().to_owned()),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Clone for Text<'_> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Held::Plain(text) => Held::Plain(text),
            Held::Written { raw, decode, decoded } => {
                let decoded = decoded
                    .get()
                    .map_or_else(OnceBox::new, |text| OnceBox::with_value(Box::new(text.clone())));
                Held::Written { raw, decode: *decode, decoded }
            }
        })
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn text_is_decoded_once_and_equal_however_it_is_held() {
        let encoded = Text::encoded("ab", str::to_uppercase);
        assert_eq!(encoded, Text::plain("AB"));
        assert_eq!(encoded, Text::from("AB".to_owned()));
        assert_eq!(encoded.clone().into_owned(), Text::plain("AB"));
        assert_eq!(Text::encoded("ab", str::to_uppercase).into_owned(), Text::plain("AB"));
        assert_eq!(Text::from("AB".to_owned()).into_owned(), Text::plain("AB"));
    }
}
