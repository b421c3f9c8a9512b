//! `codex-audit tool-decision`: who allowed what, and what came of it?

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::Args;
use globset::GlobMatcher;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use tr::tr;

use super::account::Exit;
use super::help;
use super::human::{id_cell, plural, separated, shown_ids, span};
use super::output::RecordWriter;
use super::records::{ToolDecisionRecord, ToolDecisionSummaryRecord};
use super::wording::{
    by_day, decided_word, decision_word, no_decision, outcome_word, sandbox_words, source_words, terms_of,
    tool_label,
};
use super::{Run, Zone, unmet};
use crate::event::{Decision, DecisionSource, MorePermissions, name_glob};
use crate::query::{CallDetail, CallLog, CallResult, Condition, ToolDecisionRow};
use crate::render::{Medium, write_table};
use crate::report::{Cell, Column, Line, Row, Section, Table, Tone};
use crate::words::{Sentence, sentence};

/// Show who allowed each tool call, and what came of it
///
/// One row a decision, joined with the sandbox's outcome and the result of the call. A decision by `config` was made by
/// the configuration, its hooks included, one by the reviewer (`automated_reviewer`) by a model that Codex asked: no
/// person was asked. `approved_for_session` by `user` stands for each call that a person's answer covers, also for those
/// before which nobody was asked anew.
///
/// What the logs cannot show: a request that a person cancels leaves no record at all, neither decision nor result; a
/// call that policy forbids outright leaves a failed result without a decision; most calls of MCP servers and those of
/// Codex's own planning tools have no decision either. Such calls are "no decision recorded", which is not
/// "unauthorised"; --undecided adds them. Which person decided is not recorded: `list --json` has the account,
/// where Codex was logged in with one. How long a call took includes the time in which it waited for an answer.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::TOOL_DECISION)]
pub struct ToolDecisionArgs {
    /// Only these decisions, e.g. denied; refused stands for all after which a call was not to run
    #[arg(long, value_name = "DECISION", value_delimiter = ',', value_parser = decision_parser())]
    decision: Vec<Asked>,

    /// Only decisions of these: config, user, `automated_reviewer`
    #[arg(long, value_name = "SOURCE", value_delimiter = ',', value_parser = source_parser())]
    source: Vec<DecisionSource>,

    /// Only tools whose name matches, e.g. `exec_*` or 'MCP github.*'
    #[arg(long, value_name = "GLOB")]
    tool: Option<String>,

    /// Add the calls that carry no decision
    #[arg(long)]
    undecided: bool,

    /// Count by decision, source and tool
    #[arg(long)]
    summary: bool,
}

/// Which decisions are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Only(Decision),
    /// Whatever refuses a call: who asks what was refused must not have to know each way of it.
    Refused,
}

impl Asked {
    const REFUSED: &str = "refused";

    fn admits(self, decision: Decision) -> bool {
        match self {
            Self::Only(asked) => decision == asked,
            Self::Refused => decision.refuses(),
        }
    }
}

fn decision_parser() -> impl clap::builder::TypedValueParser<Value = Asked> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(Decision::ALL.map(Decision::as_str).into_iter().chain([Asked::REFUSED])).map(
        |word| {
            if word == Asked::REFUSED { Asked::Refused } else { Asked::Only(Decision::of(&word)) }
        },
    )
}

fn source_parser() -> impl clap::builder::TypedValueParser<Value = DecisionSource> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    let words = [DecisionSource::Config, DecisionSource::User, DecisionSource::AutomatedReviewer];
    PossibleValuesParser::new(words.map(DecisionSource::as_str))
        .try_map(|word| DecisionSource::of(&word).ok_or("no such source"))
}

/// What the table does not hold, said below it.
const LIMIT: Sentence = sentence!(
    "A request that a person cancels leaves no record in Codex's logs: such calls are not in this table."
);

impl ToolDecisionArgs {
    /// Answers.
    ///
    /// # Errors
    /// When an argument is none or the answer cannot be written.
    pub fn run(&self, run: Run<'_>) -> anyhow::Result<Exit> {
        let tool = self.tool.as_deref().map(name_glob).transpose()?;
        if self.summary { self.summarise(run, tool.as_ref()) } else { self.list(run, tool.as_ref()) }
    }

