//! A file that was opened by its name, and what happens to the name while the file is read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::denial::denial;
use super::input_file::InputFile;
use super::rotation::Place;
use crate::words::{Sentence, sentence};

/// Which file a name stands for: another one when the file was replaced, the same one when it was renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    #[cfg(unix)]
    id: (u64, u64),
    /// Windows has ids, too, but not for programs that ask nothing unsafe.
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl FileId {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { id: (metadata.dev(), metadata.ino()) }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }

    /// The regular file that a name stands for now.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().filter(Metadata::is_file).map(|metadata| Self::of(&metadata))
    }

    /// The regular file that is meant, if there is one.
    pub(super) fn of_input(file: &InputFile) -> Option<Self> {
        match file {
            InputFile::Path(path) => Self::of_path(path),
            InputFile::Stdin | InputFile::Kept { .. } => None,
        }
    }
}

/// A file that can be read now.
pub(super) struct Opened {
    pub(super) reader: Box<dyn Read + Send>,
    /// The file that the reader reads; `None` for what is no regular file.
    pub(super) file: Option<Arc<File>>,
    /// `None` for what is no regular file.
    pub(super) size: Option<u64>,
    /// `None` for what is no regular file.
    pub(super) watch: Option<Watch>,
    /// What a reader should know about it.
    pub(super) note: Option<Sentence>,
}

impl Opened {
    /// Opens a file of the input. When its name stands for another file than it did at first, because the Collector
    /// has rotated its files since, the first one is looked for under its new name.
    pub(super) fn open(file: &InputFile, as_found: Option<&FileId>) -> io::Result<Self> {
        let InputFile::Path(path) = file else {
            return Ok(Self { reader: file.open()?, file: None, size: None, watch: None, note: None });
        };
        let renamed =
            as_found.filter(|id| FileId::of_path(path).as_ref() != Some(id)).and_then(|id| renamed(path, id));
        let note = renamed.as_ref().map(|new_name| {
            let rotated = sentence!("{name} was rotated meanwhile", name = path.display());
            sentence!("{}; {}", rotated, sentence!("it was read as {name}", name = new_name.display()))
        });
        let name = renamed.as_deref().unwrap_or(path);
        let file = Arc::new(File::open(name)?);
        let metadata = file.metadata()?;
        let watch = metadata.is_file().then(|| Watch { path: name.to_owned(), id: FileId::of(&metadata) });
        let size = metadata.is_file().then_some(metadata.len());
        let regular = metadata.is_file().then(|| Arc::clone(&file));
        Ok(Self { reader: Box::new(file), file: regular, size, watch, note })
    }
}

/// The file of that id among those of the same rotated set.
fn renamed(path: &Path, id: &FileId) -> Option<PathBuf> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let set = Place::of_path(path).set;
    fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find(|other| Place::of_path(other).set == set && FileId::of_path(other).as_ref() == Some(id))
}

/// Remembers which file was opened under a name.
pub(super) struct Watch {
    path: PathBuf,
    id: FileId,
}

impl Watch {
    /// What happened to the file while so many bytes of it were read, if it was anything but growing.
    pub(super) fn what_happened(&self, bytes: u64) -> Option<Sentence> {
        let name = self.path.display();
        let (what, so) = match fs::metadata(&self.path) {
            Ok(now) if FileId::of(&now) != self.id => (
                sentence!("{name} was replaced while it was read, as by a rotation", name),
                sentence!("what was written since is not in the answer"),
            ),
            Ok(now) if now.len() < bytes => (
                sentence!("{name} became shorter while it was read, as when a Collector starts anew", name),
                sentence!("what it held before is partly in the answer"),
            ),
            Ok(_) => return None,
            Err(_) => return Some(sentence!("{name} was renamed or removed while it was read", name)),
        };
        Some(sentence!("{}; {}", what, so))
    }
}

/// Why a file cannot be read, and who can.
pub(super) fn refusal(file: &InputFile, error: &io::Error) -> Sentence {
    match (file, error.kind()) {
        (InputFile::Path(path), io::ErrorKind::NotFound) => {
            sentence!("{name} does not exist", name = path.display())
        }
        (InputFile::Path(path), _) => denial(path, error),
        (InputFile::Stdin | InputFile::Kept { .. }, _) => {
            sentence!("{name} cannot be read: {}", error, name = file.name())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs.jsonl");
        fs::write(&path, "first\n").expect("a file");
        (folder, path)
    }

    fn read(opened: &mut Opened) -> String {
        let mut text = String::new();
        opened.reader.read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn a_file_that_was_rotated_before_it_was_opened_is_read_under_its_new_name() {
        let (folder, path) = folder();
        let input = InputFile::Path(path.clone());
        let id = FileId::of_input(&input);
        fs::rename(&path, folder.path().join("logs-2026-11-20T10-00-00.000-size.jsonl")).expect("renamed");
        fs::write(&path, "second\n").expect("a file");
        let mut opened = Opened::open(&input, id.as_ref()).expect("opened");
        assert_eq!(read(&mut opened), "first\n");
        assert!(opened.note.is_some_and(|note| note.english().contains("was rotated meanwhile")));
        let mut opened = Opened::open(&input, None).expect("opened");
        assert_eq!((read(&mut opened).as_str(), opened.note), ("second\n", None));
    }

    #[test]
    fn what_happens_to_a_file_while_it_is_read_is_told_unless_it_grows() {
        let (folder, path) = folder();
        let watch =
            || Opened::open(&InputFile::Path(path.clone()), None).expect("opened").watch.expect("a file");
        let opened = watch();
        fs::write(&path, "first\nsecond\n").expect("written");
        assert_eq!(opened.what_happened(6), None);
        fs::write(&path, "").expect("truncated");
        assert!(opened.what_happened(6).is_some_and(|note| note.english().contains("became shorter")));
        fs::rename(&path, folder.path().join("moved")).expect("renamed");
        assert!(opened.what_happened(6).is_some_and(|note| note.english().contains("renamed or removed")));
        fs::write(&path, "a longer one\n").expect("written");
        assert!(opened.what_happened(6).is_some_and(|note| note.english().contains("was replaced")));
    }
}
