//! Joins what several records say of one tool call: review, decision, sandbox outcome and result.

use std::collections::BTreeMap;

use super::network_requests::NetworkRequest;
use crate::event::{Decision, DecisionSource, EventKind, EventOrder, command_line, exit_code};

/// A tool call, with all that was recorded of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// Its first record.
    pub order: EventOrder,
    /// Joins the records; `None` where an older release left it out.
    pub call_id: Option<String>,
    /// The tool's name: that of the result, which a model would know, else that of the decision.
    pub tool_name: Option<String>,
    /// The tool's namespace.
    pub tool_namespace: Option<String>,
    /// Decisions in time order; more than one when a call was tried again outside the sandbox. Empty when none was
    /// recorded.
    pub decisions: Vec<CallDecision>,
    /// The automated reviewer's verdict.
    pub review: Option<CallReview>,
    /// What the sandbox did, in time order.
    pub sandbox_outcomes: Vec<String>,
    /// What came of it; `None` when no result was recorded.
    pub result: Option<CallResult>,
}

/// A decision on a call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallDecision {
    /// Where it stands among the events.
    pub order: EventOrder,
    /// The tool's name as the decision has it.
    pub tool_name: Option<String>,
    /// In one spelling.
    pub decision: Decision,
    /// As written.
    pub decision_raw: Option<String>,
    /// Who decided.
    pub source: Option<DecisionSource>,
    /// Who decided, as written.
    pub source_raw: Option<String>,
}

/// The automated reviewer's verdict on a call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallReview {
    /// `approved`, `denied`, `timed_out`, `aborted`.
    pub status: Option<String>,
    /// `allow` or `deny`.
    pub outcome: Option<String>,
    /// `low`, `medium`, `high`, `critical`.
    pub risk_level: Option<String>,
    /// How far the user had authorised it.
    pub user_authorization: Option<String>,
    /// The reviewer's reason.
    pub rationale: Option<String>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallResult {
    /// Where it stands among the events.
    pub order: EventOrder,
    /// The MCP server, for its tools.
    pub mcp_server: Option<String>,
    /// What ran, for people.
    pub command: Option<String>,
    /// What the model asked for.
    pub arguments: Option<String>,
    /// Whether the tool's handler calls it a success.
    pub success: Option<bool>,
    /// The exit code that Codex noted.
    pub exit_code: Option<i64>,
    /// Milliseconds, waiting for an approval included.
    pub duration_ms: Option<u64>,
    /// What the model was told.
    pub output: Option<String>,
    /// Whether telemetry cut the output.
    pub output_truncated: Option<bool>,
    /// Which agent called.
    pub agent_name: Option<String>,
}

impl ToolCall {
    /// The last decision, which is the one that stood.
    #[must_use]
    pub fn decision(&self) -> Option<&CallDecision> {
        self.decisions.last()
    }

    /// The MCP server, for its tools.
    #[must_use]
    pub fn mcp_server(&self) -> Option<&str> {
        self.result.as_ref()?.mcp_server.as_deref()
    }

    /// The same call with what ran, for people, made of what the model asked for.
    pub(super) fn with_command(mut self) -> Self {
        let tool_name = self.tool_name.as_deref();
        if let Some(result) = &mut self.result {
            let server = result.mcp_server.as_deref();
            result.command = (result.arguments.as_deref())
                .and_then(|arguments| command_line(tool_name, server, Some(arguments)));
        }
        self
    }

    /// Whether a moment, in nanoseconds since 1970, lies within the call: from its start, which is the result's time
    /// less the duration, to its result.
    fn contains(&self, moment: u64) -> bool {
        let span = || {
            let result = self.result.as_ref()?;
            let end = result.order.time()?.get();
            let start = end.checked_sub(result.duration_ms?.checked_mul(1_000_000)?)?;
            Some(start..=end)
        };
        span().is_some_and(|span| span.contains(&moment))
    }
}

/// The index of the one call during which a request happened; `None` where none fits or more than one does.
#[must_use]
pub fn call_during(calls: &[ToolCall], request: &NetworkRequest) -> Option<usize> {
    let moment = request.last.order.time()?.get();
    let mut fitting =
        calls.iter().enumerate().filter(|(_, call)| call.contains(moment)).map(|(index, _)| index);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// How much of a call is worth keeping for a question. What is left out is as if it had not been recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallDetail {
    /// Results alone, with what the model asked for.
    Asked,
    /// Who decided what, and whether it was a success.
    Outcome,
    /// All but what the model was told.
    #[default]
    WithoutOutput,
    /// All of it.
    Whole,
}

/// The records of tool calls of one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolCallLedger {
    facts: Vec<Fact>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fact {
    order: EventOrder,
    call_id: Option<String>,
    tool_name: Option<String>,
    tool_namespace: Option<String>,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Review(CallReview),
    Decision(CallDecision),
    Sandbox(Option<String>),
    /// Boxed: it is much larger than the others, and facts move when parts of the input are joined.
    Result(Box<CallResult>),
}

