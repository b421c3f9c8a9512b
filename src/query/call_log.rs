//! Who allowed what, what came of it, and what did it try to reach?

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use super::by_conversation::ByConversation;
use super::network_requests::{NetworkRequest, NetworkVerdict, fold_admitted};
use super::packed::{Packable, Packed};
use super::tool_calls::{CallDecision, CallDetail, CallReview, CallTimes, Fact, ToolCall, calls_of};
use crate::event::{
    Event, EventFilter, EventKind, EventOrder, Fold, Location, Needle, NetworkPolicyDecision,
    is_network_decision,
};

/// Hears every event, and answers with the tool calls and the network requests of each conversation.
///
/// The filter is applied to the record that a row stands for; the records that are joined to it are taken from
/// wherever they lie.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    filter: EventFilter,
    detail: CallDetail,
    conversations: ByConversation<ConversationRecords>,
}

/// The records of one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
struct ConversationRecords(Packed<Told<'static>>);

/// One record.
#[derive(Debug, Serialize, Deserialize)]
struct Told<'a> {
    /// Whether the filter admits it; what is joined to others need not be.
    admitted: bool,
    #[serde(borrow)]
    what: What<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
enum What<'a> {
    #[serde(borrow)]
    Call(Fact<'a>),
    Verdict(EventOrder, NetworkPolicyDecision<'a>),
    /// From here on the approval policy and the sandbox policy are these.
    Policies(EventOrder, Option<&'a str>, Option<&'a str>),
}

impl Packable for Told<'static> {
    type Of<'a> = Told<'a>;
}

/// The policies that a conversation runs under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// When a person is asked.
    pub approval: Option<String>,
    /// What commands may touch.
    pub sandbox: Option<String>,
}

/// A decision, or a call without one, with all that was recorded of the call.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolDecisionRow {
    /// The decision's place, else the result's.
    pub order: EventOrder,
    /// The conversation.
    pub conversation_id: Option<Arc<str>>,
    /// The decision; `None` when none was recorded.
    pub decision: Option<CallDecision>,
    /// The whole call, shared by its decisions.
    pub call: Arc<ToolCall>,
    /// The policies in force.
    pub policies: Arc<Policies>,
}

impl ToolDecisionRow {
    /// The automated reviewer's verdict that the decision followed; without a decision, that on the call.
    #[must_use]
    pub fn review(&self) -> Option<&CallReview> {
        self.decision.as_ref().map_or(self.call.review.as_ref(), |decision| decision.review.as_ref())
    }

    /// The tool's name, as the decision has it, else the call.
    #[must_use]
    pub fn tool_name(&self) -> Option<&str> {
        (self.decision.as_ref().and_then(|decision| decision.tool_name.as_deref()))
            .or(self.call.tool_name.as_deref())
    }
}

/// A network request with the call during which it happened.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkRow {
    /// The conversation.
    pub conversation_id: Option<String>,
    /// The request.
    pub request: NetworkRequest,
    /// The one call during which it happened.
    pub call: Option<ToolCall>,
}

impl CallLog {
    /// A log of the events that `filter` admits, in that detail.
    #[must_use]
    pub fn new(filter: EventFilter, detail: CallDetail) -> Self {
        Self { filter, detail, conversations: ByConversation::default() }
    }

    /// One row a decision, and with `undecided` one for each call without any, conversation by conversation.
    #[must_use]
    pub fn decisions(self, undecided: bool) -> Vec<ToolDecisionRow> {
        let rows_of = |(id, records): (Option<String>, Box<ConversationRecords>)| {
            records.decisions(id.as_deref(), undecided)
        };
        self.conversations.into_sorted().into_par_iter().flat_map_iter(rows_of).collect()
    }

