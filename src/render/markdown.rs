//! Tables and timelines as GitHub Markdown, in which text from a log stays text.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::text_table::bar;
use super::visible::visible_text;
use crate::report::{Align, Cell, DetailKind, Entry, Line, Row, Table, Tone};

/// Writes the table. A section with a heading becomes a table of its own, as rows cannot span columns.
pub(super) fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    write_prose(&table.title, out)?;
    let mut inside = false;
    for section in &table.sections {
        if let Some(heading) = &section.heading {
            if inside {
                writeln!(out)?;
            }
            inside = false;
            write_prose(std::slice::from_ref(heading), out)?;
        }
        if !inside && !section.rows.is_empty() {
            let headings: Vec<String> =
                table.columns.iter().map(|column| text(column.heading.trim())).collect();
            let rules: Vec<&str> = table
                .columns
                .iter()
                .map(|column| match column.align {
                    Align::Left => ":--",
                    Align::Right => "--:",
                })
                .collect();
            writeln!(out, "| {} |\n| {} |", headings.join(" | "), rules.join(" | "))?;
            inside = true;
        }
        for row in &section.rows {
            write_row(row, table.columns.len(), out)?;
        }
    }
    if inside {
        // Whatever comes next would be a row.
        writeln!(out)?;
    }
    write_prose(&table.footer, out)
}

fn write_row(row: &Row, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = (0..columns)
        .map(|index| match row.get(index).unwrap_or(&Cell::Empty) {
            Cell::Line(line) => inline(line),
            Cell::Empty => String::new(),
            Cell::Unknown => "–".to_owned(),
            Cell::Bar { share, .. } => bar(*share, 10),
        })
        .collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

/// Writes one entry of a timeline as an item of a list.
pub(super) fn write_entry(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let label = Line::new().tone(Tone::Strong, &entry.label.text);
    let parts = [text(&entry.time), inline(&label), inline(&entry.text)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut first = parts.join(" ");
    let (notes, codes): (Vec<_>, Vec<_>) =
        entry.details.iter().partition(|detail| detail.kind == DetailKind::Note);
    for note in notes {
        let _ = write!(first, "<br>{}", inline(&note.text));
    }
    writeln!(out, "- {}", at_line_start(&first))?;
    for detail in codes {
        let language = if detail.kind == DetailKind::Command { "sh" } else { "text" };
        write_code(&detail.text, language, out)?;
    }
    Ok(())
}

/// Writes each line as a paragraph.
pub(super) fn write_prose(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    lines
        .iter()
        .filter(|line| !line.is_empty())
        .try_for_each(|line| writeln!(out, "{}\n", at_line_start(&inline(line))))
}

/// Writes a block of code inside a list item. Every line is indented, so none can end the
/// item, and the fence is longer than any run of backticks inside, so none can end the block.
fn write_code(line: &Line, language: &str, out: &mut dyn Write) -> io::Result<()> {
    let code: String = line.0.iter().map(|span| visible_text(&span.text)).collect();
    let longest_run = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest_run + 1).max(3));
    writeln!(out, "  {fence}{language}")?;
    for line in code.split('\n') {
        writeln!(out, "{}", format_args!("  {line}").to_string().trim_end())?;
    }
    writeln!(out, "  {fence}")
}

/// A line as text in the middle of a paragraph or a table; what matters most is bold.
fn inline(line: &Line) -> String {
    let mut markdown = String::new();
    for span in &line.0 {
        // Markdown takes no space next to the inner side of its stars, and a sign there only beside some others.
        let core = span.text.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_bold = !core.is_empty() && matches!(span.tone, Tone::Strong | Tone::Bad | Tone::Match);
        match span.text.split_once(core) {
            Some((before, after)) if is_bold => {
                let _ = write!(markdown, "{}**{}**{}", text(before), text(core), text(after));
            }
            _ => markdown.push_str(&text(&span.text)),
        }
    }
    markdown.trim().to_owned()
}

