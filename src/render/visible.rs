//! Makes text from a log harmless: what could steer a terminal or hide in it is spelled out.

use std::borrow::Cow;

/// Text for one line: a line break becomes `⏎`, a tab a space, and every character that
/// could steer a terminal or hide in it is spelled out, as in `\u{1b}`.
#[must_use]
pub fn visible_line(text: &str) -> Cow<'_, str> {
    clean(text, "⏎", " ")
}

/// Text for several lines: as [`visible_line`], but line breaks stay, and a tab becomes four spaces.
#[must_use]
pub fn visible_text(text: &str) -> Cow<'_, str> {
    clean(text, "\n", "    ")
}

/// Spells out every hazard, with `newline` and `tab` for those two.
pub(super) fn clean<'a>(text: &'a str, newline: &str, tab: &str) -> Cow<'a, str> {
    if is_plain_ascii(text) {
        return Cow::Borrowed(text);
    }
    let stays = |c: char| !is_hazard(c) || (c == '\n' && newline == "\n") || (c == '\t' && tab == "\t");
    let Some(first) = text.find(|c| !stays(c)) else {
        return Cow::Borrowed(text);
    };
    let mut cleaned = String::with_capacity(text.len() + 16);
    cleaned.push_str(&text[..first]);
    let mut rest = text[first..].chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' => cleaned.push_str(newline),
            '\t' => cleaned.push_str(tab),
            // A line break as Windows writes it is one line break.
            '\r' if rest.as_str().starts_with('\n') => {}
            c if is_hazard(c) => cleaned.extend(c.escape_unicode()),
            c => cleaned.push(c),
        }
    }
    Cow::Owned(cleaned)
}

/// Whether a text is of printable ASCII alone, of which many are seen at a time. None of it is a hazard.
pub(super) fn is_plain_ascii(text: &str) -> bool {
    text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Whether a character must not reach a terminal as it is: controls, separators of lines,
/// marks of annotations, and all that Unicode calls default-ignorable (bidi and zero-width
/// characters, tags, fillers) but for the sixteen variation selectors that choose between looks of a sign. The other
/// two hundred and forty have no width either, and can carry hidden bytes.
pub(super) fn is_hazard(c: char) -> bool {
    // Most are among the first.
    if c < '\x7f' {
        return c < ' ';
    }
    matches!(c,
        '\x7f'..='\u{9f}' // DEL, C1
        | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' // Mongolian variation selectors and vowel separator
        | '\u{200b}'..='\u{200f}' // zero-width, and the joiner inside emoji
        | '\u{2028}'..='\u{202e}' // separators, bidi
        | '\u{2060}'..='\u{206f}' // invisible operators, bidi isolates
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' // tags, variation selectors
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[test]
    fn clean_text_is_handed_back_as_it_is() {
        assert!(matches!(visible_line("请先列出文件 🇨🇳 ✂️ é"), Cow::Borrowed(_)));
        assert!(matches!(visible_text("two\nlines"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_steers_a_terminal_is_spelled_out() {
        assert_eq!(visible_line("\x1b[2J\x07\u{9b}31m"), r"\u{1b}[2J\u{7}\u{9b}31m");
        assert_eq!(visible_line("abc\u{202e}txt.exe"), r"abc\u{202e}txt.exe");
        assert_eq!(visible_line("👨\u{200d}👩"), r"👨\u{200d}👩");
        assert_eq!(visible_line("a\u{e0041}b"), r"a\u{e0041}b");
        assert_eq!(visible_text("progress 1\rprogress 2"), r"progress 1\u{d}progress 2");
    }

    #[test]
    fn line_breaks_and_tabs_suit_the_place() {
        assert_eq!(visible_line("a\r\nb\n\tc"), "a⏎b⏎ c");
        assert_eq!(visible_text("a\r\nb\n\tc"), "a\nb\n    c");
    }

    #[test]
    fn whatever_unicode_calls_ignorable_is_a_hazard() {
        let ignorable = Regex::new(r"^\p{Default_Ignorable_Code_Point}$").unwrap();
        let mut buffer = [0; 4];
        for c in '\0'..=char::MAX {
            let is_ignorable = ignorable.is_match(c.encode_utf8(&mut buffer));
            let is_spared = matches!(c, '\u{fe00}'..='\u{fe0f}');
            let steers = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}');
            assert_eq!(is_hazard(c), (is_ignorable && !is_spared) || steers, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn no_hazard_survives(text in any::<String>(), steering in "[\\x00-\\u{a0}\\u{2000}-\\u{2070}]*") {
            for text in [&text, &steering] {
                prop_assert!(!visible_line(text).chars().any(is_hazard));
                prop_assert!(!visible_text(text).chars().any(|c| c != '\n' && is_hazard(c)));
            }
        }
    }
}
