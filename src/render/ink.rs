//! Cleaned text with its tones: measured, cut, wrapped and coloured for a terminal.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use owo_colors::OwoColorize as _;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::style::ansi;
use super::visible::{visible_line, visible_text};
use crate::report::{Line, Span, Tone};

/// Cleaned text with its tones. The text is kept in one piece, because what a reader sees
/// as one character may reach over the border of two spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ink {
    text: String,
    /// Each look and the byte offset it reaches to, in rising order.
    looks: Vec<(Look, usize)>,
}

/// How a part of the text looks, and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Look {
    tone: Tone,
    link: Option<Arc<str>>,
}

impl Ink {
    /// The line as one line.
    pub(super) fn line(line: &Line) -> Self {
        let mut ink = Self::default();
        for Span { text, tone, link } in &line.0 {
            ink.add(Look { tone: *tone, link: link.clone() }, &visible_line(text));
        }
        ink
    }

    /// The line as many lines as its line breaks make.
    pub(super) fn lines(line: &Line) -> Vec<Self> {
        let mut ink = Self::default();
        for Span { text, tone, link } in &line.0 {
            ink.add(Look { tone: *tone, link: link.clone() }, &visible_text(text));
        }
        let mut lines = Vec::new();
        let mut start = 0;
        for (end, _) in ink.text.match_indices('\n') {
            lines.push(ink.slice(start..end));
            start = end + 1;
        }
        lines.push(ink.slice(start..ink.text.len()));
        lines
    }

    /// A line again, whose text is clean.
    fn into_line(self) -> Line {
        let mut start = 0;
        let spans = self.looks.into_iter().map(|(Look { tone, link }, end)| {
            let text = self.text[start..end].to_owned();
            start = end;
            Span { text, tone, link }
        });
        Line(spans.collect())
    }

    /// Text of our own making, which needs no cleaning.
    pub(super) fn ours(tone: Tone, text: &str) -> Self {
        let mut ink = Self::default();
        ink.push(tone, text);
        ink
    }

    /// What is written, without any colour.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The width on a terminal, in columns.
    pub(super) fn width(&self) -> usize {
        self.text.width()
    }

    /// Adds text that is clean already.
    pub(super) fn push(&mut self, tone: Tone, text: &str) {
        self.add(Look { tone, link: None }, text);
    }

    fn add(&mut self, look: Look, text: &str) {
        self.text.push_str(text);
        self.looks.push((look, self.text.len()));
    }

