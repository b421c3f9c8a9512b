//! `codex-audit grep`: where does this text occur?

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use clap::Args;
use tr::tr;

use super::account::Exit;
use super::help;
use super::human::beginning_of_id;
use super::records::{EventRecord, MatchRecord, SCHEMA_VERSION};
use super::rows::{Around, RowMaker};
use super::{Run, Zone};
use crate::event::{Event, EventFilter, Fold, Needle, event_family};
use crate::query::{BODY, PatternOptions, TextMatches, TextSearch, UnmetConditions};
use crate::render::{Format, Medium, RecordFormat, Style, write_csv_row, write_lines, write_record};
use crate::report::{Line, Tone};
use crate::source::Account;

/// Search the values of all events for a pattern
///
/// The pattern is searched in decoded values: neither escapes nor the syntax of the file come between. The arguments of
/// a call are a value that mostly is JSON itself, as the model wrote it: a quotation mark in a command stands there as
/// `\"`. Each hit names its conversation, so that `codex-audit show` is one copy away. Searched are the attributes and the
/// body of each event; its resource, such as host and service, and the ids of its trace are not, but `show --json` has
/// them.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::GREP)]
pub struct GrepArgs {
    /// A regular expression in Rust's syntax; ^ and $ are the ends of each line of a value. One that begins with a
    /// hyphen stands behind `--`
    #[arg(value_name = "PATTERN")]
    pattern: String,

    /// Letter case does not matter
    #[arg(short, long)]
    ignore_case: bool,

    /// The pattern is text, not a regular expression
    #[arg(short = 'F', long)]
    fixed_strings: bool,

    /// Only whole words
    #[arg(short, long)]
    word_regexp: bool,

    /// Events in which the pattern does not occur
    #[arg(short = 'v', long)]
    invert_match: bool,

    /// Only the number of events
    #[arg(short, long)]
    count: bool,

    /// Only the ids of the conversations with a hit
    #[arg(short = 'l', long = "conversations-with-matches", id = "files_with_matches")]
    conversations_with_matches: bool,

    /// With each hit, so many events of its conversation after it
    #[arg(short = 'A', long, value_name = "N")]
    after_context: Option<usize>,

    /// With each hit, so many events of its conversation before it
    #[arg(short = 'B', long, value_name = "N")]
    before_context: Option<usize>,

    /// With each hit, so many events of its conversation on both sides
    #[arg(short = 'C', long, value_name = "N")]
    context: Option<usize>,

    /// Search only these attributes, e.g. prompt,arguments,output; `body` is the record's body
    #[arg(long = "in", value_name = "ATTRIBUTES", value_delimiter = ',')]
    within: Vec<String>,

    /// When all is searched, go on with what is written from then on
    ///
    /// Each hit is shown as soon as its line is whole. A file that is not there yet is waited for, and one that comes
    /// into a folder is read; rotation, and emptying as by a Collector that starts anew, are followed and said. `--since
    /// now` leaves out what is there already. Only lines of JSON can be followed. Ctrl-C ends it.
    #[arg(long, conflicts_with_all = ["count", "files_with_matches"])]
    pub(crate) follow: bool,
}

#[derive(Clone)]
struct Hits {
    search: TextSearch,
}

impl RowMaker for Hits {
    type Found<'a> = Vec<TextMatches<'a>>;
    type Record<'a> = MatchRecord<'a>;

    fn needle(&self) -> Option<Needle> {
        self.search.needle()
    }

