//! Reads the input once, on every core, and puts one question to every event in it.
//!
//! A batch of lines is cut into chunks; each chunk is heard by a fold of its own, on some thread; the folds are joined
//! in the order of the input. Copies are recognised between hearing and joining, where the order is known again: a
//! chunk that turns out to hold some is heard once more without them. So the answer never depends on the threads.

use std::io;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::account::{Account, FileAccount, Unopened};
use super::copies::{Copies, Fingerprint};
use super::hearing::{Hearing, HearingOptions};
use super::input::Input;
use super::messages::{Batch, Message, Messages};
use crate::event::{Fold, Needle};

/// Chunks of about this many bytes share a batch out among the threads.
const CHUNK_BYTES: usize = 1024 * 1024;

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanOptions {
    /// Hear a record again each time it is found, instead of once.
    pub keep_duplicates: bool,
    /// Do without the quick way of reading what the Collector writes. The answer is the same, later.
    pub plainly: bool,
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
    let needles = question.needles();
    let mut account = Account::default();
    account
        .unopened
        .extend(input.errors.iter().map(|error| Unopened { name: String::new(), reason: error.to_string() }));
    let mut copies = (!options.keep_duplicates).then(Copies::default);
    account
        .files
        .extend(input.files.iter().map(|file| FileAccount { name: file.name(), ..FileAccount::default() }));
    let mut messages = Messages::new(&input.files, input.digests).reporting_to(&input.bytes_read);
    let mut batch = Batch::default();
    let mut next_batch = Batch::default();
    let mut more = messages.next_batch(&mut batch);
    while more {
        let hear = || {
            hear_batch(
                &batch,
                question,
                &mut answer,
                copies.as_mut(),
                options,
                needles.as_deref(),
                &mut account,
            );
        };
        // The next messages are read while these are heard.
        (more, ()) = rayon::join(|| messages.next_batch(&mut next_batch), hear);
        deliver(&mut answer)?;
        std::mem::swap(&mut batch, &mut next_batch);
    }
    let (read, unopened) = messages.finish();
    account.complete(read, unopened);
    Ok(Scan { answer, account })
}

impl Account {
    fn file(&mut self, index: u32) -> &mut FileAccount {
        &mut self.files[index as usize]
    }
}

/// Puts the question to the events of a batch, and adds what was found to the account.
pub(super) fn hear_batch<F: Fold>(
    batch: &Batch,
    question: &F,
    answer: &mut F,
    copies: Option<&mut Copies>,
    scan_options: ScanOptions,
    needles: Option<&[Needle]>,
    account: &mut Account,
) {
    let file = batch.file;
    for bad in &batch.bad_frames {
        let account = account.file(file);
        // One that was partly read is counted with its message.
        account.messages += u64::from(!bad.is_partly_read);
        account.damaged += u64::from(!bad.is_partly_read);
        account.damage.push(bad.clone().damage(file));
    }
    let chunks = chunks_of(&batch.messages);
    let mut hearings = Vec::with_capacity(chunks.len());
    let options = HearingOptions {
        fingerprinted: copies.is_some(),
        dropped: &[],
        plainly: scan_options.plainly,
        needles,
    };
    (chunks.par_iter())
        .with_max_len(1)
        .map(|messages| Hearing::of(batch, messages, file, question.fresh(), options))
        .collect_into_vec(&mut hearings);
    let fingerprints: Vec<Fingerprint> =
        hearings.iter().flat_map(|hearing| hearing.heard.fingerprints.iter().copied()).collect();
    let mut dropped = vec![false; fingerprints.len()];
    for place in copies.map(|copies| copies.note(&fingerprints)).unwrap_or_default() {
        dropped[place] = true;
        account.copies += 1;
    }
    let mut dropped = dropped.as_slice();
    for (mut hearing, messages) in hearings.into_iter().zip(&chunks) {
        let (here, later) = dropped.split_at(hearing.heard.fingerprints.len());
        dropped = later;
        if here.contains(&true) {
            let again = HearingOptions { fingerprinted: false, dropped: here, ..options };
            hearing = Hearing::of(batch, messages, file, question.fresh(), again);
        }
        answer.join(hearing.heard.fold);
        account.deviations.join(hearing.deviations);
        let file = account.file(file);
        file.messages += hearing.messages;
        file.damaged += hearing.damaged;
        file.records += hearing.heard.records;
        file.damage.append(&mut hearing.damage);
        file.unfinished_line = file.unfinished_line.or(hearing.unfinished_line);
        file.unfinished_byte_offset = file.unfinished_byte_offset.or(hearing.unfinished_byte_offset);
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
