//! The words in which decisions, outcomes and verdicts are told: never more than the record says.

use chrono::{DateTime, Datelike, FixedOffset, Weekday};
use rayon::iter::ParallelIterator;
use tr::tr;

use super::human::{plural, span};
use crate::event::{
    Decision, DecisionSource, Ending, MorePermissions, NetworkDecision, RunTerms, is_shell, run_terms,
};
use crate::query::{CallDecision, NetworkRequest, ToolCall};
use crate::report::{Line, Row, Section, Tone};
use crate::setup::Severity;

/// Who decided.
pub(super) fn source_words(source: Option<DecisionSource>, raw: Option<&str>) -> (Tone, String) {
    match source {
        Some(DecisionSource::Config) => (Tone::Policy, tr!("config")),
        Some(DecisionSource::User) => (Tone::Person, tr!("a person")),
        Some(DecisionSource::AutomatedReviewer) => (Tone::Policy, tr!("reviewer")),
        None => (Tone::Plain, raw.unwrap_or_default().to_owned()),
    }
}

/// What was decided, without by whom.
pub(super) fn decided_word(decision: &CallDecision) -> String {
    match (decision.decision, &decision.decision_raw) {
        (Decision::Unknown, Some(raw)) => tr!("unknown decision `{raw}`", raw),
        (Decision::Abort, _) => tr!("aborted"),
        (decision, _) => decision_word(decision),
    }
}

/// What was decided, and by whom.
fn decision_words(decision: Option<&CallDecision>) -> Line {
    let Some(decision) = decision else { return no_decision() };
    let word = decided_word(decision);
    let (tone, by) = source_words(decision.source, decision.source_raw.as_deref());
    let words = match decision.decision {
        _ if by.is_empty() => word,
        Decision::ApprovedForSession => tr!("approved by {by} for the session", by),
        Decision::ApprovedWithAmendment => tr!("approved by {by} with amendment", by),
        Decision::ApprovedWithNetworkPolicyAllow => tr!("approved by {by} with network policy allow", by),
        Decision::DeniedWithNetworkPolicyDeny => tr!("denied by {by} with network policy deny", by),
        Decision::TimedOut => word + &tr!(" waiting for {by}", by),
        _ => word + &tr!(" by {by}", by),
    };
    let tone = if decision.decision.refuses() { Tone::Bad } else { tone };
    Line::new().tone(tone, words)
}

/// Said of a call that has none.
pub(super) fn no_decision() -> Line {
    Line::new().tone(Tone::Dim, tr!("no decision recorded"))
}

/// What was decided of one call, in the order of time.
pub(super) fn decisions_words(decisions: &[CallDecision]) -> Line {
    let each = decisions.iter().map(|decision| decision_words(Some(decision)));
    each.reduce(|before, next| before.plain(tr!(", then ")).join(next))
        .unwrap_or_else(|| decision_words(None))
}

/// What came of a call, and how long it took.
pub(super) fn outcome_words(call: &ToolCall) -> Line {
    let mut words = outcome_word(call);
    if let Some(result) = &call.result {
        let took = result.duration_ms.map(span);
        words.push(
            Tone::Plain,
            match (result.success, result.ending) {
                (None | Some(true), Some(Ending::Running(session))) => {
                    let after = took.map_or_else(String::new, |took| tr!("; the call took {}", took));
                    tr!(", as session {session}", session) + &after
                }
                _ => took.map_or_else(String::new, |took| tr!(" in {}", took)),
            },
        );
    }
    if let Some(before) = milliseconds_before_decision(call) {
        words.push(Tone::Dim, tr!(", {} of it before the decision", span(before)));
    }
    words
}