    /// The same rows, counted: no more of them are there at a time than those of one conversation on each core. The
    /// order of conversations must not matter to `count`, nor the order of counts to `join`.
    pub fn count_decisions<C: Default + Send>(
        self,
        undecided: bool,
        count: impl Fn(&mut C, &[ToolDecisionRow]) + Sync,
        join: impl Fn(C, C) -> C + Sync + Send,
    ) -> C {
        let rows_of = |id: Option<&str>, records: &ConversationRecords| records.decisions(id, undecided);
        counted(self.conversations, rows_of, count, join)
    }

    /// One row a request, in time order.
    #[must_use]
    pub fn requests(self) -> Vec<NetworkRow> {
        let rows_of =
            |(id, records): (Option<String>, Box<ConversationRecords>)| records.requests(id.as_deref());
        let mut rows: Vec<_> =
            self.conversations.into_sorted().into_par_iter().flat_map_iter(rows_of).collect();
        rows.par_sort_by_key(|row| row.request.last.order);
        rows
    }

    /// The same rows, counted like those of [`CallLog::count_decisions`].
    pub fn count_requests<C: Default + Send>(
        self,
        count: impl Fn(&mut C, &[NetworkRow]) + Sync,
        join: impl Fn(C, C) -> C + Sync + Send,
    ) -> C {
        counted(self.conversations, |id, records| records.requests(id), count, join)
    }
}

/// Counts the rows of each conversation, which are gone before those of the next are made.
fn counted<R, C: Default + Send>(
    conversations: ByConversation<ConversationRecords>,
    rows_of: impl Fn(Option<&str>, &ConversationRecords) -> Vec<R> + Sync,
    count: impl Fn(&mut C, &[R]) + Sync,
    join: impl Fn(C, C) -> C + Sync + Send,
) -> C {
    (conversations.into_par_iter())
        .fold(C::default, |mut counts, (id, records)| {
            count(&mut counts, &rows_of(id.as_deref(), &records));
            counts
        })
        .reduce(C::default, join)
}

impl ConversationRecords {
    fn decisions(&self, conversation_id: Option<&str>, undecided: bool) -> Vec<ToolDecisionRow> {
        let conversation_id: Option<Arc<str>> = conversation_id.map(Into::into);
        let mut rows = Vec::new();
        let mut policies: Vec<(EventOrder, Arc<Policies>)> = Vec::new();
        let mut facts = Vec::new();
        let mut left_out: Vec<Location> = Vec::new();
        for Told { admitted, what } in self.told() {
            match what {
                What::Call(fact) => {
                    left_out.extend((!admitted).then(|| fact.order().location()));
                    facts.push(fact);
                }
                // Starts of no conversation may be of others than the calls are.
                What::Policies(..) if conversation_id.is_none() => {}
                What::Policies(order, approval, sandbox) => {
                    let owned = |text: Option<&str>| text.map(str::to_owned);
                    policies.push((
                        order,
                        Arc::new(Policies { approval: owned(approval), sandbox: owned(sandbox) }),
                    ));
                }
                What::Verdict(..) => {}
            }
        }
        policies.sort_by_key(|(order, _)| *order);
        left_out.sort_unstable();
        let is_admitted = |order: EventOrder| left_out.binary_search(&order.location()).is_err();
        // Records of no conversation may be of several, in which the same ids mean other calls.
        let calls = match conversation_id {
            Some(_) => calls_of(facts),
            None => facts.into_iter().flat_map(|fact| calls_of([fact])).collect(),
        };
        for call in calls.into_iter().map(Arc::new) {
            let row = |order: EventOrder, decision: Option<CallDecision>| ToolDecisionRow {
                order,
                conversation_id: conversation_id.clone(),
                decision,
                policies: policies_at(&policies, order),
                call: Arc::clone(&call),
            };
            for decision in &call.decisions {
                if is_admitted(decision.order) {
                    rows.push(row(decision.order, Some(decision.clone())));
                }
            }
            // A call that was never finished is known from its review or from what the sandbox did.
            let order = call.result.as_ref().map_or(call.order, |result| result.order);
            if undecided && call.decisions.is_empty() && is_admitted(order) {
                rows.push(row(order, None));
            }
        }
        rows
    }

