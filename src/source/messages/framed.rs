//! Cuts content into frames, each behind its length, and unpacks them on every core.
//!
//! A frame that cannot be unpacked, or that is followed by none, may have a wrong length, so that its end cannot be
//! trusted: the next frame is looked for right behind its first byte. A frame that goes beyond the end of the file, with no frame in it, is one
//! that is still being written.

use std::io;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::bytes::read_full;
use super::compressed::{Content, Hole, ZSTD_MAGIC};
use super::frame::{
    HEADER_BYTES, Header, PREFIX_BYTES, TooLarge, Unpacked, Unpacker, Work, find, goes_on, header,
};
use super::protobuf::Written;
use super::{BATCH_BYTES, BadFrame, Batch, MAX_MESSAGE_BYTES, Message, unchecked};
use crate::source::account::{DamageKind, zero_bytes};
use crate::source::form::{Compression, Form};
use crate::words::{Sentence, sentence};

/// So much is read at once.
const READ_BYTES: usize = 1024 * 1024;

/// Frames are unpacked side by side while none of them is larger than this; larger ones are unpacked alone, so that
/// the memory taken does not grow with the number of cores.
const MOST_SIDE_BY_SIDE: usize = 32 * 1024 * 1024;

/// In all, so much is done for what only looks like a frame. Nothing but a file made to take time comes near; what is
/// behind is damage.
const MOST_TRIED: Work = 16 * 1024 * 1024 * 1024;

/// Reads frames from the content of a file.
pub(super) struct Framed {
    content: Content,
    buffer: Vec<u8>,
    /// The part of `buffer` that was read and not handed on yet.
    start: usize,
    end: usize,
    /// Offset of `buffer[0]` in the content.
    offset: u64,
    /// The number of the next frame.
    frame: u64,
    ended: bool,
    /// Why the content cannot be read on; to be told when what is before it was handed on.
    failed: Option<io::Error>,
    /// How much to unpack at once. Little behind a bad frame: what was unpacked behind the next one is thrown away.
    budget: usize,
    /// How much was done for what only looked like a frame.
    tried: Work,
    form: Option<(Form, Compression)>,
    unpacker: Unpacker,
}

/// What stands at some place.
enum Next {
    /// A frame with its prefix.
    Frame(std::ops::Range<usize>),
    /// The beginning of a frame that goes beyond the end.
    CutShort,
    /// The same, and what is there of it does not go on as a frame does.
    Torn,
    /// No frame.
    Bad,
    /// Nothing more.
    End,
}

impl Framed {
    pub(super) fn new(mut content: Content) -> Self {
        content.holds_frames();
        Self {
            content,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            frame: 1,
            ended: false,
            failed: None,
            budget: BATCH_BYTES,
            tried: 0,
            form: None,
            unpacker: Unpacker::new(),
        }
    }

