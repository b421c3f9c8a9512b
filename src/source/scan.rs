//! Reads the input once, on every core, and puts one question to every event in it.
//!
//! A batch of lines is cut into chunks; each chunk is heard by a fold of its own, on some thread; the folds are joined
//! in the order of the input. Copies are recognised between hearing and joining, where the order is known again: a
//! chunk that turns out to hold some is heard once more without them. So the answer never depends on the threads.

use std::io;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use xxhash_rust::xxh3::xxh3_64;

use super::account::{Account, Damage, DamageKind, FileAccount, Unopened};
use super::copies::{Copies, Fingerprint, Surroundings};
use super::input::{Input, InputFile};
use super::messages::{Batch, Lines, Message};
use super::otlp_json::{Cut, DecodeError, cut, decode_record, decode_resource, decode_scope};
use crate::event::{Event, Fold, Location, Resource, Scope};

/// Chunks of about this many bytes share a batch out among the threads.
const CHUNK_BYTES: usize = 512 * 1024;

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanOptions {
    /// Hear a record again each time it is found, instead of once.
    pub keep_duplicates: bool,
}

/// An answer, with the account of what it rests on.
#[derive(Debug)]
pub struct Scan<F> {
    /// The fold that heard everything.
    pub answer: F,
    /// What was read and what could not be.
    pub account: Account,
}

/// Puts `question` to every event of `input`. After each batch `deliver` is handed the fold joined so far, in the
/// order of the input, and may take out of it what it can already print.
///
/// # Errors
/// Only what `deliver` returns: input that cannot be read is in the account.
pub fn scan<F: Fold>(
    input: &Input,
    options: ScanOptions,
    question: &F,
    mut deliver: impl FnMut(&mut F) -> io::Result<()>,
) -> io::Result<Scan<F>> {
    let mut answer = question.fresh();
    let mut account = Account::default();
    account
        .unopened
        .extend(input.errors.iter().map(|error| Unopened { name: String::new(), reason: error.to_string() }));
    let mut copies = (!options.keep_duplicates).then(Copies::default);
    for file in &input.files {
        let index = u32::try_from(account.files.len()).unwrap_or(u32::MAX);
        account.files.push(FileAccount { name: file.name(), ..FileAccount::default() });
        let reader = match file.open() {
            Ok(reader) => reader,
            Err(error) => {
                account.unopened.push(Unopened { name: file.name(), reason: reason_of(file, &error) });
                continue;
            }
        };
        let mut lines = Lines::new(reader);
        let mut batch = Batch::default();
        loop {
            let place =
                Location { file: index, line: lines.line(), record: 0, byte_offset: lines.byte_offset() };
            match lines.next_batch(&mut batch) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    account.file(index).damage.push(Damage {
                        location: place,
                        at_byte: place.byte_offset,
                        bytes: 0,
                        kind: DamageKind::ReadError,
                        reason: format!("cannot be read on: {error}"),
                    });
                    break;
                }
            }
            hear_batch(&batch, index, question, &mut answer, copies.as_mut(), &mut account);
            deliver(&mut answer)?;
        }
        account.file(index).bytes = lines.byte_offset();
    }
    Ok(Scan { answer, account })
}

fn reason_of(file: &InputFile, error: &io::Error) -> String {
    match (file, error.kind()) {
        (InputFile::Path(path), io::ErrorKind::NotFound) => format!("{} does not exist", path.display()),
        _ => format!("{} cannot be read: {error}", file.name()),
    }
}

impl Account {
    fn file(&mut self, index: u32) -> &mut FileAccount {
        &mut self.files[index as usize]
    }
}

fn hear_batch<F: Fold>(
    batch: &Batch,
    file: u32,
    question: &F,
    answer: &mut F,
    mut copies: Option<&mut Copies>,
    account: &mut Account,
) {
    let chunks = chunks_of(&batch.messages);
    let mut heard = Vec::with_capacity(chunks.len());
    let fingerprinted = copies.is_some();
    (chunks.par_iter())
        .with_max_len(1)
        .map(|messages| Hearing::of(batch, messages, file, question.fresh(), fingerprinted, &[]))
        .collect_into_vec(&mut heard);
    for (mut hearing, messages) in heard.into_iter().zip(&chunks) {
        if let Some(copies) = copies.as_mut() {
            let dropped: Vec<bool> =
                hearing.fingerprints.iter().map(|print| copies.is_copy(*print)).collect();
            let count = dropped.iter().filter(|dropped| **dropped).count();
            if count > 0 {
                account.copies += count as u64;
                hearing = Hearing::of(batch, messages, file, question.fresh(), true, &dropped);
            }
        }
        answer.join(hearing.fold);
        let file = account.file(file);
        file.messages += hearing.messages;
        file.damaged += hearing.damaged;
        file.records += hearing.records;
        file.damage.append(&mut hearing.damage);
        file.unfinished_line = file.unfinished_line.or(hearing.unfinished_line);
    }
}

