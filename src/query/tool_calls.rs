//! Joins what several records say of one tool call: review, decision, sandbox outcome and result.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::packed::Packable;
use crate::event::{
    Decision, DecisionSource, Ending, EventKind, EventOrder, Text, UnixNano, command_line, ending,
    is_refused_by_sandbox,
};

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
    /// Decisions in time order; more than one when a call that the sandbox denied was tried again. Empty when none was
    /// recorded.
    pub decisions: Vec<CallDecision>,
    /// The automated reviewer's verdict that no decision followed.
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
    /// The automated reviewer's verdict that it followed: a call that is tried again is reviewed again.
    pub review: Option<CallReview>,
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
    /// How the command ended, where Codex noted it.
    pub ending: Option<Ending>,
    /// Milliseconds, waiting for an approval included.
    pub duration_ms: Option<u64>,
    /// What the model was told.
    pub output: Option<String>,
    /// Whether telemetry cut the output.
    pub output_truncated: Option<bool>,
    /// Whether the output says that the sandbox refused the command; `false` as well where outputs are not asked for.
    pub is_refused_by_sandbox: bool,
    /// Which agent called.
    pub agent_name: Option<String>,
}

impl CallResult {
    /// The exit code that Codex noted.
    #[must_use]
    pub fn exit_code(&self) -> Option<i64> {
        match self.ending? {
            Ending::Exited(code) => Some(code),
            Ending::Running(_) => None,
        }
    }
}

impl ToolCall {
    /// The automated reviewer's verdicts in time order.
    pub fn reviews(&self) -> impl Iterator<Item = &CallReview> {
        self.decisions.iter().filter_map(|decision| decision.review.as_ref()).chain(&self.review)
    }

    /// What the sandbox did, but for refusals behind which the call was run again: that says of them that they were.
    /// Older releases have no record of it, and a refusal stands in the output.
    pub fn ends_in_sandbox(&self) -> impl Iterator<Item = &str> {
        let is_told = self.result.as_ref().is_some_and(|result| result.is_refused_by_sandbox);
        let told = (is_told && self.sandbox_outcomes.is_empty()).then_some("denied");
        let run_again = self.sandbox_outcomes.iter().rposition(|outcome| outcome == "escalated").unwrap_or(0);
        let counts = move |(index, outcome): &(usize, &str)| *index >= run_again || *outcome != "denied";
        let outcomes = self.sandbox_outcomes.iter().map(String::as_str).enumerate();
        outcomes.filter(counts).map(|(_, outcome)| outcome).chain(told)
    }

    /// The MCP server, for its tools.
    #[must_use]
    pub fn mcp_server(&self) -> Option<&str> {
        self.result.as_ref()?.mcp_server.as_deref()
    }

    /// Gives a review behind which no decision stands to the decision that must have rested on one.
    fn give_late_review(&mut self) {
        let lacks_review = |decision: &&mut CallDecision| {
            decision.source == Some(DecisionSource::AutomatedReviewer) && decision.review.is_none()
        };
        if let Some(decision) = self.decisions.iter_mut().rev().find(lacks_review) {
            decision.review = self.review.take();
        }
    }

