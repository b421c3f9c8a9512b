//! A timeline as text: times and labels on the left, what happened beside them.

use std::io::{self, Write};

use super::ink::Ink;
use super::prose::write_wrapped;
use super::style::Style;
use crate::report::{DetailKind, Entry, Gutter, Line, Tone};

/// With less room than this, in columns, the text starts on a line of its own.
const LEAST_ROOM: usize = 24;

/// Writes one entry. On a terminal its text is wrapped, never cut; what is to be copied is left to the terminal.
pub(super) fn write_entry(
    entry: &Entry,
    gutter: Gutter,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut margin = margin(entry, gutter);
    let mut indent = gutter.time + gutter.label + 5;
    if margin.width() > indent || style.width.is_some_and(|width| width < indent + LEAST_ROOM) {
        write_wrapped(std::mem::take(&mut margin).trimmed(), style, out)?;
        indent = 2;
    }

    let mut body: Vec<(&str, &str, Option<usize>, Ink)> = Vec::new();
    if !(entry.text.is_empty() && margin == Ink::default()) {
        // Where an entry's own text stands nearly where entries begin, its further lines must not pass for others.
        let next_bar = if indent == 2 { "  " } else { "" };
        let mut bar = "";
        for line in Ink::lines(&entry.text) {
            body.push((bar, next_bar, style.width, line));
            bar = next_bar;
        }
    }
    for detail in &entry.details {
        let (mut bar, next_bar) = match detail.kind {
            DetailKind::Command => ("$ ", "  "),
            DetailKind::Quote => ("│ ", "│ "),
            // What models and programs wrote may stand in a note: its further lines must not pass for others.
            DetailKind::Note => ("", "  "),
            DetailKind::Verbatim => ("", ""),
        };
        let width = style.width.filter(|_| detail.kind != DetailKind::Verbatim);
        for line in Ink::lines(&detail.text) {
            body.push((bar, next_bar, width, line));
            bar = next_bar;
        }
    }

    for (mut bar, next_bar, width, line) in body {
        let pieces = match width {
            Some(width) => {
                let bars = bar.chars().count().max(next_bar.chars().count());
                line.wrap(width.saturating_sub(indent + bars).max(1))
            }
            None => vec![line],
        };
        for piece in pieces {
            let mut drawn = std::mem::take(&mut margin);
            drawn.pad(indent);
            drawn.push(Tone::Dim, bar);
            drawn.append(&piece);
            writeln!(out, "{}", drawn.trimmed().paint(style.color))?;
            bar = next_bar;
        }
    }
    Ok(())
}

/// Time and label, with all that is between them and the text.
fn margin(entry: &Entry, gutter: Gutter) -> Ink {
    let time = Ink::line(&Line::new().tone(Tone::Dim, &entry.time));
    let mut margin = Ink::default();
    margin.pad(1 + gutter.time.saturating_sub(time.width()));
    margin.append(&time);
    margin.push(Tone::Plain, "  ");
    margin.append(&Ink::line(&entry.label.clone().into()));
    margin.pad(gutter.time + gutter.label + 3);
    margin.push(Tone::Plain, "  ");
    margin
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use crate::render::ink::tests::any_text;
    use crate::report::{Detail, Span};

    fn drawn(entries: &[Entry], width: Option<usize>) -> String {
        let style = Style { width, ..Style::default() };
        let mut out = Vec::new();
        for entry in entries {
            write_entry(entry, Gutter::default(), &style, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    fn conversation() -> Vec<Entry> {
        vec![
            Entry {
                time: "17:21:39.045".into(),
                label: Span::new(Tone::Person, "prompt"),
                text: "请先列出文件，然后修复 add() 的错误并运行测试。\n不要改动其他文件。".into(),
                details: vec![],
            },
            Entry {
                time: ".931".into(),
                label: Span::new(Tone::Call, "call"),
                text: Line::new().plain("exec_command · ").tone(Tone::Bad, "BLOCKED BY SANDBOX"),
                details: vec![
                    Detail::command(
                        "touch /home/forbidden.txt &&\n  echo '写入完成' >> /tmp/a/rather/long/name",
                    ),
                    Detail::quote(
                        "touch: cannot touch '/home/forbidden.txt':\n\n\x1b[2JRead-only file system",
                    ),
                    Detail::note("took 72 ms"),
                ],
            },
        ]
    }

    #[test]
    fn text_into_a_pipe_is_neither_cut_nor_wrapped() {
        insta::assert_snapshot!(drawn(&conversation(), None), @r"
        17:21:39.045  prompt    请先列出文件，然后修复 add() 的错误并运行测试。
                                不要改动其他文件。
                .931  call      exec_command · BLOCKED BY SANDBOX
                                $ touch /home/forbidden.txt &&
                                    echo '写入完成' >> /tmp/a/rather/long/name
                                │ touch: cannot touch '/home/forbidden.txt':
                                │
                                │ \u{1b}[2JRead-only file system
                                took 72 ms
        ");
    }

    #[test]
    fn text_on_a_terminal_wraps_beneath_itself() {
        insta::assert_snapshot!(drawn(&conversation(), Some(60)), @r"
        17:21:39.045  prompt    请先列出文件，然后修复 add() 的错误
                                并运行测试。
                                不要改动其他文件。
                .931  call      exec_command · BLOCKED BY SANDBOX
                                $ touch /home/forbidden.txt &&
                                    echo '写入完成' >>
                                  /tmp/a/rather/long/name
                                │ touch: cannot touch
                                │ '/home/forbidden.txt':
                                │
                                │ \u{1b}[2JRead-only file system
                                took 72 ms
        ");
    }

    #[test]
    fn what_is_to_be_copied_is_never_broken() {
        let line = "exporter = { otlp-http = { endpoint = \"http://127.0.0.1:4318/v1/logs\" } }";
        let entry = Entry { details: vec![Detail::verbatim(line)], ..Entry::default() };
        assert!(drawn(&[entry], Some(40)).contains(line));
    }

    #[test]
    fn on_a_narrow_terminal_the_text_gets_its_own_lines() {
        insta::assert_snapshot!(drawn(&conversation(), Some(40)), @r"
        17:21:39.045  prompt
         请先列出文件，然后修复 add() 的错误
           并运行测试。
           不要改动其他文件。
                .931  call
         exec_command · BLOCKED BY SANDBOX
         $ touch /home/forbidden.txt &&
             echo '写入完成' >>
           /tmp/a/rather/long/name
         │ touch: cannot touch
         │ '/home/forbidden.txt':
         │
         │ \u{1b}[2JRead-only file system
         took 72 ms
        ");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            time in any_text(), label in any_text(), text in any_text(), detail in any_text(), width in 6usize..90,
        ) {
            let details = vec![Detail::command(&*detail), Detail::quote(&*detail), Detail::note(&*detail)];
            let entry = Entry { time, label: Span::new(Tone::Call, label), text: text.into(), details };
            for line in drawn(&[entry], Some(width)).lines() {
                prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            }
        }
    }
}
