//! Which line a byte of a text is in, and where each line begins, without reading the text again.

/// Where each line of a text begins.
#[derive(Debug)]
pub(super) struct LineStarts(Vec<usize>);

impl LineStarts {
    /// The lines of that text.
    pub(super) fn of(text: &str) -> Self {
        let behind_breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self(std::iter::once(0).chain(behind_breaks).collect())
    }

    /// The line, counted from 1, that the byte of that offset is in.
    pub(super) fn line_of(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start <= byte)
    }

    /// The offset at which a line, counted from 1, begins; `None` where the text has no such line.
    pub(super) fn start_of(&self, line: usize) -> Option<usize> {
        self.0.get(line.saturating_sub(1)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_and_begin_behind_line_breaks() {
        let lines = LineStarts::of("a\n\nb\n");
        assert_eq!([0, 1, 2, 3, 4, 5].map(|byte| lines.line_of(byte)), [1, 1, 2, 3, 3, 4]);
        assert_eq!(
            [1, 2, 3, 4, 5].map(|line| lines.start_of(line)),
            [Some(0), Some(2), Some(3), Some(5), None]
        );
    }
}
