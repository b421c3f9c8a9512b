//! Why the system does not let a file be read, and who may read it.

use std::io;
use std::path::Path;

use crate::words::{Sentence, sentence};

/// Why the system refuses; where it is not allowed, whose the file is, or the folder that cannot be entered.
pub(super) fn denial(path: &Path, error: &io::Error) -> Sentence {
    let refused = sentence!("{name} cannot be read: {}", error, name = path.display());
    if error.kind() != io::ErrorKind::PermissionDenied {
        return refused;
    }
    match owner_words(path) {
        Some(owner) => sentence!("{}; {}", refused, owner),
        None => refused,
    }
}

#[cfg(unix)]
fn owner_words(path: &Path) -> Option<Sentence> {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    let (place, found) = path.ancestors().find_map(|place| Some((place, fs::metadata(place).ok()?)))?;
    let what = if place == path { sentence!("it") } else { sentence!("{}", place.display()) };
    Some(permission_words(&what, found.mode(), found.uid(), found.gid()))
}

#[cfg(not(unix))]
fn owner_words(_: &Path) -> Option<Sentence> {
    None
}

#[cfg(any(unix, test))]
fn permission_words(what: &Sentence, mode: u32, uid: u32, gid: u32) -> Sentence {
    /// The user of the Collector's own container image.
    const COLLECTOR: u32 = 10_001;
    let mode = format!("{:04o}", mode & 0o7777);
    if uid == COLLECTOR {
        sentence!(
            "{name} has mode {} and belongs to uid {}, gid {}, as whom the Collector's image runs: read it as that user or group, or run the Collector as your own user",
            mode,
            uid,
            gid,
            name = what
        )
    } else {
        sentence!("{name} has mode {} and belongs to uid {}, gid {}", mode, uid, gid, name = what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_who_may_read() {
        assert_eq!(
            permission_words(&sentence!("it"), 0o100_600, 1000, 100).english(),
            "it has mode 0600 and belongs to uid 1000, gid 100"
        );
        assert!(
            permission_words(&sentence!("it"), 0o100_640, 10_001, 10_001)
                .english()
                .contains("as whom the Collector's image runs")
        );
    }
}
