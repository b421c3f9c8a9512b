//! The files that the Collector writes: are they there, whole, fresh, Codex's, and safe from others?

use super::finding::{Finding, Place, Severity, Subject};
use crate::event::{Event, Fold, UnixNano};
use crate::words::{Count, Sentence, sentence};

/// The file exporter keeps this many rotated files unless told otherwise, and then deletes the oldest.
pub const DEFAULT_BACKUPS: u64 = 100;
const HOUR: u64 = 3_600_000;
const WEEK: u64 = 7 * 24 * HOUR;

/// What is in the files, heard record by record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrailRecords {
    /// Log records.
    pub records: u64,
    /// Of those, how many Codex wrote.
    pub of_codex: u64,
    /// The earliest of Codex's.
    pub first: Option<UnixNano>,
    /// The latest of Codex's.
    pub last: Option<UnixNano>,
}

impl Fold for TrailRecords {
    fn fresh(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, event: &Event<'_>) {
        self.records += 1;
        let named = event.name().is_some_and(|name| name.starts_with("codex."));
        let scoped = event.scope.name.as_deref().is_some_and(|name| name.starts_with("codex_"));
        if named || scoped {
            self.of_codex += 1;
            let time = event.time();
            self.first = [self.first, time].into_iter().flatten().min();
            self.last = self.last.max(time);
        }
    }

    fn join(&mut self, later: Self) {
        self.records += later.records;
        self.of_codex += later.of_codex;
        self.first = [self.first, later.first].into_iter().flatten().min();
        self.last = self.last.max(later.last);
    }
}

/// What was seen of one file.
#[derive(Clone, Debug, Default)]
pub struct LogFile {
    /// Its name as given.
    pub name: String,
    /// Bytes read.
    pub bytes: u64,
    /// Places in it that cannot be read.
    pub damaged: u64,
    /// The first of them.
    pub first_damage: Option<(Place, Sentence)>,
    /// Its permission bits, where there are such.
    pub mode: Option<u32>,
    /// The permission bits of its folder.
    pub folder_mode: Option<u32>,
}

/// What was seen of all the files.
#[derive(Clone, Debug, Default)]
pub struct LogFiles {
    /// Those that could be opened, in the order read.
    pub files: Vec<LogFile>,
    /// What is in them.
    pub records: TrailRecords,
    /// How many of them are rotated.
    pub rotated: u64,
    /// From when to when they reach, for people.
    pub reach: Sentence,
    /// The age of the last record in milliseconds; negative when it lies in the future.
    pub age: Option<i64>,
    /// The same for people.
    pub age_text: Sentence,
}

/// Names of files as a shell takes them for nothing else; `None` for one that cannot be shown as it is.
#[must_use]
pub fn shell_words(files: &[&str]) -> Option<String> {
    let words = files.iter().map(|file| {
        let is_shown = !file.contains(char::is_control);
        is_shown.then(|| if file.starts_with('-') { format!("./{file}") } else { (*file).to_owned() })
    });
    let words: Vec<String> = words.collect::<Option<_>>()?;
    shlex::try_join(words.iter().map(String::as_str)).ok()
}

/// Whether a path lies where systems clean up.
#[must_use]
pub fn is_temporary(path: &str) -> bool {
    ["/tmp/", "/var/tmp/", "/private/tmp/", "/dev/shm/", "/run/", "/var/run/"]
        .iter()
        .any(|folder| path.starts_with(folder))
        || is_temporary_on_windows(path)
}

