//! `codex-audit doctor`: is this machine set up so that the trail is whole?

mod log_files;
mod screen;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use tr::tr;

use super::account::Exit;
use super::output::RecordWriter;
use super::reasons;
use super::records::FindingRecord;
use super::{Run, World};
use crate::event::EventFilter;
use crate::render::{Medium, visible_line};
use crate::setup::{CodexConfig, CollectorConfig, Finding, Severity, Subject, check_agreement};
use crate::words::{Sentence, sentence};

/// Where administrators lay settings over, or under, those of a user.
#[cfg(not(windows))]
const SYSTEM_CONFIGS: [&str; 3] =
    ["/etc/codex/config.toml", "/etc/codex/managed_config.toml", "/etc/codex/requirements.toml"];
#[cfg(windows)]
const SYSTEM_CONFIGS: [&str; 2] =
    [r"C:\ProgramData\OpenAI\Codex\config.toml", r"C:\ProgramData\OpenAI\Codex\requirements.toml"];

/// The end of the long help.
const EXAMPLES: &str = "\
Examples:
  Is all as it should be on this machine?
    codex-audit doctor
  The same, with the log files in a folder of one's own:
    codex-audit doctor -f otel-data
  What is to be put where?
    codex-audit doctor --json | jq -c 'select(.fix) | [.location, .fix]'";

/// Say what is missing or wrong for the audit trail to be whole
///
/// Looks at Codex's configuration, at the Collector's, and at the log files; says what is wrong, in which line,
/// and what to put there. It changes nothing and asks nothing over a network: whether a Collector runs, it cannot
/// tell.
///
/// The log files are those that every command reads: -f names others. Filters do not apply.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = EXAMPLES)]
pub struct DoctorArgs {
    /// Codex's configuration [default: `$CODEX_HOME/config.toml`, else `~/.codex/config.toml`]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    codex_config: Option<PathBuf>,

    /// The Collector's configuration [default: `otel/collector-config.yaml` beside Codex's]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    collector_config: Option<PathBuf>,
}

/// What was found, and whether a file that the user named could not be opened.
#[derive(Default)]
struct Examination {
    findings: Vec<Finding>,
    unopened: Vec<Sentence>,
    /// The files that were looked at, for headings.
    files: Vec<(Subject, String)>,
}

impl DoctorArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the answer cannot be written.
    pub fn run(&self, mut run: Run<'_>, world: &World) -> anyhow::Result<Exit> {
        if !run.filter.admits_everything() {
            run.note(&tr!("filters do not apply to doctor: it looks at all of the log files"))?;
            run.filter = EventFilter::default();
        }
        let mut examination = Examination::default();
        let own = codex_home(world).map(|folder| folder.join("config.toml"));
        let usual = world.home().map(|home| home.join(".codex").join("config.toml"));
        let codex_path = self.codex_config.clone().or_else(|| own.clone());
        let collector_path = self
            .collector_config
            .clone()
            .or_else(|| Some(codex_path.as_ref()?.parent()?.join("otel").join("collector-config.yaml")));
        let collector = self.examine_collector(collector_path.as_deref(), &mut examination);
        let codex = self.examine_codex(codex_path.as_deref(), collector.as_ref(), &mut examination);
        let users: Vec<&Path> =
            [&codex_path, &own, &usual].into_iter().filter_map(Option::as_deref).collect();
        examine_other_layers(&users, &mut examination);
        if let (Some(codex), Some(collector)) = (&codex, &collector) {
            examination.findings.extend(check_agreement(codex, collector));
        }
        let log_paths = collector.map(|collector| collector.log_paths).unwrap_or_default();
        let account = log_files::examine(&mut run, world, &log_paths, &mut examination)?;

        let findings = &mut examination.findings;
        findings.sort_by_key(|finding| {
            let place = finding.place.as_ref().map(|place| (place.file.clone(), place.line));
            (finding.subject, finding.severity, place)
        });
        match run.format.medium() {
            Medium::Text(medium) => {
                screen::write(&examination.findings, &examination.files, medium, &run.style, run.out)?;
            }
            Medium::Records(format) => {
                let mut writer = RecordWriter::new::<FindingRecord<'_>>(format, run.out)?;
                for finding in &examination.findings {
                    writer.write(&FindingRecord::new(finding))?;
                }
                writer.finish()?;
            }
        }
        let is_wrong = examination.findings.iter().any(|finding| finding.severity <= Severity::Warning);
        let exit = run.conclude(if is_wrong { Exit::Finding } else { Exit::Answered }, &account)?;
        for unopened in &examination.unopened {
            writeln!(run.err, "{}", tr!("error: {}", visible_line(&unopened.told())))?;
        }
        Ok(if examination.unopened.is_empty() { exit } else { Exit::Failed })
    }

    fn examine_codex(
        &self,
        path: Option<&Path>,
        collector: Option<&CollectorConfig>,
        examination: &mut Examination,
    ) -> Option<CodexConfig> {
        let subject = Subject::CodexConfig;
        let Some(path) = path else {
            let text = sentence!(
                "Neither $CODEX_HOME nor a home folder is known; --codex-config FILE names the file."
            );
            examination.findings.push(Finding::new(subject, Severity::Error, "codex_config_missing", text));
            return None;
        };
        let name = path.display().to_string();
        let codex = match read(path) {
            Ok(text) => CodexConfig::read(&name, &text, collector),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.codex_config.is_some() {
                    examination.unopened.push(sentence!("{name} does not exist", name));
                }
                CodexConfig::missing(&name)
            }
            Err(error) => {
                let text = sentence!("{name} cannot be read: {error}", name, error = reasons::unread(&error));
                examination.findings.push(Finding::new(
                    subject,
                    Severity::Error,
                    "codex_config_unreadable",
                    sentence!("{}.", text),
                ));
                if self.codex_config.is_some() && error.kind() != io::ErrorKind::InvalidData {
                    examination.unopened.push(text);
                }
                return None;
            }
        };
        examination.files.push((subject, name));
        examination.findings.extend(codex.findings.iter().cloned());
        Some(codex)
    }

    fn examine_collector(
        &self,
        path: Option<&Path>,
        examination: &mut Examination,
    ) -> Option<CollectorConfig> {
        let path = path?;
        let name = path.display().to_string();
        let subject = Subject::CollectorConfig;
        match read(path) {
            Ok(text) => {
                let collector = CollectorConfig::read(&name, &text);
                examination.files.push((subject, name));
                examination.findings.extend(collector.findings.iter().cloned());
                return Some(collector);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.collector_config.is_none() => {
                let text = sentence!(
                    "{name} does not exist, so the Collector was not checked. --collector-config FILE names \
                     its configuration.",
                    name
                );
                examination.findings.push(Finding::new(
                    subject,
                    Severity::Note,
                    "collector_config_missing",
                    text,
                ));
            }
            Err(error) => {
                let (code, text) = match error.kind() {
                    io::ErrorKind::NotFound => {
                        ("collector_config_missing", sentence!("{name} does not exist", name))
                    }
                    _ => (
                        "collector_config_unreadable",
                        sentence!("{name} cannot be read: {error}", name, error = reasons::unread(&error)),
                    ),
                };
                examination.findings.push(Finding::new(
                    subject,
                    Severity::Error,
                    code,
                    sentence!("{}.", text),
                ));
                if self.collector_config.is_some() && error.kind() != io::ErrorKind::InvalidData {
                    examination.unopened.push(text);
                }
            }
        }
        None
    }
}