    fn list(&self, mut run: Run<'_>, tool: Option<&GlobMatcher>) -> anyhow::Result<Exit> {
        let Some(scan) = run.ask(|filter| CallLog::new(filter.clone(), CallDetail::WithoutOutput))? else {
            return Ok(Exit::Failed);
        };
        let mut rows = scan.answer.decisions(self.undecided || tool.is_some());
        rows.par_sort_by_key(|row| row.order);
        let unmet =
            tool.and_then(|glob| unmet::of_names(Condition::Tool, glob, rows.iter().flat_map(tool_names)));
        rows.retain(|row| self.admits(row, tool));
        match run.format.medium() {
            Medium::Text(_) if rows.is_empty() => {}
            Medium::Text(medium) => {
                write_table(&table(&rows, run.zone, run.style.truncate), medium, &run.style, run.out)?;
            }
            Medium::Records(format) => {
                let mut writer = RecordWriter::new::<ToolDecisionRecord<'_>>(format, run.out)?;
                let (account, zone) = (&scan.account, run.zone);
                writer.write_each(rows.iter().collect(), |row| {
                    let file = account.file_name(row.order.location().file);
                    ToolDecisionRecord::new(row, file, zone)
                })?;
                writer.finish()?;
            }
        }
        let nothing = rows.is_empty();
        let homeless = rows.iter().filter(|row| row.conversation_id.is_none()).count() as u64;
        note_homeless(&mut run, homeless)?;
        // The program ends here, and need not wait until so much memory was given back.
        rayon::spawn(|| drop(rows));
        Ok(run.conclude_rows(nothing, unmet, &scan.account, || self.why_nothing())?)
    }

    fn summarise(&self, mut run: Run<'_>, tool: Option<&GlobMatcher>) -> anyhow::Result<Exit> {
        let Some(scan) = run.ask(|filter| CallLog::new(filter.clone(), CallDetail::Outcome))? else {
            return Ok(Exit::Failed);
        };
        let count = |counts: &mut Counts, rows: &[ToolDecisionRow]| {
            for rows in rows.chunk_by(|row, next| Arc::ptr_eq(&row.call, &next.call)) {
                if tool.is_some() {
                    counts.hear_names(rows);
                }
                counts.count_call(rows.iter().filter(|row| self.admits(row, tool)));
            }
        };
        let counts = scan.answer.count_decisions(self.undecided || tool.is_some(), count, Counts::join);
        let unmet = tool.and_then(|glob| {
            unmet::of_names(Condition::Tool, glob, counts.tool_names.iter().map(String::as_str))
        });
        let records: Vec<_> = counts.records.values().collect();
        match run.format.medium() {
            Medium::Text(_) if records.is_empty() => {}
            Medium::Text(medium) => write_table(&summary_table(&counts), medium, &run.style, run.out)?,
            Medium::Records(format) => {
                let mut writer = RecordWriter::new::<ToolDecisionSummaryRecord>(format, run.out)?;
                records.iter().try_for_each(|record| writer.write(*record))?;
                writer.finish()?;
            }
        }
        note_homeless(&mut run, counts.homeless)?;
        Ok(run.conclude_rows(records.is_empty(), unmet, &scan.account, || self.why_nothing())?)
    }

    /// Whether a row is asked for.
    fn admits(&self, row: &ToolDecisionRow, tool: Option<&GlobMatcher>) -> bool {
        let decided = row.decision.as_ref().map_or(self.undecided, |decision| {
            (self.decision.is_empty() || self.decision.iter().any(|asked| asked.admits(decision.decision)))
                && (self.source.is_empty()
                    || decision.source.is_some_and(|source| self.source.contains(&source)))
        });
        decided && tool.is_none_or(|glob| tool_names(row).any(|name| glob.is_match(name.as_ref())))
    }

    fn why_nothing(&self) -> String {
        let hint =
            if self.undecided { String::new() } else { tr!("; --undecided adds calls without a decision") };
        tr!("no decision on a tool call is recorded in the input, or none that is asked for{hint}", hint)
    }
}

/// Says that what is known of calls lies apart, where that is so.
fn note_homeless(run: &mut Run<'_>, calls: u64) -> std::io::Result<()> {
    if calls == 0 {
        return Ok(());
    }
    let calls = plural(calls, "row belongs", "rows belong");
    run.note(&tr!("{calls} to no conversation: decisions and results are not joined there", calls))
}

