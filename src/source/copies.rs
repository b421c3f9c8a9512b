//! Recognises records that were read before: delivered twice, or read from a file and its copy.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use twox_hash::{XxHash3_64, XxHash3_128};

/// The fingerprint of a record's content as written, its resource and scope included: 72 bits. Among a hundred million
/// different records, two share one with a probability of about one in a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 9]);

/// What a record's resource and scope add to its fingerprint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings(u64);

impl Surroundings {
    pub(super) fn of(resource_fingerprint: u64, scope: &str) -> Self {
        Self(resource_fingerprint.rotate_left(32) ^ XxHash3_64::oneshot(scope.as_bytes()))
    }
}

impl Fingerprint {
    pub(super) fn of(record: &str, surroundings: Surroundings) -> Self {
        // A seed would cost more than many a record: it is mixed into a table of its own first.
        let hash = XxHash3_128::oneshot(record.as_bytes()) ^ u128::from(surroundings.0);
        let mut kept = [0; 9];
        kept.copy_from_slice(&hash.to_le_bytes()[..9]);
        Self(kept)
    }

    fn shard(self) -> usize {
        usize::from(SHARD_OF[usize::from(self.0[8])])
    }
}

/// Fingerprints are shared out among tables by one of their bytes: up to which value each table takes them. A table
/// doubles when it is full, so each takes a sixteenth root of 2 times as many as the one before: they double one after
/// the other, and the memory of all of them grows in small steps.
const SHARES: [u8; 15] = [11, 23, 36, 48, 62, 76, 91, 106, 122, 139, 156, 175, 194, 214, 234];
/// For each value of the byte, the table.
const SHARD_OF: [u8; 256] = {
    let mut shard_of = [0; 256];
    let (mut value, mut shard) = (0, 0);
    while value < shard_of.len() {
        if (shard as usize) < SHARES.len() && value == SHARES[shard as usize] as usize {
            shard += 1;
        }
        shard_of[value] = shard;
        value += 1;
    }
    shard_of
};

type Shard = HashSet<Fingerprint, BuildHasherDefault<AlreadyHashed>>;

/// The fingerprints seen so far, in about 16 bytes each.
#[derive(Default)]
pub(super) struct Copies {
    shards: [Shard; SHARES.len() + 1],
}

impl Copies {
    /// Notes fingerprints that come one after the other in the input. Returns the places of those that were seen
    /// before, among them too, in ascending order.
    pub(super) fn note(&mut self, fingerprints: &[Fingerprint]) -> Vec<usize> {
        let is_known = |(_, fingerprint): &(usize, &Fingerprint)| {
            !self.shards[fingerprint.shard()].insert(**fingerprint)
        };
        fingerprints.iter().enumerate().filter(is_known).map(|(place, _)| place).collect()
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
    fn a_fingerprint_takes_about_sixteen_bytes_however_many_there_are() {
        let mut copies = Copies::default();
        let fingerprints: Vec<_> = (0..400_000)
            .map(|number| Fingerprint::of(&number.to_string(), Surroundings::of(1, "")))
            .collect();
        for (noted, some) in (1..).zip(fingerprints.chunks(20_000)) {
            copies.note(some);
            // Of eight places, a table uses seven; each has a byte beside its fingerprint.
            let places: usize = copies.shards.iter().map(|shard| shard.capacity() * 8 / 7).sum();
            let bytes_each = places * (size_of::<Fingerprint>() + 1) / (noted * 20_000);
            assert!((14..=18).contains(&bytes_each), "{bytes_each} bytes each, of {noted} × 20,000");
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
