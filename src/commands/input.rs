//! Arguments that every question shares: which files, which events, which zone.

use std::path::PathBuf;
use std::thread;

use clap::Args;
use tr::tr;

use super::conversations::id_to_find;
use super::settings::{Effective, Origin, Setting, Settings};
use super::world::World;
use super::zone::Zone;
use crate::event::{EventFilter, IdCondition, UnixNano, name_glob};
use crate::source::{Input, MOST_THREADS, ScanOptions};

/// Where the tutorial's Collector writes.
pub(super) const DEFAULT_FILE: &str = "/tmp/otel-data/otel-logs.jsonl";

/// Which files to read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Read this file, folder, glob or `-` for standard input; may be repeated
    ///
    /// A folder stands for every OTLP log file directly in it, rotated backups included, in the order they were
    /// written. What kind of file it is is told by its bytes, not by its name. Without it, `$CODEX_AUDIT_FILE` is
    /// read (separated like `$PATH`), else `files` of the settings file, else `/tmp/otel-data/otel-logs.jsonl` with
    /// its rotated backups.
    #[arg(short, long = "file", value_name = "PATH", global = true, value_hint = clap::ValueHint::AnyPath)]
    pub files: Vec<String>,

    /// Read the rotated backups beside each named file too
    #[arg(long, global = true)]
    pub rotated: bool,

    /// Count a record again each time it is found
    ///
    /// Without it, a record that was delivered twice, or that lies in a file and in a copy of that file, is one
    /// record. Same is what has the same content as written, resource included.
    #[arg(long, global = true)]
    pub keep_duplicates: bool,

    /// Read with this many threads; the answer does not depend on it
    #[arg(long, value_name = "N", global = true, value_parser = at_least_one)]
    pub threads: Option<usize>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| tr!("it is no whole number from 1 on"))
}

/// Which events to ask about.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only events at or after this time
    ///
    /// RFC 3339, YYYY-MM-DD, "YYYY-MM-DD HH:MM" with or without seconds, now, today, yesterday, or back from now: -3h, -7d. A time
    /// without an offset is read in the display zone.
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub since: Option<String>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub until: Option<String>,

    /// Only this conversation; the beginning of its id is enough where no other begins so
    #[arg(long, value_name = "ID", global = true, value_parser = id_to_find)]
    pub conversation: Option<String>,

    /// Only events of models that match, e.g. `gpt-5.1*`
    #[arg(long, value_name = "GLOB", global = true)]
    pub model: Option<String>,

    /// Only events of this user, by e-mail address or account id
    #[arg(long, value_name = "TEXT", global = true)]
    pub user: Option<String>,

    /// Only events of this service.name
    #[arg(long, value_name = "NAME", global = true)]
    pub service: Option<String>,

    /// Only events of this environment
    #[arg(long, value_name = "NAME", global = true)]
    pub env: Option<String>,
}

/// In which zone to show times.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Time")]
pub struct ZoneArgs {
    /// Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00
    ///
    /// Days are counted in it too. Default: `$CODEX_AUDIT_TZ`, else `tz` of the settings file, else beijing.
    #[arg(long, value_name = "ZONE", global = true, allow_hyphen_values = true, conflicts_with_all = ["local", "utc"])]
    pub tz: Option<String>,

    /// Short for --tz local
    #[arg(long, global = true, conflicts_with = "utc")]
    pub local: bool,

    /// Short for --tz utc
    #[arg(long, global = true)]
    pub utc: bool,
}

impl InputArgs {
    /// The names of what to read, as they were given.
    pub(super) fn names(&self, world: &World, settings: &Settings) -> Effective<Vec<String>> {
        if !self.files.is_empty() {
            return Effective::new(Origin::Flag("--file"), self.files.clone());
        }
        if let Some(named) = world.variable("CODEX_AUDIT_FILE") {
            let names: Vec<String> = std::env::split_paths(&*named)
                .filter(|path| *path != PathBuf::new())
                .map(|path| path.to_string_lossy().into_owned())
                .collect();
            // Where nothing is named it is as if it were empty.
            if !names.is_empty() {
                return Effective::new(Origin::Variable("CODEX_AUDIT_FILE"), names);
            }
        }
        let default = || Effective::new(Origin::Default, vec![DEFAULT_FILE.to_owned()]);
        settings.files.as_ref().map_or_else(default, Setting::effective)
    }

