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
        let hash = XxHash3_128::oneshot_with_seed(surroundings.0, record.as_bytes()).to_le_bytes();
        let mut kept = [0; 9];
        kept.copy_from_slice(&hash[..9]);
        Self(kept)
    }

    fn shard(self) -> usize {
        usize::from(self.0[8]) % SHARDS
    }
}

/// Fingerprints are shared out by one of their bytes.
const SHARDS: usize = 16;

type Shard = HashSet<Fingerprint, BuildHasherDefault<AlreadyHashed>>;

/// The fingerprints seen so far, in about 16 bytes each.
pub(super) struct Copies {
    shards: Vec<Shard>,
}

impl Default for Copies {
    fn default() -> Self {
        // A table doubles when it is full. Tables of different sizes do so at different times, and the memory of all
        // of them grows in small steps.
        let sizes = (0..SHARDS).map(|shard| 256 + 256 * shard / SHARDS);
        Self {
            shards: sizes
                .map(|size| Shard::with_capacity_and_hasher(size, BuildHasherDefault::default()))
                .collect(),
        }
    }
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
    fn many_different_records_are_no_copies() {
        let here = Surroundings::of(1, "scope");
        let fingerprints: Vec<_> =
            (0..100_000).map(|number| Fingerprint::of(&number.to_string(), here)).collect();
        assert!(Copies::default().note(&fingerprints).is_empty());
    }
}