    /// Where the next frame begins: its number and its offset.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.frame, self.offset + self.start as u64)
    }

    /// The form of the frames, and what compresses each, when one was read.
    pub(super) fn form(&self) -> Option<(Form, Compression)> {
        self.form
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

    /// Fills the batch with whole frames; false at the end of the file.
    pub(super) fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.offset += self.start as u64;
        self.end -= self.start;
        self.start = 0;
        let mut frames = Vec::new();
        let mut at = 0;
        let mut expected = 0;
        while expected < self.budget {
            let Next::Frame(frame) = self.frame_at(at) else { break };
            at = frame.end;
            expected += expected_size(&self.buffer[frame.start + PREFIX_BYTES..frame.end]);
            frames.push(frame);
        }
        if frames.is_empty() {
            match self.frame_at(0) {
                Next::End => return self.failed.take().map_or(Ok(false), Err),
                Next::CutShort => self.cut_short(batch),
                Next::Torn => {
                    let next = self.next_sound_frame(1, usize::MAX, false).unwrap_or(self.end);
                    self.torn(batch, next);
                }
                Next::Bad | Next::Frame(_) => {
                    self.pass_over(batch, sentence!("no frame begins here"), false, None);
                }
            }
            return Ok(true);
        }
        self.unpack(batch, &frames);
        Ok(true)
    }

    /// Unpacks frames side by side, and hands them on up to the first that breaks off.
    fn unpack(&mut self, batch: &mut Batch, frames: &[std::ops::Range<usize>]) {
        let buffer = &self.buffer;
        let mut unpacked = Vec::with_capacity(frames.len());
        frames
            .par_iter()
            .with_min_len(frames.len().div_ceil(4 * rayon::current_num_threads()))
            .map_init(Unpacker::new, |unpacker, frame| {
                let mut text = Vec::new();
                let body = &buffer[frame.start + PREFIX_BYTES..frame.end];
                let unpacked = unpacker.unpack(body, MOST_SIDE_BY_SIDE, &mut text);
                (text, unpacked)
            })
            .collect_into_vec(&mut unpacked);
        let mut filled = 0;
        for ((mut text, unpacked), frame) in unpacked.into_iter().zip(frames) {
            let body = &self.buffer[frame.start + PREFIX_BYTES..frame.end];
            let mut unpacked =
                unpacked.or_else(|TooLarge| self.unpacker.unpack(body, MAX_MESSAGE_BYTES, &mut text));
            let mut next = None;
            if let Ok(Unpacked { written, work, .. }) = &unpacked
                && let Some(within) = self.next_within(frame, written, frames.last() == Some(frame))
            {
                self.tried += *work + text.len() as Work;
                text.clear();
                let body = self.buffer.get(frame.start + PREFIX_BYTES..within).unwrap_or_default();
                unpacked = self.unpacker.unpack(body, MAX_MESSAGE_BYTES, &mut text);
                next = Some(within);
            }
            let (reason, breaks_off) = match &unpacked {
                Ok(Unpacked { written: Written::Whole, .. }) if next.is_some() => {
                    (Some(sentence!("its length goes beyond the beginning of the next frame")), true)
                }
                Ok(Unpacked { written, .. }) => {
                    (written.reason(), next.is_some() || matches!(written, Written::BrokenOff { .. }))
                }
                Err(TooLarge) => (Some(sentence!("a message larger than 1 GiB")), false),
            };
            self.start = frame.start;
            if breaks_off {
                return self.break_off(batch, filled, &text, &unpacked, reason.unwrap_or_default(), next);
            }
            if let Ok(unpacked) = &unpacked {
                self.form.get_or_insert((unpacked.form, unpacked.compression));
                filled =
                    self.hand_on(batch, filled, &text, unpacked.lies_as_it_is(), reason.is_some(), false);
            }
            if let Some(reason) = reason {
                batch.bad_frames.push(self.bad_frame(frame.len() as u64, reason, unpacked.is_ok()));
            }
            self.start = frame.end;
            self.frame += 1;
        }
        self.budget = self.budget.saturating_mul(4).min(BATCH_BYTES);
    }

    /// Hands on what was unpacked of the frame at the start, which breaks off, and goes to the next one, which is at
    /// `next` where that is known.
    fn break_off(
        &mut self,
        batch: &mut Batch,
        filled: usize,
        text: &[u8],
        unpacked: &Result<Unpacked, TooLarge>,
        reason: Sentence,
        next: Option<usize>,
    ) {
        let read = unpacked.as_ref().ok().filter(|_| !text.is_empty());
        if let Some(unpacked) = read {
            self.hand_on(batch, filled, text, unpacked.lies_as_it_is(), true, false);
        }
        let is_unchecked = read.is_some_and(|unpacked| unpacked.is_unchecked);
        let reason = if is_unchecked { unchecked(&reason) } else { reason };
        self.pass_over(batch, reason, read.is_some(), next);
        if let Some(bad) = batch.bad_frames.last_mut() {
            bad.is_unchecked = is_unchecked;
        }
    }

    /// Adds a message to the batch, and says how far its bytes are filled now.
    fn hand_on(
        &self,
        batch: &mut Batch,
        filled: usize,
        text: &[u8],
        lies_as_it_is: bool,
        is_damaged: bool,
        unended: bool,
    ) -> usize {
        let end = filled + text.len();
        if batch.bytes.len() < end {
            batch.bytes.resize(end, 0);
        }
        batch.bytes[filled..end].copy_from_slice(text);
        let (line, byte_offset) = self.place();
        let text_offset = lies_as_it_is.then_some(byte_offset + PREFIX_BYTES as u64);
        batch.messages.push(Message {
            start: filled,
            end,
            line,
            byte_offset,
            text_offset,
            unended,
            is_damaged,
        });
        end
    }

    fn bad_frame(&self, bytes: u64, reason: Sentence, is_partly_read: bool) -> BadFrame {
        let (line, byte_offset) = self.place();
        let kind = DamageKind::BadFrame;
        BadFrame { line, byte_offset, bytes, kind, reason, is_partly_read, is_unchecked: false }
    }

    /// What stands at that place of the buffer, which is filled as far as needed.
    fn frame_at(&mut self, at: usize) -> Next {
        self.fill(at + HEADER_BYTES);
        let known = &self.buffer[at..self.end];
        match header(known) {
            _ if known.is_empty() => Next::End,
            Header::None => Next::Bad,
            Header::TooShort => Next::CutShort,
            Header::Frame { length } => {
                let end = at + PREFIX_BYTES + length;
                self.fill(end);
                if end <= self.end {
                    // Whatever is odd in it, records of it may be whole.
                    return Next::Frame(at..end);
                }
                let (goes_on, work) = goes_on(&self.buffer[at + PREFIX_BYTES..self.end], length);
                self.tried += work;
                if goes_on { Next::CutShort } else { Next::Torn }
            }
        }
    }

    /// Reads until the buffer is filled so far, or nothing more comes.
    fn fill(&mut self, wanted: usize) {
        while self.end < wanted && !self.ended {
            // A length can lie: memory is taken as bytes come.
            let target = self.end + READ_BYTES.max((wanted - self.end).min(self.end));
            if self.buffer.len() < target {
                self.buffer.resize(target, 0);
            }
            let (read, ended) = read_full(&mut self.content, &mut self.buffer[self.end..target]);
            self.end += read;
            match ended {
                Ok(ended) => self.ended = ended,
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error);
                }
            }
        }
    }

    /// The frame at the start goes beyond the end of the file: it is still being written, unless its length is wrong,
    /// in which case there are frames within it.
    fn cut_short(&mut self, batch: &mut Batch) {
        if let Some(next) = self.next_sound_frame(1, usize::MAX, true) {
            return self.torn(batch, next);
        }
        let body = self.buffer[..self.end].get(PREFIX_BYTES..).unwrap_or_default();
        let mut text = Vec::new();
        let (mut reason, mut is_unchecked) = (None, false);
        // It may be too little yet to tell what it is.
        if body.len() > ZSTD_MAGIC.len()
            && let Ok(unpacked) = self.unpacker.unpack(body, MAX_MESSAGE_BYTES, &mut text)
        {
            if unpacked.lies_as_it_is() {
                // What is damaged in it is told where it is read.
                text = body.to_vec();
            } else {
                reason = unpacked.written.damage();
                is_unchecked = unpacked.is_unchecked;
            }
        }
        // When it holds nothing that can be read yet, it still is a message that has begun.
        if text.is_empty() {
            text = b"{".to_vec();
        }
        self.hand_on(batch, 0, &text, false, reason.is_some(), true);
        if let Some(reason) = reason {
            let reason = if is_unchecked { unchecked(&reason) } else { reason };
            let bad = self.bad_frame(self.end as u64, reason, true);
            batch.bad_frames.push(BadFrame { is_unchecked, ..bad });
        }
        self.start = self.end;
        self.frame += 1;
    }

    /// The frame at the start goes beyond the end of the file, and others are within it from `next` on: what is before
    /// them is read.
    fn torn(&mut self, batch: &mut Batch, next: usize) {
        let mut text = Vec::new();
        let body = self.buffer.get(PREFIX_BYTES..next).unwrap_or_default();
        let unpacked = self.unpacker.unpack(body, MAX_MESSAGE_BYTES, &mut text);
        let mut reason = sentence!("its length goes beyond the end of the file");
        if let Some(damage) = unpacked.as_ref().ok().and_then(|unpacked| unpacked.written.damage()) {
            reason = sentence!("{}; {}", reason, damage);
        }
        self.break_off(batch, 0, &text, &unpacked, reason, Some(next));
    }

    /// Notes that there is no sound frame at the start, and goes to the next one, which is looked for unless it is known.
    fn pass_over(&mut self, batch: &mut Batch, reason: Sentence, is_partly_read: bool, known: Option<usize>) {
        self.budget = BATCH_BYTES / 256;
        let begin = self.start;
        let (mut passed, mut zeros) = (0, true);
        let mut from = begin + 1;
        let next = loop {
            if let Some(found) = known.or_else(|| self.next_sound_frame(from, usize::MAX, false)) {
                break found;
            }
            if self.ended {
                break self.end;
            }
            // What has been searched is let go, but for what may be the beginning of a frame.
            let searched = self.end.saturating_sub(HEADER_BYTES).max(begin + 1);
            zeros &= self.buffer[begin..searched].iter().all(|byte| *byte == 0);
            passed += searched - begin;
            self.buffer.copy_within(searched..self.end, begin);
            self.end -= searched - begin;
            from = begin;
            self.fill(self.end + 1);
        };
        zeros &= self.buffer[begin..next].iter().all(|byte| *byte == 0);
        let bytes = (passed + next - begin) as u64;
        let mut bad = self.bad_frame(bytes, reason, is_partly_read);
        if zeros {
            bad.kind = DamageKind::NulRun;
            bad.reason = zero_bytes(bytes);
        } else if next < self.end {
            bad.reason = sentence!("{}; {}", bad.reason, sentence!("the frame behind it is read"));
        }
        batch.bad_frames.push(bad);
        self.offset += passed as u64;
        self.start = next;
        self.frame += 1;
    }

    /// Where a frame begins within one that breaks off, or can be read and has none behind it: that one was cut off, and
    /// took what follows it for its rest.
    fn next_within(
        &mut self,
        frame: &std::ops::Range<usize>,
        written: &Written,
        is_last: bool,
    ) -> Option<usize> {
        if matches!(written, Written::BrokenOff { .. }) {
            return self.next_sound_frame(frame.start + 1, frame.end, false);
        }
        let has_none_behind = is_last && !matches!(self.frame_at(frame.end), Next::Frame(_) | Next::End);
        if has_none_behind { self.next_sound_frame(frame.start + 1, frame.end, true) } else { None }
    }

    /// The next place, from one on and before another, with a whole frame that can be unpacked. Where the place may be
    /// within a frame that is sound itself, as far as it is there, or no frame was read yet, nothing but a frame counts
    /// that has another behind it, or the end of the file.
    fn next_sound_frame(&mut self, mut from: usize, until: usize, may_be_within: bool) -> Option<usize> {
        let is_within_protobuf = matches!(self.form, Some((Form::LengthPrefixedProtobuf, Compression::None)))
            || may_be_within && self.buffer.get(from - 1 + PREFIX_BYTES) == Some(&0x0A);
        loop {
            let known = self.end.min(until.saturating_add(HEADER_BYTES));
            let found = find(&self.buffer[..known], from).filter(|found| *found < until)?;
            if self.tried < MOST_TRIED
                && let Next::Frame(frame) = self.frame_at(found)
                && !self.may_be_quoted(&frame, is_within_protobuf)
                && self.is_sound(frame.clone())
                && (!may_be_within && self.form.is_some() || self.has_another_behind(&frame))
            {
                return Some(found);
            }
            from = found + 1;
        }
    }

    fn has_another_behind(&mut self, frame: &std::ops::Range<usize>) -> bool {
        !matches!(self.frame_at(frame.end), Next::Bad | Next::Torn)
    }

    /// Whether what looks like a frame within or behind a broken one may be what somebody wrote: Codex sends no string
    /// that is no UTF-8, and in protobuf it stands as it is. A frame of protobuf is no UTF-8, for the times and most of
    /// the lengths in it, and nor is what is compressed; one of JSON is, but JSON has no lengths within its strings.
    fn may_be_quoted(&mut self, frame: &std::ops::Range<usize>, is_within_protobuf: bool) -> bool {
        if !is_within_protobuf && self.buffer[frame.start + PREFIX_BYTES] != 0x0A {
            return false;
        }
        self.tried += frame.len() as Work;
        // Nor is it another text for ending within a character.
        std::str::from_utf8(&self.buffer[frame.clone()])
            .map_or_else(|error| error.error_len().is_none(), |_| true)
    }

    /// Whether a frame in the buffer can be unpacked, and not in part only.
    fn is_sound(&mut self, frame: std::ops::Range<usize>) -> bool {
        let body = &self.buffer[frame.start + PREFIX_BYTES..frame.end];
        let (goes_on, work) = goes_on(body, body.len());
        self.tried += work;
        if !goes_on {
            return false;
        }
        let mut text = Vec::new();
        let unpacked = self.unpacker.unpack(body, MAX_MESSAGE_BYTES, &mut text);
        if let Ok(Unpacked { written: Written::Whole | Written::PartlyUnread(_), .. }) = unpacked {
            return true;
        }
        self.tried +=
            unpacked.map_or(MAX_MESSAGE_BYTES as Work, |unpacked| unpacked.work + text.len() as Work);
        false
    }
}

/// About how many bytes a frame's text will have.
fn expected_size(body: &[u8]) -> usize {
    const UNKNOWN: usize = 1024 * 1024;
    match zstd::zstd_safe::get_frame_content_size(body) {
        Ok(Some(size)) => usize::try_from(size).unwrap_or(usize::MAX),
        Ok(None) => UNKNOWN,
        Err(_) => body.len() * 2,
    }
}
