//! Charts as columns of eighth-blocks.

use std::io::{self, Write};

use tr::tr;

use super::prose::write_prose;
use super::style::Style;
use crate::report::{Chart, Line, Tone};

const HEIGHT: usize = 8;
/// Where there is no terminal, a chart is as wide as this at most.
const WIDTH: usize = 100;
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws a chart. Where there are more columns than room, neighbours are drawn as one, which is said. What is said above
/// and below the columns is wrapped; the columns fit.
pub(super) fn write(chart: &Chart, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_prose(&lines(chart, style), style, out)
}

/// The chart as lines of text.
fn lines(chart: &Chart, style: &Style) -> Vec<Line> {
    let mut lines = vec![chart.title.clone()];
    if chart.columns.is_empty() {
        return lines;
    }
    // Room for any label, so that merging columns does not change the room.
    let margin = 10;
    let room = style.width.unwrap_or(WIDTH).saturating_sub(margin).max(1);
    let merged = chart.columns.len().div_ceil(room);
    let sums: Vec<u128> =
        chart.columns.chunks(merged).map(|chunk| chunk.iter().map(|(_, amount)| amount).sum()).collect();
    let highest = sums.iter().copied().max().unwrap_or(0).max(1);
    let top = (chart.amount_label)(highest);
    let width = (room / sums.len()).clamp(1, 4);
    for row in (0..HEIGHT).rev() {
        let label = match row {
            _ if row == HEIGHT - 1 => top.as_str(),
            0 => "0",
            _ => "",
        };
        let mut drawn = String::new();
        for sum in &sums {
            // Anything at all shows as the lowest block.
            let eighths = (sum * (HEIGHT as u128 * 8)).div_ceil(highest);
            let filled = usize::try_from(eighths).unwrap_or(0).saturating_sub(row * 8).min(8);
            let body = if width > 1 { width - 1 } else { 1 };
            drawn.extend(std::iter::repeat_n(EIGHTHS[filled], body));
            drawn.extend(std::iter::repeat_n(' ', width - body));
        }
        let label = format!("{label:>width$}  ", width = margin - 2);
        lines.push(Line::new().tone(Tone::Dim, label).tone(Tone::Policy, drawn.trim_end().to_owned()));
    }
    let (first, last) = (&chart.columns[0].0, &chart.columns[chart.columns.len() - 1].0);
    let span = if chart.columns.len() == 1 { first.clone() } else { format!("{first} … {last}") };
    let mut axis = Line::new().tone(Tone::Dim, format!("{:margin$}{span}", ""));
    if merged > 1 {
        axis.push(Tone::Dim, tr!("  ({merged} in each column)", merged));
    }
    lines.push(axis);
    lines
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn drawn(title: &str, amounts: &[u128], width: usize) -> String {
        let chart = Chart {
            title: title.into(),
            columns: amounts
                .iter()
                .enumerate()
                .map(|(day, amount)| (format!("day {day}"), *amount))
                .collect(),
            amount_label: |amount| amount.to_string(),
        };
        let mut out = Vec::new();
        write(&chart, &Style { width: Some(width), ..Style::default() }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_as_high_as_their_amounts() {
        insta::assert_snapshot!(drawn("tokens a day", &[1, 0, 50, 100], 40), @r"
        tokens a day
             100              ███
                              ███
                              ███
                              ███
                          ███ ███
                          ███ ███
                          ███ ███
               0  ▁▁▁     ███ ███
                  day 0 … day 3
        ");
    }

    #[test]
    fn columns_that_find_no_room_are_drawn_as_one() {
        let title = "tokens a day, as the responses of all conversations say";
        insta::assert_snapshot!(drawn(title, &[1; 100], 40), @"
        tokens a day, as the responses of all
        conversations say
               4  █████████████████████████
                  █████████████████████████
                  █████████████████████████
                  █████████████████████████
                  █████████████████████████
                  █████████████████████████
                  █████████████████████████
               0  █████████████████████████
                  day 0 … day 99  (4 in each
                    column)
        ");
        for width in [11, 12, 20, 30, 40] {
            let drawn = drawn(title, &[1; 100], width);
            assert!(drawn.lines().all(|line| line.width() <= width), "{drawn}");
        }
    }
}
