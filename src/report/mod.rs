//! What is shown, without ink: three shapes, [`Table`], [`Timeline`] and [`Chart`], made of toned [`Line`]s.

mod chart;
mod line;
mod table;
mod timeline;

pub use chart::Chart;
pub use line::{Line, Span, Tone};
pub use table::{Align, Cell, Column, Row, Section, Shrink, Table};
pub use timeline::{Detail, DetailKind, Entry, Gutter, Timeline};
