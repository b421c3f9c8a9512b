//! Values that a shell offers while a command line is typed: ids and names that are in the logs, and time zones.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::is_separator;
use std::time::{Duration, Instant};

use clap::Arg;
use clap::builder::ValueHint;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _};

use super::world::World;
use super::{SharedArgs, Zone};
use crate::event::{EventFilter, begins_with};
use crate::query::{ConversationIndex, ConversationSummary};
use crate::render::visible_line;
use crate::source::{Input, ScanOptions, scan};

/// Whoever presses a key waits no longer.
const PATIENCE: Duration = Duration::from_millis(300);

/// So much of a prompt tells one conversation from another.
const PROMPT_CHARACTERS: usize = 48;

/// The zones that are words; the others are those of the IANA.
const ZONE_WORDS: [&str; 3] = ["beijing", "local", "utc"];

/// What stands for itself on the command line of every shell, besides letters and digits.
const PLAIN_SIGNS: &str = "._:@/+-";

/// The argument, with the values that it can be completed to where the program knows some.
pub(crate) fn completed(argument: Arg) -> Arg {
    let is_path = matches!(argument.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath);
    let completer = match argument.get_id().as_str() {
        _ if is_path => ArgValueCompleter::new(paths),
        "id" | "conversation" => ArgValueCompleter::new(conversations),
        "model" => ArgValueCompleter::new(|current: &OsStr| values(current, |one| one.models.clone())),
        "user" => ArgValueCompleter::new(|current: &OsStr| {
            values(current, |one| one.user_email.iter().chain(&one.user_account_id).cloned().collect())
        }),
        "service" => ArgValueCompleter::new(|current: &OsStr| {
            values(current, |one| one.service_name.iter().cloned().collect())
        }),
        "env" => {
            ArgValueCompleter::new(|current: &OsStr| values(current, |one| one.env.iter().cloned().collect()))
        }
        "tz" => ArgValueCompleter::new(zones),
        _ => return argument,
    };
    argument.add(completer)
}

/// Whether a shell that puts the text into the command line unquoted, as bash does, sees one word in it and runs nothing:
/// whoever writes a log must not say what is run. What is not plain is not offered.
fn is_plain(text: &str) -> bool {
    text.chars().all(|sign| sign.is_ascii_alphanumeric() || PLAIN_SIGNS.contains(sign))
}

/// Whether a value out of a log is plain, and no option of the program either.
fn is_offered(value: &str) -> bool {
    is_plain(value) && !value.starts_with('-')
}

/// The files and folders whose path begins so.
fn paths(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = PathCompleter::any().complete(current);
    found.retain(|path| {
        let path = path.get_value().to_string_lossy();
        // What was typed was meant, such as `~/`; and letters of every script are letters in every shell.
        let more = path.strip_prefix(&*current.to_string_lossy()).unwrap_or(&path);
        let is_usual = |sign: char| is_separator(sign) || !sign.is_ascii() && sign.is_alphanumeric();
        is_plain(&more.replace(is_usual, ""))
    });
    found
}

/// The conversations whose id begins so, the newest first, each with its start and its first prompt.
fn conversations(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let mut found = conversations_in_logs();
    found.retain(|conversation| begins_with(&conversation.id, current) && is_offered(&conversation.id));
    let zone = zone();
    found.sort_by_key(|conversation| std::cmp::Reverse(conversation.start));
    let candidates = found.into_iter().enumerate().map(|(order, conversation)| {
        let start = conversation.start.map(|start| zone.show(start).format("%Y-%m-%d %H:%M ").to_string());
        let prompt: String = conversation
            .first_prompt
            .iter()
            .flat_map(|prompt| prompt.chars().take(PROMPT_CHARACTERS))
            .collect();
        let help = visible_line(&(start.unwrap_or_default() + &prompt)).into_owned();
        CompletionCandidate::new(conversation.id).help(Some(help.into())).display_order(Some(order))
    });
    candidates.collect()
}

/// The values that begin so, each with how many conversations have it.
fn values(current: &OsStr, of: impl Fn(&ConversationSummary) -> Vec<String>) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for value in conversations_in_logs().iter().flat_map(of) {
        if value.starts_with(current) && is_offered(&value) {
            *counts.entry(value).or_default() += 1;
        }
    }
    let help = |count| super::human::plural(count, "conversation", "conversations");
    counts
        .into_iter()
        .map(|(value, count)| CompletionCandidate::new(value).help(Some(help(count).into())))
        .collect()
}

/// The zone in which every command would show times.
fn zone() -> Zone {
    let world = World::ask();
    let settings = world.settings().ok();
    settings.and_then(|settings| SharedArgs::default().zone.zone(&world, settings).ok()).unwrap_or_default()
}

fn zones(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let names = ZONE_WORDS.into_iter().chain(chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
    let wanted = current.to_lowercase();
    names.filter(|name| name.to_lowercase().starts_with(&wanted)).map(CompletionCandidate::new).collect()
}

/// The conversations in the files that the command line names so far, else in the usual ones; as many as can be read
/// while somebody waits, beginning with the newest file. What goes wrong is nobody's concern now.
fn conversations_in_logs() -> Vec<ConversationSummary> {
    let world = World::ask();
    let Ok(settings) = world.settings() else { return Vec::new() };
    let mut shared = SharedArgs::default();
    let named = files_named(std::env::args());
    // Standard input is not there to be read.
    shared.input.files = named.iter().filter(|file| *file != "-").cloned().collect();
    if shared.input.files.is_empty() && !named.is_empty() {
        return Vec::new();
    }
    let mut input: Input = shared.input.find(&shared.input.names(&world, settings));
    input.files.reverse();
    let began = Instant::now();
    let question = ConversationIndex::new(EventFilter::default());
    let mut broken_off = None;
    let scanned = scan(
        &input,
        ScanOptions { keep_duplicates: true, ..ScanOptions::default() },
        &question,
        |heard, _| {
            if began.elapsed() < PATIENCE {
                return Ok(());
            }
            broken_off = Some(std::mem::take(heard));
            Err(io::Error::from(io::ErrorKind::TimedOut))
        },
    );
    match scanned {
        Ok(scan) => scan.answer.settle().summaries,
        Err(_) => broken_off.map_or_else(Vec::new, |heard| heard.settle().summaries),
    }
}

/// What `--file` says in a command line that is not whole yet.
fn files_named(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words = words.peekable();
    let mut files = Vec::new();
    while let Some(word) = words.next() {
        let file = match word.as_str() {
            "-f" | "--file" => words.next(),
            _ => word.strip_prefix("--file=").map(str::to_owned),
        };
        files.extend(file.filter(|file| !file.is_empty()));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_an_unfinished_command_line_are_known() {
        let words = "codex-audit show -f a.jsonl --file=b -f - --file c -f".split(' ').map(str::to_owned);
        assert_eq!(files_named(words), ["a.jsonl", "b", "-", "c"]);
    }

    #[test]
    fn zones_are_found_in_any_letter_case() {
        let names = |current: &str| -> Vec<String> {
            let found = zones(OsStr::new(current)).into_iter();
            found.map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names("bei"), ["beijing"]);
        assert_eq!(names("europe/berl"), ["Europe/Berlin"]);
        assert_eq!(names("mars"), [""; 0]);
    }
}
