//! `codex-audit network`: what did it try to reach, and did it get there?

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use globset::GlobMatcher;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use tr::tr;

use super::account::Exit;
use super::help;
use super::human::{id_cell, plural, shown_ids};
use super::output::RecordWriter;
use super::records::{NetworkDecisionRecord, NetworkSummaryRecord, SCHEMA_VERSION, nano_digits};
use super::wording::{by_day, target, verdict_words};
use super::{Run, Zone, unmet};
use crate::event::{NetworkDecision, UnixNano, host_glob};
use crate::query::{CallDetail, CallLog, Condition, NetworkRow};
use crate::render::{Medium, write_table};
use crate::report::{Cell, Column, Line, Section, Table, Tone};

/// Show what the agent tried to reach through Codex's network proxy
///
/// One row a request; of several verdicts on it the last is what happened. The tool call during which it happened is
/// named where time allows just one.
///
/// Why is told in the proxy's own words: its reason, then what decided. `not_allowed` is a host that is not on the list
/// of those allowed, `denied` one that is on the list of those denied.
///
/// What the logs cannot show: Codex records this only with its network proxy on (`features.network_proxy`), and
/// requests that go around the proxy leave no record. Those to localhost do, unless the command says otherwise.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::NETWORK)]
pub struct NetworkArgs {
    /// Only these verdicts: allow, deny, ask, unknown
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = verdict_parser())]
    decision: Vec<NetworkDecision>,

    /// Only hosts that match, e.g. `*.example.com`
    #[arg(long, value_name = "GLOB")]
    host: Option<String>,

    /// Count by host and verdict
    #[arg(long)]
    summary: bool,
}

fn verdict_parser() -> impl clap::builder::TypedValueParser<Value = NetworkDecision> {
    use NetworkDecision::{Allow, Ask, Deny, Unknown};
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    let all = [Allow, Deny, Ask, Unknown];
    PossibleValuesParser::new(all.map(NetworkDecision::as_str)).try_map(move |word| {
        all.into_iter().find(|verdict| verdict.as_str() == word).ok_or("no such verdict")
    })
}

impl NetworkArgs {
    /// Answers.
    ///
    /// # Errors
    /// When an argument is none or the answer cannot be written.
    pub fn run(&self, run: Run<'_>) -> anyhow::Result<Exit> {
        let host = self.host.as_deref().map(host_glob).transpose()?;
        if self.summary { self.summarise(run, host.as_ref()) } else { self.list(run, host.as_ref()) }
    }

    fn list(&self, mut run: Run<'_>, host: Option<&GlobMatcher>) -> anyhow::Result<Exit> {
        let Some(scan) = run.ask(|filter| CallLog::new(filter.clone(), CallDetail::Asked))? else {
            return Ok(Exit::Failed);
        };
        let mut rows = scan.answer.requests();
        let hiding = hiding(&rows);
        let unmet =
            host.and_then(|glob| unmet::of_names(Condition::Host, glob, rows.iter().flat_map(hosts_of)));
        rows.retain(|row| self.admits(row, host));
        match run.format.medium() {
            Medium::Text(_) if rows.is_empty() => {}
            Medium::Text(medium) => {
                write_table(&table(&rows, run.zone, run.style.truncate), medium, &run.style, run.out)?;
            }
            Medium::Records(format) => {
                let mut writer = RecordWriter::new::<NetworkDecisionRecord<'_>>(format, run.out)?;
                let (account, zone) = (&scan.account, run.zone);
                writer.write_each(rows.iter().collect(), |row| {
                    let file = account.file_name(row.request.last.order.location().file);
                    NetworkDecisionRecord::new(row, file, zone)
                })?;
                writer.finish()?;
            }
        }
        run.note_hiding_requests(hiding)?;
        Ok(run.conclude_rows(rows.is_empty(), unmet, &scan.account, why_nothing)?)
    }

