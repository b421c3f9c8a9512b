//! `codex-audit list`: which conversations were there?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use chrono::{DateTime, Datelike, FixedOffset};
use clap::Args;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tr::tr;

use super::account::Exit;
use super::help;
use super::human::{count, plural, separated, shown_ids, span};
use super::output::RecordWriter;
use super::records::ConversationRecord;
use super::wording::by_day;
use super::{Run, Zone};
use crate::query::{
    ConversationIndex, ConversationKind, ConversationSummary, IndexedConversation, NetworkCounts,
};
use crate::render::{Medium, write_table};
use crate::report::{Cell, Column, Line, Row, Table, Tone};

/// List the conversations, with what each amounts to
///
/// One row a conversation, by start time; on a terminal a sub-agent stands below the conversation that opened it.
/// Codex opens conversations of its own, for titles, for its automated reviewer and ahead of need: they are listed
/// too, and named where the log tells.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::LIST)]
pub struct ListArgs {}

impl ListArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the answer cannot be written.
    pub fn run(&self, mut run: Run<'_>) -> anyhow::Result<Exit> {
        let Some(scan) = run.ask(|filter| ConversationIndex::new(filter.clone()))? else {
            return Ok(Exit::Failed);
        };
        let (conversations, records_without_conversation) = scan.answer.conversations();
        let hiding = AtomicU64::new(0);
        if !scan.account.nothing_was_read() {
            match run.format.medium() {
                Medium::Text(medium) => {
                    let summaries: Vec<_> =
                        conversations.into_par_iter().map(IndexedConversation::summary).collect();
                    let mut table = table(&summaries, run.zone, run.style.truncate);
                    if run.filter.until.is_some() && !summaries.is_empty() {
                        let later =
                            tr!("what came later is in no row, as asked for: a conversation may go on");
                        table.footer.push(Line::new().tone(Tone::Warn, later));
                    }
                    write_table(&table, medium, &run.style, run.out)?;
                    hiding.fetch_add(summaries.iter().map(hiding_requests).sum(), Relaxed);
                    if summaries.is_empty() {
                        run.note(&tr!(
                            "there is no conversation in the input, or none that the filters admit"
                        ))?;
                    }
                }
                Medium::Records(format) => {
                    let mut writer = RecordWriter::new::<ConversationRecord>(format, run.out)?;
                    let zone = run.zone;
                    writer.write_each(conversations, |conversation| {
                        let summary = conversation.summary();
                        hiding.fetch_add(hiding_requests(&summary), Relaxed);
                        ConversationRecord::new(summary, zone)
                    })?;
                    writer.finish()?;
                }
            }
        }
        run.note_hiding_requests(hiding.into_inner())?;
        if records_without_conversation > 0 {
            let records = plural(records_without_conversation, "record belongs", "records belong");
            run.note(&tr!("{records} to no conversation", records))?;
        }
        run.note_nameless_events()?;
        Ok(run.conclude(Exit::Answered, &scan.account)?)
    }
}

/// How many of its network requests may stand for several.
fn hiding_requests(conversation: &ConversationSummary) -> u64 {
    conversation.network.map_or(0, |network| network.hiding)
}

fn table(conversations: &[ConversationSummary], zone: Zone, short: bool) -> Table {
    if conversations.is_empty() {
        return Table::default();
    }
    let ids = shown_ids(conversations.iter().map(|conversation| conversation.id.as_str()), short);
    let layout = Layout::of(conversations, short);
    let sections = by_day(in_families(conversations).into_par_iter().map(|member| {
        // A family stays together on the day of its eldest, also across midnight.
        let day = member.eldest.start.map(|start| zone.show(start));
        (day, layout.row(member.conversation, member.depth, &ids, day, zone))
    }));
    Table {
        title: Vec::new(),
        columns: layout.columns(),
        sections,
        footer: [footer(conversations, zone, layout.only_model)]
            .into_iter()
            .chain(torsos(conversations))
            .collect(),
    }
}

/// A conversation among those that one of them opened, directly or not.
struct Member<'a> {
    conversation: &'a ConversationSummary,
    eldest: &'a ConversationSummary,
    depth: usize,
}

