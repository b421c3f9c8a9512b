//! Hears the events of one batch: the quick way where the text is as the Collector writes it, else the plain way.

use super::account::{Damage, DamageKind, MessagePart};
use super::copies::{Fingerprint, Surroundings};
use super::deviations::Deviations;
use super::messages::{Batch, Message, may_begin_a_stream};
use super::otlp_json::{
    CompactReader, Cut, DecodeError, Learned, ReadRecord, cut, decode_record, decode_resource, decode_scope,
};
use crate::event::{Event, Fold, Location, Needle, Resource, Scope};
use crate::words::sentence;

/// What one fold heard of one batch.
pub(super) struct Hearing<F> {
    pub(super) heard: Heard<F>,
    pub(super) messages: u64,
    pub(super) damaged: u64,
    pub(super) damage: Vec<Damage>,
    pub(super) unfinished: Option<Location>,
    pub(super) deviations: Deviations,
    /// Whether a message has the form of OTLP, damaged or not.
    pub(super) holds_otlp: bool,
}

/// The records of a batch, heard.
pub(super) struct Heard<F> {
    pub(super) fold: F,
    pub(super) records: u64,
    /// One a record, in order, where copies are to be recognised.
    pub(super) fingerprints: Vec<Fingerprint>,
}

/// How to hear a batch.
#[derive(Clone, Copy)]
pub(super) struct HearingOptions<'d> {
    /// Take a fingerprint of each record.
    pub(super) fingerprinted: bool,
    /// For each record in order whether to leave it out.
    pub(super) dropped: &'d [bool],
    /// Do without the quick way.
    pub(super) plainly: bool,
    /// Texts of which one stands in each message that may matter.
    pub(super) needles: Option<&'d [Needle]>,
}

impl<F: Fold> Heard<F> {
    fn record(
        &mut self,
        event: &Event<'_>,
        text: &str,
        surroundings: Surroundings,
        is_wanted: bool,
        options: &HearingOptions<'_>,
    ) {
        let ordinal = usize::try_from(self.records).unwrap_or(usize::MAX);
        self.records += 1;
        if options.fingerprinted {
            self.fingerprints.push(Fingerprint::of(text, surroundings));
        }
        if !is_wanted {
            return;
        }
        if options.dropped.get(ordinal).copied().unwrap_or(false) {
            self.fold.add_copy(event);
        } else {
            self.fold.add(event);
        }
    }
}

impl<F> Heard<F> {
    /// Forgets so many of the last records, of which none was wanted.
    fn forget_last(&mut self, records: usize) {
        self.records -= records as u64;
        self.fingerprints.truncate(self.fingerprints.len().saturating_sub(records));
    }
}

impl<F: Fold> Hearing<F> {
    /// Puts the question to the messages of a batch, with what was learned from the ones before.
    pub(super) fn of(
        batch: &Batch,
        question: &F,
        options: HearingOptions<'_>,
        learned: &mut Learned,
    ) -> Self {
        let mut hearing = Self {
            heard: Heard { fold: question.fresh(), records: 0, fingerprints: Vec::new() },
            messages: 0,
            damaged: 0,
            damage: Vec::new(),
            unfinished: None,
            deviations: Deviations::default(),
            holds_otlp: false,
        };
        let is_about = |name: &str, kind: Option<&str>| question.is_about(name, kind);
        let mut reader = CompactReader::new(learned, &is_about);
        for message in &batch.messages {
            hearing.hear_message(batch.bytes_of(message), message, batch.file, &mut reader, &options);
        }
        hearing
    }

