//! The streams of the process: answers go through a pager where there is one, talk waits until it has ended.

use std::io::{self, BufWriter, Stdout, Write};
use std::process::{Child, ChildStdin};

use super::pager::Pager;
use super::progress::Progress;
use super::world::World;

/// Enough to spare the system small writes, few enough to show what was found soon.
const BUFFER_BYTES: usize = 64 * 1024;

/// Where a run writes.
pub struct Console {
    /// Where answers go.
    pub out: BufWriter<Answers>,
    /// Where talk goes.
    pub err: Talk,
    /// What is told of long reads.
    pub progress: Progress,
}

impl Console {
    /// A console whose answers a pager shows, if one is given; with `quiet`, nothing is said about it.
    #[must_use]
    pub fn new(world: &World, pager: Option<Pager>, quiet: bool) -> Self {
        let shows_progress = world.talks_to_terminal && !world.terminal_is_dumb() && !quiet;
        let progress = if shows_progress { Progress::on_terminal() } else { Progress::default() };
        let err = Talk { held: pager.is_some().then(Vec::new), progress: progress.clone() };
        let answers = Answers {
            stdout: io::stdout(),
            way: pager.map_or(Way::Direct, Way::NotStarted),
            quiet,
            said: None,
            // Where answers do not stand on the same screen, the line may stay.
            progress: if world.terminal_width.is_some() { progress.clone() } else { Progress::default() },
        };
        Self { out: BufWriter::with_capacity(BUFFER_BYTES, answers), err, progress }
    }

    /// Waits until the reader has left the pager, and says what had to wait for that. What is still in the buffer is
    /// left out: it could not be written.
    pub fn close(self) {
        let (mut answers, _) = self.out.into_parts();
        if let Way::Paged { to, mut child } = std::mem::replace(&mut answers.way, Way::Direct) {
            // The pager sees the end of the answer.
            drop(to);
            // However it ends, there is nothing to be done about it.
            drop(child.wait());
        }
        let held = self.err.held.unwrap_or_default();
        // Nothing can be done when this cannot be written.
        drop(answers.said.map(|said| io::stderr().write_all(said.as_bytes())));
        drop(io::stderr().write_all(&held));
    }
}

/// Standard output, or the pager in front of it.
pub struct Answers {
    stdout: Stdout,
    way: Way,
    quiet: bool,
    /// What is to be said about the pager.
    said: Option<String>,
    progress: Progress,
}

enum Way {
    Direct,
    /// There is nothing to be shown yet: what ends without an answer shows no pager.
    NotStarted(Pager),
    Paged {
        /// `None` when the pager reads no more.
        to: Option<ChildStdin>,
        child: Child,
    },
}

impl Answers {
    fn start(&mut self, pager: &Pager) {
        self.way = match pager.start() {
            Ok(mut child) => Way::Paged { to: child.stdin.take(), child },
            Err(error) => {
                if pager.is_named && !self.quiet {
                    let name = pager.name();
                    self.said = Some(format!("note: the pager `{name}` cannot be started: {error}\n"));
                }
                Way::Direct
            }
        };
    }

    /// Does something with the pager's pipe. A pager that was left early has shown all that the reader wanted to see:
    /// the rest is left out, and the exit code stays that of the answer.
    fn to_pager(
        to: &mut Option<ChildStdin>,
        act: impl FnOnce(&mut ChildStdin) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(pipe) = to else { return Ok(()) };
        match act(pipe) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                *to = None;
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for Answers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.end();
        if let Way::NotStarted(pager) = &self.way {
            let pager = pager.clone();
            self.start(&pager);
        }
        match &mut self.way {
            Way::Paged { to, .. } => Self::to_pager(to, |pipe| pipe.write_all(bytes)).map(|()| bytes.len()),
            _ => self.stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.way {
            Way::Paged { to, .. } => Self::to_pager(to, Write::flush),
            Way::NotStarted(_) => Ok(()),
            Way::Direct => self.stdout.flush(),
        }
    }
}

/// Standard error, or what is kept for it until the pager has left the screen.
pub struct Talk {
    held: Option<Vec<u8>>,
    progress: Progress,
}

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.held {
            Some(held) => held.write(bytes),
            None => self.progress.beside(|| io::stderr().write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_some() { Ok(()) } else { io::stderr().flush() }
    }
}
