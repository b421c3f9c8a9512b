//! One frame of a length-prefixed file: where it can begin, and the text that it holds.

use std::io::{self, Read};

use memchr::memchr3;
use serde::de::IgnoredAny;
use zstd::bulk::Decompressor;

use super::MAX_MESSAGE_BYTES;
use super::compressed::ZSTD_MAGIC;
use super::protobuf::{self, Written};
use crate::source::account::as_said;
use crate::source::form::{Compression, Form};
use crate::words::{Sentence, sentence};

/// The length before each frame, in bytes.
pub(super) const PREFIX_BYTES: usize = 4;

/// So much of a frame must be known to tell whether it is one.
pub(super) const HEADER_BYTES: usize = PREFIX_BYTES + 64;

/// What the bytes at some place can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A frame, whose body has so many bytes.
    Frame { length: usize },
    /// There are too few bytes to tell.
    TooShort,
    /// No frame.
    None,
}

/// Whether a frame can begin so: a length that can be, and behind it what a message begins with.
pub(super) fn header(bytes: &[u8]) -> Header {
    let Some((prefix, body)) = bytes.split_first_chunk::<PREFIX_BYTES>() else { return Header::TooShort };
    let length = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
    if !(2..=MAX_MESSAGE_BYTES).contains(&length) {
        return Header::None;
    }
    // However much is known: many a place is looked at in vain.
    let body = &body[..body.len().min(length).min(HEADER_BYTES - PREFIX_BYTES)];
    let can_begin = match body {
        [] | [_] => return Header::TooShort,
        // Text in place of a length is text: in a length, a byte is next to none.
        [b'{' | b'[', b'"' | b'}' | b']' | b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n', ..] => {
            prefix.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
        }
        [0x0A, ..] => protobuf::begins_message(body, length),
        _ => length > ZSTD_MAGIC.len() && ZSTD_MAGIC.starts_with(&body[..body.len().min(ZSTD_MAGIC.len())]),
    };
    if can_begin { Header::Frame { length } } else { Header::None }
}

/// Whether a frame that can begin so goes on as a message does, as far as its body is known, and what it took to tell.
pub(super) fn goes_on(body: &[u8], length: usize) -> (bool, Work) {
    /// As long as walking over one member takes, so many bytes could be unpacked.
    const OF_A_MEMBER: Work = 128;
    let mut members = 0;
    let goes_on = body.first() != Some(&0x0A) || protobuf::walk_message(body, length, &mut members);
    (goes_on, members * OF_A_MEMBER)
}

/// Whether a frame begins here, as far as everything that is known of it tells.
pub(super) fn begins_frame(bytes: &[u8]) -> bool {
    let Header::Frame { length } = header(bytes) else { return false };
    let body = &bytes[PREFIX_BYTES..];
    goes_on(&body[..body.len().min(length)], length).0
}

/// The next place, `from` on, where a frame can begin. JSON within a frame has many places that look like the
/// beginning of another, so that only the beginning of an OTLP object counts.
pub(super) fn find(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let body = at.checked_add(PREFIX_BYTES)?;
        let found = memchr3(b'{', 0x0A, ZSTD_MAGIC[0], bytes.get(body..)?)?;
        at += found;
        let text = &bytes[at + PREFIX_BYTES..];
        let is_inside_json = text[0] == b'{' && !text.starts_with(b"{\"resource");
        if !is_inside_json && matches!(header(&bytes[at..]), Header::Frame { .. }) {
            return Some(at);
        }
        at += 1;
    }
}

/// How much there was to do, in bytes that could be unpacked meanwhile.
pub(super) type Work = u64;

/// What a frame holds besides its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) form: Form,
    pub(super) compression: Compression,
    pub(super) written: Written,
    /// What was unpacked could not be checked.
    pub(super) is_unchecked: bool,
    pub(super) work: Work,
}

impl Unpacked {
    /// Whether its text stands in the frame as it is.
    pub(super) fn lies_as_it_is(&self) -> bool {
        (self.form, self.compression) == (Form::LengthPrefixedJson, Compression::None)
    }
}

/// A frame that would take more memory than is given.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Unpacks frames; to be kept, as making one takes longer than using it.
pub(super) struct Unpacker {
    decompressor: Option<Decompressor<'static>>,
}

impl Unpacker {
    pub(super) fn new() -> Self {
        Self { decompressor: Decompressor::new().ok() }
    }