    /// Finds the files behind the names. Where nobody said what to read, it is what one Collector wrote, backups and
    /// all.
    pub(super) fn find(&self, names: &Effective<Vec<String>>) -> Input {
        Input::find(&names.value, self.rotated || names.origin == Origin::Default)
    }

    /// With how many threads to read; as many as the system has cores where nobody says. More than can be of use are not
    /// started: thousands take longer to start than most files to read.
    pub(super) fn threads_to_start(&self) -> Option<usize> {
        let of_use = thread::available_parallelism().map_or(0, usize::from).max(MOST_THREADS);
        self.threads.map(|threads| threads.min(of_use))
    }

    /// How to read.
    #[must_use]
    pub fn options(&self) -> ScanOptions {
        ScanOptions { keep_duplicates: self.keep_duplicates, plainly: false }
    }
}

impl ZoneArgs {
    /// The name of the zone that was asked for.
    pub(super) fn name(&self, world: &World, settings: &Settings) -> Effective<String> {
        let flag = |flag, name: &str| Effective::new(Origin::Flag(flag), name.to_owned());
        if self.local {
            return flag("--local", "local");
        }
        if self.utc {
            return flag("--utc", "utc");
        }
        if let Some(name) = &self.tz {
            return flag("--tz", name);
        }
        if let Some(name) = world.variable("CODEX_AUDIT_TZ") {
            return Effective::new(Origin::Variable("CODEX_AUDIT_TZ"), name.into_owned());
        }
        let default = || Effective::new(Origin::Default, "beijing".to_owned());
        settings.tz.as_ref().map_or_else(default, Setting::effective)
    }

    /// The zone that was asked for.
    ///
    /// # Errors
    /// When there is no such zone.
    pub(super) fn zone(&self, world: &World, settings: &Settings) -> anyhow::Result<Zone> {
        let Effective { value: name, origin } = self.name(world, settings);
        name.parse().map_err(|error: String| match origin {
            Origin::Variable(variable) => anyhow::Error::msg(tr!("${variable}: {error}", variable, error)),
            _ => anyhow::Error::msg(error),
        })
    }
}

impl FilterArgs {
    /// The filter.
    ///
    /// # Errors
    /// When a time or a pattern cannot be read.
    pub fn filter(&self, zone: Zone, now: UnixNano) -> anyhow::Result<EventFilter> {
        let moment = |option: &str, text: &Option<String>| {
            text.as_deref()
                .map(|text| {
                    zone.read_moment(text, now)
                        .map_err(|error| anyhow::Error::msg(tr!("{}: {}", option, error)))
                })
                .transpose()
        };
        let filter = EventFilter {
            since: moment("--since", &self.since)?,
            until: moment("--until", &self.until)?,
            conversation: self.conversation.clone().map(IdCondition::BeginsWith),
            user: self.user.clone(),
            service: self.service.clone(),
            env: self.env.clone(),
            model: self.model.as_deref().map(name_glob).transpose()?,
        };
        if let (Some(since), Some(until)) = (filter.since, filter.until)
            && since >= until
        {
            anyhow::bail!(tr!("--since is not before --until: no event can lie between them"));
        }
        Ok(filter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_threads_are_not_started() {
        let started = |threads| InputArgs { threads, ..InputArgs::default() }.threads_to_start();
        assert_eq!([started(None), started(Some(3))], [None, Some(3)]);
        assert_eq!(started(Some(5_000)), started(Some(1_000_000)));
        assert!(started(Some(5_000)) < Some(5_000));
    }
}
