//! What happened, one entry after another.

use super::{Line, Span};

/// What happened, one entry after another, with something to say before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Said before the entries.
    pub header: Vec<Line>,
    /// How much room times and labels get.
    pub gutter: Gutter,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Said after the entries.
    pub footer: Vec<Line>,
}

/// The widths of the columns left of the text, in terminal columns. They are
/// fixed beforehand, because entries are drawn as they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gutter {
    /// Width of the times, which are pushed to the right.
    pub time: usize,
    /// Width of the labels, which are pushed to the left.
    pub label: usize,
}

impl Default for Gutter {
    /// Room for `17:21:39.045` and a label of eight letters.
    fn default() -> Self {
        Self { time: 12, label: 8 }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// When, as it is to be read; may be shortened to what differs from the entry before, or empty.
    pub time: String,
    /// Of what family it is, such as "prompt" or "call".
    pub label: Span,
    /// What happened. Line breaks in it are kept.
    pub text: Line,
    /// What belongs to it, shown beneath.
    pub details: Vec<Detail>,
}

/// Text beneath an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What the text is.
    pub kind: DetailKind,
    /// The text. Line breaks in it are kept.
    pub text: Line,
}

/// What the text beneath an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailKind {
    /// A command that was run, drawn after `$`.
    Command,
    /// Somebody's or something's own words, drawn beside a bar.
    Quote,
    /// Our words.
    Note,
    /// What is to be put somewhere as it is: its lines are never broken.
    Verbatim,
}

impl Detail {
    /// A command that was run.
    pub fn command(text: impl Into<Line>) -> Self {
        Self { kind: DetailKind::Command, text: text.into() }
    }

    /// Somebody's or something's own words.
    pub fn quote(text: impl Into<Line>) -> Self {
        Self { kind: DetailKind::Quote, text: text.into() }
    }

    /// What is to be put somewhere as it is.
    pub fn verbatim(text: impl Into<Line>) -> Self {
        Self { kind: DetailKind::Verbatim, text: text.into() }
    }

    /// Our words.
    pub fn note(text: impl Into<Line>) -> Self {
        Self { kind: DetailKind::Note, text: text.into() }
    }
}
