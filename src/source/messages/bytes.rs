//! The bytes of a file as they lie there: counted, hashed where asked for, and looked at before they are read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Counts what is read, and hashes it where asked to.
pub(super) struct Counted {
    reader: Box<dyn Read + Send>,
    count: u64,
    /// How many there were when the file was opened; `None` for a stream.
    size: Option<u64>,
    /// The file, where it can be read from any place on.
    file: Option<Arc<File>>,
    /// Counts the bytes of all files for whoever waits for them.
    reported: Option<Arc<AtomicU64>>,
    digest: Option<Sha256>,
}

impl Counted {
    pub(super) fn new(reader: Box<dyn Read + Send>, with_digest: bool) -> Self {
        Self {
            reader,
            count: 0,
            size: None,
            file: None,
            reported: None,
            digest: with_digest.then(Sha256::new),
        }
    }

    /// Of a file that has so many bytes so far.
    pub(super) fn of_size(self, size: Option<u64>) -> Self {
        Self { size, ..self }
    }

    /// Of that file, which the reader reads.
    pub(super) fn of_file(self, file: Option<Arc<File>>) -> Self {
        Self { file, ..self }
    }

    /// The file with its size, where it can be read from any place on and nothing has to see every byte in turn.
    pub(super) fn file(&self) -> Option<(&Arc<File>, u64)> {
        self.file.as_ref().zip(self.size).filter(|_| self.digest.is_none())
    }

    /// Goes to a place of the file. What lies before it counts as read, and what lies behind it as not read.
    pub(super) fn go_to(&mut self, offset: u64) -> io::Result<()> {
        let Some(mut file) = self.file.as_deref() else { return Err(io::ErrorKind::NotSeekable.into()) };
        file.seek(SeekFrom::Start(offset))?;
        if let Some(reported) = &self.reported {
            reported.fetch_add(offset.wrapping_sub(self.count), Ordering::Relaxed);
        }
        self.count = offset;
        Ok(())
    }

    /// How many bytes are left to be read, as far as is known.
    pub(super) fn left(&self) -> Option<u64> {
        self.size?.checked_sub(self.count)
    }

    /// Adds what is read to a count that others look at meanwhile.
    pub(super) fn reporting_to(self, count: Arc<AtomicU64>) -> Self {
        Self { reported: Some(count), ..self }
    }

    /// Bytes read so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The SHA-256 of what was read, in lower-case hex.
    pub(super) fn sha256(&self) -> Option<String> {
        let digest = self.digest.clone()?.finalize();
        let digit = |half: u8| char::from_digit(u32::from(half), 16);
        Some(digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).flatten().collect())
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count += read as u64;
        if let Some(reported) = &self.reported {
            reported.fetch_add(read as u64, Ordering::Relaxed);
        }
        if let Some(digest) = &mut self.digest {
            digest.update(&buffer[..read]);
        }
        Ok(read)
    }
}

/// A reader whose first bytes can be looked at before they are read.
pub(super) struct Peeked<R> {
    reader: R,
    head: Vec<u8>,
    at: usize,
}

impl<R: Read> Peeked<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, head: Vec::new(), at: 0 }
    }

    /// The first bytes: so many, or all there are. To be asked before anything is read.
    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let known = self.head.len();
        if known < wanted {
            self.head.resize(wanted, 0);
            let (read, ended) = read_full(&mut self.reader, &mut self.head[known..]);
            self.head.truncate(known + read);
            ended?;
        }
        Ok(&self.head[self.at..])
    }

    /// Leaves out a byte that was looked at.
    pub(super) fn forget(&mut self, place: u64) {
        if let Some(place) =
            usize::try_from(place).ok().filter(|place| (self.at..self.head.len()).contains(place))
        {
            self.head.remove(place);
        }
    }

    pub(super) fn get_ref(&self) -> &R {
        &self.reader
    }

    pub(super) fn get_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Lets go of what was looked at and not read yet.
    pub(super) fn forget_all(&mut self) {
        self.at = self.head.len();
    }

    /// How many bytes were looked at and not read yet.
    pub(super) fn unread(&self) -> usize {
        self.head.len() - self.at
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.head.len() {
            let read = buffer.len().min(self.head.len() - self.at);
            buffer[..read].copy_from_slice(&self.head[self.at..self.at + read]);
            self.at += read;
            return Ok(read);
        }
        self.reader.read(buffer)
    }
}

/// Reads until the buffer is full or nothing more comes. Says how many bytes that were, and whether the end was
/// reached; an error does not undo what was read before it.
pub(super) fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> (usize, io::Result<bool>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => return (filled, Ok(true)),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_read_all_the_same_and_counted_once() {
        let mut peeked = Peeked::new(Counted::new(Box::new(&b"abcdef"[..]), true));
        assert_eq!(peeked.peek(4).expect("readable"), b"abcd");
        assert_eq!(peeked.peek(2).expect("readable"), b"abcd");
        let mut all = Vec::new();
        peeked.read_to_end(&mut all).expect("readable");
        assert_eq!(all, b"abcdef");
        assert_eq!(peeked.get_ref().count(), 6);
        assert_eq!(
            peeked.get_ref().sha256().as_deref(),
            Some("bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721")
        );
    }
}
