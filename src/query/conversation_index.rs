//! Which conversations are there, and what does each amount to?

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::by_conversation::ByConversation;
use super::conversation_kind::{ConversationKind, Evidence, KindBasis, Spawns, Verdict, judge, note_spawn};
use super::earliest::Earliest;
use super::few::Few;
use super::network_requests::{NetworkRequest, NetworkVerdict, PackedVerdict, fold_admitted};
use super::packed::Packed;
use super::shared_text::SharedText;
use super::token_totals::{ResponseLedger, TokenTotals};
use crate::event::{
    Decision, Event, EventFilter, EventKind, EventOrder, Fold, Key, Location, NetworkDecision,
    NetworkPolicyDecision, ResponseCompleted, UnixNano, mcp_server_names,
};

/// Hears every event, and answers with one summary a conversation.
///
/// The filter decides which events are counted. What kind of conversation it is rests on all events: the record that
/// opens a sub-agent belongs to its parent.
#[derive(Clone, Debug, Default)]
pub struct ConversationIndex {
    filter: EventFilter,
    conversations: ByConversation<SummaryDraft>,
    spawns: Spawns,
    without_conversation: u64,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversations {
    /// By start time; those without a time last.
    pub summaries: Vec<ConversationSummary>,
    /// Admitted records that belong to no conversation.
    pub records_without_conversation: u64,
}

/// Requests through Codex's network proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkCounts {
    /// Requests.
    pub requests: u64,
    /// Of those, how many were denied in the end.
    pub denied: u64,
    /// Of those, how many may stand for several; see [`NetworkRequest::hides`].
    pub hiding: u64,
}

/// What one conversation amounts to. `None` is "the log does not say".
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationSummary {
    /// `conversation.id`.
    pub id: String,
    /// Time of its first event.
    pub start: Option<UnixNano>,
    /// Time of its last event.
    pub end: Option<UnixNano>,
    /// Where its first event lies.
    pub location: Location,
    /// How often it was opened; more than once when it was resumed, 0 when its start lies outside the input.
    pub starts: u64,
    /// What kind it is, and what that rests on.
    pub kind: Option<(ConversationKind, KindBasis)>,
    /// The conversation that opened it, or that it reviews.
    pub parent: Option<String>,
    /// The model it started with, else the first one seen.
    pub model: Option<String>,
    /// Every model, in the order of appearance.
    pub models: Vec<String>,
    /// The model provider's display name.
    pub provider: Option<String>,
    /// `service.name`.
    pub service_name: Option<String>,
    /// Codex's release.
    pub app_version: Option<String>,
    /// Which client asked.
    pub originator: Option<String>,
    /// `terminal.type`.
    pub terminal: Option<String>,
    /// `env`.
    pub env: Option<String>,
    /// `host.name`.
    pub host: Option<String>,
    /// `user.email`.
    pub user_email: Option<String>,
    /// `user.account_id`.
    pub user_account_id: Option<String>,
    /// `auth_mode`.
    pub auth_mode: Option<String>,
    /// The approval policy it started with.
    pub approval_policy: Option<String>,
    /// The sandbox policy it started with.
    pub sandbox_policy: Option<String>,
    /// The MCP servers it started with.
    pub mcp_servers: Option<Vec<String>>,
    /// Records.
    pub events: u64,
    /// Prompts, Codex's own included.
    pub prompts: u64,
    /// The text of the first prompt; `None` when there is none or it was redacted.
    pub first_prompt: Option<String>,
    /// Whether a prompt was redacted.
    pub prompt_redacted: bool,
    /// Requests to the model, each attempt.
    pub model_requests: u64,
    /// Of those, how many failed.
    pub model_errors: u64,
    /// Requests through the network proxy; `None` without any record of it.
    pub network: Option<NetworkCounts>,
    /// Results of tool calls.
    pub tool_calls: u64,
    /// Of those, how many say that they failed.
    pub tool_failures: u64,
    /// Decisions by kind.
    pub decisions: BTreeMap<Decision, u64>,
    /// Tokens of its responses, warm-ups apart.
    pub tokens: TokenTotals,
    /// Warm-ups of WebSocket connections.
    pub warm_ups: u64,
}