    /// Whether a record of the same id, which does not come before this call's, is about another call.
    ///
    /// An id that has its result is used up, and some models begin to count anew: to join what comes behind to the
    /// finished call could say of it that it was allowed when it was another one. So it is where another result of the
    /// id follows.
    fn is_over_before(&self, order: EventOrder, what: &What<'_>, result_follows: bool) -> bool {
        /// What the sandbox did may be recorded while the result is: so much later, in milliseconds, it is of that.
        const SANDBOX_IS_LATE_MS: u64 = 1_000;
        let Some(result) = &self.result else { return false };
        let (time, time_of_result) = (order.time(), result.order.time());
        let lacks_it = match what {
            What::Review { .. } => self.reviews().next().is_none(),
            What::Decision { .. } => self.decisions.is_empty(),
            What::Sandbox(_) => self.sandbox_outcomes.is_empty(),
            // One of the same moment that says the same is a copy, where copies count: the call's decisions are about it,
            // too.
            What::Result { success, duration_ms, arguments, output, .. } => {
                let is_copy = time.is_some()
                    && time == time_of_result
                    && (result.success, result.duration_ms) == (*success, *duration_ms)
                    && (result.arguments.as_deref(), result.output.as_deref()) == (*arguments, *output);
                return self.decisions.is_empty() || !is_copy;
            }
        };
        // Without a time it is not known to come behind, nor where it lies before the result: a clock was set back. Which
        // of two files was written first is not known.
        let (place, place_of_result) = (order.location(), result.order.location());
        let lies_before = place.file == place_of_result.file && place < place_of_result;
        let may_come_before = (time.is_none() && time_of_result.is_some()) || lies_before;
        let is_late = matches!(what, What::Sandbox(_))
            && (time.zip(time_of_result))
                .and_then(|(time, result)| time.milliseconds_since(result))
                .is_some_and(|late| late <= SANDBOX_IS_LATE_MS);
        result_follows || !(lacks_it && (may_come_before || is_late))
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
}

/// From a call's start, which is the result's time less the duration, to its result, in nanoseconds since 1970.
fn span(result: EventOrder, duration_ms: Option<u64>) -> Option<RangeInclusive<u64>> {
    let end = result.time()?.get();
    let start = end.checked_sub(duration_ms?.checked_mul(1_000_000)?)?;
    Some(start..=end)
}

/// When the calls of a conversation went on, to find the one during which something happened.
#[derive(Clone, Debug, Default)]
pub struct CallTimes {
    /// Nanoseconds since 1970, ascending, each with the sum of the indexes of the calls that had begun until then.
    begins: Vec<(u64, usize)>,
    /// The same of those that had ended.
    ends: Vec<(u64, usize)>,
}

impl CallTimes {
    /// Of calls that have a result with a time and a duration.
    #[must_use]
    pub fn of(calls: &[ToolCall]) -> Self {
        let ascending = |mut moments: Vec<(u64, usize)>| {
            moments.sort_unstable();
            let mut sum = 0;
            for (_, index) in &mut moments {
                sum += *index;
                *index = sum;
            }
            moments
        };
        let span_of = |(index, call): (usize, &ToolCall)| {
            let result = call.result.as_ref()?;
            let span = span(result.order, result.duration_ms)?;
            Some(((*span.start(), index), (*span.end(), index)))
        };
        let (begins, ends) = calls.iter().enumerate().filter_map(span_of).unzip();
        Self { begins: ascending(begins), ends: ascending(ends) }
    }

    /// The index of the one call that went on then; `None` where none did or more than one, or the time is unknown.
    #[must_use]
    pub fn call_at(&self, time: Option<UnixNano>) -> Option<usize> {
        let moment = time?.get();
        let sum_of = |moments: &[(u64, usize)]| moments.last().map_or(0, |(_, sum)| *sum);
        let begun = &self.begins[..self.begins.partition_point(|(begin, _)| *begin <= moment)];
        let ended = &self.ends[..self.ends.partition_point(|(end, _)| *end < moment)];
        // Where one goes on, the sums differ by its index.
        (begun.len() - ended.len() == 1).then(|| sum_of(begun) - sum_of(ended))
    }
}

/// How much of a call is worth keeping for a question. What is left out is as if it had not been recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallDetail {
    /// No calls.
    Nothing,
    /// Results during which something can have happened, with what the model asked for.
    Asked,
    /// Who decided what, and whether it was a success.
    Outcome,
    /// All but what the model was told.
    #[default]
    WithoutOutput,
    /// All of it.
    Whole,
}

impl CallDetail {
    /// Whether decisions, reviews and what the sandbox did.
    pub(super) fn keeps_decisions(self) -> bool {
        matches!(self, Self::Outcome | Self::WithoutOutput | Self::Whole)
    }

