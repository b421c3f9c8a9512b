//! Rows of files that are still being written, each when it comes.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Run;
use super::account::{Exit, tell_copies, tell_damage, tell_note, told};
use super::rows::{Around, Outlet, RowMaker, Rows};
use crate::event::{Fold, IdCondition};
use crate::query::{Meant, PrefixedConversations};
use crate::source::{FollowError, Follower};

/// How long to wait before looking at the files again.
const PACE: Duration = Duration::from_millis(200);

/// How long to wait before looking for files that have come into a folder.
const FINDING_PACE: Duration = Duration::from_secs(2);

impl Run<'_> {
    /// Writes a row for each event that the filter admits and the question is about, and goes on with those that are
    /// still to come. What comes together stands in the order of time. Ends only when the beginning of an id proves to
    /// fit several conversations.
    ///
    /// # Errors
    /// When the input cannot be followed, or a row cannot be written: the one way to notice that nobody reads any more.
    pub(super) fn follow_rows<M: RowMaker>(&mut self, maker: M, around: Around) -> anyhow::Result<Exit> {
        let mut follower = Follower::new(&self.input, self.options).map_err(|error| said(&error))?;
        let mut question = Arc::new(self.row_question(maker, around, Arc::default())?);
        let mut nowhere = io::sink();
        let talk: &mut dyn io::Write = if self.quiet { &mut nowhere } else { &mut *self.err };
        for note in std::mem::take(&mut self.input.notes) {
            tell_note(talk, &note)?;
        }
        let mut meant = PrefixedConversations::new(self.filter.conversation.clone());
        let mut outlet = Outlet::new(&question, &mut *self.out);
        let mut found = Instant::now();
        loop {
            let outcome = follower.read();
            for notice in follower.take_notices() {
                tell_note(talk, &notice)?;
            }
            if !outcome.map_err(|error| said(&error))? {
                let copies = follower.take_copies();
                if copies > 0 {
                    tell_copies(talk, copies)?;
                }
                thread::sleep(PACE);
                if found.elapsed() > FINDING_PACE {
                    follower.take_in(&self.input.found_again());
                    found = Instant::now();
                }
                continue;
            }
            if question.files.len() < follower.names().count() {
                Arc::make_mut(&mut question).files = follower.names().map(str::to_owned).collect();
            }
            // The file that was read last got its name in `read`, so that every row made here can name it.
            let (mut rows, also_meant) = follower.hear(&(Rows::new(Arc::clone(&question)), meant.fresh()));
            let meant_before = meant.clone();
            meant.join(also_meant);
            match meant.clone().settle() {
                Meant::One => {}
                // Nothing of another has been shown.
                Meant::Whole { id, .. } if outlet.hits == 0 || meant_before.has(&id) => {
                    let condition = Some(IdCondition::Is(id));
                    Arc::make_mut(&mut question).filter.conversation.clone_from(&condition);
                    meant = PrefixedConversations::new(condition);
                }
                Meant::Whole { candidates, .. } | Meant::Several(candidates) => {
                    drop(outlet);
                    self.ask_back(&candidates)?;
                    return Ok(Exit::Failed);
                }
            }
            for row in rows.take_in_order()? {
                if question.filter.admits_id(row.conversation.as_deref()) {
                    outlet.take(row)?;
                }
            }
            outlet.flush()?;
            for (name, damage) in follower.take_damage() {
                tell_damage(talk, &name, &damage)?;
            }
        }
    }
}

/// Why an input cannot be followed, in the reader's language.
fn said(FollowError(reason): &FollowError) -> anyhow::Error {
    anyhow::Error::msg(told(reason))
}
