//! The READMEs: every example in them is run, and prints what stands below it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const READMES: [&str; 2] = ["README.md", "README.zh-CN.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A line of a README.
enum Piece<'a> {
    /// A command of an example, without its `$`.
    Command(&'a str),
    /// What stands below a command.
    Output(&'a str),
    /// Anything else.
    Prose(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut within_example = false;
    text.lines()
        .map(|line| {
            if line.starts_with("```") {
                within_example = line == "```console";
                return Piece::Prose(line);
            }
            match line.strip_prefix("$ ") {
                Some(command) if within_example => Piece::Command(command),
                None if within_example => Piece::Output(line),
                _ => Piece::Prose(line),
            }
        })
        .collect()
}

fn commands(text: &str) -> Vec<String> {
    pieces(text)
        .iter()
        .filter_map(
            |piece| if let Piece::Command(command) = piece { Some((*command).to_owned()) } else { None },
        )
        .collect()
}

/// The text with the outputs that these commands have. A command that is not among them keeps what it has.
fn with_outputs(text: &str, outputs: &BTreeMap<String, String>) -> String {
    let mut lines = Vec::new();
    let mut is_known = false;
    for piece in pieces(text) {
        match piece {
            Piece::Command(command) => {
                lines.push(format!("$ {command}"));
                let output = outputs.get(command);
                is_known = output.is_some();
                lines.extend(output.iter().flat_map(|output| output.lines()).map(str::to_owned));
            }
            Piece::Output(line) => {
                if !is_known {
                    lines.push(line.to_owned());
                }
            }
            Piece::Prose(line) => lines.push(line.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

// ------------------------------------------------------------------------------------- running an example

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// What a command prints on a terminal of 100 columns, and below it what it says on standard error. `None` where
/// something that it needs is not there.
fn printed(command: &str) -> Option<String> {
    for program in ["jq", "script"] {
        let is_needed = program == "script" || command.contains(&format!("| {program} "));
        if is_needed && !is_installed(program) {
            // Not by `eprintln!`, which a test that passes keeps to itself.
            drop(writeln!(io::stderr(), "skipped, because {program} is not installed: $ {command}"));
            return None;
        }
    }
    let home = tempfile::tempdir().expect("a home folder");
    let said = home.path().join("said");
    let program = PathBuf::from(env!("CARGO_BIN_EXE_codex-audit"));
    let path = std::env::var("PATH").unwrap_or_default();
    // What `cargo run` would build is built already.
    let command = command.replace("cargo run --release --", "codex-audit");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("stty columns 100 rows 50; {{ {command}\n}} 2> '{}'", said.display()))
        .arg("/dev/null")
        .current_dir(root())
        .env_clear()
        .env("PATH", format!("{}:{path}", program.parent().expect("a folder").display()))
        .env("HOME", home.path())
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .env("PAGER", "")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("script runs");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n");
    let stderr = fs::read_to_string(said).expect("what was said");
    Some(without_colours(&stdout) + &stderr)
}

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        plain += before;
        rest = sequence.split_once('m').expect("a colour").1;
    }
    plain + rest
}

#[test]
#[cfg(target_os = "linux")]
fn every_example_prints_what_stands_below_it() {
    let outputs: BTreeMap<String, String> = READMES
        .iter()
        .flat_map(|name| commands(&text_of(name)))
        .filter_map(|command| Some((command.clone(), printed(&command)?)))
        .collect();
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    for name in READMES {
        let written = text_of(name);
        let true_text = with_outputs(&written, &outputs);
        if update {
            fs::write(root().join(name), &true_text).expect("the README");
        } else if written != true_text {
            let difference =
                written.lines().zip(true_text.lines()).zip(1..).find(|((one, other), _)| one != other);
            let ((is, should_be), line) = difference.unwrap_or((("", "more or less lines"), 0));
            panic!(
                "{name}:{line}: the README says\n{is}\nand the program\n{should_be}\n\
                 `UPDATE=1 cargo test --test readme` writes what the program says."
            );
        }
    }
}

// ---------------------------------------------------------------------------------- what else they promise

/// The command lines of every block, console or script.
fn command_lines(text: &str) -> Vec<&str> {
    let mut block = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(kind) => block = block.is_none().then_some(kind),
            None => match block {
                Some("console") => lines.extend(line.strip_prefix("$ ")),
                Some(_) => lines.push(line),
                None => {}
            },
        }
    }
    lines
}

/// What stands between backticks in the tables.
fn words_in_tables(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect()
}

/// Where links within the repository lead.
fn links(text: &str) -> Vec<&str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(link, _)| link).filter(|link| !link.contains("://")).collect()
}