/// The names of a row's tool: as the decision and the result have it, and that of an MCP server's as it is shown.
fn tool_names(row: &ToolDecisionRow) -> impl Iterator<Item = Cow<'_, str>> {
    let names = [row.tool_name(), row.call.tool_name.as_deref()].into_iter().flatten();
    let shown = row.tool_name().filter(|_| row.call.mcp_server().is_some()).map(|name| shown_name(row, name));
    names.map(Cow::Borrowed).chain(shown.map(Cow::Owned))
}

fn shown_name(row: &ToolDecisionRow, name: &str) -> String {
    tool_label(Some(name), row.call.mcp_server())
}

fn table(rows: &[ToolDecisionRow], zone: Zone, short: bool) -> Table {
    let ids = shown_ids(rows.iter().filter_map(|row| row.conversation_id.as_deref()), short);
    let sections = by_day(rows.par_iter().map(|row| {
        let shown = row.order.time().map(|time| zone.show(time));
        let time = shown.map(|shown| shown.format("%H:%M:%S").to_string());
        (shown, table_row(row, time, &ids))
    }));
    let undecided = rows.iter().filter(|row| row.decision.is_none()).count() as u64;
    let mut counts = Line::new().plain(plural(rows.len() as u64 - undecided, "decision", "decisions"));
    if undecided > 0 {
        counts
            .push(Tone::Plain, tr!(" · {} without a decision on record", plural(undecided, "call", "calls")));
    }
    // A call with several decisions stands in several rows.
    let calls: BTreeMap<_, _> = rows.iter().map(|row| (Arc::as_ptr(&row.call), &row.call.result)).collect();
    let without_result = calls.values().filter(|result| result.is_none()).count() as u64;
    let says_nothing = |result: &CallResult| result.success.is_none();
    let without_outcome =
        calls.values().filter(|result| result.as_ref().is_some_and(says_nothing)).count() as u64;
    let counts = counts.join(unknown_outcomes(without_result, without_outcome));
    let legend = rows.par_iter().any(asks_for_more).then(|| {
        let meaning = tr!("asked for more than the sandbox allows; see show");
        Line::new().tone(Tone::Warn, MORE_THAN_THE_SANDBOX.to_string()).tone(Tone::Dim, format!(" {meaning}"))
    });
    Table {
        title: Vec::new(),
        columns: vec![
            Column::left(tr!("TIME")),
            Column::left(tr!("CONVERSATION")).drop_at(2),
            Column::left(tr!("TOOL")).cut(13),
            // What was decided and who decided differ behind what they have in common, so each has room of its own.
            Column::left(tr!("DECISION")).cut(14),
            Column::left(tr!("BY")).cut(8),
            Column::left(tr!("OUTCOME")).cut(10),
            Column::right(tr!("LASTED")).drop_at(1),
            Column::left(tr!("WHAT")).cut(22),
        ],
        sections,
        footer: [counts]
            .into_iter()
            .chain(legend)
            .chain([Line::new().tone(Tone::Dim, LIMIT.told())])
            .collect(),
    }
}

/// Stands before a command for which the model asked for more than the sandbox gives.
const MORE_THAN_THE_SANDBOX: char = '↗';

fn asks_for_more(row: &ToolDecisionRow) -> bool {
    matches!(terms_of(&row.call).more, Some(MorePermissions::Outside | MorePermissions::Additional))
}

