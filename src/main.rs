//! The door: arguments in, exit code out.

use std::io::{self, Write};
use std::process::ExitCode;

use tr::tr;

use codex_audit::cli::Cli;
use codex_audit::commands::{Exit, World, told_error};

/// Each thread keeps what it frees at hand, which the systems' own allocators do less well, musl's least of all.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    Cli::complete();
    let world = World::ask();
    let cli = match Cli::read(&world) {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let mut console = cli.console(&world);
    let ended = cli.run(&world, &mut console.out, &mut console.err, &console.progress).and_then(|exit| {
        console.out.flush()?;
        Ok(exit)
    });
    let exit = match ended {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Answered,
        Err(error) => {
            // Nothing can be done when not even this can be written.
            drop(writeln!(console.err, "{}", tr!("error: {}", told_error(&error))));
            Exit::Failed
        }
    };
    console.close();
    ExitCode::from(exit.code())
}

/// A reader such as `head` that has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
