//! What the input holds, for people: the files, the events, the findings, and what no file can show.

use std::collections::BTreeMap;
use std::io::{self, Write};

use tr::tr;

use crate::commands::audit_finding::Finding;
use crate::commands::human::{plural, separated};
use crate::commands::links::link_to;
use crate::commands::wording::{errors_and_warnings, severity_tone, severity_word};
use crate::commands::zone::Zone;
use crate::query::InputFacts;
use crate::render::{Style, TextMedium, TimelineWriter, write_lines, write_table};
use crate::report::{Cell, Column, Detail, Entry, Gutter, Line, Row, Section, Span, Table, Tone};
use crate::setup::Severity;
use crate::source::{Account, Compression, FileAccount, Form};
use crate::words::{Sentence, sentence};

/// What is to be shown.
pub(super) struct Screen<'a> {
    pub(super) account: &'a Account,
    pub(super) facts: &'a InputFacts,
    pub(super) findings: &'a [Finding],
    pub(super) zone: Zone,
}

/// Said at the end, because a reviewer may expect more of a check than it can give.
const LIMITS: [Sentence; 3] = [
    sentence!(
        "No file shows what was never written to it: Codex drops events when its queue of 2,048 overflows or the Collector does not answer, and what a Collector had not written when it was killed is gone."
    ),
    sentence!(
        "Whole is not the same as genuine: who can write to the files can change them. Keep these hashes, which --no-trunc shows whole, where the files are not."
    ),
    sentence!("Names, users and times are what Codex reported of itself."),
];

impl Screen<'_> {
    /// Writes all of it.
    pub(super) fn write(&self, medium: TextMedium, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        write_table(&self.files(style), medium, style, out)?;
        if !self.facts.events.is_empty() {
            writeln!(out)?;
            write_table(&self.events(), medium, style, out)?;
        }
        writeln!(out)?;
        self.write_findings(medium, style, out)?;
        writeln!(out)?;
        let limits: Vec<Line> =
            LIMITS.iter().map(|limit| Line::new().tone(Tone::Dim, limit.told())).collect();
        write_lines(&limits, medium, style, out)
    }

    fn files(&self, style: &Style) -> Table {
        let folder = common_folder(self.account.opened().map(|(_, file)| file.name.as_str()));
        let rows =
            self.account.opened().map(|(index, file)| self.file(index, file, folder.len(), style)).collect();
        let title = if folder.is_empty() {
            Vec::new()
        } else {
            vec![Line::new().tone(Tone::Dim, tr!("in {folder}", folder))]
        };
        Table {
            title,
            columns: vec![
                Column::left(tr!("FILE")).cut_inside(24),
                Column::left(tr!("FORM")).drop_at(1),
                Column::right(tr!("BYTES")),
                Column::right(tr!("MESSAGES")).drop_at(3),
                Column::right(tr!("DAMAGED")),
                Column::right(tr!("RECORDS")),
                Column::left(tr!("FIRST EVENT")).drop_at(2),
                Column::left(tr!("LAST EVENT")).drop_at(2),
                Column::left(tr!("SHA-256")).cut(8),
            ],
            sections: vec![Section { heading: None, rows }],
            footer: self.totals(),
        }
    }

    fn file(&self, index: u32, file: &FileAccount, begin: usize, style: &Style) -> Row {
        let span = self.facts.files.get(&index).copied().unwrap_or_default();
        vec![
            Line::new()
                .linked(
                    Tone::Strong,
                    file.name.get(begin..).unwrap_or(&file.name),
                    link_to(&file.name, style),
                )
                .into(),
            form(file.form, file.compression).into(),
            number(file.bytes),
            number(file.messages),
            if file.damaged > 0 { Cell::toned(Tone::Bad, separated(file.damaged.into())) } else { number(0) },
            number(file.records),
            span.first.map(|time| self.zone.to_the_second(time)).into(),
            span.last.map(|time| self.zone.to_the_second(time)).into(),
            file.sha256.clone().into(),
        ]
    }

    fn totals(&self) -> Vec<Line> {
        let sum = |of| self.account.total(of);
        let mut line = Line::new()
            .plain(plural(self.account.opened().count() as u64, "file", "files"))
            .plain(format!(" · {}", plural(sum(|file| file.bytes), "byte", "bytes")))
            .plain(format!(" · {}", plural(sum(|file| file.messages), "message", "messages")));
        let damaged = sum(|file| file.damaged);
        if damaged > 0 {
            line.push(Tone::Bad, tr!(", {} damaged", separated(damaged.into())));
        }
        line.push(Tone::Plain, format!(" · {}", plural(sum(|file| file.records), "record", "records")));
        if self.facts.copies.count > 0 {
            line.push(Tone::Warn, tr!(", {}", plural(self.facts.copies.count, "copy", "copies")));
        }
        line.push(
            Tone::Plain,
            format!(" · {}", plural(self.facts.conversations, "conversation", "conversations")),
        );
        let mut lines = vec![line];
        let spans = || self.facts.files.values();
        let reach = (spans().filter_map(|span| span.first).min(), spans().filter_map(|span| span.last).max());
        if let (Some(first), Some(last)) = reach {
            let (first, last) = (self.zone.to_the_second(first), self.zone.to_the_second(last));
            lines.push(Line::from(tr!("events from {first} to {last}", first, last)));
        }
        for (what, counts) in [
            (tr!("records by release"), &self.facts.app_versions),
            (tr!("records by service"), &self.facts.services),
            (tr!("records by machine"), &self.facts.hosts),
            (tr!("records by user"), &self.facts.users),
        ] {
            let named = counts.values().sum::<u64>();
            // Who and where is asked of every trail: that none is named is an answer, too.
            let unnamed = (named < self.facts.records)
                .then(|| tr!("none is named ({})", separated(u128::from(self.facts.records - named))));
            let told: Vec<String> =
                (!counts.is_empty()).then(|| most_of(counts)).into_iter().chain(unnamed).collect();
            if !told.is_empty() {
                lines.push(Line::new().tone(Tone::Dim, tr!("{what}: ", what)).plain(told.join(" · ")));
            }
        }
        lines
    }

    fn events(&self) -> Table {
        let mut rows: Vec<Row> = Vec::new();
        for (name, count) in &self.facts.events {
            let tone = if self.facts.unknown.contains_key(name) { Tone::Warn } else { Tone::Plain };
            rows.push(vec![Cell::toned(tone, name.as_ref()), number(*count)]);
        }
        let unnamed = self.facts.unnamed.count + self.facts.nameless_events.count;
        if unnamed > 0 {
            rows.push(vec![Cell::toned(Tone::Dim, tr!("without a name")), number(unnamed)]);
        }
        Table {
            columns: vec![Column::left(tr!("EVENT")), Column::right(tr!("RECORDS"))],
            sections: vec![Section { heading: None, rows }],
            ..Table::default()
        }
    }

    fn write_findings(&self, medium: TextMedium, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = TimelineWriter::new(Gutter { time: 0, label: 7 }, medium, *style, out);
        if self.findings.is_empty() {
            return writer.header(&[Line::new().tone(Tone::Good, tr!("Nothing to say against the input."))]);
        }
        writer.header(&[self.counts()])?;
        self.findings.iter().try_for_each(|finding| writer.entry(&self.finding(finding, style)))
    }

    fn counts(&self) -> Line {
        let of =
            |severity| self.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
        errors_and_warnings(of(Severity::Error), of(Severity::Warning))
            .plain(tr!(", {}", plural(of(Severity::Note), "note", "notes")))
    }

    fn finding(&self, finding: &Finding, style: &Style) -> Entry {
        let place = finding.location.map(|location| {
            let name = self.account.file_name(location.file);
            let before = tr!("{}, first at ", finding.code);
            Detail::note(Line::new().tone(Tone::Dim, before).linked(
                Tone::Dim,
                format!("{name}:{}", location.line),
                link_to(name, style),
            ))
        });
        let code = || Detail::note(Line::new().tone(Tone::Dim, finding.code));
        Entry {
            time: String::new(),
            label: Span::new(severity_tone(finding.severity), severity_word(finding.severity)),
            text: finding.text.told().into(),
            details: vec![place.unwrap_or_else(code)],
        }
    }
}

