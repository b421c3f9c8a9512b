//! Arguments that say how an answer is written, and the writers behind them.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::pager::Pager;
use super::settings::{Effective, Origin, Setting, Settings, When};
use super::world::World;
use crate::render::{CsvColumns, Format, Medium, RecordFormat, Style, write_in_order, write_record};
use crate::words::Language;

/// How to write the answer.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write the answer as: table, json, csv, md
    ///
    /// json is JSON Lines: one object a row, for jq without -s. table is for people; into a pipe nothing of it is
    /// cut and nothing is coloured.
    #[arg(short = 'o', long, value_name = "FORMAT", global = true, value_parser = format_parser(), conflicts_with = "json")]
    pub format: Option<Format>,

    /// Short for --format json
    #[arg(long, global = true)]
    pub json: bool,

    /// Cut nothing to the terminal's width
    #[arg(long, global = true)]
    pub no_trunc: bool,

    /// Colour the output: auto, always, never
    #[arg(long, value_name = "WHEN", global = true, hide_possible_values = true)]
    pub color: Option<When>,

    /// Make links of the files that are named: auto, always, never
    ///
    /// auto is where the terminal has links. They are no colours: `NO_COLOR` and --color leave them as they are.
    #[arg(long, value_name = "WHEN", global = true, hide_possible_values = true)]
    pub hyperlink: Option<When>,

    /// Show long answers on a terminal without a pager
    ///
    /// With one, what does not fit on the screen is shown by the program that `$CODEX_AUDIT_PAGER` names, else `pager`
    /// of the settings file, else `$PAGER`, else by less. Answers into a pipe, JSON Lines and CSV never are.
    #[arg(long, global = true)]
    pub no_pager: bool,

    /// Talk to people in: en, zh
    ///
    /// What programs read, json and csv, is the same in every language. Default: `$CODEX_AUDIT_LANG`, else `lang` of
    /// the settings file, else what the locale says, where it is one of them, else en.
    #[arg(long, value_name = "LANGUAGE", global = true, value_parser = language_parser())]
    pub lang: Option<Language>,

    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

fn language_parser() -> impl clap::builder::TypedValueParser<Value = Language> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(Language::ALL.map(Language::name))
        .try_map(|name| Language::named(&name).ok_or("no such language"))
}

impl OutputArgs {
    /// The format that was asked for.
    pub(super) fn format(&self, settings: &Settings) -> Effective<Format> {
        if self.json {
            return Effective::new(Origin::Flag("--json"), Format::Json);
        }
        if let Some(format) = self.format {
            return Effective::new(Origin::Flag("--format"), format);
        }
        let default = || Effective::new(Origin::Default, Format::default());
        settings.format.as_ref().map_or_else(default, Setting::effective)
    }

    /// The pager that answers for people have on a terminal, if they have one.
    pub(super) fn pager(&self, world: &World, settings: &Settings) -> Effective<Option<Pager>> {
        if self.no_pager {
            return Effective::new(Origin::Flag("--no-pager"), None);
        }
        Pager::choose(world, settings)
    }

    /// The pager that shows this answer, if one does.
    pub(super) fn pager_on_terminal(&self, world: &World) -> Option<Pager> {
        // What is wrong with the settings is told by the run.
        let settings = world.settings().ok()?;
        let is_for_people = matches!(self.format(settings).value.medium(), Medium::Text(_));
        let is_shown = is_for_people && world.terminal_width.is_some();
        is_shown.then(|| self.pager(world, settings).value).flatten()
    }

    /// When to colour. `NO_COLOR`, which speaks to all programs, is outranked by what speaks to this one.
    pub(super) fn color(&self, world: &World, settings: &Settings) -> Effective<When> {
        let flag = self.color.map(|color| Effective::new(Origin::Flag("--color"), color));
        let asked = flag.or_else(|| settings.color.as_ref().map(Setting::effective));
        let no_color = world.variable("NO_COLOR").map(|_| "NO_COLOR");
        let variable = no_color.or_else(|| world.terminal_is_dumb().then_some("TERM"));
        match (asked, variable) {
            (Some(asked), _) if asked.value != When::Auto => asked,
            (_, Some(variable)) => Effective::new(Origin::Variable(variable), When::Never),
            (Some(asked), None) => asked,
            (None, None) => Effective::new(Origin::Default, When::Auto),
        }
    }

    /// The language to talk in.
    ///
    /// # Errors
    /// When `$CODEX_AUDIT_LANG` names none that is spoken.
    pub(super) fn language(&self, world: &World) -> anyhow::Result<Effective<Language>> {
        if let Some(language) = self.lang {
            return Ok(Effective::new(Origin::Flag("--lang"), language));
        }
        if let Some(name) = world.variable("CODEX_AUDIT_LANG") {
            let language = Language::named(&name).ok_or_else(|| {
                anyhow::Error::msg(format!("$CODEX_AUDIT_LANG: no language `{name}`; there are en and zh"))
            })?;
            return Ok(Effective::new(Origin::Variable("CODEX_AUDIT_LANG"), language));
        }
        // What is wrong with the settings is told by the run, in the language that counts without them.
        let set = world.settings().ok().and_then(|settings| settings.lang.as_ref());
        Ok(set.map_or_else(|| world.locale_language(), Setting::effective))
    }

