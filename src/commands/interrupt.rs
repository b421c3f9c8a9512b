//! Ctrl-C on a terminal: at once, and the terminal is left clean.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::progress::Progress;

/// What a shell says of a program that Ctrl-C ended: 128 and the number of the signal.
#[cfg(not(windows))]
const EXIT_CODE: i32 = 130;

/// `STATUS_CONTROL_C_EXIT`, which Windows itself gives such a program.
#[cfg(windows)]
const EXIT_CODE: i32 = 0xC000_013A_u32.cast_signed();

/// What Ctrl-C meets, shared by all who can be met.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    state: Arc<State>,
    progress: Progress,
}

#[derive(Debug, Default)]
struct State {
    /// A pager has the terminal, and Ctrl-C is a key to it.
    is_paged: AtomicBool,
    /// Ctrl-C was pressed in the pager.
    was_pressed: AtomicBool,
    /// The whole answer is in the pager: nothing is left to be broken off.
    is_answered: AtomicBool,
}

impl Interrupt {
    /// Sees to it that Ctrl-C is heeded from now on.
    pub(super) fn heed(progress: Progress) -> Self {
        let interrupt = Self { state: Arc::default(), progress };
        let handler = interrupt.clone();
        // Where it cannot be heeded, the system ends the program, as it does any.
        drop(ctrlc::set_handler(move || handler.pressed()));
        interrupt
    }

    /// A pager has the terminal from now on. It must not be left behind on it: the program waits for it.
    pub(super) fn pager_begins(&self) {
        self.state.is_paged.store(true, Ordering::SeqCst);
    }

    /// The pager is gone. Whoever pressed Ctrl-C in it waits for no more of the answer.
    pub(super) fn pager_has_ended(&self) {
        self.state.is_paged.store(false, Ordering::SeqCst);
        if self.was_pressed() && !self.state.is_answered.load(Ordering::SeqCst) {
            self.end();
        }
    }

    /// The pager has got the whole answer.
    pub(super) fn answer_has_ended(&self) {
        self.state.is_answered.store(true, Ordering::SeqCst);
    }

    /// Whether Ctrl-C was pressed in a pager.
    pub(super) fn was_pressed(&self) -> bool {
        self.state.was_pressed.load(Ordering::SeqCst)
    }

    fn pressed(&self) {
        self.state.was_pressed.store(true, Ordering::SeqCst);
        // It may be heard of late, when the pager is gone: what was whole then stays so.
        let is_answered = self.state.is_answered.load(Ordering::SeqCst);
        if !self.state.is_paged.load(Ordering::SeqCst) && !is_answered {
            self.end();
        }
    }

    /// Whatever goes on is broken off.
    fn end(&self) {
        const PLAIN_COLOURS: &[u8] = b"\x1b[0m";
        self.progress.end();
        // An answer may have stopped in the middle of a coloured word. Not by `stdout`, which may be locked.
        if io::stdout().is_terminal() && io::stderr().is_terminal() {
            drop(io::stderr().write_all(PLAIN_COLOURS));
        }
        std::process::exit(EXIT_CODE);
    }
}
