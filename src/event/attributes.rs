//! OpenTelemetry attributes, read by the type the reader wants.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
use std::ops::Range;

use super::any_value::{AnyValue, integer_of, truth_of};
use super::key::Key;
use super::text::Text;

/// The attributes of a record, a resource or a scope, in the order written.
#[derive(Clone)]
pub struct Attributes<'a> {
    /// What plain values are cut out of.
    text: &'a str,
    pairs: Vec<Pair>,
    /// The pairs that are not plain.
    others: Vec<(Cow<'a, str>, AnyValue<'a>)>,
    /// For each known key one more than the index of its last pair, 0 when there is none.
    slots: [u8; Key::ALL.len()],
}

/// A key and its value. Small, because every record has many and few are looked at.
#[derive(Clone, Copy)]
enum Pair {
    /// A value that stands there as it is, under a key that is known.
    Plain { key: Key, start: u32, end: u32 },
    /// The one with that index among the others.
    Other(u32),
}

/// A value that is looked at.
#[derive(Clone, Copy)]
enum Value<'v, 'a> {
    Plain(&'a str),
    Other(&'v AnyValue<'a>),
}

/// So far a slot can point; pairs behind are searched.
const REACH: usize = u8::MAX as usize;

/// So many keys are compared with each other; no record of Codex has more. Of more, hashes are taken.
const FEW: usize = 64;

impl Default for Attributes<'_> {
    fn default() -> Self {
        Self { text: "", pairs: Vec::new(), others: Vec::new(), slots: [0; Key::ALL.len()] }
    }
}

impl<'a> Attributes<'a> {
    /// Attributes in the order given. A key should occur once; of a repeated key the last value counts, as the
    /// proto3 JSON rules have it for repeated members.
    #[must_use]
    pub fn new(pairs: Vec<(Cow<'a, str>, AnyValue<'a>)>) -> Self {
        let mut attributes = Self::default();
        attributes.pairs.reserve_exact(pairs.len());
        for (key, value) in pairs {
            attributes.push(Key::of(&key), key, value);
        }
        attributes
    }

    /// Adds a pair behind the others. `known` is the key's number, `None` for a key that is not known.
    pub fn push(&mut self, known: Option<Key>, key: Cow<'a, str>, value: AnyValue<'a>) {
        // No message is long enough for more.
        let index = u32::try_from(self.others.len()).unwrap_or(u32::MAX);
        self.others.push((key, value));
        self.pairs.push(Pair::Other(index));
        if let Some(known) = known {
            self.note(known);
        }
    }

    /// Adds a value that stands as it is in the text of these attributes, as most do.
    ///
    /// # Panics
    /// Not at once, but when the value is looked at, if it is not a part of that text.
    #[inline]
    pub fn push_plain(&mut self, key: Key, place: Range<usize>) {
        let (Ok(start), Ok(end)) = (u32::try_from(place.start), u32::try_from(place.end)) else {
            let value = AnyValue::String(Text::plain(&self.text[place]));
            return self.push(Some(key), Cow::Borrowed(key.text()), value);
        };
        self.pairs.push(Pair::Plain { key, start, end });
        self.note(key);
    }

    /// Notes that the last pair is of that key.
    #[inline]
    fn note(&mut self, key: Key) {
        self.slots[key as usize] = u8::try_from(self.pairs.len()).unwrap_or(0);
    }

    /// Adds pairs behind the others, as a list that is there twice is one list.
    pub fn append(&mut self, more: Self) {
        for (key, value) in more.into_pairs() {
            self.push(Key::of(&key), key, value);
        }
    }

    /// Takes all pairs out and keeps the room for others, whose plain values stand in `text`.
    pub fn clear(&mut self, text: &'a str) {
        self.text = text;
        self.pairs.clear();
        self.others.clear();
        self.slots = [0; Key::ALL.len()];
    }

