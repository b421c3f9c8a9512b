//! OpenTelemetry attributes, read by the type the reader wants.

use std::borrow::Cow;

use super::any_value::AnyValue;

/// The attributes of a record, a resource or a scope, in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes<'a>(Vec<(Cow<'a, str>, AnyValue<'a>)>);

impl<'a> Attributes<'a> {
    /// Attributes in the order given. A key should occur once; of a repeated key the last value counts, as the
    /// proto3 JSON rules have it for repeated members.
    #[must_use]
    pub fn new(pairs: Vec<(Cow<'a, str>, AnyValue<'a>)>) -> Self {
        Self(pairs)
    }

    /// The value under `key`, also when it is empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&AnyValue<'a>> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text under `key`; `None` when absent or no string.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The text under `key` unless it is `""`, which Codex writes for "none" in several places.
    #[must_use]
    pub fn filled(&self, key: &str) -> Option<&str> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// The whole number under `key`, from a number or from digits.
    #[must_use]
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.get(key)?.as_integer()
    }

    /// The count under `key`: a whole number that is not negative.
    #[must_use]
    pub fn count(&self, key: &str) -> Option<u64> {
        u64::try_from(self.integer(key)?).ok()
    }

    /// The truth value under `key`, from a boolean or from text.
    #[must_use]
    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.get(key)?.as_boolean()
    }

    /// Every pair in the order written, repeated keys included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AnyValue<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// How many pairs were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every leaf with its full key: nested maps become dotted keys, and of a repeated key only the last value
    /// is handed out, at the place of its first.
    #[must_use]
    pub fn flattened(&self) -> Vec<(Cow<'_, str>, &AnyValue<'a>)> {
        fn add<'v, 'a>(
            flat: &mut Vec<(Cow<'v, str>, &'v AnyValue<'a>)>,
            key: Cow<'v, str>,
            value: &'v AnyValue<'a>,
        ) {
            if let AnyValue::KvList(pairs) = value {
                for (inner, value) in pairs {
                    add(flat, Cow::Owned(format!("{key}.{inner}")), value);
                }
            } else if let Some(earlier) = flat.iter_mut().find(|(name, _)| *name == key) {
                earlier.1 = value;
            } else {
                flat.push((key, value));
            }
        }
        let mut flat = Vec::with_capacity(self.0.len());
        for (key, value) in &self.0 {
            add(&mut flat, Cow::Borrowed(key.as_ref()), value);
        }
        flat
    }

    /// The same attributes with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Attributes<'static> {
        Attributes(
            self.0
                .into_iter()
                .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> AnyValue<'_> {
        AnyValue::String(value.into())
    }

    #[test]
    fn of_a_repeated_key_the_last_value_counts_and_is_shown_once() {
        let attributes = Attributes::new(vec![
            ("a".into(), text("first")),
            ("b".into(), text("x")),
            ("a".into(), text("last")),
        ]);
        assert_eq!(attributes.text("a"), Some("last"));
        let flat: Vec<_> =
            attributes.flattened().into_iter().map(|(key, value)| (key, value.clone())).collect();
        assert_eq!(flat, [("a".into(), text("last")), ("b".into(), text("x"))]);
    }

    #[test]
    fn nested_maps_become_dotted_keys() {
        let inner = AnyValue::KvList(vec![("c".into(), AnyValue::Int(1)), ("d".into(), AnyValue::Empty)]);
        let attributes = Attributes::new(vec![("a".into(), AnyValue::KvList(vec![("b".into(), inner)]))]);
        let keys: Vec<_> = attributes.flattened().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a.b.c", "a.b.d"]);
    }

    #[test]
    fn a_negative_count_is_unknown() {
        let attributes = Attributes::new(vec![("n".into(), text("-1"))]);
        assert_eq!(attributes.integer("n"), Some(-1));
        assert_eq!(attributes.count("n"), None);
    }
}
