//! Cuts content into lines, each a message as it lies there.

use std::io;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use super::bytes::read_full;
use super::compressed::{Content, Hole};
use super::stretch::{Stretch, Stretches};
use super::{BATCH_BYTES, BadFrame, Batch, LONG_LINE_BYTES, MAX_MESSAGE_BYTES};
use crate::source::account::DamageKind;
use crate::words::sentence;

/// Less of a file is read in turn as fast.
const WORTH_STRETCHES_BYTES: u64 = 4 * BATCH_BYTES as u64;

/// Reads lines from the content of a file. Holds one batch; a line longer than that grows it.
pub(super) struct Lines {
    content: Content,
    /// The beginning of a line whose end has not been handed on yet.
    carried: Vec<u8>,
    line: u64,
    byte_offset: u64,
    ended: bool,
    /// Why the content cannot be read on; to be told when what is before it was handed on.
    failed: Option<io::Error>,
    /// Of which some may be read right now. Until all are, the number of the line behind them is not known.
    stretches: Option<Stretches>,
    most: usize,
}

impl Lines {
    pub(super) fn new(content: Content) -> Self {
        Self {
            content,
            carried: Vec::new(),
            line: 1,
            byte_offset: 0,
            ended: false,
            failed: None,
            stretches: None,
            most: MAX_MESSAGE_BYTES,
        }
    }

