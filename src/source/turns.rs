//! Shares the batches of an input out among threads, and takes back in the order of the input what they heard.
//!
//! Whoever is free takes the next batch and hears it while it is still in its processor's cache. One thread takes back;
//! it hears as well while there is nothing to take.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::messages::{Batch, Messages};

/// The batches of one input, in turn.
pub(super) struct Turns<'i, H> {
    reading: Mutex<Reading<'i>>,
    state: Mutex<State<H>>,
    changed: Condvar,
    /// So many batches may be under way; more would only take memory.
    most_under_way: u64,
}

struct Reading<'i> {
    messages: Messages<'i>,
    next: u64,
}

struct State<H> {
    /// What was heard, by its number, and not taken back yet.
    heard: BTreeMap<u64, (Batch, H)>,
    /// Batches to be filled again.
    spare: Vec<Batch>,
    begun: u64,
    taken: u64,
    /// No more batches are begun.
    is_over: bool,
    /// A batch will never come back: its thread has panicked.
    is_lost: bool,
}

impl<'i, H: Send> Turns<'i, H> {
    pub(super) fn new(messages: Messages<'i>, threads: usize) -> Self {
        Self {
            reading: Mutex::new(Reading { messages, next: 0 }),
            state: Mutex::new(State {
                heard: BTreeMap::new(),
                spare: Vec::new(),
                begun: 0,
                taken: 0,
                is_over: false,
                is_lost: false,
            }),
            changed: Condvar::new(),
            most_under_way: 2 * threads as u64 + 1,
        }
    }

    /// Hears batches until there are no more, on a thread beside the one that takes back. It must not be one of those
    /// that share work out among themselves: reading does, and while it waits for its share would be given this.
    pub(super) fn help(&self, mut hear: impl FnMut(&Batch) -> H) {
        let _stop = Stop(self);
        while let Some(batch) = self.begin() {
            self.hear(batch, &mut hear);
        }
    }

    /// The next batch in the order of the input, with what was heard of it; `None` at the end.
    pub(super) fn next(&self, mut hear: impl FnMut(&Batch) -> H) -> Option<(Batch, H)> {
        let mut state = lock(&self.state);
        loop {
            let turn = state.taken;
            if let Some(next) = state.heard.remove(&turn) {
                state.taken += 1;
                return Some(next);
            }
            if state.is_lost || (state.is_over && state.begun == state.taken) {
                return None;
            }
            state = match self.begin_now(&mut state) {
                Some(batch) => {
                    drop(state);
                    self.hear(batch, &mut hear);
                    lock(&self.state)
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Gives a batch back that is done with.
    pub(super) fn give_back(&self, mut batch: Batch) {
        batch.shrink();
        lock(&self.state).spare.push(batch);
        self.changed.notify_all();
    }

    /// Lets no more batches begin when it is dropped.
    pub(super) fn stop_at_end(&self) -> Stop<'_, 'i, H> {
        Stop(self)
    }

    /// The reader, at the end.
    pub(super) fn into_messages(self) -> Messages<'i> {
        self.reading.into_inner().unwrap_or_else(PoisonError::into_inner).messages
    }

    fn begin_now(&self, state: &mut State<H>) -> Option<Batch> {
        let has_room = state.begun - state.taken < self.most_under_way;
        (has_room && !state.is_over).then(|| {
            state.begun += 1;
            state.spare.pop().unwrap_or_default()
        })
    }

    /// Waits until there is room for one more; `None` when no more are begun.
    fn begin(&self) -> Option<Batch> {
        let mut state = lock(&self.state);
        loop {
            if state.is_over {
                return None;
            }
            if let Some(batch) = self.begin_now(&mut state) {
                return Some(batch);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Fills the batch and hears it.
    fn hear(&self, mut batch: Batch, hear: impl FnOnce(&Batch) -> H) {
        let mut reading = lock(&self.reading);
        let stretch = reading.messages.take_stretch(&mut batch);
        let is_filled = stretch.is_some() || reading.messages.next_batch(&mut batch);
        let number = reading.next;
        reading.next += u64::from(is_filled);
        drop(reading);
        if let Some(stretch) = stretch {
            stretch.read(&mut batch);
        }
        let heard = is_filled.then(|| hear(&batch));
        let mut state = lock(&self.state);
        match heard {
            Some(heard) => drop(state.heard.insert(number, (batch, heard))),
            None => {
                state.begun -= 1;
                state.is_over = true;
            }
        }
        drop(state);
        self.changed.notify_all();
    }
}

/// Lets no more batches begin when it is dropped: nobody is to wait for a thread that has panicked.
pub(super) struct Stop<'t, 'i, H>(&'t Turns<'i, H>);

impl<H> Drop for Stop<'_, '_, H> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.is_over = true;
        state.is_lost |= std::thread::panicking();
        drop(state);
        self.0.changed.notify_all();
    }
}

/// What a panicking thread leaves behind is not looked at any more.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use super::super::input_file::InputFile;
    use super::*;

    /// Lines of many batches, each with its own number.
    fn lines() -> String {
        (0..500_000).flat_map(|number| ["{".to_owned(), number.to_string(), "}\n".to_owned()]).collect()
    }

    fn numbers_in(batch: &Batch) -> Vec<u64> {
        let number = |text: &[u8]| std::str::from_utf8(&text[1..text.len() - 1]).ok()?.parse().ok();
        batch.messages.iter().filter_map(|message| number(batch.bytes_of(message))).collect()
    }

    fn hear_all<H: Send>(text: &str, hear: impl Fn(&Batch) -> H + Sync, mut take: impl FnMut(H) -> bool) {
        let files = [InputFile::in_memory(text.as_bytes())];
        let turns = Turns::new(Messages::new(&files, false), 3);
        thread::scope(|scope| {
            let _stop = turns.stop_at_end();
            for _ in 0..2 {
                scope.spawn(|| turns.help(&hear));
            }
            while let Some((batch, heard)) = turns.next(&hear) {
                turns.give_back(batch);
                if !take(heard) {
                    break;
                }
            }
        });
    }

    #[test]
    fn what_was_heard_comes_back_in_the_order_of_the_input() {
        let mut all = Vec::new();
        hear_all(&lines(), numbers_in, |mut numbers| {
            all.append(&mut numbers);
            true
        });
        assert!(all.into_iter().eq(0..500_000));
    }

    #[test]
    fn who_has_enough_need_not_take_the_rest() {
        let mut taken = 0;
        hear_all(&lines(), numbers_in, |_| {
            taken += 1;
            taken < 2
        });
        assert_eq!(taken, 2);
    }

    #[test]
    fn nobody_waits_for_a_thread_that_has_panicked() {
        let hear = |batch: &Batch| assert!(!numbers_in(batch).contains(&400_000), "as meant");
        let outcome = catch_unwind(AssertUnwindSafe(|| hear_all(&lines(), hear, |()| true)));
        assert!(outcome.is_err());
    }
}
