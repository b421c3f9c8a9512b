//! `codex-audit man`: the manual page of the program or of one of its commands.

use std::io::Write;

use clap::builder::PossibleValue;
use clap::{Arg, Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use tr::tr;

use super::account::Exit;
use super::help;
use crate::words::Sentence;

/// Print a manual page, as roff
///
/// Without a command it is the page of the program as a whole.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = help::MAN)]
pub struct ManArgs {
    /// The command whose page to print
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl ManArgs {
    /// Writes the page of a command of the program that clap knows as `program`.
    ///
    /// # Errors
    /// When there is no such command or the page cannot be written.
    pub fn run(&self, program: &Command, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let command = match &self.command {
            None => program,
            Some(name) => program.find_subcommand(name).ok_or_else(|| {
                let names = Sentence::of_names(program.get_subcommands().map(Command::get_name)).told();
                anyhow::Error::msg(tr!("no command `{name}`; there are {}", names, name))
            })?,
        };
        out.write_all(&page(program, command)?)?;
        Ok(Exit::Answered)
    }
}

/// The page of `command`, which is `program` itself or one of its commands.
fn page(program: &Command, command: &Command) -> anyhow::Result<Vec<u8>> {
    let name = program.get_name();
    let usage = command.clone().render_usage().to_string();
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
    // The first paragraph is NAME.
    let description =
        about.map(|about| about.split_once("\n\n").map_or(about.clone(), |(_, more)| more.to_owned()));
    let man = Man::new(
        command
            .clone()
            .override_usage(usage.trim_start_matches("Usage:").trim().to_owned())
            .long_about(description.unwrap_or_default())
            .subcommand_help_heading("COMMANDS")
            .mut_args(with_values_in_a_line),
    );
    let mut page = Vec::new();
    let title = command.get_display_name().unwrap_or(name);
    let version = program.get_version().unwrap_or_default();
    // By hand, because clap_mangen leaves an empty date out, and what follows would move up in its place.
    writeln!(page, ".TH {title} 1 \"\" \"{name} {version}\" \"{name}\"")?;
    // Names of options and values stay whole.
    writeln!(page, ".nh\n.ad l")?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    man.render_options_section(&mut page)?;
    let mut rest = Roff::default();
    if reads_logs(command) {
        terms(&mut rest, "EXIT STATUS", EXIT_STATUS);
        terms(&mut rest, "ENVIRONMENT", ENVIRONMENT);
        terms(&mut rest, "FILES", FILES);
        paragraphs(&mut rest, "PRIVACY", PRIVACY);
        paragraphs(&mut rest, "LIMITATIONS", LIMITATIONS);
    } else {
        terms(&mut rest, "EXIT STATUS", EXIT_STATUS_WITHOUT_INPUT);
    }
    examples(&mut rest, command);
    see_also(&mut rest, program, command);
    rest.to_writer(&mut page)?;
    Ok(page)
}

/// An argument that takes one of a few words says so in a line, not in a list.
fn with_values_in_a_line(argument: Arg) -> Arg {
    let values = argument.get_possible_values();
    if values.is_empty() || argument.is_hide_possible_values_set() {
        return argument;
    }
    let words: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string);
    let help = format!("{}\n\nOne of: {}", help.unwrap_or_default(), words.join(", "));
    argument.long_help(help).hide_possible_values(true)
}

/// Whether the arguments that say what to read mean anything to this command.
fn reads_logs(command: &Command) -> bool {
    command.get_arguments().any(|argument| argument.get_id() == "files" && !argument.is_hide_set())
}

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Answered. A pipe that the reader closed is an answer, too."),
    (
        "1",
        "grep, show, tool-decision and network: nothing was found. verify and doctor: an error or a warning stands.",
    ),
    (
        "2",
        "Wrong usage, or an input that could not be opened, or output that could not be written. What was printed is \
         not the whole answer.",
    ),
    (
        "3",
        "Answered, but part of the input could not be read; standard error names the first 100 damaged places as \
         file:line: byte N: reason, and counts the others; verify --json lists all. 3 outranks 0 and 1. The unfinished \
         last line of a file that is being written is no damage.",
    ),
    ("130", "Ctrl-C was pressed. What was printed is not the whole answer."),
];