    fn summarise(&self, mut run: Run<'_>, host: Option<&GlobMatcher>) -> anyhow::Result<Exit> {
        let Some(scan) = run.ask(|filter| CallLog::new(filter.clone(), CallDetail::Nothing))? else {
            return Ok(Exit::Failed);
        };
        let count = |counts: &mut Counts, rows: &[NetworkRow]| {
            if host.is_some() {
                counts.hear_hosts(rows);
            }
            counts.hiding += hiding(rows);
            counts.count(rows.iter().filter(|row| self.admits(row, host)));
        };
        let counts = scan.answer.count_requests(count, Counts::join);
        let unmet = host
            .and_then(|glob| unmet::of_names(Condition::Host, glob, counts.hosts.iter().map(String::as_str)));
        let hiding = counts.hiding;
        let is_empty = counts.requests.is_empty();
        match run.format.medium() {
            Medium::Text(_) if is_empty => {}
            Medium::Text(medium) => write_table(&summary_table(&counts), medium, &run.style, run.out)?,
            Medium::Records(format) => {
                let mut writer = RecordWriter::new::<NetworkSummaryRecord>(format, run.out)?;
                counts.records(run.zone).try_for_each(|record| writer.write(&record))?;
                writer.finish()?;
            }
        }
        run.note_hiding_requests(hiding)?;
        Ok(run.conclude_rows(is_empty, unmet, &scan.account, why_nothing)?)
    }

    /// Whether a row is asked for.
    fn admits(&self, row: &NetworkRow, host: Option<&GlobMatcher>) -> bool {
        (self.decision.is_empty() || self.decision.contains(&row.request.last.decision))
            && host.is_none_or(|glob| host_of(row).is_some_and(|host| glob.is_match(host)))
    }
}

/// How many rows may stand for several requests.
fn hiding(rows: &[NetworkRow]) -> u64 {
    rows.iter().filter(|row| !row.request.hides.is_empty()).count() as u64
}

fn why_nothing() -> String {
    tr!(
        "no network request is recorded in the input, or none that is asked for: Codex records them only with its network proxy on (features.network_proxy)"
    )
}

/// The hosts of all records of a row, for what is said of one that no row is about.
fn hosts_of(row: &NetworkRow) -> impl Iterator<Item = &str> {
    row.request.hides.iter().flatten().map(String::as_str).chain(host_of(row))
}

fn host_of(row: &NetworkRow) -> Option<&str> {
    row.request.last.server_address.as_deref()
}

fn table(rows: &[NetworkRow], zone: Zone, short: bool) -> Table {
    let ids = shown_ids(rows.iter().filter_map(|row| row.conversation_id.as_deref()), short);
    let sections = by_day(rows.par_iter().map(|row| {
        let last = &row.request.last;
        let shown = last.order.time().map(|time| zone.show(time));
        let why: Vec<&str> = [last.reason.as_deref(), last.source.as_deref()].into_iter().flatten().collect();
        let command = row.call.as_ref().and_then(|call| call.result.as_ref()?.command.clone());
        let cells = vec![
            shown.map(|shown| shown.format("%H:%M:%S%.3f").to_string()).into(),
            id_cell(row.conversation_id.as_deref(), &ids),
            verdict_words(last.decision).into(),
            target(&row.request).into(),
            if why.is_empty() { Cell::Unknown } else { Cell::toned(Tone::Dim, why.join(", ")) },
            command.into(),
        ];
        (shown, cells)
    }));
    let denied = rows.iter().filter(|row| row.request.last.decision == NetworkDecision::Deny).count();
    let mut footer = Line::new().plain(plural(rows.len() as u64, "request", "requests"));
    if denied > 0 {
        footer.push(Tone::Bad, tr!(", {denied} denied", denied));
    }
    Table {
        title: Vec::new(),
        columns: vec![
            Column::left(tr!("TIME")),
            Column::left(tr!("CONVERSATION")).drop_at(1),
            Column::left(tr!("VERDICT")),
            // Who owns a host stands at its end.
            Column::left(tr!("TARGET")).cut_inside(26),
            Column::left(tr!("WHY")).cut(11),
            Column::left(tr!("DURING")).cut(14),
        ],
        sections,
        footer: vec![
            footer,
            Line::new().tone(Tone::Dim, tr!("Only requests through Codex's network proxy are recorded.")),
        ],
    }
}

