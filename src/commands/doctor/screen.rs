//! The doctor's findings for people: by subject, the worst first, with the line at fault and what to put there.

use std::io::{self, Write};

use tr::tr;

use crate::commands::human::plural;
use crate::commands::links::link_to;
use crate::commands::wording::{errors_and_warnings, severity_tone, severity_word};
use crate::render::{Style, TextMedium, TimelineWriter};
use crate::report::{Detail, Entry, Gutter, Line, Span, Tone};
use crate::setup::{Finding, Severity, Subject};

/// Writes the findings, which are sorted; `files` are the files that were looked at.
pub(super) fn write(
    findings: &[Finding],
    files: &[(Subject, String)],
    medium: TextMedium,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = TimelineWriter::new(Gutter { time: 0, label: 7 }, medium, *style, out);
    for subject in Subject::ALL {
        let mut of_subject = findings.iter().filter(|finding| finding.subject == subject).peekable();
        if of_subject.peek().is_none() {
            continue;
        }
        let mut heading = Line::new().tone(Tone::Strong, title(subject));
        if let Some((_, file)) = files.iter().find(|(of, _)| *of == subject) {
            heading = heading.plain("  ").linked(Tone::Dim, file.as_str(), link_to(file, style));
        }
        writer.header(&[heading])?;
        for finding in of_subject {
            writer.entry(&entry(finding, files, style))?;
        }
    }
    writer.header(&[counts(findings)])
}

fn title(subject: Subject) -> String {
    match subject {
        Subject::CodexConfig => tr!("Codex"),
        Subject::CollectorConfig => tr!("Collector"),
        Subject::LogFiles => tr!("Log files"),
    }
}

fn entry(finding: &Finding, files: &[(Subject, String)], style: &Style) -> Entry {
    let mut details = Vec::new();
    if finding.severity != Severity::Ok
        && let Some(place) = &finding.place
    {
        // The heading names the file with its folder; here its name is enough.
        let is_in_heading =
            files.iter().any(|(subject, file)| *subject == finding.subject && *file == place.file);
        let name = if is_in_heading {
            place.file.rsplit(['/', '\\']).next().unwrap_or(&place.file)
        } else {
            &place.file
        };
        let at = format!("{name}:{}", place.line);
        let mut line = Line::new().linked(Tone::Dim, at, link_to(&place.file, style));
        if let Some(quote) = &place.quote {
            line.push(Tone::Plain, format!("  {}", quote.trim_start()));
        }
        details.push(Detail::quote(line));
    }
    if let Some(fix) = &finding.fix {
        let indented: Vec<String> = fix.lines().map(|line| format!("  {line}")).collect();
        details.push(Detail::verbatim(Line::new().tone(Tone::Accent, indented.join("\n"))));
    }
    Entry {
        time: String::new(),
        label: Span::new(severity_tone(finding.severity), severity_word(finding.severity)),
        text: finding.text.told().into(),
        details,
    }
}

fn counts(findings: &[Finding]) -> Line {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    errors_and_warnings(of(Severity::Error), of(Severity::Warning)).plain(tr!(
        ", {}, {} ok",
        plural(of(Severity::Note), "note", "notes"),
        of(Severity::Ok)
    ))
}