    /// Talks in that language from now on.
    ///
    /// # Errors
    /// When `$CODEX_AUDIT_LANG` names none that is spoken.
    pub(crate) fn speak(&self, world: &World) -> anyhow::Result<()> {
        self.language(world)?.value.speak()
    }

    /// Whether to make links.
    fn hyperlinks(&self, world: &World, color: bool) -> bool {
        match self.hyperlink.unwrap_or_default() {
            When::Always => true,
            When::Never => false,
            // Who turned colours off may have named a pager that shows escapes as they are.
            When::Auto => {
                let passes_on = || color || self.pager_on_terminal(world).is_none_or(|pager| !pager.is_named);
                world.has_hyperlinks && !world.terminal_is_dumb() && passes_on()
            }
        }
    }

    /// The style that fits what standard output is.
    pub(super) fn style(&self, world: &World, settings: &Settings) -> Style {
        let color = match self.color(world, settings).value {
            When::Auto => world.terminal_width.is_some(),
            When::Always => true,
            When::Never => false,
        };
        Style {
            width: world.terminal_width,
            color,
            truncate: world.terminal_width.is_some() && !self.no_trunc,
            hyperlinks: self.hyperlinks(world, color),
        }
    }
}

/// A record of the machine output, of one type.
pub trait Record: Serialize {
    /// Members whose own members are not known beforehand: JSON text in one cell of CSV.
    const OPEN_MEMBERS: &'static [&'static str] = &[];

    /// A record in which every object that CSV spreads over columns is there.
    fn template() -> Self;
}

/// As what records of one type are written.
pub enum RecordForm {
    /// JSON Lines.
    Json,
    /// CSV.
    Csv(CsvColumns),
}

impl RecordForm {
    /// The form of records of type `R`.
    ///
    /// # Errors
    /// When it cannot be told from their template.
    pub fn of<R: Record>(format: RecordFormat) -> io::Result<Self> {
        Self::like(&R::template(), format)
    }

    /// The form of records whose columns are those of `template`.
    ///
    /// # Errors
    /// When it cannot be told from the template.
    pub fn like<R: Record>(template: &R, format: RecordFormat) -> io::Result<Self> {
        Ok(match format {
            RecordFormat::Json => Self::Json,
            RecordFormat::Csv => Self::Csv(CsvColumns::of(template, R::OPEN_MEMBERS)?),
        })
    }

    /// Writes what stands before all records.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_heading(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Json => Ok(()),
            Self::Csv(columns) => columns.write_heading(out),
        }
    }

    /// Writes one record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, out: &mut (impl Write + ?Sized), record: &impl Serialize) -> io::Result<()> {
        match self {
            Self::Json => write_record(out, record),
            Self::Csv(columns) => columns.write_record(out, record),
        }
    }
}

/// Writes records in one of the formats made for machines.
pub struct RecordWriter<'a> {
    form: RecordForm,
    out: &'a mut dyn Write,
    /// Not before the first record: where none is written in the end, the output may be meant to stay empty.
    is_headed: bool,
}

impl<'a> RecordWriter<'a> {
    /// A writer of records of type `R`.
    ///
    /// # Errors
    /// When their form cannot be told.
    pub fn new<R: Record>(format: RecordFormat, out: &'a mut dyn Write) -> io::Result<Self> {
        Self::like(&R::template(), format, out)
    }

    /// A writer of records whose columns are those of `template`.
    ///
    /// # Errors
    /// When their form cannot be told.
    pub fn like<R: Record>(template: &R, format: RecordFormat, out: &'a mut dyn Write) -> io::Result<Self> {
        Ok(Self { form: RecordForm::like(template, format)?, out, is_headed: false })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.write_heading()?;
        self.form.write(self.out, record)
    }

    /// Writes the record that `make` makes of each item, in their order; made on every core.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_each<T: Send, R: Serialize>(
        &mut self,
        items: Vec<T>,
        make: impl Fn(T) -> R + Sync,
    ) -> io::Result<()> {
        self.write_heading()?;
        let form = &self.form;
        write_in_order(items, self.out, |items, text| {
            items.into_iter().try_for_each(|item| form.write(text, &make(item)))
        })
    }

    /// Hands the last bytes on.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.write_heading()?;
        self.out.flush()
    }

    fn write_heading(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_headed, true) { Ok(()) } else { self.form.write_heading(self.out) }
    }
}