    fn hear_message<'a>(
        &mut self,
        bytes: &'a [u8],
        message: &Message,
        file: u32,
        reader: &mut CompactReader<'a, '_>,
        options: &HearingOptions<'_>,
    ) {
        let line = Location { file, line: message.line, record: 0, byte_offset: message.byte_offset };
        let text = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        self.deviations.carriage_returns += u64::from(text.len() < bytes.len());
        let mut heard = 0;
        if !options.plainly
            && let Ok(text) = simdutf8::basic::from_utf8(text)
        {
            let is_read;
            (heard, is_read) = self.hear_quickly(text, line, reader, options);
            if is_read {
                self.messages += 1;
                self.damaged += u64::from(message.is_damaged);
                self.holds_otlp = true;
                return;
            }
        }
        self.hear_plainly(bytes, message, line, heard, options);
    }

    /// Hears a message as far as it is written as the Collector writes: so many records of its beginning, and whether
    /// that was all.
    fn hear_quickly<'a>(
        &mut self,
        text: &'a str,
        line: Location,
        reader: &mut CompactReader<'a, '_>,
        options: &HearingOptions<'_>,
    ) -> (usize, bool) {
        let Some(needles) = options.needles else {
            return self.hear_records(text, true, line, reader, options);
        };
        let stands = needles.iter().any(|needle| needle.stands_in(text));
        let (heard, is_read) = self.hear_records(text, stands, line, reader, options);
        let may_be_spelled =
            !stands && reader.has_numbered() && needles.iter().any(|needle| needle.may_be_spelled_in(text));
        if !may_be_spelled {
            return (heard, is_read);
        }
        // Nothing but how many records there are and what they are told by was noted yet.
        self.heard.forget_last(heard);
        self.hear_records(text, true, line, reader, options)
    }

    fn hear_records<'a>(
        &mut self,
        text: &'a str,
        may_matter: bool,
        mut line: Location,
        reader: &mut CompactReader<'a, '_>,
        options: &HearingOptions<'_>,
    ) -> (usize, bool) {
        let mut heard = 0;
        let mut scope_text = "";
        let mut surroundings = Surroundings::of(0, "");
        let mut surrounded_by = 0;
        let read = reader.read(
            text,
            may_matter,
            |ReadRecord { resource, scope, scope_text: of, text, record, is_wanted }| {
                // Neighbours share their surroundings as a rule.
                if resource.fingerprint != surrounded_by || !std::ptr::eq(of, scope_text) {
                    (surrounded_by, scope_text) = (resource.fingerprint, of);
                    surroundings = Surroundings::of(resource.fingerprint, of);
                }
                line.record = u32::try_from(heard).unwrap_or(u32::MAX);
                heard += 1;
                let event = Event { resource, scope, record, location: line };
                self.heard.record(&event, text, surroundings, is_wanted, options);
            },
        );
        (heard, read.is_ok())
    }

    /// Hears a message that may be written in any way and may be damaged. Its first `already_heard` records were
    /// heard before.
    fn hear_plainly(
        &mut self,
        bytes: &[u8],
        message: &Message,
        line: Location,
        already_heard: usize,
        options: &HearingOptions<'_>,
    ) {
        // A byte order mark is no part of the first line.
        let marked = if line.byte_offset == 0 && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut bytes = &bytes[marked..];
        if bytes.trim_ascii().is_empty() {
            return;
        }
        if message.unended {
            let is_begun_stream = line.byte_offset == 0 && may_begin_a_stream(bytes);
            bytes = without_begun_character(bytes);
            if is_begun_stream || bytes.trim_ascii().is_empty() {
                // All there is, is the beginning of a compressed file, or of a character.
                self.unfinished = Some(line);
                return;
            }
        }
        let place_of = |offset: usize| message.at_byte(marked + offset);
        let damage_before = self.damage.len();
        let lossy;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let bad = bytes.utf8_chunks().map(|chunk| chunk.invalid().len() as u64).sum();
                self.damage.push(Damage {
                    location: line,
                    at_byte: place_of(error.valid_up_to()),
                    bytes: bad,
                    kind: DamageKind::BadUtf8,
                    reason: match bad {
                        1 => sentence!("a byte that is no UTF-8, shown as U+FFFD"),
                        _ => sentence!("{} bytes that are no UTF-8, shown as U+FFFD", bad),
                    },
                });
                lossy = String::from_utf8_lossy(bytes);
                &lossy
            }
        };
        self.deviations.byte_order_marks += u64::from(marked > 0);
        self.deviations.note(text);
        let mut parts = Cut::default();
        cut(text, &mut parts);
        self.holds_otlp |= parts.holds_otlp;
        let places = Places::of(bytes);
        let at_byte = |offset: usize| place_of(places.original(offset));
        self.hear_parts(&parts, line, &at_byte, text, already_heard, options);
        let mut is_unfinished = false;
        for gap in parts.gaps.drain(..) {
            if gap.open_ended && message.unended && gap.kind == DamageKind::Torn {
                // The normal state of a file that is being written.
                self.unfinished = Some(line);
                is_unfinished = true;
                continue;
            }
            if gap.open_ended && message.is_damaged {
                // That it breaks off was said by whoever unpacked it.
                continue;
            }
            self.damage.push(Damage {
                location: line,
                at_byte: at_byte(gap.range.start),
                bytes: (places.original(gap.range.end) - places.original(gap.range.start)) as u64,
                kind: gap.kind,
                reason: gap.reason(&at_byte),
            });
        }
        let is_damaged = self.damage.len() > damage_before || message.is_damaged;
        self.damaged += u64::from(is_damaged);
        self.messages += u64::from(is_damaged || !is_unfinished);
    }

    fn hear_parts(
        &mut self,
        parts: &Cut<'_>,
        line: Location,
        at_byte: &dyn Fn(usize) -> u64,
        text: &str,
        already_heard: usize,
        options: &HearingOptions<'_>,
    ) {
        let mut resource = (usize::MAX, Resource::default());
        let mut scope = (usize::MAX, Scope::default());
        for (index, part) in parts.records().enumerate().skip(already_heard) {
            let damaged = |what: MessagePart, location: Location, part: &str, error: DecodeError| Damage {
                location,
                at_byte: at_byte(part.as_ptr().addr() - text.as_ptr().addr()),
                bytes: part.len() as u64,
                kind: error.kind,
                reason: what.unread(&error.reason),
            };
            if resource.0 != part.resource_index {
                let decoded = decode_resource(part.resource).unwrap_or_else(|error| {
                    self.damage.push(damaged(MessagePart::Resource, line, part.resource, error));
                    Resource::default()
                });
                resource = (part.resource_index, decoded);
            }
            if scope.0 != part.scope_index {
                let decoded = decode_scope(part.scope).unwrap_or_else(|error| {
                    self.damage.push(damaged(MessagePart::Scope, line, part.scope, error));
                    Scope::default()
                });
                scope = (part.scope_index, decoded);
            }
            let location = Location { record: u32::try_from(index).unwrap_or(u32::MAX), ..line };
            match decode_record(part.text) {
                Ok(record) => {
                    let event = Event { resource: &resource.1, scope: &scope.1, record: &record, location };
                    let surroundings = Surroundings::of(resource.1.fingerprint, part.scope);
                    self.heard.record(&event, part.text, surroundings, true, options);
                }
                Err(error) => self.damage.push(damaged(MessagePart::LogRecord, location, part.text, error)),
            }
        }
    }
}

