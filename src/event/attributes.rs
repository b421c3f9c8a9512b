//! OpenTelemetry attributes, read by the type the reader wants.

use std::borrow::Cow;

use super::any_value::AnyValue;
use super::key::Key;
use super::text::Text;

/// The attributes of a record, a resource or a scope, in the order written.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes<'a> {
    pairs: Vec<(Cow<'a, str>, AnyValue<'a>)>,
    /// For each known key one more than the index of its last pair, 0 when there is none.
    slots: [u8; Key::ALL.len()],
}

/// So far a slot can point; pairs behind are searched.
const REACH: usize = u8::MAX as usize;

impl Default for Attributes<'_> {
    fn default() -> Self {
        Self { pairs: Vec::new(), slots: [0; Key::ALL.len()] }
    }
}

impl<'a> Attributes<'a> {
    /// Attributes in the order given. A key should occur once; of a repeated key the last value counts, as the
    /// proto3 JSON rules have it for repeated members.
    #[must_use]
    pub fn new(pairs: Vec<(Cow<'a, str>, AnyValue<'a>)>) -> Self {
        let mut attributes = Self { pairs: Vec::with_capacity(pairs.len()), ..Self::default() };
        for (key, value) in pairs {
            attributes.push(Key::of(&key), key, value);
        }
        attributes
    }

    /// Adds a pair behind the others. `known` is the key's number, `None` for a key that is not known.
    #[inline]
    pub fn push(&mut self, known: Option<Key>, key: Cow<'a, str>, value: AnyValue<'a>) {
        self.pairs.push((key, value));
        if let Some(known) = known {
            self.slots[known as usize] = u8::try_from(self.pairs.len()).unwrap_or(0);
        }
    }

    /// Adds a text as it stands in the file, which most values are. Apart from [`push`](Self::push), so that nothing is
    /// put together in one place to be moved to another.
    #[inline(never)]
    pub fn push_plain(&mut self, known: Option<Key>, key: &'a str, text: &'a str) {
        self.push(known, Cow::Borrowed(key), AnyValue::String(Text::plain(text)));
    }

    /// Adds pairs behind the others, as a list that is there twice is one list.
    pub fn append(&mut self, more: Self) {
        for (key, value) in more.pairs {
            self.push(Key::of(&key), key, value);
        }
    }

    /// Takes all pairs out and keeps the room for others.
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.slots = [0; Key::ALL.len()];
    }

    /// The value under `key`, also when it is empty.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&AnyValue<'a>> {
        if self.pairs.len() > REACH {
            return self.get_by_text(key.text());
        }
        let slot = usize::from(self.slots[key as usize]);
        Some(&self.pairs.get(slot.checked_sub(1)?)?.1)
    }

    /// The value under a key that need not be known, also when it is empty.
    #[must_use]
    pub fn get_by_text(&self, key: &str) -> Option<&AnyValue<'a>> {
        self.pairs.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text under `key`, not decoded yet; `None` when absent or no string.
    #[must_use]
    pub fn undecoded(&self, key: Key) -> Option<&Text<'a>> {
        match self.get(key)? {
            AnyValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text under `key`; `None` when absent or no string.
    #[must_use]
    pub fn text(&self, key: Key) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The text under `key` unless it is `""`, which Codex writes for "none" in several places.
    #[must_use]
    pub fn filled(&self, key: Key) -> Option<&str> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// The whole number under `key`, from a number or from digits.
    #[must_use]
    pub fn integer(&self, key: Key) -> Option<i64> {
        self.get(key)?.as_integer()
    }

    /// The count under `key`: a whole number that is not negative.
    #[must_use]
    pub fn count(&self, key: Key) -> Option<u64> {
        u64::try_from(self.integer(key)?).ok()
    }

    /// The truth value under `key`, from a boolean or from text.
    #[must_use]
    pub fn boolean(&self, key: Key) -> Option<bool> {
        self.get(key)?.as_boolean()
    }

    /// Every pair in the order written, repeated keys included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AnyValue<'a>)> {
        self.pairs.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// How many pairs were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
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
        let mut flat = Vec::with_capacity(self.pairs.len());
        for (key, value) in &self.pairs {
            add(&mut flat, Cow::Borrowed(key.as_ref()), value);
        }
        flat
    }

    /// The same attributes with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Attributes<'static> {
        let pairs = self.pairs.into_iter();
        Attributes {
            pairs: pairs.map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned())).collect(),
            slots: self.slots,
        }
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
        assert_eq!(attributes.get_by_text("a"), Some(&text("last")));
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
        let attributes = Attributes::new(vec![("attempt".into(), text("-1"))]);
        assert_eq!(attributes.integer(Key::Attempt), Some(-1));
        assert_eq!(attributes.count(Key::Attempt), None);
    }
}
