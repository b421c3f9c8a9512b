//! Stretches of a plain file, each of whole lines, of which several are read at a time.
//!
//! Where a stretch ends is found out ahead of its reading; how many lines it has is not. So the number of the next line
//! is handed on from each stretch to the one behind it as soon as its lines are counted.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use memchr::memchr;

use super::bytes::read_full;
use super::{BATCH_BYTES, Batch};

/// Deals out the stretches of a file, one behind the other.
pub(super) struct Stretches {
    file: Arc<File>,
    /// Where the file ended when it was opened. What is near is left to be read in turn: it may have grown since.
    end: u64,
    next: u64,
    numbers: Arc<Numbers>,
}

/// A stretch that somebody has taken to read it.
pub(in crate::source) struct Stretch {
    file: Arc<File>,
    begin: u64,
    bytes: usize,
    turn: u64,
    numbers: Arc<Numbers>,
    is_handed_on: bool,
}

/// The number of the line behind the stretches whose lines were counted.
struct Numbers {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Which stretch is to be counted next.
    turn: u64,
    line: u64,
    /// Where a stretch begins that could not be read as a whole: it and those behind it are to be read in turn.
    broken: Option<u64>,
}

/// So much is looked at together for the end of a line, so often.
const WINDOW_BYTES: usize = 16 * 1024;
const MOST_WINDOWS: usize = 16;

impl Stretches {
    /// The stretches of a file that has so many bytes, from a line of that number on.
    pub(super) fn new(file: Arc<File>, end: u64, line: u64) -> Self {
        let state = State { turn: 0, line, broken: None };
        Self {
            file,
            end,
            next: 0,
            numbers: Arc::new(Numbers { state: Mutex::new(state), changed: Condvar::new() }),
        }
    }

    /// Takes the stretch that begins there. `None` when it would come near the end or end in a long line, and when one
    /// could not be read.
    pub(super) fn take(&mut self, begin: u64) -> Option<Stretch> {
        if self.numbers.lock().broken.is_some() {
            return None;
        }
        let mut window = [0; WINDOW_BYTES];
        let mut bytes = BATCH_BYTES - WINDOW_BYTES;
        for _ in 0..MOST_WINDOWS {
            let offset = begin + bytes as u64;
            if offset + WINDOW_BYTES as u64 >= self.end {
                return None;
            }
            let (read, _) = read_full(&mut At { file: &self.file, offset }, &mut window);
            if let Some(line_break) = memchr(b'\n', &window[..read]) {
                bytes += line_break + 1;
                let turn = self.next;
                self.next += 1;
                let (file, numbers) = (Arc::clone(&self.file), Arc::clone(&self.numbers));
                return Some(Stretch { file, begin, bytes, turn, numbers, is_handed_on: false });
            }
            bytes += WINDOW_BYTES;
        }
        None
    }

    /// Waits until the lines of all that were taken are counted. Returns the number of the line behind them, and where
    /// it begins if that is not behind the last one.
    pub(super) fn finish(self) -> (u64, Option<u64>) {
        let state = self.numbers.wait_for(self.next);
        (state.line, state.broken)
    }
}

impl Stretch {
    /// The offset of what is behind it.
    pub(super) fn end(&self) -> u64 {
        self.begin + self.bytes as u64
    }

    /// Fills the batch with its lines; with none when it, or one before it, could not be read as a whole.
    pub(in crate::source) fn read(mut self, batch: &mut Batch) {
        batch.make_room(self.bytes);
        let bytes = &mut batch.bytes[..self.bytes];
        let (read, _) = read_full(&mut At { file: &self.file, offset: self.begin }, bytes);
        let is_whole = read == bytes.len() && bytes.ends_with(b"\n");
        let lines = is_whole.then(|| batch.cut_into_lines(read, (0, self.begin)).0);
        match self.hand_on(lines) {
            Some(first) => batch.messages.iter_mut().for_each(|message| message.line += first),
            None => batch.messages.clear(),
        }
    }

    /// Hands on that it has so many lines, or that it could not be read. Returns the number of its first one.
    fn hand_on(&mut self, lines: Option<u64>) -> Option<u64> {
        self.is_handed_on = true;
        let mut state = self.numbers.wait_for(self.turn);
        if state.broken.is_some() {
            return None;
        }
        let first = state.line;
        match lines {
            Some(lines) => {
                state.line += lines;
                state.turn += 1;
            }
            None => state.broken = Some(self.begin),
        }
        drop(state);
        self.numbers.changed.notify_all();
        lines.map(|_| first)
    }
}

impl Drop for Stretch {
    fn drop(&mut self) {
        if !self.is_handed_on {
            // Its thread has panicked, and so will the run: nobody is to wait for it.
            self.numbers.lock().broken.get_or_insert(self.begin);
            self.numbers.changed.notify_all();
        }
    }
}

