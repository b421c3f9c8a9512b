//! What the place we draw for can show, and the ink for each tone.

use owo_colors::Style as Ansi;

use crate::report::Tone;

/// What the place we draw for can show. It is handed in: nothing here asks the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The terminal's width in columns; `None` where there is no terminal, and so nothing to cut or wrap for.
    pub width: Option<usize>,
    /// Whether to colour.
    pub color: bool,
    /// Whether table cells may be cut to fit the width.
    pub truncate: bool,
    /// Whether the place can lead to an address.
    pub hyperlinks: bool,
}

impl Style {
    /// The width a table has to keep within.
    pub(super) fn table_width(&self) -> Option<usize> {
        self.width.filter(|_| self.truncate)
    }
}

/// The loud inks go to what a reviewer looks for, the quiet ones to the rest.
pub(super) fn ansi(tone: Tone) -> Option<Ansi> {
    let ansi = Ansi::new();
    match tone {
        Tone::Plain => None,
        Tone::Strong => Some(ansi.bold()),
        Tone::Dim | Tone::Model => Some(ansi.dimmed()),
        Tone::Good => Some(ansi.green()),
        Tone::Bad => Some(ansi.bold().red()),
        Tone::Warn => Some(ansi.yellow()),
        Tone::Person => Some(ansi.bold().magenta()),
        Tone::Policy => Some(ansi.bright_blue()),
        Tone::Call | Tone::Accent => Some(ansi.cyan()),
        Tone::Network => Some(ansi.bright_cyan()),
        Tone::Match => Some(ansi.black().on_yellow()),
    }
}