/// Text that Markdown takes for text: no link, image, emphasis, HTML, formula or end of a cell.
fn text(text: &str) -> String {
    let visible = visible_text(text);
    let mut escaped = String::with_capacity(visible.len());
    for (at, c) in visible.char_indices() {
        match c {
            '\n' => escaped.push_str("<br>"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' => escaped.push_str("&#124;"),
            // GitHub sets what stands between two of them as a formula, even behind a backslash.
            '$' => escaped.push_str("&#36;"),
            // GitHub looks for addresses and mentions after it has undone all escapes;
            // only a piece of markup keeps the two sides apart.
            '@' => escaped.push_str("@<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' => escaped.extend(['\\', c]),
            ':' if visible[at..].starts_with("://") => escaped.push_str("\\:"),
            '.' if ends_with_www(&visible[..at]) => escaped.push_str("\\."),
            c => escaped.push(c),
        }
    }
    escaped
}

fn ends_with_www(text: &str) -> bool {
    text.as_bytes().last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www"))
}

/// Text that does not begin a list, a heading, a rule or, by a tag alone, a block of HTML
/// where a line begins.
fn at_line_start(escaped: &str) -> String {
    let mut escaped = escaped.trim_start();
    while let Some(rest) = escaped.strip_prefix("<br>") {
        escaped = rest.trim_start();
    }
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    match escaped.as_bytes().get(digits) {
        Some(b'-' | b'+' | b'=') if digits == 0 => format!("\\{escaped}"),
        Some(b'.' | b')') if digits > 0 => format!("{}\\{}", &escaped[..digits], &escaped[digits..]),
        _ => escaped.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::ink::tests::any_text;
    use crate::report::{Column, Detail, Section, Span};

    fn drawn(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_matters_is_bold_wherever_signs_and_spaces_stand() {
        let line = Line::new()
            .plain("23✗ failed")
            .tone(Tone::Bad, ", 3⊘ refused")
            .tone(Tone::Bad, " · ⊘ ")
            .tone(Tone::Strong, "$0.16")
            .plain("次");
        assert_eq!(inline(&line), "23✗ failed, **3⊘ refused** · ⊘ &#36;**0.16**次");
    }

    #[test]
    fn a_table_has_a_table_for_each_section_with_a_heading() {
        let table = Table {
            title: vec!["times are +08:00".into()],
            columns: vec![Column::left("TOOL"), Column::right("CALLS")],
            sections: vec![
                Section {
                    heading: Some("2026-11-20".into()),
                    rows: vec![vec![Cell::toned(Tone::Bad, "a | b"), Cell::Unknown]],
                },
                Section { heading: None, rows: vec![vec!["total".into(), "1".into()]] },
                Section { heading: Some("2026-11-21".into()), rows: vec![vec!["请先\n列出".into()]] },
            ],
            footer: vec!["# two days".into()],
        };
        insta::assert_snapshot!(drawn(|out| write_table(&table, out)), @r"
        times are +08:00

        2026-11-20

        | TOOL | CALLS |
        | :-- | --: |
        | **a &#124; b** | – |
        | total | 1 |

        2026-11-21

        | TOOL | CALLS |
        | :-- | --: |
        | 请先<br>列出 |  |

        \# two days
        ");
    }

    #[test]
    fn commands_and_quotes_are_code_that_cannot_be_left() {
        let entry = Entry {
            time: "17:21:39".into(),
            label: Span::new(Tone::Call, "call"),
            text: "exec_command\nfailed".into(),
            details: vec![
                Detail::command("echo '```'\n````\n# no heading"),
                Detail::quote("</details><script>\n\n- no item\x1b[2J"),
                Detail::note("72 ms"),
            ],
        };
        insta::assert_snapshot!(drawn(|out| write_entry(&entry, out)), @r"
        - 17:21:39 **call** exec\_command<br>failed<br>72 ms
          `````sh
          echo '```'
          ````
          # no heading
          `````
          ```text
          </details><script>

          - no item\u{1b}[2J
          ```
        ");
    }

    #[test]
    fn hostile_text_stays_text() {
        let escaped = |hostile: &str| inline(&hostile.into());
        assert_eq!(escaped("[x](javascript:alert(1))"), r"\[x\](javascript:alert(1))");
        assert_eq!(escaped("![i](http://e.com/i.png)"), r"\!\[i\](http\://e.com/i.png)");
        assert_eq!(escaped("<img src=x onerror=y>"), "&lt;img src=x onerror=y&gt;");
        assert_eq!(escaped("a | b \\| c"), r"a &#124; b \\&#124; c");
        assert_eq!(escaped("WWW.e.com bob@e.com @all"), r"WWW\.e.com bob@<!-- -->e.com @<!-- -->all");
        assert_eq!(
            escaped("`x` *y* _z_ ~~q~~ &lt; $a$"),
            r"\`x\` \*y\* \_z\_ \~\~q\~\~ &amp;lt; &#36;a&#36;"
        );
        assert_eq!(escaped("x\n\n# y"), r"x<br><br>\# y");
        assert_eq!(at_line_start(&escaped("\n \n")), "");
        for start in ["- item", "+ item", "1. item", "23) item", "===", "---"] {
            assert!(at_line_start(&escaped(start)).contains('\\'), "{start}");
        }
    }

    proptest! {
        #[test]
        fn a_row_has_as_many_cells_as_the_table_and_is_one_line(texts in proptest::collection::vec(any_text(), 3)) {
            let row: Row = texts.iter().map(|text| Cell::from(text.as_str())).collect();
            let drawn = drawn(|out| write_row(&row, 3, out));
            prop_assert_eq!(drawn.matches('|').count(), 4);
            prop_assert_eq!(drawn.lines().count(), 1);
        }
    }
}