    fn requests(&self, conversation_id: Option<&str>) -> Vec<NetworkRow> {
        let mut verdicts = Vec::new();
        let mut facts = Vec::new();
        for Told { admitted, what } in self.told() {
            match what {
                What::Verdict(order, verdict) => {
                    verdicts.push((admitted, NetworkVerdict::of(order, &verdict)));
                }
                What::Call(fact) => facts.push(fact),
                What::Policies(..) => {}
            }
        }
        if verdicts.is_empty() {
            return Vec::new();
        }
        let (calls, requests) = match conversation_id {
            Some(_) => (calls_of(facts), fold_admitted(verdicts)),
            // They may be of several conversations, and the calls of others. An execution is one wherever it stands.
            None => {
                let (of_executions, others): (Vec<_>, Vec<_>) =
                    verdicts.into_iter().partition(|(_, verdict)| verdict.execution_id.is_some());
                let each = others.into_iter().flat_map(|verdict| fold_admitted([verdict]));
                (Vec::new(), fold_admitted(of_executions).into_iter().chain(each).collect())
            }
        };
        let times = CallTimes::of(&calls);
        let row_of = |request: NetworkRequest| {
            let call =
                times.call_at(request.last.order.time()).map(|index| calls[index].clone().with_command());
            NetworkRow { conversation_id: conversation_id.map(str::to_owned), request, call }
        };
        requests.into_iter().map(row_of).collect()
    }

    fn add(&mut self, admitted: bool, what: What<'_>) {
        let what = match (what, self.0.last()) {
            (What::Call(fact), Some(Told { what: What::Call(before), .. })) => {
                What::Call(fact.short_behind(before.names()))
            }
            (what, _) => what,
        };
        self.0.push(&Told { admitted, what });
    }

    fn told(&self) -> impl Iterator<Item = Told<'_>> {
        let mut before = None;
        self.0.iter().map(move |Told { admitted, what }| {
            let what = match (what, before) {
                (What::Call(fact), Some(before)) => What::Call(fact.long_behind(before)),
                (what, _) => what,
            };
            before = if let What::Call(fact) = &what { Some(fact.names()) } else { None };
            Told { admitted, what }
        })
    }
}

/// The policies of the last start before that moment.
fn policies_at(policies: &[(EventOrder, Arc<Policies>)], order: EventOrder) -> Arc<Policies> {
    let before = policies.partition_point(|(start, _)| *start <= order);
    before.checked_sub(1).map(|last| policies[last].1.clone()).unwrap_or_default()
}

impl Fold for CallLog {
    fn fresh(&self) -> Self {
        Self::new(self.filter.clone(), self.detail)
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        Some(vec![self.filter.needle()?])
    }

    fn is_about(&self, name: &str, _: Option<&str>) -> bool {
        match name {
            name if is_network_decision(name) => self.detail.keeps_verdicts(),
            "codex.tool_result" => self.detail.keeps_results(),
            "codex.guardian_assessment" | "codex.tool_decision" | "codex.sandbox_outcome" => {
                self.detail.keeps_decisions()
            }
            "codex.conversation_starts" => self.detail.keeps_words(),
            _ => false,
        }
    }

    fn add(&mut self, event: &Event<'_>) {
        if !event.name().is_some_and(|name| self.is_about(name, None)) {
            return;
        }
        let order = event.order();
        let kind = event.kind();
        let what = match &kind {
            EventKind::ConversationStarts(start) => {
                What::Policies(order, start.approval_policy, start.sandbox_policy)
            }
            EventKind::NetworkPolicyDecision(verdict) => What::Verdict(order, *verdict),
            kind => match Fact::of(order, kind, self.detail) {
                Some(fact) => What::Call(fact),
                None => return,
            },
        };
        self.conversations.of(event.conversation_id()).add(self.filter.admits(event), what);
    }

    fn join(&mut self, later: Self) {
        self.conversations.join(later.conversations, |into, records| into.0.append(records.0));
    }
}