    fn value(&self, key: Key) -> Option<Value<'_, 'a>> {
        let pair = if self.pairs.len() > REACH {
            self.pairs.iter().rev().find(|pair| self.key_of(pair) == key.text())?
        } else {
            self.pairs.get(usize::from(self.slots[key as usize]).checked_sub(1)?)?
        };
        Some(self.value_of(pair))
    }

    fn key_of(&self, pair: &Pair) -> &str {
        match pair {
            Pair::Plain { key, .. } => key.text(),
            Pair::Other(index) => &self.others[*index as usize].0,
        }
    }

    #[inline]
    fn value_of(&self, pair: &Pair) -> Value<'_, 'a> {
        match pair {
            Pair::Plain { start, end, .. } => Value::Plain(&self.text[*start as usize..*end as usize]),
            Pair::Other(index) => Value::Other(&self.others[*index as usize].1),
        }
    }

    /// The value under `key`, also when it is empty.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<Cow<'_, AnyValue<'a>>> {
        self.value(key).map(Cow::from)
    }

    /// The value under a key that need not be known, also when it is empty.
    #[must_use]
    pub fn get_by_text(&self, key: &str) -> Option<Cow<'_, AnyValue<'a>>> {
        self.pairs.iter().rev().find(|pair| self.key_of(pair) == key).map(|pair| self.value_of(pair).into())
    }

    /// The text under `key`, not decoded yet; `None` when absent or no string.
    #[must_use]
    pub fn undecoded(&self, key: Key) -> Option<Text<'a>> {
        match self.value(key)? {
            Value::Plain(text) => Some(Text::plain(text)),
            Value::Other(AnyValue::String(text)) => Some(text.clone()),
            Value::Other(_) => None,
        }
    }

    /// The text under `key`; `None` when absent or no string.
    #[must_use]
    pub fn text(&self, key: Key) -> Option<&str> {
        match self.value(key)? {
            Value::Plain(text) => Some(text),
            Value::Other(value) => value.as_text(),
        }
    }

    /// The text under `key` unless it is `""`, which Codex writes for "none" in several places.
    #[must_use]
    pub fn filled(&self, key: Key) -> Option<&str> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// The id under `key`. A mask is none: it would make one of all that it stands for.
    #[must_use]
    pub fn id(&self, key: Key) -> Option<&str> {
        self.filled(key).filter(|text| !is_masked(text))
    }

    /// The whole number under `key`, from a number or from digits.
    #[must_use]
    pub fn integer(&self, key: Key) -> Option<i64> {
        match self.value(key)? {
            Value::Plain(text) => integer_of(text),
            Value::Other(value) => value.as_integer(),
        }
    }

    /// The count under `key`: a whole number that is not negative.
    #[must_use]
    pub fn count(&self, key: Key) -> Option<u64> {
        u64::try_from(self.integer(key)?).ok()
    }

    /// The truth value under `key`, from a boolean or from text.
    #[must_use]
    pub fn boolean(&self, key: Key) -> Option<bool> {
        match self.value(key)? {
            Value::Plain(text) => truth_of(text),
            Value::Other(value) => value.as_boolean(),
        }
    }

    /// Every pair in the order written, repeated keys included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, AnyValue<'a>>)> {
        self.pairs.iter().map(|pair| (self.key_of(pair), self.value_of(pair).into()))
    }

    /// Every key in the order written, repeated ones included.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|pair| self.key_of(pair))
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

    /// Hands out every leaf with its full key: nested maps become dotted keys, and of a repeated key only the last value
    /// is handed out, at the place of its first. A full key is as long as all the keys around it, so that none is kept.
    pub fn for_each_leaf<'v>(&'v self, mut leaf: impl FnMut(&Cow<'v, str>, Cow<'v, AnyValue<'a>>)) {
        if !self.repeats_a_key() {
            return self.for_each_leaf_written(|key, value| leaf(key, value.into()));
        }
        let hashes = RandomState::new();
        let mut last = HashMap::new();
        self.for_each_leaf_written(|key, value| {
            last.insert(hashes.hash_one(key), value);
        });
        self.for_each_leaf_written(|key, _| {
            if let Some(value) = last.remove(&hashes.hash_one(key)) {
                leaf(key, value.into());
            }
        });
    }

    /// Hands out every leaf with its full key, repeated keys included.
    fn for_each_leaf_written<'v>(&'v self, mut leaf: impl FnMut(&Cow<'v, str>, Value<'v, 'a>)) {
        for pair in &self.pairs {
            hand_out(&mut Cow::Borrowed(self.key_of(pair)), self.value_of(pair), &mut leaf);
        }
    }

    /// Every leaf with its full key, as `for_each_leaf` hands them out.
    #[cfg(test)]
    fn flattened(&self) -> Vec<(Cow<'_, str>, Cow<'_, AnyValue<'a>>)> {
        let mut leaves = Vec::with_capacity(self.pairs.len());
        self.for_each_leaf(|key, value| leaves.push((key.clone(), value)));
        leaves
    }

    /// Whether a full key is there more than once, so that a value is in no answer.
    #[must_use]
    pub fn repeats_a_key(&self) -> bool {
        // Most keys are known, and then their slot tells.
        let is_last_of_known = |(index, pair): (usize, &Pair)| {
            let known = match pair {
                Pair::Plain { key, .. } => Some(*key),
                Pair::Other(other) => {
                    let (key, value) = &self.others[*other as usize];
                    Key::of(key).filter(|_| !matches!(value, AnyValue::KvList(_)))
                }
            };
            known.is_some_and(|key| usize::from(self.slots[key as usize]) == index + 1)
        };
        let has_another = || {
            if self.pairs.len() <= FEW
                && !self.others.iter().any(|(_, value)| matches!(value, AnyValue::KvList(_)))
            {
                let mut before =
                    self.pairs.iter().enumerate().map(|(index, pair)| (&self.pairs[..index], pair));
                return before.any(|(before, pair)| {
                    before.iter().any(|other| self.key_of(other) == self.key_of(pair))
                });
            }
            let begin = RandomState::new().build_hasher();
            let mut known = HashSet::new();
            !self.pairs.iter().all(|pair| are_new(&begin, self.key_of(pair), self.value_of(pair), &mut known))
        };
        !self.pairs.iter().enumerate().all(is_last_of_known) && has_another()
    }

    fn into_pairs(self) -> impl Iterator<Item = (Cow<'a, str>, AnyValue<'a>)> {
        let Self { text, pairs, others, .. } = self;
        let mut others = others.into_iter();
        pairs.into_iter().filter_map(move |pair| match pair {
            Pair::Plain { key, start, end } => {
                let value = AnyValue::String(Text::plain(&text[start as usize..end as usize]));
                Some((Cow::Borrowed(key.text()), value))
            }
            // They are in the same order.
            Pair::Other(_) => others.next(),
        })
    }

    /// The same attributes with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Attributes<'static> {
        let owned =
            |(key, value): (Cow<'a, str>, AnyValue<'a>)| (Cow::Owned(key.into_owned()), value.into_owned());
        Attributes::new(self.into_pairs().map(owned).collect())
    }
}

