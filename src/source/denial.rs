//! Why the system does not let a file be read, and who may read it.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// Why the system refuses: whose the file is, or the folder that cannot be entered.
pub(super) fn denial(path: &Path, error: &io::Error) -> String {
    let refused = format!("{} cannot be read: {error}", path.display());
    match path.ancestors().find_map(|place| Some((place, fs::metadata(place).ok()?))) {
        Some((place, metadata)) => refused + &owner_words(place, place == path, &metadata),
        None => refused,
    }
}

#[cfg(unix)]
fn owner_words(place: &Path, is_itself: bool, metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let what = if is_itself { "it".to_owned() } else { place.display().to_string() };
    format!("; {}", permission_words(&what, metadata.mode(), metadata.uid(), metadata.gid()))
}

#[cfg(not(unix))]
fn owner_words(_: &Path, _: bool, _: &Metadata) -> String {
    String::new()
}

#[cfg(any(unix, test))]
fn permission_words(what: &str, mode: u32, uid: u32, gid: u32) -> String {
    /// The user of the Collector's own container image.
    const COLLECTOR: u32 = 10_001;
    let mode = mode & 0o7777;
    let words = format!("{what} has mode {mode:04o} and belongs to uid {uid}, gid {gid}");
    if uid == COLLECTOR {
        words
            + ", as whom the Collector's image runs: read it as that user or group, or run the Collector as your own user"
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_who_may_read() {
        assert_eq!(
            permission_words("it", 0o100_600, 1000, 100),
            "it has mode 0600 and belongs to uid 1000, gid 100"
        );
        assert!(
            permission_words("it", 0o100_640, 10_001, 10_001).contains("as whom the Collector's image runs")
        );
    }
}
