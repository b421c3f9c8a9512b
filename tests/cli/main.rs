//! The program as its user meets it: what it prints, what it says, how it ends.

/// Tool calls whose records are not the usual ones.
mod calls;
/// Every capture and every fixture, listed and shown, as a person reviewed it.
mod captures;
/// Files that change while they are read: what is in the answer, and what is said.
mod changing;
/// What a shell is offered that asks the program.
mod complete;
/// The settings file, and `config`, which shows what counts.
mod config;
/// Each damaged file, against the account of it that a person wrote by hand.
mod damaged;
/// Damaged input, copies, closed pipes: what is said of them, and the exit code.
mod faults;
/// Which events a question is about.
mod filters;
/// `--follow`: what is added to files that are being written, as it comes.
mod follow;
/// Table, JSON Lines, CSV and Markdown: names, order, escapes.
mod formats;
/// Runs the program in a world of its own, and shows all that it said.
mod harness;
/// Text that was written to deceive.
mod hostile;
/// Files, folders, patterns, standard input: what is read.
mod input;
/// In which language it is said.
mod language;
/// Lines of a hundred megabytes: read, or told as damage, in bounded time and memory.
mod large;
/// `list`: which conversations were there?
mod list;
/// `show`: what happened in one conversation?
mod show;
/// `tokens`: which rows there are, and what the chart draws.
mod tokens;
/// Every program that writes such files, each with the same record.
mod writers;
/// In which zone times are shown, and dates are read.
mod zones;