#[test]
fn both_readmes_hold_the_same_commands_options_and_links() {
    let [english, chinese] = READMES.map(text_of);
    assert_eq!(command_lines(&english), command_lines(&chinese));
    assert_eq!(words_in_tables(&english), words_in_tables(&chinese));
    // Each leads to the other.
    let own = |text| {
        links(text).into_iter().filter(|link| !link.starts_with("README")).map(str::to_owned).collect()
    };
    let (one, other): (Vec<String>, Vec<String>) = (own(&english), own(&chinese));
    assert_eq!(one, other);
}

#[test]
fn every_link_leads_somewhere() {
    for name in READMES {
        for link in links(&text_of(name)) {
            assert!(root().join(link).exists(), "{name}: {link}");
        }
    }
}

#[test]
fn the_command_that_runs_every_test_is_marked_for_the_ci() {
    for name in READMES {
        let text = text_of(name);
        let (_, rest) = text.split_once("<!-- test-command -->\n```sh\n").expect("its beginning");
        let (command, _) = rest.split_once("\n```\n<!-- /test-command -->\n").expect("its end");
        assert_eq!(command, "cargo test", "{name}");
    }
}

#[test]
fn every_command_has_an_example() {
    let text = text_of("README.md");
    for command in codex_audit::cli::command().get_subcommands() {
        let name = command.get_name();
        let reads_logs = !matches!(name, "completions" | "man");
        let example = format!("$ codex-audit {name} ");
        assert!(!reads_logs || text.lines().any(|line| line.starts_with(&example)), "no example of {name}");
    }
}

#[test]
fn every_key_of_a_file_of_prices_is_in_its_page() {
    use codex_audit::query::price_book::PriceBook;
    let page = text_of("docs/prices.md");
    let price = "[[price]]\nmodel = \"m\"\ninput = \"1\"\noutput = \"2\"\n";
    let (in_file, in_price) = (format!("no_key = 1\n{price}"), format!("{price}no_key = 1\n"));
    let in_long_context = format!("{price}[price.long_context]\nno_key = 1\n");
    let mut keys = 0;
    for text in [in_file, in_price, in_long_context] {
        let refusal = PriceBook::from_toml(&text, "prices.toml").expect_err("no such key").reason.english();
        let (_, known) = refusal.split_once("expected one of ").expect("the keys that there are");
        for key in known.split('`').skip(1).step_by(2) {
            let is_there = ["`KEY`", "[KEY]]`", "[price.KEY]`"]
                .iter()
                .any(|form| page.contains(&form.replace("KEY", key)));
            assert!(is_there, "docs/prices.md: {key}");
            keys += 1;
        }
    }
    assert!(keys > 20, "{keys} keys were seen");
}

#[test]
fn no_code_of_the_program_writes_a_file_or_speaks_to_a_network() {
    let mut folders = vec![root().join("src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            if path.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a file");
            // Tests stand last in a file, and may write to temporary folders.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in [
                "TcpListener",
                "ToSocketAddrs",
                "TcpStream",
                "UdpSocket",
                "UnixStream",
                "File::create",
                "OpenOptions",
                "fs::write",
                "fs::rename",
                "fs::remove",
                "fs::create_dir",
                "fs::copy",
                "process::Command",
                "Command::new(",
            ] {
                // The pager that the user named shows what would be printed.
                let is_known = word == "Command::new(" && path.ends_with("commands/pager.rs");
                assert!(is_known || !code.contains(word), "{}: {word}", path.display());
            }
        }
    }
    assert!(files > 50, "{files} files were looked at");
    let lock = text_of("Cargo.lock");
    for name in
        ["socket2", "mio", "tokio", "hyper", "rustls", "native-tls", "openssl", "curl", "ureq", "reqwest"]
    {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name} speaks to networks");
    }
}
