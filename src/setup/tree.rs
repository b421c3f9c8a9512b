//! A configuration as a tree in which everything knows its line, whatever language it was written in.

use crate::words::{Sentence, sentence};

/// A value and the line it stands in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What stands there.
    pub(super) value: Value,
    /// The environment variable whose default this is.
    pub(super) variable: Option<String>,
}

/// What stands in one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// Text.
    Text(String),
    /// Something that only the other program's environment knows, as written.
    Unknown(String),
    /// Values in order.
    List(Vec<Node>),
    /// Named values in the order written.
    Map(Vec<Entry>),
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Its name.
    pub(super) key: String,
    /// The line of the name.
    pub(super) line: usize,
    /// The value.
    pub(super) node: Node,
}

/// A text that is no configuration at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxFault {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What the parser says.
    pub(super) message: String,
}

impl Node {
    /// A value in its line.
    pub(super) fn new(line: usize, value: Value) -> Self {
        Self { line, value, variable: None }
    }

    /// The same, all of it in one line.
    pub(super) fn in_line(self, line: usize) -> Self {
        let value = match self.value {
            Value::List(nodes) => Value::List(nodes.into_iter().map(|node| node.in_line(line)).collect()),
            Value::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|entry| Entry { line, node: entry.node.in_line(line), ..entry })
                    .collect(),
            ),
            other => other,
        };
        Self { line, value, ..self }
    }

    /// The member of that name.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The member of that name, unless it is empty.
    pub(super) fn set(&self, key: &str) -> Option<&Entry> {
        self.get(key).filter(|entry| entry.node.value != Value::Null && entry.node.text() != Some(""))
    }

    /// The member of that name, unless it is empty or its `enabled: false` switches it off.
    pub(super) fn optional(&self, key: &str) -> Option<&Entry> {
        self.set(key).filter(|entry| !entry.node.is_off())
    }

    /// Whether `enabled: false` switches it off.
    pub(super) fn is_off(&self) -> bool {
        self.get("enabled").is_some_and(|enabled| enabled.node.value == Value::Bool(false))
    }

    /// Whether only the other program's environment knows it, or whether it is switched on.
    pub(super) fn may_be_off(&self) -> bool {
        self.is_unknown() || self.get("enabled").is_some_and(|enabled| enabled.node.is_unknown())
    }

    /// The member at the end of a path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Entry> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.get(first)?, |entry, key| entry.node.get(key))
    }

    /// The members; none unless this is a map.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The values; none unless this is a list. A single value where a list is meant is a list of it.
    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            Value::Text(_) => std::slice::from_ref(self),
            _ => &[],
        }
    }

    /// The text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, as Go reads it: `0x10` and `0b10` are what they say, `010` and `0o10` are octal.
    pub(super) fn integer(&self) -> Option<i64> {
        let Value::Number(digits) = &self.value else { return None };
        let digits = digits.replace('_', "").to_ascii_lowercase();
        let (radix, digits) = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)]
            .into_iter()
            .find_map(|(prefix, radix)| Some((radix, digits.strip_prefix(prefix)?)))
            .filter(|(_, rest)| !rest.is_empty())
            .unwrap_or((10, &digits));
        i64::from_str_radix(digits, radix).ok()
    }

    /// The number without its fraction, which the Collector drops where it wants a whole one.
    pub(super) fn truncated(&self) -> Option<i64> {
        self.integer().or_else(|| match &self.value {
            Value::Number(digits) => {
                format!("{:.0}", digits.replace('_', "").parse::<f64>().ok()?.trunc()).parse().ok()
            }
            _ => None,
        })
    }

    /// Whether it is `true`.
    pub(super) fn is_true(&self) -> bool {
        self.value == Value::Bool(true)
    }

    /// Whether only the other program's environment knows it.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.value, Value::Unknown(_))
    }

    /// Whether only the other program's environment knows it, or one of its values.
    pub(super) fn hides_some(&self) -> bool {
        self.is_unknown() || self.items().iter().any(Self::is_unknown)
    }

    /// What kind of value it is, for people.
    pub(super) fn kind(&self) -> Sentence {
        match self.value {
            Value::Null => sentence!("empty"),
            Value::Bool(_) => sentence!("true or false"),
            Value::Number(_) => sentence!("a number"),
            Value::Text(_) => sentence!("text"),
            Value::Unknown(_) => sentence!("a variable"),
            Value::List(_) => sentence!("a list"),
            Value::Map(_) => sentence!("a table"),
        }
    }
}
