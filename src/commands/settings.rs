//! The user's own settings: a file that says what to read and how to show it, and never what to leave out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toml::de::{DeTable, DeValue};
use tr::tr;

use super::likeness::nearest;
use super::reasons;
use super::zone::Zone;
use crate::render::Format;
use crate::words::{Language, Sentence};

/// The names of all settings, in the order in which they are shown.
const NAMES: [&str; 7] = ["files", "tz", "format", "color", "lang", "price_book", "pager"];

/// What the settings file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Where the file is, or would be.
    pub(super) path: Option<PathBuf>,
    /// Whether an environment variable names the file.
    pub(super) is_named: bool,
    /// Whether it is there.
    pub(super) exists: bool,
    /// What to read where nothing is named.
    pub(super) files: Option<Setting<Vec<String>>>,
    /// The display zone, by name.
    pub(super) tz: Option<Setting<String>>,
    /// What answers are written as.
    pub(super) format: Option<Setting<Format>>,
    /// When to colour.
    pub(super) color: Option<Setting<When>>,
    /// The language to talk in.
    pub(super) lang: Option<Setting<Language>>,
    /// A file of prices that goes before the built-in ones.
    pub(super) price_book: Option<Setting<PathBuf>>,
    /// The pager, with its arguments.
    pub(super) pager: Option<Setting<String>>,
}

/// A setting and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// A line of the settings file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Counted from 1.
    pub(super) line: u64,
    /// Offset in bytes of the line's first byte.
    pub(super) byte_offset: u64,
}

impl Place {
    fn of(byte: usize, text: &str) -> Self {
        let before = text.as_bytes().get(..byte).unwrap_or_default();
        Self {
            line: memchr::memchr_iter(b'\n', before).count() as u64 + 1,
            byte_offset: memchr::memrchr(b'\n', before).map_or(0, |at| at as u64 + 1),
        }
    }
}

/// What counts, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effective<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An option of the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A line of the settings file.
    Line(Place),
    /// Nobody.
    Default,
}

impl<T> Effective<T> {
    pub(super) fn new(origin: Origin, value: T) -> Self {
        Self { value, origin }
    }
}

/// A setting with what counts for it.
pub(super) struct Shown {
    pub(super) name: &'static str,
    /// Several for a list, none where nothing is set.
    pub(super) values: Vec<String>,
    pub(super) origin: Origin,
}

impl Shown {
    pub(super) fn new<T>(
        name: &'static str,
        effective: Effective<T>,
        values: impl FnOnce(T) -> Vec<String>,
    ) -> Self {
        Self { name, values: values(effective.value), origin: effective.origin }
    }
}

impl<T: Clone> Setting<T> {
    pub(super) fn effective(&self) -> Effective<T> {
        Effective::new(Origin::Line(self.place), self.value.clone())
    }
}

impl Settings {
    /// Reads the file at `path`, which somebody may have named; `home` is what `~` means in it.
    ///
    /// # Errors
    /// When it holds what is no setting, or cannot be read, or was named and is not there; as a sentence.
    pub(super) fn read(path: &Path, is_named: bool, home: Option<&Path>) -> Result<Self, String> {
        let settings = Self { path: Some(path.to_owned()), is_named, ..Self::default() };
        let name = path.display();
        match fs::read_to_string(path) {
            Ok(text) => settings.with(&text, path, home),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => Ok(settings),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(tr!("the settings file {name} does not exist", name))
            }
            Err(error) => {
                let error = reasons::unread(&error).told();
                Err(tr!("the settings file {name} cannot be read: {error}", name, error))
            }
        }
    }

    fn with(mut self, text: &str, path: &Path, home: Option<&Path>) -> Result<Self, String> {
        let fault = |place: Place, what: &str| format!("{}:{}: {what}", path.display(), place.line);
        let table = DeTable::parse(text).map_err(|error| {
            let place = Place::of(error.span().map_or(0, |span| span.start), text);
            fault(place, &tr!("no TOML: {what}", what = error.message().replace('\n', ", ")))
        })?;
        self.exists = true;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (key, value) in table.get_ref() {
            let place = Place::of(key.span().start, text);
            self.set(key.get_ref(), value.get_ref(), place, &|file| whole_path(file, folder, home))
                .map_err(|what| fault(place, &what))?;
        }
        Ok(self)
    }

    fn set(
        &mut self,
        name: &str,
        value: &DeValue<'_>,
        place: Place,
        whole: &dyn Fn(&str) -> PathBuf,
    ) -> Result<(), String> {
        let text = || {
            let text = if let DeValue::String(text) = value { Some(text.to_string()) } else { None };
            text.ok_or_else(|| tr!("{name} is a text in quotation marks", name))
        };
        let in_its_line = |what: String| format!("{name}: {what}");
        match name {
            "files" => {
                let names = texts(value).ok_or_else(|| tr!("files is a list of texts in quotation marks"))?;
                if names.is_empty() || names.iter().any(|name| matches!(name.as_str(), "" | "-")) {
                    return Err(tr!(
                        "files names files, folders or globs; standard input is named by -f alone"
                    ));
                }
                let names = names.iter().map(|name| whole(name).to_string_lossy().into_owned());
                self.files = Some(Setting { value: names.collect(), place });
            }
            "tz" => {
                let value = text()?;
                value.parse::<Zone>().map_err(in_its_line)?;
                self.tz = Some(Setting { value, place });
            }
            "format" => {
                let value = text()?.parse().map_err(in_its_line)?;
                self.format = Some(Setting { value, place });
            }
            "color" => {
                let value = text()?;
                let value = When::from_str(&value, false)
                    .map_err(|_| tr!("color: no `{value}`; there are auto, always, never", value))?;
                self.color = Some(Setting { value, place });
            }
            "lang" => {
                let value = text()?;
                let value = Language::named(&value)
                    .ok_or_else(|| tr!("lang: no language `{value}`; there are en and zh", value))?;
                self.lang = Some(Setting { value, place });
            }
            "price_book" => self.price_book = Some(Setting { value: whole(&text()?), place }),
            "pager" => self.pager = Some(Setting { value: text()?, place }),
            unknown => {
                let all = Sentence::of_names(NAMES).told();
                return Err(match nearest(unknown, NAMES) {
                    Some(meant) => {
                        tr!("no setting `{unknown}`; did you mean `{meant}`? All: {all}", unknown, meant, all)
                    }
                    None => tr!("no setting `{unknown}`; there are {all}", unknown, all),
                });
            }
        }
        Ok(())
    }
}