impl ToolCallLedger {
    /// Hears an event; keeps it, in that detail, when it is about a tool call.
    pub fn add(&mut self, order: EventOrder, kind: &EventKind<'_>, detail: CallDetail) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let in_words = |text: Option<&str>| owned(text.filter(|_| detail >= CallDetail::WithoutOutput));
        let fact = match kind {
            EventKind::GuardianAssessment(_) | EventKind::ToolDecision(_) | EventKind::SandboxOutcome(_)
                if detail == CallDetail::Asked =>
            {
                return;
            }
            EventKind::GuardianAssessment(review) => Fact {
                order,
                call_id: owned(review.call_id),
                tool_name: None,
                tool_namespace: None,
                what: What::Review(CallReview {
                    status: in_words(review.status),
                    outcome: in_words(review.outcome),
                    risk_level: in_words(review.risk_level),
                    user_authorization: in_words(review.user_authorization),
                    rationale: in_words(review.rationale),
                }),
            },
            EventKind::ToolDecision(decision) => Fact {
                order,
                call_id: owned(decision.call_id),
                tool_name: None,
                tool_namespace: owned(decision.tool_namespace),
                what: What::Decision(CallDecision {
                    order,
                    tool_name: owned(decision.tool_name),
                    decision: decision.decision(),
                    decision_raw: in_words(decision.decision_raw),
                    source: decision.source(),
                    source_raw: in_words(decision.source_raw),
                }),
            },
            EventKind::SandboxOutcome(outcome) => Fact {
                order,
                call_id: owned(outcome.call_id),
                tool_name: owned(outcome.tool_name),
                tool_namespace: None,
                what: What::Sandbox(owned(outcome.outcome)),
            },
            EventKind::ToolResult(result) => Fact {
                order,
                call_id: owned(result.call_id),
                tool_name: owned(result.tool_name),
                tool_namespace: owned(result.tool_namespace),
                what: What::Result(Box::new(CallResult {
                    order,
                    mcp_server: owned(result.server()),
                    command: (result.arguments.filter(|_| detail >= CallDetail::WithoutOutput)).and_then(
                        |arguments| command_line(result.tool_name, result.server(), Some(arguments)),
                    ),
                    arguments: (result.arguments.filter(|_| detail != CallDetail::Outcome))
                        .map(|arguments| arguments.to_string()),
                    success: result.success,
                    exit_code: (result.output)
                        .filter(|_| detail >= CallDetail::WithoutOutput && result.server().is_none())
                        .and_then(|output| exit_code(output)),
                    duration_ms: result.duration_ms,
                    output: (result.output.filter(|_| detail >= CallDetail::Whole))
                        .map(|output| output.to_string()),
                    output_truncated: result.output_truncated,
                    agent_name: in_words(result.agent_name),
                })),
            },
            _ => return,
        };
        self.facts.push(fact);
    }

    /// Takes in what was heard later.
    pub fn join(&mut self, later: Self) {
        self.facts.extend(later.facts);
    }

    /// The calls, in the order of their first records.
    #[must_use]
    pub fn settle(mut self) -> Vec<ToolCall> {
        self.facts.sort_by_key(|fact| fact.order);
        let mut calls: Vec<ToolCall> = Vec::new();
        let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
        for fact in self.facts {
            let known = fact.call_id.as_ref().and_then(|id| by_id.get(id)).copied();
            // An id that has its result is used up: a second result under it is another call.
            let known = known
                .filter(|index| !(matches!(fact.what, What::Result(_)) && calls[*index].result.is_some()));
            let index = known.unwrap_or(calls.len());
            if known.is_none() {
                by_id.extend(fact.call_id.clone().map(|id| (id, index)));
                calls.push(ToolCall {
                    order: fact.order,
                    call_id: fact.call_id,
                    tool_name: None,
                    tool_namespace: None,
                    decisions: Vec::new(),
                    review: None,
                    sandbox_outcomes: Vec::new(),
                    result: None,
                });
            }
            let call = &mut calls[index];
            let tool_name = match &fact.what {
                // It names the tool best.
                What::Result(_) => fact.tool_name,
                _ if call.tool_name.is_some() => None,
                What::Decision(decision) => decision.tool_name.clone(),
                What::Review(_) | What::Sandbox(_) => fact.tool_name,
            };
            call.tool_name = tool_name.or(call.tool_name.take());
            call.tool_namespace = fact.tool_namespace.or(call.tool_namespace.take());
            match fact.what {
                What::Review(review) => call.review = Some(review),
                What::Decision(decision) => call.decisions.push(decision),
                What::Sandbox(outcome) => call.sandbox_outcomes.extend(outcome),
                What::Result(result) => call.result = Some(*result),
            }
        }
        calls
    }
}