/// How much of a call's duration had passed when somebody had decided, where that is worth a word: Codex counts the
/// wait, and a reader would take it for the time that the command ran.
fn milliseconds_before_decision(call: &ToolCall) -> Option<u64> {
    const WORTH_A_WORD: u64 = 1_000;
    let (result, [decision]) = (call.result.as_ref()?, call.decisions.as_slice()) else { return None };
    let is_awaited =
        matches!(decision.source, Some(DecisionSource::User | DecisionSource::AutomatedReviewer));
    let after = result.order.time()?.milliseconds_since(decision.order.time()?).filter(|_| is_awaited)?;
    result.duration_ms?.checked_sub(after).filter(|before| *before >= WORTH_A_WORD)
}

/// What came of a call.
pub(super) fn outcome_word(call: &ToolCall) -> Line {
    let Some(result) = &call.result else { return Line::new().tone(Tone::Warn, tr!("no result recorded")) };
    let (tone, word) = match (result.success, result.ending) {
        (Some(false), Some(Ending::Exited(code))) => (Tone::Bad, tr!("failed, exit {code}", code)),
        (Some(false), _) => (Tone::Bad, tr!("failed")),
        (_, Some(Ending::Exited(0))) => (Tone::Good, tr!("exit 0")),
        (_, Some(Ending::Exited(code))) => (Tone::Warn, tr!("exit {code}", code)),
        (_, Some(Ending::Running(_))) => (Tone::Warn, tr!("left running")),
        // That a shell could be started says nothing of what became of the command.
        (Some(true), None)
            if call.mcp_server().is_none() && call.tool_name.as_deref().is_some_and(is_shell) =>
        {
            (Tone::Plain, tr!("exit unknown"))
        }
        (Some(true), None) => (Tone::Good, tr!("ok")),
        (None, None) => (Tone::Plain, tr!("outcome not recorded")),
    };
    Line::new().tone(tone, word)
}

/// What a call asked for besides what the sandbox gives.
pub(super) fn permission_words(more: MorePermissions) -> String {
    match more {
        MorePermissions::Outside => tr!("asked to run outside the sandbox"),
        MorePermissions::Additional => tr!("asked for additional permissions"),
        MorePermissions::Unknown => tr!("asked for permissions of a kind that is not known here"),
    }
}

/// The terms of a call by the arguments that the model gave it; none for a tool of an MCP server, whatever its name.
pub(super) fn terms_of(call: &ToolCall) -> RunTerms {
    let arguments = call.result.as_ref().and_then(|result| result.arguments.as_deref());
    run_terms(call.tool_name.as_deref().filter(|_| call.mcp_server().is_none()), arguments)
}

/// What became of the run, as the record of the sandbox's outcome has it: a time limit and a signal end runs outside the
/// sandbox, too, and a second run may be within it.
pub(super) fn sandbox_words(outcome: &str) -> Line {
    let (tone, words) = match outcome {
        "denied" => (Tone::Bad, tr!("BLOCKED BY SANDBOX")),
        "escalated" => (Tone::Warn, tr!("run again, blocked by the sandbox at first")),
        "timed_out" => (Tone::Warn, tr!("timed out")),
        "signal" => (Tone::Warn, tr!("ended by a signal")),
        other => (Tone::Warn, tr!("sandbox: {other}", other)),
    };
    Line::new().tone(tone, words)
}

/// A tool; one of an MCP server by the name that the server gives it, which Codex may write with the server's before it.
pub(super) fn tool_label(tool_name: Option<&str>, mcp_server: Option<&str>) -> String {
    let name = tool_name.map_or_else(|| tr!("unnamed tool"), str::to_owned);
    match mcp_server {
        Some(server) => {
            format!("MCP {server}.{}", name.strip_prefix(&format!("mcp__{server}__")).unwrap_or(&name))
        }
        None => name,
    }
}

/// What the network proxy said.
pub(super) fn verdict_words(decision: NetworkDecision) -> Line {
    let (tone, word) = match decision {
        NetworkDecision::Allow => (Tone::Good, tr!("allowed")),
        NetworkDecision::Deny => (Tone::Bad, tr!("denied")),
        NetworkDecision::Ask => (Tone::Warn, tr!("to be asked")),
        NetworkDecision::Unknown => (Tone::Warn, tr!("unknown verdict")),
    };
    Line::new().tone(tone, word)
}