    /// Where the next line begins: its number and its offset.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.line, self.byte_offset)
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }

    pub(super) fn take_holes(&mut self) -> Vec<Hole> {
        self.content.take_holes()
    }

    /// Takes a stretch of lines that can be read while others are; `None` where the next batch is to be read in turn.
    pub(super) fn take_stretch(&mut self) -> Option<Stretch> {
        if self.ended {
            return None;
        }
        let stretches = match &mut self.stretches {
            Some(stretches) => stretches,
            none => {
                let (file, size) = self.content.file()?;
                if size.saturating_sub(self.byte_offset) < WORTH_STRETCHES_BYTES {
                    return None;
                }
                none.insert(Stretches::new(Arc::clone(file), size, self.line))
            }
        };
        let stretch = stretches.take(self.byte_offset);
        match &stretch {
            Some(stretch) => {
                self.carried.clear();
                self.byte_offset = stretch.end();
                self.seek();
            }
            None => self.finish_stretches(),
        }
        stretch
    }

    /// Makes ready to read on in turn.
    fn finish_stretches(&mut self) {
        if let Some(stretches) = self.stretches.take() {
            let (line, broken) = stretches.finish();
            self.line = line;
            self.byte_offset = broken.unwrap_or(self.byte_offset);
            self.seek();
        }
    }

    /// Goes to what is behind the bytes that are carried over, wherever the stretches were read.
    fn seek(&mut self) {
        if let Err(error) = self.content.go_to(self.byte_offset + self.carried.len() as u64) {
            self.ended = true;
            self.failed = Some(error);
        }
    }

    /// Fills the batch with whole lines; false at the end of the file.
    pub(super) fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        let mut filled = self.carried.len();
        if self.ended && filled == 0 {
            return self.failed.take().map_or(Ok(false), Err);
        }
        let mut wanted = BATCH_BYTES.max(filled);
        batch.make_room(wanted);
        batch.bytes[..filled].copy_from_slice(&self.carried);
        // What was carried over may be more than one line, when it was looked at before.
        let mut searched = 0;
        let whole_until = loop {
            filled += self.read(&mut batch.bytes[filled..wanted]);
            if self.ended {
                break filled;
            }
            if let Some(line_break) = memrchr(b'\n', &batch.bytes[searched..filled]) {
                break searched + line_break + 1;
            }
            searched = filled;
            if filled > self.most {
                self.carried.clear();
                self.pass_over_line(batch, filled);
                return Ok(true);
            }
            let mut most = self.most + 1;
            if filled >= LONG_LINE_BYTES
                && let Some(left) = self.content.left()
            {
                // It is not to be moved each time that more of it is there; if there is no room, it is. One byte more
                // lets the file say that it has ended.
                most = most.min(left.saturating_add(filled + 1));
                let _ = batch.bytes.try_reserve_exact(most.saturating_sub(batch.bytes.len()));
            }
            wanted = wanted.saturating_mul(2).min(most);
            batch.make_room(wanted);
        };
        self.carried.clear();
        self.carried.extend_from_slice(&batch.bytes[whole_until..filled]);
        (self.line, self.byte_offset) = batch.cut_into_lines(whole_until, self.place());
        Ok(true)
    }

    /// Takes the first line, without its line break, if `is_wanted` says so of it. To be called before any batch.
    pub(super) fn take_first_line(&mut self, is_wanted: impl FnOnce(&[u8]) -> bool) -> bool {
        let mut searched = 0;
        while memchr(b'\n', &self.carried[searched..]).is_none() && !self.ended && searched <= self.most {
            searched = self.carried.len();
            let mut more = std::mem::take(&mut self.carried);
            more.resize(searched + BATCH_BYTES.max(searched), 0);
            let read = self.read(&mut more[searched..]);
            more.truncate(searched + read);
            self.carried = more;
        }
        let line_break = memchr(b'\n', &self.carried);
        let length = line_break.unwrap_or(self.carried.len());
        if !is_wanted(&self.carried[..length]) {
            return false;
        }
        let taken = line_break.map_or(length, |at| at + 1);
        self.carried.drain(..taken);
        self.line += 1;
        self.byte_offset += taken as u64;
        true
    }

    fn read(&mut self, buffer: &mut [u8]) -> usize {
        if self.ended {
            return 0;
        }
        let (read, ended) = read_full(&mut self.content, buffer);
        match ended {
            Ok(ended) => self.ended = ended,
            Err(error) => {
                self.ended = true;
                self.failed = Some(error);
            }
        }
        read
    }

    /// Passes over a line that is too long to be one. So much of it was read, without coming to its end.
    fn pass_over_line(&mut self, batch: &mut Batch, read_before: usize) {
        let mut bytes = read_before as u64;
        // The memory that such a line has taken is given back.
        batch.bytes = vec![0; BATCH_BYTES];
        while !self.ended {
            let read = self.read(&mut batch.bytes);
            if let Some(line_break) = memchr(b'\n', &batch.bytes[..read]) {
                bytes += line_break as u64 + 1;
                self.carried.extend_from_slice(&batch.bytes[line_break + 1..read]);
                break;
            }
            bytes += read as u64;
        }
        batch.bad_frames.push(BadFrame {
            line: self.line,
            byte_offset: self.byte_offset,
            bytes,
            kind: DamageKind::BadFrame,
            reason: sentence!("a line of {} bytes, which is too long to be read", bytes),
            is_partly_read: false,
            is_unchecked: false,
        });
        self.line += 1;
        self.byte_offset += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::super::bytes::{Counted, Peeked};
    use super::*;

    fn lines(text: &str) -> Lines {
        let file = Counted::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), false);
        Lines::new(Content::of(Peeked::new(file)).expect("readable"))
    }

    type Seen = Vec<(String, u64, u64, bool)>;

    fn all(lines: &mut Lines) -> (Seen, Vec<BadFrame>) {
        let (mut seen, mut bad) = (Vec::new(), Vec::new());
        let mut batch = Batch::default();
        while lines.next_batch(&mut batch).expect("readable") {
            seen.extend(batch.messages.iter().map(|message| {
                let text = String::from_utf8_lossy(batch.bytes_of(message)).into_owned();
                (text, message.line, message.byte_offset, message.unended)
            }));
            bad.append(&mut batch.bad_frames);
            batch.clear();
        }
        (seen, bad)
    }

    #[test]
    fn lines_keep_their_number_and_place() {
        let (seen, _) = all(&mut lines("a\n\nbc\r\nd"));
        let expected = [("a", 1, 0, false), ("", 2, 2, false), ("bc\r", 3, 3, false), ("d", 4, 7, true)];
        assert_eq!(seen, expected.map(|(text, line, at, unended)| (text.to_owned(), line, at, unended)));
    }

    #[test]
    fn a_line_longer_than_a_batch_stays_whole() {
        let long = "x".repeat(BATCH_BYTES * 2 + 5);
        let (seen, _) = all(&mut lines(&format!("{long}\nshort\n")));
        assert_eq!(seen.iter().map(|(text, ..)| text.len()).collect::<Vec<_>>(), [long.len(), 5]);
    }

    #[test]
    fn a_long_line_takes_no_more_room_than_is_left_of_the_file() {
        let long = "x".repeat(LONG_LINE_BYTES * 5);
        for (size, most) in
            [(Some(long.len() as u64), long.len() + 1), (Some(0), usize::MAX), (None, usize::MAX)]
        {
            let file = Counted::new(Box::new(io::Cursor::new(long.as_bytes().to_vec())), false).of_size(size);
            let mut lines = Lines::new(Content::of(Peeked::new(file)).expect("readable"));
            let mut batch = Batch::default();
            assert!(lines.next_batch(&mut batch).expect("readable"));
            assert_eq!(batch.bytes_of(&batch.messages[0]), long.as_bytes());
            assert!(batch.bytes.capacity() <= most);
            assert!(!lines.next_batch(&mut batch).expect("readable"));
        }
    }

    #[test]
    fn a_line_too_long_to_be_one_is_passed_over() {
        let long = "x".repeat(BATCH_BYTES * 3);
        let mut lines = lines(&format!("a\n{long}\nb\n{long}"));
        lines.most = BATCH_BYTES * 2;
        let (seen, bad) = all(&mut lines);
        let behind = 2 + long.len() as u64 + 1;
        assert_eq!(seen, [("a".to_owned(), 1, 0, false), ("b".to_owned(), 3, behind, false)]);
        assert_eq!(
            bad.iter().map(|bad| (bad.line, bad.byte_offset, bad.bytes)).collect::<Vec<_>>(),
            [(2, 2, long.len() as u64 + 1), (4, behind + 2, long.len() as u64)]
        );
    }

    #[test]
    fn the_first_line_can_be_taken_or_left() {
        for (is_wanted, first) in [(true, ("b", 2, 2)), (false, ("a", 1, 0))] {
            let mut lines = lines("a\nb\n");
            assert_eq!(lines.take_first_line(|line| line == b"a" && is_wanted), is_wanted);
            let (seen, _) = all(&mut lines);
            let (text, line, at) = first;
            assert_eq!(seen[0], (text.to_owned(), line, at, false));
        }
    }
}