/// What the requests of some conversations amount to.
#[derive(Default)]
struct Counts {
    /// By host and verdict.
    requests: BTreeMap<(Option<String>, NetworkDecision), Count>,
    /// Of all rows, asked for or not.
    hosts: BTreeSet<String>,
    hiding: u64,
}

#[derive(Default)]
struct Count {
    requests: u64,
    conversations: u64,
    first: Option<UnixNano>,
    last: Option<UnixNano>,
}

impl Count {
    fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.conversations += more.conversations;
        self.first = [self.first, more.first].into_iter().flatten().min();
        self.last = self.last.max(more.last);
    }
}

impl Counts {
    fn hear_hosts(&mut self, rows: &[NetworkRow]) {
        for host in rows.iter().flat_map(hosts_of) {
            if !self.hosts.contains(host) {
                self.hosts.insert(host.to_owned());
            }
        }
    }

    /// Counts the rows of one conversation.
    fn count<'a>(&mut self, rows: impl Iterator<Item = &'a NetworkRow>) {
        let mut of_conversation: BTreeMap<(Option<&str>, NetworkDecision), Count> = BTreeMap::new();
        for row in rows {
            let last = &row.request.last;
            let time = last.order.time();
            let one = Count { requests: 1, conversations: 0, first: time, last: time };
            let count = of_conversation.entry((host_of(row), last.decision)).or_default();
            count.add(&one);
            // All rows are of one; or of none, which is no conversation.
            count.conversations = u64::from(row.conversation_id.is_some());
        }
        for ((host, decision), count) in of_conversation {
            self.requests.entry((host.map(str::to_owned), decision)).or_default().add(&count);
        }
    }

    fn join(mut self, other: Self) -> Self {
        for (key, more) in other.requests {
            self.requests.entry(key).or_default().add(&more);
        }
        self.hosts.extend(other.hosts);
        self.hiding += other.hiding;
        self
    }

    fn records(self, zone: Zone) -> impl Iterator<Item = NetworkSummaryRecord> {
        self.requests.into_iter().map(move |((host, decision), count)| NetworkSummaryRecord {
            schema_version: SCHEMA_VERSION,
            record_type: "network_summary",
            server_address: host,
            decision: decision.as_str(),
            requests: count.requests,
            conversations: count.conversations,
            first_time: count.first.map(|time| zone.rfc3339(time)),
            first_time_unix_nano: nano_digits(count.first),
            last_time: count.last.map(|time| zone.rfc3339(time)),
            last_time_unix_nano: nano_digits(count.last),
        })
    }
}

fn summary_table(counts: &Counts) -> Table {
    let most = counts.requests.values().map(|count| count.requests).max().unwrap_or(1);
    let rows = counts.requests.iter().map(|((host, decision), count)| {
        let tone = if *decision == NetworkDecision::Deny { Tone::Bad } else { Tone::Network };
        vec![
            host.clone().into(),
            verdict_words(*decision).into(),
            count.requests.to_string().into(),
            count.conversations.to_string().into(),
            Cell::bar(count.requests, most, tone),
        ]
    });
    Table {
        title: Vec::new(),
        columns: vec![
            Column::left(tr!("HOST")).cut_inside(16),
            Column::left(tr!("VERDICT")),
            Column::right(tr!("REQUESTS")),
            Column::right(tr!("CONVERSATIONS")),
            Column::left("").drop_at(0),
        ],
        sections: vec![Section { heading: None, rows: rows.collect() }],
        footer: vec![
            Line::new().tone(Tone::Dim, tr!("Only requests through Codex's network proxy are recorded.")),
        ],
    }
}
