//! Names of the files that a Collector's file exporter leaves when it rotates.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// A backup's name: stem, moment of the rotation, since release 0.146 the reason, extension, and what compressed it.
static BACKUP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?<stem>.*)-(?<moment>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(-[A-Za-z0-9_-]+)?(?<extension>\.[^.]*)?(\.gz|\.zst)?$",
    )
    .expect("the pattern is a constant")
});

/// Where a file stands among the files of one exporter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The name of the file that is written to, which all of the set share.
    pub(super) set: String,
    /// The moment a backup was closed, as in its name; `None` for the file that is written to, which is the newest.
    closed: Closed,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closed {
    At(String),
    NotYet,
}

impl Place {
    /// Reads the place out of a file name, without its folder.
    pub(super) fn of(name: &str) -> Self {
        let (set, closed) = match BACKUP.captures(name) {
            Some(parts) => {
                let extension = parts.name("extension").map_or("", |part| part.as_str());
                (format!("{}{extension}", &parts["stem"]), Closed::At(parts["moment"].to_owned()))
            }
            None => (name.to_owned(), Closed::NotYet),
        };
        Self { set, closed, name: name.to_owned() }
    }

    /// Reads the place of a path's file name.
    pub(super) fn of_path(path: &Path) -> Self {
        Self::of(&path.file_name().unwrap_or_default().to_string_lossy())
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_set_is_ordered_by_moment_whatever_the_pattern_and_the_file_being_written_is_last() {
        let mut names = [
            "logs.jsonl",
            "logs-2026-02-20T10-00-00.002-size.jsonl",
            "logs-2025-12-20T10-00-00.000.jsonl",
            "logs-2026-02-20T10-00-00.001-size.jsonl.zst",
        ]
        .map(Place::of);
        names.sort();
        assert!(names.iter().all(|place| place.set == "logs.jsonl"));
        assert_eq!(
            names.map(|place| place.name),
            [
                "logs-2025-12-20T10-00-00.000.jsonl",
                "logs-2026-02-20T10-00-00.001-size.jsonl.zst",
                "logs-2026-02-20T10-00-00.002-size.jsonl",
                "logs.jsonl",
            ]
        );
    }

    #[test]
    fn a_date_in_a_name_is_no_backup() {
        assert_eq!(Place::of("logs-2026-02-20.jsonl").set, "logs-2026-02-20.jsonl");
    }
}