    /// Whether results.
    pub(super) fn keeps_results(self) -> bool {
        self != Self::Nothing
    }

    /// Whether what the model asked for and how long it took.
    fn keeps_arguments(self) -> bool {
        matches!(self, Self::Asked | Self::WithoutOutput | Self::Whole)
    }

    /// Whether what is said for people: names and reasons as written, what ran, the exit code; and the policies in force.
    pub(super) fn keeps_words(self) -> bool {
        matches!(self, Self::WithoutOutput | Self::Whole)
    }

    /// Whether what the network proxy said.
    pub(super) fn keeps_verdicts(self) -> bool {
        self != Self::Outcome
    }
}

/// What one record says of a tool call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fact<'a> {
    order: EventOrder,
    #[serde(borrow)]
    names: Names<'a>,
    #[serde(borrow)]
    what: What<'a>,
}

/// What tells a call from others.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Names<'a> {
    #[serde(borrow)]
    call_id: Name<'a>,
    #[serde(borrow)]
    tool_name: Name<'a>,
    #[serde(borrow)]
    tool_namespace: Name<'a>,
}

/// A text that often is the same in one record as in the one before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Name<'a> {
    None,
    Is(&'a str),
    AsBefore,
}

#[derive(Debug, Serialize, Deserialize)]
enum What<'a> {
    Review {
        status: Option<&'a str>,
        outcome: Option<&'a str>,
        risk_level: Option<&'a str>,
        user_authorization: Option<&'a str>,
        rationale: Option<&'a str>,
    },
    Decision {
        decision: Decision,
        decision_raw: Option<&'a str>,
        source: Option<DecisionSource>,
        source_raw: Option<&'a str>,
    },
    Sandbox(Option<&'a str>),
    Result {
        mcp_server: Option<&'a str>,
        command: Option<Cow<'a, str>>,
        arguments: Option<&'a str>,
        success: Option<bool>,
        ending: Option<Ending>,
        duration_ms: Option<u64>,
        output: Option<&'a str>,
        output_truncated: Option<bool>,
        is_refused_by_sandbox: bool,
        agent_name: Option<&'a str>,
    },
}

impl Packable for Fact<'static> {
    type Of<'a> = Fact<'a>;
}

impl<'a> From<Option<&'a str>> for Name<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::None, Self::Is)
    }
}

impl<'a> Name<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Is(text) => Some(text),
            Self::None | Self::AsBefore => None,
        }
    }

    fn short_behind(self, before: Name<'_>) -> Self {
        if matches!(self, Self::Is(_)) && self == before { Self::AsBefore } else { self }
    }

    fn long_behind(self, before: Self) -> Self {
        if self == Self::AsBefore { before } else { self }
    }
}

impl<'a> Names<'a> {
    /// What becomes of each name beside the same one of another record.
    fn each_beside<'b>(self, other: Names<'b>, make: impl Fn(Name<'a>, Name<'b>) -> Name<'a>) -> Self {
        Self {
            call_id: make(self.call_id, other.call_id),
            tool_name: make(self.tool_name, other.tool_name),
            tool_namespace: make(self.tool_namespace, other.tool_namespace),
        }
    }
}

