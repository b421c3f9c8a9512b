//! Reads the input once, on every core, and puts one question to every event in it.
//!
//! Each batch of messages is heard by a fold of its own, on some thread; the folds are joined in the order of the
//! input. Copies are recognised between hearing and joining, where the order is known again: a batch that turns out to
//! hold some is heard once more without them. So the answer never depends on the threads.

use std::io;
use std::thread;

use super::account::{Account, FileAccount, Unopened};
use super::copies::Copies;
use super::hearing::{Hearing, HearingOptions};
use super::input::Input;
use super::messages::{Batch, Messages};
use super::otlp_json::Learned;
use super::turns::Turns;
use crate::event::{Fold, Needle};

/// More would have little to do while one joins what they heard, each with a batch in memory.
pub const MOST_THREADS: usize = 16;

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

/// Puts `question` to every event of `input`. Again and again `deliver` is handed the fold joined so far, in the order
/// of the input, and may take out of it what it can already print; with it, how many bytes of messages were joined since
/// the last time.
///
/// # Errors
/// Only what `deliver` returns: input that cannot be read is in the account.
pub fn scan<F: Fold>(
    input: &Input,
    options: ScanOptions,
    question: &F,
    mut deliver: impl FnMut(&mut F, usize) -> io::Result<()>,
) -> io::Result<Scan<F>> {
    let needles = question.needles();
    let hearer = Hearer { question, options, needles: needles.as_deref() };
    let mut learned = Learned::new();
    let mut answer = question.fresh();
    let mut account = Account::default();
    account
        .unopened
        .extend(input.errors.iter().map(|error| Unopened { name: String::new(), reason: error.reason() }));
    account
        .files
        .extend(input.files.iter().map(|file| FileAccount { name: file.name(), ..FileAccount::default() }));
    let mut copies = (!options.keep_duplicates).then(Copies::default);
    let messages = Messages::new(&input.files, input.digests).reporting_to(&input.bytes_read);
    let threads = rayon::current_num_threads().min(MOST_THREADS);
    let turns = Turns::new(messages, threads);
    let delivered: io::Result<()> = thread::scope(|scope| {
        let _stop = turns.stop_at_end();
        let mut are_others_here = false;
        while let Some((batch, hearing)) = turns.next(|batch| hearer.hear(batch, &mut learned)) {
            hearer.join(&batch, hearing, &mut answer, copies.as_mut(), &mut account, &mut learned);
            let bytes = batch.message_bytes();
            turns.give_back(batch);
            deliver(&mut answer, bytes)?;
            // Most files are small: nobody is called for one batch.
            if !std::mem::replace(&mut are_others_here, true) {
                for _ in 1..threads {
                    scope.spawn(|| {
                        let mut learned = Learned::new();
                        turns.help(|batch| hearer.hear(batch, &mut learned));
                    });
                }
            }
        }
        Ok(())
    });
    delivered?;
    let (read, unopened) = turns.into_messages().finish();
    account.complete(read, unopened);
    Ok(Scan { answer, account })
}

impl Account {
    fn file(&mut self, index: u32) -> &mut FileAccount {
        &mut self.files[index as usize]
    }
}

/// Puts one question to batches, and joins what was heard of them.
pub(super) struct Hearer<'q, F> {
    pub(super) question: &'q F,
    pub(super) options: ScanOptions,
    pub(super) needles: Option<&'q [Needle]>,
}

impl<F: Fold> Hearer<'_, F> {
    /// Puts the question to the events of a batch.
    pub(super) fn hear(&self, batch: &Batch, learned: &mut Learned) -> Hearing<F> {
        self.hear_with(batch, !self.options.keep_duplicates, &[], learned)
    }

    fn hear_with(
        &self,
        batch: &Batch,
        fingerprinted: bool,
        dropped: &[bool],
        learned: &mut Learned,
    ) -> Hearing<F> {
        let ScanOptions { plainly, .. } = self.options;
        let options = HearingOptions { fingerprinted, dropped, plainly, needles: self.needles };
        Hearing::of(batch, self.question, options, learned)
    }

    /// Joins what was heard of a batch to what was heard before, without the records that were read before, and adds
    /// what was found to the account.
    pub(super) fn join(
        &self,
        batch: &Batch,
        mut hearing: Hearing<F>,
        answer: &mut F,
        copies: Option<&mut Copies>,
        account: &mut Account,
        learned: &mut Learned,
    ) {
        let dropped = copies.map(|copies| copies.note(&hearing.heard.fingerprints)).unwrap_or_default();
        if !dropped.is_empty() {
            let mut is_dropped = vec![false; hearing.heard.fingerprints.len()];
            for place in &dropped {
                is_dropped[*place] = true;
            }
            hearing = self.hear_with(batch, false, &is_dropped, learned);
        }
        answer.join(hearing.heard.fold);
        account.copies += dropped.len() as u64;
        account.deviations.join(hearing.deviations);
        let file = account.file(batch.file);
        for bad in &batch.bad_frames {
            // One that was partly read is counted with its message.
            file.messages += u64::from(!bad.is_partly_read);
            file.damaged += u64::from(!bad.is_partly_read);
            file.holds_unchecked |= bad.is_unchecked;
            file.damage.push(bad.clone().damage(batch.file));
        }
        file.messages += hearing.messages;
        file.damaged += hearing.damaged;
        file.holds_otlp |= hearing.holds_otlp;
        file.records += hearing.heard.records;
        file.damage.append(&mut hearing.damage);
        file.unfinished = file.unfinished.or(hearing.unfinished);
    }
}
