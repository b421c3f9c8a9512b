//! Which pager shows a long answer on a terminal, and how it is started.

use std::io;
use std::process::{Child, Command, Stdio};

use super::settings::{Effective, Origin, Setting, Settings};
use super::world::World;

/// The pager where nobody names one: it leaves what fits on the screen there, passes colours on and keeps the screen.
const USUAL: &str = "less -FRX";

/// A pager that is to show an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pager {
    /// The program and its arguments.
    words: Vec<String>,
    /// What it finds in its environment besides ours.
    variables: Vec<(&'static str, &'static str)>,
    /// Whether somebody named it, and so wants to know when it cannot be started.
    pub(super) is_named: bool,
}

impl Pager {
    /// The pager for answers to a terminal: the one that `$CODEX_AUDIT_PAGER` names, else the settings, else `$PAGER`,
    /// else `less` where it is usual. There is none where what is named is nothing or `cat`.
    pub(super) fn choose(world: &World, settings: &Settings) -> Effective<Option<Self>> {
        let variable = |name| {
            let value = world.variable_even_if_empty(name)?.into_owned();
            Some(Effective::new(Origin::Variable(name), value))
        };
        let named = variable("CODEX_AUDIT_PAGER")
            .or_else(|| settings.pager.as_ref().map(Setting::effective))
            .or_else(|| variable("PAGER"));
        let Some(named) = named else {
            // Windows has no pager that shows colours; what a dumb terminal shows cannot be turned back.
            let has_usual = !cfg!(windows) && !world.terminal_is_dumb();
            let usual = has_usual.then(|| Self::read(USUAL, false, world)).flatten();
            return Effective::new(Origin::Default, usual);
        };
        Effective::new(named.origin, Self::read(&named.value, true, world))
    }

    fn read(command: &str, is_named: bool, world: &World) -> Option<Self> {
        let words = words(command);
        let variables = [("LESS", "FRX"), ("LESSCHARSET", "utf-8")];
        (!words.is_empty() && words != ["cat"]).then(|| Self {
            words,
            variables: variables
                .into_iter()
                .filter(|(name, _)| world.variable_even_if_empty(name).is_none())
                .collect(),
            is_named,
        })
    }

    /// The command, for people.
    pub(super) fn name(&self) -> String {
        self.words.join(" ")
    }

    /// Starts it; it reads from a pipe.
    ///
    /// # Errors
    /// When the system cannot.
    pub(super) fn start(&self) -> io::Result<Child> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        };
        Command::new(program)
            .args(arguments)
            .envs(self.variables.iter().copied())
            .stdin(Stdio::piped())
            .spawn()
    }
}

/// The words of a command, quoted as for a shell. On Windows a backslash is part of a path.
fn words(command: &str) -> Vec<String> {
    let by_spaces = || command.split_whitespace().map(str::to_owned).collect();
    if cfg!(windows) { by_spaces() } else { shlex::split(command).unwrap_or_else(by_spaces) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::settings::Place;

    fn chosen(variables: &[(&'static str, &str)]) -> Option<String> {
        let settings = Settings::default();
        Pager::choose(&World::with(variables), &settings).value.map(|pager| pager.name())
    }

    #[test]
    fn the_own_variable_outranks_the_one_of_all_programs() {
        assert_eq!(chosen(&[("CODEX_AUDIT_PAGER", "most"), ("PAGER", "less -S")]), Some("most".to_owned()));
        assert_eq!(chosen(&[("PAGER", "less -S")]), Some("less -S".to_owned()));
    }

    #[test]
    fn nothing_and_cat_mean_no_pager() {
        for none in ["", " ", "cat"] {
            assert_eq!(chosen(&[("CODEX_AUDIT_PAGER", none), ("PAGER", "less")]), None, "`{none}`");
            assert_eq!(chosen(&[("PAGER", none)]), None, "`{none}`");
        }
    }

    #[test]
    #[cfg(not(windows))]
    fn where_nobody_names_one_it_is_less_but_not_on_a_dumb_terminal() {
        assert_eq!(chosen(&[]), Some(USUAL.to_owned()));
        assert_eq!(chosen(&[("TERM", "dumb")]), None);
        assert_eq!(chosen(&[("TERM", "dumb"), ("PAGER", "more")]), Some("more".to_owned()));
    }

    #[test]
    fn the_settings_outrank_only_what_speaks_to_all_programs() {
        let place = Place { line: 3, byte_offset: 9 };
        let settings =
            Settings { pager: Some(Setting { value: "most".into(), place }), ..Settings::default() };
        let origin = |variables| Pager::choose(&World::with(variables), &settings).origin;
        assert_eq!(origin(&[("PAGER", "less")]), Origin::Line(place));
        assert_eq!(origin(&[("CODEX_AUDIT_PAGER", "less")]), Origin::Variable("CODEX_AUDIT_PAGER"));
    }

    #[test]
    fn what_the_user_told_less_stays() {
        let pager = |variables: &[(&'static str, &str)]| {
            Pager::choose(&World::with(variables), &Settings::default()).value.expect("a pager").variables
        };
        assert_eq!(pager(&[("PAGER", "less")]), [("LESS", "FRX"), ("LESSCHARSET", "utf-8")]);
        assert_eq!(pager(&[("PAGER", "less"), ("LESS", "")]), [("LESSCHARSET", "utf-8")]);
    }
}