fn table_row(row: &ToolDecisionRow, time: Option<String>, ids: &BTreeMap<&str, &str>) -> Row {
    const MOST_OUTCOMES: usize = 4;
    // What the sandbox did stands first: a narrow terminal cuts the end.
    let mut outcome = Line::new();
    let mut in_sandbox = row.call.ends_in_sandbox();
    for sandbox in in_sandbox.by_ref().take(MOST_OUTCOMES) {
        outcome = outcome.join(sandbox_words(sandbox)).plain(" · ");
    }
    // Each row of a call says so: of very many the table would grow by their square.
    match in_sandbox.count() {
        0 => {}
        more => outcome = outcome.plain(tr!("{more} more in the sandbox", more)).plain(" · "),
    }
    let result = row.call.result.as_ref();
    let outcome = outcome.join(outcome_word(&row.call));
    let command = result.and_then(|result| result.command.clone());
    let sign = if asks_for_more(row) { format!("{MORE_THAN_THE_SANDBOX} ") } else { String::new() };
    let mut what = Line::new().tone(Tone::Warn, sign).plain(command.unwrap_or_default());
    if let Some(review) = row.review() {
        let verdict = review
            .outcome
            .as_deref()
            .or(review.status.as_deref())
            .map_or_else(|| tr!("no verdict"), str::to_owned);
        let risk = review.risk_level.as_deref().map_or_else(String::new, |risk| tr!(", risk {risk}", risk));
        let apart = if what.is_empty() { "" } else { "  " };
        what.push(Tone::Policy, format!("{apart}{}", tr!("[review: {verdict}{risk}]", verdict, risk)));
    }
    let (decision, by) = row.decision.as_ref().map_or((no_decision().into(), Cell::Unknown), |decision| {
        let (tone, by) = source_words(decision.source, decision.source_raw.as_deref());
        let decided = if decision.decision.refuses() { Tone::Bad } else { tone };
        (Cell::toned(decided, decided_word(decision)), by_cell(tone, by))
    });
    vec![
        time.into(),
        id_cell(row.conversation_id.as_deref(), ids),
        row.tool_name().map(|name| shown_name(row, name)).into(),
        decision,
        by,
        outcome.into(),
        result.and_then(|result| result.duration_ms).map(span).into(),
        if what.is_empty() { Cell::Unknown } else { what.into() },
    ]
}

/// What the rows of some conversations amount to.
#[derive(Default)]
struct Counts {
    records: BTreeMap<CountKey, ToolDecisionSummaryRecord>,
    /// Calls, however many decisions each had.
    calls: u64,
    /// Of those, how many the sandbox blocked.
    sandbox_denied: u64,
    /// Of those, how many have no result on record.
    without_result: u64,
    /// Of those, how many have a result that does not say whether it was a success.
    without_outcome: u64,
    /// Of those, how many belong to no conversation.
    homeless: u64,
    /// Of all rows, asked for or not.
    tool_names: BTreeSet<String>,
}

/// What calls are counted by, and the order of the counts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct CountKey {
    mcp_server: Option<String>,
    tool_name: Option<String>,
    decision: Option<Decision>,
    source: Option<DecisionSource>,
}

impl Counts {
    fn hear_names(&mut self, rows: &[ToolDecisionRow]) {
        for name in rows.iter().flat_map(tool_names) {
            if !self.tool_names.contains(name.as_ref()) {
                self.tool_names.insert(name.into_owned());
            }
        }
    }

    /// Counts one call, once under each decision that it had.
    fn count_call<'a>(&mut self, rows: impl Iterator<Item = &'a ToolDecisionRow>) {
        let rows: BTreeMap<CountKey, &ToolDecisionRow> = rows.map(|row| (CountKey::of(row), row)).collect();
        let Some((call, conversation)) = rows.values().next().map(|row| (&row.call, &row.conversation_id))
        else {
            return;
        };
        self.homeless += u64::from(conversation.is_none());
        let is_denied = call.sandbox_outcomes.last().is_some_and(|outcome| outcome == "denied");
        self.calls += 1;
        self.sandbox_denied += u64::from(is_denied);
        let success = call.result.as_ref().map(|result| result.success);
        self.without_result += u64::from(success.is_none());
        self.without_outcome += u64::from(success == Some(None));
        for key in rows.into_keys() {
            let record = self.record(key);
            record.calls += 1;
            record.failed += u64::from(success == Some(Some(false)));
            record.without_result += u64::from(success.is_none());
            record.without_outcome += u64::from(success == Some(None));
            record.sandbox_denied += u64::from(is_denied);
        }
    }

    fn record(&mut self, key: CountKey) -> &mut ToolDecisionSummaryRecord {
        self.records.entry(key).or_insert_with_key(|key| ToolDecisionSummaryRecord {
            schema_version: super::records::SCHEMA_VERSION,
            record_type: "tool_decision_summary",
            mcp_server: key.mcp_server.clone(),
            tool_name: key.tool_name.clone(),
            decision: key.decision.map(Decision::as_str),
            decision_source: key.source.map(DecisionSource::as_str),
            ..ToolDecisionSummaryRecord::default()
        })
    }

    fn join(mut self, other: Self) -> Self {
        use std::collections::btree_map::Entry;
        for (key, more) in other.records {
            match self.records.entry(key) {
                Entry::Occupied(mut entry) => {
                    let record = entry.get_mut();
                    record.calls += more.calls;
                    record.failed += more.failed;
                    record.without_result += more.without_result;
                    record.without_outcome += more.without_outcome;
                    record.sandbox_denied += more.sandbox_denied;
                }
                Entry::Vacant(entry) => drop(entry.insert(more)),
            }
        }
        self.calls += other.calls;
        self.sandbox_denied += other.sandbox_denied;
        self.without_result += other.without_result;
        self.without_outcome += other.without_outcome;
        self.homeless += other.homeless;
        self.tool_names.extend(other.tool_names);
        self
    }
}