/// Where a place of the text lies in the bytes that the text was made of: each run of bytes that are no UTF-8 has become
/// one U+FFFD, of three bytes.
struct Places {
    /// Behind each such run: the place in the text, and the one in the bytes.
    replaced: Vec<(usize, usize)>,
    bytes: usize,
}

impl Places {
    fn of(bytes: &[u8]) -> Self {
        let (mut in_text, mut in_bytes) = (0, 0);
        let mut replaced = Vec::new();
        for chunk in bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()) {
            in_text += chunk.valid().len() + char::REPLACEMENT_CHARACTER.len_utf8();
            in_bytes += chunk.valid().len() + chunk.invalid().len();
            replaced.push((in_text, in_bytes));
        }
        Self { replaced, bytes: bytes.len() }
    }

    fn original(&self, place: usize) -> usize {
        let begins_before =
            |(in_text, _): &(usize, usize)| in_text - char::REPLACEMENT_CHARACTER.len_utf8() < place;
        let before = self.replaced.partition_point(begins_before);
        let (in_text, in_bytes) = before.checked_sub(1).map_or((0, 0), |last| self.replaced[last]);
        (in_bytes + place.saturating_sub(in_text)).min(self.bytes)
    }
}

/// The bytes without the beginning of a character at their end, of which the rest has not been written yet.
fn without_begun_character(bytes: &[u8]) -> &[u8] {
    let begun = (1..=3).filter_map(|length| bytes.len().checked_sub(length)).find(|begin| {
        std::str::from_utf8(&bytes[*begin..])
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    });
    &bytes[..begun.unwrap_or(bytes.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_text_is_found_in_the_bytes_again() {
        let bytes = b"ab\xff\xffcd\xe4\xbdef";
        let text = String::from_utf8_lossy(bytes);
        let places = Places::of(bytes);
        for (letter, place) in [('a', 0), ('c', 4), ('d', 5), ('e', 8), ('f', 9)] {
            let in_text = text.find(letter).expect("the letter");
            assert_eq!(places.original(in_text), place, "{letter}");
        }
        assert_eq!(places.original(text.len()), bytes.len());
        assert_eq!(Places::of("请a".as_bytes()).original(3), 3);
    }

    #[test]
    fn a_character_that_has_begun_is_left_for_later() {
        assert_eq!(without_begun_character("a请".as_bytes()), "a请".as_bytes());
        assert_eq!(without_begun_character(&"a请".as_bytes()[..3]), b"a");
        assert_eq!(without_begun_character(b"a\xff"), b"a\xff");
    }
}
