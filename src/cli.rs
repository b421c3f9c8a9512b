//! The subcommands by name, and what they share.

use std::io::Write;

use clap::{Parser, Subcommand};

use crate::commands::{
    Exit, GrepArgs, ListArgs, NetworkArgs, Run, SharedArgs, ShowArgs, TokensArgs, ToolDecisionArgs, World,
};

/// Answers what OpenAI Codex did, from the OpenTelemetry log files that a Collector wrote
#[derive(Parser, Clone, Debug)]
#[command(name = "codex-audit", version, disable_help_subcommand = true, propagate_version = false)]
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
}

impl Cli {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// When an argument cannot be understood or the answer cannot be written.
    pub fn run(&self, world: &World, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Exit> {
        let run = Run::new(&self.shared, world, out, err)?;
        match &self.command {
            Command::List(args) => args.run(run),
            Command::Show(args) => args.run(run),
            Command::Grep(args) => args.run(run),
            Command::Tokens(args) => args.run(run),
            Command::ToolDecision(args) => args.run(run),
            Command::Network(args) => args.run(run),
        }
    }
}
