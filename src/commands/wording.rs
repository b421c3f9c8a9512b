//! The words in which decisions, outcomes and verdicts are told: never more than the record says.

use chrono::{DateTime, Datelike, FixedOffset};

use super::human::span;
use crate::event::{Decision, DecisionSource, NetworkDecision};
use crate::query::{CallDecision, CallResult, NetworkRequest};
use crate::report::{Line, Tone};

/// Who decided.
pub(super) fn source_words(source: Option<DecisionSource>, raw: Option<&str>) -> (Tone, String) {
    match source {
        Some(DecisionSource::Config) => (Tone::Policy, "configuration".to_owned()),
        Some(DecisionSource::User) => (Tone::Person, "a person".to_owned()),
        Some(DecisionSource::AutomatedReviewer) => (Tone::Policy, "the automated reviewer".to_owned()),
        None => (Tone::Plain, raw.unwrap_or_default().to_owned()),
    }
}

/// What was decided, and by whom.
pub(super) fn decision_words(decision: Option<&CallDecision>) -> Line {
    let Some(decision) = decision else { return Line::new().tone(Tone::Dim, "no decision recorded") };
    let word = match (decision.decision, &decision.decision_raw) {
        (Decision::Unknown, Some(raw)) => format!("unknown decision `{raw}`"),
        (Decision::Abort, _) => "aborted".to_owned(),
        (decision, _) => decision.as_str().replace('_', " "),
    };
    let (tone, by) = source_words(decision.source, decision.source_raw.as_deref());
    let by = match decision.decision {
        _ if by.is_empty() => by,
        Decision::TimedOut => format!(" waiting for {by}"),
        _ => format!(" by {by}"),
    };
    let tone = if decision.decision.refuses() { Tone::Bad } else { tone };
    Line::new().tone(tone, format!("{word}{by}"))
}

/// What came of a call.
pub(super) fn outcome_words(result: Option<&CallResult>) -> Line {
    let Some(result) = result else { return Line::new().tone(Tone::Warn, "no result recorded") };
    let took = result.duration_ms.map_or_else(String::new, |duration| format!(" in {}", span(duration)));
    let (tone, word) = match (result.success, result.exit_code) {
        (Some(false), Some(code)) => (Tone::Bad, format!("failed, exit {code}")),
        (Some(false), None) => (Tone::Bad, "failed".to_owned()),
        (_, Some(0)) => (Tone::Good, "exit 0".to_owned()),
        (_, Some(code)) => (Tone::Warn, format!("exit {code}")),
        (Some(true), None) => (Tone::Good, "ok".to_owned()),
        (None, None) => (Tone::Plain, "outcome not recorded".to_owned()),
    };
    Line::new().tone(tone, word).plain(took)
}

/// What the sandbox did.
pub(super) fn sandbox_words(outcome: &str) -> Line {
    let (tone, words) = match outcome {
        "denied" => (Tone::Bad, "BLOCKED BY SANDBOX".to_owned()),
        "escalated" => (Tone::Warn, "run again outside the sandbox".to_owned()),
        "timed_out" => (Tone::Warn, "timed out in the sandbox".to_owned()),
        other => (Tone::Warn, format!("sandbox: {other}")),
    };
    Line::new().tone(tone, words)
}

/// What the network proxy said.
pub(super) fn verdict_words(decision: NetworkDecision) -> Line {
    let (tone, word) = match decision {
        NetworkDecision::Allow => (Tone::Good, "allowed"),
        NetworkDecision::Deny => (Tone::Bad, "denied"),
        NetworkDecision::Ask => (Tone::Warn, "to be asked"),
        NetworkDecision::Unknown => (Tone::Warn, "unknown verdict"),
    };
    Line::new().tone(tone, word)
}

/// What a request asked for: method, host and port.
pub(super) fn target(request: &NetworkRequest) -> String {
    let verdict = &request.last;
    let method = verdict.method.as_deref().filter(|method| *method != "none").unwrap_or_default();
    let host = verdict.server_address.as_deref().unwrap_or("unnamed host");
    let port = verdict.server_port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{method} {host}{port}").trim_start().to_owned()
}

/// The heading of the rows of one day, with the offset in which its times are shown.
pub(super) fn day_heading(day: Option<DateTime<FixedOffset>>) -> Line {
    match day {
        Some(day) => Line::new()
            .tone(Tone::Strong, format!("{} {}", day.format("%Y-%m-%d"), day.weekday()))
            .tone(Tone::Dim, format!("  times are {}", day.format("%:z"))),
        None => "no time recorded".into(),
    }
}