/// Windows names its folders in any letter case, and takes either slash.
fn is_temporary_on_windows(path: &str) -> bool {
    let path = path.replace('/', "\\").to_ascii_lowercase();
    let is_absolute = path.as_bytes().get(1) == Some(&b':');
    is_absolute && [r"\temp\", r"\tmp\"].iter().any(|folder| path.contains(folder))
}

impl LogFiles {
    /// What is wrong, or right, with them.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.files.is_empty() {
            return findings;
        }
        self.check_content(&mut findings);
        self.check_damage(&mut findings);
        self.check_age(&mut findings);
        self.check_retention(&mut findings);
        self.check_permissions(&mut findings);
        findings
    }

    fn check_content(&self, findings: &mut Vec<Finding>) {
        let bytes: u64 = self.files.iter().map(|file| file.bytes).sum();
        let first = &self.files[0].name;
        let TrailRecords { records, of_codex, .. } = self.records;
        if bytes == 0 {
            let text = sentence!(
                "{first} is empty: nothing has arrived yet, or the Collector emptied it when it started. \
                 Use Codex, then look again.",
                first
            );
            findings.push(say(Severity::Warning, "log_file_empty", text));
        } else if of_codex == 0 {
            let text = match records {
                0 => sentence!(
                    "There is no log record in {}, only other signals or nothing of OTLP.",
                    self.named()
                ),
                _ => sentence!(
                    "None of the log records in {} is Codex's; there are {records}.",
                    self.named(),
                    records
                ),
            };
            findings.push(say(Severity::Warning, "no_codex_records", text));
        } else {
            let records = Count::new(of_codex, of_codex.to_string(), "log record", "log records");
            let text = sentence!("{records} of Codex in {}, {}.", self.named(), self.reach, records);
            findings.push(say(Severity::Ok, "codex_records", text));
        }
    }

    fn named(&self) -> Sentence {
        match self.files.as_slice() {
            [file] => sentence!("{}", file.name),
            files => sentence!("{} files", files.len()),
        }
    }

    fn check_damage(&self, findings: &mut Vec<Finding>) {
        for file in self.files.iter().filter(|file| file.damaged > 0) {
            let places = Count::new(file.damaged, file.damaged.to_string(), "place", "places");
            let mut finding = say(
                Severity::Warning,
                "log_file_damaged",
                sentence!("{places} in {} cannot be read.", file.name, places),
            );
            if let Some((place, reason)) = &file.first_damage {
                finding.text = sentence!(
                    "{places} in {} cannot be read; the first: {reason}.",
                    file.name,
                    places,
                    reason
                );
                finding.place = Some(place.clone());
            }
            findings.push(finding);
        }
    }

    fn check_age(&self, findings: &mut Vec<Finding>) {
        let Some(age) = self.age else { return };
        let text = &self.age_text;
        findings.push(match u64::try_from(age) {
            Err(_) if age.unsigned_abs() > HOUR => {
                let text =
                    sentence!("The last record lies {text} in the future: one of the clocks is wrong.", text);
                say(Severity::Warning, "clock_ahead", text)
            }
            Err(_) => {
                let text = sentence!("The last record lies {text} ahead of this machine's clock.", text);
                say(Severity::Ok, "log_file_current", text)
            }
            Ok(age) if age > WEEK => {
                let text = sentence!(
                    "The last record is {text} old. If Codex was used since, its events do not arrive.",
                    text
                );
                say(Severity::Note, "log_file_quiet", text)
            }
            Ok(_) => say(Severity::Ok, "log_file_current", sentence!("The last record is {text} old.", text)),
        });
    }

    fn check_retention(&self, findings: &mut Vec<Finding>) {
        if self.rotated == DEFAULT_BACKUPS {
            let text = sentence!(
                "There are exactly {} rotated files. That is how many the Collector keeps unless `max_backups` \
                 says otherwise: older ones are probably deleted already.",
                DEFAULT_BACKUPS
            );
            let mut finding = say(Severity::Warning, "retention_reached", text);
            finding.fix("      max_backups: 0");
            findings.push(finding);
        }
    }

    fn check_permissions(&self, findings: &mut Vec<Finding>) {
        let with = |bits: u32| -> Vec<&str> {
            (self.files.iter())
                .filter(|file| {
                    file.mode.is_some_and(|mode| mode & bits != 0)
                        && file.folder_mode.is_none_or(|mode| mode & 0o001 != 0)
                })
                .map(|file| file.name.as_str())
                .collect()
        };
        let writable = with(0o002);
        if let Some(first) = writable.first() {
            let text = sentence!(
                "Everybody on this machine may change {}: it is no evidence.",
                several(first, writable.len())
            );
            let mut finding = say(Severity::Warning, "log_file_writable_by_all", text);
            finding.fix = shell_words(&writable).map(|files| format!("chmod o-rwx {files}"));
            findings.push(finding);
        }
        // With the sticky bit, nobody can remove or rename another's files.
        let open_folder =
            self.files.iter().find(|file| file.folder_mode.is_some_and(|mode| mode & 0o1002 == 0o002));
        if let Some(file) = open_folder {
            let text =
                sentence!("Everybody on this machine may replace {}: its folder is open to all.", file.name);
            findings.push(say(Severity::Warning, "log_folder_writable_by_all", text));
        }
        let readable = with(0o004);
        if let Some(first) = readable.first() {
            let text = sentence!(
                "Everybody on this machine may read {}, with the commands, outputs and prompts in it.",
                several(first, readable.len())
            );
            let mut finding = say(Severity::Note, "log_file_readable_by_all", text);
            finding.fix = shell_words(&readable).map(|files| format!("chmod o-rwx {files}"));
            findings.push(finding);
        }
    }
}

