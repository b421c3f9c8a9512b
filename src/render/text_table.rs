//! A table as text in aligned columns, cut to the terminal's width.

use std::io::{self, Write};

use comfy_table::{Cell as DrawnCell, CellAlignment, ColumnConstraint, Table as Drawing, Width, presets};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use tr::tr;

use super::in_order::write_in_order;
use super::ink::Ink;
use super::prose::write_prose;
use super::style::Style;
use crate::report::{Align, Cell, Column, Line, Row, Shrink, Table, Tone};
use crate::words::Sentence;

/// Columns are set off from the left edge by one space and from each other by two.
const INDENT: u16 = 1;
const GAP: u16 = 2;

/// Words are not cut to less than this on a terminal too narrow for the table.
const LEAST_CUT: usize = 4;

/// A bar's width in a column that is not cut.
const BAR: usize = 20;

/// Where nothing is cut, a cell wider than this hangs out of its column: one command of
/// 60 000 letters must not put as many spaces into every other row.
const HANGS: usize = 200;

/// Stands for each column of a cell that is painted or hangs while the columns are aligned. Cleaned text never holds it.
const STAND_IN: char = '\0';

/// Writes the table.
pub(super) fn write(table: &Table, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_prose(&table.title, style, out)?;
    if table.sections.iter().any(|section| !section.rows.is_empty()) {
        let layout = Layout::new(table, style.table_width());
        write_rows(table, &layout, style, out)?;
        write_prose(&layout.left_out(), style, out)?;
    }
    write_prose(&table.footer, style, out)
}

fn write_rows(table: &Table, layout: &Layout<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let color = style.color;
    if layout.shown.iter().any(|(index, _)| !table.columns[*index].heading.is_empty()) {
        for line in layout.draw(std::iter::once(layout.headings()), color) {
            writeln!(out, "{line}")?;
        }
    }
    let pieces = table.sections.iter().enumerate().flat_map(|(index, section)| {
        let heading = section.heading.as_ref().map(|line| Piece::Heading { line, is_first: index == 0 });
        heading.into_iter().chain(section.rows.iter().map(Piece::Row))
    });
    write_in_order(pieces, out, |pieces, out| {
        let rows = pieces.iter().filter_map(Piece::row);
        let cells = rows.map(|row| layout.cells(row));
        let mut lines = layout.draw(cells, color).into_iter();
        for piece in &pieces {
            match piece {
                Piece::Heading { line, is_first } => {
                    if !is_first {
                        writeln!(out)?;
                    }
                    write_prose(std::slice::from_ref(line), style, out)?;
                }
                Piece::Row(_) => writeln!(out, "{}", lines.next().unwrap_or_default())?,
            }
        }
        Ok(())
    })
}

/// What stands between a table's columns' headings and its end.
enum Piece<'t> {
    Heading { line: &'t Line, is_first: bool },
    Row(&'t Row),
}

impl<'t> Piece<'t> {
    fn row(&self) -> Option<&'t Row> {
        match self {
            Self::Row(row) => Some(row),
            Self::Heading { .. } => None,
        }
    }
}

/// What a cell looks like, before it is cut.
fn cell_ink(cell: &Cell, bar_width: usize) -> Ink {
    match cell {
        Cell::Line(line) => Ink::line(line).trimmed(),
        Cell::Empty => Ink::default(),
        Cell::Unknown => Ink::ours(Tone::Dim, "–"),
        Cell::Bar { share, tone } => Ink::ours(*tone, &bar(*share, bar_width)),
    }
}