/// The folder that all files lie in, with the separator at its end.
fn common_folder<'n>(mut names: impl Iterator<Item = &'n str>) -> &'n str {
    let Some(first) = names.next() else { return "" };
    let mut common = first.rfind(std::path::is_separator).map_or(0, |slash| slash + 1);
    for name in names {
        while !first.get(..common).is_some_and(|folder| name.starts_with(folder)) {
            let folder = first.get(..common.saturating_sub(1)).unwrap_or("");
            common = folder.rfind(std::path::is_separator).map_or(0, |slash| slash + 1);
        }
    }
    first.get(..common).unwrap_or("")
}

fn number(number: u64) -> Cell {
    separated(number.into()).into()
}

fn form(form: Form, compression: Compression) -> String {
    let form = match form {
        Form::JsonLines => tr!("JSON lines"),
        Form::JsonDocument => tr!("JSON document"),
        Form::LengthPrefixedJson => tr!("framed JSON"),
        Form::LengthPrefixedProtobuf => tr!("framed protobuf"),
    };
    match compression {
        Compression::None => form,
        Compression::Zstd => tr!("{form}, zstd", form),
        Compression::Gzip => tr!("{form}, gzip", form),
        Compression::ZstdFrames => tr!("{form}, zstd in each frame", form),
    }
}

/// The names with the most records.
fn most_of(counts: &BTreeMap<Box<str>, u64>) -> String {
    const SHOWN: usize = 8;
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let named = sorted.iter().map(|(name, count)| format!("{name} ({})", separated(u128::from(**count))));
    Sentence::of_first_names(named, SHOWN).told()
}