impl ConversationSummary {
    /// How many models there were besides the one it is listed with.
    #[must_use]
    pub fn other_models(&self) -> usize {
        self.models.iter().filter(|model| Some(*model) != self.model.as_ref()).count()
    }
}

/// A conversation of which everything was heard. There may be many, and a summary takes more room.
#[derive(Debug)]
pub struct IndexedConversation {
    id: String,
    draft: Box<SummaryDraft>,
    verdict: Verdict,
}

// There is one for each conversation, and one byte more would take 128 of the allocator's, which aligns it besides.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<SummaryDraft>() <= 624);

/// A summary while its conversation is being heard.
#[derive(Clone, Debug, Default)]
struct SummaryDraft {
    evidence: Evidence,
    first: Earliest<()>,
    last: Option<UnixNano>,
    starts: u64,
    start: Earliest<Start>,
    models: Models,
    shared: Shared,
    events: u64,
    prompts: u64,
    first_prompt: Earliest<Option<Box<str>>>,
    prompt_redacted: bool,
    model_requests: u64,
    model_errors: u64,
    /// Of few conversations there is any.
    network: Option<Box<Packed<PackedVerdict>>>,
    tool_calls: u64,
    tool_failures: u64,
    decisions: Few<(Decision, u64)>,
    tokens: TokenTotals,
    responses: ResponseLedger<TokenTotals>,
}

/// The models of a conversation, each with its first event. One or a few, unless they were made up to take time.
#[derive(Clone, Debug)]
#[expect(clippy::box_collection, reason = "no larger than the few: there is one for each conversation")]
enum Models {
    Few(Few<(SharedText, EventOrder)>),
    Many(Box<HashMap<SharedText, EventOrder, RandomState>>),
}

impl Default for Models {
    fn default() -> Self {
        Self::Few(Few::default())
    }
}

impl Models {
    const FEW: usize = 32;

    /// Notes that an event is of that model.
    fn note(&mut self, model: &str, order: EventOrder, shared: impl FnOnce() -> SharedText) {
        let known = match self {
            Self::Few(few) => few.iter_mut().find(|(name, _)| **name == *model).map(|(_, first)| first),
            Self::Many(many) => many.get_mut(model),
        };
        if let Some(first) = known {
            *first = order.min(*first);
            return;
        }
        match self {
            Self::Few(few) if few.len() < Self::FEW => few.push((shared(), order)),
            Self::Few(few) => {
                let few = std::mem::take(few).into_vec();
                *self = Self::Many(Box::new(few.into_iter().chain([(shared(), order)]).collect()));
            }
            Self::Many(many) => {
                many.insert(shared(), order);
            }
        }
    }

    fn into_vec(self) -> Vec<(SharedText, EventOrder)> {
        match self {
            Self::Few(few) => few.into_vec(),
            Self::Many(many) => many.into_iter().collect(),
        }
    }
}

/// What every record of a conversation says again: who, where, with which program. Each value is the earliest one.
#[derive(Clone, Debug, Default)]
struct Shared {
    values: [Option<SharedText>; 9],
    /// Where the values were found, each place with a bit for each value.
    places: Few<(EventOrder, u16)>,
}

impl Shared {
    const SERVICE_NAME: usize = 0;
    const APP_VERSION: usize = 1;
    const ORIGINATOR: usize = 2;
    const TERMINAL: usize = 3;
    const ENV: usize = 4;
    const HOST: usize = 5;
    const USER_EMAIL: usize = 6;
    const USER_ACCOUNT_ID: usize = 7;
    const AUTH_MODE: usize = 8;

    fn add(&mut self, event: &Event<'_>, order: EventOrder) {
        // Of the values that are there.
        let nothing_new = self.places.iter().all(|(place, _)| *place <= order);
        for index in 0..self.values.len() {
            if nothing_new && self.values[index].is_some() {
                continue;
            }
            if let Some(value) = Self::value(index, event) {
                self.offer(index, order, || SharedText::of(value));
            }
        }
    }

