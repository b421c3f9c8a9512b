//! What is shown, without ink: two shapes, [`Table`] and [`Timeline`], made of toned [`Line`]s.

mod line;
mod table;
mod timeline;

pub use line::{Line, Span, Tone};
pub use table::{Align, Cell, Column, Row, Section, Shrink, Table};
pub use timeline::{Detail, DetailKind, Entry, Gutter, Timeline};
