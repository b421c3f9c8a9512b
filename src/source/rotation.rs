//! Names of the files that a Collector's file exporter leaves when it rotates.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::event::UnixNano;

/// A backup's name: stem, moment of the rotation, since release 0.146 the reason, extension, and what compressed it.
static BACKUP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?<stem>.*)-(?<moment>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(-[A-Za-z0-9_-]+)?(?<extension>\.[^.]*)?(\.(gz|zst|xz|bz2|lz4|zip|7z))?$",
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

    /// Whether its name is that of a file that a Collector has closed.
    pub(super) fn is_backup(&self) -> bool {
        self.closed != Closed::NotYet
    }

    /// Reads the place of a path's file name.
    pub(super) fn of_path(path: &Path) -> Self {
        Self::of(&path.file_name().unwrap_or_default().to_string_lossy())
    }
}

/// Whether a newer file of the same set lies beside a backup, so that nobody will write to it any more. One that stands
/// alone may have been named by hand.
pub(super) fn has_successor(path: &Path) -> bool {
    let here = Place::of_path(path);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let is_newer = |there: &Place| here.set == there.set && here < *there;
    here.is_backup()
        && fs::read_dir(folder.unwrap_or(Path::new("."))).is_ok_and(|entries| {
            entries.flatten().any(|entry| is_newer(&Place::of(&entry.file_name().to_string_lossy())))
        })
}

/// The files of one exporter, as far as they are in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotatedSet {
    /// The file that is written to.
    pub file: PathBuf,
    /// How many backups of it there are.
    pub backups: u64,
    /// When the oldest backup was closed, by its name; the exporter writes UTC there unless it is told otherwise.
    pub oldest: Option<UnixNano>,
    /// When the newest was.
    pub newest: Option<UnixNano>,
}

impl RotatedSet {
    /// The sets of these files that have backups.
    pub(super) fn of<'p>(paths: impl Iterator<Item = &'p Path>) -> Vec<Self> {
        let mut sets: BTreeMap<PathBuf, Self> = BTreeMap::new();
        for path in paths {
            let place = Place::of_path(path);
            let Closed::At(moment) = &place.closed else { continue };
            let file = path.with_file_name(&place.set);
            let set =
                sets.entry(file.clone()).or_insert(Self { file, backups: 0, oldest: None, newest: None });
            set.backups += 1;
            if let Some(moment) = closing_time(moment) {
                set.oldest = Some(set.oldest.map_or(moment, |oldest| oldest.min(moment)));
                set.newest = set.newest.max(Some(moment));
            }
        }
        sets.into_values().collect()
    }
}

/// The moment in a backup's name: `2026-11-20T22-04-31.388`.
fn closing_time(text: &str) -> Option<UnixNano> {
    let (date, time) = text.split_once('T')?;
    UnixNano::from_rfc3339(&format!("{date}T{}Z", time.replace('-', ":")))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_set_knows_how_far_its_backups_reach() {
        let names = [
            "a/logs-2026-02-20T10-00-00.002-size.jsonl",
            "a/logs-2025-12-20T10-00-00.000.jsonl",
            "a/logs.jsonl",
            "b/logs.jsonl",
            "b/other-2026-02-20T10-00-00.002.jsonl",
        ];
        let sets = RotatedSet::of(names.iter().map(Path::new));
        let at = UnixNano::from_rfc3339;
        let told: Vec<_> =
            sets.iter().map(|set| (set.file.to_str(), set.backups, set.oldest, set.newest)).collect();
        let same = at("2026-02-20T10:00:00.002Z");
        assert_eq!(
            told,
            [
                (Some("a/logs.jsonl"), 2, at("2025-12-20T10:00:00Z"), same),
                (Some("b/other.jsonl"), 1, same, same)
            ]
        );
    }
}
