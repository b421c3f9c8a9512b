//! What the program knows of the world around it, asked once at the door and handed down.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::event::UnixNano;

/// The world as it was when the program started.
#[derive(Clone, Debug)]
pub struct World {
    /// The present.
    pub now: UnixNano,
    /// The width of the terminal that standard output is, in columns; `None` when it is none.
    pub terminal_width: Option<usize>,
    /// Whether standard error is a terminal.
    pub talks_to_terminal: bool,
    variables: BTreeMap<String, String>,
}

/// The environment variables that are looked at.
const VARIABLES: [&str; 11] = [
    "CODEX_AUDIT_FILE",
    "CODEX_AUDIT_PAGER",
    "CODEX_AUDIT_TZ",
    "CODEX_HOME",
    "HOME",
    "LESS",
    "LESSCHARSET",
    "NO_COLOR",
    "PAGER",
    "TERM",
    "USERPROFILE",
];

impl World {
    /// Asks.
    #[must_use]
    pub fn ask() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX);
        let terminal = std::io::stdout().is_terminal();
        Self {
            now: UnixNano::new(nanoseconds.max(1)).unwrap_or(UnixNano::MIN),
            terminal_width: terminal.then(|| {
                terminal_size::terminal_size()
                    .map_or(80, |(terminal_size::Width(columns), _)| usize::from(columns))
            }),
            talks_to_terminal: std::io::stderr().is_terminal(),
            variables: VARIABLES
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
                .collect(),
        }
    }

    /// An environment variable, unless it is unset or empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variable_even_if_empty(name).filter(|value| !value.is_empty())
    }

    /// An environment variable, unless it is unset.
    #[must_use]
    pub fn variable_even_if_empty(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Whether the terminal, if there is one, can do nothing but print.
    #[must_use]
    pub fn terminal_is_dumb(&self) -> bool {
        self.variable("TERM") == Some("dumb")
    }

    /// A world made for a test.
    #[cfg(test)]
    pub(super) fn with(terminal_width: Option<usize>, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let talks_to_terminal = terminal_width.is_some();
        Self { now: UnixNano::MIN, terminal_width, talks_to_terminal, variables: variables.collect() }
    }
}
