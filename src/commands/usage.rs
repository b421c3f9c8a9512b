//! Help and wrong usage in the reader's language. clap writes them, in English; here is how they become Chinese.

use std::borrow::Cow;
use std::error::Error as _;
use std::io::{self, Write as _};
use std::num::ParseIntError;
use std::path::Path;

use clap::builder::StyledStr;
use clap::builder::styling::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use tr::tr;

use super::account::Exit;
use super::reasons::told_error;
use super::world::World;
use crate::render::wrapped;
use crate::words::{Language, Sentence};

/// Stands where a text begins that may be wrapped; gone before anyone sees it.
const BEGINNING: char = '\u{e000}';

/// As wide as clap is without a terminal.
const COLUMNS_ELSEWHERE: usize = 100;

/// Text that has fewer columns beside what it explains stands below it …
const LEAST_ROOM: usize = 8;

/// … as far in as clap puts it there.
const BELOW: usize = 10;

/// The headings, which clap writes each with a colon behind it.
pub const HEADINGS: [&str; 7] = ["Commands", "Arguments", "Options", "Input", "Filters", "Time", "Output"];

/// Prints the help that was asked for, or what is wrong with the command line, in the reader's language; returns the
/// exit code. `program` is the command line that clap knows.
pub(crate) fn print(mut error: Error, program: Command, world: &World) -> u8 {
    let language = super::OutputArgs { lang: language_asked_for(), ..Default::default() }.language(world);
    let is_english = language.map_or(true, |language| language.value == Language::En);
    let exit = u8::try_from(error.exit_code()).unwrap_or(2);
    if is_english || error.kind() == ErrorKind::DisplayVersion || Language::Zh.speak().is_err() {
        if error.get(ContextKind::Suggested).is_none() && is_a_file_too_many(&error) {
            let tip = StyledStr::from(how_to_read_files());
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
        }
        let written = error.print();
        return exit_when_said(written, exit, &error);
    }
    let program = in_other_words(program, &|text| tr!(text));
    let text = match program.try_get_matches() {
        Err(error) => text_of(&error, columns()),
        Ok(_) => error.render().ansi().to_string(),
    };
    let written = if error.use_stderr() {
        anstream::stderr().write_all(text.as_bytes())
    } else {
        anstream::stdout().write_all(text.as_bytes())
    };
    exit_when_said(written, exit, &error)
}

/// The exit code when what clap has to say was written, or could not be: help is an answer like any other.
fn exit_when_said(written: io::Result<()>, exit: u8, error: &Error) -> u8 {
    match written.and_then(|()| io::stdout().flush()) {
        Err(failure) if !error.use_stderr() && failure.kind() != io::ErrorKind::BrokenPipe => {
            // Nothing can be done when not even this can be written.
            drop(writeln!(io::stderr(), "{}", tr!("error: {}", told_error(&failure.into()))));
            Exit::Failed.code()
        }
        _ => exit,
    }
}

/// Whether the shell made several files of one pattern.
fn is_a_file_too_many(error: &Error) -> bool {
    error.kind() == ErrorKind::UnknownArgument
        && string(error, ContextKind::InvalidArg).is_some_and(|word| Path::new(&word).exists())
}

fn how_to_read_files() -> String {
    tr!("to read files, write -f before each, or one pattern in quotes: -f '*.jsonl'")
}

/// What `--lang` says in a command line that clap did not take.
fn language_asked_for() -> Option<Language> {
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .take_while(|word| word != "--")
        .collect();
    let next = words.iter().position(|word| word == "--lang").and_then(|place| words.get(place + 1));
    let joined = || words.iter().find_map(|word| word.strip_prefix("--lang="));
    Language::named(next.map(String::as_str).or_else(joined)?)
}

/// The width that help has to fit in, as clap finds it.
fn columns() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    // None are those of a terminal that does not say how many it has.
    let named = named.filter(|columns| *columns > 0);
    let terminal =
        || terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns));
    named.or_else(terminal).unwrap_or(COLUMNS_ELSEWHERE)
}