    /// Adds the text of a frame's body to `text`. A body that is more than `most` bytes when unpacked is left alone.
    pub(super) fn unpack(
        &mut self,
        body: &[u8],
        most: usize,
        text: &mut Vec<u8>,
    ) -> Result<Unpacked, TooLarge> {
        if !body.starts_with(&ZSTD_MAGIC) {
            let (compression, is_unchecked) = (Compression::None, false);
            if !is_json(body) {
                let (form, written) = protobuf_content(body, text);
                return Ok(Unpacked { form, compression, written, is_unchecked, work: work(form, body) });
            }
            // Nothing but its text tells whether the frame had the right length.
            let (end, written) = match json_error(body) {
                Some((end, why)) => {
                    let is_cut_short = end == body.len();
                    (end, Written::BrokenOff { why, is_cut_short, unread: None })
                }
                None => (body.len(), Written::Whole),
            };
            text.extend_from_slice(&body[..end]);
            let form = Form::LengthPrefixedJson;
            return Ok(Unpacked { form, compression, written, is_unchecked, work: work(form, &body[..end]) });
        }
        let at_once = self.decompressor.as_mut().and_then(|decompressor| {
            let size = zstd::zstd_safe::get_frame_content_size(body).ok()??;
            let capacity = usize::try_from(size).ok().filter(|size| *size <= most)?;
            decompressor.decompress(body, capacity).ok()
        });
        let (unpacked, broken) = match at_once {
            Some(unpacked) => (unpacked, None),
            // The header does not say how large it is, says it wrongly, or the frame is damaged.
            None => inflate(body, most)?,
        };
        let compression = Compression::ZstdFrames;
        // What is altered is worse than nothing; and of nothing it cannot be told what it would have become.
        if let Some(error) =
            broken.as_ref().filter(|error| unpacked.is_empty() || is_other_than_checked(error))
        {
            let work = (unpacked.len() + body.len()) as Work;
            let written = broken_off(error, None);
            let form = Form::LengthPrefixedProtobuf;
            return Ok(Unpacked { form, compression, written, is_unchecked: false, work });
        }
        let (form, mut written) = content(&unpacked, text);
        if let Some(error) = &broken {
            written = broken_off(error, written.damage());
        }
        // What is merely cut off is as it was.
        let is_unchecked = broken.is_some_and(|error| !is_cut_short(&error));
        let work = work(form, &unpacked);
        Ok(Unpacked { form, compression, written, is_unchecked, work })
    }
}

/// Unpacks step by step: what can be unpacked, and why there is no more.
fn inflate(body: &[u8], most: usize) -> Result<(Vec<u8>, Option<io::Error>), TooLarge> {
    let mut unpacked = Vec::new();
    let mut decoder = match zstd::Decoder::with_buffer(body) {
        Ok(decoder) => decoder.take(most as u64 + 1),
        Err(error) => return Ok((unpacked, Some(error))),
    };
    let ended = decoder.read_to_end(&mut unpacked);
    if unpacked.len() > most {
        return Err(TooLarge);
    }
    Ok((unpacked, ended.err()))
}

/// Whether all was unpacked and has another checksum than what was packed.
fn is_other_than_checked(error: &io::Error) -> bool {
    error.to_string() == "Restored data doesn't match checksum"
}

fn is_cut_short(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

fn broken_off(error: &io::Error, unread: Option<Sentence>) -> Written {
    let why = sentence!("cannot be decompressed: {}", as_said(&error.to_string()));
    Written::BrokenOff { why, is_cut_short: is_cut_short(error), unread }
}

/// What it takes to read a message.
fn work(form: Form, message: &[u8]) -> Work {
    /// A member may be two bytes and leave no text.
    const OF_PROTOBUF: Work = 16;
    message.len() as Work * if form == Form::LengthPrefixedProtobuf { OF_PROTOBUF } else { 1 }
}

fn is_json(message: &[u8]) -> bool {
    let first_letter = message.iter().find(|byte| !byte.is_ascii_whitespace());
    // The first byte of a protobuf message is also a line break, and the second may be a bracket.
    matches!(first_letter, Some(b'{' | b'['))
        && !(message[0] == 0x0A && protobuf::begins_message(message, message.len()))
}

/// Adds the text of a message.
fn content(message: &[u8], text: &mut Vec<u8>) -> (Form, Written) {
    if is_json(message) {
        text.extend_from_slice(message);
        (Form::LengthPrefixedJson, Written::Whole)
    } else {
        protobuf_content(message, text)
    }
}

/// Adds the text of a message that is no JSON.
fn protobuf_content(message: &[u8], text: &mut Vec<u8>) -> (Form, Written) {
    let written = match message {
        [] | [0x0A, ..] => protobuf::write_json(message, text),
        _ => {
            let why = sentence!("neither JSON nor protobuf");
            Written::BrokenOff { why, is_cut_short: false, unread: None }
        }
    };
    (Form::LengthPrefixedProtobuf, written)
}

/// How far JSON goes, where it does not go to the end, and why.
fn json_error(text: &[u8]) -> Option<(usize, Sentence)> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    let error = values.by_ref().find_map(Result::err)?;
    if error.is_eof() {
        return Some((text.len(), sentence!("the object breaks off")));
    }
    let line_start: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    Some(((line_start + error.column().saturating_sub(1)).min(text.len()), sentence!("no JSON")))
}

