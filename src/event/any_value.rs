//! The value of an OpenTelemetry attribute or body, borrowed from the file where it can be.

use std::borrow::Cow;

use super::text::Text;

/// One OTLP `AnyValue`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AnyValue<'a> {
    /// Set to nothing, which is not the same as absent and not the same as `""`.
    #[default]
    Empty,
    /// `stringValue`.
    String(Text<'a>),
    /// `boolValue`.
    Bool(bool),
    /// `intValue`.
    Int(i64),
    /// `doubleValue`, `NaN` and the infinities included.
    Double(f64),
    /// `bytesValue`, still in the base64 it was written in.
    Bytes(Text<'a>),
    /// `arrayValue`.
    Array(Vec<AnyValue<'a>>),
    /// `kvlistValue`, in the order written.
    KvList(Vec<(Cow<'a, str>, AnyValue<'a>)>),
}

impl AnyValue<'_> {
    /// The text of a string value; `None` for every other type.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number, whether it was written as a number or as digits in a string, as Codex does for most counts.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::String(text) => integer_of(text),
            // Writers in JavaScript send integers as doubles. Beyond 2^53 a double no longer says which integer it was.
            #[expect(clippy::cast_possible_truncation, reason = "checked to be integral and within 2^53")]
            Self::Double(number) if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 => {
                Some(*number as i64)
            }
            _ => None,
        }
    }

    /// A truth value, whether it was written as a boolean or as text.
    #[must_use]
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::String(text) => truth_of(text),
            _ => None,
        }
    }

    /// The same value with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> AnyValue<'static> {
        match self {
            Self::Empty => AnyValue::Empty,
            Self::String(text) => AnyValue::String(text.into_owned()),
            Self::Bool(truth) => AnyValue::Bool(truth),
            Self::Int(number) => AnyValue::Int(number),
            Self::Double(number) => AnyValue::Double(number),
            Self::Bytes(text) => AnyValue::Bytes(text.into_owned()),
            Self::Array(values) => AnyValue::Array(values.into_iter().map(AnyValue::into_owned).collect()),
            Self::KvList(pairs) => AnyValue::KvList(
                pairs
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

/// The name of a double that is no number of JSON's.
#[must_use]
pub fn name_of_double(number: f64) -> Option<&'static str> {
    match number {
        _ if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

/// The whole number that stands in a text.
pub(super) fn integer_of(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// The truth value that stands in a text.
pub(super) fn truth_of(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find_map(|(word, truth)| text.eq_ignore_ascii_case(word).then_some(truth))
}

#[cfg(test)]
mod tests {
    use super::AnyValue;

    #[test]
    fn a_count_reads_the_same_from_text_number_and_double() {
        for value in [AnyValue::String("42".into()), AnyValue::Int(42), AnyValue::Double(42.0)] {
            assert_eq!(value.as_integer(), Some(42), "{value:?}");
        }
        for value in
            [AnyValue::String("4x".into()), AnyValue::Double(4.5), AnyValue::Bool(true), AnyValue::Empty]
        {
            assert_eq!(value.as_integer(), None, "{value:?}");
        }
    }

    #[test]
    fn a_double_too_large_to_be_exact_is_no_count() {
        assert_eq!(AnyValue::Double(1e300).as_integer(), None);
        assert_eq!(AnyValue::Double(f64::NAN).as_integer(), None);
    }
}