    /// Adds other ink.
    pub(super) fn append(&mut self, other: &Self) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.looks.extend(other.looks.iter().map(|(look, end)| (look.clone(), base + end)));
    }

    /// Adds spaces up to `width` columns.
    pub(super) fn pad(&mut self, width: usize) {
        self.push(Tone::Plain, &" ".repeat(width.saturating_sub(self.width())));
    }

    /// Cut to `limit` columns, with `…` where something is missing. A wide character that
    /// would stand across the limit goes too.
    pub(super) fn cut(self, limit: usize) -> Self {
        if self.width() <= limit {
            return self;
        }
        let mut width = 0;
        let mut end = 0;
        for (start, cluster) in self.text.grapheme_indices(true) {
            width += cluster.width();
            if width >= limit {
                end = start;
                break;
            }
        }
        let mut cut = self.slice(0..end);
        if limit > 0 {
            let look = self.looks.iter().find(|(_, until)| *until > end);
            cut.add(look.map(|(look, _)| look.clone()).unwrap_or_default(), "…");
        }
        cut
    }

    /// Cut to `limit` columns, with `…` inside where something is missing. Two thirds are of the end: names of rotated
    /// files, and of files in folders, differ there.
    pub(super) fn cut_inside(self, limit: usize) -> Self {
        if self.width() <= limit {
            return self;
        }
        let mut room = limit.saturating_sub(1) * 2 / 3;
        let mut begin = self.text.len();
        for (start, cluster) in self.text.grapheme_indices(true).rev() {
            let Some(left) = room.checked_sub(cluster.width()) else { break };
            (room, begin) = (left, start);
        }
        let end = self.slice(begin..self.text.len());
        let mut cut = self.cut(limit - end.width());
        cut.append(&end);
        cut
    }

    /// Broken into lines of at most `limit` columns: between words and between Chinese
    /// characters where it can be, anywhere where it must be.
    pub(super) fn wrap(self, limit: usize) -> Vec<Self> {
        if self.width() <= limit {
            return vec![self];
        }
        let clusters: Vec<(usize, &str)> = self.text.grapheme_indices(true).collect();
        let offset = |index: usize| clusters.get(index).map_or(self.text.len(), |(offset, _)| *offset);
        let mut lines = Vec::new();
        let mut first = 0;
        while first < clusters.len() {
            let end = first + line_end(&clusters[first..], limit);
            if end == first {
                // Wider than a whole line: there is no place to show it in.
                lines.push(Self::ours(Tone::Plain, "…"));
                first += 1;
            } else {
                lines.push(self.slice(offset(first)..offset(end)).trimmed());
                first = end;
            }
            while clusters.get(first).is_some_and(|(_, cluster)| is_space(cluster)) {
                first += 1;
            }
        }
        lines
    }

    /// Broken as by [`wrap`](Self::wrap); an indented line goes on two columns further in than it begins.
    pub(super) fn wrap_further_in(self, limit: usize) -> Vec<Self> {
        let indent = self.text.len() - self.text.trim_start_matches(' ').len();
        if indent == 0 || self.width() <= limit {
            return self.wrap(limit);
        }
        let further = (indent + 2).min(limit / 2);
        let text = self.slice(indent..self.text.len());
        let margins = std::iter::once(indent.min(further)).chain(std::iter::repeat(further));
        (text.wrap(limit - further).iter().zip(margins))
            .map(|(piece, margin)| {
                let mut line = Self::default();
                line.pad(margin);
                line.append(piece);
                line
            })
            .collect()
    }

    /// Without the spaces at its end, which would be underlined or counted for nothing.
    pub(super) fn trimmed(self) -> Self {
        let end = self.text.trim_end().len();
        if end == self.text.len() { self } else { self.slice(0..end) }
    }

    /// The text as it goes to the terminal. Links are no colours: they are there for a place that has them.
    pub(super) fn paint(&self, color: bool) -> String {
        if !color && self.looks.iter().all(|(look, _)| look.link.is_none()) {
            return self.text.clone();
        }
        let mut painted = String::with_capacity(self.text.len() + 16);
        let mut start = 0;
        for (look, end) in &self.looks {
            let part = &self.text[start..*end];
            start = *end;
            if part.is_empty() {
                continue;
            }
            // Writing to a string cannot fail.
            if let Some(link) = &look.link {
                let _ = write!(painted, "\x1b]8;;{link}\x1b\\");
            }
            let _ = match ansi(look.tone).filter(|_| color) {
                Some(ansi) => write!(painted, "{}", part.style(ansi)),
                None => write!(painted, "{part}"),
            };
            if look.link.is_some() {
                painted.push_str("\x1b]8;;\x1b\\");
            }
        }
        painted
    }

    fn slice(&self, range: Range<usize>) -> Self {
        let mut slice = Self::default();
        // Only the looks within: a long line is cut into many slices, and may have as many looks as letters.
        let first = self.looks.partition_point(|(_, end)| *end <= range.start);
        let mut start = range.start;
        for (look, end) in &self.looks[first..] {
            if start >= range.end {
                break;
            }
            let end = (*end).min(range.end);
            if start < end {
                slice.add(look.clone(), &self.text[start..end]);
            }
            start = end;
        }
        slice
    }
}

/// How many columns the line takes.
#[must_use]
pub fn columns(line: &Line) -> usize {
    Ink::line(line).width()
}

/// The line as one line, of at most `width` columns where there is such a limit.
#[must_use]
pub fn one_line(line: &Line, width: Option<usize>) -> Line {
    let ink = Ink::line(line);
    let ink = if let Some(width) = width { ink.cut(width) } else { ink };
    ink.into_line()
}