/// The pairs within a value that has any: an empty map is a leaf.
fn pairs_in<'v, 'a>(value: Value<'v, 'a>) -> Option<&'v [(Cow<'a, str>, AnyValue<'a>)]> {
    match value {
        Value::Other(AnyValue::KvList(pairs)) if !pairs.is_empty() => Some(pairs),
        _ => None,
    }
}

/// Hands out the leaves of a value that stands under that key. Whatever is added to the key is taken away again.
fn hand_out<'v, 'a>(
    key: &mut Cow<'v, str>,
    value: Value<'v, 'a>,
    leaf: &mut impl FnMut(&Cow<'v, str>, Value<'v, 'a>),
) {
    let Some(pairs) = pairs_in(value) else { return leaf(key, value) };
    let outer = key.len();
    for (inner, value) in pairs {
        let full = key.to_mut();
        full.push('.');
        full.push_str(inner);
        hand_out(key, Value::Other(value), leaf);
        key.to_mut().truncate(outer);
    }
}

/// Notes the full keys of a value's leaves; false when one is known already. Whoever writes attributes cannot foresee
/// the hashes, and among the few that there are two are the same by chance once in a million million records or less.
fn are_new(begin: &DefaultHasher, key: &str, value: Value<'_, '_>, known: &mut HashSet<u64>) -> bool {
    let mut hash = begin.clone();
    hash.write(key.as_bytes());
    let Some(pairs) = pairs_in(value) else { return known.insert(hash.finish()) };
    hash.write(b".");
    pairs.iter().all(|(inner, value)| are_new(&hash, inner, Value::Other(value), known))
}

impl PartialEq for Attributes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

impl<'v, 'a> From<Value<'v, 'a>> for Cow<'v, AnyValue<'a>> {
    fn from(value: Value<'v, 'a>) -> Self {
        match value {
            Value::Plain(text) => Cow::Owned(AnyValue::String(Text::plain(text))),
            Value::Other(value) => Cow::Borrowed(value),
        }
    }
}

/// Whether a Collector's mask stands there in place of a text.
pub(super) fn is_masked(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
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
        assert_eq!(attributes.get_by_text("a").as_deref(), Some(&text("last")));
        let flat: Vec<_> =
            attributes.flattened().into_iter().map(|(key, value)| (key, value.into_owned())).collect();
        assert_eq!(flat, [("a".into(), text("last")), ("b".into(), text("x"))]);
    }

    #[test]
    fn a_mask_is_no_id() {
        let attributes =
            Attributes::new(vec![("call_id".into(), text("****")), ("execution.id".into(), text("*x"))]);
        assert_eq!((attributes.id(Key::CallId), attributes.filled(Key::CallId)), (None, Some("****")));
        assert_eq!(attributes.id(Key::ExecutionId), Some("*x"));
    }

    #[test]
    fn a_key_that_is_there_twice_is_noticed_wherever_it_stands() {
        let repeats = |keys: &[&'static str]| {
            Attributes::new(keys.iter().map(|key| ((*key).into(), text("x"))).collect()).repeats_a_key()
        };
        assert!(!repeats(&["model", "call_id", "x", "y"]) && !repeats(&[]));
        assert!(repeats(&["model", "x", "model"]) && repeats(&["x", "model", "x"]));
        let nested = |key: &'static str| {
            let inner = AnyValue::KvList(vec![(key.into(), text("x"))]);
            Attributes::new(vec![("a.b".into(), text("x")), ("a".into(), inner)]).repeats_a_key()
        };
        assert!(nested("b") && !nested("c"));
        let mut many = Attributes::default();
        many.clear("xx");
        (0..=REACH).for_each(|_| many.push_plain(Key::Model, 0..1));
        assert!(many.repeats_a_key());
    }

    #[test]
    fn attributes_are_the_same_whether_their_values_stand_in_a_text_or_elsewhere() {
        let mut cut_out = Attributes::default();
        cut_out.clear("gpt 3 true");
        cut_out.push_plain(Key::Model, 0..3);
        cut_out.push(None, "other".into(), AnyValue::Int(1));
        cut_out.push_plain(Key::Attempt, 4..5);
        cut_out.push_plain(Key::Success, 6..10);
        let pairs = vec![
            ("model".into(), text("gpt")),
            ("other".into(), AnyValue::Int(1)),
            ("attempt".into(), text("3")),
            ("success".into(), text("true")),
        ];
        let elsewhere = Attributes::new(pairs);
        assert_eq!(cut_out, elsewhere);
        assert_eq!(cut_out.clone().into_owned(), elsewhere);
        assert_eq!(cut_out.flattened(), elsewhere.flattened());
        for attributes in [cut_out, elsewhere] {
            assert_eq!(attributes.filled(Key::Model), Some("gpt"));
            assert_eq!(attributes.undecoded(Key::Model), Some(Text::plain("gpt")));
            assert_eq!(attributes.count(Key::Attempt), Some(3));
            assert_eq!(attributes.boolean(Key::Success), Some(true));
            assert_eq!(attributes.get_by_text("other").as_deref(), Some(&AnyValue::Int(1)));
            assert_eq!(attributes.get(Key::Slug), None);
        }
    }

    #[test]
    fn however_many_attributes_there_are_each_is_found() {
        let digits = "0123456789".repeat(30);
        let mut attributes = Attributes::default();
        attributes.clear(&digits);
        attributes.push_plain(Key::Model, 0..1);
        for (place, digit) in (0..digits.len()).zip((0..10).cycle()) {
            attributes.push_plain(Key::Attempt, place..place + 1);
            assert_eq!(attributes.integer(Key::Attempt), Some(digit));
            assert_eq!(attributes.text(Key::Model), Some("0"));
        }
    }

    #[test]
    fn of_many_keys_each_is_shown_once_with_its_last_value() {
        let pairs =
            |value: i64| (0..200).map(move |key| (key.to_string().into(), AnyValue::Int(value + key)));
        let attributes = Attributes::new(pairs(0).chain(pairs(1_000)).collect());
        let shown: Vec<_> = attributes
            .flattened()
            .into_iter()
            .map(|(key, value)| (key.into_owned(), value.into_owned().into_owned()))
            .collect();
        let expected: Vec<_> = (0..200).map(|key| (key.to_string(), AnyValue::Int(1_000 + key))).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn nested_maps_become_dotted_keys() {
        let inner = AnyValue::KvList(vec![("c".into(), AnyValue::Int(1)), ("d".into(), AnyValue::Empty)]);
        let attributes = Attributes::new(vec![("a".into(), AnyValue::KvList(vec![("b".into(), inner)]))]);
        let keys: Vec<_> = attributes.flattened().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a.b.c", "a.b.d"]);
    }

    #[test]
    fn an_empty_map_is_a_leaf() {
        let empty = || AnyValue::KvList(Vec::new());
        let attributes = Attributes::new(vec![
            ("a".into(), empty()),
            ("b".into(), AnyValue::KvList(vec![("c".into(), empty())])),
        ]);
        let keys: Vec<_> = attributes.flattened().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "b.c"]);
        assert!(!attributes.repeats_a_key());
        assert!(Attributes::new(vec![("a".into(), empty()), ("a".into(), empty())]).repeats_a_key());
    }

    #[test]
    fn under_a_long_key_there_may_be_many_values() {
        let inner = || (0..1_000).map(|key: i64| (key.to_string().into(), AnyValue::Int(key)));
        let attributes = |more: Vec<_>| {
            let inner = AnyValue::KvList(inner().chain(more).collect());
            Attributes::new(vec![("k".repeat(1_000_000).into(), inner)])
        };
        let once = attributes(vec![]);
        let mut leaves = 0;
        once.for_each_leaf(|key, _| leaves += usize::from(key.len() > 1_000_000));
        assert!(leaves == 1_000 && !once.repeats_a_key());
        assert!(attributes(vec![("7".into(), AnyValue::Int(0))]).repeats_a_key());
    }

    #[test]
    fn a_negative_count_is_unknown() {
        let attributes = Attributes::new(vec![("attempt".into(), text("-1"))]);
        assert_eq!(attributes.integer(Key::Attempt), Some(-1));
        assert_eq!(attributes.count(Key::Attempt), None);
    }
}