impl<'a> Fact<'a> {
    /// What an event says, in that detail, when it is about a tool call.
    pub(super) fn of(order: EventOrder, kind: &'a EventKind<'a>, detail: CallDetail) -> Option<Self> {
        let in_words = |text: Option<&'a str>| text.filter(|_| detail.keeps_words());
        let names = |call_id: Option<&'a str>, tool_name: Option<&'a str>, namespace: Option<&'a str>| {
            Names { call_id: call_id.into(), tool_name: tool_name.into(), tool_namespace: namespace.into() }
        };
        let (names, what) = match kind {
            EventKind::GuardianAssessment(_) | EventKind::ToolDecision(_) | EventKind::SandboxOutcome(_)
                if !detail.keeps_decisions() =>
            {
                return None;
            }
            // One that names no call is no evidence of any.
            EventKind::GuardianAssessment(review) if review.call_id.is_none() => return None,
            EventKind::GuardianAssessment(review) => {
                let what = What::Review {
                    status: in_words(review.status),
                    outcome: in_words(review.outcome),
                    risk_level: in_words(review.risk_level),
                    user_authorization: in_words(review.user_authorization),
                    rationale: in_words(review.rationale),
                };
                (names(review.call_id, None, None), what)
            }
            EventKind::ToolDecision(decision) => {
                let what = What::Decision {
                    decision: decision.decision(),
                    decision_raw: in_words(decision.decision_raw),
                    source: decision.source(),
                    source_raw: in_words(decision.source_raw),
                };
                (names(decision.call_id, decision.tool_name, decision.tool_namespace), what)
            }
            EventKind::SandboxOutcome(outcome) => {
                (names(outcome.call_id, outcome.tool_name, None), What::Sandbox(outcome.outcome))
            }
            EventKind::ToolResult(result)
                if !detail.keeps_results()
                    || !detail.keeps_decisions() && span(order, result.duration_ms).is_none() =>
            {
                return None;
            }
            EventKind::ToolResult(result) => {
                let what = What::Result {
                    mcp_server: result.server(),
                    command: (result.arguments.as_ref().filter(|_| detail.keeps_words()))
                        .and_then(|arguments| {
                            command_line(result.tool_name, result.server(), Some(arguments))
                        })
                        .map(Cow::Owned),
                    arguments: result
                        .arguments
                        .as_ref()
                        .filter(|_| detail.keeps_arguments())
                        .map(Text::as_str),
                    success: result.success,
                    ending: (result.output.as_ref())
                        .filter(|_| detail.keeps_words())
                        .and_then(|output| ending(result.tool_name, result.server(), output)),
                    duration_ms: result.duration_ms.filter(|_| detail.keeps_arguments()),
                    output: result.output.as_ref().filter(|_| detail == CallDetail::Whole).map(Text::as_str),
                    output_truncated: result.output_truncated.filter(|_| detail == CallDetail::Whole),
                    is_refused_by_sandbox: result
                        .output
                        .as_ref()
                        .filter(|_| detail.keeps_words())
                        .is_some_and(|output| {
                            is_refused_by_sandbox(result.tool_name, result.server(), output)
                        }),
                    agent_name: in_words(result.agent_name),
                };
                (names(result.call_id, result.tool_name, result.tool_namespace), what)
            }
            _ => return None,
        };
        Some(Self { order, names, what })
    }

    /// Where its record stands among the events.
    pub(super) fn order(&self) -> EventOrder {
        self.order
    }

    /// Its place among the facts of its call. Records of one moment may lie in the input in any order, and what happens
    /// to a call does not.
    fn place(&self) -> impl Ord + use<> {
        let time = self.order.time();
        let step = match &self.what {
            _ if time.is_none() => 0,
            What::Review { .. } => 0,
            What::Decision { .. } => 1,
            What::Sandbox(_) => 2,
            What::Result { .. } => 3,
        };
        (time.is_none(), time, step, self.order)
    }

    /// What tells its call from others.
    pub(super) fn names(&self) -> Names<'a> {
        self.names
    }

    /// The same for a list in which a fact with those names is the last: a name that is there is not said again.
    pub(super) fn short_behind(self, before: Names<'_>) -> Self {
        Self { names: self.names.each_beside(before, Name::short_behind), ..self }
    }

    /// Undoes [`Fact::short_behind`].
    pub(super) fn long_behind(self, before: Names<'a>) -> Self {
        Self { names: self.names.each_beside(before, Name::long_behind), ..self }
    }
}

/// What of the same call id follows a fact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    Nothing,
    /// A result, before anything else.
    Result,
    /// Something else, and then a result.
    ResultLater,
}

