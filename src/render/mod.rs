//! From shapes to ink, one file for each medium: which medium is chosen here, what it looks like there.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use tr::tr;

use crate::report::{Chart, Entry, Gutter, Line, Table, Timeline};
use crate::words::Sentence;

mod csv;
mod in_order;
mod ink;
mod json_lines;
mod markdown;
mod prose;
mod style;
mod text_chart;
mod text_table;
mod text_timeline;
mod visible;

pub use self::csv::{CsvColumns, write_csv_row};
pub use self::in_order::write_in_order;
pub use self::ink::{columns, one_line};
pub use self::json_lines::write_record;
pub use self::prose::wrapped;
pub use self::style::Style;
pub use self::visible::{visible_line, visible_text};

/// What an answer is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    #[default]
    Table,
    /// JSON Lines.
    Json,
    /// Comma-separated values.
    Csv,
    /// GitHub Markdown.
    Md,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Csv, Self::Md];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Md => "md",
        }
    }

    /// Whom it is made for, and how.
    #[must_use]
    pub fn medium(self) -> Medium {
        match self {
            Self::Table => Medium::Text(TextMedium::Text),
            Self::Md => Medium::Text(TextMedium::Markdown),
            Self::Json => Medium::Records(RecordFormat::Json),
            Self::Csv => Medium::Records(RecordFormat::Csv),
        }
    }
}

/// Whom an answer is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// People, for whom shapes are drawn.
    Text(TextMedium),
    /// Programs, for which records are written.
    Records(RecordFormat),
}

/// What records are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// JSON Lines.
    Json,
    /// Comma-separated values.
    Csv,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let names = Sentence::of_names(Self::ALL.map(Self::name)).told();
            tr!("no format `{}`; there are {names}", visible_line(name), names)
        })
    }
}

/// What shapes are drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextMedium {
    /// Plain or coloured text.
    Text,
    /// GitHub Markdown.
    Markdown,
}

/// Writes a table.
pub fn write_table(table: &Table, medium: TextMedium, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match medium {
        TextMedium::Text => text_table::write(table, style, out),
        TextMedium::Markdown => markdown::write_table(table, out),
    }
}

/// Writes a timeline.
pub fn write_timeline(
    timeline: &Timeline,
    medium: TextMedium,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = TimelineWriter::new(timeline.gutter, medium, *style, out);
    writer.header(&timeline.header)?;
    timeline.entries.iter().try_for_each(|entry| writer.entry(entry))?;
    writer.footer(&timeline.footer)
}

/// Writes a chart.
pub fn write_chart(chart: &Chart, medium: TextMedium, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match medium {
        TextMedium::Text => text_chart::write(chart, style, out),
        TextMedium::Markdown => {
            writeln!(out, "```text")?;
            text_chart::write(chart, &Style::default(), out)?;
            writeln!(out, "```")
        }
    }
}

/// Writes lines of prose, each on its own.
pub fn write_lines(lines: &[Line], medium: TextMedium, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match medium {
        TextMedium::Text => prose::write_prose(lines, style, out),
        TextMedium::Markdown => markdown::write_prose(lines, out),
    }
}

/// Writes timelines as their entries come, so that none has to be held as a whole.
pub struct TimelineWriter<'a> {
    gutter: Gutter,
    medium: TextMedium,
    style: Style,
    out: &'a mut dyn Write,
    written: Written,
}

/// What stands last, as it decides about the blank line before the next part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Nothing,
    Header,
    Entry,
    Footer,
}

impl<'a> TimelineWriter<'a> {
    /// A writer to which nothing was said yet.
    pub fn new(gutter: Gutter, medium: TextMedium, style: Style, out: &'a mut dyn Write) -> Self {
        Self { gutter, medium, style, out, written: Written::Nothing }
    }

    /// Says that another timeline stands before, written apart.
    pub fn follow_another(&mut self) {
        self.written = Written::Footer;
    }

    /// Begins a timeline; a second one may follow the first.
    pub fn header(&mut self, lines: &[Line]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        // Markdown's prose brings its own blank lines.
        if self.written == Written::Entry || (self.written == Written::Footer && self.is_text()) {
            writeln!(self.out)?;
        }
        self.written = Written::Header;
        write_lines(lines, self.medium, &self.style, self.out)
    }

    /// Writes one entry.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        if self.written == Written::Header && self.is_text() {
            writeln!(self.out)?;
        }
        self.written = Written::Entry;
        match self.medium {
            TextMedium::Text => text_timeline::write_entry(entry, self.gutter, &self.style, self.out),
            TextMedium::Markdown => markdown::write_entry(entry, self.out),
        }
    }

    /// Ends a timeline.
    pub fn footer(&mut self, lines: &[Line]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        if self.written == Written::Entry && !self.is_text() {
            writeln!(self.out)?;
        }
        self.written = Written::Footer;
        write_lines(lines, self.medium, &self.style, self.out)
    }

    fn is_text(&self) -> bool {
        self.medium == TextMedium::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert_eq!(
            "xml".parse::<Format>(),
            Err("no format `xml`; there are table, json, csv, md".to_owned())
        );
    }

    fn two_timelines(medium: TextMedium) -> String {
        let mut out = Vec::new();
        let mut writer =
            TimelineWriter::new(Gutter { time: 5, label: 5 }, medium, Style::default(), &mut out);
        for name in ["first", "second"] {
            writer.header(&[name.into()]).unwrap();
            writer.entry(&Entry { time: "17:21".into(), text: "begins".into(), ..Entry::default() }).unwrap();
            writer.entry(&Entry { time: ":22".into(), text: "ends".into(), ..Entry::default() }).unwrap();
            writer.footer(&["2 entries".into()]).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn timelines_follow_each_other_as_text() {
        insta::assert_snapshot!(two_timelines(TextMedium::Text), @r"
        first

         17:21         begins
           :22         ends
        2 entries

        second

         17:21         begins
           :22         ends
        2 entries
        ");
    }

    #[test]
    fn timelines_follow_each_other_as_markdown() {
        insta::assert_snapshot!(two_timelines(TextMedium::Markdown), @r"
        first

        - 17:21 begins
        - :22 ends

        2 entries

        second

        - 17:21 begins
        - :22 ends

        2 entries
        ");
    }
}
