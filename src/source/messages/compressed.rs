//! The content of a file: its bytes as they are, or what an ordinary zstd or gzip stream around them holds.
//!
//! A stream that breaks off gives what it holds up to there, as one that is still being written does. Where a zstd
//! stream is damaged, reading goes on at its next frame: a Collector begins one at least every few seconds. A frame that
//! was torn in the middle of a file takes what follows for its own; so the next one is looked for within what it took.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use memchr::memmem;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::bytes::{Counted, Peeked};
use crate::source::account::as_said;
use crate::source::form::Compression;
use crate::words::{Sentence, sentence};

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
    /// Whether content before it was decoded whose checksum could not be checked or does not match.
    pub(super) is_unchecked: bool,
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

/// So much of a frame can be looked through again: more than a block, as the decoder may have taken that much for one
/// before it finds that it is none.
const KEPT_BYTES: usize = 256 * 1024;

/// So much is decoded in vain, and for each byte of the file so much more. Nothing but a file made to take time comes
/// near; what is behind is damage.
const MOST_TRIED: u64 = 256 * 1024 * 1024;
const MOST_TRIED_A_BYTE: u64 = 256;

/// A zstd stream: frames, one behind the other.
pub(super) struct Zstd {
    file: Peeked<Counted>,
    decoder: Decoder<'static>,
    input: Vec<u8>,
    /// The part of `input` that was read and not decoded yet. Before it lies what may be looked through again.
    start: usize,
    end: usize,
    /// Offset in the file of `input[0]`.
    offset: u64,
    /// Offset in the file of the frame that is being decoded.
    frame: u64,
    /// Offset in the file behind the last step that decoded anything of it.
    silent_from: u64,
    /// Bytes of content handed out so far.
    decoded: u64,
    /// The same when the frame began.
    decoded_before_frame: u64,
    /// How much was decoded in vain: of what was decoded once before, what was handed out as well.
    tried: u64,
    /// Offset in the file behind all that was decoded so far.
    decoded_until: u64,
    file_ended: bool,
    in_frame: bool,
    has_ended: bool,
    /// The hole that is being passed over.
    hole: Option<Hole>,
    /// The hole is a frame that nothing but the end of the file cuts short, unless another one is behind it.
    may_be_unfinished: bool,
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
            input: vec![0; KEPT_BYTES + 4 * STEP_BYTES],
            start: 0,
            end: 0,
            offset: 0,
            frame: 0,
            silent_from: 0,
            decoded: 0,
            decoded_before_frame: 0,
            tried: 0,
            decoded_until: 0,
            file_ended: false,
            in_frame: false,
            has_ended: false,
            hole: None,
            may_be_unfinished: false,
            holes: Vec::new(),
            holds_lines: true,
            breaks: Vec::new(),
        })
    }

    /// Offset in the file of what is decoded next.
    fn position(&self) -> u64 {
        self.offset + self.start as u64
    }

    /// How much of the frame lies before what is decoded next, as far as it is kept.
    fn kept(&self) -> usize {
        let of_frame = usize::try_from(self.position() - self.frame).unwrap_or(usize::MAX);
        of_frame.min(KEPT_BYTES).min(self.start)
    }

    /// Reads more of the file, keeping what was not decoded yet and what may be looked through again.
    fn refill(&mut self) -> io::Result<()> {
        let kept_from = self.start - self.kept();
        self.offset += kept_from as u64;
        self.input.copy_within(kept_from..self.end, 0);
        self.end -= kept_from;
        self.start -= kept_from;
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

    /// Notes that decoding failed here, having been given so many bytes, and goes to where the next frame may begin.
    fn pass_over(&mut self, reason: Sentence, given: usize) -> io::Result<()> {
        let begin = self.start - self.kept();
        let (frame, silent_from) = (self.offset + begin as u64, self.silent_from);
        let is_again = self.frame < self.decoded_until;
        let given_out = if is_again { self.decoded.saturating_sub(self.decoded_before_frame) } else { 0 };
        self.tried += (self.start + given - begin) as u64 + given_out;
        self.decoded_until = self.decoded_until.max(self.position());
        let most = MOST_TRIED + MOST_TRIED_A_BYTE * (self.offset + self.end as u64);
        let is_given_up = self.tried > most;
        // Not the frame that has just failed again.
        self.go_to((begin + 1).min(self.end));
        loop {
            let unread = &self.input[self.start..self.end];
            if let Some(found) = memmem::find(unread, &ZSTD_MAGIC).filter(|_| !is_given_up) {
                self.go_to(self.start + found);
                break;
            }
            // The first bytes of the next frame may have been read already.
            self.go_to(self.end.saturating_sub(ZSTD_MAGIC.len() - 1).max(self.start));
            if self.file_ended {
                self.go_to(self.end);
                break;
            }
            self.refill()?;
        }
        self.in_frame = false;
        self.decoder.reinit()?;
        // What the frame took for its own and gave out may be others.
        let at = if self.frame < silent_from { frame } else { silent_from };
        let mut hole = self.hole.take().unwrap_or(Hole {
            at,
            bytes: 0,
            behind: self.decoded,
            reason,
            is_resumed: false,
            is_unchecked: frame < silent_from,
        });
        hole.bytes = self.frame - hole.at;
        if is_given_up {
            self.may_be_unfinished = false;
            let why = sentence!("too much of it only looks like frames for all to be tried");
            hole.reason = sentence!("{}; {}", hole.reason, why);
        }
        self.hole = Some(hole);
        Ok(())
    }

    /// Goes to a place of `input` where a frame may begin.
    fn go_to(&mut self, place: usize) {
        self.start = place;
        self.frame = self.position();
        self.decoded_before_frame = self.decoded;
        self.silent_from = self.frame;
    }

    /// The file ends within a frame. It does so while it is being written; or the frame was torn, and others are
    /// behind its beginning: then it goes to where the first of them may begin, and says so.
    fn look_behind_torn_frame(&mut self) -> io::Result<bool> {
        let begin = self.start - self.kept();
        if memmem::find(&self.input[(begin + 1).min(self.end)..self.end], &ZSTD_MAGIC).is_some() {
            self.may_be_unfinished |= self.hole.is_none();
            self.pass_over(sentence!("the frame breaks off"), 0)?;
            return Ok(true);
        }
        // No block is so long.
        if self.silent_from < self.offset + begin as u64 && self.hole.is_none() {
            self.pass_over(sentence!("the frame breaks off"), 0)?;
        }
        Ok(false)
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
        self.may_be_unfinished = false;
        if let Some(hole) = self.hole.take() {
            self.holes.push(Hole { is_resumed, ..hole });
        }
    }

    /// Nothing more is read.
    fn end(&mut self) {
        self.has_ended = true;
        if self.may_be_unfinished && !self.in_frame {
            // What was found behind its beginning is no frame.
            self.hole = None;
            self.in_frame = true;
        }
        self.close_hole(false);
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.has_ended {
            if self.start == self.end && !self.file_ended {
                self.refill()?;
            }
            if self.start == self.end && self.file_ended && !self.in_frame {
                self.end();
                break;
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
                    if !self.in_frame {
                        // A whole frame is behind the hole, be it an empty one: nothing is being written there.
                        self.may_be_unfinished &= self.hole.is_none() || consumed == 0;
                        self.go_to(self.start);
                    }
                    if written > 0 {
                        self.silent_from = self.position();
                        self.close_hole(true);
                        if room_for_break > 0 {
                            buffer[0] = b'\n';
                            self.breaks.push(self.decoded);
                        }
                        self.decoded += (room_for_break + written) as u64;
                        if !self.in_frame {
                            self.decoded_before_frame = self.decoded;
                        }
                        return Ok(room_for_break + written);
                    }
                    if consumed == 0 && step == 0 && !self.look_behind_torn_frame()? {
                        self.end();
                    }
                }
                Err(error) => self.pass_over(as_said(&error.to_string()), step)?,
            }
        }
        Ok(0)
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
                // Each member has a checksum at its end, so that nothing is left unchecked where the next one begins.
                let is_unchecked = self.decoded > 0 && error.to_string() != "invalid gzip header";
                let behind = self.decoded;
                self.hole = Some(Hole { at, bytes, behind, reason, is_resumed: false, is_unchecked });
                Ok(0)
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
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
    fn a_frame_that_takes_all_that_follows_is_damage_where_a_whole_one_follows_be_it_an_empty_one() {
        let mut joined = [zstd_with_checksum(&text(1_000)), zstd_with_checksum(b"")].concat();
        // The header of its first block: the last one, compressed, longer than what is there.
        joined[6..9].copy_from_slice(&[0b101, 0, 4]);
        let (read, holes) = read(&joined);
        assert_eq!((read.len(), holes.len()), (0, 1));
        assert_eq!((holes[0].at, holes[0].is_resumed), (0, false));
    }

    /// As a Collector writes it.
    pub(in crate::source::messages) fn zstd_with_checksum(text: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
        encoder.include_checksum(true).expect("a checksum");
        encoder.write_all(text).expect("compressed");
        encoder.finish().expect("compressed")
    }

    #[test]
    fn behind_a_frame_that_was_torn_everything_is_read() {
        // One that does not shrink, one that does, and one of several blocks, with less and with more behind each than
        // it has lost.
        let noisy = |at: u64| (at * at).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0];
        let noise: Vec<u8> = (0..300_000).map(noisy).collect();
        for torn in [&noise[..3_000], &noise, &text(2_000), &text(40_000)] {
            let torn = zstd_with_checksum(torn);
            for length in [5, 9, 20, torn.len() / 3, torn.len() / 2, torn.len() - 30, torn.len() - 1] {
                for lines in [1, 100, 30_000] {
                    let behind: Vec<_> = (1..=3).map(|number| text(lines * number)).collect();
                    let parts = [b"first\n".to_vec()].into_iter().chain(behind.clone());
                    let mut parts: Vec<_> = parts.map(|part| zstd_with_checksum(&part)).collect();
                    parts.insert(1, torn[..length].to_vec());
                    let (read, holes) = read(&parts.concat());
                    let place = format!("{length} of {}, {lines}", torn.len());
                    assert!(read.starts_with(b"first\n"), "{place}");
                    assert!(read.ends_with(&behind.concat()), "{place}: {holes:?}");
                    assert!(
                        matches!(&holes[..], [hole] if hole.is_resumed && hole.bytes > 0),
                        "{place}: {holes:?}"
                    );
                    let end = holes[0].at + holes[0].bytes;
                    assert_eq!(end, (parts[0].len() + length) as u64, "{place}: {holes:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_read_before_a_checksum_failed_is_said_to_be_unchecked() {
        let text = text(200_000);
        for (compress, checksum_from_end) in [(zstd_with_checksum as fn(&[u8]) -> Vec<u8>, 4), (gzip, 8)] {
            for is_wrong in [true, false] {
                let mut stream = compress(&text);
                let checksum = stream.len() - checksum_from_end;
                stream[checksum] ^= u8::from(is_wrong);
                // What follows is no part of what is checked.
                let (read, holes) = read(&[stream, vec![0; 10]].concat());
                assert!(read.len() > text.len() / 2);
                let [hole] = &holes[..] else { panic!("one hole: {holes:?}") };
                assert_eq!(hole.is_unchecked, is_wrong, "{holes:?}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_a_frame_behind_the_beginning_of_the_last_one_makes_it_no_damage() {
        let last = zstd_with_checksum(&text(2_000));
        let mut torn = last[..last.len() - 500].to_vec();
        let middle = torn.len() - 100;
        torn[middle..middle + 6].copy_from_slice(b"\x28\xB5\x2F\xFD\xFF\xFF");
        let file = Peeked::new(Counted::new(Box::new(io::Cursor::new(torn)), false));
        let mut content = Content::of(file).expect("readable");
        assert_eq!(content.read_to_end(&mut Vec::new()).expect("readable"), 0);
        assert!(content.breaks_off());
        assert_eq!(content.take_holes(), []);
    }

    #[test]
    fn a_stream_made_to_take_time_is_given_up_and_that_is_said() {
        // Each of these takes those behind it for its content.
        let beginnings = b"\x28\xB5\x2F\xFD\x04\x58\x00\x00\x08".repeat(40_000);
        let stream = [zstd(b"first\n"), beginnings, zstd(b"last\n")].concat();
        let length = stream.len() as u64;
        let file = Peeked::new(Counted::new(Box::new(io::Cursor::new(stream)), false));
        let mut stream = Zstd { tried: u64::MAX / 2, ..Zstd::new(file).expect("a decoder") };
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("readable");
        assert!(text.starts_with(b"first\n") && text.len() < 10 * STEP_BYTES, "{}", text.len());
        let [hole] = &stream.holes[..] else { panic!("one hole: {:?}", stream.holes) };
        assert_eq!(hole.at + hole.bytes, length);
        assert!(hole.reason.english().ends_with("only looks like frames for all to be tried"), "{hole:?}");
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
