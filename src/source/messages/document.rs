//! Takes a JSON document over many lines as one message.

use std::io::{self, Read};

use super::compressed::{Content, Hole};
use super::{BadFrame, Batch, MAX_MESSAGE_BYTES, Message};
use crate::source::account::DamageKind;

/// A document that was not read yet, or was.
pub(super) struct Document {
    content: Content,
    ended: bool,
    failed: Option<io::Error>,
    length: u64,
}

impl Document {
    pub(super) fn new(content: Content) -> Self {
        Self { content, ended: false, failed: None, length: 0 }
    }

    /// The line, always the first, and the offset of what would be read next.
    pub(super) fn place(&self) -> (u64, u64) {
        (1, self.length)
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
        if message.end > MAX_MESSAGE_BYTES {
            message.is_damaged = true;
            message.unended = false;
            let rest = io::copy(&mut self.content, &mut io::sink())?;
            self.length += rest;
            batch.bad_frames.push(BadFrame {
                line: 1,
                byte_offset: 0,
                bytes: rest,
                kind: DamageKind::BadFrame,
                reason: "a document larger than 1 GiB; only what is before that is read".to_owned(),
                is_partly_read: true,
            });
        }
        batch.messages.push(message);
        Ok(true)
    }
}