/// How many of the clusters make a line of at most `limit` columns.
fn line_end(clusters: &[(usize, &str)], limit: usize) -> usize {
    let mut width = 0;
    let mut last_break = None;
    let mut before: Option<&str> = None;
    let mut only_spaces = true;
    for (index, (_, cluster)) in clusters.iter().enumerate() {
        // A break after the indentation would leave an empty line.
        if !only_spaces && before.is_some_and(|before| may_break(before, cluster)) {
            last_break = Some(index);
        }
        width += cluster.width();
        if width > limit {
            return last_break.unwrap_or(index);
        }
        only_spaces &= is_space(cluster);
        before = Some(cluster);
    }
    clusters.len()
}

fn may_break(before: &str, after: &str) -> bool {
    /// Chinese and Japanese lines do not begin with these …
    const CLOSING: &str = "，。、；：？！）」』】》〉〕”’…—·％,.;:?!)]}%";
    /// … nor end with these.
    const OPENING: &str = "（「『【《〈〔“‘([{";
    is_space(before)
        || is_space(after)
        || ((before.width() > 1 || after.width() > 1)
            && !CLOSING.contains(after)
            && !OPENING.contains(before))
}

fn is_space(cluster: &str) -> bool {
    matches!(cluster, " " | "\u{3000}")
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text of all widths and kinds.
    pub(in crate::render) fn any_text() -> impl Strategy<Value = String> {
        let kinds = [
            "a",
            "word ",
            " ",
            "中",
            "文",
            "，",
            "（",
            "e\u{301}",
            "👍🏽",
            "🇨🇳",
            "✂\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
        ];
        let hostile = [
            "\u{200d}", "\u{202e}", "\x1b[31m", "\n", "\t", "|", "\u{fe0f}", "\u{301}", "🇨", "ᄀ", "\u{1161}",
        ];
        let pieces = prop_oneof![
            6 => proptest::sample::select(kinds.to_vec()).prop_map(str::to_owned),
            2 => proptest::sample::select(hostile.to_vec()).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn wrapped(text: &str, limit: usize) -> Vec<String> {
        Ink::line(&Line::from(text)).wrap(limit).iter().map(|ink| ink.paint(false)).collect()
    }

    fn cut(text: &str, limit: usize) -> String {
        Ink::line(&Line::from(text)).cut(limit).paint(false)
    }

    #[test]
    fn a_cut_never_splits_what_is_seen_as_one_character() {
        assert_eq!(cut("cafe\u{301}s", 5), "cafe\u{301}s");
        assert_eq!(cut("cafe\u{301}s and more", 5), "cafe\u{301}…");
        assert_eq!(cut("👍🏽👍🏽👍🏽", 5), "👍🏽👍🏽…");
        assert_eq!(cut("请先列出文件", 6), "请先…", "a wide character across the limit goes");
        assert_eq!(cut("请先列出文件", 7), "请先列…");
        assert_eq!(cut("long", 1), "…");
        assert_eq!(cut("long", 0), "");
    }

    #[test]
    fn names_that_begin_alike_keep_their_ends() {
        let cut = |text: &str, limit| Ink::line(&Line::from(text)).cut_inside(limit).paint(false);
        assert_eq!(cut("rotated-2026-11-20T09.jsonl", 27), "rotated-2026-11-20T09.jsonl");
        assert_eq!(cut("rotated-2026-11-20T09.jsonl", 16), "rotat…0T09.jsonl");
        assert_eq!(cut("请先列出文件名", 8), "请…件名");
        assert_eq!(cut("long", 1), "…");
        assert_eq!(cut("long", 0), "");
    }

    #[test]
    fn chinese_wraps_between_characters_but_not_before_a_full_stop() {
        assert_eq!(wrapped("请先列出文件。然后运行测试", 12), ["请先列出文", "件。然后运行", "测试"]);
        assert_eq!(wrapped("修复 add() 的错误（很小）", 14), ["修复 add() 的", "错误（很小）"]);
    }

    #[test]
    fn words_wrap_at_spaces_and_break_only_when_they_must() {
        assert_eq!(wrapped("cannot touch the file", 12), ["cannot touch", "the file"]);
        assert_eq!(wrapped("    /a/very/long/path", 10), ["    /a/ver", "y/long/pat", "h"]);
        assert_eq!(wrapped("中", 1), ["…"]);
    }

    #[test]
    fn what_is_indented_goes_on_further_in() {
        let wrapped = |text: &str, limit| -> Vec<String> {
            Ink::line(&Line::from(text)).wrap_further_in(limit).iter().map(|ink| ink.paint(false)).collect()
        };
        assert_eq!(wrapped("  prompt: touch one.txt", 17), ["  prompt: touch", "    one.txt"]);
        assert_eq!(wrapped("  prompt: touch", 15), ["  prompt: touch"]);
        assert_eq!(wrapped("prompt: touch one.txt", 13), ["prompt: touch", "one.txt"]);
        assert_eq!(wrapped("  abcd", 4), ["  ab", "  cd"]);
    }

    #[test]
    fn a_link_lies_around_the_text_that_names_it_with_colours_and_without() {
        let link = Some("file:///tmp/logs.jsonl".into());
        let line = Line::new().tone(Tone::Dim, "at ").linked(Tone::Plain, "logs.jsonl:3", link);
        let ink = Ink::line(&line);
        assert_eq!(ink.width(), 15);
        assert_eq!(
            ink.paint(true),
            "\u{1b}[2mat \u{1b}[0m\u{1b}]8;;file:///tmp/logs.jsonl\u{1b}\\logs.jsonl:3\u{1b}]8;;\u{1b}\\"
        );
        assert_eq!(
            ink.paint(false),
            "at \u{1b}]8;;file:///tmp/logs.jsonl\u{1b}\\logs.jsonl:3\u{1b}]8;;\u{1b}\\"
        );
        assert_eq!(
            ink.cut(6).paint(false),
            "at \u{1b}]8;;file:///tmp/logs.jsonl\u{1b}\\lo\u{1b}]8;;\u{1b}\\\u{1b}]8;;file:///tmp/logs.jsonl\u{1b}\\…\u{1b}]8;;\u{1b}\\"
        );
    }

    #[test]
    fn a_cut_keeps_the_tones() {
        let line = Line::new().tone(Tone::Bad, "denied").plain(" by a person");
        let cut = Ink::line(&line).cut(9);
        assert_eq!(cut.paint(true), "\u{1b}[31;1mdenied\u{1b}[0m b…");
    }

    #[test]
    fn spaces_behind_what_finds_no_room_begin_no_line() {
        let lines = Ink::ours(Tone::Plain, " 中   a").wrap_further_in(2);
        assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), [" …", " a"]);
    }

    #[test]
    fn a_line_of_as_many_looks_as_letters_wraps() {
        let mut ink = Ink::default();
        for index in 0..400_000 {
            ink.push(if index % 2 == 0 { Tone::Bad } else { Tone::Plain }, "a");
        }
        let lines = ink.wrap(80);
        assert_eq!(lines.len(), 5_000);
        assert!(lines.iter().all(|line| line.looks.len() == 80));
    }

    proptest! {
        #[test]
        fn cut_and_wrapped_text_keeps_within_the_limit(text in any_text(), limit in 1usize..30) {
            let ink = Ink::line(&Line::from(&*text));
            prop_assert!(ink.clone().cut(limit).width() <= limit);
            prop_assert!(ink.clone().cut_inside(limit).width() <= limit);
            let again = Ink::line(&one_line(&Line::from(&*text), Some(limit)));
            prop_assert_eq!(&again, &ink.clone().cut(limit), "what is cut is clean, and stays as it is");
            for line in ink.clone().wrap(limit).into_iter().chain(ink.wrap_further_in(limit)) {
                prop_assert!(line.width() <= limit, "{line:?}");
            }
        }

        #[test]
        fn wrapping_loses_nothing_but_spaces(text in any_text(), limit in 10usize..30) {
            let ink = Ink::line(&Line::from(text));
            let without_spaces = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let lines: String = ink.clone().wrap(limit).iter().map(|line| line.paint(false)).collect();
            prop_assert_eq!(without_spaces(&lines), without_spaces(&ink.paint(false)));
        }
    }
}