/// Each conversation; those that another one opened follow it.
fn in_families(conversations: &[ConversationSummary]) -> Vec<Member<'_>> {
    let known: BTreeSet<&str> = conversations.iter().map(|conversation| conversation.id.as_str()).collect();
    let mut children: BTreeMap<&str, Vec<&ConversationSummary>> = BTreeMap::new();
    let mut roots = Vec::new();
    for conversation in conversations {
        match conversation.parent.as_deref().filter(|parent| known.contains(parent)) {
            Some(parent) => children.entry(parent).or_default().push(conversation),
            None => roots.push(conversation),
        }
    }
    let alone = |conversation| Member { conversation, eldest: conversation, depth: 0 };
    let mut ordered = Vec::with_capacity(conversations.len());
    let mut pending: Vec<_> = roots.into_iter().rev().map(alone).collect();
    while let Some(member) = pending.pop() {
        let below = children.remove(member.conversation.id.as_str()).unwrap_or_default();
        let (eldest, depth) = (member.eldest, member.depth + 1);
        pending.extend(below.into_iter().rev().map(|conversation| Member { conversation, eldest, depth }));
        ordered.push(member);
    }
    // Two that name each other as parent have no eldest.
    ordered.extend(children.into_values().flatten().map(alone));
    ordered
}

/// Which columns tell the rows apart.
struct Layout<'a> {
    /// The model of all of several conversations, said once where room is short.
    only_model: Option<&'a str>,
    /// Some had several models.
    others: bool,
    users: bool,
    network: bool,
}

impl<'a> Layout<'a> {
    fn of(conversations: &'a [ConversationSummary], short: bool) -> Self {
        let users: BTreeSet<_> = conversations.iter().map(user).collect();
        let models: BTreeSet<Option<&str>> = conversations
            .iter()
            .flat_map(|one| one.models.iter().map(|model| Some(model.as_str())).chain([one.model.as_deref()]))
            .collect();
        let only_model = models.first().copied().flatten();
        Self {
            only_model: only_model.filter(|_| short && models.len() == 1 && conversations.len() > 1),
            others: conversations.iter().any(|conversation| conversation.other_models() > 0),
            users: users.len() > 1,
            network: conversations.iter().any(|conversation| conversation.network.is_some()),
        }
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns =
            vec![Column::left(tr!("START")), Column::right(tr!("LASTED")), Column::left(tr!("ID"))];
        if self.only_model.is_none() {
            let model = Column::left(tr!("MODEL"));
            // How many others there were stands at the end.
            columns.push(if self.others { model.cut_inside(9) } else { model.cut(8) });
        }
        columns.push(Column::right(tr!("PROMPTS")).drop_at(2));
        columns.push(Column::right(tr!("CALLS")));
        if self.network {
            columns.push(Column::right(tr!("NETWORK")).drop_at(3));
        }
        columns.push(Column::right(tr!("TOKENS")).drop_at(4));
        if self.users {
            columns.push(Column::left(tr!("USER")).drop_at(1));
        }
        columns.push(Column::left(tr!("FIRST PROMPT")).cut(16));
        columns
    }

    fn row(
        &self,
        conversation: &ConversationSummary,
        depth: usize,
        ids: &BTreeMap<&str, &str>,
        heading: Option<DateTime<FixedOffset>>,
        zone: Zone,
    ) -> Row {
        let lasted =
            (conversation.end.zip(conversation.start)).and_then(|(end, start)| end.milliseconds_since(start));
        let id = ids.get(conversation.id.as_str()).copied().unwrap_or_default();
        let branch = if depth > 0 { format!("{}└ ", "  ".repeat(depth - 1)) } else { String::new() };
        let start = conversation.start.map(|start| start_below(heading, zone.show(start)));
        let start = if begins_elsewhere(conversation) {
            format!("{}*", start.as_deref().unwrap_or("–")).into()
        } else {
            start.into()
        };
        let mut row: Row = vec![
            start,
            lasted.map(span).into(),
            Line::new().tone(Tone::Dim, branch).tone(Tone::Accent, id).into(),
        ];
        if self.only_model.is_none() {
            let model = conversation.model.as_ref().map(|model| match conversation.other_models() {
                0 => model.clone(),
                others => format!("{model} +{others}"),
            });
            row.push(model.into());
        }
        row.push(conversation.prompts.to_string().into());
        row.push(calls(conversation));
        if self.network {
            row.push(match conversation.network {
                Some(NetworkCounts { requests, denied, .. }) => {
                    counted(requests, &[(denied, '⊘', Tone::Bad)])
                }
                None => Cell::Unknown,
            });
        }
        row.push(conversation.tokens.total().map(count).into());
        if self.users {
            row.push(user(conversation).map(str::to_owned).into());
        }
        row.push(first_prompt(conversation));
        row
    }
}

/// When a conversation started: its time, and what of its day the heading does not say.
fn start_below(heading: Option<DateTime<FixedOffset>>, start: DateTime<FixedOffset>) -> String {
    let has_offset = heading.is_some_and(|heading| heading.offset() == start.offset());
    let form = match heading {
        Some(heading) if has_offset && heading.date_naive() == start.date_naive() => "%H:%M:%S",
        Some(heading) if has_offset && heading.year() == start.year() => "%m-%d %H:%M:%S",
        Some(_) if has_offset => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S %:z",
    };
    start.format(form).to_string()
}