    fn find<'a>(&self, event: &Event<'a>) -> Option<Vec<TextMatches<'a>>> {
        self.search.find(event)
    }

    fn record<'a>(
        &self,
        event: &Event<'a>,
        found: Option<Vec<TextMatches<'a>>>,
        file: &'a str,
        zone: Zone,
    ) -> MatchRecord<'a> {
        MatchRecord::new(EventRecord::new(event, file, zone), found)
    }

    fn lines(
        &self,
        event: &Event<'_>,
        found: Option<Vec<TextMatches<'_>>>,
        zone: Zone,
        style: &Style,
    ) -> Vec<Line> {
        let tone = if found.is_some() { Tone::Accent } else { Tone::Dim };
        let time = event.time().map_or_else(
            || tr!("no time"),
            |time| {
                // On a terminal the heading is to be one line.
                let form = if style.truncate { "%Y-%m-%d %H:%M:%S %:z" } else { "%Y-%m-%d %H:%M:%S%.3f %:z" };
                zone.show(time).format(form).to_string()
            },
        );
        let name = event.name().map_or_else(|| tr!("record"), |name| event_family(name).to_owned());
        let is_narrow = style.truncate && style.width.is_some_and(|width| width < WHOLE_IDS_WIDTH);
        let id = event.conversation_id().map_or_else(
            || tr!("no conversation"),
            |id| if is_narrow { beginning_of_id(id).to_owned() } else { id.to_owned() },
        );
        let mut lines = vec![
            Line::new()
                .tone(tone, id)
                .tone(Tone::Dim, format!("  {time}  "))
                .tone(if found.is_some() { Tone::Strong } else { Tone::Dim }, name),
        ];
        lines.extend(found.unwrap_or_default().iter().flat_map(|found| matched_lines(found, style)));
        lines
    }
}

/// A terminal that is as wide has room for a whole id, a time and the longest name of an event.
const WHOLE_IDS_WIDTH: usize = 100;

/// The lines of a text in which something was found, with what was found marked.
fn matched_lines(found: &TextMatches<'_>, style: &Style) -> Vec<Line> {
    let TextMatches { attribute, text, ranges } = found;
    let mut lines: Vec<Line> = Vec::new();
    let has_lines = text.contains('\n');
    let mut rest = ranges.as_slice();
    let (mut counted, mut number) = (0, 1);
    while let Some(first) = rest.first() {
        let start = text[..first.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[first.end..].find('\n').map_or(text.len(), |at| first.end + at);
        let on_this_line = rest.partition_point(|one| one.start < end.max(start + 1)).max(1);
        let (here, later) = rest.split_at(on_this_line);
        number += text[counted..start].matches('\n').count();
        counted = start;
        let place = if has_lines { format!("{attribute}:{number}") } else { attribute.to_string() };
        let line = Line::new().plain("    ").tone(Tone::Dim, format!("{place}: "));
        lines.push(line.join(marked(text, start..end, here, style.truncate)));
        rest = later;
    }
    lines
}

/// So many characters of a long line are shown on either side of what was found.
const BESIDE: usize = 60;

fn marked(text: &str, line: Range<usize>, found: &[Range<usize>], cut: bool) -> Line {
    let mut marked = Line::new();
    let mut at = line.start;
    for (index, one) in found.iter().enumerate() {
        marked = marked.join(shortened(&text[at..one.start], cut, index > 0, true));
        marked.push(Tone::Match, text[one.clone()].to_owned());
        at = one.end;
    }
    marked.join(shortened(&text[at..line.end.max(at)], cut, true, false))
}

/// Text between matches: what is far from both is left out.
fn shortened(text: &str, cut: bool, match_before: bool, match_after: bool) -> Line {
    let length = text.chars().count();
    let sides = usize::from(match_before) + usize::from(match_after);
    if !cut || length <= BESIDE * sides + 1 {
        return text.into();
    }
    let head: String = text.chars().take(if match_before { BESIDE } else { 0 }).collect();
    let tail: String = text.chars().skip(length - if match_after { BESIDE } else { 0 }).collect();
    Line::new().plain(head).tone(Tone::Dim, "…").plain(tail)
}

impl GrepArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the pattern is none or the answer cannot be written.
    pub fn run(&self, mut run: Run<'_>) -> anyhow::Result<Exit> {
        let options = PatternOptions {
            ignore_case: self.ignore_case,
            fixed: self.fixed_strings,
            word: self.word_regexp,
        };
        let search = TextSearch::new(&self.pattern, options, self.invert_match, self.within.iter().cloned())
            .map_err(|error| {
                anyhow::Error::msg(tr!("{error}\n  -F searches for the text as it stands", error))
            })?;
        // As in grep: of the two the names are written, and events beside a hit only where hits are.
        if self.conversations_with_matches {
            return self.conversations(run, &search);
        }
        if self.count {
            return self.count(run, &search);
        }
        let around = Around {
            before: self.before_context.or(self.context).unwrap_or(0),
            after: self.after_context.or(self.context).unwrap_or(0),
        };
        if self.follow {
            return run.follow_rows(Hits { search }, around);
        }
        let Some(written) = run.write_rows(Hits { search }, around)? else { return Ok(Exit::Failed) };
        self.conclude(run, written.hits, &written.account)
    }

    fn count(&self, mut run: Run<'_>, search: &TextSearch) -> anyhow::Result<Exit> {
        let question = |filter: &EventFilter| HitConversations::new(filter.clone(), search.clone());
        let scanned = run.ask_and_deliver(question, |answer, _| {
            answer.conversations.clear();
            Ok(())
        })?;
        let Some(scanned) = scanned else { return Ok(Exit::Failed) };
        let hits = scanned.answer.hits;
        match run.format {
            Format::Table | Format::Md => writeln!(run.out, "{hits}")?,
            Format::Csv => writeln!(run.out, "count\n{hits}")?,
            Format::Json => write_record(
                run.out,
                &serde_json::json!({
                    "schema_version": SCHEMA_VERSION, "record_type": "match_count", "count": hits,
                }),
            )?,
        }
        self.conclude(run, hits, &scanned.account)
    }

    fn conversations(&self, mut run: Run<'_>, search: &TextSearch) -> anyhow::Result<Exit> {
        let question = |filter: &EventFilter| HitConversations::new(filter.clone(), search.clone());
        let mut seen: BTreeSet<Option<String>> = BTreeSet::new();
        let (format, style) = (run.format, run.style);
        let mut heading = (format == Format::Csv).then_some("conversation_id");
        let scanned = run.ask_and_deliver(question, |answer, out| {
            let mut text = Vec::new();
            if let Some(heading) = heading.take() {
                write_csv_row(&mut text, &[heading])?;
            }
            for id in answer.conversations.drain(..) {
                if seen.insert(id.clone()) {
                    write_id(&mut text, format, &style, id.as_deref())?;
                }
            }
            out.write_all(&text)?;
            out.flush()
        })?;
        let Some(scanned) = scanned else { return Ok(Exit::Failed) };
        if seen.contains(&None) && format != Format::Json {
            run.note(&tr!("there are hits in records that belong to no conversation, too"))?;
        }
        self.conclude(run, scanned.answer.hits, &scanned.account)
    }

    fn conclude(&self, mut run: Run<'_>, hits: u64, account: &Account) -> anyhow::Result<Exit> {
        if hits == 0 {
            let names: Vec<String> = self.within.iter().filter(|name| *name != BODY).cloned().collect();
            run.find_unmet(&UnmetConditions::of_attributes(&names))?;
        }
        Ok(run.conclude(if hits == 0 { Exit::Finding } else { Exit::Answered }, account)?)
    }
}