fn several(first: &str, count: usize) -> Sentence {
    match count {
        1 => sentence!("{}", first),
        2 => sentence!("{first} and another file", first),
        _ => sentence!("{first} and {} other files", count - 1, first),
    }
}

fn say(severity: Severity, code: &'static str, text: Sentence) -> Finding {
    Finding::new(Subject::LogFiles, severity, code, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> LogFile {
        LogFile { name: "logs.jsonl".to_owned(), bytes: 10, ..LogFile::default() }
    }

    fn of_codex() -> TrailRecords {
        TrailRecords { records: 1, of_codex: 1, first: None, last: None }
    }

    fn found(files: &LogFiles) -> Vec<&'static str> {
        files.check().iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn files_without_records_of_codex_are_told() {
        let with = |file, records| LogFiles { files: vec![file], records, ..LogFiles::default() };
        assert_eq!(found(&with(file(), of_codex())), ["codex_records"]);
        assert_eq!(found(&with(LogFile { bytes: 0, ..file() }, TrailRecords::default())), ["log_file_empty"]);
        let foreign = TrailRecords { records: 3, ..TrailRecords::default() };
        assert_eq!(found(&with(file(), foreign)), ["no_codex_records"]);
        assert_eq!(found(&LogFiles::default()), [""; 0]);
    }

    #[test]
    fn a_command_to_paste_holds_names_of_files_and_nothing_else() {
        let words = |files: &[&str]| shell_words(files);
        assert_eq!(words(&["/var/log/a.jsonl", "b-1.jsonl"]), Some("/var/log/a.jsonl b-1.jsonl".to_owned()));
        assert_eq!(words(&["a b;touch x", "-R"]), Some("'a b;touch x' ./-R".to_owned()));
        assert_eq!(words(&["a\nb"]), None);
        let open = LogFile { name: "a b.jsonl".to_owned(), mode: Some(0o644), ..file() };
        let files = LogFiles { files: vec![open], records: of_codex(), ..LogFiles::default() };
        assert_eq!(files.check()[1].fix.as_deref(), Some("chmod o-rwx 'a b.jsonl'"));
    }

    #[test]
    fn folders_that_are_cleaned_up_are_known_on_every_system() {
        for path in
            ["/tmp/otel-data/logs.jsonl", r"C:\Users\me\AppData\Local\Temp\logs.jsonl", "c:/tmp/logs.jsonl"]
        {
            assert!(is_temporary(path), "{path}");
        }
        for path in
            ["/home/tmp/logs.jsonl", r"C:\otel\logs.jsonl", r"C:\templates\logs.jsonl", "tmp/logs.jsonl"]
        {
            assert!(!is_temporary(path), "{path}");
        }
    }

    #[test]
    fn age_retention_and_permissions_are_judged() {
        let good = LogFiles { files: vec![file()], records: of_codex(), ..LogFiles::default() };
        let aged = |age| found(&LogFiles { age: Some(age), ..good.clone() })[1];
        assert_eq!(aged(5_000), "log_file_current");
        assert_eq!(aged(-5_000), "log_file_current");
        let ahead = LogFiles { age: Some(-5_000), age_text: sentence!("{}", "5s"), ..good.clone() };
        let text = ahead.check()[1].text.english();
        assert_eq!(text, "The last record lies 5s ahead of this machine's clock.");
        assert_eq!(aged(8 * 24 * 3_600_000), "log_file_quiet");
        assert_eq!(aged(-2 * 3_600_000), "clock_ahead");
        assert_eq!(found(&LogFiles { rotated: 100, ..good.clone() })[1..], ["retention_reached"]);
        let moded = |mode, folder_mode| {
            let file = LogFile { mode: Some(mode), folder_mode: Some(folder_mode), ..file() };
            found(&LogFiles { files: vec![file], ..good.clone() })[1..].to_vec()
        };
        assert_eq!(moded(0o640, 0o755), [""; 0]);
        assert_eq!(moded(0o644, 0o755), ["log_file_readable_by_all"]);
        assert_eq!(moded(0o644, 0o750), [""; 0], "nobody else gets into the folder");
        assert_eq!(moded(0o666, 0o755), ["log_file_writable_by_all", "log_file_readable_by_all"]);
        assert_eq!(moded(0o640, 0o777), ["log_folder_writable_by_all"]);
        assert_eq!(moded(0o640, 0o1777), [""; 0]);
    }
}
