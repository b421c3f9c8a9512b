//! Recognises records that were read before: delivered twice, or read from a file and its copy.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

/// The fingerprint of a record's content as written, its resource and scope included. Two different records share
/// one with a probability of about 1 in 10^24 among a hundred million records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u128);

/// What a record's resource and scope add to its fingerprint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings(u64);

impl Surroundings {
    pub(super) fn of(resource_fingerprint: u64, scope: &str) -> Self {
        Self(resource_fingerprint.rotate_left(32) ^ xxh3_64(scope.as_bytes()))
    }
}

impl Fingerprint {
    pub(super) fn of(record: &str, surroundings: Surroundings) -> Self {
        Self(xxh3_128_with_seed(record.as_bytes(), surroundings.0))
    }
}

/// The fingerprints seen so far.
#[derive(Default)]
pub(super) struct Copies {
    seen: HashSet<Fingerprint, BuildHasherDefault<AlreadyHashed>>,
}

impl Copies {
    /// Notes the fingerprint; true when it was seen before.
    pub(super) fn is_copy(&mut self, fingerprint: Fingerprint) -> bool {
        !self.seen.insert(fingerprint)
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
        for chunk in bytes.chunks(8) {
            self.0 ^= chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "both halves are uniform; one is enough for a bucket"
    )]
    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_record_in_the_same_surroundings() {
        let mut copies = Copies::default();
        let here = Surroundings::of(1, "scope");
        assert!(!copies.is_copy(Fingerprint::of("{}", here)));
        assert!(copies.is_copy(Fingerprint::of("{}", here)));
        assert!(!copies.is_copy(Fingerprint::of("{ }", here)));
        assert!(!copies.is_copy(Fingerprint::of("{}", Surroundings::of(2, "scope"))));
        assert!(!copies.is_copy(Fingerprint::of("{}", Surroundings::of(1, "other"))));
    }
}
