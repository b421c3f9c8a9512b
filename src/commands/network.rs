//! `codex-audit network`: what did it try to reach, and did it get there?

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use tr::tr;

use super::account::Exit;
use super::help;
use super::human::{plural, shown_ids};
use super::output::RecordWriter;
use super::records::{NetworkDecisionRecord, NetworkSummaryRecord, SCHEMA_VERSION};
use super::wording::{day_heading, target, verdict_words};
use super::{Run, Zone, unmet};
use crate::event::{NetworkDecision, UnixNano, name_glob};
use crate::query::{CallDetail, CallLog, Condition, NetworkRow};
use crate::render::write_table;
use crate::report::{Cell, Column, Line, Section, Table, Tone};

/// Show what the agent tried to reach through Codex's network proxy
///
/// One row a request; of several verdicts on it the last is what happened. The tool call during which it happened is
/// named where time allows just one.
///
/// What the logs cannot show: Codex records this only with its network proxy on (`features.network_proxy`), and
/// requests that go around the proxy, as those to localhost do, leave no record.
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
    pub fn run(&self, mut run: Run<'_>) -> anyhow::Result<Exit> {
        let host = self.host.as_deref().map(name_glob).transpose()?;
        let Some(scan) = run.ask(CallLog::new(run.filter.clone(), CallDetail::Asked))? else {
            return Ok(Exit::Failed);
        };
        let mut rows = scan.answer.requests();
        let unmet = host.as_ref().and_then(|glob| {
            let names = rows.iter().filter_map(|row| row.request.last.server_address.as_deref());
            unmet::of_names(Condition::Host, glob, names)
        });
        let is_misspelt = unmet.is_some();
        run.unmet.extend(unmet);
        rows.retain(|row| {
            let last = &row.request.last;
            (self.decision.is_empty() || self.decision.contains(&last.decision))
                && host
                    .as_ref()
                    .is_none_or(|glob| last.server_address.as_ref().is_some_and(|host| glob.is_match(host)))
        });
        let exit = if rows.is_empty() { Exit::Finding } else { Exit::Answered };
        match (run.format.text_medium(), self.summary) {
            (Some(_), _) if rows.is_empty() => {}
            (Some(medium), true) => {
                write_table(&summary_table(&summaries(&rows, run.zone)), medium, &run.style, run.out)?;
            }
            (Some(medium), false) => {
                write_table(&table(&rows, run.zone, run.style.truncate), medium, &run.style, run.out)?;
            }
            (None, true) => {
                let mut writer = RecordWriter::new::<NetworkSummaryRecord>(run.format, run.out)?;
                for record in summaries(&rows, run.zone) {
                    writer.write(&record)?;
                }
                writer.finish()?;
            }
            (None, false) => {
                let mut writer = RecordWriter::new::<NetworkDecisionRecord<'_>>(run.format, run.out)?;
                let (account, zone) = (&scan.account, run.zone);
                writer.write_each(rows.iter().collect(), |row| {
                    let file = account.file_name(row.request.last.order.location().file);
                    NetworkDecisionRecord::new(row, file, zone)
                })?;
                writer.finish()?;
            }
        }
        if rows.is_empty() && !is_misspelt && scan.account.unopened.is_empty() {
            run.note(&tr!("no network request is recorded in the input, or none that is asked for: Codex records them only with its network proxy on (features.network_proxy)"))?;
        }
        Ok(run.conclude(exit, &scan.account)?)
    }
}

fn table(rows: &[NetworkRow], zone: Zone, short: bool) -> Table {
    let ids = shown_ids(rows.iter().filter_map(|row| row.conversation_id.as_deref()), short);
    let mut sections: Vec<(Option<chrono::NaiveDate>, Section)> = Vec::new();
    for row in rows {
        let last = &row.request.last;
        let shown = last.order.time().map(|time| zone.show(time));
        let date = shown.map(|shown| shown.date_naive());
        if sections.last().is_none_or(|(before, _)| *before != date) {
            sections.push((date, Section { heading: Some(day_heading(shown)), rows: Vec::new() }));
        }
        let why: Vec<&str> = [last.reason.as_deref(), last.source.as_deref()].into_iter().flatten().collect();
        let command = row.call.as_ref().and_then(|call| call.result.as_ref()?.command.clone());
        let cells = vec![
            shown.map(|shown| shown.format("%H:%M:%S%.3f").to_string()).into(),
            row.conversation_id
                .as_deref()
                .and_then(|id| ids.get(id))
                .map_or(Cell::Unknown, |id| Cell::toned(Tone::Accent, *id)),
            verdict_words(last.decision).into(),
            target(&row.request).into(),
            if why.is_empty() { Cell::Unknown } else { Cell::toned(Tone::Dim, why.join(", ")) },
            command.into(),
        ];
        if let Some((_, section)) = sections.last_mut() {
            section.rows.push(cells);
        }
    }
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
            Column::left(tr!("TARGET")).cut(20),
            Column::left(tr!("WHY")).cut(8),
            Column::left(tr!("DURING")).cut(18),
        ],
        sections: sections.into_iter().map(|(_, section)| section).collect(),
        footer: vec![
            footer,
            Line::new().tone(Tone::Dim, tr!("Only requests through Codex's network proxy are recorded.")),
        ],
    }
}

fn summaries(rows: &[NetworkRow], zone: Zone) -> Vec<NetworkSummaryRecord> {
    #[derive(Default)]
    struct Count<'a> {
        requests: u64,
        conversations: BTreeSet<Option<&'a str>>,
        first: Option<UnixNano>,
        last: Option<UnixNano>,
    }
    let mut counts: BTreeMap<(Option<&str>, NetworkDecision), Count<'_>> = BTreeMap::new();
    for row in rows {
        let last = &row.request.last;
        let count = counts.entry((last.server_address.as_deref(), last.decision)).or_default();
        count.requests += 1;
        count.conversations.insert(row.conversation_id.as_deref());
        let time = last.order.time();
        count.first = [count.first, time].into_iter().flatten().min();
        count.last = count.last.max(time);
    }
    (counts.into_iter())
        .map(|((host, decision), count)| NetworkSummaryRecord {
            schema_version: SCHEMA_VERSION,
            record_type: "network_summary",
            server_address: host.map(str::to_owned),
            decision: decision.as_str(),
            requests: count.requests,
            conversations: count.conversations.len() as u64,
            first_time: count.first.map(|time| zone.rfc3339(time)),
            last_time: count.last.map(|time| zone.rfc3339(time)),
        })
        .collect()
}

fn summary_table(records: &[NetworkSummaryRecord]) -> Table {
    let most = records.iter().map(|record| record.requests).max().unwrap_or(1);
    let rows = records.iter().map(|record| {
        let verdict = match record.decision {
            "allow" => verdict_words(NetworkDecision::Allow),
            "deny" => verdict_words(NetworkDecision::Deny),
            "ask" => verdict_words(NetworkDecision::Ask),
            _ => verdict_words(NetworkDecision::Unknown),
        };
        #[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
        let share = record.requests as f64 / most as f64;
        vec![
            record.server_address.clone().into(),
            verdict.into(),
            record.requests.to_string().into(),
            record.conversations.to_string().into(),
            Cell::Bar { share, tone: if record.decision == "deny" { Tone::Bad } else { Tone::Network } },
        ]
    });
    Table {
        title: Vec::new(),
        columns: vec![
            Column::left(tr!("HOST")).cut(16),
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
