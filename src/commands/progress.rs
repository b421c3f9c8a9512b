//! The line on standard error that says how far a long read has come.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tr::tr;

use crate::source::{Input, InputFile};

/// What is read sooner needs no line.
const PATIENCE: Duration = Duration::from_millis(500);

/// Often enough to be seen moving.
const INTERVAL: Duration = Duration::from_millis(100);

/// A terminal with fewer columns shows less, so that the line is one.
const LEAST_WIDTH: usize = 72;

/// Where the line stands, shared by all who write to the same terminal.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// `None` where no line is to be shown.
    line: Option<Arc<Line>>,
}

#[derive(Debug, Default)]
struct Line {
    /// Of the terminal, in columns.
    width: usize,
    bar: Mutex<Option<ProgressBar>>,
    /// The place where the line would stand belongs to the answer.
    has_ended: AtomicBool,
}

impl Progress {
    /// A line that appears when a read takes long, on a terminal of so many columns.
    #[must_use]
    pub fn on_terminal(width: usize) -> Self {
        Self { line: Some(Arc::new(Line { width, ..Line::default() })) }
    }

    /// Tells of a read of this input, until what is returned is dropped.
    pub(super) fn reading(&self, input: &Input) -> Reading {
        let Some(line) = self.line.clone().filter(|line| !line.has_ended.load(Ordering::Relaxed)) else {
            return Reading { ticker: None };
        };
        let bytes_read = Arc::clone(&input.bytes_read);
        bytes_read.store(0, Ordering::Relaxed);
        let bar = bar(total_bytes(input), line.width);
        let (stop, stopped) = mpsc::channel::<()>();
        let ticker = thread::spawn(move || {
            let mut wait = PATIENCE;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                line.draw(&bar, &bytes_read, wait == PATIENCE);
                wait = INTERVAL;
            }
            line.erase();
        });
        Reading { ticker: Some((stop, ticker)) }
    }

    /// Writes to the terminal while the line is away.
    pub(super) fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        let Some(line) = &self.line else { return write() };
        match &*line.bar() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Erases the line for good.
    pub(super) fn end(&self) {
        if let Some(line) = &self.line {
            line.has_ended.store(true, Ordering::Relaxed);
            line.erase();
        }
    }
}

impl Line {
    fn bar(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, bar: &ProgressBar, bytes_read: &AtomicU64, is_first: bool) {
        let mut shown = self.bar();
        if self.has_ended.load(Ordering::Relaxed) {
            return;
        }
        if is_first {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            *shown = Some(bar.clone());
        }
        // A file that grows meanwhile is no longer than it is.
        let bytes = bytes_read.load(Ordering::Relaxed);
        bar.set_position(bar.length().map_or(bytes, |total| bytes.min(total)));
    }

    fn erase(&self) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
    }
}

/// The line of a read whose size may be known.
fn bar(total_bytes: Option<u64>, width: usize) -> ProgressBar {
    let template = match total_bytes {
        Some(_) if width < LEAST_WIDTH => tr!("reading {binary_bytes} of {binary_total_bytes} · {percent} %"),
        Some(_) => tr!(
            "reading {binary_bytes} of {binary_total_bytes} · {percent} % · {binary_bytes_per_sec} · {eta} left"
        ),
        None => tr!("reading {binary_bytes} · {binary_bytes_per_sec}"),
    };
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Hidden until it is due, so that the rate is that of the whole read.
    ProgressBar::with_draw_target(total_bytes, ProgressDrawTarget::hidden()).with_style(style)
}

/// How many bytes there are to be read, where that is known beforehand.
fn total_bytes(input: &Input) -> Option<u64> {
    let sizes = input.files.iter().map(|file| match file {
        InputFile::Path(path) => fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len()),
        InputFile::Kept { bytes, .. } => Some(bytes.len() as u64),
        InputFile::Stdin => None,
    });
    sizes.sum::<Option<u64>>().filter(|total| *total > 0)
}

/// A read that is under way; the line is erased when this is dropped.
pub(super) struct Reading {
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            // A ticker that panicked draws no more, and that is all that is asked of it.
            drop(ticker.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(names: &[&str]) -> Input {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Input::find(&names, false)
    }

    #[test]
    fn the_size_is_known_of_files_and_unknown_of_a_pipe() {
        let size = fs::metadata("fixtures/one_conversation.jsonl").expect("a file").len();
        let file = "fixtures/one_conversation.jsonl";
        assert_eq!(total_bytes(&input(&[file, file])), Some(2 * size));
        assert_eq!(total_bytes(&input(&[file, "-"])), None);
        assert_eq!(total_bytes(&input(&["fixtures/empty.jsonl"])), None, "nothing is no size to come to");
    }

    #[test]
    fn both_lines_can_be_drawn() {
        for total in [None, Some(5)] {
            let bar = bar(total, 80);
            bar.set_position(3);
            assert_eq!((bar.position(), bar.length()), (3, total));
        }
    }
}
