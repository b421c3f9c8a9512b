//! The content of a file: its bytes as they are, or what an ordinary zstd or gzip stream around them holds.
//!
//! A stream that breaks off gives what it holds up to there, as one that is still being written does. Where a zstd
//! stream is damaged, reading goes on at its next frame: a Collector begins one at least every few seconds.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use memchr::memmem;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::bytes::{Counted, Peeked};
use crate::source::account::as_said;
use crate::source::form::Compression;
use crate::words::Sentence;

/// So many bytes are looked at.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// The first bytes of a zstd frame.
pub(super) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// The first bytes of a gzip member that is compressed in the one way there is.
const GZIP_MAGIC: [u8; 3] = [0x1F, 0x8B, 0x08];

/// Whether these are the first bytes of a stream, and too few to tell it by.
pub(in crate::source) fn may_begin_a_stream(bytes: &[u8]) -> bool {
    let begins = |magic: &[u8]| bytes.len() < magic.len() && magic.starts_with(bytes);
    begins(&ZSTD_MAGIC) || begins(&GZIP_MAGIC)
}

/// What compresses a file that begins so, as a whole.
pub(super) fn compression_of(head: &[u8]) -> Compression {
    // A stream may begin with a frame that is to be skipped: four bytes of which only half a byte varies.
    let skippable = matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]);
    if head.starts_with(&ZSTD_MAGIC) || skippable {
        Compression::Zstd
    } else if head.starts_with(&GZIP_MAGIC) {
        Compression::Gzip
    } else {
        Compression::None
    }
}

/// A part of a compressed stream that cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    /// Offset of its first byte in the file.
    pub(super) at: u64,
    /// How many bytes of the file it takes.
    pub(super) bytes: u64,
    /// How many bytes of content were decoded before it.
    pub(super) behind: u64,
    /// What the decoder says.
    pub(super) reason: Sentence,
    /// Whether something behind it could be decoded.
    pub(super) is_resumed: bool,
}

/// What a file holds, whatever is wrapped around it.
pub(super) enum Content {
    Plain(Peeked<Counted>),
    Zstd(Box<Peeked<Zstd>>),
    Gzip(Box<Peeked<Gzip>>),
}

impl Content {
    /// Looks at the first bytes, and takes off what is wrapped around the whole file.
    pub(super) fn of(mut file: Peeked<Counted>) -> io::Result<Self> {
        Ok(match compression_of(file.peek(HEAD_BYTES)?) {
            Compression::Zstd => Self::Zstd(Box::new(Peeked::new(Zstd::new(file)?))),
            Compression::Gzip => Self::Gzip(Box::new(Peeked::new(Gzip::new(file)))),
            Compression::None | Compression::ZstdFrames => Self::Plain(file),
        })
    }

    pub(super) fn compression(&self) -> Compression {
        match self {
            Self::Plain(_) => Compression::None,
            Self::Zstd(_) => Compression::Zstd,
            Self::Gzip(_) => Compression::Gzip,
        }
    }

    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        match self {
            Self::Plain(content) => content.peek(wanted),
            Self::Zstd(content) => content.peek(wanted),
            Self::Gzip(content) => content.peek(wanted),
        }
    }

    /// How many bytes are left to be read, where the file tells.
    pub(super) fn left(&self) -> Option<usize> {
        match self {
            Self::Plain(content) => {
                usize::try_from(content.get_ref().left()?).ok()?.checked_add(content.unread())
            }
            Self::Zstd(_) | Self::Gzip(_) => None,
        }
    }

    /// The file with its size, where its bytes are the content and can be read from any place on.
    pub(super) fn file(&self) -> Option<(&Arc<File>, u64)> {
        match self {
            Self::Plain(content) => content.get_ref().file(),
            Self::Zstd(_) | Self::Gzip(_) => None,
        }
    }

    /// Goes to a place of such a file.
    pub(super) fn go_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Self::Plain(content) => {
                content.forget_all();
                content.get_mut().go_to(offset)
            }
            Self::Zstd(_) | Self::Gzip(_) => Err(io::ErrorKind::NotSeekable.into()),
        }
    }

    /// Says that the content is frames: a line break between two of them would only be in the way.
    pub(super) fn holds_frames(&mut self) {
        if let Self::Zstd(content) = self {
            for place in content.get_mut().without_breaks().into_iter().rev() {
                content.forget(place);
            }
        }
    }

    /// The holes found since the last call.
    pub(super) fn take_holes(&mut self) -> Vec<Hole> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Zstd(content) => std::mem::take(&mut content.get_mut().holes),
            Self::Gzip(content) => content.get_mut().hole.take().into_iter().collect(),
        }
    }

    /// Whether what was read ends within a compressed frame or member, as while it is being written.
    pub(super) fn breaks_off(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Zstd(content) => content.get_ref().in_frame,
            Self::Gzip(content) => content.get_ref().breaks_off,
        }
    }

    /// The bytes of the file, when the content has been read: what a broken stream left behind is read, too.
    pub(super) fn finish(mut self) -> (u64, Option<String>) {
        let file = match &mut self {
            Self::Plain(content) => content,
            Self::Zstd(content) => &mut content.get_mut().file,
            Self::Gzip(content) => content.get_mut().decoder.get_mut().get_mut(),
        };
        // Why it cannot be read on was told when it was read.
        drop(io::copy(file, &mut io::sink()));
        (file.get_ref().count(), file.get_ref().sha256())
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(content) => content.read(buffer),
            Self::Zstd(content) => content.read(buffer),
            Self::Gzip(content) => content.read(buffer),
        }
    }
}

