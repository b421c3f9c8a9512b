//! The streams of the process: answers go through a pager where there is one, talk waits until it has ended.

use std::borrow::Cow;
use std::io::{self, BufWriter, LineWriter, Stdout, Write};
use std::process::{Child, ChildStdin};
use std::thread::{self, JoinHandle};

use tr::tr;
use unicode_width::UnicodeWidthStr as _;

use super::interrupt::Interrupt;
use super::pager::Pager;
use super::progress::Progress;
use super::world::World;
use crate::render::wrapped;

/// Enough to spare the system small writes, few enough to show what was found soon.
const BUFFER_BYTES: usize = 64 * 1024;

/// As long as anything that is said in one line.
const LINE_BYTES: usize = 8 * 1024;

/// How far in the further lines stand of what is said in several.
const CONTINUATION_INDENT: usize = 2;

/// On a terminal that is narrower, the terminal itself breaks lines as well as can be.
const LEAST_ROOM: usize = 16;

/// Where a run writes.
pub struct Console {
    /// Where answers go.
    pub out: BufWriter<Answers>,
    /// Where talk goes, in whole lines: what draws beside it must not cut one in two.
    pub err: LineWriter<Talk>,
    /// What is told of long reads.
    pub progress: Progress,
}

impl Console {
    /// A console whose answers a pager shows, if one is given; with `quiet`, nothing is said about it.
    #[must_use]
    pub fn new(world: &World, pager: Option<Pager>, quiet: bool) -> Self {
        let progress_width = world.talk_width.filter(|_| !world.terminal_is_dumb() && !quiet);
        let progress = progress_width.map_or_else(Progress::default, Progress::on_terminal);
        let err = LineWriter::with_capacity(
            LINE_BYTES,
            Talk {
                held: pager.is_some().then(Vec::new),
                progress: progress.clone(),
                width: world.talk_width,
            },
        );
        let is_on_terminal = world.terminal_width.is_some() || world.talk_width.is_some();
        let answers = Answers {
            stdout: io::stdout(),
            way: pager.map_or(Way::Direct, Way::NotStarted),
            quiet,
            said: None,
            interrupt: is_on_terminal.then(|| Interrupt::heed(progress.clone())),
            // Where answers do not stand on the same screen, the line may stay.
            progress: if world.terminal_width.is_some() { progress.clone() } else { Progress::default() },
        };
        Self { out: BufWriter::with_capacity(BUFFER_BYTES, answers), err, progress }
    }

    /// Waits until the reader has left the pager, and says what had to wait for that. What is still in the buffer is
    /// left out: it could not be written.
    pub fn close(self) {
        let (mut answers, _) = self.out.into_parts();
        if let Way::Paged(paged) = std::mem::replace(&mut answers.way, Way::Direct) {
            paged.finish();
        }
        // Nothing can be done when this cannot be written.
        let held = self.err.into_inner().map(|talk| talk.held.unwrap_or_default()).unwrap_or_default();
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
    /// `None` where no terminal is to be left clean, and Ctrl-C ends the program as it ends any.
    interrupt: Option<Interrupt>,
}

enum Way {
    Direct,
    /// There is nothing to be shown yet: what ends without an answer shows no pager.
    NotStarted(Pager),
    Paged(Paged),
}

/// A pager that has the terminal.
struct Paged {
    /// `None` when it reads no more.
    to: Option<ChildStdin>,
    /// Waits for its end.
    ended: Option<JoinHandle<()>>,
    interrupt: Option<Interrupt>,
}

impl Paged {
    fn new(mut child: Child, interrupt: Option<Interrupt>) -> Self {
        let to = child.stdin.take();
        let told = interrupt.clone();
        let ended = thread::spawn(move || {
            // However it ends, there is nothing to be done about it.
            drop(child.wait());
            told.iter().for_each(Interrupt::pager_has_ended);
        });
        Self { to, ended: Some(ended), interrupt }
    }

    /// Does something with the pipe. A pager that was left early has shown all that the reader wanted to see: the rest
    /// is left out, and the exit code stays that of the answer.
    fn give(&mut self, act: impl FnOnce(&mut ChildStdin) -> io::Result<()>) -> io::Result<()> {
        match self.to.as_mut().map(act) {
            Some(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.to = None;
                if self.interrupt.as_ref().is_some_and(Interrupt::was_pressed) {
                    // It was left with Ctrl-C, and the program ends with it.
                    self.wait();
                }
                Ok(())
            }
            other => other.unwrap_or(Ok(())),
        }
    }

