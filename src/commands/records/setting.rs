//! `record_type: "setting"`: one setting, as it counts.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LocationRecord, SCHEMA_VERSION};
use crate::commands::output::Record;
use crate::commands::settings::{Origin, Place, Shown};

/// A setting, and who set it.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "setting")]
pub struct SettingRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `setting`.
    pub record_type: &'static str,
    /// `config_file`, `files`, `tz`, `format`, `color`, `lang`, `price_book`, `pager`.
    pub name: &'static str,
    /// What counts: several for `files`; none where there is no pager, or no price book but the built-in one.
    pub values: &'a [String],
    /// `flag`, `environment`, `file`, `default`.
    pub source: &'static str,
    /// The option or the environment variable; null for the others.
    pub source_name: Option<&'static str>,
    /// The line of the settings file; null where it is no line's.
    pub location: Option<LocationRecord<'a>>,
}

impl<'a> SettingRecord<'a> {
    /// The record of a setting; `file` is the settings file.
    pub(in crate::commands) fn new(shown: &'a Shown, file: Option<&'a str>) -> Self {
        let (source, source_name, place) = match shown.origin {
            Origin::Flag(flag) => ("flag", Some(flag), None),
            Origin::Variable(variable) => ("environment", Some(variable), None),
            Origin::Line(place) => ("file", None, Some(place)),
            Origin::Default => ("default", None, None),
        };
        let location = file.zip(place).map(|(file, Place { line, byte_offset })| LocationRecord {
            file,
            line,
            record: 0,
            byte_offset,
        });
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "setting",
            name: shown.name,
            values: &shown.values,
            source,
            source_name,
            location,
        }
    }
}

impl Record for SettingRecord<'_> {
    fn template() -> Self {
        Self { location: Some(LocationRecord::default()), ..Self::default() }
    }
}
