//! Cuts the bytes of a file, in whatever form they lie there, into messages: texts of OTLP JSON.
//!
//! Lines are handed on as they lie in the file. Frames are unpacked, and protobuf becomes the text that a Collector's
//! JSON exporter writes for the same message; so one decoder reads every form, and a record that lies in files of two
//! forms is one record.

mod bytes;
mod compressed;
mod document;
mod files;
mod frame;
mod framed;
mod layout;
mod lines;
mod protobuf;
mod stretch;

use memchr::memchr;

use super::account::{Damage, DamageKind};
use crate::event::Location;
use crate::words::{Sentence, sentence};

pub(super) use compressed::may_begin_a_stream;
pub(super) use files::Messages;
pub(super) use layout::{is_worth_reading, whole_file_form};

/// Few enough bytes to stay in a processor's own cache from the reading to the end of the hearing, enough to learn how
/// they are written.
const BATCH_BYTES: usize = 1024 * 1024;

/// A batch that has grown larger for one line gives its memory back.
const LONG_LINE_BYTES: usize = 4 * BATCH_BYTES;

/// No message may be larger. A Collector takes requests of up to 20 MiB and may put several into one message; what is
/// larger than this is no message but damage, or meant to exhaust the memory.
pub(super) const MAX_MESSAGE_BYTES: usize = 1024 * 1024 * 1024;

/// Some whole messages of one file. Reused from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Which file of the input, counted from 0.
    pub(super) file: u32,
    /// The texts of the messages; what lies between and behind them is left over from earlier batches.
    pub(super) bytes: Vec<u8>,
    pub(super) messages: Vec<Message>,
    /// What could not be made into messages, in the order of the file.
    pub(super) bad_frames: Vec<BadFrame>,
}

/// One message: where it stands in the batch and where in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The line or the frame, counted from 1.
    pub(super) line: u64,
    /// Offset of its first byte in the file, or, where the whole file is compressed, in what was compressed.
    pub(super) byte_offset: u64,
    /// Where its text lies as it is; `None` when the text was made from a frame.
    pub(super) text_offset: Option<u64>,
    /// The file ends here, perhaps in the middle of the message.
    pub(super) unended: bool,
    /// Part of it could not be read, and the batch's bad frames say so: it may break off.
    pub(super) is_damaged: bool,
}

/// A place that could not be made into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadFrame {
    pub(super) line: u64,
    pub(super) byte_offset: u64,
    /// How many bytes could not be read.
    pub(super) bytes: u64,
    pub(super) kind: DamageKind,
    pub(super) reason: Sentence,
    /// A message with that number holds what could be read.
    pub(super) is_partly_read: bool,
    /// What was decompressed before it, of the same part, was handed on and may be altered.
    pub(super) is_unchecked: bool,
}

/// That what was read of a compressed part before the place that cannot be read may be altered.
fn unchecked(reason: &Sentence) -> Sentence {
    sentence!("{}; {}", reason, sentence!("what was read of it before may be altered"))
}

impl Batch {
    /// The text of a message.
    pub(super) fn bytes_of(&self, message: &Message) -> &[u8] {
        &self.bytes[message.start..message.end]
    }

    /// How many bytes its messages have.
    pub(super) fn message_bytes(&self) -> usize {
        self.messages.iter().map(|message| message.end - message.start).sum()
    }

    /// Makes ready for other messages of the file of that index.
    pub(super) fn restart(&mut self, file: u32) {
        self.clear();
        self.file = file;
    }

    /// Cuts its bytes into lines, up to there. The first has this number and this offset; returns those of the line
    /// behind the last.
    pub(super) fn cut_into_lines(&mut self, whole_until: usize, place: (u64, u64)) -> (u64, u64) {
        let (mut line, mut byte_offset) = place;
        let mut start = 0;
        while start < whole_until {
            let line_break = memchr(b'\n', &self.bytes[start..whole_until]).map(|at| start + at);
            let end = line_break.unwrap_or(whole_until);
            self.messages.push(Message {
                start,
                end,
                line,
                byte_offset,
                text_offset: Some(byte_offset),
                unended: line_break.is_none(),
                is_damaged: false,
            });
            let next = line_break.map_or(end, |at| at + 1);
            line += 1;
            byte_offset += (next - start) as u64;
            start = next;
        }
        (line, byte_offset)
    }

    /// Makes room; what is there already is left as it is, so that it is not written twice.
    fn make_room(&mut self, wanted: usize) {
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
    }

    /// Lets go of the memory that an uncommonly long message took.
    pub(super) fn shrink(&mut self) {
        if self.bytes.len() > LONG_LINE_BYTES {
            self.bytes = Vec::new();
        }
    }

    fn clear(&mut self) {
        self.messages.clear();
        self.bad_frames.clear();
    }
}

impl Message {
    /// The place in the file that an offset in the text is about: where a frame was unpacked, the frame's beginning.
    pub(super) fn at_byte(&self, offset: usize) -> u64 {
        self.text_offset.map_or(self.byte_offset, |text| text + offset as u64)
    }
}

impl BadFrame {
    /// What it is in the account of a file.
    pub(super) fn damage(self, file: u32) -> Damage {
        Damage {
            location: Location { file, line: self.line, record: 0, byte_offset: self.byte_offset },
            at_byte: self.byte_offset,
            bytes: self.bytes,
            kind: self.kind,
            reason: self.reason,
        }
    }
}