fn write_id(out: &mut Vec<u8>, format: Format, style: &Style, id: Option<&str>) -> io::Result<()> {
    match (format.medium(), id) {
        (Medium::Records(RecordFormat::Json), id) => write_record(
            out,
            &serde_json::json!({
                "schema_version": SCHEMA_VERSION, "record_type": "match_conversation", "conversation_id": id,
            }),
        ),
        (Medium::Records(RecordFormat::Csv), Some(id)) => write_csv_row(out, &[id]),
        (Medium::Text(medium), Some(id)) => write_lines(&[id.into()], medium, style, out),
        (_, None) => Ok(()),
    }
}

/// Counts hits and notes their conversations, without the hits themselves.
struct HitConversations {
    filter: EventFilter,
    search: TextSearch,
    hits: u64,
    /// The conversations of hits in the order of the input, with neighbours that are equal only once.
    conversations: Vec<Option<String>>,
}

impl HitConversations {
    fn new(filter: EventFilter, search: TextSearch) -> Self {
        Self { filter, search, hits: 0, conversations: Vec::new() }
    }
}

impl Fold for HitConversations {
    fn fresh(&self) -> Self {
        Self::new(self.filter.clone(), self.search.clone())
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        Some(vec![self.filter.needle().or_else(|| self.search.needle())?])
    }

    fn add(&mut self, event: &Event<'_>) {
        if self.filter.admits(event) && self.search.find(event).is_some() {
            self.hits += 1;
            let id = event.conversation_id();
            if self.conversations.last().is_none_or(|last| last.as_deref() != id) {
                self.conversations.push(id.map(str::to_owned));
            }
        }
    }

    fn join(&mut self, later: Self) {
        self.hits += later.hits;
        self.conversations.extend(later.conversations);
    }
}
