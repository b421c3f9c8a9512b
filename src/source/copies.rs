//! Recognises records that were read before: delivered twice, or read from a file and its copy.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::LazyLock;

use memchr::memmem::Finder;
use twox_hash::{XxHash3_64, XxHash3_128};

/// What tells a record from every other: its content as written, its resource and scope included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    moment: Moment,
    hash: Hash,
}

/// 72 bits: among a hundred million different records, two share them with a probability of about one in a million.
type Hash = [u8; 9];

/// Another one in each run. Who can send records and knew how they are hashed could make one that passes for a copy of
/// another and is left out.
static SECRET: LazyLock<[u8; 192]> = LazyLock::new(|| {
    let random = RandomState::new();
    let mut secret = [0; 192];
    for (number, part) in secret.chunks_exact_mut(size_of::<u64>()).enumerate() {
        part.copy_from_slice(&random.hash_one(number).to_le_bytes());
    }
    secret
});

/// The first digits of the time of a record as they are written, of which the last one is a second. Any text will do:
/// what counts is that copies have the same, and that neighbours have similar ones as a rule.
type Moment = [u8; 8];

/// A hash of a record's surroundings that nobody who sends records can foresee.
pub(super) fn secret_hash(text: &str) -> u64 {
    XxHash3_64::oneshot_with_secret(&*SECRET, text.as_bytes()).expect("a long secret")
}

/// What a record's resource and scope add to its fingerprint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings(u64);

impl Surroundings {
    pub(super) fn of(resource_fingerprint: u64, scope: &str) -> Self {
        Self(resource_fingerprint.rotate_left(32) ^ secret_hash(scope))
    }
}

impl Fingerprint {
    pub(super) fn of(record: &str, surroundings: Surroundings) -> Self {
        let hash = XxHash3_128::oneshot_with_secret(&*SECRET, record.as_bytes()).expect("a long secret")
            ^ u128::from(surroundings.0);
        let mut kept = [0; 9];
        kept.copy_from_slice(&hash.to_le_bytes()[..9]);
        Self { moment: moment_of(record).unwrap_or_default(), hash: kept }
    }
}

static OBSERVED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"observedTimeUnixNano\""));

fn moment_of(record: &str) -> Option<Moment> {
    /// Other writers may have other members before it.
    const HEAD_BYTES: usize = 256;
    /// The century and the next decades.
    const SHARED_DIGITS: usize = 2;
    let digits = match record.strip_prefix("{\"observedTimeUnixNano\":\"") {
        Some(digits) => digits.as_bytes(),
        None => {
            let head = &record.as_bytes()[..record.len().min(HEAD_BYTES)];
            let rest = &head[OBSERVED.find(head)? + OBSERVED.needle().len()..];
            &rest[rest.iter().position(u8::is_ascii_digit)?..]
        }
    };
    digits.get(SHARED_DIGITS..)?.first_chunk().copied()
}

/// The fingerprints seen so far, in about 16 bytes each.
///
/// They are kept by spans of time. Records that lie together in the input are of about the same time, so the place of
/// each fingerprint is near those of the last ones, which a processor has at hand, and not anywhere in the memory.
pub(super) struct Copies {
    /// Each begins with a moment, the first one before all time, and ends where the next one begins.
    spans: Vec<(Moment, Span)>,
    earliest: Moment,
    latest: Moment,
}

type Span = HashSet<Hash, BuildHasherDefault<AlreadyHashed>>;

impl Default for Copies {
    fn default() -> Self {
        let (begin, end) = (Moment::default(), [u8::MAX; size_of::<Moment>()]);
        Self { spans: vec![(begin, Span::default())], earliest: end, latest: begin }
    }
}

impl Copies {
    /// The last span ends with the latest moment so far when it has so many, and the first one begins with the earliest.
    /// What comes behind or before that is in another one.
    const ENOUGH: usize = 12_000;

    /// Notes fingerprints that come one after the other in the input. Returns the places of those that were seen
    /// before, among them too, in ascending order.
    pub(super) fn note(&mut self, fingerprints: &[Fingerprint]) -> Vec<usize> {
        let mut known = Vec::new();
        for (place, Fingerprint { moment, hash }) in fingerprints.iter().enumerate() {
            self.earliest = self.earliest.min(*moment);
            self.latest = self.latest.max(*moment);
            // The first one begins before all time.
            let span = self.spans.partition_point(|(from, _)| from <= moment) - 1;
            if !self.spans[span].1.insert(*hash) {
                known.push(place);
            }
        }
        let is_full =
            |span: Option<&(Moment, Span)>| span.is_some_and(|(_, span)| span.len() >= Self::ENOUGH);
        if is_full(self.spans.last()) {
            let next = u64::from_be_bytes(self.latest).saturating_add(1).to_be_bytes();
            let room = Span::with_capacity_and_hasher(Self::ENOUGH, BuildHasherDefault::default());
            self.spans.push((next, room));
        }
        if is_full(self.spans.first()) && self.earliest > Moment::default() {
            self.spans[0].0 = self.earliest;
            self.spans.insert(0, (Moment::default(), Span::default()));
        }
        known
    }
}

