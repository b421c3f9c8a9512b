//! A message with its parts, in English for programs and in the reader's language for people.

use std::fmt::Display;

use tr::tr;

/// A message and what belongs into the places that its text marks with `{}` or `{name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    text: &'static str,
    parts: Vec<(&'static str, Part)>,
}

/// What belongs into one place of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The same in every language: a name, a number, a time.
    Text(String),
    /// A message of its own.
    Sentence(Sentence),
    /// A number of things.
    Count(Count),
    /// Messages with commas between them. There may be many: nothing nests with their number.
    List(Vec<Sentence>),
}

/// A number of things, such as `1 record`, `2 records`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    number: u64,
    digits: String,
    one: &'static str,
    many: &'static str,
}

/// A [`Sentence`]: the English text, then what belongs into its places, as for `format!`.
macro_rules! sentence {
    ($text:literal $(,)?) => {
        $crate::words::Sentence::new($text, Vec::new())
    };
    ($text:literal, $($parts:tt)+) => {
        $crate::words::Sentence::new($text, $crate::words::sentence!(@parts [] $($parts)+))
    };
    (@parts [$($made:tt)*]) => { vec![$($made)*] };
    (@parts [$($made:tt)*] $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::words::sentence!(@parts [$($made)* (stringify!($name), $crate::words::Part::from(&$value)),] $($($rest)*)?)
    };
    (@parts [$($made:tt)*] $name:ident $(, $($rest:tt)*)?) => {
        $crate::words::sentence!(@parts [$($made)* (stringify!($name), $crate::words::Part::from(&$name)),] $($($rest)*)?)
    };
    (@parts [$($made:tt)*] $value:expr $(, $($rest:tt)*)?) => {
        $crate::words::sentence!(@parts [$($made)* ("", $crate::words::Part::from(&$value)),] $($($rest)*)?)
    };
}
pub(crate) use sentence;

impl Sentence {
    /// A message; write `sentence!`.
    #[must_use]
    pub const fn new(text: &'static str, parts: Vec<(&'static str, Part)>) -> Self {
        Self { text, parts }
    }

    /// Several messages as one, with commas between them; `None` when there are none.
    #[must_use]
    pub fn listed(sentences: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut sentences: Vec<Self> = sentences.into_iter().collect();
        if sentences.len() > 1 {
            return Some(Self::new("{}", vec![("", Part::List(sentences))]));
        }
        sentences.pop()
    }

    /// A few names as one message, with commas between them.
    #[must_use]
    pub fn of_names(names: impl IntoIterator<Item = impl Display>) -> Self {
        Self::listed(names.into_iter().map(|name| sentence!("{}", name))).unwrap_or_default()
    }

    /// The first so many names as one message, and how many more there are.
    #[must_use]
    pub fn of_first_names(names: impl IntoIterator<Item = impl Display>, most: usize) -> Self {
        let mut names = names.into_iter();
        let listed = Self::of_names(names.by_ref().take(most));
        match names.count() {
            0 => listed,
            more => sentence!("{} and {more} more", listed, more),
        }
    }

    /// The text in English, with its places as they are marked.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// In English.
    #[must_use]
    pub fn english(&self) -> String {
        self.filled(self.text, Part::english)
    }

    /// In the reader's language.
    #[must_use]
    pub fn told(&self) -> String {
        let text = self.text;
        // To gettext, the message without a text is the head of the catalogue.
        if text.is_empty() { String::new() } else { self.filled(&tr!(text), Part::told) }
    }

    /// The text with its places filled, as the translations of `tr!` have theirs filled.
    fn filled(&self, text: &str, word: fn(&Part) -> String) -> String {
        let words: Vec<_> = self.parts.iter().map(|(name, part)| (*name, word(part))).collect();
        let parts: Vec<_> = words.iter().map(|(name, word)| (*name, word as &dyn Display)).collect();
        if parts.is_empty() { text.to_owned() } else { tr::runtime_format::display_string(text, &parts) }
    }
}

impl Part {
    fn english(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Sentence(sentence) => sentence.english(),
            Self::Count(count) => count.english(),
            Self::List(list) => list.iter().map(Sentence::english).collect::<Vec<_>>().join(", "),
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Sentence(sentence) => sentence.told(),
            Self::Count(count) => count.told(),
            Self::List(list) => {
                list.iter().map(Sentence::told).collect::<Vec<_>>().join(&tr!("{}, {}", "", ""))
            }
        }
    }
}

impl Count {
    /// A number, how it is written, and what is counted: the word for one of it, and that for several.
    #[must_use]
    pub fn new(number: u64, digits: String, one: &'static str, many: &'static str) -> Self {
        Self { number, digits, one, many }
    }

    fn english(&self) -> String {
        format!("{} {}", self.digits, if self.number == 1 { self.one } else { self.many })
    }

    /// In the reader's language.
    #[must_use]
    pub fn told(&self) -> String {
        let (one, many, number) = (self.one, self.many, self.number);
        format!("{} {}", self.digits, tr!(one | many % number))
    }
}

impl<T: Display + ?Sized> From<&T> for Part {
    fn from(text: &T) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<&Sentence> for Part {
    fn from(sentence: &Sentence) -> Self {
        Self::Sentence(sentence.clone())
    }
}

impl From<&&Sentence> for Part {
    fn from(sentence: &&Sentence) -> Self {
        Self::Sentence((*sentence).clone())
    }
}

impl From<&Count> for Part {
    fn from(count: &Count) -> Self {
        Self::Count(count.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_however_many_names_is_told() {
        let names = Sentence::of_names((0..100_000).map(|number| number.to_string()));
        assert_eq!(names.told(), names.english());
        assert!(names.english().ends_with("99998, 99999"));
        assert_eq!(Sentence::of_names(["one"]).english(), "one");
        assert_eq!(Sentence::of_names([""; 0]).english(), "");
        assert_eq!(Sentence::of_first_names(["a", "b"], 2).english(), "a, b");
        assert_eq!(Sentence::of_first_names(["a", "b", "c", "d"], 2).english(), "a, b and 2 more");
    }
}