const EXIT_STATUS_WITHOUT_INPUT: &[(&str, &str)] =
    &[("0", "Printed."), ("2", "Wrong usage, or output that could not be written.")];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("CODEX_AUDIT_CONFIG", "The settings file. When it is empty, none is read."),
    ("CODEX_AUDIT_FILE", "What to read where no --file is given; several names are separated as in PATH."),
    (
        "CODEX_AUDIT_LANG",
        "The language of help and of what is said beside the data, en or zh, where no --lang is given. Where it is not \
         set either: lang of the settings file, else what LC_ALL, LC_MESSAGES or LANG says.",
    ),
    (
        "CODEX_AUDIT_PAGER",
        "The pager for answers that do not fit on the screen, with its arguments. Empty or cat: none.",
    ),
    ("CODEX_AUDIT_TZ", "The display zone where none of --tz, --local and --utc is given."),
    ("CODEX_HOME", "Where doctor looks for Codex's configuration. Default: ~/.codex."),
    ("LESS", "What less does. Where it is not set, less is given FRX."),
    ("NO_COLOR", "When it is set and not empty, nothing is coloured unless --color always asks for it."),
    (
        "PAGER",
        "The pager where neither CODEX_AUDIT_PAGER nor the settings file names one. Without it, it is less -FRX; on \
         Windows none.",
    ),
    ("TERM", "When it is dumb, nothing is coloured either, and only a pager that is named shows answers."),
    ("TZ", "The zone that --local means, where the system heeds it."),
];

const FILES: &[(&str, &str)] = &[
    (
        "/tmp/otel-data/otel-logs.jsonl",
        "What is read, with its rotated backups, where neither --file nor CODEX_AUDIT_FILE nor the settings file says otherwise.",
    ),
    (
        "~/.config/codex-audit/config.toml",
        "The settings file: files, tz, format, color, lang, price_book, pager. Where XDG_CONFIG_HOME is set, it is looked for \
         there; on Windows in %APPDATA%\\codex-audit. See codex-audit-config(1).",
    ),
    (
        "~/.codex/config.toml, ~/.codex/otel/collector-config.yaml",
        "Read by doctor alone. No file is ever written.",
    ),
];

const PRIVACY: &[&str] = &[
    "Codex's logs hold prompts (unless log_user_prompt is off in Codex's configuration), the complete arguments of \
     tool calls, the beginning of their output, e-mail addresses and account ids. Commands, file contents and secrets \
     among them stand there as they were, whatever log_user_prompt says. What codex-audit prints holds the same: keep \
     it as carefully as the logs.",
    "codex-audit opens no network connection, writes no file and keeps no cache. Nothing leaves the machine.",
];

const LIMITATIONS: &[&str] = &[
    "What Codex does not record cannot be shown. A record that is missing does not prove that nothing happened: Codex \
     sends each record once, and a process that is killed loses what it had not sent.",
    "A request for approval that a person cancels leaves neither a decision nor a result. A call that policy forbids \
     outright leaves a failed result without a decision; calls of MCP servers and of Codex's own planning tools carry \
     no decision at all. \"No decision recorded\" is not \"unauthorised\".",
    "Success is what the tool's handler reports, not the exit code. Codex cuts a tool's output to 2048 bytes unless \
     it is configured otherwise.",
    "Responses that failed or were interrupted record no tokens: every sum of tokens is a lower bound. Costs are \
     estimates at API list prices, standard tier; a ChatGPT plan is billed otherwise.",
    "Requests to the network are recorded only with Codex's network proxy on, and only those that go through it. \
     Which tool call made one is told by time alone.",
    "The end of a conversation is not recorded, and a fork does not name its origin. What the model wrote is recorded \
     only where Codex was told to.",
];

/// A section of terms, each with what it means.
fn terms(roff: &mut Roff, heading: &str, terms: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        roff.control("TP", []);
        roff.text([bold(*term)]);
        roff.text([roman(*meaning)]);
    }
}

/// A section of plain text.
fn paragraphs(roff: &mut Roff, heading: &str, paragraphs: &[&str]) {
    roff.control("SH", [heading]);
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*paragraph)]);
    }
}

/// The examples at the end of the command's long help.
fn examples(roff: &mut Roff, command: &Command) {
    let Some(text) = command.get_after_long_help().map(ToString::to_string) else { return };
    roff.control("SH", ["EXAMPLES"]);
    for line in text.lines().skip(1) {
        match line.strip_prefix("    ") {
            Some(command_line) => {
                roff.control("RS", ["4"]);
                roff.control("nf", []);
                roff.text([roman(command_line)]);
                roff.control("fi", []);
                roff.control("RE", []);
            }
            None => {
                roff.control("PP", []);
                roff.text([roman(line.trim_start())]);
            }
        }
    }
}

/// The program's other pages, and what reads its output.
fn see_also(roff: &mut Roff, program: &Command, command: &Command) {
    let name = program.get_name();
    let mut pages = vec![name.to_owned()];
    pages.extend(program.get_subcommands().map(|other| format!("{name}-{}", other.get_name())));
    pages.push("jq".to_owned());
    let this = command.get_display_name().unwrap_or(name);
    let others: Vec<String> =
        pages.iter().filter(|page| *page != this).map(|page| format!("{page}(1)")).collect();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(others.join(", "))]);
}
