//! What is said on standard error about the input, and the exit code that follows from it.

use std::io;

use tr::tr;

use super::Run;
use super::human::plural;
use super::input::DEFAULT_FILE;
use super::unmet;
use crate::event::Location;
use crate::query::Unmet;
use crate::render::visible_line;
use crate::source::{Account, Damage};
use crate::words::Sentence;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Answered.
    Answered,
    /// Nothing was found; for checks: something was.
    Finding,
    /// Wrong usage, or something could not be opened or written.
    Failed,
    /// Answered, but part of the input could not be read.
    Partial,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::Finding => 1,
            Self::Failed => 2,
            Self::Partial => 3,
        }
    }
}

/// The exit of a run that would end with `exit` had all of the input been readable.
#[must_use]
pub fn exit_after(exit: Exit, account: &Account) -> Exit {
    if !account.unopened.is_empty() {
        Exit::Failed
    } else if account.is_damaged() {
        Exit::Partial
    } else {
        exit
    }
}

/// More damaged places than this are counted, not listed.
const LISTED_PLACES: usize = 100;

impl Run<'_> {
    /// Says what a reader must know about the input, and returns the exit code that goes with it. Call it last, when
    /// the answer is written.
    pub(super) fn conclude(&mut self, exit: Exit, account: &Account) -> io::Result<Exit> {
        self.out.flush()?;
        for unopened in &account.unopened {
            writeln!(self.err, "{}", tr!("error: {}", told(&unopened.reason)))?;
        }
        if !account.unopened.is_empty() && self.input_is_default {
            writeln!(
                self.err,
                "{}",
                tr!(
                    "  Codex writes no files itself: it sends events to an OpenTelemetry Collector, which does.\n  \
                 `codex-audit doctor` looks at what is set up on this machine; another file than {DEFAULT_FILE}:\n  \
                 -f PATH, $CODEX_AUDIT_FILE or the settings file",
                    DEFAULT_FILE
                )
            )?;
        }
        for unmet in std::mem::take(&mut self.unmet) {
            self.note(&unmet::sentence(&unmet))?;
        }
        if !self.quiet {
            self.tell_account(account)?;
        }
        Ok(exit_after(exit, account))
    }

    /// The same for an answer in rows that events are counted in. Where there is none, it says why: a name that nothing in the input has is
    /// `unmet`, or it is for the reason that `why` gives.
    pub(super) fn conclude_rows(
        &mut self,
        nothing: bool,
        unmet: Option<Unmet>,
        account: &Account,
        why: impl FnOnce() -> String,
    ) -> io::Result<Exit> {
        self.note_nameless_events()?;
        if nothing && unmet.is_none() && account.unopened.is_empty() {
            self.note(&why())?;
        }
        self.unmet.extend(unmet);
        self.conclude(if nothing { Exit::Finding } else { Exit::Answered }, account)
    }

    fn tell_account(&mut self, account: &Account) -> io::Result<()> {
        for note in &self.input.notes {
            tell_note(self.err, note)?;
        }
        for (file, damage) in account.damage().take(LISTED_PLACES) {
            tell_damage(self.err, file, damage)?;
        }
        let more = account.damage().count().saturating_sub(LISTED_PLACES);
        if more > 0 {
            writeln!(
                self.err,
                "{}",
                tr!("note: {more} more damaged places are not listed; `verify --json` lists all", more)
            )?;
        }
        for file in &account.files {
            for note in &file.notes {
                tell_note(self.err, note.text())?;
            }
            if let Some(Location { line, .. }) = file.unfinished {
                writeln!(
                    self.err,
                    "{}",
                    tr!(
                        "note: {}:{line}: the last line is unfinished, as while it is being written; its whole records are counted",
                        visible_line(&file.name),
                        line
                    )
                )?;
            }
        }
        if account.copies > 0 {
            tell_copies(self.err, account.copies)?;
        }
        self.tell_emptiness(account)
    }

    /// Says what it may mean that messages were read, and no log record among them.
    fn tell_emptiness(&mut self, account: &Account) -> io::Result<()> {
        let messages = account.total(|file| file.messages);
        let is_explained =
            account.files.iter().any(|file| file.unfinished.is_some() || !file.notes.is_empty());
        let is_empty = account.opened().next().is_some() && account.total(|file| file.bytes) == 0;
        if (messages == 0 && !is_empty) || account.total(|file| file.records) > 0 || is_explained {
            return Ok(());
        }
        let note = if is_empty {
            tr!(
                "note: the input is empty: nothing has arrived yet, or the Collector emptied it when it started"
            )
        } else if account.total(|file| file.damaged) == messages {
            if account.files.iter().any(|file| file.holds_otlp) {
                return Ok(());
            }
            tr!(
                "note: nothing in the input is OTLP as a Collector writes it: was another file meant? Codex's own session files, under ~/.codex, are not in this form"
            )
        } else {
            tr!(
                "note: there is no log record in the input; logs, traces and metrics are written to files of their own"
            )
        };
        writeln!(self.err, "{note}")
    }

    /// Says a sentence on standard error, unless asked to be quiet.
    pub(super) fn note(&mut self, sentence: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        // On a terminal, what is said of the answer stands below it.
        self.out.flush()?;
        writeln!(self.err, "{}", tr!("note: {}", visible_line(sentence)))
    }

    /// Says that network requests may be hidden behind others.
    pub(super) fn note_hiding_requests(&mut self, hiding: u64) -> io::Result<()> {
        if hiding == 0 {
            return Ok(());
        }
        let requests = plural(hiding, "network request stands", "network requests stand");
        self.note(&tr!(
            "{requests} for records about several hosts or connections, which share an execution.id: only the last of each is told and counted, and a denial may be among the others; `codex-audit grep network_proxy --in event.name` shows every record",
            requests
        ))
    }
}

/// Says what the source notes.
pub(super) fn tell_note(err: &mut dyn io::Write, note: &Sentence) -> io::Result<()> {
    writeln!(err, "{}", tr!("note: {}", told(note)))
}

/// Says how many records were dropped because they had been read before.
pub(super) fn tell_copies(err: &mut dyn io::Write, copies: u64) -> io::Result<()> {
    let copies = plural(copies, "copy of a record was", "copies of records were");
    let note =
        tr!("note: {copies} dropped: the same record was read before; --keep-duplicates counts them", copies);
    writeln!(err, "{note}")
}

/// Says where in a file something could not be read, and why.
pub(super) fn tell_damage(err: &mut dyn io::Write, file: &str, damage: &Damage) -> io::Result<()> {
    let (line, byte, reason) = (damage.location.line, damage.at_byte, told(&damage.reason));
    writeln!(err, "{}:{line}: {}", visible_line(file), tr!("byte {byte}: {reason}", byte, reason))
}

/// What the source says, in the reader's language and on one line.
pub(super) fn told(reason: &Sentence) -> String {
    visible_line(&reason.told()).into_owned()
}