/// A bar of `share` of the width. A share too small to see is drawn as small as can be.
pub(super) fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let width = u32::try_from(width).unwrap_or(u32::MAX);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped; what is no number is 0"
    )]
    let eighths = (share.clamp(0.0, 1.0) * f64::from(width) * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn is_of_bars(column: usize, table: &Table) -> bool {
    let mut cells = table.sections.iter().flat_map(|section| &section.rows).filter_map(|row| row.get(column));
    table.columns[column].heading.is_empty()
        && cells.all(|cell| matches!(cell, Cell::Bar { .. } | Cell::Empty))
}

/// Which columns are shown, and how wide.
struct Layout<'t> {
    columns: &'t [Column],
    /// Index and width of each column shown, from left to right.
    shown: Vec<(usize, usize)>,
    /// Whether the widths are limits.
    cuts: bool,
}

impl<'t> Layout<'t> {
    fn new(table: &'t Table, limit: Option<usize>) -> Self {
        // A column wider than comfy-table can count would not fit any terminal.
        let limit = limit.map(|limit| limit.min(usize::from(u16::MAX)));
        let any_words = (0..table.columns.len()).any(|index| !is_of_bars(index, table));
        let widths = natural_widths(table, limit);
        let mut shown: Vec<(usize, usize)> = widths
            .into_iter()
            .enumerate()
            // Bars are for the eye: where there is no terminal, they would only be in the way.
            .filter(|(index, _)| limit.is_some() || !any_words || !is_of_bars(*index, table))
            .collect();
        if let Some(limit) = limit {
            let is_of_bars = |index: usize| any_words && is_of_bars(index, table);
            choose(&mut shown, &table.columns, is_of_bars, limit);
            cut(&mut shown, &table.columns, limit);
            keep_from_the_left(&mut shown, &table.columns, limit);
        }
        Self { columns: &table.columns, shown, cuts: limit.is_some() }
    }

    fn fit(&self, ink: Ink, width: usize, shrink: Shrink) -> Ink {
        match shrink {
            _ if !self.cuts => ink,
            Shrink::CutInside { .. } => ink.cut_inside(width),
            _ => ink.cut(width),
        }
    }

    /// What stands above the columns.
    fn headings(&self) -> Vec<Ink> {
        (self.shown.iter())
            .map(|(index, width)| {
                let heading = Line::new().tone(Tone::Dim, &self.columns[*index].heading);
                self.fit(Ink::line(&heading).trimmed(), *width, Shrink::default())
            })
            .collect()
    }

    /// The cells of a row that are shown.
    fn cells(&self, row: &Row) -> Vec<Ink> {
        debug_assert!(row.len() <= self.columns.len(), "a cell without a column: {row:?}");
        (self.shown.iter())
            .map(|(index, width)| {
                let cell = row.get(*index).unwrap_or(&Cell::Empty);
                self.fit(cell_ink(cell, *width), *width, self.columns[*index].shrink)
            })
            .collect()
    }

    /// Each row as a line, its cells in their columns. Rows that are drawn apart are aligned alike.
    fn draw(&self, rows: impl Iterator<Item = Vec<Ink>>, color: bool) -> Vec<String> {
        let mut drawing = Drawing::new();
        drawing.load_style(presets::NOTHING);
        let mut replaced: Vec<String> = Vec::new();
        for cells in rows {
            drawing.add_row(cells.iter().zip(&self.shown).map(|(ink, (_, width))| {
                let painted = ink.paint(color);
                let columns = ink.width();
                // For what takes no room nothing can stand, nor does it show a colour.
                if columns == 0 || (columns <= *width && painted == ink.text()) {
                    return DrawnCell::new(ink.text());
                }
                replaced.push(painted);
                let columns = if columns > *width { 1 } else { columns };
                DrawnCell::new_owned(String::from(STAND_IN).repeat(columns))
            }));
        }
        self.set_columns(&mut drawing);
        let mut replaced = replaced.into_iter();
        // No cell holds a line break or outgrows its column, so every row is one line.
        drawing.lines().map(|line| put_in(&line, &mut replaced)).collect()
    }

