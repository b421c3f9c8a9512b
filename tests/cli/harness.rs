//! Runs the program in a world of its own, and shows all that it said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

/// The folder of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The bytes of a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = fixtures().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All that the program says to a command line, as text for a snapshot. It runs in the folder of the fixtures.
pub(crate) fn said(line: &str) -> String {
    run(line).text()
}

/// Runs a command line in the folder of the fixtures.
pub(crate) fn run(line: &str) -> Said {
    codex_audit(line).run()
}

/// A command line, quoted as for a shell, that has not run yet.
pub(crate) fn codex_audit(line: &str) -> Call {
    let home = tempfile::tempdir().expect("a home folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_codex-audit"));
    command
        .args(shlex::split(line).expect("a command line"))
        .current_dir(fixtures())
        // Nothing of the world outside counts: no configuration, no zone, no terminal, no wish for colours.
        .env_clear()
        .env("HOME", home.path())
        // Where the system has a language of its own, this one goes before it.
        .env("LC_ALL", "C");
    // Without it no program starts on Windows.
    if let Some(root) = std::env::var_os("SYSTEMROOT") {
        command.env("SYSTEMROOT", root);
    }
    Call { command, stdin: Vec::new(), home }
}

/// A command that has not run yet.
pub(crate) struct Call {
    pub(crate) command: Command,
    stdin: Vec<u8>,
    home: tempfile::TempDir,
}

impl Call {
    /// Runs in another folder than that of the fixtures.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs as a user to whom the permissions of files apply, also where the tests run as root.
    #[cfg(unix)]
    pub(crate) fn without_privileges(mut self) -> Self {
        use std::os::unix::{fs::MetadataExt as _, fs::chown, process::CommandExt as _};
        const NOBODY: u32 = 65_534;
        if std::fs::metadata(self.home.path()).expect("the home folder").uid() != 0 {
            return self;
        }
        // That user may not come where the program was built.
        let program = self.home.path().join("codex-audit");
        std::fs::copy(self.command.get_program(), &program).expect("a copy of the program");
        chown(self.home.path(), Some(NOBODY), None).expect("a home of its own");
        let mut command = Command::new(program);
        command.args(self.command.get_args()).env_clear().uid(NOBODY);
        command.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.command.get_current_dir().expect("a folder"));
        self.command = command;
        self
    }

    /// Is given these bytes on standard input.
    pub(crate) fn with_stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Said {
        self.run_and_weigh().0
    }

    /// Runs it to its end, and says how many bytes of memory it had at most, where the system tells.
    pub(crate) fn run_and_weigh(mut self) -> (Said, Option<u64>) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // In a thread of its own, so that neither waits for the other; a program that ends early has read enough.
        let bytes = std::mem::take(&mut self.stdin);
        let feeder = thread::spawn(move || drop(stdin.write_all(&bytes)));
        let status = format!("/proc/{}/status", child.id());
        let weigher = thread::spawn(move || {
            let mut most = None;
            while let Some(bytes) = std::fs::read_to_string(&status).ok().and_then(|text| peak_bytes(&text)) {
                most = Some(bytes);
                thread::sleep(std::time::Duration::from_millis(5));
            }
            most
        });
        let output = child.wait_with_output().expect("the program ends");
        let most = weigher.join().expect("it was weighed");
        feeder.join().expect("the input was handed over");
        self.home.close().expect("the home folder is left as it was");
        let said = Said {
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
            exit: output.status.code(),
        };
        (said, most)
    }
}

/// The most memory that a process has had, by what Linux says of it; `None` when it has ended.
fn peak_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// What the program said.
#[must_use]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// `None` when a signal ended it.
    pub(crate) exit: Option<i32>,
}

impl Said {
    /// Standard output, a rule, standard error, and the exit code.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, said) in [("", &self.stdout), ("------- stderr -------\n", &self.stderr)] {
            if said.is_empty() {
                continue;
            }
            text += name;
            text += said;
            if !said.ends_with('\n') {
                text += "\n[no line break at the end]\n";
            }
        }
        let exit = self.exit.map_or_else(|| "by a signal".to_owned(), |code| code.to_string());
        text + &format!("[exit status: {exit}]\n")
    }

    /// Standard output as JSON Lines.
    pub(crate) fn records(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}")))
            .collect()
    }

    /// One member of each record, as text.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        self.records()
            .iter()
            .map(|record| record[name].as_str().map_or_else(|| record[name].to_string(), str::to_owned))
            .collect()
    }
}

/// A line of a log with these records: of each its conversation, its event without Codex's prefix, and its
/// attributes. A millisecond lies between one and the next.
pub(crate) fn log(records: &[(&str, &str, Value)]) -> Vec<u8> {
    let attribute = |(key, value): (&String, &Value)| {
        let value = match value {
            Value::Number(number) => json!({ "intValue": number.to_string() }),
            text => json!({ "stringValue": text }),
        };
        json!({ "key": key, "value": value })
    };
    let record = |(index, (conversation, event, attributes)): (usize, &(&str, &str, Value))| {
        let mut all = json!({
            "event.name": format!("codex.{event}"),
            "conversation.id": conversation,
            "model": "gpt-5.6",
        });
        let members = all.as_object_mut().expect("an object");
        members.extend(attributes.as_object().expect("an object").clone());
        let nanos = 1_793_581_200_000_000_000 + index * 1_000_000;
        json!({
            "observedTimeUnixNano": nanos.to_string(),
            "attributes": members.iter().map(attribute).collect::<Vec<_>>(),
        })
    };
    let resource = json!({ "attributes": [{ "key": "host.name", "value": { "stringValue": "host-a" } }] });
    let scope_logs = json!([{
        "scope": { "name": "codex_otel.log_only" },
        "logRecords": records.iter().enumerate().map(record).collect::<Vec<_>>(),
    }]);
    let line = json!({ "resourceLogs": [{ "resource": resource, "scopeLogs": scope_logs }] });
    (line.to_string() + "\n").into_bytes()
}