/// The program with every text of its help as `say` says it: each paragraph, and each line above an example.
/// What clap would add to a help text by itself is added in words, too.
pub fn in_other_words(command: Command, say: &dyn Fn(&str) -> String) -> Command {
    let styles = Styles::styled();
    let usage = styles.get_usage();
    let template = format!(
        "{{about-with-newline}}\n{}{}{}{{usage}}\n\n{{all-args}}{{after-help}}",
        usage.render(),
        say("Usage:"),
        usage.render_reset()
    );
    let about = command.get_about().map(|text| paragraphs(text, say));
    let long_about = command.get_long_about().map(|text| paragraphs(text, say));
    let examples = command.get_after_long_help().map(|text| example_lines(text, say));
    let mut command = command
        .term_width(0)
        .help_template(template)
        .subcommand_value_name(say("COMMAND"))
        .mut_args(|argument| argument_in_other_words(argument, say))
        .mut_subcommands(|command| in_other_words(command, say));
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(about) = long_about {
        command = command.long_about(about);
    }
    if let Some(examples) = examples {
        command = command.after_long_help(examples);
    }
    command
}

fn argument_in_other_words(argument: Arg, say: &dyn Fn(&str) -> String) -> Arg {
    let help = argument.get_help().map(|text| paragraphs(text, say));
    let long_help = argument.get_long_help().map(|text| paragraphs(text, say));
    let mut notes = Vec::new();
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() && argument.get_action().takes_values() && !argument.is_hide_default_value_set() {
        notes.push(say("[default: {}]").replace("{}", &defaults.join(",")));
    }
    let values = argument.get_possible_values();
    if !values.is_empty() && !argument.is_hide_possible_values_set() {
        let names = Sentence::of_names(values.iter().map(clap::builder::PossibleValue::get_name));
        notes.push(say("[possible values: {}]").replace("{}", &names.told()));
    }
    let with = |text: String, between: &str| {
        let parts: Vec<String> = std::iter::once(text).chain(notes.iter().cloned()).collect();
        parts.join(between)
    };
    let long_help = long_help.or_else(|| help.clone().filter(|_| !notes.is_empty()));
    let mut argument = argument.hide_default_value(true).hide_possible_values(true);
    if let Some(help) = help {
        argument = argument.help(with(help, " "));
    }
    if let Some(help) = long_help {
        argument = argument.long_help(with(help, "\n\n"));
    }
    argument
}

fn paragraphs(text: &StyledStr, say: &dyn Fn(&str) -> String) -> String {
    let text = text.to_string();
    let said: Vec<String> = text.split("\n\n").map(say).collect();
    format!("{BEGINNING}{}", said.join("\n\n"))
}

/// The examples with their comments in other words; see `help`.
fn example_lines(text: &StyledStr, say: &dyn Fn(&str) -> String) -> String {
    let text = text.to_string();
    let said = text.lines().map(|line| {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        if indent >= 4 { line.to_owned() } else { format!("{}{}", &line[..indent], say(words)) }
    });
    said.collect::<Vec<_>>().join("\n")
}

/// Help or a complaint as it goes to a terminal of so many columns, coloured.
fn text_of(error: &Error, columns: usize) -> String {
    let text = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            error.render().ansi().to_string()
        }
        _ => complaint(error),
    };
    let mut text: String = text.lines().flat_map(|line| laid_out(line, columns)).collect();
    let styles = Styles::styled();
    let style = styles.get_header();
    for heading in HEADINGS {
        text = text.replace(&format!("{style}{heading}:"), &format!("{style}{}：", tr!(heading)));
    }
    text.replace("[OPTIONS]", &tr!("[OPTIONS]"))
}

