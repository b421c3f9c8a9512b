//! Which conversations are there, and what does each amount to?

use std::collections::BTreeMap;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::by_conversation::ByConversation;
use super::conversation_kind::{ConversationKind, Evidence, KindBasis, Spawns, judge, note_spawn};
use super::earliest::Earliest;
use super::network_requests::{NetworkVerdict, fold_verdicts};
use super::token_totals::{ResponseLedger, TokenTotals};
use crate::event::{
    Decision, Event, EventFilter, EventKind, EventOrder, Fold, Key, Location, NetworkDecision, UnixNano,
};

/// Hears every event, and answers with one summary a conversation.
///
/// The filter decides which events are counted. What kind of conversation it is rests on all events: the record that
/// opens a sub-agent belongs to its parent.
#[derive(Clone, Debug, Default)]
pub struct ConversationIndex {
    filter: EventFilter,
    conversations: ByConversation<Heard>,
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
    /// Requests through the network proxy and how many of them were denied; `None` without any record of it.
    pub network: Option<(u64, u64)>,
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

#[derive(Clone, Debug, Default, PartialEq)]
struct Heard {
    evidence: Evidence,
    first: Earliest<()>,
    last: Option<UnixNano>,
    starts: u64,
    start: Earliest<Start>,
    /// Few, so that a list is the smallest and fastest place.
    models: Vec<(Box<str>, Earliest<()>)>,
    shared: Shared,
    events: u64,
    prompts: u64,
    first_prompt: Earliest<Option<String>>,
    prompt_redacted: bool,
    model_requests: u64,
    model_errors: u64,
    network: Vec<NetworkVerdict>,
    tool_calls: u64,
    tool_failures: u64,
    decisions: BTreeMap<Decision, u64>,
    tokens: TokenTotals,
    responses: ResponseLedger<TokenTotals>,
}

/// What every record of a conversation says again: who, where, with which program. Each value is the earliest one.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shared {
    values: [Option<(EventOrder, Box<str>)>; 9],
    /// From here on nothing new can be learnt of the values that are there.
    latest: Option<EventOrder>,
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
        let nothing_new = self.latest.is_some_and(|latest| latest <= order);
        for index in 0..self.values.len() {
            if nothing_new && self.values[index].is_some() {
                continue;
            }
            if let Some(value) = Self::value(index, event) {
                self.offer(index, order, value);
            }
        }
    }

    fn value<'a>(index: usize, event: &Event<'a>) -> Option<&'a str> {
        let (of_record, of_resource) = (event.attributes(), &event.resource.attributes);
        match index {
            Self::SERVICE_NAME => event.resource.service_name(),
            Self::APP_VERSION => {
                of_record.filled(Key::AppVersion).or_else(|| of_resource.filled(Key::ServiceVersion))
            }
            Self::ORIGINATOR => of_record.filled(Key::Originator),
            Self::TERMINAL => of_record.filled(Key::TerminalType),
            Self::ENV => event.resource.env(),
            Self::HOST => of_resource.filled(Key::HostName),
            Self::USER_EMAIL => of_record.filled(Key::UserEmail),
            Self::USER_ACCOUNT_ID => of_record.filled(Key::UserAccountId),
            _ => of_record.filled(Key::AuthMode),
        }
    }

    fn offer(&mut self, index: usize, order: EventOrder, value: &str) {
        let earlier = self.values[index].as_ref().is_none_or(|(first, _)| order < *first);
        if earlier {
            self.values[index] = Some((order, value.into()));
            self.latest = self.values.iter().flatten().map(|(order, _)| *order).max();
        }
    }

    fn join(&mut self, later: Self) {
        for (index, value) in later.values.into_iter().enumerate() {
            if let Some((order, value)) = value {
                self.offer(index, order, &value);
            }
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Start {
    model: Option<String>,
    provider: Option<String>,
    approval_policy: Option<String>,
    sandbox_policy: Option<String>,
    mcp_servers: Option<Vec<String>>,
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
        let conversations: Vec<(String, Box<Heard>)> = (self.conversations.into_sorted().into_iter())
            .filter_map(|(id, heard)| Some((id?, heard)))
            .collect();
        let evidence: Vec<_> =
            conversations.iter().map(|(id, heard)| (id.as_str(), &heard.evidence)).collect();
        let verdicts = judge(&evidence, &self.spawns);
        let mut summaries: Vec<_> = (conversations.into_par_iter().zip(verdicts))
            .filter(|((_, heard), _)| heard.events > 0)
            .map(|((id, heard), verdict)| ConversationSummary {
                kind: verdict.kind,
                parent: verdict.parent,
                ..heard.settle(id)
            })
            .collect();
        summaries
            .par_sort_by_key(|summary| (EventOrder::new(summary.start, summary.location), summary.location));
        Conversations { summaries, records_without_conversation: self.without_conversation }
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
        let kind = event.kind();
        let heard = self.conversations.of(Some(id));
        heard.evidence.add(event, order, &kind);
        if admitted {
            heard.add(event, order, &kind);
        }
    }

    fn join(&mut self, later: Self) {
        self.without_conversation += later.without_conversation;
        self.spawns.extend(later.spawns);
        self.conversations.join(later.conversations, Heard::join);
    }
}

impl Heard {
    fn add(&mut self, event: &Event<'_>, order: EventOrder, kind: &EventKind<'_>) {
        self.events += 1;
        self.first.offer(order, || ());
        self.last = self.last.max(order.time());
        if let Some(model) = event.model() {
            self.first_of(model).offer(order, || ());
        }
        self.shared.add(event, order);
        if let Some(response) = self.responses.add(order, kind, |response| TokenTotals::of(&response.tokens))
        {
            self.tokens.add(&response);
        }
        match kind {
            EventKind::ConversationStarts(start) => {
                let owned = |text: Option<&str>| text.map(str::to_owned);
                self.starts += 1;
                self.start.offer(order, || Start {
                    model: owned(event.model()),
                    provider: owned(start.provider),
                    approval_policy: owned(start.approval_policy),
                    sandbox_policy: owned(start.sandbox_policy),
                    mcp_servers: start
                        .mcp_server_names()
                        .map(|names| names.into_iter().map(str::to_owned).collect()),
                });
            }
            EventKind::UserPrompt(prompt) => {
                self.prompts += 1;
                self.prompt_redacted |= prompt.redacted;
                self.first_prompt.offer(order, || prompt.prompt.map(str::to_owned));
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
            EventKind::ToolDecision(decision) => *self.decisions.entry(decision.decision()).or_default() += 1,
            EventKind::NetworkPolicyDecision(verdict) => {
                self.network.push(NetworkVerdict::of(order, verdict));
            }
            _ => {}
        }
    }

    /// Where the first event of that model is noted.
    fn first_of(&mut self, model: &str) -> &mut Earliest<()> {
        let place = self.models.iter().position(|(name, _)| **name == *model).unwrap_or_else(|| {
            self.models.push((model.into(), Earliest::default()));
            self.models.len() - 1
        });
        &mut self.models[place].1
    }

    fn join(&mut self, later: Self) {
        self.evidence.join(later.evidence);
        self.first.join(later.first);
        self.last = self.last.max(later.last);
        self.starts += later.starts;
        self.start.join(later.start);
        for (model, first) in later.models {
            self.first_of(&model).join(first);
        }
        self.shared.join(later.shared);
        self.events += later.events;
        self.prompts += later.prompts;
        self.first_prompt.join(later.first_prompt);
        self.prompt_redacted |= later.prompt_redacted;
        self.model_requests += later.model_requests;
        self.model_errors += later.model_errors;
        self.network.extend(later.network);
        self.tool_calls += later.tool_calls;
        self.tool_failures += later.tool_failures;
        for (decision, count) in later.decisions {
            *self.decisions.entry(decision).or_default() += count;
        }
        self.tokens.add(&later.tokens);
        self.responses.join(later.responses);
    }

    fn settle(self, id: String) -> ConversationSummary {
        let first = self.first.with_order().map(|(order, ())| order);
        let mut models = self.models;
        models.sort_by_key(|(_, first)| first.with_order().map(|(order, ())| order));
        let models: Vec<String> = models.into_iter().map(|(model, _)| String::from(model)).collect();
        let start = self.start.into_inner().unwrap_or_default();
        let network = (!self.network.is_empty()).then(|| {
            let requests = fold_verdicts(self.network);
            let denied =
                requests.iter().filter(|request| request.last.decision == NetworkDecision::Deny).count();
            (requests.len() as u64, denied as u64)
        });
        let settled = self.responses.settle();
        let mut values = self.shared.values;
        let mut shared = |index: usize| values[index].take().map(|(_, value)| String::from(value));
        let mut tokens = self.tokens;
        tokens.add(&settled.responses.into_iter().map(|(_, totals)| totals).sum());
        ConversationSummary {
            id,
            start: first.and_then(|first| first.time()),
            end: self.last,
            location: first.map(|first| first.location()).unwrap_or_default(),
            starts: self.starts,
            kind: None,
            parent: None,
            model: start.model.or_else(|| models.first().cloned()),
            models,
            provider: start.provider,
            service_name: shared(Shared::SERVICE_NAME),
            app_version: shared(Shared::APP_VERSION),
            originator: shared(Shared::ORIGINATOR),
            terminal: shared(Shared::TERMINAL),
            env: shared(Shared::ENV),
            host: shared(Shared::HOST),
            user_email: shared(Shared::USER_EMAIL),
            user_account_id: shared(Shared::USER_ACCOUNT_ID),
            auth_mode: shared(Shared::AUTH_MODE),
            approval_policy: start.approval_policy,
            sandbox_policy: start.sandbox_policy,
            mcp_servers: start.mcp_servers,
            events: self.events,
            prompts: self.prompts,
            first_prompt: self.first_prompt.into_inner().flatten(),
            prompt_redacted: self.prompt_redacted,
            model_requests: self.model_requests,
            model_errors: self.model_errors,
            network,
            tool_calls: self.tool_calls,
            tool_failures: self.tool_failures,
            decisions: self.decisions,
            tokens,
            warm_ups: settled.warm_ups.len() as u64,
        }
    }
}
