//! Walks over the files of an input, and hands on their messages batch by batch.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use serde::de::IgnoredAny;

use super::bytes::{Counted, Peeked};
use super::compressed::{Content, HEAD_BYTES, Hole};
use super::document::Document;
use super::framed::Framed;
use super::layout::{Layout, foreign_packer, is_utf16};
use super::lines::Lines;
use super::stretch::Stretch;
use super::{BadFrame, Batch, Message, unchecked};
use crate::event::Location;
use crate::source::account::{Damage, DamageKind, FileAccount, FileNote, Unopened};
use crate::source::form::{Compression, Form};
use crate::source::input_file::InputFile;
use crate::source::opened::{FileId, Opened, Watch, refusal};
use crate::source::rotation::{Place, has_successor};
use crate::words::{Sentence, sentence};

/// Reads the messages of one file after the other.
pub(in crate::source) struct Messages<'i> {
    files: &'i [InputFile],
    /// Which file each name stood for when the run began.
    as_found: Vec<Option<FileId>>,
    with_digests: bool,
    bytes_read: Arc<AtomicU64>,
    current: Option<Current>,
    /// The end of a file that may go on in the next one.
    held: Option<Held>,
    accounts: Vec<FileAccount>,
    unopened: Vec<Unopened>,
}

/// The file that is being read.
struct Current {
    reader: Reader,
    watch: Option<Watch>,
    /// Holes in what compresses the file, in content that was decoded and not handed on yet.
    holes: Vec<Hole>,
    /// Its last line breaks off, though the Collector went on in another file.
    is_torn: bool,
}

/// The last line of a file, which breaks off.
struct Held {
    file: u32,
    text: Vec<u8>,
    message: Message,
}

enum Reader {
    Lines(Lines),
    Document(Document),
    Framed(Box<Framed>),
}

impl<'i> Messages<'i> {
    /// A reader that has read nothing yet. With `with_digests`, the bytes of each file are hashed as well.
    pub(in crate::source) fn new(files: &'i [InputFile], with_digests: bool) -> Self {
        Self {
            files,
            as_found: files.iter().map(FileId::of_input).collect(),
            with_digests,
            bytes_read: Arc::default(),
            current: None,
            held: None,
            accounts: Vec::new(),
            unopened: Vec::new(),
        }
    }

    /// Adds the bytes that are read to a count that others look at meanwhile.
    pub(in crate::source) fn reporting_to(self, bytes_read: &Arc<AtomicU64>) -> Self {
        Self { bytes_read: Arc::clone(bytes_read), ..self }
    }

    /// Fills the batch with messages of one file, perhaps with none; false at the end of the input.
    pub(in crate::source) fn next_batch(&mut self, batch: &mut Batch) -> bool {
        loop {
            batch.clear();
            let Some(current) = &mut self.current else {
                if !self.open_next() {
                    return false;
                }
                if let Some(held) = self.held.take() {
                    self.release(held, batch);
                    return true;
                }
                continue;
            };
            let index = self.accounts.len() - 1;
            batch.file = u32::try_from(index).unwrap_or(u32::MAX);
            let (line, byte_offset) = current.reader.place();
            let outcome = current.reader.next_batch(batch);
            current.tell_holes(batch, line, !matches!(outcome, Ok(true)));
            match outcome {
                Ok(true) => self.hold_back(batch),
                Ok(false) => {
                    batch.bad_frames.extend(self.close());
                    if batch.bad_frames.is_empty() {
                        continue;
                    }
                }
                Err(error) => {
                    self.accounts[index].damage.push(Damage {
                        location: Location { file: batch.file, line, record: 0, byte_offset },
                        at_byte: byte_offset,
                        bytes: 0,
                        kind: DamageKind::ReadError,
                        reason: sentence!("cannot be read on: {}", error),
                    });
                    self.close();
                }
            }
            return true;
        }
    }

    /// Takes a stretch of the current file that can be read into the batch while others are; `None` where the next batch
    /// is to be read in turn.
    pub(in crate::source) fn take_stretch(&mut self, batch: &mut Batch) -> Option<Stretch> {
        let Reader::Lines(lines) = &mut self.current.as_mut()?.reader else { return None };
        let stretch = lines.take_stretch()?;
        batch.restart(self.file_number());
        Some(stretch)
    }

    /// What was read of each file, without its messages, and which files could not be opened.
    pub(in crate::source) fn finish(self) -> (Vec<FileAccount>, Vec<Unopened>) {
        (self.accounts, self.unopened)
    }

