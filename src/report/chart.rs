//! A quantity over time.

use super::Line;

/// A quantity over time, one column a span of time, without gaps.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Said before the chart.
    pub title: Line,
    /// The columns, earliest first: what the span is called, and how much there was in it.
    pub columns: Vec<(String, u128)>,
    /// How an amount is to be read.
    pub amount_label: fn(u128) -> String,
}