/// A fingerprint is a hash already.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    fn write_usize(&mut self, _: usize) {
        // The length of an array, which says nothing.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_record_in_the_same_surroundings() {
        let here = Surroundings::of(1, "scope");
        let fingerprints = [
            Fingerprint::of("{}", here),
            Fingerprint::of("{ }", here),
            Fingerprint::of("{}", Surroundings::of(2, "scope")),
            Fingerprint::of("{}", Surroundings::of(1, "other")),
            Fingerprint::of("{}", here),
        ];
        let mut copies = Copies::default();
        assert_eq!(copies.note(&fingerprints), [4]);
        assert_eq!(copies.note(&fingerprints), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_surrounds_a_record_is_hashed_as_nobody_outside_can() {
        assert_eq!(secret_hash("scope"), secret_hash("scope"));
        assert_ne!(secret_hash("scope"), XxHash3_64::oneshot(b"scope"));
    }

    /// A record of that many seconds since some moment.
    fn record(second: u64, number: u64) -> String {
        format!("{{\"observedTimeUnixNano\":\"{}000000000\",\"body\":{number}}}", 1_788_220_804 + second)
    }

    fn fingerprint(record: &str) -> Fingerprint {
        Fingerprint::of(record, Surroundings::of(1, ""))
    }

    #[test]
    fn the_time_of_a_record_is_found_however_it_is_written() {
        let usual = moment_of("{\"observedTimeUnixNano\":\"1788220804574000008\"}");
        assert_eq!(usual, Some(*b"88220804"));
        for other in [
            "{\"timeUnixNano\":\"0\",\"observedTimeUnixNano\":\"1788220804574000008\"}",
            "{ \"observedTimeUnixNano\" : 1788220804574000008 }",
        ] {
            assert_eq!(moment_of(other), usual, "{other}");
        }
        for none in ["{}", "{\"observedTimeUnixNano\":\"0\"}", "{\"observedTimeUnixNano\":\"", ""] {
            assert_eq!(moment_of(none), None, "{none}");
        }
    }

    #[test]
    fn copies_are_found_in_whatever_order_their_times_come() {
        // Seconds of an hour in an order of no kind, some of a year later, and a half of all for the second time.
        let seconds = (0..60_000_u64).map(|number| match number {
            _ if number % 20_000 == 0 => 31_536_000 + number,
            _ => number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 3_600,
        });
        let once: Vec<_> =
            (0..).zip(seconds).map(|(number, second)| fingerprint(&record(second, number))).collect();
        let again = once.iter().rev().step_by(2).copied();
        let all: Vec<_> = once.iter().copied().chain(again).collect();
        let mut copies = Copies::default();
        let mut known = Vec::new();
        for (before, some) in (0..).step_by(1_000).zip(all.chunks(1_000)) {
            known.extend(copies.note(some).into_iter().map(|place| before + place));
        }
        assert!(known.into_iter().eq(once.len()..all.len()));
        assert!(copies.spans.len() > 2);
    }

    #[test]
    fn a_fingerprint_takes_about_sixteen_bytes_however_many_there_are() {
        // Eight hours, forwards or backwards, in which records are up to ten minutes late.
        for is_backwards in [false, true] {
            let mut copies = Copies::default();
            for noted in 1..=40_u64 {
                let numbers = (noted - 1) * 10_000..noted * 10_000;
                let second = |number: u64| 600 + number * 28_800 / 400_000 - number * 7 % 600;
                let second = |number| if is_backwards { 30_000 - second(number) } else { second(number) };
                let some: Vec<_> =
                    numbers.map(|number| fingerprint(&record(second(number), number))).collect();
                assert!(copies.note(&some).is_empty());
                // Of eight places, a table uses seven; each has a byte beside its hash. The last table may be empty.
                let places = |span: &Span| (span.capacity() * 8 / 7 * (size_of::<Hash>() + 1)) as u64;
                let bytes = copies.spans.iter().map(|(_, span)| places(span)).sum::<u64>();
                let records = noted * 10_000;
                let last = 20 * Copies::ENOUGH as u64;
                assert!((11 * records..=17 * records + last).contains(&bytes), "{bytes} bytes of {records}");
            }
        }
    }

    #[test]
    fn many_different_records_are_no_copies() {
        let here = Surroundings::of(1, "scope");
        let fingerprints: Vec<_> =
            (0..100_000).map(|number| Fingerprint::of(&number.to_string(), here)).collect();
        assert!(Copies::default().note(&fingerprints).is_empty());
    }
}
