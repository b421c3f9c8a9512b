//! What the program knows of the world around it, asked once at the door and handed down.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy as _;
use tr::tr;

use super::settings::{Effective, Origin, Settings};
use crate::event::UnixNano;
use crate::words::Language;

/// The world as it was when the program started.
#[derive(Clone, Debug)]
pub struct World {
    /// The present.
    pub now: UnixNano,
    /// The width of the terminal that standard output is, in columns; `None` when it is none.
    pub terminal_width: Option<usize>,
    /// The width of the terminal that standard error is, in columns; `None` when it is none.
    pub talk_width: Option<usize>,
    /// Whether the terminal that standard output is can lead to addresses, by what is known of terminals.
    pub has_hyperlinks: bool,
    /// What the user has set, or what is wrong with it.
    settings: Result<Settings, String>,
    variables: BTreeMap<&'static str, OsString>,
    system_locale: Option<String>,
}

/// The language of the system's own settings: Windows and macOS have it there, other systems in the environment.
#[cfg(any(windows, target_os = "macos"))]
fn system_locale() -> Option<String> {
    sys_locale::get_locale()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn system_locale() -> Option<String> {
    None
}

/// The width of the terminal that one of the standard streams is.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(80, |(terminal_size::Width(columns), _)| usize::from(columns))
}

/// The environment variables that are looked at.
const VARIABLES: [&str; 17] = [
    "CODEX_AUDIT_CONFIG",
    "CODEX_AUDIT_FILE",
    "CODEX_AUDIT_LANG",
    "CODEX_AUDIT_PAGER",
    "CODEX_AUDIT_TZ",
    "CODEX_HOME",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "LESS",
    "LESSCHARSET",
    "NO_COLOR",
    "PAGER",
    "TERM",
    "USERPROFILE",
    "XDG_CONFIG_HOME",
];

impl World {
    /// Asks.
    #[must_use]
    pub fn ask() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX);
        let terminal = std::io::stdout().is_terminal();
        let mut world = Self {
            now: UnixNano::new(nanoseconds.max(1)).unwrap_or(UnixNano::MIN),
            terminal_width: terminal.then(columns),
            talk_width: std::io::stderr().is_terminal().then(columns),
            has_hyperlinks: terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
            settings: Ok(Settings::default()),
            variables: VARIABLES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect(),
            system_locale: system_locale(),
        };
        world.settings = world.read_settings();
        world
    }

    fn read_settings(&self) -> Result<Settings, String> {
        // What is not text would be taken for something else.
        let mut own = self.variables.iter().filter(|(name, _)| name.starts_with("CODEX_AUDIT_"));
        if let Some((name, _)) = own.find(|(_, value)| value.to_str().is_none()) {
            return Err(tr!("${name} is not UTF-8", name));
        }
        let home = self.home();
        match self.variable_even_if_empty("CODEX_AUDIT_CONFIG").as_deref() {
            Some("") => Ok(Settings { is_named: true, ..Settings::default() }),
            Some(path) => Settings::read(Path::new(path), true, home),
            None => {
                let named = self.path_variable("XDG_CONFIG_HOME");
                let named = named.filter(|folder| folder.is_absolute() && !cfg!(windows)).map(Path::to_owned);
                // Without a home there is no other place to look at.
                let usual = || Some(home.and_then(|_| etcetera::choose_base_strategy().ok())?.config_dir());
                let Some(folder) = named.or_else(usual) else { return Ok(Settings::default()) };
                Settings::read(&folder.join("codex-audit").join("config.toml"), false, home)
            }
        }
    }

    /// What the user has set.
    ///
    /// # Errors
    /// When the settings file cannot be understood.
    pub(super) fn settings(&self) -> anyhow::Result<&Settings> {
        self.settings.as_ref().map_err(|error| {
            // It was found before the reader's language was known: now it is told in that.
            anyhow::Error::msg(self.read_settings().err().unwrap_or_else(|| error.clone()))
        })
    }

    /// The user's own folder.
    pub(super) fn home(&self) -> Option<&Path> {
        self.path_variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
    }

    /// A path for people: short where it lies in the user's own folder.
    pub(super) fn short_path(&self, path: &Path) -> String {
        match self.home().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => Path::new("~").join(rest).display().to_string(),
            None => path.display().to_string(),
        }
    }

    /// The language of the locale: as the variables say, else as the system does that has it elsewhere.
    pub(super) fn locale_language(&self) -> Effective<Language> {
        let mut variables = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
        let named = variables.find_map(|name| Some((Origin::Variable(name), self.variable(name)?)));
        let of_system = || Some((Origin::Default, Cow::from(self.system_locale.as_deref()?)));
        let (origin, locale) = named.or_else(of_system).unwrap_or((Origin::Default, "".into()));
        Effective::new(origin, Language::of_locale(&locale))
    }

    /// An environment variable, unless it is unset or empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
        self.variable_even_if_empty(name).filter(|value| !value.is_empty())
    }

    /// An environment variable, unless it is unset; what is no text in it is U+FFFD.
    #[must_use]
    pub fn variable_even_if_empty(&self, name: &str) -> Option<Cow<'_, str>> {
        self.variables.get(name).map(|value| value.to_string_lossy())
    }

    /// The path that an environment variable names, unless it is unset or empty.
    pub(super) fn path_variable(&self, name: &str) -> Option<&Path> {
        self.variables.get(name).filter(|value| !value.is_empty()).map(Path::new)
    }

    /// Whether the terminal, if there is one, can do nothing but print.
    #[must_use]
    pub fn terminal_is_dumb(&self) -> bool {
        self.variable("TERM").as_deref() == Some("dumb")
    }

    /// A world made for a test.
    #[cfg(test)]
    pub(super) fn with(variables: &[(&'static str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (*name, OsString::from(value)));
        Self {
            now: UnixNano::MIN,
            terminal_width: Some(80),
            talk_width: Some(80),
            has_hyperlinks: false,
            settings: Ok(Settings::default()),
            variables: variables.collect(),
            system_locale: None,
        }
    }
}
