//! Which conversation does the beginning of an id mean? Told, or asked back.

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

/// What was given of an id is one, with which others begin. Nothing has been written: the question is to be put again,
/// about that one alone.
#[derive(Debug, thiserror::Error)]
#[error("the id is whole")]
struct IdIsWhole;

/// Whether a run ended because what was given of an id is one.
pub(crate) fn is_of_whole_id(error: &anyhow::Error) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    matches!(inner, Some(inner) if inner.is::<IdIsWhole>())
}

impl Run<'_> {
    /// Whether the beginning of an id fits at most one of these conversations. Says which they are if it does not.
    ///
    /// # Errors
    /// With [`IdIsWhole`] when it is the id of one of them; else when it cannot be said.
    pub(super) fn is_unambiguous(&mut self, candidates: &[Candidate]) -> io::Result<bool> {
        if candidates.len() <= 1 {
            return Ok(true);
        }
        if let Some(IdCondition::BeginsWith(id)) = &self.filter.conversation
            && candidates.iter().any(|candidate| candidate.id.eq_ignore_ascii_case(id))
            && self.input.can_be_read_again()
        {
            return Err(io::Error::other(IdIsWhole));
        }
        self.ask_back(candidates)?;
        Ok(false)
    }

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
