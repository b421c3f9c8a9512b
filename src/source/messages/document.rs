//! Takes a JSON document over many lines as one message, unless it proves to be lines that are damaged.

use std::io::{self, Read};

use serde::de::IgnoredAny;

use super::compressed::{Content, Hole};
use super::{BadFrame, Batch, MAX_MESSAGE_BYTES, Message};
use crate::source::account::DamageKind;
use crate::source::otlp_json::{Cut, cut};
use crate::words::sentence;

/// A document that was not read yet, or was.
pub(super) struct Document {
    content: Content,
    ended: bool,
    failed: Option<io::Error>,
    length: u64,
    /// It was read, and its lines turned out to be messages of their own.
    is_lines: bool,
}

impl Document {
    pub(super) fn new(content: Content) -> Self {
        Self { content, ended: false, failed: None, length: 0, is_lines: false }
    }

    /// The line, always the first, and the offset of what would be read next.
    pub(super) fn place(&self) -> (u64, u64) {
        (1, self.length)
    }

    /// Whether what was taken for a document was none, and was handed on line by line.
    pub(super) fn is_lines(&self) -> bool {
        self.is_lines
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

    /// Fills the batch with the whole document; false when that was done.
    pub(super) fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        if self.ended {
            return self.failed.take().map_or(Ok(false), Err);
        }
        self.ended = true;
        batch.bytes.clear();
        let most = MAX_MESSAGE_BYTES as u64 + 1;
        self.failed = self.content.by_ref().take(most).read_to_end(&mut batch.bytes).err();
        let mut message = Message {
            start: 0,
            end: batch.bytes.len(),
            line: 1,
            byte_offset: 0,
            text_offset: Some(0),
            unended: true,
            is_damaged: false,
        };
        self.length = message.end as u64;
        if message.end <= MAX_MESSAGE_BYTES && holds_lines(&batch.bytes) {
            self.is_lines = true;
            batch.cut_into_lines(message.end, (1, 0));
            return Ok(true);
        }
        if message.end > MAX_MESSAGE_BYTES {
            message.is_damaged = true;
            message.unended = false;
            let rest = io::copy(&mut self.content, &mut io::sink()).unwrap_or_else(|error| {
                // To be told when what was read is handed on.
                self.failed = Some(error);
                0
            });
            self.length += rest;
            batch.bad_frames.push(BadFrame {
                line: 1,
                byte_offset: 0,
                bytes: rest,
                kind: DamageKind::BadFrame,
                reason: sentence!(
                    "{}; {}",
                    sentence!("a document larger than 1 GiB"),
                    sentence!("only what is before that is read")
                ),
                is_partly_read: true,
                is_unchecked: false,
            });
        }
        batch.messages.push(message);
        Ok(true)
    }
}

/// Whether the text is lines of which the first are so damaged that they look like the beginning of a document: it is no
/// sequence of whole values, and one of its lines is a message by itself.
fn holds_lines(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    !values.all(|value| value.is_ok()) && text.split(|byte| *byte == b'\n').any(is_message)
}

fn is_message(line: &[u8]) -> bool {
    if !matches!(line.trim_ascii().first(), Some(b'{' | b'[')) {
        return false;
    }
    let text = String::from_utf8_lossy(line);
    let mut parts = Cut::default();
    cut(&text, &mut parts);
    parts.gaps.is_empty() && parts.records().next().is_some()
}