/// The texts of a list, or of one that stands alone.
fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::String(text) => Some(vec![text.to_string()]),
        DeValue::Array(values) => values
            .iter()
            .map(
                |value| {
                    if let DeValue::String(text) = value.get_ref() { Some(text.to_string()) } else { None }
                },
            )
            .collect(),
        _ => None,
    }
}

/// The path that a settings file means: `~` is the home folder, and other paths start where the settings file is, so
/// that they mean the same wherever the program is run.
fn whole_path(file: &str, folder: &Path, home: Option<&Path>) -> PathBuf {
    match (file.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => folder.join(file),
    }
}

/// When to colour, or to make links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// The name by which it is asked for.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        Settings::default().with(text, Path::new("/etc/own/config.toml"), Some(Path::new("/home/li")))
    }

    #[test]
    fn every_setting_is_read_with_its_line() {
        let settings = read(
            "files = [\"/srv/otel\", \"~/logs/*.jsonl\",\n  \"here.jsonl\"]\n\ntz = \"utc\"\nformat = 'md'\n\
             color = \"never\"\nlang = \"zh\"\nprice_book = \"house.toml\"\npager = \"less -S\"\n",
        )
        .expect("settings");
        let files = ["/srv/otel", "/home/li/logs/*.jsonl", "/etc/own/here.jsonl"].map(str::to_owned);
        let line = |place: Place| (place.line, place.byte_offset);
        if cfg!(unix) {
            assert_eq!(settings.files.map(|set| (set.value, line(set.place))), Some((files.into(), (1, 0))));
        }
        assert_eq!(settings.tz.map(|set| (set.value, line(set.place))), Some(("utc".into(), (4, 57))));
        assert_eq!(settings.format.map(|set| set.value), Some(Format::Md));
        assert_eq!(settings.color.map(|set| set.value), Some(When::Never));
        assert_eq!(settings.lang.map(|set| set.value), Some(Language::Zh));
        let prices = Path::new("/etc/own").join("house.toml");
        assert_eq!(settings.price_book.map(|set| set.value), Some(prices));
        assert_eq!(settings.pager.map(|set| (set.value, set.place.line)), Some(("less -S".into(), 9)));
    }

    #[test]
    fn what_is_no_setting_is_told_with_its_line_and_what_was_meant() {
        let told = |text: &str| read(text).expect_err("a fault");
        insta::assert_snapshot!(told("tz = 'utc'\ncolour = 'auto'"), @"/etc/own/config.toml:2: no setting `colour`; did you mean `color`? All: files, tz, format, color, lang, price_book, pager");
        insta::assert_snapshot!(told("since = 'today'"), @"/etc/own/config.toml:1: no setting `since`; there are files, tz, format, color, lang, price_book, pager");
        insta::assert_snapshot!(told("\ntz = 'mars'"), @"/etc/own/config.toml:2: tz: no time zone `mars`; there are beijing, local, utc, IANA names such as Europe/Berlin, and offsets such as +08:00");
        insta::assert_snapshot!(told("tz = 8"), @"/etc/own/config.toml:1: tz is a text in quotation marks");
        insta::assert_snapshot!(told("format = 'xml'"), @"/etc/own/config.toml:1: format: no format `xml`; there are table, json, csv, md");
        insta::assert_snapshot!(told("color = 'yes'"), @"/etc/own/config.toml:1: color: no `yes`; there are auto, always, never");
        insta::assert_snapshot!(told("lang = 'fr'"), @"/etc/own/config.toml:1: lang: no language `fr`; there are en and zh");
        insta::assert_snapshot!(told("files = ['-']"), @"/etc/own/config.toml:1: files names files, folders or globs; standard input is named by -f alone");
        assert!(told("tz = 'utc'\ntz = ").starts_with("/etc/own/config.toml:2: no TOML: "));
    }

    #[test]
    fn a_file_that_nobody_named_need_not_be_there() {
        let path = Path::new("no/such/config.toml");
        assert!(!Settings::read(path, false, None).expect("settings").exists);
        let refused = Settings::read(path, true, None).expect_err("it was named");
        assert_eq!(refused, "the settings file no/such/config.toml does not exist");
    }
}
