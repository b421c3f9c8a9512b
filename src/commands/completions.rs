//! `codex-audit completions`: what a shell needs to complete a command line.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use super::account::Exit;
use super::help;

/// Print a completion script for a shell
///
/// The script goes to standard output; where a shell looks for it is below. It knows commands and options.
///
/// A shell that asks the program itself is also offered what is in the logs: ids of conversations with their first
/// prompts, models, users, services, environments. For that, put this into the shell's own start file:
/// source <(COMPLETE=bash codex-audit), for bash; source <(COMPLETE=zsh codex-audit), for zsh;
/// COMPLETE=fish codex-audit | source, for fish. It reads the usual log files, or those named by -f, for 0.3 seconds
/// at most.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = help::COMPLETIONS)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    /// Writes the script for the program that clap knows as `program`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn run(&self, mut program: clap::Command, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let name = program.get_name().to_owned();
        // In memory first, because clap_complete panics where it cannot write.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        out.write_all(&script)?;
        Ok(Exit::Answered)
    }
}
