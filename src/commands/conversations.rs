//! The beginning of an id: which may be given, and what is said where it fits several conversations.

use std::io;

use tr::tr;
use unicode_width::UnicodeWidthStr as _;

use super::Run;
use super::human::{plural, shown_ids};
use crate::event::IdCondition;
use crate::query::Candidate;
use crate::render::{visible_line, wrapped};

/// So many columns of a prompt are shown to tell conversations apart.
const LONGEST_PROMPT: usize = 50;

/// So many conversations are named where one is to be chosen; of a short beginning there can be thousands.
const MOST_CANDIDATES: usize = 100;

/// The beginning of an id, as it is given on the command line.
pub(super) fn id_to_find(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(tr!(
            "every id begins so: give an id; `show --last` shows the conversation that was opened last"
        ));
    }
    Ok(text.to_owned())
}

impl Run<'_> {
    /// Says which conversations the beginning of an id fits; where there are many, the last, as Codex's ids go the newest.
    pub(super) fn ask_back(&mut self, candidates: &[Candidate]) -> io::Result<()> {
        let count = candidates.len();
        let prefix = self.filter.conversation.as_ref().map_or("", IdCondition::text);
        writeln!(
            self.err,
            "{}",
            tr!(
                "error: {count} conversations begin with `{}`; give more of the id:",
                visible_line(prefix),
                count
            )
        )?;
        // On a terminal a candidate is to be one line, with as much of its id as tells it from the others.
        let terminal = self.style.width.filter(|_| self.style.truncate);
        let ids = shown_ids(candidates.iter().map(|candidate| candidate.id.as_str()), terminal.is_some());
        let others = count.saturating_sub(MOST_CANDIDATES);
        if others > 0 {
            let not_shown = plural(others as u64, "other is", "others are");
            writeln!(self.err, "  {}", tr!("({not_shown} not shown)", not_shown))?;
        }
        for candidate in &candidates[others..] {
            let start = candidate
                .start
                .map_or_else(|| tr!("no time recorded"), |start| self.zone.to_the_second(start));
            let id = ids.get(candidate.id.as_str()).copied().unwrap_or(&candidate.id);
            let head = format!("  {}  {start}  ", visible_line(id));
            let prompt: String = candidate
                .first_prompt
                .iter()
                .flat_map(|prompt| prompt.chars().take(LONGEST_PROMPT + 1))
                .collect();
            let left = terminal.map_or(LONGEST_PROMPT, |width| width.saturating_sub(head.width() + 1));
            let parts = wrapped(&visible_line(&prompt), left.clamp(1, LONGEST_PROMPT));
            let cut = if parts.len() > 1 { "…" } else { "" };
            let line = format!("{head}{}{cut}", parts.first().map_or("", String::as_str));
            writeln!(self.err, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