/// So much of a zstd stream is decoded in one step; what a step has decoded before it fails is lost.
const STEP_BYTES: usize = 32 * 1024;

/// A zstd stream: frames, one behind the other.
pub(super) struct Zstd {
    file: Peeked<Counted>,
    decoder: Decoder<'static>,
    input: Vec<u8>,
    /// The part of `input` that was read and not decoded yet.
    start: usize,
    end: usize,
    /// Offset in the file of `input[0]`.
    offset: u64,
    /// Bytes of content handed out so far.
    decoded: u64,
    file_ended: bool,
    in_frame: bool,
    /// The hole that is being passed over.
    hole: Option<Hole>,
    holes: Vec<Hole>,
    holds_lines: bool,
    /// Where in the content a line break stands that is none of it.
    breaks: Vec<u64>,
}

impl Zstd {
    fn new(file: Peeked<Counted>) -> io::Result<Self> {
        Ok(Self {
            file,
            decoder: Decoder::new()?,
            input: vec![0; 4 * STEP_BYTES],
            start: 0,
            end: 0,
            offset: 0,
            decoded: 0,
            file_ended: false,
            in_frame: false,
            hole: None,
            holes: Vec::new(),
            holds_lines: true,
            breaks: Vec::new(),
        })
    }

    /// Reads more of the file, keeping what was not decoded yet.
    fn refill(&mut self) -> io::Result<()> {
        self.offset += self.start as u64;
        self.input.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            match self.file.read(&mut self.input[self.end..]) {
                Ok(read) => {
                    self.end += read;
                    self.file_ended = read == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Notes that decoding failed here, and goes to where the next frame may begin.
    fn pass_over(&mut self, reason: Sentence) -> io::Result<()> {
        let at = self.offset + self.start as u64;
        let new = Hole { at, bytes: 0, behind: self.decoded, reason, is_resumed: false };
        let mut hole = self.hole.take().unwrap_or(new);
        self.in_frame = false;
        self.decoder.reinit()?;
        // Not the frame that has just failed again.
        self.start = (self.start + 1).min(self.end);
        loop {
            if let Some(found) = memmem::find(&self.input[self.start..self.end], &ZSTD_MAGIC) {
                self.start += found;
                break;
            }
            // The first bytes of the next frame may have been read already.
            self.start = self.end.saturating_sub(ZSTD_MAGIC.len() - 1).max(self.start);
            if self.file_ended {
                self.start = self.end;
                break;
            }
            self.refill()?;
        }
        hole.bytes = self.offset + self.start as u64 - hole.at;
        self.hole = Some(hole);
        Ok(())
    }

    /// Puts no more line breaks behind holes, and says where those stand that were put there.
    fn without_breaks(&mut self) -> Vec<u64> {
        self.holds_lines = false;
        let breaks = std::mem::take(&mut self.breaks);
        for hole in self.holes.iter_mut().chain(&mut self.hole) {
            hole.behind -= breaks.partition_point(|place| *place < hole.behind) as u64;
        }
        self.decoded -= breaks.len() as u64;
        breaks
    }

    fn close_hole(&mut self, is_resumed: bool) {
        if let Some(hole) = self.hole.take() {
            self.holes.push(Hole { is_resumed, ..hole });
        }
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.start == self.end && !self.file_ended {
                self.refill()?;
            }
            if self.start == self.end && self.file_ended && !self.in_frame {
                self.close_hole(false);
                return Ok(0);
            }
            let step = (self.end - self.start).min(STEP_BYTES);
            let mut input = InBuffer::around(&self.input[self.start..self.start + step]);
            // What is behind a hole begins a line of its own: what is before it may break off anywhere.
            let room_for_break = usize::from(self.hole.is_some() && self.holds_lines && buffer.len() > 1);
            let mut output = OutBuffer::around(&mut buffer[room_for_break..]);
            let outcome = self.decoder.run(&mut input, &mut output);
            let (consumed, written) = (input.pos(), output.pos());
            match outcome {
                Ok(rest_of_frame) => {
                    self.start += consumed;
                    self.in_frame = rest_of_frame != 0;
                    if written > 0 {
                        self.close_hole(true);
                        if room_for_break > 0 {
                            buffer[0] = b'\n';
                            self.breaks.push(self.decoded);
                        }
                        self.decoded += (room_for_break + written) as u64;
                        return Ok(room_for_break + written);
                    }
                    if consumed == 0 && step == 0 {
                        // The file ends within a frame, as it does while it is being written.
                        self.close_hole(false);
                        return Ok(0);
                    }
                }
                Err(error) => self.pass_over(as_said(&error.to_string()))?,
            }
        }
    }
}

/// A gzip stream: members, one behind the other.
pub(super) struct Gzip {
    decoder: MultiGzDecoder<BufReader<Peeked<Counted>>>,
    /// Bytes of content handed out so far.
    decoded: u64,
    has_ended: bool,
    breaks_off: bool,
    hole: Option<Hole>,
}

impl Gzip {
    fn new(file: Peeked<Counted>) -> Self {
        let decoder = MultiGzDecoder::new(BufReader::with_capacity(4 * STEP_BYTES, file));
        Self { decoder, decoded: 0, has_ended: false, breaks_off: false, hole: None }
    }
}

impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_ended {
            return Ok(0);
        }
        match self.decoder.read(buffer) {
            Ok(read) => {
                self.decoded += read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.has_ended = true;
                let rest = self.decoder.get_mut();
                let ahead = rest.buffer().len() + rest.get_ref().unread();
                let at = rest.get_ref().get_ref().count() - ahead as u64;
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    // It breaks off where the file ends, as it does while it is being written.
                    self.breaks_off = true;
                    return Ok(0);
                }
                if !matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) {
                    return Err(error);
                }
                let bytes = ahead as u64 + io::copy(rest.get_mut(), &mut io::sink())?;
                let reason = as_said(&error.to_string());
                self.hole = Some(Hole { at, bytes, behind: self.decoded, reason, is_resumed: false });
                Ok(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;

    fn read(bytes: &[u8]) -> (Vec<u8>, Vec<Hole>) {
        let file = Peeked::new(Counted::new(Box::new(io::Cursor::new(bytes.to_vec())), false));
        let mut content = Content::of(file).expect("readable");
        let mut text = Vec::new();
        content.read_to_end(&mut text).expect("readable");
        let holes = content.take_holes();
        assert_eq!(content.finish().0, bytes.len() as u64, "every byte of the file was read");
        (text, holes)
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 3).expect("compressed")
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("compressed");
        encoder.finish().expect("compressed")
    }

    /// Text that does not shrink to nothing.
    fn text(lines: u64) -> Vec<u8> {
        (0..lines)
            .flat_map(|line| format!("{:x}\n", line.wrapping_mul(0x9E37_79B9_7F4A_7C15)).into_bytes())
            .collect()
    }

    #[test]
    fn frames_and_members_follow_each_other() {
        for compress in [zstd, gzip] {
            let joined = [compress(b"one\n"), compress(b"two"), compress(b""), compress(b"\n")].concat();
            assert_eq!(read(&joined), (b"one\ntwo\n".to_vec(), vec![]));
        }
    }

    #[test]
    fn a_stream_that_breaks_off_gives_what_it_holds() {
        let text = text(200_000);
        for compress in [zstd, gzip] {
            let whole = compress(&text);
            let (head, holes) = read(&whole[..whole.len() / 2]);
            assert!(
                head.len() > text.len() / 4 && text.starts_with(&head),
                "{} of {}",
                head.len(),
                text.len()
            );
            assert_eq!(holes, []);
        }
    }

    #[test]
    fn behind_a_damaged_frame_the_next_one_is_read() {
        let (one, two, three) = (zstd(&text(1_000)), zstd(&text(2_000)), zstd(&text(3_000)));
        let mut joined = [one.clone(), two.clone(), three].concat();
        joined[one.len() + 9..one.len() + 40].fill(0xFF);
        let (read, holes) = read(&joined);
        assert_eq!(read, [text(1_000), b"\n".to_vec(), text(3_000)].concat());
        assert_eq!(holes.len(), 1);
        assert_eq!((holes[0].at, holes[0].bytes), (one.len() as u64, two.len() as u64));
        assert_eq!(holes[0].behind, text(1_000).len() as u64);
        assert!(holes[0].is_resumed);
    }

    #[test]
    fn what_follows_a_stream_and_is_none_is_a_hole() {
        for compress in [zstd, gzip] {
            let whole = compress(b"text\n");
            let (text, holes) = read(&[whole.clone(), vec![0; 200_000]].concat());
            assert_eq!(text, b"text\n");
            assert_eq!((holes.len(), holes[0].behind), (1, 5), "{holes:?}");
            assert!(!holes[0].is_resumed);
            assert_eq!(holes[0].at + holes[0].bytes, whole.len() as u64 + 200_000);
        }
    }
}
