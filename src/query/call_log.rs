//! Who allowed what, what came of it, and what did it try to reach?

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::by_conversation::ByConversation;
use super::network_requests::{NetworkRequest, NetworkVerdict, fold_verdicts};
use super::tool_calls::{CallDecision, CallDetail, ToolCall, ToolCallLedger, call_during};
use crate::event::{Event, EventFilter, EventKind, EventOrder, Fold, Location, Needle};

/// Hears every event, and answers with the tool calls and the network requests of each conversation.
///
/// The filter is applied to the record that a row stands for; the records that are joined to it are taken from
/// wherever they lie.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    filter: EventFilter,
    detail: CallDetail,
    heard: ByConversation<Heard>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Heard {
    calls: ToolCallLedger,
    verdicts: Vec<NetworkVerdict>,
    /// When which policies came into force.
    policies: Vec<(EventOrder, Arc<Policies>)>,
    /// Where the admitted decisions, results and verdicts lie; `None` when every one is admitted.
    admitted: Vec<Location>,
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
        Self { filter, detail, heard: ByConversation::default() }
    }

    /// One row a decision, and with `undecided` one for each call without any, conversation by
    /// conversation.
    #[must_use]
    pub fn decisions(self, undecided: bool) -> Vec<ToolDecisionRow> {
        let everything = self.filter.admits_everything();
        let rows_of = |(id, mut heard): (Option<String>, Box<Heard>)| {
            let conversation_id: Option<Arc<str>> = id.map(Into::into);
            let mut rows = Vec::new();
            heard.settle_policies();
            let policies = heard.policies;
            let admitted = heard.admitted;
            for call in heard.calls.settle().into_iter().map(Arc::new) {
                let row = |order: EventOrder, decision: Option<CallDecision>| ToolDecisionRow {
                    order,
                    conversation_id: conversation_id.clone(),
                    decision,
                    policies: policies_at(&policies, order),
                    call: Arc::clone(&call),
                };
                let is_admitted =
                    |order: EventOrder| everything || admitted.binary_search(&order.location()).is_ok();
                for decision in &call.decisions {
                    if is_admitted(decision.order) {
                        rows.push(row(decision.order, Some(decision.clone())));
                    }
                }
                if let (true, true, Some(result)) = (undecided, call.decisions.is_empty(), &call.result)
                    && is_admitted(result.order)
                {
                    rows.push(row(result.order, None));
                }
            }
            rows
        };
        self.heard.into_sorted().into_par_iter().flat_map_iter(rows_of).collect()
    }

    /// One row a request, in time order.
    #[must_use]
    pub fn requests(self) -> Vec<NetworkRow> {
        let everything = self.filter.admits_everything();
        let rows_of = |(conversation_id, mut heard): (Option<String>, Box<Heard>)| {
            let mut rows = Vec::new();
            heard.admitted.sort_unstable();
            let requests = fold_verdicts(heard.verdicts);
            if requests.is_empty() {
                return rows;
            }
            let calls = heard.calls.settle();
            for request in requests {
                if everything || heard.admitted.binary_search(&request.last.order.location()).is_ok() {
                    let call = call_during(&calls, &request).map(|index| calls[index].clone().with_command());
                    rows.push(NetworkRow { conversation_id: conversation_id.clone(), request, call });
                }
            }
            rows
        };
        let mut rows: Vec<_> = self.heard.into_sorted().into_par_iter().flat_map_iter(rows_of).collect();
        rows.par_sort_by_key(|row| row.request.last.order);
        rows
    }
}

/// The policies of the last start before that moment.
fn policies_at(policies: &[(EventOrder, Arc<Policies>)], order: EventOrder) -> Arc<Policies> {
    let before = policies.partition_point(|(start, _)| *start <= order);
    before.checked_sub(1).map(|last| policies[last].1.clone()).unwrap_or_default()
}

impl Heard {
    fn settle_policies(&mut self) {
        self.policies.sort_by_key(|(order, _)| *order);
        self.admitted.sort_unstable();
    }
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
            "codex.tool_result"
            | "codex.network_proxy.policy_decision"
            | "codex.network_proxy.domain_policy_decision"
            | "codex.network_proxy.block_decision" => true,
            "codex.conversation_starts"
            | "codex.guardian_assessment"
            | "codex.tool_decision"
            | "codex.sandbox_outcome" => self.detail != CallDetail::Asked,
            _ => false,
        }
    }

    fn add(&mut self, event: &Event<'_>) {
        let kind = event.kind();
        if !matches!(
            kind,
            EventKind::ConversationStarts(_)
                | EventKind::GuardianAssessment(_)
                | EventKind::ToolDecision(_)
                | EventKind::SandboxOutcome(_)
                | EventKind::ToolResult(_)
                | EventKind::NetworkPolicyDecision(_)
        ) {
            return;
        }
        let order = event.order();
        let heard = self.heard.of(event.conversation_id());
        if !self.filter.admits_everything() && self.filter.admits(event) {
            heard.admitted.push(event.location);
        }
        match &kind {
            EventKind::ConversationStarts(start) => {
                let owned = |text: Option<&str>| text.map(str::to_owned);
                let policies =
                    Policies { approval: owned(start.approval_policy), sandbox: owned(start.sandbox_policy) };
                heard.policies.push((order, Arc::new(policies)));
            }
            EventKind::NetworkPolicyDecision(verdict) => {
                heard.verdicts.push(NetworkVerdict::of(event, verdict));
            }
            _ => heard.calls.add(order, &kind, self.detail),
        }
    }

    fn join(&mut self, later: Self) {
        self.heard.join(later.heard, |into, heard| {
            into.calls.join(heard.calls);
            into.verdicts.extend(heard.verdicts);
            into.policies.extend(heard.policies);
            into.admitted.extend(heard.admitted);
        });
    }
}
