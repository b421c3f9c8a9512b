//! The beginning of an id: which may be given, and what is said where it fits several conversations.

use std::io;
use tr::tr;

use super::Run;
use crate::event::IdCondition;
use crate::query::Candidate;
use crate::render::visible_line;

/// The beginning of an id, as it is given on the command line.
pub(super) fn id_to_find(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(tr!("every id begins so: give an id; `show --last` shows the newest conversation"));
    }
    Ok(text.to_owned())
}

impl Run<'_> {
    /// Says which conversations the beginning of an id fits.
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
        for candidate in candidates {
            let start = candidate.start.map_or_else(
                || tr!("no time recorded"),
                |start| self.zone.show(start).format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            );
            let prompt: String =
                candidate.first_prompt.iter().flat_map(|prompt| prompt.chars().take(40)).collect();
            let line = format!("{}  {start}  {prompt}", candidate.id);
            writeln!(self.err, "  {}", visible_line(line.trim_end()))?;
        }
        Ok(())
    }
}