#[cfg(test)]
mod tests {
    use super::super::compressed::tests::zstd_with_checksum;
    use super::*;

    fn framed(body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("a small frame");
        [&length.to_be_bytes(), body].concat()
    }

    const OBJECT: &[u8] = br#"{"resourceLogs":[]}"#;

    #[test]
    fn a_frame_has_a_length_that_can_be_and_begins_as_a_message_does() {
        assert_eq!(header(&framed(OBJECT)), Header::Frame { length: OBJECT.len() });
        assert_eq!(header(&framed(&[0x0A, 0])), Header::Frame { length: 2 });
        assert_eq!(header(&[0, 0, 0]), Header::TooShort);
        for none in [b"\0\0\0\0{\"".as_slice(), b"{\"resourceLogs\"", b"    {\n", b"\xFF\xFF\xFF\xFF\x0A\0"] {
            assert_eq!(header(none), Header::None, "{none:?}");
        }
    }

    #[test]
    fn the_next_frame_is_found_behind_anything() {
        for body in
            [OBJECT, &[0x0A, 0x04, 0x12, 0x02, 0x0A, 0x00], &zstd::encode_all(OBJECT, 0).expect("compressed")]
        {
            for garbage in [&b""[..], b"\0\0\0\0", b"{{{{\n\n\n(((", &[0xFF; 300]] {
                let bytes = [garbage, &framed(body)].concat();
                assert_eq!(find(&bytes, 0), Some(garbage.len()), "{garbage:?} {body:?}");
            }
        }
        assert_eq!(find(&[0; 1000], 0), None);
    }

    #[test]
    fn a_frame_larger_than_what_is_given_is_left_alone() {
        let bomb = zstd::encode_all(&vec![b' '; 1_000_000][..], 0).expect("compressed");
        let mut text = Vec::new();
        assert_eq!(Unpacker::new().unpack(&bomb, 999_999, &mut text), Err(TooLarge));
        assert!(text.is_empty());
        assert!(Unpacker::new().unpack(&bomb, 1_000_000, &mut text).is_ok());
    }

    /// An object that is as long when it is compressed: its frame has several blocks.
    fn noisy_object(numbers: u64) -> Vec<u8> {
        let text: Vec<u8> = (0..numbers)
            .flat_map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string().into_bytes())
            .collect();
        [b"{\"a\":\"", &text[..], b"\"}"].concat()
    }

    #[test]
    fn a_frame_with_a_wrong_checksum_gives_nothing_and_one_that_is_merely_cut_off_what_it_holds() {
        let object = noisy_object(80_000);
        let mut body = zstd_with_checksum(&object);
        let unpack = |body: &[u8]| {
            let mut text = Vec::new();
            let unpacked = Unpacker::new().unpack(body, usize::MAX - 1, &mut text).expect("small enough");
            (unpacked, text)
        };
        let (unpacked, text) = unpack(&body[..body.len() - 1]);
        assert!(matches!(unpacked.written, Written::BrokenOff { .. }) && !unpacked.is_unchecked);
        assert_eq!(text, object);
        // Another block than the first cannot be unpacked.
        let mut broken = body.clone();
        let middle = broken.len() / 2;
        broken[middle..].fill(0xFF);
        let (unpacked, text) = unpack(&broken);
        assert!(unpacked.is_unchecked && object.starts_with(&text) && !text.is_empty(), "{}", text.len());
        *body.last_mut().expect("a checksum") ^= 1;
        let (unpacked, text) = unpack(&body);
        assert!(matches!(unpacked.written, Written::BrokenOff { .. }) && text.is_empty(), "{unpacked:?}");
        assert!(unpacked.work >= object.len() as Work, "{unpacked:?}");
    }

    #[test]
    fn a_frame_that_is_cut_short_gives_what_it_holds() {
        let object = noisy_object(400_000);
        let body = zstd::encode_all(&object[..], 1).expect("compressed");
        let mut text = Vec::new();
        let unpacked =
            Unpacker::new().unpack(&body[..body.len() / 2], usize::MAX - 1, &mut text).expect("small enough");
        assert!(matches!(unpacked.written, Written::BrokenOff { .. }));
        assert!(text.len() > object.len() / 4 && object.starts_with(&text));
    }
}