/// The folder in which Codex keeps its own.
fn codex_home(world: &World) -> Option<PathBuf> {
    (world.path_variable("CODEX_HOME").map(Path::to_owned)).or_else(|| Some(world.home()?.join(".codex")))
}

/// The configurations of the project that this is run in: from here up to its root, which holds `.git`.
fn project_configs() -> Vec<PathBuf> {
    let Ok(here) = Path::new(".").canonicalize() else { return Vec::new() };
    let folders: Vec<&Path> = here.ancestors().collect();
    let root = folders.iter().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    folders[..=root].iter().map(|folder| folder.join(".codex").join("config.toml")).collect()
}

/// Looks for `[otel]` where Codex does not look for it, and where an administrator may have put it.
fn examine_other_layers(users: &[&Path], examination: &mut Examination) {
    let users: Vec<PathBuf> = users.iter().filter_map(|path| path.canonicalize().ok()).collect();
    for path in project_configs() {
        if path.canonicalize().is_ok_and(|path| users.contains(&path)) {
            continue;
        }
        let Ok(text) = read(&path) else { continue };
        let Some(place) = CodexConfig::otel_table_in(&path.display().to_string(), &text) else { continue };
        let text = sentence!(
            "Codex reads no [otel] table in a project's configuration: what stands here is ignored. It \
             belongs to the configuration of the user."
        );
        examination.findings.push(Finding {
            place: Some(place),
            ..Finding::new(Subject::CodexConfig, Severity::Warning, "project_otel_ignored", text)
        });
    }
    for path in SYSTEM_CONFIGS.map(Path::new) {
        let Ok(text) = read(path) else { continue };
        let Some(place) = CodexConfig::otel_table_in(&path.display().to_string(), &text) else { continue };
        for finding in &mut examination.findings {
            if matches!(
                finding.code,
                "codex_config_missing" | "otel_missing" | "exporter_missing" | "exporter_none"
            ) {
                finding.severity = Severity::Note;
            }
        }
        let text = sentence!(
            "This machine's administrator sets [otel] too; which of the two counts, and what it says, was \
             not checked."
        );
        examination.findings.push(Finding {
            place: Some(place),
            ..Finding::new(Subject::CodexConfig, Severity::Note, "otel_set_by_administrator", text)
        });
    }
}

/// The text of a file.
fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(fs::read(path)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}
