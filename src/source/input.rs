//! Which files to read: paths, folders, globs and standard input, with the rotated files beside them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::denial::denial;
use super::input_file::{InputFile, STDIN};
use super::messages::is_worth_reading;
use super::rotation::{Place, RotatedSet};
use crate::words::{Sentence, sentence};

/// The files of one run, in the order they are read.
#[derive(Debug, Default)]
pub struct Input {
    /// As what it was named.
    pub names: Vec<String>,
    /// Whether a file that was named brings its rotated set.
    pub rotated: bool,
    /// What is read.
    pub files: Vec<InputFile>,
    /// What a reader should know about the choice of files.
    pub notes: Vec<Sentence>,
    /// Named inputs that cannot be read, with the reason.
    pub errors: Vec<InputError>,
    /// Whether to hash the bytes of each file as well.
    pub digests: bool,
    /// How many bytes of the files were read so far, as they lie there; counted while they are read.
    pub bytes_read: Arc<AtomicU64>,
}

/// A named input that cannot be read.
#[derive(Debug)]
pub enum InputError {
    /// Nothing of that name is there.
    Missing(String),
    /// It is a folder or a pattern, without a file to read now, and which.
    Empty(Sentence),
    /// It is no name of files that can be read, and why.
    Refused(Sentence),
    /// It is read, but whether there is more of its rotated set is not known, and why.
    Unlisted(Sentence),
}

impl InputError {
    fn refused(path: &Path, error: &io::Error) -> Self {
        Self::Refused(denial(path, error))
    }

    /// Why it cannot be read.
    #[must_use]
    pub fn reason(&self) -> Sentence {
        match self {
            Self::Missing(name) => sentence!("{name} does not exist", name),
            Self::Empty(reason) | Self::Refused(reason) | Self::Unlisted(reason) => reason.clone(),
        }
    }
}

/// Files that came alone, each with the set that it belongs to.
type Alone = Vec<(PathBuf, Vec<PathBuf>)>;

impl Input {
    /// Finds the files behind `names`: each a file, a folder, a glob or `-`. With `rotated`, a file brings the
    /// rotated files beside it; without, it comes alone, and a note says so where others lie beside it.
    #[must_use]
    pub fn find(names: &[String], rotated: bool) -> Self {
        let mut input = Self { names: names.to_vec(), rotated, ..Self::default() };
        let mut alone = Alone::new();
        for name in names {
            if let Err(error) = input.add(name, rotated, &mut alone) {
                input.errors.push(error);
            }
        }
        input.note_unread_siblings(alone);
        input
    }

    /// Finds the files behind the same names as they are by now.
    #[must_use]
    pub fn found_again(&self) -> Self {
        Self::find(&self.names, self.rotated)
    }

    /// The sets of rotated files that are in the input.
    #[must_use]
    pub fn rotated_sets(&self) -> Vec<RotatedSet> {
        RotatedSet::of(self.files.iter().filter_map(|file| match file {
            InputFile::Path(path) => Some(path.as_path()),
            InputFile::Stdin | InputFile::Kept { .. } => None,
        }))
    }

