//! The door: arguments in, exit code out.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use codex_audit::cli::Cli;
use codex_audit::commands::{Exit, World};

fn main() -> ExitCode {
    let cli = Cli::read();
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout());
    let mut err = io::stderr();
    let ended = cli.run(&World::ask(), &mut out, &mut err).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    let exit = match ended {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Answered,
        Err(error) => {
            // Nothing can be done when not even this can be written.
            drop(writeln!(err, "error: {error:#}"));
            Exit::Failed
        }
    };
    // What is left in the buffer could not be written; trying again on the way out would only fail again.
    drop(out.into_parts());
    ExitCode::from(exit.code())
}

/// A reader such as `head` that has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