/// A line of help as many lines, each with its end: those after the first stand below the beginning of its text.
fn laid_out(line: &str, columns: usize) -> Vec<String> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (before, text) = line.split_once(BEGINNING).unwrap_or_else(|| line.split_at(indent));
    if text.contains('\u{1b}') {
        return vec![format!("{line}\n")];
    }
    let mut lines = Vec::new();
    let mut place = wrapped_width(before);
    let mut begin = Cow::from(before);
    if columns < place + LEAST_ROOM {
        // What has no room beside stands below.
        lines.extend((before.len() > indent).then(|| before.to_owned()));
        place = place.min(BELOW).min(columns.saturating_sub(LEAST_ROOM));
        begin = " ".repeat(place).into();
    }
    for text in wrapped(text, columns.saturating_sub(place).max(1)) {
        lines.push(format!("{begin}{text}"));
        begin = " ".repeat(place).into();
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The columns of text that is coloured and ours.
fn wrapped_width(text: &str) -> usize {
    use unicode_width::UnicodeWidthStr as _;
    anstream::adapter::strip_str(text).to_string().width()
}

/// What is wrong with the command line, what may have been meant, and how it goes.
fn complaint(error: &Error) -> String {
    let Some(wrong) = what_is_wrong(error) else { return error.render().ansi().to_string() };
    let styles = Styles::styled();
    let (red, green, title) = (styles.get_error(), styles.get_valid(), styles.get_usage());
    let mut wrong = format!("{red}{}", tr!("error: {}", format!("{red:#}{wrong}")));
    let valid = [ContextKind::ValidValue, ContextKind::ValidSubcommand];
    for values in valid.into_iter().filter_map(|kind| strings(error, kind)) {
        wrong = format!("{wrong}\n  {}", tr!("[possible values: {}]", Sentence::of_names(values).told()));
    }
    let mut parts = vec![wrong];
    let suggested =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    for meant in suggested.into_iter().filter_map(|kind| strings(error, kind)) {
        let meant = meant.join("`、`");
        parts.push(format!("  {green}{}{green:#}", tr!("did you mean `{meant}`?", meant)));
    }
    if let Some(ContextValue::StyledStrs(_)) = error.get(ContextKind::Suggested)
        && let Some(word) = string(error, ContextKind::InvalidArg)
    {
        parts.push(format!("  {}", tr!("to be taken as a value, `{word}` stands behind `--`", word)));
    }
    if is_a_file_too_many(error) {
        parts.push(format!("  {green}{}{green:#}", how_to_read_files()));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let english = format!("{title}Usage:{title:#} ");
        parts.push(usage.ansi().to_string().replace(&english, &format!("{title}{}{title:#}", tr!("Usage:"))));
    }
    parts.push(tr!("`--help` says more."));
    parts.join("\n\n")
}

/// The sentence; `None` for what does not occur with the arguments that there are.
fn what_is_wrong(error: &Error) -> Option<String> {
    let argument = string(error, ContextKind::InvalidArg);
    let value = string(error, ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = string(error, ContextKind::InvalidSubcommand)?;
            tr!("no command `{name}`", name)
        }
        ErrorKind::UnknownArgument => {
            let argument = argument?;
            if argument.starts_with('-') {
                tr!("no option `{argument}`", argument)
            } else {
                tr!("`{argument}` is one argument too many", argument)
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = strings(error, ContextKind::InvalidArg)?.join(" ");
            tr!("{missing} is missing", missing)
        }
        ErrorKind::InvalidValue if value.as_deref() == Some("") => {
            let argument = argument?;
            tr!("`{argument}` needs a value", argument)
        }
        ErrorKind::InvalidValue => {
            let (argument, value) = (argument?, value?);
            tr!("`{value}` is no value of `{argument}`", value, argument)
        }
        ErrorKind::ValueValidation => {
            let (argument, value) = (argument?, value?);
            let why = error.source().map(|source| match source.downcast_ref::<ParseIntError>() {
                Some(_) => tr!("it is no whole number from 0 on"),
                None => source.to_string(),
            });
            let wrong = tr!("`{value}` is no value of `{argument}`", value, argument);
            why.map_or(wrong.clone(), |why| tr!("{}: {}", wrong, why))
        }
        ErrorKind::TooManyValues => {
            let (argument, value) = (argument?, value?);
            tr!("`{argument}` takes no value such as `{value}`", argument, value)
        }
        ErrorKind::ArgumentConflict => {
            let argument = argument?;
            let others = strings(error, ContextKind::PriorArg)?;
            if others == [argument.clone()] {
                tr!("`{argument}` is given more than once", argument)
            } else {
                let others = others.join("`、`");
                tr!("`{argument}` cannot go with `{others}`", argument, others)
            }
        }
        ErrorKind::MissingSubcommand => tr!("a command is missing"),
        ErrorKind::InvalidUtf8 => tr!("an argument is not UTF-8"),
        _ => return None,
    })
}

fn string(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn strings(error: &Error, kind: ContextKind) -> Option<Vec<String>> {
    match error.get(kind)? {
        ContextValue::Strings(texts) if !texts.is_empty() => Some(texts.clone()),
        ContextValue::String(text) => Some(vec![text.clone()]),
        _ => None,
    }
}