fn chunks_of(messages: &[Message]) -> Vec<&[Message]> {
    let mut chunks = Vec::new();
    let mut rest = messages;
    while let Some(first) = rest.first() {
        let whole = rest.iter().take_while(|message| message.end - first.start <= CHUNK_BYTES).count().max(1);
        let (chunk, later) = rest.split_at(whole);
        chunks.push(chunk);
        rest = later;
    }
    chunks
}

/// What one fold heard of one chunk.
struct Hearing<F> {
    fold: F,
    /// One a record, in order.
    fingerprints: Vec<Fingerprint>,
    messages: u64,
    damaged: u64,
    records: u64,
    damage: Vec<Damage>,
    unfinished_line: Option<u64>,
}

impl<F: Fold> Hearing<F> {
    /// Hears the messages; `dropped` says for each record in order whether to leave it out.
    fn of(
        batch: &Batch,
        messages: &[Message],
        file: u32,
        fold: F,
        fingerprinted: bool,
        dropped: &[bool],
    ) -> Self {
        let mut hearing = Self {
            fold,
            fingerprints: Vec::new(),
            messages: 0,
            damaged: 0,
            records: 0,
            damage: Vec::new(),
            unfinished_line: None,
        };
        let mut ordinal = 0;
        for message in messages {
            hearing.hear_message(
                batch.bytes_of(message),
                message,
                file,
                fingerprinted,
                dropped,
                &mut ordinal,
            );
        }
        hearing
    }

    fn hear_message(
        &mut self,
        bytes: &[u8],
        message: &Message,
        file: u32,
        fingerprinted: bool,
        dropped: &[bool],
        ordinal: &mut usize,
    ) {
        let line = Location { file, line: message.line, record: 0, byte_offset: message.byte_offset };
        let bytes =
            if line.byte_offset == 0 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let damage_before = self.damage.len();
        let lossy;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let bad = bytes.utf8_chunks().map(|chunk| chunk.invalid().len() as u64).sum();
                self.damage.push(Damage {
                    location: line,
                    at_byte: line.byte_offset + error.valid_up_to() as u64,
                    bytes: bad,
                    kind: DamageKind::BadUtf8,
                    reason: format!("{bad} bytes that are no UTF-8, shown as U+FFFD"),
                });
                lossy = String::from_utf8_lossy(bytes);
                &lossy
            }
        };
        let mut parts = Cut::default();
        cut(text, &mut parts);
        self.hear_records(&parts, line, fingerprinted, dropped, ordinal, text);
        for gap in parts.gaps.drain(..) {
            if gap.open_ended && message.unended && gap.kind == DamageKind::Torn {
                // The normal state of a file that is being written.
                self.unfinished_line = Some(message.line);
                continue;
            }
            self.damage.push(Damage {
                location: line,
                at_byte: line.byte_offset + gap.range.start as u64,
                bytes: (gap.range.end - gap.range.start) as u64,
                kind: gap.kind,
                reason: gap.reason,
            });
        }
        self.messages += 1;
        if self.damage.len() > damage_before {
            self.damaged += 1;
        }
    }

    fn hear_records(
        &mut self,
        parts: &Cut<'_>,
        line: Location,
        fingerprinted: bool,
        dropped: &[bool],
        ordinal: &mut usize,
        text: &str,
    ) {
        let mut resource = (usize::MAX, Resource::default());
        let mut scope = (usize::MAX, Scope::default());
        for (index, part) in parts.records().enumerate() {
            if resource.0 != part.resource_index {
                let fingerprint =
                    if part.resource.is_empty() { 0 } else { xxh3_64(part.resource.as_bytes()) };
                let decoded = decode_resource(part.resource, fingerprint);
                resource =
                    (part.resource_index, self.or_damage(decoded, "resource", part.resource, line, text));
            }
            if scope.0 != part.scope_index {
                scope = (
                    part.scope_index,
                    self.or_damage(decode_scope(part.scope), "scope", part.scope, line, text),
                );
            }
            let location = Location { record: u32::try_from(index).unwrap_or(u32::MAX), ..line };
            let decoded = decode_record(part.text).map(Some);
            let Some(record) = self.or_damage(decoded, "log record", part.text, location, text) else {
                continue;
            };
            self.records += 1;
            if fingerprinted {
                let surroundings = Surroundings::of(resource.1.fingerprint, part.scope);
                self.fingerprints.push(Fingerprint::of(part.text, surroundings));
            }
            let is_dropped = dropped.get(*ordinal).copied().unwrap_or(false);
            *ordinal += 1;
            if !is_dropped {
                self.fold.add(&Event { resource: &resource.1, scope: &scope.1, record: &record, location });
            }
        }
    }

    /// The decoded part, or its default and a note of the damage.
    fn or_damage<T: Default>(
        &mut self,
        decoded: Result<T, DecodeError>,
        what: &str,
        part: &str,
        location: Location,
        message: &str,
    ) -> T {
        decoded.unwrap_or_else(|error| {
            let offset = part.as_ptr().addr() - message.as_ptr().addr();
            self.damage.push(Damage {
                location,
                at_byte: location.byte_offset + offset as u64,
                bytes: part.len() as u64,
                kind: error.kind,
                reason: format!("a {what} that cannot be read: {}", error.reason),
            });
            T::default()
        })
    }
}