impl CountKey {
    fn of(row: &ToolDecisionRow) -> Self {
        let decision = row.decision.as_ref();
        Self {
            mcp_server: row.call.mcp_server().map(str::to_owned),
            tool_name: row.tool_name().map(str::to_owned),
            decision: decision.map(|decision| decision.decision),
            source: decision.and_then(|decision| decision.source),
        }
    }
}

fn summary_table(counts: &Counts) -> Table {
    let records = || counts.records.values();
    let most = records().map(|record| record.calls).max().unwrap_or(1);
    let unknown = |record: &ToolDecisionSummaryRecord| record.without_result + record.without_outcome;
    let some_unknown = records().any(|record| unknown(record) > 0);
    let rows = records().map(|record| {
        let label = tool_label(record.tool_name.as_deref(), record.mcp_server.as_deref());
        let decision = match record.decision.map(Decision::of) {
            Some(decision) if decision.refuses() => Cell::toned(Tone::Bad, decision_word(decision)),
            Some(decision) => decision_word(decision).into(),
            None => no_decision().into(),
        };
        let source = record.decision_source.and_then(DecisionSource::of);
        let (tone, by) = source_words(source, None);
        let mut row: Row = vec![
            label.into(),
            decision,
            by_cell(tone, by),
            separated(u128::from(record.calls)).into(),
            if record.calls == unknown(record) { Cell::Unknown } else { notable_count(record.failed) },
        ];
        row.extend(some_unknown.then(|| notable_count(unknown(record))));
        row.push(Cell::bar(record.calls, most, Tone::Policy));
        row
    });
    let section = Section { heading: None, rows: rows.collect() };
    let mut footer = Vec::new();
    let mut total = Line::new().plain(plural(counts.calls, "call", "calls"));
    if counts.sandbox_denied > 0 {
        let blocked = counts.sandbox_denied;
        total.push(Tone::Bad, tr!(" · {blocked} recorded as blocked by the sandbox", blocked));
    }
    total = total.join(unknown_outcomes(counts.without_result, counts.without_outcome));
    if records().map(|record| record.calls).sum::<u64>() > counts.calls {
        total.push(Tone::Dim, tr!(" · a call with several decisions stands in several rows"));
    }
    footer.push(total);
    footer.push(Line::new().tone(Tone::Dim, LIMIT.told()));
    let mut columns = vec![
        Column::left(tr!("TOOL")).cut(10),
        Column::left(tr!("DECISION")).cut(14),
        Column::left(tr!("BY")).cut(8),
        Column::right(tr!("CALLS")),
        Column::right(tr!("FAILED")),
    ];
    // So that nobody takes what did not fail for what succeeded.
    columns.extend(some_unknown.then(|| Column::right(tr!("UNKNOWN"))));
    columns.push(Column::left("").drop_at(0));
    Table { title: Vec::new(), columns, sections: vec![section], footer }
}

/// Of how many calls it is not known whether they failed, and why, behind other counts.
fn unknown_outcomes(without_result: u64, without_outcome: u64) -> Line {
    let mut line = Line::new();
    if without_result > 0 {
        let calls = plural(without_result, "call", "calls");
        line.push(Tone::Warn, tr!(" · {calls} without a result on record", calls));
    }
    if without_outcome > 0 {
        let calls = plural(without_outcome, "call", "calls");
        line.push(Tone::Warn, tr!(" · {calls} with a result that does not say whether it failed", calls));
    }
    line
}

fn by_cell(tone: Tone, by: String) -> Cell {
    if by.is_empty() { Cell::Unknown } else { Cell::toned(tone, by) }
}

fn notable_count(calls: u64) -> Cell {
    let shown = separated(u128::from(calls));
    if calls == 0 { shown.into() } else { Cell::toned(Tone::Warn, shown) }
}