fn user(conversation: &ConversationSummary) -> Option<&str> {
    conversation.user_email.as_deref().or(conversation.user_account_id.as_deref())
}

fn calls(conversation: &ConversationSummary) -> Cell {
    counted(
        conversation.tool_calls,
        &[(conversation.tool_failures, '✗', Tone::Warn), (refusals(conversation), '⊘', Tone::Bad)],
    )
}

/// A count, with how many of it were something a reviewer looks for.
fn counted(number: u64, notable: &[(u64, char, Tone)]) -> Cell {
    let mut line = Line::new();
    for (count, sign, tone) in notable.iter().filter(|(count, ..)| *count > 0) {
        line.push(*tone, format!("{}{sign} ", separated(u128::from(*count))));
    }
    line.push(Tone::Plain, separated(u128::from(number)));
    line.into()
}

fn refusals(conversation: &ConversationSummary) -> u64 {
    conversation.decisions.iter().filter(|(decision, _)| decision.refuses()).map(|(_, count)| count).sum()
}

fn first_prompt(conversation: &ConversationSummary) -> Cell {
    let mut line = Line::new();
    let kind = match conversation.kind {
        Some((ConversationKind::Subagent, _)) => tr!("sub-agent: "),
        Some((ConversationKind::Title, _)) => tr!("title: "),
        Some((ConversationKind::Reviewer, _)) => tr!("reviewer: "),
        Some((ConversationKind::Prewarmed, _)) => tr!("opened ahead of need, never used"),
        Some((ConversationKind::Main, _)) | None => String::new(),
    };
    line.push(Tone::Policy, kind);
    match &conversation.first_prompt {
        Some(prompt) => line.push(Tone::Plain, prompt.trim()),
        None if conversation.prompt_redacted => line.push(Tone::Dim, tr!("[not recorded]")),
        None => {}
    }
    if line.is_empty() { Cell::Unknown } else { line.into() }
}

/// Whether Codex opened it of its own accord: nobody typed its prompts.
fn is_opened_by_codex(conversation: &ConversationSummary) -> bool {
    conversation.kind.is_some_and(|(kind, _)| kind != ConversationKind::Main)
}

/// A conversation whose start was not read shows what was read of it as if it were the whole.
fn begins_elsewhere(conversation: &ConversationSummary) -> bool {
    conversation.starts == 0
}

/// What to know of those that begin elsewhere.
fn torsos(conversations: &[ConversationSummary]) -> Option<Line> {
    conversations.iter().any(begins_elsewhere).then(|| {
        Line::new().tone(
            Tone::Warn,
            tr!("* its start is not among what was read or asked for: the row shows only the rest"),
        )
    })
}

fn footer(conversations: &[ConversationSummary], zone: Zone, only_model: Option<&str>) -> Line {
    let sum = |of: fn(&ConversationSummary) -> u64| conversations.iter().map(of).sum::<u64>();
    let days: BTreeSet<_> = conversations
        .iter()
        .filter_map(|conversation| Some(zone.show(conversation.start?).date_naive()))
        .collect();
    let mut line = Line::new().plain(plural(conversations.len() as u64, "conversation", "conversations"));
    line.push(Tone::Plain, tr!(" on {}", plural(days.len() as u64, "day", "days")));
    if let Some(model) = only_model {
        line.push(Tone::Plain, tr!(" · all with {model}", model));
    }
    line.push(Tone::Plain, format!(" · {}", plural(sum(|one| one.prompts), "prompt", "prompts")));
    let by_codex = sum(|one| if is_opened_by_codex(one) { one.prompts } else { 0 });
    if by_codex > 0 && by_codex == sum(|one| one.prompts) {
        line.push(Tone::Plain, tr!(", all in conversations that Codex opened"));
    } else if by_codex > 0 {
        let by_codex = separated(u128::from(by_codex));
        line.push(Tone::Plain, tr!(", {by_codex} of them in conversations that Codex opened", by_codex));
    }
    line.push(Tone::Plain, format!(" · {}", plural(sum(|one| one.tool_calls), "call", "calls")));
    let failed = sum(|one| one.tool_failures);
    if failed > 0 {
        let failed = separated(u128::from(failed));
        line.push(Tone::Warn, tr!(", {failed}✗ failed", failed));
    }
    let refused = sum(refusals);
    if refused > 0 {
        let refused = separated(u128::from(refused));
        line.push(Tone::Bad, tr!(", {refused}⊘ refused", refused));
    }
    let denied = sum(|one| one.network.map_or(0, |network| network.denied));
    if denied > 0 {
        let requests = if denied == 1 { tr!("network request") } else { tr!("network requests") };
        line.push(Tone::Bad, tr!(" · {denied}⊘ {requests} denied", denied, requests));
    }
    line
}
