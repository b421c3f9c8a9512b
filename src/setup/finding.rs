//! What the doctor found: one sentence each, with the line at fault and the text that puts it right.

use super::line_starts::LineStarts;
use super::secrets::{masked_line, name_alone};
use crate::words::Sentence;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is, for scripts.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it was looked for.
    pub subject: Subject,
    /// What it is, for people.
    pub text: Sentence,
    /// The text to put there.
    pub fix: Option<String>,
    /// The line at fault.
    pub place: Option<Place>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is recorded, or what was recorded is lost.
    Error,
    /// Something will be lost, or may be, or the evidence can be tampered with.
    Warning,
    /// A choice to know of.
    Note,
    /// As it should be.
    Ok,
}

impl Severity {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Ok => "ok",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Codex's `config.toml`.
    CodexConfig,
    /// The Collector's YAML.
    CollectorConfig,
    /// The files that the Collector writes.
    LogFiles,
}

impl Subject {
    /// Every subject, in the order in which a record travels.
    pub const ALL: [Self; 3] = [Self::CodexConfig, Self::CollectorConfig, Self::LogFiles];

    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodexConfig => "codex_config",
            Self::CollectorConfig => "collector_config",
            Self::LogFiles => "log_files",
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// Offset in bytes of the line's first byte.
    pub byte_offset: u64,
    /// What stands there, without what others must not read.
    pub quote: Option<String>,
}

impl Finding {
    /// A finding without a place and without a fix.
    #[must_use]
    pub fn new(subject: Subject, severity: Severity, code: &'static str, text: Sentence) -> Self {
        Self { code, severity, subject, text, fix: None, place: None }
    }

    /// The text that puts it right.
    pub fn fix(&mut self, text: impl Into<String>) {
        self.fix = Some(text.into());
    }

    /// Shows of its line nothing but the name at the beginning.
    pub(super) fn hide_value(&mut self) -> &mut Self {
        if let Some(quote) = self.place.as_mut().and_then(|place| place.quote.as_mut()) {
            *quote = name_alone(quote).into_owned();
        }
        self
    }
}

/// The findings about one file of configuration, as they are made.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    subject: Subject,
    file: &'a str,
    text: &'a str,
    lines: LineStarts,
    findings: Vec<Finding>,
}

impl<'a> Sheet<'a> {
    /// A sheet without findings.
    pub(super) fn new(subject: Subject, file: &'a str, text: &'a str) -> Self {
        Self { subject, file, text, lines: LineStarts::of(text), findings: Vec::new() }
    }

    /// The place of a line, counted from 1.
    pub(super) fn place(&self, line: usize) -> Place {
        // Behind the last line break is no line where nothing is.
        let start = self.lines.start_of(line).filter(|start| *start < self.text.len());
        let written = start.map(|start| self.text[start..].lines().next().unwrap_or_default());
        Place {
            file: self.file.to_owned(),
            line: line as u64,
            byte_offset: start.unwrap_or(self.text.len()) as u64,
            quote: written.map(|line| masked_line(line.trim_end())),
        }
    }

    /// Whether a line of the file begins so.
    pub(super) fn has_line(&self, beginning: &str) -> bool {
        self.text.lines().any(|line| line.trim_start().starts_with(beginning))
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        line: impl Into<Option<usize>>,
        text: Sentence,
    ) -> &mut Finding {
        self.say(Severity::Error, code, line.into(), text)
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        line: impl Into<Option<usize>>,
        text: Sentence,
    ) -> &mut Finding {
        self.say(Severity::Warning, code, line.into(), text)
    }

    pub(super) fn note(
        &mut self,
        code: &'static str,
        line: impl Into<Option<usize>>,
        text: Sentence,
    ) -> &mut Finding {
        self.say(Severity::Note, code, line.into(), text)
    }

    pub(super) fn ok(
        &mut self,
        code: &'static str,
        line: impl Into<Option<usize>>,
        text: Sentence,
    ) -> &mut Finding {
        self.say(Severity::Ok, code, line.into(), text)
    }

    /// Whether something is wrong so far.
    pub(super) fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// What was found.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    fn say(
        &mut self,
        severity: Severity,
        code: &'static str,
        line: Option<usize>,
        text: Sentence,
    ) -> &mut Finding {
        let place = line.map(|line| self.place(line));
        self.findings.push(Finding { place, ..Finding::new(self.subject, severity, code, text) });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_line_with_the_offset_of_its_first_byte() {
        let sheet = Sheet::new(Subject::CodexConfig, "c.toml", "# 请\r\n[otel]\r\n");
        let place = sheet.place(2);
        assert_eq!((place.line, place.byte_offset, place.quote.as_deref()), (2, 7, Some("[otel]")));
        assert_eq!(sheet.place(9).quote, None);
    }
}