/// What a request asked for: method, host and port. An address that has colons of its own stands in brackets, as in a
/// URL, so that its port is told from it.
pub(super) fn target(request: &NetworkRequest) -> String {
    let verdict = &request.last;
    let method = verdict.method.as_deref().filter(|method| *method != "none").unwrap_or_default();
    let host = match &verdict.server_address {
        Some(host) if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
        Some(host) => host.clone(),
        None => tr!("unnamed host"),
    };
    let port = verdict.server_port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{method} {host}{port}").trim_start().to_owned()
}

/// Rows under the days on which they are, and under another heading from where the clocks are changed. Made on every
/// core.
pub(super) fn by_day(
    rows: impl ParallelIterator<Item = (Option<DateTime<FixedOffset>>, Row)>,
) -> Vec<Section> {
    let rows: Vec<_> = rows.collect();
    let mut last = None;
    let mut sections: Vec<Section> = Vec::new();
    for (day, row) in rows {
        let times = day.map(|day| (day.date_naive(), *day.offset()));
        match sections.last_mut() {
            Some(section) if last == Some(times) => section.rows.push(row),
            _ => sections.push(Section { heading: Some(day_heading(day)), rows: vec![row] }),
        }
        last = Some(times);
    }
    sections
}

/// The heading of the rows of one day, with the offset in which its times are shown.
fn day_heading(day: Option<DateTime<FixedOffset>>) -> Line {
    match day {
        Some(day) => Line::new()
            .tone(Tone::Strong, format!("{} {}", day.format("%Y-%m-%d"), weekday(day.weekday())))
            .tone(Tone::Dim, tr!("  times are {}", day.format("%:z"))),
        None => tr!("no time recorded").into(),
    }
}

fn weekday(day: Weekday) -> String {
    match day {
        Weekday::Mon => tr!("Mon"),
        Weekday::Tue => tr!("Tue"),
        Weekday::Wed => tr!("Wed"),
        Weekday::Thu => tr!("Thu"),
        Weekday::Fri => tr!("Fri"),
        Weekday::Sat => tr!("Sat"),
        Weekday::Sun => tr!("Sun"),
    }
}

/// A decision, without who made it.
pub(super) fn decision_word(decision: Decision) -> String {
    match decision {
        Decision::Approved => tr!("approved"),
        Decision::ApprovedForSession => tr!("approved for session"),
        Decision::ApprovedWithAmendment => tr!("approved with amendment"),
        Decision::ApprovedWithNetworkPolicyAllow => tr!("approved with network policy allow"),
        Decision::DeniedWithNetworkPolicyDeny => tr!("denied with network policy deny"),
        Decision::NetworkPolicyAmendment => tr!("network policy amendment"),
        Decision::ApprovedMcpPolicyAmendment => tr!("approved mcp policy amendment"),
        Decision::Denied => tr!("denied"),
        Decision::TimedOut => tr!("timed out"),
        Decision::Abort => tr!("abort"),
        Decision::Unknown => tr!("unknown"),
    }
}

/// How bad a finding is, to the eye.
pub(super) fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Dim,
        Severity::Ok => Tone::Good,
    }
}

/// How many errors and warnings there are, each loud when there is one.
pub(super) fn errors_and_warnings(errors: u64, warnings: u64) -> Line {
    let tone = |count, tone| if count > 0 { tone } else { Tone::Plain };
    Line::new()
        .tone(tone(errors, Tone::Bad), plural(errors, "error", "errors"))
        .plain(tr!(", "))
        .tone(tone(warnings, Tone::Warn), plural(warnings, "warning", "warnings"))
}

/// How bad a finding is.
pub(super) fn severity_word(severity: Severity) -> String {
    match severity {
        Severity::Error => tr!("error"),
        Severity::Warning => tr!("warning"),
        Severity::Note => tr!("note"),
        Severity::Ok => tr!("ok"),
    }
}