    /// The answer is whole: waits until the reader has seen it.
    fn finish(mut self) {
        self.interrupt.iter().for_each(Interrupt::answer_has_ended);
        // The pager sees the end of the answer.
        self.to = None;
        self.wait();
    }

    fn wait(&mut self) {
        drop(self.ended.take().map(JoinHandle::join));
    }
}

impl Answers {
    fn start(&mut self, pager: &Pager) {
        // Before it does, so that no Ctrl-C leaves it behind.
        self.interrupt.iter().for_each(Interrupt::pager_begins);
        self.way = match pager.start() {
            Ok(child) => Way::Paged(Paged::new(child, self.interrupt.clone())),
            Err(error) => {
                self.interrupt.iter().for_each(Interrupt::pager_has_ended);
                if pager.is_named && !self.quiet {
                    let name = pager.name();
                    let note = tr!("note: the pager `{name}` cannot be started: {error}", name, error);
                    self.said = Some(note + "\n");
                }
                Way::Direct
            }
        };
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
            Way::Paged(paged) => paged.give(|pipe| pipe.write_all(bytes)).map(|()| bytes.len()),
            _ => self.stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.way {
            Way::Paged(paged) => paged.give(Write::flush),
            Way::NotStarted(_) => Ok(()),
            Way::Direct => self.stdout.flush(),
        }
    }
}

/// Standard error, or what is kept for it until the pager has left the screen.
pub struct Talk {
    held: Option<Vec<u8>>,
    progress: Progress,
    /// Of the terminal that it is written to.
    width: Option<usize>,
}

/// Lines that are too wide for a terminal of `width` columns, as many lines: between words, and between Chinese
/// characters. What follows the first stands further in, so that each beginning is seen.
fn laid_out(text: &str, width: usize) -> String {
    let mut laid = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let words = line.trim_end_matches('\n');
        let indent = words.len() - words.trim_start_matches(' ').len();
        let further = if indent == 0 { CONTINUATION_INDENT } else { indent };
        let room = width.saturating_sub(further);
        if words.width() <= width || room < LEAST_ROOM {
            laid.push_str(line);
            continue;
        }
        for (index, part) in wrapped(&words[indent..], room).iter().enumerate() {
            laid.push_str(&" ".repeat(if index == 0 { indent } else { further }));
            laid.push_str(part);
            laid.push('\n');
        }
    }
    laid
}

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let laid = match (self.width, std::str::from_utf8(bytes)) {
            (Some(width), Ok(text)) if text.ends_with('\n') => Cow::Owned(laid_out(text, width).into_bytes()),
            _ => Cow::Borrowed(bytes),
        };
        even_if_nobody_listens(match &mut self.held {
            Some(held) => held.write_all(&laid),
            None => self.progress.beside(|| io::stderr().write_all(&laid)),
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_some() { Ok(()) } else { even_if_nobody_listens(io::stderr().flush()) }
    }
}

/// Talk that nobody reads any more ends no answer, and changes no exit code.
fn even_if_nobody_listens(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_breaks_between_words_and_between_chinese_characters() {
        insta::assert_snapshot!(laid_out("note: no conversation begins with `77`; `codex-audit list` shows them\n", 40), @"
        note: no conversation begins with
          `77`; `codex-audit list` shows them
        ");
        insta::assert_snapshot!(laid_out("说明：丢弃了 128 条重复记录：同样的记录之前已经读过；--keep-duplicates 会把它们计入\n", 40), @"
        说明：丢弃了 128 条重复记录：同样的记
          录之前已经读过；--keep-duplicates 会把
          它们计入
        ");
        insta::assert_snapshot!(laid_out("short\n  a line that stands further in goes on below itself\n", 40), @"
        short
          a line that stands further in goes on
          below itself
        ");
    }

    #[test]
    fn a_path_is_whole_where_a_line_holds_it_and_nothing_is_lost_where_none_does() {
        let said =
            laid_out("error: /a/path/of/thirty/columns/and.so is not there at all, look elsewhere\n", 44);
        assert!(said.contains("/a/path/of/thirty/columns/and.so"), "{said}");
        let long = format!("error: {}\n", "x".repeat(100));
        assert_eq!(laid_out(&long, 30).matches('x').count(), 100);
        assert_eq!(laid_out(&long, 10), long);
    }
}
