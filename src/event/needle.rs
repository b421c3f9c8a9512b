//! A text without which a message cannot matter to a question: where it does not stand, nothing need be looked at.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Some text, or a part of it that JSON writes as it is, to be looked for in what was written.
#[derive(Clone, Debug)]
pub struct Needle {
    finder: Finder<'static>,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.finder.needle() == other.finder.needle()
    }
}

/// What a character begins with that is written by its number.
static NUMBERED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\\u"));

/// Whether a character may be written by its number in a piece of JSON.
#[must_use]
pub fn holds_numbered(json: &str) -> bool {
    NUMBERED.find(json.as_bytes()).is_some()
}

/// A shorter part stands almost everywhere.
const SHORTEST_BYTES: usize = 3;

impl Needle {
    /// The longest part of `text` that stands in JSON just as in the text, unless a writer escapes what need not be.
    /// `None` when there is none that is worth looking for. With `ignore_case`, only characters without case are of
    /// use: what is looked for must be there in every writing of the text.
    #[must_use]
    pub fn of_text(text: &str, ignore_case: bool) -> Option<Self> {
        let stands = |c: char| match c {
            '"' | '\\' | '/' | '<' | '>' | '&' | '\'' | '\u{7f}' | '\u{2028}' | '\u{2029}' => false,
            c if c.is_control() => false,
            c => !ignore_case || (c.is_ascii() && !c.is_ascii_alphabetic()),
        };
        let longest = text.split(|c| !stands(c)).max_by_key(|part| part.len())?;
        (longest.len() >= SHORTEST_BYTES)
            .then(|| Self { finder: Finder::new(longest.as_bytes()).into_owned() })
    }

    /// Whether it stands in a message as it is.
    #[must_use]
    pub fn stands_in(&self, message: &str) -> bool {
        self.finder.find(message.as_bytes()).is_some()
    }

    /// Whether it may stand in a message otherwise: a character of it is written by its number there.
    #[must_use]
    pub fn may_be_spelled_in(&self, message: &str) -> bool {
        let text: Cow<'_, str> = String::from_utf8_lossy(self.finder.needle());
        let mut numbers = NUMBERED.find_iter(message.as_bytes());
        numbers.any(|at| {
            let digits = message.get(at + 2..at + 6);
            let Some(number) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
                return true;
            };
            // What is no character is one half of one that lies beyond the first 65,536.
            char::from_u32(number).is_none_or(|c| text.contains(c))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_stand(text: &str, ignore_case: bool, message: &str) -> bool {
        Needle::of_text(text, ignore_case)
            .is_none_or(|needle| needle.stands_in(message) || needle.may_be_spelled_in(message))
    }

    #[test]
    fn a_message_without_the_text_is_told() {
        assert!(may_stand("请列出", false, r#"{"a":"请列出文件"}"#));
        assert!(!may_stand("请列出", false, r#"{"a":"文件\n"}"#));
        assert!(!may_stand("git push", false, r#"{"a":"git pull \u003cb"}"#));
    }

    #[test]
    fn two_questions_about_one_text_look_for_it_once() {
        let needle = |text| Needle::of_text(text, true);
        assert_eq!(needle("01A05A46-1FBB-7764"), needle("01a05a46-1fbb-7764"));
        assert_ne!(needle("01a05a46-1fbb-7764"), needle("01a05a46-1fbb-7765"));
    }

    #[test]
    fn a_character_by_its_number_may_be_the_one() {
        assert!(may_stand("请列出", false, r#"{"a":"\u8bf7\u5217\u51fa"}"#));
        assert!(may_stand("git push", false, r#"{"a":"git pus\u0068"}"#));
        assert!(may_stand("a😀b", false, r#"{"a":"a\ud83d\ude00b"}"#));
    }

    #[test]
    fn what_json_escapes_is_not_looked_for() {
        assert!(may_stand(r#"say "hello""#, false, r#"{"a":"say \"hello\""}"#));
        assert!(may_stand("a/usr/b", false, r#"{"a":"a\/usr\/b"}"#));
        assert!(may_stand("\"\\\n", false, "{}"), "nothing to look for");
    }

    #[test]
    fn without_regard_to_case_only_what_has_none_is_looked_for() {
        assert!(may_stand("01A05A46-1FBB-7764", true, r#"{"id":"01a05a46-1fbb-7764"}"#));
        assert!(!may_stand("01A05A46-1FBB-7764", true, r#"{"id":"01a05a46-1fbb-7765"}"#));
        assert!(may_stand("kelvin", true, "{}"), "K has a third form");
    }
}
