//! `codex-audit config`: which settings count, and where does each come from?

use clap::Args;
use tr::tr;

use super::account::Exit;
use super::help;
use super::output::RecordWriter;
use super::records::SettingRecord;
use super::settings::{Effective, Origin, Settings, Shown};
use super::{Run, SharedArgs, World};
use crate::render::{Medium, write_table};
use crate::report::{Cell, Column, Line, Row, Section, Table, Tone};

/// Show which settings count, and where each comes from
///
/// An option outranks an environment variable, that a line of the settings file, that the default. The settings file is
/// codex-audit/config.toml in `$XDG_CONFIG_HOME`, else in ~/.config, on Windows in %APPDATA%; `$CODEX_AUDIT_CONFIG`
/// names another, or none when it is empty. It can hold: files, tz, format, color, lang, `price_book`, pager. Paths in it
/// start where it is.
///
/// No setting leaves out a record: filters are options alone.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::CONFIG)]
pub struct ConfigArgs {}

impl ConfigArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the answer cannot be written.
    pub fn run(&self, run: &mut Run<'_>, world: &World, shared: &SharedArgs) -> anyhow::Result<Exit> {
        let settings = world.settings()?;
        let shown = effective(shared, world, settings)?;
        match run.format.medium() {
            Medium::Text(medium) => {
                write_table(&table(&shown, settings, world), medium, &run.style, run.out)?;
            }
            Medium::Records(format) => {
                let mut writer = RecordWriter::new::<SettingRecord<'_>>(format, run.out)?;
                let path = settings.path.as_deref().map(|path| path.display().to_string());
                for setting in &shown {
                    writer.write(&SettingRecord::new(setting, path.as_deref()))?;
                }
                writer.finish()?;
            }
        }
        Ok(Exit::Answered)
    }
}

/// Every setting, as every other command would take it.
fn effective(shared: &SharedArgs, world: &World, settings: &Settings) -> anyhow::Result<Vec<Shown>> {
    let one = |value: String| vec![value];
    let own = Origin::Variable("CODEX_AUDIT_CONFIG");
    let file = Effective {
        value: settings.path.clone(),
        origin: if settings.is_named { own } else { Origin::Default },
    };
    let prices = settings.price_book.as_ref().map(super::settings::Setting::effective);
    let lang = shared.output.language(world)?;
    Ok(vec![
        Shown::new("config_file", file, |path| path.iter().map(|path| path.display().to_string()).collect()),
        Shown::new("files", shared.input.names(world, settings), |names| names),
        Shown::new("tz", shared.zone.name(world, settings), one),
        Shown::new("format", shared.output.format(settings), |format| one(format.name().to_owned())),
        Shown::new("color", shared.output.color(world, settings), |color| one(color.name().to_owned())),
        Shown::new("lang", lang, |lang| one(lang.name().to_owned())),
        Shown::new(
            "price_book",
            prices.map_or(Effective::new(Origin::Default, None), |set| {
                Effective::new(set.origin, Some(set.value))
            }),
            |path| path.iter().map(|path| path.display().to_string()).collect(),
        ),
        Shown::new("pager", shared.output.pager(world, settings), |pager| {
            pager.iter().map(super::pager::Pager::name).collect()
        }),
    ])
}

fn table(shown: &[Shown], settings: &Settings, world: &World) -> Table {
    let file = settings.path.as_deref().map(|path| world.short_path(path));
    let row = |setting: &Shown| -> Row {
        let origin = match setting.origin {
            Origin::Flag(flag) => Cell::from(flag),
            Origin::Variable(variable) => Cell::from(format!("${variable}")),
            Origin::Line(place) => {
                Cell::from(format!("{}:{}", file.as_deref().unwrap_or_default(), place.line))
            }
            Origin::Default if setting.name == "config_file" && !settings.exists => {
                Cell::toned(Tone::Dim, tr!("default; not there"))
            }
            Origin::Default => Cell::toned(Tone::Dim, tr!("default")),
        };
        let values: Vec<String> =
            setting.values.iter().map(|value| world.short_path(value.as_ref())).collect();
        let value = match values.as_slice() {
            [] if setting.name == "price_book" => Cell::toned(Tone::Dim, tr!("built in")),
            [] => Cell::toned(Tone::Dim, tr!("none")),
            values => Line::new().tone(Tone::Accent, values.join(", ")).into(),
        };
        vec![Cell::from(setting.name), value, origin]
    };
    Table {
        title: Vec::new(),
        columns: vec![
            Column::left(tr!("SETTING")),
            Column::left(tr!("VALUE")).cut(20),
            Column::left(tr!("FROM")).cut(20),
        ],
        sections: vec![Section { heading: None, rows: shown.iter().map(row).collect() }],
        footer: Vec::new(),
    }
}
