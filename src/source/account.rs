//! What was read and what could not be: the account that goes with every answer.

use super::deviations::Deviations;
use super::form::{Compression, Form};
use crate::event::Location;
use crate::words::{Sentence, sentence};

/// What was read of the whole input.
#[derive(Debug, Default)]
pub struct Account {
    /// One entry a file, in the order read.
    pub files: Vec<FileAccount>,
    /// Records dropped because the same record had been read before.
    pub copies: u64,
    /// Inputs that could not be opened.
    pub unopened: Vec<Unopened>,
    /// In what messages differ from a Collector's.
    pub deviations: Deviations,
}

/// An input that could not be opened.
#[derive(Debug)]
pub struct Unopened {
    /// Its name as shown to people.
    pub name: String,
    /// Why.
    pub reason: Sentence,
}

/// What was read of one file.
#[derive(Debug, Default)]
pub struct FileAccount {
    /// Its name as shown to people and in machine output.
    pub name: String,
    /// Whether it could be opened.
    pub was_opened: bool,
    /// What form it has.
    pub form: Form,
    /// What compresses it.
    pub compression: Compression,
    /// Bytes read, as they lie in the file.
    pub bytes: u64,
    /// The SHA-256 of those bytes in lower-case hex, where it was asked for.
    pub sha256: Option<String>,
    /// Lines or frames that were read whole or are damaged; not the last line while it is unfinished.
    pub messages: u64,
    /// Of those, how many could not be read whole.
    pub damaged: u64,
    /// Whether anything in it has the form of OTLP, damaged or not.
    pub holds_otlp: bool,
    /// Log records read, copies included.
    pub records: u64,
    /// Every place that could not be read.
    pub damage: Vec<Damage>,
    /// Whether something was decompressed whose checksum does not match, or could not be checked: it may be altered.
    pub holds_unchecked: bool,
    /// The last line, where it breaks off with the file, as it does while the file is being written.
    pub unfinished: Option<Location>,
    /// What else a reader should know about it.
    pub notes: Vec<FileNote>,
}

/// Something that a reader should know about a file.
#[derive(Clone, Debug)]
pub enum FileNote {
    /// What happened to it while it was read.
    Changed(Sentence),
    /// As what it is written, where that is nothing that can be read.
    Unreadable(Sentence),
}

impl FileNote {
    /// What it says.
    #[must_use]
    pub fn text(&self) -> &Sentence {
        match self {
            Self::Changed(text) | Self::Unreadable(text) => text,
        }
    }
}

/// A place that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The line, and the record within it where the place lies inside one.
    pub location: Location,
    /// Offset in the file of the first byte that could not be read.
    pub at_byte: u64,
    /// How many bytes could not be read.
    pub bytes: u64,
    /// What is wrong.
    pub kind: DamageKind,
    /// What is wrong, for people.
    pub reason: Sentence,
}

/// What is wrong with a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DamageKind {
    /// An object breaks off.
    Torn,
    /// No JSON.
    NotJson,
    /// JSON, but nothing that OTLP knows.
    NotOtlp,
    /// Bytes that are no UTF-8; they are shown as U+FFFD.
    BadUtf8,
    /// Zero bytes, as a power failure leaves them.
    NulRun,
    /// Nested too deep to be read safely.
    TooDeep,
    /// A frame that cannot be unpacked, or bytes between frames.
    BadFrame,
    /// The file could not be read on.
    ReadError,
}

impl DamageKind {
    /// The word used in machine output; in Chinese it has that word beside it.
    #[must_use]
    pub fn name(self) -> Sentence {
        match self {
            Self::Torn => sentence!("torn"),
            Self::NotJson => sentence!("not_json"),
            Self::NotOtlp => sentence!("not_otlp"),
            Self::BadUtf8 => sentence!("bad_utf8"),
            Self::NulRun => sentence!("nul_run"),
            Self::TooDeep => sentence!("too_deep"),
            Self::BadFrame => sentence!("bad_frame"),
            Self::ReadError => sentence!("read_error"),
        }
    }

    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.name().text()
    }
}

/// What a library says, in words that are known where it says that most often.
pub(super) fn as_said(message: &str) -> Sentence {
    match message {
        "number out of range" => sentence!("number out of range"),
        "Data corruption detected" => sentence!("Data corruption detected"),
        "Restored data doesn't match checksum" => sentence!("Restored data doesn't match checksum"),
        "corrupt gzip stream does not have a matching checksum" => {
            sentence!("corrupt gzip stream does not have a matching checksum")
        }
        _ => sentence!("{}", message),
    }
}

/// That there are zero bytes, and how many.
pub(super) fn zero_bytes(count: u64) -> Sentence {
    match count {
        1 => sentence!("a zero byte"),
        _ => sentence!("{} zero bytes", count),
    }
}

/// A part of a message that may be unreadable while those beside it are not.
#[derive(Clone, Copy, Debug)]
pub(super) enum MessagePart {
    Resource,
    Entity,
    Scope,
    LogRecord,
    Attribute,
}

impl MessagePart {
    /// That it cannot be read, and why.
    pub(super) fn unread(self, why: &Sentence) -> Sentence {
        match self {
            Self::Resource => sentence!("a resource that cannot be read: {}", why),
            Self::Entity => sentence!("an entity that cannot be read: {}", why),
            Self::Scope => sentence!("a scope that cannot be read: {}", why),
            Self::LogRecord => sentence!("a log record that cannot be read: {}", why),
            Self::Attribute => sentence!("an attribute that cannot be read: {}", why),
        }
    }
}

impl Account {
    /// Adds to the files what their reader knows of them.
    pub(super) fn complete(&mut self, read: Vec<FileAccount>, mut unopened: Vec<Unopened>) {
        for (file, mut read) in self.files.iter_mut().zip(read) {
            file.was_opened = read.was_opened;
            file.form = read.form;
            file.compression = read.compression;
            file.bytes = read.bytes;
            file.sha256 = read.sha256;
            file.unfinished = file.unfinished.or(read.unfinished);
            file.notes.append(&mut read.notes);
            file.damage.append(&mut read.damage);
            file.damage.sort_by_key(|damage| (damage.location.line, damage.at_byte));
        }
        self.unopened.append(&mut unopened);
    }

    /// Every place that could not be read, with the name of its file.
    pub fn damage(&self) -> impl Iterator<Item = (&str, &Damage)> {
        self.files.iter().flat_map(|file| file.damage.iter().map(|damage| (file.name.as_str(), damage)))
    }

    /// The files that could be opened, each with its index in the input.
    pub fn opened(&self) -> impl Iterator<Item = (u32, &FileAccount)> {
        (0..).zip(&self.files).filter(|(_, file)| file.was_opened)
    }

    /// What the files have of something, together.
    #[must_use]
    pub fn total(&self, of: fn(&FileAccount) -> u64) -> u64 {
        self.files.iter().map(of).sum()
    }

    /// Whether something could not be opened, and the rest holds nothing: there is nothing to answer from.
    #[must_use]
    pub fn nothing_was_read(&self) -> bool {
        let is_empty = |file: &FileAccount| file.messages == 0 && file.unfinished.is_none();
        !self.unopened.is_empty() && self.files.iter().all(is_empty)
    }

    /// Whether part of the input could not be read.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.damage().next().is_some()
    }

    /// The name of the file with that index in a [`Location`].
    #[must_use]
    pub fn file_name(&self, file: u32) -> &str {
        usize::try_from(file).ok().and_then(|index| self.files.get(index)).map_or("", |file| &file.name)
    }
}
