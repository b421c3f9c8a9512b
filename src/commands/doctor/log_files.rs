//! What the doctor sees of the log files: read once, whole, like every command does.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use super::Examination;
use crate::commands::human::span_in_words;
use crate::commands::input::DEFAULT_FILE;
use crate::commands::{Run, World};
use crate::event::UnixNano;
use crate::setup::{
    Finding, LogFile, LogFiles, Place, Severity, Subject, TrailRecords, is_temporary, shell_words,
};
use crate::source::{Account, FileAccount, Input};
use crate::words::{Sentence, sentence};

/// Examines the input; where nobody said what to read and the usual file is not there, what the Collector writes.
pub(super) fn examine(
    run: &mut Run<'_>,
    world: &World,
    collector_writes: &[String],
    examination: &mut Examination,
) -> io::Result<Account> {
    if run.input_is_default {
        look_where_the_collector_writes(run, collector_writes, examination);
    }
    let Some(scan) = run.ask(|_| TrailRecords::default())? else { return Ok(Account::default()) };
    let mut account = scan.account;
    for unopened in &account.unopened {
        examination.findings.push(unopened_finding(&unopened.name, &unopened.reason, run.input_is_default));
    }
    if run.input_is_default {
        account.unopened.clear();
    }
    let seen = seen(run, world, &account, scan.answer);
    examination.findings.extend(seen.check());
    // A finding has said it.
    account.files.retain(|file| file.bytes > 0 || !file.notes.is_empty());
    let told = examination.findings.iter().any(|finding| finding.code == "file_path_temporary");
    if let Some(file) = seen.files.iter().find(|file| is_temporary(&file.name))
        && !told
    {
        let text = sentence!(
            "{} is temporary: such a folder is cleaned at reboot or by age, and the trail with it.",
            file.name
        );
        examination.findings.push(Finding::new(
            Subject::LogFiles,
            Severity::Warning,
            "log_file_temporary",
            text,
        ));
    }
    Ok(account)
}

fn look_where_the_collector_writes(
    run: &mut Run<'_>,
    collector_writes: &[String],
    examination: &mut Examination,
) {
    let Some(path) = collector_writes.iter().find(|path| path.as_str() != DEFAULT_FILE) else { return };
    if collector_writes.iter().any(|path| path == DEFAULT_FILE) {
        return;
    }
    let text = sentence!(
        "The Collector writes to {path}, but codex-audit reads {DEFAULT_FILE} unless told otherwise.",
        path,
        DEFAULT_FILE
    );
    let mut finding = Finding::new(Subject::LogFiles, Severity::Note, "log_file_elsewhere", text);
    // It holds several files, so a name with their separator in it cannot be put there.
    let value = env::join_paths([path]).ok().and_then(|_| shell_words(&[path]));
    finding.fix = value.map(|value| format!("export CODEX_AUDIT_FILE={value}"));
    examination.findings.push(finding);
    if !Path::new(DEFAULT_FILE).exists() {
        run.input = Input::find(std::slice::from_ref(path), true);
    }
}

fn unopened_finding(name: &str, reason: &Sentence, is_default: bool) -> Finding {
    let found = |code, text| Finding::new(Subject::LogFiles, Severity::Error, code, text);
    let path = Path::new(if name.is_empty() && is_default { DEFAULT_FILE } else { name });
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => found(
            "log_file_missing",
            sentence!(
                "{reason}. The Collector writes it when the first event arrives, from a container only where \
                 its folder is mounted; another file: -f PATH or $CODEX_AUDIT_FILE.",
                reason
            ),
        ),
        _ => found("log_file_unreadable", sentence!("{}.", reason)),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::metadata(path).ok()?.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

fn seen(run: &Run<'_>, world: &World, account: &Account, records: TrailRecords) -> LogFiles {
    let shown = |time: Option<UnixNano>| time.map(|time| run.zone.to_the_second(time));
    let reach = match (shown(records.first), shown(records.last)) {
        (Some(first), Some(last)) => sentence!("from {first} to {last}", first, last),
        _ => sentence!("without a time"),
    };
    let milliseconds = |span: u64| i64::try_from(span).unwrap_or(i64::MAX);
    let age = records.last.and_then(|last| {
        let past = world.now.milliseconds_since(last).map(milliseconds);
        past.or_else(|| last.milliseconds_since(world.now).map(|ahead| -milliseconds(ahead)))
    });
    LogFiles {
        files: account.opened().map(|(_, file)| seen_file(file)).collect(),
        records,
        rotated: run.input.rotated_sets().iter().map(|set| set.backups).max().unwrap_or(0),
        reach,
        age,
        age_text: age.map(|age| span_in_words(age.unsigned_abs())).unwrap_or_default(),
    }
}

fn seen_file(file: &FileAccount) -> LogFile {
    let path = Path::new(&file.name);
    let folder =
        path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let first_damage = file.damage.first().map(|damage| {
        let place = Place {
            file: file.name.clone(),
            line: damage.location.line,
            byte_offset: damage.location.byte_offset,
            quote: None,
        };
        (place, damage.reason.clone())
    });
    LogFile {
        name: file.name.clone(),
        bytes: file.bytes,
        damaged: file.damage.len() as u64,
        first_damage,
        mode: mode(path),
        folder_mode: folder.and_then(mode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_a_file_is_that_cannot_be_read_is_said_once() {
        let reason = sentence!("{name} cannot be read: {}", "denied", name = "Cargo.toml");
        let finding = unopened_finding("Cargo.toml", &reason, false);
        let text = format!("{}.", reason.english());
        assert_eq!((finding.code, finding.text.english()), ("log_file_unreadable", text));
        assert_eq!(unopened_finding("no/such", &reason, false).code, "log_file_missing");
    }
}
