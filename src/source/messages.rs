//! Cuts the bytes of a file into messages: one line of JSON each.

use std::io::{self, Read};

use memchr::memrchr;

/// Enough bytes to keep every thread busy, few enough to stay in the processor's cache.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Some whole messages of one file. Reused from batch to batch.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) messages: Vec<Message>,
}

/// One message: where it stands in the batch and where in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The line, counted from 1.
    pub(super) line: u64,
    /// Offset of its first byte in the file.
    pub(super) byte_offset: u64,
    /// The file ends here without a line break.
    pub(super) unended: bool,
}

impl Batch {
    pub(super) fn bytes_of(&self, message: &Message) -> &[u8] {
        &self.bytes[message.start..message.end]
    }
}

/// Reads lines from anything that can be read. Holds one batch; a line longer than that grows it.
pub(super) struct Lines<R> {
    reader: R,
    /// The beginning of a line whose end has not been read yet.
    carried: Vec<u8>,
    line: u64,
    byte_offset: u64,
    ended: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, carried: Vec::new(), line: 1, byte_offset: 0, ended: false }
    }

    /// Bytes read so far.
    pub(super) fn byte_offset(&self) -> u64 {
        self.byte_offset
    }

    /// The line that would be read next.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Fills the batch with whole lines; false at the end of the file.
    pub(super) fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        batch.messages.clear();
        batch.bytes.clear();
        if self.ended {
            return Ok(false);
        }
        batch.bytes.reserve(BATCH_BYTES);
        batch.bytes.append(&mut self.carried);
        let mut wanted = BATCH_BYTES;
        let whole_until = loop {
            let searched = batch.bytes.len();
            let missing = wanted.saturating_sub(searched) as u64;
            let read = self.reader.by_ref().take(missing).read_to_end(&mut batch.bytes)?;
            if (read as u64) < missing {
                self.ended = true;
                break batch.bytes.len();
            }
            if let Some(line_break) = memrchr(b'\n', &batch.bytes[searched..]) {
                break searched + line_break + 1;
            }
            wanted = wanted.saturating_mul(2);
        };
        self.carried.clear();
        self.carried.extend_from_slice(&batch.bytes[whole_until..]);
        batch.bytes.truncate(whole_until);
        self.cut_lines(batch);
        Ok(!batch.bytes.is_empty())
    }

    fn cut_lines(&mut self, batch: &mut Batch) {
        let mut start = 0;
        while start < batch.bytes.len() {
            let line_break = memchr::memchr(b'\n', &batch.bytes[start..]).map(|at| start + at);
            let end = line_break.unwrap_or(batch.bytes.len());
            batch.messages.push(Message {
                start,
                end,
                line: self.line,
                byte_offset: self.byte_offset,
                unended: line_break.is_none(),
            });
            let next = line_break.map_or(end, |at| at + 1);
            self.line += 1;
            self.byte_offset += (next - start) as u64;
            start = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_number_and_place() {
        let mut lines = Lines::new("a\n\nbc\r\nd".as_bytes());
        let mut batch = Batch::default();
        assert!(lines.next_batch(&mut batch).expect("readable"));
        let seen: Vec<_> = (batch.messages.iter())
            .map(|message| (batch.bytes_of(message), message.line, message.byte_offset, message.unended))
            .collect();
        assert_eq!(
            seen,
            [(b"a".as_slice(), 1, 0, false), (b"", 2, 2, false), (b"bc\r", 3, 3, false), (b"d", 4, 7, true)]
        );
        assert!(!lines.next_batch(&mut batch).expect("readable"));
    }

    #[test]
    fn a_line_longer_than_a_batch_stays_whole() {
        let long = "x".repeat(BATCH_BYTES * 2 + 5);
        let text = format!("{long}\nshort\n");
        let mut lines = Lines::new(text.as_bytes());
        let mut batch = Batch::default();
        let mut lengths = Vec::new();
        while lines.next_batch(&mut batch).expect("readable") {
            lengths.extend(batch.messages.iter().map(|message| batch.bytes_of(message).len()));
        }
        assert_eq!(lengths, [long.len(), 5]);
    }
}