    /// Tells comfy-table about the columns, which it knows only once it has rows.
    fn set_columns(&self, drawing: &mut Drawing) {
        for (place, (index, width)) in self.shown.iter().enumerate() {
            if let Some(column) = drawing.column_mut(place) {
                let padding = if place == 0 { INDENT } else { GAP };
                let whole = u16::try_from(*width).unwrap_or(u16::MAX).saturating_add(padding);
                column.set_padding((padding, 0));
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(whole)));
                column.set_cell_alignment(match self.columns[*index].align {
                    Align::Left => CellAlignment::Left,
                    Align::Right => CellAlignment::Right,
                });
            }
        }
    }

    /// Says which columns there was no room for.
    fn left_out(&self) -> Vec<Line> {
        let mut names = self
            .columns
            .iter()
            .enumerate()
            .filter(|(index, _)| self.shown.iter().all(|(shown, _)| shown != index))
            .map(|(_, column)| column.heading.as_str())
            .filter(|heading| !heading.is_empty())
            .peekable();
        if names.peek().is_none() {
            return Vec::new();
        }
        let names = Sentence::of_names(names).told();
        vec![Line::new().tone(Tone::Dim, tr!("No room at this width for: {}", names))]
    }
}

/// The line without its last spaces, and with the next cells where others stand for them.
fn put_in(line: &str, cells: &mut impl Iterator<Item = String>) -> String {
    let mut whole = String::with_capacity(line.len());
    let mut rest = line.trim_end();
    while let Some(place) = rest.find(STAND_IN) {
        whole.push_str(&rest[..place]);
        whole.push_str(&cells.next().unwrap_or_default());
        rest = rest[place..].trim_start_matches(STAND_IN);
    }
    whole.push_str(rest);
    whole.truncate(whole.trim_end().len());
    whole
}

/// The least width to which a column may be cut.
fn least(column: &Column, width: usize) -> usize {
    match column.shrink {
        Shrink::Cut { min } | Shrink::CutInside { min } => min.clamp(1, width),
        Shrink::Never | Shrink::Drop { .. } => width,
    }
}

/// Of the columns that may go, keeps the most important for which there is room if the others are cut as far as they
/// may be; and bars, which only say again what numbers say, where no other has to be cut for them.
fn choose(
    shown: &mut Vec<(usize, usize)>,
    columns: &[Column],
    is_of_bars: impl Fn(usize) -> bool,
    limit: usize,
) {
    let (mut optional, kept): (Vec<_>, Vec<_>) =
        (shown.drain(..)).partition(|(index, _)| matches!(columns[*index].shrink, Shrink::Drop { .. }));
    *shown = kept;
    optional.sort_by_key(|(index, _)| (is_of_bars(*index), std::cmp::Reverse(columns[*index].shrink)));
    for (index, width) in optional {
        shown.push((index, width));
        let is_uncut = is_of_bars(index);
        let wanted = |(index, width): &(usize, usize)| {
            if is_uncut { *width } else { least(&columns[*index], *width) }
        };
        if total(shown.iter().map(wanted)) > limit {
            shown.pop();
        }
    }
    shown.sort_unstable();
}

/// Cuts columns, the widest first, no further than needed.
fn cut(shown: &mut [(usize, usize)], columns: &[Column], limit: usize) {
    for _ in limit..total(shown.iter().map(|(_, width)| *width)) {
        let widest = (shown.iter_mut())
            .filter(|(index, width)| *width > least(&columns[*index], *width))
            .max_by_key(|(_, width)| *width);
        let Some((_, width)) = widest else { break };
        *width -= 1;
    }
}

/// On a terminal too narrow even for cut columns, shows what fits from the left. A number is shown whole or not at all.
fn keep_from_the_left(shown: &mut Vec<(usize, usize)>, columns: &[Column], limit: usize) {
    let mut left = limit.saturating_sub(usize::from(INDENT));
    shown.retain_mut(|(index, width)| {
        let is_cut = *width > left;
        if is_cut && (left < LEAST_CUT || columns[*index].align == Align::Right) {
            return false;
        }
        *width = left.min(*width);
        left = left.saturating_sub(*width + usize::from(GAP));
        true
    });
}