impl Numbers {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is the turn of that stretch, or one is broken.
    fn wait_for(&self, turn: u64) -> MutexGuard<'_, State> {
        self.changed
            .wait_while(self.lock(), |state| state.turn != turn && state.broken.is_none())
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a file from a place on, wherever others read it.
struct At<'f> {
    file: &'f File,
    offset: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.offset)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::bytes::{Counted, Peeked};
    use super::super::compressed::Content;
    use super::super::lines::Lines;
    use super::*;

    /// Some 24 MiB of lines, one of them longer than is looked for its end.
    fn text() -> String {
        let line = |number: usize| format!("{number} {}\n", "x".repeat(number * 7_919 % 20_000));
        let lines: String = (0..2_400).map(line).collect();
        let (before, behind) = lines.split_at(lines.len() / 2);
        format!("{before}{}{behind}unended", "y".repeat(2 * BATCH_BYTES))
    }

    fn file_of(text: &str) -> Arc<File> {
        let mut file = tempfile::tempfile().expect("a file");
        io::Write::write_all(&mut file, text.as_bytes()).expect("written");
        io::Seek::rewind(&mut file).expect("a file can be read again");
        Arc::new(file)
    }

    fn lines_of(file: &Arc<File>) -> Lines {
        let size = file.metadata().expect("a size").len();
        let counted = Counted::new(Box::new(Arc::clone(file)), false);
        let counted = counted.of_size(Some(size)).of_file(Some(Arc::clone(file)));
        Lines::new(Content::of(Peeked::new(counted)).expect("readable"))
    }

    type Seen = Vec<(u64, u64, String)>;

    fn see(batch: &Batch) -> Seen {
        let text = |message| String::from_utf8_lossy(batch.bytes_of(message)).into_owned();
        batch.messages.iter().map(|message| (message.line, message.byte_offset, text(message))).collect()
    }

    fn read_stretch(stretch: Stretch) -> Seen {
        let mut batch = Batch::default();
        stretch.read(&mut batch);
        see(&batch)
    }

    /// Reads everything, each stretch on a thread of its own. Says how many stretches there were.
    fn read(lines: &mut Lines) -> (Seen, usize) {
        thread::scope(|scope| {
            let (mut seen, mut readers) = (Seen::new(), Vec::new());
            let mut taken = 0;
            loop {
                if let Some(stretch) = lines.take_stretch() {
                    readers.push(scope.spawn(|| read_stretch(stretch)));
                    taken += 1;
                    continue;
                }
                for reader in readers.drain(..) {
                    seen.extend(reader.join().expect("read"));
                }
                let mut batch = Batch::default();
                if !lines.next_batch(&mut batch).expect("readable") {
                    return (seen, taken);
                }
                seen.extend(see(&batch));
            }
        })
    }

    fn read_in_turn(text: &str) -> Seen {
        let counted = Counted::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), false);
        let mut lines = Lines::new(Content::of(Peeked::new(counted)).expect("readable"));
        let (seen, taken) = read(&mut lines);
        assert_eq!(taken, 0);
        seen
    }

    #[test]
    fn stretches_give_the_lines_that_are_there_with_their_numbers() {
        let text = text();
        let file = file_of(&text);
        let mut lines = lines_of(&file);
        let (seen, taken) = read(&mut lines);
        assert!(seen == read_in_turn(&text));
        assert!(taken > 15, "{taken}");
        assert_eq!(lines.into_content().finish().0, text.len() as u64);
    }

    #[test]
    fn what_a_file_has_lost_while_it_is_read_is_not_made_up() {
        let text = text();
        let file = file_of(&text);
        let left = 5 * BATCH_BYTES / 2;
        let mut lines = lines_of(&file);
        let stretches: Vec<_> = (0..4).filter_map(|_| lines.take_stretch()).collect();
        file.set_len(left as u64).expect("shortened");
        let mut seen = thread::scope(|scope| {
            // The last one begins first, and has to wait for the others.
            let fill = |stretch| scope.spawn(|| read_stretch(stretch));
            let readers: Vec<_> = stretches.into_iter().rev().map(fill).collect();
            readers.into_iter().rev().flat_map(|reader| reader.join().expect("read")).collect::<Seen>()
        });
        seen.extend(read(&mut lines).0);
        assert!(seen == read_in_turn(&text[..left]));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_file_has_gained_while_it_is_read_is_read() {
        let mut text = text();
        let file = file_of(&text);
        let mut lines = lines_of(&file);
        let more = " now\nmore\n";
        std::os::unix::fs::FileExt::write_all_at(&*file, more.as_bytes(), text.len() as u64)
            .expect("written");
        text.push_str(more);
        let (seen, _) = read(&mut lines);
        assert!(seen == read_in_turn(&text));
    }
}
