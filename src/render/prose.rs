//! Lines of prose as text, wrapped to the terminal's width.

use std::io::{self, Write};

use super::ink::Ink;
use super::style::Style;
use crate::report::{Line, Tone};

/// Writes each line.
pub(super) fn write_prose(lines: &[Line], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    lines.iter().try_for_each(|line| write_wrapped(Ink::line(line).trimmed(), style, out))
}

/// Writes one line, or as many as it takes on a terminal. No part of what is indented comes to stand where lines begin
/// that are not.
pub(super) fn write_wrapped(line: Ink, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let lines = match style.width {
        Some(width) => line.wrap_further_in(width),
        None => vec![line],
    };
    lines.iter().try_for_each(|line| writeln!(out, "{}", line.paint(style.color)))
}

/// Text of our own as lines of at most `width` columns.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    Ink::ours(Tone::Plain, text).wrap(width).iter().map(|line| line.paint(false)).collect()
}