/// The width of columns with all that is between them.
fn total(widths: impl Iterator<Item = usize>) -> usize {
    let columns = widths.map(|width| width + usize::from(GAP)).sum::<usize>();
    (columns + usize::from(INDENT)).saturating_sub(usize::from(GAP))
}

/// The widths that the columns would like to have.
fn natural_widths(table: &Table, limit: Option<usize>) -> Vec<usize> {
    /// So many rows are measured together, by one core.
    const SHARE: usize = 128;
    let counts = |width: &usize| limit.is_some() || *width <= HANGS;
    let width = |cell: &Cell| Some(cell_ink(cell, BAR).width()).filter(counts).unwrap_or(0);
    let widths = |row: &Row| (0..table.columns.len()).map(|index| row.get(index).map_or(0, width)).collect();
    let widest: Vec<usize> = (table.sections.par_iter())
        .flat_map(|section| section.rows.par_iter().with_min_len(SHARE))
        .map(widths)
        .reduce(
            || vec![0; table.columns.len()],
            |widths, others| widths.into_iter().zip(others).map(|(one, other)| one.max(other)).collect(),
        );
    (table.columns.iter().zip(widest))
        .map(|(column, widest)| {
            let heading = Ink::line(&Line::from(column.heading.as_str())).trimmed().width();
            // An empty column is one wide for comfy-table.
            widest.max(heading).clamp(1, limit.unwrap_or(usize::MAX).max(1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use crate::render::ink::tests::any_text;
    use crate::report::Section;

    fn drawn(table: &Table, style: Style) -> String {
        let mut out = Vec::new();
        write(table, &style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn terminal(width: usize) -> Style {
        Style { width: Some(width), truncate: true, ..Style::default() }
    }

    fn conversations() -> Table {
        let row = |start: &str, id: &str, tokens: Option<&str>, prompt: &str| {
            vec![start.into(), id.into(), "vm-17".into(), tokens.into(), prompt.into()]
        };
        Table {
            title: vec!["times are +08:00".into()],
            columns: vec![
                Column::left("START"),
                Column::left("ID"),
                Column::left("HOST").drop_at(1),
                Column::right("TOKENS"),
                Column::left("FIRST PROMPT").cut(12),
            ],
            sections: vec![
                Section {
                    heading: Some("2026-11-20 Friday".into()),
                    rows: vec![
                        row(
                            "17:21:34",
                            "01a1f842",
                            Some("26.4k"),
                            "请先列出文件，然后修复 add() 的错误并运行测试。",
                        ),
                        row("17:21:39", "└ 01a1f843", None, "Summarise\nthe \u{1b}[31mtest output 🇨🇳👍🏽"),
                    ],
                },
                Section {
                    heading: Some("2026-11-21 Saturday".into()),
                    rows: vec![row("09:00:00", "01a1f85c", Some("118.0k"), "ok")],
                },
            ],
            footer: vec!["3 conversations, 2 days.".into()],
        }
    }

    #[test]
    fn on_a_terminal_cells_are_cut_to_its_width() {
        insta::assert_snapshot!(drawn(&conversations(), terminal(70)), @r"
        times are +08:00
         START     ID          HOST   TOKENS  FIRST PROMPT
        2026-11-20 Friday
         17:21:34  01a1f842    vm-17   26.4k  请先列出文件，然后修复 add() 的…
         17:21:39  └ 01a1f843  vm-17       –  Summarise⏎the \u{1b}[31mtest ou…

        2026-11-21 Saturday
         09:00:00  01a1f85c    vm-17  118.0k  ok
        3 conversations, 2 days.
        ");
    }

    #[test]
    fn on_a_narrow_terminal_a_column_goes_and_is_named() {
        insta::assert_snapshot!(drawn(&conversations(), terminal(46)), @r"
        times are +08:00
         START     ID          TOKENS  FIRST PROMPT
        2026-11-20 Friday
         17:21:34  01a1f842     26.4k  请先列出文件，…
         17:21:39  └ 01a1f843       –  Summarise⏎the …

        2026-11-21 Saturday
         09:00:00  01a1f85c    118.0k  ok
        No room at this width for: HOST
        3 conversations, 2 days.
        ");
    }

    #[test]
    fn the_columns_of_a_long_table_stay_where_they_are() {
        let row =
            |number: usize| vec![format!("{number}").into(), "x".repeat(number % 150).into(), "end".into()];
        let table = Table {
            columns: vec![Column::right("NO"), Column::left("NAME"), Column::left("END")],
            sections: vec![Section { heading: None, rows: (0..1_000).map(row).collect() }],
            ..Table::default()
        };
        let drawn = drawn(&table, Style::default());
        assert_eq!(drawn.lines().count(), 1_001);
        assert!(drawn.lines().skip(1).all(|line| line.len() == 1 + 3 + 2 + 149 + 2 + 3), "{drawn}");
        assert!(
            drawn.lines().skip(1).zip(0..).all(|(line, number)| line.trim().starts_with(&number.to_string()))
        );
    }

    #[test]
    fn bars_give_way_before_a_name_is_cut() {
        let bar = Cell::Bar { share: 1.0, tone: Tone::Plain };
        let table = Table {
            columns: vec![Column::left("MODEL").cut(8), Column::right("TOKENS"), Column::left("").drop_at(1)],
            sections: vec![Section {
                heading: None,
                rows: vec![vec!["gpt-5.1-codex-max".into(), "1,024".into(), bar]],
            }],
            ..Table::default()
        };
        insta::assert_snapshot!(drawn(&table, terminal(60)), @"
        MODEL              TOKENS
        gpt-5.1-codex-max   1,024  ████████████████████
        ");
        insta::assert_snapshot!(drawn(&table, terminal(40)), @"
        MODEL              TOKENS
        gpt-5.1-codex-max   1,024
        ");
        insta::assert_snapshot!(drawn(&table, terminal(24)), @"
        MODEL            TOKENS
        gpt-5.1-codex-…   1,024
        ");
    }

    #[test]
    fn into_a_pipe_nothing_is_cut() {
        insta::assert_snapshot!(drawn(&conversations(), Style::default()), @r"
        times are +08:00
         START     ID          HOST   TOKENS  FIRST PROMPT
        2026-11-20 Friday
         17:21:34  01a1f842    vm-17   26.4k  请先列出文件，然后修复 add() 的错误并运行测试。
         17:21:39  └ 01a1f843  vm-17       –  Summarise⏎the \u{1b}[31mtest output 🇨🇳👍🏽

        2026-11-21 Saturday
         09:00:00  01a1f85c    vm-17  118.0k  ok
        3 conversations, 2 days.
        ");
    }

    #[test]
    fn without_truncation_the_terminal_does_not_matter() {
        let style = Style { truncate: false, ..terminal(46) };
        assert_eq!(drawn(&conversations(), style), drawn(&conversations(), Style::default()));
    }

    #[test]
    fn tones_become_colour_and_do_not_disturb_the_columns() {
        let table = Table {
            columns: vec![Column::left("DECISION"), Column::right("CALLS")],
            sections: vec![Section {
                heading: None,
                rows: vec![
                    vec![Cell::toned(Tone::Bad, "拒绝"), "2".into()],
                    vec!["approved".into(), Cell::Unknown],
                ],
            }],
            ..Table::default()
        };
        let colored = drawn(&table, Style { color: true, ..terminal(40) });
        insta::assert_snapshot!(colored.replace('\u{1b}', "^"), @r"
        ^[2mDECISION^[0m  ^[2mCALLS^[0m
        ^[31;1m拒绝^[0m          2
        approved      ^[2m–^[0m
        ");
    }

    #[test]
    fn a_bar_is_drawn_in_eighths() {
        assert_eq!(bar(0.5, 3), "█▌");
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(0.0001, 3), "▏", "what is there is seen");
        assert_eq!(bar(0.0, 3), "");
        assert_eq!(bar(f64::NAN, 3), "");
        assert_eq!(bar(7.0, 3), "███");
    }

    #[test]
    fn one_endless_cell_hangs_out_and_is_whole() {
        let endless = "长".repeat(40_000);
        let table = Table {
            columns: vec![Column::left("COMMAND"), Column::right("EXIT")],
            sections: vec![Section {
                heading: None,
                rows: vec![vec![endless.as_str().into(), "1".into()], vec!["ls".into(), "0".into()]],
            }],
            ..Table::default()
        };
        assert_eq!(
            drawn(&table, Style::default()),
            format!(" COMMAND  EXIT\n {endless}           1\n ls          0\n")
        );
    }

    #[test]
    fn a_table_without_headings_has_no_heading_row() {
        let table = Table {
            columns: vec![Column::left(""), Column::left("")],
            sections: vec![Section { heading: None, rows: vec![vec!["time zone".into(), "+08:00".into()]] }],
            ..Table::default()
        };
        assert_eq!(drawn(&table, Style::default()), " time zone  +08:00\n");
    }

    fn any_table() -> impl Strategy<Value = Table> {
        let shrink = prop_oneof![
            Just(Shrink::Never),
            (0usize..20).prop_map(|min| Shrink::Cut { min }),
            (0usize..20).prop_map(|min| Shrink::CutInside { min }),
            (0u8..3).prop_map(|priority| Shrink::Drop { priority }),
        ];
        let column = (any_text(), any::<bool>(), shrink).prop_map(|(heading, right, shrink)| Column {
            heading,
            align: if right { Align::Right } else { Align::Left },
            shrink,
        });
        let cell = prop_oneof![
            4 => any_text().prop_map(Cell::from),
            2 => (any_text(), any_text()).prop_map(|(a, b)| Line::new().tone(Tone::Bad, a).plain(b).into()),
            1 => Just(Cell::Unknown),
            1 => Just(Cell::Empty),
            1 => (0.0..1.0f64).prop_map(|share| Cell::Bar { share, tone: Tone::Plain }),
        ];
        let prose = || proptest::collection::vec(any_text().prop_map(Line::from), 0..2);
        (proptest::collection::vec(column, 1..5), proptest::collection::vec(cell, 0..20), prose(), prose())
            .prop_map(|(columns, cells, title, footer)| {
                let rows = cells.chunks_exact(columns.len()).map(<[Cell]>::to_vec).collect();
                let heading = footer.first().cloned();
                Table { title, columns, sections: vec![Section { heading, rows }], footer }
            })
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(table in any_table(), width in 1usize..90) {
            for line in drawn(&table, terminal(width)).lines() {
                prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
                prop_assert!(!line.ends_with(' '));
            }
        }

        #[test]
        fn colour_changes_nothing_but_colour(table in any_table(), width in 1usize..90) {
            let colored = drawn(&table, Style { color: true, ..terminal(width) });
            let plain = colored.split('\u{1b}').enumerate().map(|(index, part)| match part.split_once('m') {
                Some((_, text)) if index > 0 => text,
                _ => part,
            });
            prop_assert_eq!(plain.collect::<String>(), drawn(&table, terminal(width)));
        }

        #[test]
        fn every_row_is_one_line(table in any_table()) {
            let table = Table { title: vec![], footer: vec![], ..table };
            let heading = usize::from(table.columns.iter().any(|column| !column.heading.is_empty()));
            let rows = table.sections[0].rows.len();
            let day = usize::from(table.sections[0].heading.is_some());
            let expected = if rows == 0 { 0 } else { heading + day + rows };
            prop_assert_eq!(drawn(&table, Style::default()).lines().count(), expected);
        }
    }
}