    /// Whether a second reading finds what the first one found.
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        self.files.iter().all(InputFile::can_be_read_again)
    }

    /// Reads into memory what can be read but once, for a question that has to read the input more often. What cannot be
    /// read stays as it is: the reader hears of it.
    pub fn keep_what_comes_once(&mut self) {
        for file in self.files.iter_mut().filter(|file| !file.can_be_read_again()) {
            let mut bytes = Vec::new();
            if file.open().and_then(|mut reader| reader.read_to_end(&mut bytes)).is_ok() {
                *file = InputFile::Kept { name: file.name(), bytes: bytes.into() };
            }
        }
    }

    fn add(&mut self, name: &str, rotated: bool, alone: &mut Alone) -> Result<(), InputError> {
        if name.is_empty() {
            return Err(InputError::Missing("a file without a name".to_owned()));
        }
        if name == STDIN {
            self.files.push(InputFile::Stdin);
            return Ok(());
        }
        let path = Path::new(name);
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => self.add_folder(path),
            Ok(_) => {
                self.add_file(path, rotated, alone);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && rotated && !is_pattern(name) => {
                self.add_backups_of(path)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.add_glob(name, rotated, alone),
            // On Windows no file can be named like a pattern.
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename && is_pattern(name) => {
                self.add_glob(name, rotated, alone)
            }
            Err(error) => Err(InputError::refused(path, &error)),
        }
    }

    fn add_glob(&mut self, pattern: &str, rotated: bool, alone: &mut Alone) -> Result<(), InputError> {
        if !is_pattern(pattern) {
            return Err(InputError::Missing(pattern.to_owned()));
        }
        let found = glob::glob(pattern).map_err(|error| {
            InputError::Refused(sentence!("{name} is no pattern: {}", error.msg, name = pattern))
        })?;
        let mut paths = Vec::new();
        let errors = self.errors.len();
        for path in found {
            match path {
                Ok(path) if path.is_dir() => {}
                Ok(path) => paths.push(path),
                Err(error) => {
                    let why = io::Error::from(error.error().kind());
                    self.errors.push(InputError::refused(error.path(), &why));
                }
            }
        }
        if paths.is_empty() && self.errors.len() == errors {
            return Err(InputError::Empty(sentence!("no file fits the pattern {name}", name = pattern)));
        }
        sort_as_written(&mut paths);
        for path in &paths {
            self.add_file(path, rotated, alone);
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path, rotated: bool, alone: &mut Alone) {
        if rotated && self.files.contains(&InputFile::Path(path.to_owned())) {
            // Another of its set brought it.
            return;
        }
        match rotated_siblings(path) {
            Ok(siblings) if rotated => self.files.extend(siblings.into_iter().map(InputFile::Path)),
            Ok(siblings) => {
                self.files.push(InputFile::Path(path.to_owned()));
                alone.push((path.to_owned(), siblings));
            }
            Err(error) => {
                self.files.push(InputFile::Path(path.to_owned()));
                let unknown = sentence!(
                    "{name}: whether rotated files lie beside it is not known",
                    name = path.display()
                );
                let why = sentence!("its folder cannot be listed: {}", error);
                let unknown = sentence!("{}; {}", unknown, why);
                if rotated {
                    self.errors.push(InputError::Unlisted(unknown));
                } else {
                    self.notes.push(unknown);
                }
            }
        }
    }

    /// What is left of a rotated set without the file that is written to.
    fn add_backups_of(&mut self, missing: &Path) -> Result<(), InputError> {
        let siblings = rotated_siblings(missing).unwrap_or_default();
        let backups: Vec<_> = siblings.into_iter().filter(|sibling| sibling != missing).collect();
        let name = missing.display();
        if backups.is_empty() {
            return Err(InputError::Missing(name.to_string()));
        }
        let missing = sentence!("{name} does not exist", name);
        self.notes.push(sentence!("{}; {}", missing, sentence!("the rotated files beside it are read")));
        self.files.extend(backups.into_iter().map(InputFile::Path));
        Ok(())
    }

    /// Says of the files that came alone which others of their sets nobody named.
    fn note_unread_siblings(&mut self, alone: Alone) {
        for (path, siblings) in alone {
            let is_unread = |sibling: &PathBuf| !self.files.contains(&InputFile::Path(sibling.clone()));
            let unread = siblings.into_iter().filter(is_unread).count();
            if unread > 0 {
                let name = path.display();
                let note = if unread == 1 {
                    sentence!("{name}: 1 rotated file beside it was not read", name)
                } else {
                    sentence!("{name}: {} rotated files beside it were not read", unread, name)
                };
                self.notes.push(sentence!("{}; {}", note, sentence!("--rotated takes them in")));
            }
        }
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), InputError> {
        let refused = |error| InputError::refused(folder, &error);
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(refused)? {
            let path = entry.map_err(refused)?.path();
            // What editors and systems hide is nobody's log, but a hidden log is one.
            let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if may_be_file(&path) && (!is_hidden || is_worth_reading(&path).unwrap_or(false)) {
                paths.push(path);
            }
        }
        sort_as_written(&mut paths);
        let mut passed_over = Vec::new();
        let before = self.files.len();
        for path in paths {
            // A file that cannot be opened is kept, and a backup that cannot be read: the reader must hear of it.
            if Place::of_path(&path).is_backup() || is_worth_reading(&path).unwrap_or(true) {
                self.files.push(InputFile::Path(path));
            } else {
                passed_over.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            }
        }
        if !passed_over.is_empty() {
            let passed_over = passed_over.join(", ");
            let name = folder.display();
            self.notes.push(sentence!("{name}: passed over, no OTLP in it: {}", passed_over, name));
        }
        if self.files.len() == before {
            let reason = sentence!("the folder {name} holds no OTLP file", name = folder.display());
            return Err(InputError::Empty(reason));
        }
        Ok(())
    }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// The whole rotated set that a file belongs to, itself included, oldest first.
///
/// # Errors
/// When its folder cannot be listed: a folder may be one to enter only.
pub(super) fn rotated_siblings(path: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let set = Place::of_path(path).set;
    let mut siblings = Vec::new();
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let sibling = match folder {
            Some(_) => entry.path(),
            None => PathBuf::from(entry.file_name()),
        };
        if Place::of_path(&sibling).set == set && may_be_file(&sibling) {
            siblings.push(sibling);
        }
    }
    if !siblings.iter().any(|sibling| sibling == path) {
        siblings.push(path.to_owned());
    }
    sort_as_written(&mut siblings);
    Ok(siblings)
}

/// Whether what a folder lists is a file. What the system does not let be looked at may be one, and so may what a link
/// leads to that leads nowhere now: opening it says why not. What is gone since the folder was listed is none.
fn may_be_file(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(found) => found.is_file(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::symlink_metadata(path).is_ok(),
        Err(_) => true,
    }
}

/// Sets by name, and within a set the backups in the order they were closed, the file being written last.
fn sort_as_written(paths: &mut [PathBuf]) {
    paths.sort_by_cached_key(|path| (path.parent().map(Path::to_owned), Place::of_path(path)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in names {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    fn names(input: &Input) -> Vec<String> {
        (input.files.iter())
            .map(|file| match file {
                InputFile::Path(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                _ => STDIN.to_owned(),
            })
            .collect()
    }

    const LOGS: &str = r#"{"resourceLogs":[]}"#;

    #[test]
    fn a_folder_is_read_in_the_order_written_and_other_files_are_named() {
        let folder = folder(&[
            ("logs.jsonl", LOGS),
            ("logs-2026-11-20T10-00-00.000-size.jsonl", LOGS),
            ("logs-2026-11-20T09-00-00.000.jsonl", LOGS),
            ("README.md", "hello"),
            ("snake.jsonl", r#"{"resource_logs":[]}"#),
            ("traces.jsonl", r#"{"resourceSpans":[]}"#),
        ]);
        let input = Input::find(&[folder.path().display().to_string()], false);
        assert_eq!(
            names(&input),
            [
                "logs-2026-11-20T09-00-00.000.jsonl",
                "logs-2026-11-20T10-00-00.000-size.jsonl",
                "logs.jsonl",
                "snake.jsonl",
                "traces.jsonl"
            ]
        );
        assert_eq!(input.notes.len(), 1);
        assert!(input.notes[0].english().ends_with("no OTLP in it: README.md"));
    }

    #[test]
    fn a_named_file_comes_alone_and_says_so_unless_its_set_is_asked_for() {
        let folder = folder(&[("logs.jsonl", LOGS), ("logs-2026-11-20T10-00-00.000-size.jsonl", LOGS)]);
        let name = [folder.path().join("logs.jsonl").display().to_string()];
        let alone = Input::find(&name, false);
        assert_eq!(names(&alone), ["logs.jsonl"]);
        assert!(
            alone.notes[0]
                .english()
                .ends_with("1 rotated file beside it was not read; --rotated takes them in")
        );
        let set = Input::find(&name, true);
        assert_eq!(names(&set), ["logs-2026-11-20T10-00-00.000-size.jsonl", "logs.jsonl"]);
        assert!(set.notes.is_empty());
        let each: Vec<String> = set.files.iter().map(InputFile::name).collect();
        assert_eq!(names(&Input::find(&each, true)), names(&set), "a set is read once, whoever names it");
    }

    #[test]
    fn a_hidden_log_is_read_and_what_else_is_hidden_is_nobody_s_concern() {
        let folder = folder(&[("logs.jsonl", LOGS), (".logs.jsonl", LOGS), (".logs.jsonl.swp", "b0VIM 9.1")]);
        let input = Input::find(&[folder.path().display().to_string()], false);
        assert_eq!(names(&input), [".logs.jsonl", "logs.jsonl"]);
        assert!(input.notes.is_empty(), "{:?}", input.notes);
    }

    #[cfg(unix)]
    #[test]
    fn a_hidden_pipe_is_not_waited_for() {
        let folder = folder(&[("logs.jsonl", LOGS)]);
        let made =
            std::process::Command::new("mkfifo").arg(folder.path().join(".pipe")).status().expect("mkfifo");
        assert!(made.success());
        assert_eq!(names(&Input::find(&[folder.path().display().to_string()], false)), ["logs.jsonl"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_among_the_files_and_cannot_be_opened() {
        let folder = folder(&[("logs.jsonl", LOGS)]);
        for name in ["more.jsonl", ".#logs.jsonl"] {
            std::os::unix::fs::symlink("nowhere", folder.path().join(name)).expect("a link");
        }
        let input = Input::find(&[folder.path().display().to_string()], false);
        assert_eq!(names(&input), ["logs.jsonl", "more.jsonl"]);
    }

    #[test]
    fn backups_are_read_without_the_file_that_is_written_to() {
        let folder = folder(&[
            ("logs-2026-11-20T10-00-00.000-size.jsonl", LOGS),
            ("logs-2026-11-20T09-00-00.000-size.jsonl", LOGS),
        ]);
        let name = [folder.path().join("logs.jsonl").display().to_string()];
        let set = Input::find(&name, true);
        assert_eq!(
            names(&set),
            ["logs-2026-11-20T09-00-00.000-size.jsonl", "logs-2026-11-20T10-00-00.000-size.jsonl"]
        );
        let note = set.notes[0].english();
        assert!(note.ends_with("logs.jsonl does not exist; the rotated files beside it are read"), "{note}");
        assert!(matches!(Input::find(&name, false).errors[..], [InputError::Missing(_)]));
    }

    #[test]
    fn what_cannot_be_found_is_said_and_the_rest_is_read() {
        let folder = folder(&[("a.jsonl", LOGS), ("b.jsonl", LOGS)]);
        let at = |name: &str| folder.path().join(name).display().to_string();
        let input = Input::find(&[at("missing"), at("*.jsonl"), at("*.gz"), "-".into()], false);
        assert_eq!(names(&input), ["a.jsonl", "b.jsonl", "-"]);
        assert!(matches!(input.errors[..], [InputError::Missing(_), InputError::Empty(_)]));
    }

    #[test]
    fn a_pattern_may_be_no_name_that_a_file_can_have() {
        // Too long a name on Unix; on Windows the star is enough.
        let pattern = format!("*{}", "x".repeat(300));
        assert!(matches!(Input::find(&[pattern], false).errors[..], [InputError::Empty(_)]));
    }
}
