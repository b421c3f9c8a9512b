//! One file of the input: a path, standard input, or what was kept of it in memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

/// Where standard input is named instead of a file.
pub(super) const STDIN: &str = "-";

/// One file of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputFile {
    /// Standard input.
    Stdin,
    /// What could be read but once, kept in memory so that it can be read more often.
    Kept {
        /// Its name, as it is shown.
        name: String,
        /// All of it.
        bytes: Arc<[u8]>,
    },
    /// A file.
    Path(PathBuf),
}

impl InputFile {
    /// What stands in memory as if it had come by standard input.
    pub fn in_memory(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Kept { name: STDIN.to_owned(), bytes: bytes.into() }
    }

    /// Whether a second reading finds what the first one found: not in a pipe, under whatever name.
    pub(super) fn can_be_read_again(&self) -> bool {
        match self {
            Self::Path(path) => path.is_file(),
            Self::Stdin => false,
            Self::Kept { .. } => true,
        }
    }

    /// The name shown to people and in machine output.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => STDIN.to_owned(),
            Self::Kept { name, .. } => name.clone(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// Opens it for reading.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::Kept { bytes, .. } => Box::new(io::Cursor::new(Arc::clone(bytes))),
            Self::Path(path) => Box::new(File::open(path)?),
        })
    }
}