    fn value<'a>(index: usize, event: &Event<'a>) -> Option<&'a str> {
        let (of_record, of_resource) = (event.attributes(), &event.resource.attributes);
        match index {
            Self::SERVICE_NAME => event.resource.service_name(),
            Self::APP_VERSION => event.app_version(),
            Self::ORIGINATOR => of_record.filled(Key::Originator),
            Self::TERMINAL => of_record.filled(Key::TerminalType),
            Self::ENV => event.resource.env(),
            Self::HOST => of_resource.filled(Key::HostName),
            Self::USER_EMAIL => of_record.filled(Key::UserEmail),
            Self::USER_ACCOUNT_ID => of_record.filled(Key::UserAccountId),
            _ => of_record.filled(Key::AuthMode),
        }
    }

    fn offer(&mut self, index: usize, order: EventOrder, value: impl FnOnce() -> SharedText) {
        let bit = 1 << index;
        if let Some(place) = self.places.iter().position(|(_, values)| values & bit != 0) {
            if self.places[place].0 <= order {
                return;
            }
            self.places[place].1 &= !bit;
        }
        self.values[index] = Some(value());
        match self.places.iter_mut().find(|(place, _)| *place == order) {
            Some((_, values)) => *values |= bit,
            None => match self.places.iter_mut().find(|(_, values)| *values == 0) {
                Some(empty) => *empty = (order, bit),
                None => self.places.push((order, bit)),
            },
        }
    }

    fn join(&mut self, mut later: Self) {
        for (order, values) in later.places.into_vec() {
            for (index, value) in later.values.iter_mut().enumerate() {
                if values & (1 << index) != 0
                    && let Some(value) = value.take()
                {
                    self.offer(index, order, || value);
                }
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Start {
    model: Option<SharedText>,
    provider: Option<SharedText>,
    approval_policy: Option<SharedText>,
    sandbox_policy: Option<SharedText>,
    /// As Codex joined them.
    mcp_servers: Option<SharedText>,
}

/// Whether an event, by its name, adds to the number of events and says nothing else of its conversation that others do
/// not say. Most are of this kind.
fn is_only_counted(event: &Event<'_>) -> bool {
    match event.name() {
        Some("codex.sse_event") => !ResponseCompleted::may_be(event.attributes().text(Key::EventKind)),
        Some(
            "codex.startup_phase" | "codex.turn_ttft" | "codex.websocket_connect" | "codex.websocket_event",
        ) => true,
        _ => false,
    }
}

/// The requests that are asked for, by their last verdict; `None` where no verdict is.
fn counted(verdicts: &Packed<PackedVerdict>) -> Option<NetworkCounts> {
    let owned = |(admitted, order, verdict): (bool, EventOrder, NetworkPolicyDecision<'_>)| {
        (admitted, NetworkVerdict::of(order, &verdict))
    };
    let requests = fold_admitted(verdicts.iter().map(owned));
    let count = |fits: fn(&NetworkRequest) -> bool| requests.iter().filter(|one| fits(one)).count() as u64;
    verdicts.iter().any(|(admitted, ..)| admitted).then(|| NetworkCounts {
        requests: count(|_| true),
        denied: count(|request| request.last.decision == NetworkDecision::Deny),
        hiding: count(|request| !request.hides.is_empty()),
    })
}

impl ConversationIndex {
    /// Counts the events that `filter` admits.
    #[must_use]
    pub fn new(filter: EventFilter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// The summaries, when everything has been heard.
    #[must_use]
    pub fn settle(self) -> Conversations {
        let (conversations, records_without_conversation) = self.conversations();
        let summaries = conversations.into_par_iter().map(IndexedConversation::summary).collect();
        Conversations { summaries, records_without_conversation }
    }

    /// The same conversations in the same order, to be summed up one at a time, and how many admitted records belong
    /// to none.
    #[must_use]
    pub fn conversations(self) -> (Vec<IndexedConversation>, u64) {
        let conversations: Vec<(String, Box<SummaryDraft>)> = (self.conversations.into_sorted().into_iter())
            .filter_map(|(id, draft)| Some((id?, draft)))
            .collect();
        let evidence: Vec<_> =
            conversations.iter().map(|(id, draft)| (id.as_str(), &draft.evidence)).collect();
        let verdicts = judge(&evidence, &self.spawns);
        let mut conversations: Vec<_> = (conversations.into_iter().zip(verdicts))
            .filter(|((_, draft), _)| draft.events > 0)
            .map(|((id, draft), verdict)| IndexedConversation { id, draft, verdict })
            .collect();
        conversations.par_sort_by_key(|conversation| conversation.draft.first_order());
        (conversations, self.without_conversation)
    }
}

impl Fold for ConversationIndex {
    fn fresh(&self) -> Self {
        Self::new(self.filter.clone())
    }

    fn add(&mut self, event: &Event<'_>) {
        let admitted = self.filter.admits(event);
        let Some(id) = event.conversation_id() else {
            note_spawn(event, &mut self.spawns);
            self.without_conversation += u64::from(admitted);
            return;
        };
        let order = event.order();
        let kind = (!is_only_counted(event)).then(|| event.kind());
        let draft = self.conversations.of(Some(id));
        draft.evidence.add(event, order, kind.as_ref());
        if admitted {
            draft.add(event, order, kind.as_ref());
        } else if let Some(EventKind::NetworkPolicyDecision(verdict)) = &kind {
            draft.note_verdict(false, order, verdict);
        } else if let Some(kind) = &kind {
            draft.responses.note_request(order, kind);
        }
    }

    fn join(&mut self, later: Self) {
        self.without_conversation += later.without_conversation;
        self.spawns.extend(later.spawns);
        self.conversations.join(later.conversations, SummaryDraft::join);
    }
}

impl SummaryDraft {
    fn add(&mut self, event: &Event<'_>, order: EventOrder, kind: Option<&EventKind<'_>>) {
        self.events += 1;
        self.first.offer(order, || ());
        self.last = self.last.max(order.time());
        if let Some(model) = event.model() {
            self.models.note(model, order, || SharedText::of(model));
        }
        self.shared.add(event, order);
        let Some(kind) = kind else { return };
        if let Some(response) = self.responses.add(order, kind, |response| TokenTotals::of(&response.tokens))
        {
            self.tokens.add(&response);
        }
        match kind {
            EventKind::ConversationStarts(start) => {
                let shared = |text: Option<&str>| text.map(SharedText::of);
                self.starts += 1;
                self.start.offer(order, || Start {
                    model: shared(event.model()),
                    provider: shared(start.provider),
                    approval_policy: shared(start.approval_policy),
                    sandbox_policy: shared(start.sandbox_policy),
                    mcp_servers: shared(start.mcp_servers),
                });
            }
            EventKind::UserPrompt(prompt) => {
                self.prompts += 1;
                self.prompt_redacted |= prompt.redacted;
                self.first_prompt.offer(order, || prompt.prompt.map(Into::into));
            }
            EventKind::ApiRequest(request) if request.to_model() => {
                self.model_requests += 1;
                self.model_errors += u64::from(request.failed());
            }
            EventKind::WebsocketRequest(request) => {
                self.model_requests += 1;
                self.model_errors += u64::from(request.failed());
            }
            EventKind::ToolResult(result) => {
                self.tool_calls += 1;
                self.tool_failures += u64::from(result.success == Some(false));
            }
            EventKind::ToolDecision(decision) => self.count_decisions(decision.decision(), 1),
            EventKind::NetworkPolicyDecision(verdict) => self.note_verdict(true, order, verdict),
            _ => {}
        }
    }

    /// Keeps of a verdict what tells one request from another, and what came of it.
    fn note_verdict(&mut self, admitted: bool, order: EventOrder, verdict: &NetworkPolicyDecision<'_>) {
        let verdict = NetworkPolicyDecision {
            decision_raw: None,
            reason: None,
            source: None,
            scope: None,
            overridden: None,
            protocol: None,
            ..*verdict
        };
        self.network.get_or_insert_default().push(&(admitted, order, verdict));
    }

    fn count_decisions(&mut self, decision: Decision, count: u64) {
        match self.decisions.iter_mut().find(|(known, _)| *known == decision) {
            Some((_, sum)) => *sum += count,
            None => self.decisions.push((decision, count)),
        }
    }

    /// Where its first event stands.
    fn first_order(&self) -> Option<EventOrder> {
        self.first.with_order().map(|(order, ())| order)
    }

    fn join(&mut self, later: Self) {
        self.evidence.join(later.evidence);
        self.first.join(later.first);
        self.last = self.last.max(later.last);
        self.starts += later.starts;
        self.start.join(later.start);
        for (model, first) in later.models.into_vec() {
            self.models.note(&model, first, || model.clone());
        }
        self.shared.join(later.shared);
        self.events += later.events;
        self.prompts += later.prompts;
        self.first_prompt.join(later.first_prompt);
        self.prompt_redacted |= later.prompt_redacted;
        self.model_requests += later.model_requests;
        self.model_errors += later.model_errors;
        if let Some(network) = later.network {
            self.network.get_or_insert_default().append(*network);
        }
        self.tool_calls += later.tool_calls;
        self.tool_failures += later.tool_failures;
        for (decision, count) in later.decisions.into_vec() {
            self.count_decisions(decision, count);
        }
        self.tokens.add(&later.tokens);
        self.responses.join(later.responses);
    }
}

impl IndexedConversation {
    /// What it amounts to.
    #[must_use]
    pub fn summary(self) -> ConversationSummary {
        let Self { id, draft, verdict } = self;
        let draft = *draft;
        let owned = |text: Option<SharedText>| text.map(|text| text.to_string());
        let first = draft.first_order();
        let mut models = draft.models.into_vec();
        models.sort_by_key(|(_, first)| *first);
        let models: Vec<String> = models.into_iter().map(|(model, _)| model.to_string()).collect();
        let start = draft.start.into_inner().unwrap_or_default();
        let network = draft.network.and_then(|verdicts| counted(&verdicts));
        let settled = draft.responses.settle();
        let mut values = draft.shared.values;
        let mut shared = |index: usize| owned(values[index].take());
        let mut tokens = draft.tokens;
        tokens.add(&settled.responses.into_iter().map(|(_, totals)| totals).sum());
        ConversationSummary {
            id,
            start: first.and_then(|first| first.time()),
            end: draft.last,
            location: first.map(|first| first.location()).unwrap_or_default(),
            starts: draft.starts,
            kind: verdict.kind,
            parent: verdict.parent,
            model: owned(start.model).or_else(|| models.first().cloned()),
            models,
            provider: owned(start.provider),
            service_name: shared(Shared::SERVICE_NAME),
            app_version: shared(Shared::APP_VERSION),
            originator: shared(Shared::ORIGINATOR),
            terminal: shared(Shared::TERMINAL),
            env: shared(Shared::ENV),
            host: shared(Shared::HOST),
            user_email: shared(Shared::USER_EMAIL),
            user_account_id: shared(Shared::USER_ACCOUNT_ID),
            auth_mode: shared(Shared::AUTH_MODE),
            approval_policy: owned(start.approval_policy),
            sandbox_policy: owned(start.sandbox_policy),
            mcp_servers: start
                .mcp_servers
                .map(|joined| mcp_server_names(&joined).into_iter().map(str::to_owned).collect()),
            events: draft.events,
            prompts: draft.prompts,
            first_prompt: draft.first_prompt.into_inner().flatten().map(String::from),
            prompt_redacted: draft.prompt_redacted,
            model_requests: draft.model_requests,
            model_errors: draft.model_errors,
            network,
            tool_calls: draft.tool_calls,
            tool_failures: draft.tool_failures,
            decisions: draft.decisions.into_vec().into_iter().collect(),
            tokens,
            warm_ups: settled.warm_ups.len() as u64,
        }
    }
}
