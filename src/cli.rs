//! The subcommands by name, and what they share.

use std::io::Write;
use std::process::ExitCode;

use clap::builder::ValueHint;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::CompleteEnv;

use crate::commands::{
    CompletionsArgs, ConfigArgs, Console, DoctorArgs, Exit, GrepArgs, ListArgs, ManArgs, NetworkArgs,
    PROGRAM_EXAMPLES, Progress, Run, SharedArgs, ShowArgs, TokensArgs, ToolDecisionArgs, VerifyArgs, World,
    completed, usage,
};

/// Answers what OpenAI Codex did, from the OpenTelemetry log files that a Collector wrote
///
/// Codex reports prompts, requests to the model, tool calls, decisions on them and token counts to an OpenTelemetry
/// Collector, which writes them to files. codex-audit reads those files; it opens no network connection and
/// writes no file.
///
/// Each command answers one question. The options below "Input" and after are the same for all of them.
#[derive(Parser, Clone, Debug)]
#[command(name = "codex-audit", version, disable_help_subcommand = true, propagate_version = false, after_long_help = PROGRAM_EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    shared: SharedArgs,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    Grep(GrepArgs),
    Tokens(TokensArgs),
    ToolDecision(ToolDecisionArgs),
    Network(NetworkArgs),
    Verify(VerifyArgs),
    Doctor(DoctorArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// The subcommands that read no logs.
const WITHOUT_INPUT: [&str; 2] = ["completions", "man"];

/// The command line as clap knows it, as help, completions and manual pages show it.
#[must_use]
pub fn command() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    let names: Vec<String> = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in names {
        let without_input = WITHOUT_INPUT.contains(&name.as_str());
        program = program.mut_subcommand(name, |command| {
            command.mut_args(|argument| {
                let hidden = without_input && argument.is_global_set();
                completed(finished(argument)).hide(hidden)
            })
        });
    }
    program.mut_args(finished)
}

/// An argument with what follows from the rest of it.
fn finished(argument: Arg) -> Arg {
    if !argument.get_action().takes_values() {
        return argument;
    }
    let values = argument.get_possible_values();
    if values.is_empty() {
        // A value of which nothing is known is not the name of a file, so that no shell offers one.
        let is_known = argument.get_value_hint() != ValueHint::Unknown;
        return if is_known { argument } else { argument.value_hint(ValueHint::Other) };
    }
    // A help text that names every value needs no list of them behind it.
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let names_all = values.iter().all(|value| help.contains(value.get_name()));
    let hidden = names_all || argument.is_hide_possible_values_set();
    argument.hide_possible_values(hidden)
}

impl Cli {
    /// Where a shell asks for it by `$COMPLETE`, prints what a command line can be completed to, and ends the process.
    pub fn complete() {
        CompleteEnv::with_factory(command).bin("codex-audit").complete();
    }

    /// Reads the command line of the process.
    ///
    /// # Errors
    /// With the exit code, on wrong usage and where help was asked for: both have been printed.
    pub fn read(world: &World) -> Result<Self, ExitCode> {
        let matched = command().try_get_matches();
        let read = matched.and_then(|matches| {
            Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
        });
        read.map_err(|error| usage::print(error, command(), world).into())
    }

    /// Where to write: on a terminal, a pager shows answers that people read.
    #[must_use]
    pub fn console(&self, world: &World) -> Console {
        let is_paged = match &self.command {
            Command::Completions(_) | Command::Man(_) => false,
            // What goes on for ever is watched: a pager would keep what comes after a screen, and the keys.
            Command::Show(args) => !args.follow,
            Command::Grep(args) => !args.follow,
            _ => true,
        };
        self.shared.console(world, is_paged)
    }

    /// Runs the subcommand; `progress` is told of long reads.
    ///
    /// # Errors
    /// When an argument cannot be understood or the answer cannot be written.
    pub fn run(
        &self,
        world: &World,
        out: &mut dyn Write,
        err: &mut dyn Write,
        progress: &Progress,
    ) -> anyhow::Result<Exit> {
        self.shared.output.speak(world)?;
        let ready = |out, err| Run::new(&self.shared, world, out, err, progress);
        match &self.command {
            Command::Completions(args) => args.run(command(), out),
            Command::Man(args) => args.run(&command(), out),
            Command::List(args) => args.run(ready(out, err)?),
            Command::Show(args) => args.run(ready(out, err)?),
            Command::Grep(args) => args.run(ready(out, err)?),
            Command::Tokens(args) => args.run(ready(out, err)?),
            Command::ToolDecision(args) => args.run(ready(out, err)?),
            Command::Network(args) => args.run(ready(out, err)?),
            Command::Verify(args) => args.run(ready(out, err)?),
            Command::Doctor(args) => args.run(ready(out, err)?, world),
            Command::Config(args) => args.run(&mut ready(out, err)?, world, &self.shared),
        }
    }
}
