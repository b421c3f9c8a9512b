//! Which conversation does the beginning of an id mean? Told, or asked back.

use std::io;

use super::Run;
use crate::event::UnixNano;
use crate::query::ConversationSummary;
use crate::render::visible_line;

/// A conversation that an id may mean.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) start: Option<UnixNano>,
    pub(super) first_prompt: Option<String>,
}

impl From<&ConversationSummary> for Candidate {
    fn from(summary: &ConversationSummary) -> Self {
        Self { id: summary.id.clone(), start: summary.start, first_prompt: summary.first_prompt.clone() }
    }
}

impl Run<'_> {
    /// Whether the beginning of an id fits at most one of these conversations. Says which they are if it does not.
    pub(super) fn is_unambiguous(&mut self, prefix: &str, candidates: &[Candidate]) -> io::Result<bool> {
        if candidates.len() <= 1 {
            return Ok(true);
        }
        let count = candidates.len();
        let prefix = visible_line(prefix);
        writeln!(self.err, "error: {count} conversations begin with `{prefix}`; give more of the id:")?;
        for candidate in candidates {
            let start = candidate.start.map_or_else(
                || "no time recorded".to_owned(),
                |start| self.zone.show(start).format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            );
            let prompt: String = candidate.first_prompt.iter().flat_map(|prompt| prompt.chars().take(40)).collect();
            let line = format!("{}  {start}  {prompt}", candidate.id);
            writeln!(self.err, "  {}", visible_line(line.trim_end()))?;
        }
        Ok(false)
    }
}