    /// Opens the next file; false when there is none. When it cannot be opened, nothing is being read.
    fn open_next(&mut self) -> bool {
        let index = self.accounts.len();
        let Some(file) = self.files.get(index) else { return false };
        let mut account = FileAccount { name: file.name(), ..FileAccount::default() };
        let opened = Opened::open(file, self.as_found[index].as_ref()).and_then(|opened| {
            account.notes.extend(opened.note.map(FileNote::Changed));
            let file =
                Counted::new(opened.reader, self.with_digests).of_size(opened.size).of_file(opened.file);
            let (reader, unreadable) = Reader::open(file.reporting_to(Arc::clone(&self.bytes_read)))?;
            account
                .notes
                .extend(unreadable.map(|unreadable| FileNote::Unreadable(unreadable.note(&account.name))));
            Ok(Current { reader, watch: opened.watch, holes: Vec::new(), is_torn: false })
        });
        match opened {
            Ok(current) => {
                account.was_opened = true;
                self.current = Some(current);
            }
            Err(error) => {
                let reason = refusal(file, &error);
                self.unopened.push(Unopened { name: account.name.clone(), reason });
            }
        }
        self.accounts.push(account);
        true
    }

    /// The number of the file that was opened last.
    fn file_number(&self) -> u32 {
        u32::try_from(self.accounts.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Closes the file that is being read. Returns that what compresses it breaks off where no line says so.
    fn close(&mut self) -> Option<BadFrame> {
        let file = self.file_number();
        let breaks_off = self.current.as_ref().is_some_and(|current| current.reader.content().breaks_off());
        let is_closed = breaks_off && self.is_closed(self.accounts.len() - 1);
        let (Some(Current { reader, watch, is_torn, .. }), Some(account)) =
            (self.current.take(), self.accounts.last_mut())
        else {
            return None;
        };
        (account.form, account.compression) = reader.form();
        let (line, byte_offset) = reader.place();
        if breaks_off && !is_closed {
            account.unfinished = Some(Location { file, line, record: 0, byte_offset });
        }
        (account.bytes, account.sha256) = reader.into_content().finish();
        let what_happened = watch.and_then(|watch| watch.what_happened(account.bytes));
        account.notes.extend(what_happened.map(FileNote::Changed));
        (is_closed && !is_torn).then(|| BadFrame {
            line,
            byte_offset: account.bytes,
            bytes: 0,
            kind: DamageKind::Torn,
            reason: sentence!("what compresses the file breaks off"),
            is_partly_read: false,
            is_unchecked: false,
        })
    }

    /// Looks at the last line of a file when it breaks off, and the Collector went on in another file: what is missing
    /// will not be written any more. Keeps it back when that file is the next one of the input: a Collector before release
    /// 0.79 cut lines in two when it rotated.
    fn hold_back(&mut self, batch: &mut Batch) {
        let index = self.accounts.len() - 1;
        let Some(last) = batch.messages.last().copied().filter(|message| message.unended) else { return };
        if !self.is_closed(index) {
            return;
        }
        let text = batch.bytes_of(&last);
        if is_whole(text) || text.trim_ascii().is_empty() {
            return;
        }
        let message = Message { unended: false, ..last };
        batch.messages.pop();
        if self.is_continued(index) {
            let text = batch.bytes_of(&message).to_vec();
            self.held = Some(Held { file: batch.file, text, message });
        } else {
            batch.messages.push(message);
        }
        if let Some(current) = &mut self.current {
            current.is_torn = true;
        }
    }

    /// Whether the Collector went on in a newer file of the same rotated set, in the input or beside it.
    fn is_closed(&self, index: usize) -> bool {
        let is_backup_with_successor =
            |file: &InputFile| matches!(file, InputFile::Path(path) if has_successor(path));
        self.is_continued(index) || self.files.get(index).is_some_and(is_backup_with_successor)
    }

    /// Whether the next file is the next one of the same rotated set.
    fn is_continued(&self, index: usize) -> bool {
        let (Some(InputFile::Path(this)), Some(InputFile::Path(next))) =
            (self.files.get(index), self.files.get(index + 1))
        else {
            return false;
        };
        let (here, there) = (Place::of_path(this), Place::of_path(next));
        this.parent() == next.parent() && here.set == there.set && here < there
    }

    /// Hands on what was held back, with its rest if the file that was opened begins with it.
    fn release(&mut self, held: Held, batch: &mut Batch) {
        let Held { file, mut text, message } = held;
        if let Some(Current { reader: Reader::Lines(lines), .. }) = &mut self.current {
            let torn = text.len();
            let is_joined = lines.take_first_line(|first_line| {
                text.extend_from_slice(first_line);
                !is_whole(first_line) && is_whole(&text)
            });
            if !is_joined {
                text.truncate(torn);
            }
        }
        batch.file = file;
        batch.messages.push(Message { start: 0, end: text.len(), ..message });
        batch.bytes = text;
    }
}

impl Current {
    /// Adds to the batch the holes that lie in it, each with the line or the frame it is in; with `is_all`, all there are.
    /// The batch begins at that line.
    fn tell_holes(&mut self, batch: &mut Batch, first: u64, is_all: bool) {
        self.holes.append(&mut self.reader.take_holes());
        if self.holes.is_empty() {
            return;
        }
        let next = self.reader.place();
        let told = self.holes.iter().take_while(|hole| is_all || hole.behind < next.1).count();
        let messages = batch.messages.iter().map(|message| (message.byte_offset, message.line));
        let bad_frames = batch.bad_frames.iter().map(|bad| (bad.byte_offset, bad.line));
        let mut places: Vec<_> = messages.chain(bad_frames).chain([(next.1, next.0)]).collect();
        places.sort_unstable();
        let line_of = |hole: &Hole| {
            let behind = places.partition_point(|(byte_offset, _)| *byte_offset <= hole.behind);
            behind.checked_sub(1).map_or(first, |last| places[last].1)
        };
        let told = self.holes.drain(..told).map(|hole| bad_stream(&hole, line_of(&hole)));
        batch.bad_frames.splice(..0, told);
    }
}

impl Reader {
    /// Says as well why the content cannot be read, where its first bytes tell.
    fn open(file: Counted) -> io::Result<(Self, Option<Unreadable>)> {
        let mut content = Content::of(Peeked::new(file))?;
        let head = content.peek(HEAD_BYTES)?;
        let layout = Layout::of(head);
        let unreadable = match layout {
            Layout::Lines if is_utf16(head) => Some(Unreadable::Utf16),
            Layout::Lines => foreign_packer(head).map(Unreadable::Packed),
            Layout::Document | Layout::Frames => None,
        };
        let reader = match layout {
            Layout::Lines => Self::Lines(Lines::new(content)),
            Layout::Document => Self::Document(Document::new(content)),
            Layout::Frames => Self::Framed(Box::new(Framed::new(content))),
        };
        Ok((reader, unreadable))
    }

    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        match self {
            Self::Lines(lines) => lines.next_batch(batch),
            Self::Document(document) => document.next_batch(batch),
            Self::Framed(framed) => framed.next_batch(batch),
        }
    }

    /// The number and the offset of what is read next.
    fn place(&self) -> (u64, u64) {
        match self {
            Self::Lines(lines) => lines.place(),
            Self::Document(document) => document.place(),
            Self::Framed(framed) => framed.place(),
        }
    }

    fn take_holes(&mut self) -> Vec<Hole> {
        match self {
            Self::Lines(lines) => lines.take_holes(),
            Self::Document(document) => document.take_holes(),
            Self::Framed(framed) => framed.take_holes(),
        }
    }

    fn into_content(self) -> Content {
        match self {
            Self::Lines(lines) => lines.into_content(),
            Self::Document(document) => document.into_content(),
            Self::Framed(framed) => framed.into_content(),
        }
    }

    fn content(&self) -> &Content {
        match self {
            Self::Lines(lines) => lines.content(),
            Self::Document(document) => document.content(),
            Self::Framed(framed) => framed.content(),
        }
    }

    /// The form, and what compresses the file; what compresses the whole outranks what compresses each message.
    fn form(&self) -> (Form, Compression) {
        let (form, inner) = match self {
            Self::Lines(_) => (Form::JsonLines, Compression::None),
            Self::Document(document) if document.is_lines() => (Form::JsonLines, Compression::None),
            Self::Document(_) => (Form::JsonDocument, Compression::None),
            Self::Framed(framed) => {
                framed.form().unwrap_or((Form::LengthPrefixedProtobuf, Compression::None))
            }
        };
        match self.content().compression() {
            Compression::None => (form, inner),
            outer => (form, outer),
        }
    }
}

fn is_whole(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// Why content cannot be read, as its first bytes tell.
enum Unreadable {
    Utf16,
    /// By a packer that is not undone here.
    Packed(&'static str),
}

impl Unreadable {
    fn note(&self, name: &str) -> Sentence {
        match self {
            Self::Utf16 => sentence!(
                "{name} is text in UTF-16, as older PowerShells write it, and can only be read in UTF-8: iconv -f UTF-16 -t UTF-8, or Set-Content -Encoding utf8, makes it so",
                name
            ),
            Self::Packed(packer) => {
                sentence!(
                    "{name} is packed with {packer}, which is not undone here: unpack it first",
                    name,
                    packer
                )
            }
        }
    }
}

/// A hole in a compressed file. Its place is one in the file, where its neighbours' are in what was compressed.
fn bad_stream(hole: &Hole, line: u64) -> BadFrame {
    let mut unread = match hole.bytes {
        // All were, and are others than those that were compressed.
        0 => sentence!("cannot be decompressed: {}", hole.reason),
        bytes => sentence!("{} compressed bytes cannot be decompressed: {}", bytes, hole.reason),
    };
    if hole.is_unchecked {
        unread = unchecked(&unread);
    }
    let reason = if hole.is_resumed {
        sentence!("{}; {}", unread, sentence!("what is behind it is read"))
    } else {
        unread
    };
    BadFrame {
        line,
        byte_offset: hole.at,
        bytes: hole.bytes,
        kind: DamageKind::BadFrame,
        reason,
        is_partly_read: false,
        is_unchecked: hole.is_unchecked,
    }
}

#[cfg(test)]
mod tests;
