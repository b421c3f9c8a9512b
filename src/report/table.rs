//! Rows under headings.

use super::{Line, Tone};

/// Rows under headings, with something to say before and after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Said before the table.
    pub title: Vec<Line>,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// The rows, in groups.
    pub sections: Vec<Section>,
    /// Said after the table.
    pub footer: Vec<Line>,
}

/// To which side a column's cells are pushed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// For words.
    #[default]
    Left,
    /// For numbers.
    Right,
}

/// What a column gives up when the table is wider than the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shrink {
    /// Nothing.
    #[default]
    Never,
    /// The ends of its cells.
    Cut {
        /// The width that stays, in terminal columns.
        min: usize,
    },
    /// The middle of its cells, whose beginnings are alike and whose ends tell them apart.
    CutInside {
        /// The width that stays, in terminal columns.
        min: usize,
    },
    /// All of itself, where cutting the others is not enough.
    Drop {
        /// The highest are kept first; of equals, the leftmost.
        priority: u8,
    },
}

/// One column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// What stands above it. When no column has a heading, no heading row is drawn.
    pub heading: String,
    /// To which side its cells are pushed.
    pub align: Align,
    /// What it gives up when there is too little room.
    pub shrink: Shrink,
}

impl Column {
    /// A column of words.
    pub fn left(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), ..Self::default() }
    }

    /// A column of numbers.
    pub fn right(heading: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::left(heading) }
    }

    /// Lets its cells be cut down to `min` terminal columns.
    #[must_use]
    pub fn cut(self, min: usize) -> Self {
        Self { shrink: Shrink::Cut { min }, ..self }
    }

    /// Lets its cells lose their middle, down to `min` terminal columns.
    #[must_use]
    pub fn cut_inside(self, min: usize) -> Self {
        Self { shrink: Shrink::CutInside { min }, ..self }
    }

    /// Lets it go where there is too little room; the highest `priority` is kept first.
    #[must_use]
    pub fn drop_at(self, priority: u8) -> Self {
        Self { shrink: Shrink::Drop { priority }, ..self }
    }
}

/// Rows that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// What they have in common, such as a day.
    pub heading: Option<Line>,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

/// One cell for each column.
pub type Row = Vec<Cell>;

/// What stands in one place of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Text; a line break in it is shown as a sign.
    Line(Line),
    /// There is nothing to say here.
    #[default]
    Empty,
    /// There is something to say, but it is not known: drawn as a dash.
    Unknown,
    /// A share of the whole, drawn as a bar.
    Bar {
        /// From 0.0 to 1.0, of the column's width.
        share: f64,
        /// What the bar means.
        tone: Tone,
    },
}

impl Cell {
    /// A bar as long as `part` is of `most`.
    #[must_use]
    pub fn bar(part: impl Into<u128>, most: impl Into<u128>, tone: Tone) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
        let share = part.into() as f64 / most.into() as f64;
        Self::Bar { share, tone }
    }

    /// Text in one tone.
    pub fn toned(tone: Tone, text: impl Into<String>) -> Self {
        Self::Line(Line::new().tone(tone, text))
    }
}

impl From<Line> for Cell {
    fn from(line: Line) -> Self {
        Self::Line(line)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Line(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Line(text.into())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    /// What is missing is unknown.
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Unknown, Into::into)
    }
}