/// What follows each of the facts.
fn what_follows(facts: &[Fact<'_>]) -> Vec<Follows> {
    let mut of_id: BTreeMap<&str, Follows> = BTreeMap::new();
    let mut follows: Vec<Follows> = (facts.iter().rev())
        .map(|fact| {
            let Some(id) = fact.names.call_id.text() else { return Follows::Nothing };
            let follows = of_id.get(id).copied().unwrap_or(Follows::Nothing);
            let next = match (&fact.what, follows) {
                // One without a time is not known to follow anything.
                (What::Result { .. }, _) if fact.order.time().is_some() => Follows::Result,
                (_, Follows::Nothing) => Follows::Nothing,
                _ => Follows::ResultLater,
            };
            of_id.insert(id, next);
            follows
        })
        .collect();
    follows.reverse();
    follows
}

/// The calls of one conversation that its facts are about, in the order of their first records.
#[must_use]
pub(super) fn calls_of<'a>(facts: impl IntoIterator<Item = Fact<'a>>) -> Vec<ToolCall> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let mut facts: Vec<Fact<'a>> = facts.into_iter().collect();
    facts.sort_by_key(Fact::place);
    let mut calls: Vec<ToolCall> = Vec::new();
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    let follows = what_follows(&facts);
    for (Fact { order, names, what }, follows) in facts.into_iter().zip(follows) {
        let call_id = names.call_id.text();
        let known = call_id.and_then(|id| by_id.get(id)).copied();
        // What the sandbox did comes behind the decision on its call.
        let result_follows = if matches!(what, What::Sandbox(_)) {
            follows == Follows::Result
        } else {
            follows != Follows::Nothing
        };
        let known = known.filter(|index| !calls[*index].is_over_before(order, &what, result_follows));
        let index = known.unwrap_or(calls.len());
        if known.is_none() {
            by_id.extend(call_id.map(|id| (id, index)));
            calls.push(ToolCall {
                order,
                call_id: owned(call_id),
                tool_name: None,
                tool_namespace: None,
                decisions: Vec::new(),
                review: None,
                sandbox_outcomes: Vec::new(),
                result: None,
            });
        }
        let call = &mut calls[index];
        call.order = call.order.min(order);
        let tool_name = names.tool_name.text();
        // The result names the tool best.
        if call.tool_name.is_none() || (matches!(what, What::Result { .. }) && tool_name.is_some()) {
            call.tool_name = owned(tool_name);
        }
        if let Some(namespace) = names.tool_namespace.text() {
            call.tool_namespace = Some(namespace.to_owned());
        }
        match what {
            What::Review { status, outcome, risk_level, user_authorization, rationale } => {
                call.review = Some(CallReview {
                    status: owned(status),
                    outcome: owned(outcome),
                    risk_level: owned(risk_level),
                    user_authorization: owned(user_authorization),
                    rationale: owned(rationale),
                });
            }
            What::Decision { decision, decision_raw, source, source_raw } => {
                call.decisions.push(CallDecision {
                    order,
                    tool_name: owned(tool_name),
                    decision,
                    decision_raw: owned(decision_raw),
                    source,
                    source_raw: owned(source_raw),
                    review: call.review.take(),
                });
            }
            What::Sandbox(outcome) => call.sandbox_outcomes.extend(owned(outcome)),
            What::Result {
                mcp_server,
                command,
                arguments,
                success,
                ending,
                duration_ms,
                output,
                output_truncated,
                is_refused_by_sandbox,
                agent_name,
            } => {
                call.result = Some(CallResult {
                    order,
                    mcp_server: owned(mcp_server),
                    command: command.map(Cow::into_owned),
                    arguments: owned(arguments),
                    success,
                    ending,
                    duration_ms,
                    output: owned(output),
                    output_truncated,
                    is_refused_by_sandbox,
                    agent_name: owned(agent_name),
                });
            }
        }
    }
    for call in &mut calls {
        call.give_late_review();
    }
    calls.sort_by_key(|call| call.order);
    calls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Location;

    fn fact(second: u64, what: What<'static>) -> Fact<'static> {
        let order = EventOrder::new(UnixNano::new(second * 1_000_000_000), Location::default());
        let names =
            Names { call_id: Name::Is("call_0"), tool_name: Name::Is("shell"), tool_namespace: Name::None };
        Fact { order, names, what }
    }

    fn decided(second: u64, decision: Decision) -> Fact<'static> {
        let what = What::Decision { decision, decision_raw: None, source: None, source_raw: None };
        fact(second, what)
    }

    fn result(second: u64, success: bool) -> Fact<'static> {
        let what = What::Result {
            mcp_server: None,
            command: None,
            arguments: None,
            success: Some(success),
            ending: None,
            duration_ms: None,
            output: None,
            output_truncated: None,
            is_refused_by_sandbox: false,
            agent_name: None,
        };
        fact(second, what)
    }

    #[test]
    fn a_request_is_of_the_one_call_that_went_on_then() {
        let call = |second: u64, duration_ms| {
            let mut call = calls_of([result(second, true)]).remove(0);
            call.result.as_mut().expect("a result").duration_ms = duration_ms;
            call
        };
        // From 0 to 10, from 20 to 30, from 25 to 40, and two of which that is not known.
        let calls = [
            call(10, Some(10_000)),
            call(15, None),
            call(30, Some(10_000)),
            call(40, Some(15_000)),
            call(5, Some(6_000)),
        ];
        let times = CallTimes::of(&calls);
        let at = |second: u64| times.call_at(UnixNano::new(second * 1_000_000_000));
        assert_eq!(
            [1, 10, 11, 20, 24, 25, 30, 31, 40, 41].map(at),
            [Some(0), Some(0), None, Some(2), Some(2), None, None, Some(3), Some(3), None]
        );
    }

    #[test]
    fn what_is_decided_behind_a_result_is_about_another_call_of_the_same_id() {
        let facts = [
            decided(1, Decision::Denied),
            result(2, false),
            decided(3, Decision::Approved),
            fact(4, What::Sandbox(Some("denied"))),
            result(5, true),
            fact(6, What::Sandbox(Some("timed_out"))),
        ];
        let calls = calls_of(facts);
        let told: Vec<_> = (calls.iter())
            .map(|call| {
                let decisions: Vec<_> = call.decisions.iter().map(|decision| decision.decision).collect();
                let success = call.result.as_ref().map(|result| result.success);
                (decisions, call.sandbox_outcomes.join(" "), success)
            })
            .collect();
        assert_eq!(
            told,
            [
                (vec![Decision::Denied], String::new(), Some(Some(false))),
                (vec![Decision::Approved], "denied".to_owned(), Some(Some(true))),
                (vec![], "timed_out".to_owned(), None),
            ]
        );
    }

    #[test]
    fn a_copy_of_a_result_is_not_said_to_be_a_call_without_a_decision() {
        let calls = |facts: &[fn() -> Fact<'static>]| calls_of(facts.iter().map(|fact| fact())).len();
        let decided = || decided(1, Decision::Approved);
        assert_eq!(calls(&[decided, decided, || result(2, true), || result(2, true)]), 1);
        assert_eq!(calls(&[decided, || result(2, true), || result(3, true)]), 2, "the id is used again");
        assert_eq!(calls(&[|| result(2, true), || result(2, true)]), 2, "each copy counts");
        assert_eq!(calls(&[decided, || result(2, true), || result(2, false)]), 2, "no copy");
    }

    #[test]
    fn a_decision_that_lies_before_the_result_is_about_it_though_a_clock_was_set_back() {
        let lying_at = |line: u64, fact: Fact<'static>| {
            let location = Location { line, ..Location::default() };
            Fact { order: EventOrder::new(fact.order.time(), location), ..fact }
        };
        let decided = lying_at(1, decided(6, Decision::Denied));
        let blocked = lying_at(2, fact(7, What::Sandbox(Some("denied"))));
        let calls = calls_of([decided, blocked, lying_at(3, result(5, false))]);
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert_eq!((calls[0].decisions.len(), calls[0].sandbox_outcomes.len()), (1, 1));
    }

    #[test]
    fn a_decision_is_about_the_call_whose_result_follows_in_time_wherever_it_lies() {
        let lying_at = |line: u64, fact: Fact<'static>| {
            let location = Location { line, ..Location::default() };
            Fact { order: EventOrder::new(fact.order.time(), location), ..fact }
        };
        let facts = [
            lying_at(1, decided(6, Decision::Approved)),
            lying_at(2, result(5, false)),
            lying_at(3, result(7, true)),
        ];
        let calls = calls_of(facts);
        assert_eq!(calls.len(), 2, "{calls:?}");
        assert_eq!((calls[0].decisions.len(), calls[1].decisions.len()), (0, 1));
    }

    #[test]
    fn what_the_sandbox_did_is_of_the_call_whose_result_was_recorded_just_before() {
        let later = |milliseconds: u64| {
            let time = UnixNano::new(2_000_000_000 + milliseconds * 1_000_000);
            let location = Location { line: 9, ..Location::default() };
            Fact { order: EventOrder::new(time, location), ..fact(2, What::Sandbox(Some("denied"))) }
        };
        let calls = |facts: Vec<Fact<'static>>| calls_of(facts).len();
        assert_eq!(calls(vec![decided(1, Decision::Approved), result(2, false), later(1)]), 1);
        assert_eq!(calls(vec![result(2, false), later(5_000)]), 2, "of another call of that id");
        let decided = [result(2, false), later(1), decided(3, Decision::Approved), result(4, true)];
        assert_eq!(calls_of(decided)[0].sandbox_outcomes.len(), 1, "a decision comes first");
        let again = calls_of([result(2, false), later(1), result(3, false)]);
        assert_eq!(again[1].sandbox_outcomes.len(), 1, "the id is used again: {again:?}");
    }

    #[test]
    fn a_decision_in_a_file_that_is_named_earlier_is_not_taken_for_an_earlier_one() {
        let lying_in = |file: u32, fact: Fact<'static>| {
            let location = Location { file, ..Location::default() };
            Fact { order: EventOrder::new(fact.order.time(), location), ..fact }
        };
        let newer = [lying_in(0, decided(8, Decision::Approved)), lying_in(0, result(9, true))];
        let calls = calls_of(newer.into_iter().chain([lying_in(1, result(5, false))]));
        assert_eq!(calls.len(), 2, "{calls:?}");
        assert_eq!((calls[0].decisions.len(), calls[1].decisions.len()), (0, 1));
    }

    #[test]
    fn a_decision_without_a_time_is_not_taken_for_one_behind_the_result() {
        let calls = calls_of([result(2, false), decided(0, Decision::Denied), fact(0, What::Sandbox(None))]);
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert_eq!((calls[0].decisions.len(), calls[0].result.is_some()), (1, true));
        let again =
            calls_of([decided(0, Decision::Denied), result(0, false), decided(0, Decision::Approved)]);
        assert_eq!(again.len(), 2, "records that all lack a time stand in the order of the input: {again:?}");
    }

    #[test]
    fn a_name_that_is_said_again_is_kept_once_and_comes_back() {
        let [one, other] = [Name::Is("one"), Name::Is("other")];
        for (before, name, kept) in [
            (one, one, Name::AsBefore),
            (one, other, other),
            (one, Name::None, Name::None),
            (Name::None, Name::None, Name::None),
            (Name::None, one, one),
            (Name::AsBefore, one, one),
        ] {
            assert_eq!(name.short_behind(before), kept);
            assert_eq!(kept.long_behind(before), name);
        }
    }
}
