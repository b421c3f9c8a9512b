//! What happened in one conversation? Its events in time order, told as steps: what belongs together is one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::network_requests::{NetworkRequest, NetworkVerdict, fold_verdicts};
use super::packed::Packed;
use super::token_totals::{last_went_over_websocket, may_be_request, over_websocket};
use super::tool_calls::{CallDetail, CallTimes, Fact, ToolCall, calls_of};
use crate::event::{
    AnyValue, ApiRequest, Event, EventFilter, EventKind, EventOrder, Fold, Key, Location, LogRecord, Needle,
    Resource, Scope, StartupPhase, StreamEvent, TokenCounts, WebsocketRequest, event_family, name_of_double,
};

/// Keeps the admitted events, by conversation. Memory grows with what is admitted.
#[derive(Clone, Debug, Default)]
pub struct StoryCollector {
    filter: EventFilter,
    /// Only these conversations.
    only: Option<Arc<Pass>>,
    /// How far the input was heard.
    heard_until: Location,
    kept: BTreeMap<Option<String>, StoryEvents>,
}

/// Some conversations, with the place of the last event that the story of each is made of; `None` stands for the records
/// of none.
pub type Pass = BTreeMap<Option<String>, Location>;

/// The events of one conversation.
#[derive(Clone, Debug, Default)]
pub struct StoryEvents {
    kept: Vec<Kept>,
    /// The requests to the model that are not admitted, and whether they went over the WebSocket.
    left_out: Vec<(EventOrder, bool)>,
}

#[derive(Clone, Debug)]
struct Kept {
    order: EventOrder,
    scope: Option<String>,
    record: LogRecord<'static>,
}

/// One conversation, told.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// Its steps in time order.
    pub steps: Vec<(EventOrder, Step)>,
}

/// One step of a story.
#[derive(Clone, Debug)]
pub enum Step {
    /// The conversation was opened, or opened again.
    Start {
        /// `model`.
        model: Option<String>,
        /// When a person is asked.
        approval_policy: Option<String>,
        /// What commands may touch.
        sandbox_policy: Option<String>,
        /// The configured servers.
        mcp_servers: Vec<String>,
        /// How much the model is to think.
        reasoning_effort: Option<String>,
    },
    /// Text was given to the model.
    Prompt {
        /// `None` when it was redacted.
        text: Option<String>,
        /// Unicode scalar values.
        length: Option<u64>,
    },
    /// A request to the model and the response to it.
    Model(ModelStep),
    /// A tool call.
    Call(Box<CallStep>),
    /// A request through the network proxy that no single call can be named for.
    Network(NetworkRequest),
    /// Something else.
    Remark(Remark),
}

/// A request to the model with its response, as far as either was recorded.
#[derive(Clone, Debug, Default)]
pub struct ModelStep {
    /// The request; `None` when only the response was recorded.
    pub request: Option<ModelRequest>,
    /// Events of the stream without counts, by their kind.
    pub stream_events: BTreeMap<String, u64>,
    /// What went wrong while it streamed.
    pub failures: Vec<String>,
    /// What the finished response used.
    pub tokens: Option<TokenCounts>,
    /// Milliseconds to the first token of the response.
    pub ttft_ms: Option<u64>,
    /// Milliseconds to the first token of the turn.
    pub turn_ttft_ms: Option<u64>,
    /// It only warmed up a connection.
    pub warm_up: bool,
}

/// A request to the model.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// Over the WebSocket, else over HTTP.
    pub over_websocket: bool,
    /// The HTTP status.
    pub status: Option<u64>,
    /// Which attempt, counted from 0.
    pub attempt: Option<u64>,
    /// Milliseconds to the response's headers.
    pub duration_ms: Option<u64>,
    /// What went wrong.
    pub error: Option<String>,
    /// Whether it failed.
    pub failed: bool,
}

impl ModelRequest {
    fn over_http(request: &ApiRequest<'_>) -> Self {
        Self {
            over_websocket: false,
            status: request.status,
            attempt: request.attempt,
            duration_ms: request.duration_ms,
            error: request.error_message.map(str::to_owned),
            failed: request.failed(),
        }
    }

    fn over_websocket(request: &WebsocketRequest<'_>) -> Self {
        Self {
            over_websocket: true,
            status: None,
            attempt: None,
            duration_ms: request.duration_ms,
            error: request.error_message.map(str::to_owned),
            failed: request.failed(),
        }
    }
}

/// A tool call with the requests that it sent through the network proxy.
#[derive(Clone, Debug)]
pub struct CallStep {
    /// The call.
    pub call: ToolCall,
    /// Its requests, in time order.
    pub network: Vec<NetworkRequest>,
}

/// Something that is told in a few words.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The event's name without Codex's prefix.
    pub label: String,
    /// What it says, in the order that matters.
    pub words: Vec<Word>,
    /// Whether it is a failure.
    pub failed: bool,
}

/// One thing that a remark says: a value with its unit, and what it is where it does not speak for itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// A value that speaks for itself.
    Value(String),
    /// A value behind the name that Codex gave it.
    Named(String, String),
    /// How long after the request it came.
    After(String),
    /// The HTTP status.
    Status(String),
    /// How long it took.
    In(String),
    /// What went wrong.
    Error(String),
    /// Who sent it.
    From(String),
    /// Who received it.
    To(String),
    /// Where a skill comes from.
    Of(String),
    /// What the back end says that it cost, in dollars.
    EstimatedCost(String),
    /// What a person answered.
    Answered(String),
    /// The call it is about.
    Call(String),
    /// How risky it is.
    Risk(String),
    /// Where in Codex's source it was written.
    At(String),
    /// No new connection was needed.
    ConnectionReused,
    /// It failed, and no error says why.
    Failed,
    /// The value before it goes on.
    CutByTelemetry,
    /// It was interrupted.
    Interrupted,
    /// It was installed.
    Installed,
    /// It was not installed.
    NotInstalled,
}

impl StoryCollector {
    /// Keeps the events that `filter` admits.
    #[must_use]
    pub fn new(filter: EventFilter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Keeps only the events of these conversations.
    #[must_use]
    pub fn only(self, pass: Arc<Pass>) -> Self {
        Self { only: Some(pass), ..self }
    }

    /// Takes out the events of a conversation when the last one that is known of was heard.
    pub fn take_whole(&mut self, id: &Option<String>) -> Option<StoryEvents> {
        let last = *self.only.as_ref()?.get(id)?;
        (self.heard_until >= last).then(|| self.kept.remove(id).unwrap_or_default())
    }

    /// The events of each conversation, by its id; `None` stands for the records of none.
    #[must_use]
    pub fn settle(self) -> BTreeMap<Option<String>, StoryEvents> {
        self.kept
    }
}

/// What an event is to the story of its conversation.
pub(super) enum Role {
    /// It is told.
    Told,
    /// A request to the model that is not admitted, and whether it went over the WebSocket: by it the response is
    /// understood.
    LeftOut { over_websocket: bool },
}

impl Role {
    pub(super) fn of(event: &Event<'_>, filter: &EventFilter) -> Option<Self> {
        if filter.admits(event) {
            return Some(Self::Told);
        }
        let may_be_request = event.name().is_some_and(may_be_request) && filter.admits_conversation(event);
        let over_websocket = may_be_request.then(|| over_websocket(&event.kind())).flatten()?;
        Some(Self::LeftOut { over_websocket })
    }
}

impl Fold for StoryCollector {
    fn fresh(&self) -> Self {
        Self { only: self.only.clone(), ..Self::new(self.filter.clone()) }
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        Some(vec![self.filter.needle()?])
    }

    fn add(&mut self, event: &Event<'_>) {
        self.heard_until = self.heard_until.max(event.location);
        let Some(role) = Role::of(event, &self.filter) else { return };
        let conversation = event.conversation_id().map(str::to_owned);
        if self.only.as_ref().is_some_and(|only| !only.contains_key(&conversation)) {
            return;
        }
        let events = self.kept.entry(conversation).or_default();
        match role {
            Role::Told => events.kept.push(Kept {
                order: event.order(),
                scope: event.scope.name.as_deref().map(str::to_owned),
                record: event.record.clone().into_owned(),
            }),
            Role::LeftOut { over_websocket } => events.left_out.push((event.order(), over_websocket)),
        }
    }

    fn join(&mut self, later: Self) {
        self.heard_until = self.heard_until.max(later.heard_until);
        for (id, later) in later.kept {
            let events = self.kept.entry(id).or_default();
            events.kept.extend(later.kept);
            events.left_out.extend(later.left_out);
        }
    }
}

impl StoryEvents {
    /// Their story. With `stream_events_apart`, each event of a response's stream is a step of its own.
    #[must_use]
    pub fn told(mut self, stream_events_apart: bool) -> Story {
        self.kept.sort_by_key(|kept| kept.order);
        self.left_out.sort_unstable();
        let mut teller = Teller { stream_events_apart, left_out: self.left_out, ..Teller::default() };
        for kept in &self.kept {
            let scope = Scope { name: kept.scope.as_deref().map(Into::into) };
            teller.hear(&Event {
                resource: &Resource::default(),
                scope: &scope,
                record: &kept.record,
                location: kept.order.location(),
            });
        }
        teller.finish()
    }
}

#[derive(Default)]
struct Teller {
    stream_events_apart: bool,
    /// Requests to the model that are not told, in the order of time, and whether they went over the WebSocket.
    left_out: Vec<(EventOrder, bool)>,
    steps: Vec<(EventOrder, Step)>,
    responses: Vec<(EventOrder, ModelStep)>,
    calls: Packed<Fact<'static>>,
    verdicts: Vec<NetworkVerdict>,
}

impl Teller {
    fn hear(&mut self, event: &Event<'_>) {
        let order = event.order();
        let kind = event.kind();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        if let Some(fact) = Fact::of(order, &kind, CallDetail::Whole) {
            self.calls.push(&fact);
        }
        match kind {
            EventKind::ConversationStarts(start) => {
                let servers = start.mcp_server_names().unwrap_or_default();
                let start = Step::Start {
                    model: owned(event.model()),
                    approval_policy: owned(start.approval_policy),
                    sandbox_policy: owned(start.sandbox_policy),
                    mcp_servers: servers.into_iter().map(str::to_owned).collect(),
                    reasoning_effort: owned(start.reasoning_effort),
                };
                self.step(order, start);
            }
            EventKind::UserPrompt(prompt) => {
                self.step(order, Step::Prompt { text: owned(prompt.prompt), length: prompt.prompt_length });
            }
            EventKind::ApiRequest(request) if request.to_model() => {
                self.request(order, ModelRequest::over_http(&request));
            }
            EventKind::WebsocketRequest(request) => {
                self.request(order, ModelRequest::over_websocket(&request));
            }
            EventKind::StreamEvent(stream) if self.stream_events_apart => {
                self.step(order, Step::Remark(stream_remark(&stream)));
            }
            EventKind::StreamEvent(stream) => {
                let response = self.response(order, |_| true);
                if let Some(message) = stream.error_message {
                    response.failures.push(message.to_owned());
                } else {
                    let kind = stream.kind.unwrap_or("unnamed").to_owned();
                    *response.stream_events.entry(kind).or_default() += 1;
                }
            }
            EventKind::ResponseCompleted(completed) => {
                let left_out = last_went_over_websocket(&self.left_out, order);
                let response = self.response(order, |response| response.tokens.is_none());
                let over_websocket =
                    response.request.as_ref().map_or(left_out, |request| request.over_websocket);
                response.tokens = Some(completed.tokens);
                response.ttft_ms = completed.ttft_ms;
                response.warm_up = completed.may_be_warm_up() && over_websocket;
            }
            EventKind::TurnTtft(turn) => {
                let response = self.response(order, |response| response.turn_ttft_ms.is_none());
                response.turn_ttft_ms = turn.duration_ms;
            }
            EventKind::NetworkPolicyDecision(verdict) => {
                self.verdicts.push(NetworkVerdict::of(order, &verdict));
            }
            EventKind::GuardianAssessment(review) if review.call_id.is_none() => {
                self.step(order, Step::Remark(remark(event, &EventKind::GuardianAssessment(review))));
            }
            // Told as part of their calls, once everything has been heard.
            EventKind::ToolDecision(_)
            | EventKind::SandboxOutcome(_)
            | EventKind::ToolResult(_)
            | EventKind::GuardianAssessment(_) => {}
            EventKind::StartupPhase(phase) => self.startup_phase(order, &phase),
            other => self.step(order, Step::Remark(remark(event, &other))),
        }
    }

    /// The phases of one start come in a row and are one remark.
    fn startup_phase(&mut self, order: EventOrder, phase: &StartupPhase<'_>) {
        let status = phase.status.filter(|status| *status != "ready");
        let took = phase.duration_ms.map(|duration| format!("{duration} ms"));
        let how: Vec<_> = took.into_iter().chain(status.map(str::to_owned)).collect();
        let word = Word::Named(phase.phase.unwrap_or("phase").to_owned(), how.join(" "));
        if let Some((_, Step::Remark(remark))) = self.steps.last_mut()
            && remark.label == "startup"
        {
            remark.words.push(word);
        } else {
            let remark = Remark { label: "startup".to_owned(), words: vec![word], failed: false };
            self.step(order, Step::Remark(remark));
        }
    }

    fn step(&mut self, order: EventOrder, step: Step) {
        self.steps.push((order, step));
    }

    fn request(&mut self, order: EventOrder, request: ModelRequest) {
        self.responses.push((order, ModelStep { request: Some(request), ..ModelStep::default() }));
    }

    /// The response that an event belongs to: the last one if it has room for it, else one whose request was not
    /// recorded.
    fn response(&mut self, order: EventOrder, has_room: impl Fn(&ModelStep) -> bool) -> &mut ModelStep {
        if !self.responses.last().is_some_and(|(_, last)| has_room(last)) {
            self.responses.push((order, ModelStep::default()));
        }
        let last = self.responses.len() - 1;
        &mut self.responses[last].1
    }

    fn finish(mut self) -> Story {
        let calls = calls_of(self.calls.iter());
        let times = CallTimes::of(&calls);
        let mut by_call: BTreeMap<usize, Vec<NetworkRequest>> = BTreeMap::new();
        for request in fold_verdicts(self.verdicts) {
            match times.call_at(request.last.order.time()) {
                Some(index) => by_call.entry(index).or_default().push(request),
                None => self.steps.push((request.last.order, Step::Network(request))),
            }
        }
        for (index, call) in calls.into_iter().enumerate() {
            let network = by_call.remove(&index).unwrap_or_default();
            self.steps.push((call.order, Step::Call(Box::new(CallStep { call, network }))));
        }
        self.steps.extend(self.responses.into_iter().map(|(order, step)| (order, Step::Model(step))));
        self.steps.sort_by_key(|(order, _)| *order);
        Story { steps: self.steps }
    }
}

fn stream_remark(stream: &StreamEvent<'_>) -> Remark {
    let words = [
        stream.kind.map(|kind| Word::Value(kind.to_owned())),
        stream.duration_ms.map(|duration| Word::After(format!("{duration} ms"))),
        stream.error_message.map(|message| Word::Value(message.to_owned())),
    ];
    Remark {
        label: "stream".to_owned(),
        words: words.into_iter().flatten().collect(),
        failed: stream.error_message.is_some(),
    }
}

/// What events have in common, which a remark need not repeat.
const IN_COMMON: [Key; 11] = [
    Key::EventName,
    Key::EventTimestamp,
    Key::ConversationId,
    Key::AppVersion,
    Key::Originator,
    Key::TerminalType,
    Key::Model,
    Key::Slug,
    Key::AuthMode,
    Key::UserEmail,
    Key::UserAccountId,
];

fn remark(event: &Event<'_>, kind: &EventKind<'_>) -> Remark {
    let mut words: Vec<Word> = Vec::new();
    let mut say = |word: Option<Word>| words.extend(word);
    let word = |kind: fn(String) -> Word, value: Option<&str>| value.map(|value| kind(value.to_owned()));
    let mut failed = false;
    let label = event.name().map_or("record", event_family).to_owned();
    match kind {
        EventKind::ApiRequest(request) => {
            say(word(Word::Value, request.endpoint));
            say(request.status.map(|status| Word::Status(status.to_string())));
            say(request.duration_ms.map(|duration| Word::In(format!("{duration} ms"))));
            say(word(Word::Error, request.error_message));
            failed = request.failed();
        }
        EventKind::WebsocketConnect(connect) => {
            say(word(Word::Value, connect.endpoint));
            say((connect.connection_reused == Some(true)).then_some(Word::ConnectionReused));
            say(connect.duration_ms.map(|duration| Word::In(format!("{duration} ms"))));
            say(word(Word::Error, connect.error_message));
            failed = connect.success == Some(false) || connect.error_message.is_some();
            say((failed && connect.error_message.is_none()).then_some(Word::Failed));
        }
        EventKind::AgentResponse(response) => {
            say(word(Word::Value, response.agent_type));
            say(word(Word::Value, response.response));
            say((response.response_truncated == Some(true)).then_some(Word::CutByTelemetry));
        }
        EventKind::AgentCommunication(message) => {
            say(word(Word::Value, message.state));
            say(word(Word::Value, message.kind));
            say(word(Word::From, message.sender_conversation_id));
            say(word(Word::To, message.receiver_conversation_id));
        }
        EventKind::SkillInvocation(skill) => {
            say(word(Word::Value, skill.name));
            say(word(Word::Of, skill.scope));
            say(word(Word::Value, skill.invocation_type));
        }
        EventKind::TurnCost(cost) => {
            say(word(Word::EstimatedCost, cost.estimated_usd));
            say((cost.interrupted == Some(true)).then_some(Word::Interrupted));
        }
        EventKind::AuthRecovery(recovery) => {
            say(word(Word::Value, recovery.step));
            say(word(Word::Value, recovery.outcome));
            say(word(Word::Error, recovery.error));
            failed = recovery.outcome.is_some_and(|outcome| outcome.starts_with("recovery_failed"));
        }
        EventKind::PluginInstall(plugin) => {
            say(word(Word::Value, plugin.tool_name));
            say(word(Word::Answered, plugin.response_action));
            say((plugin.completed == Some(true)).then_some(Word::Installed));
            say((plugin.completed == Some(false)).then_some(Word::NotInstalled));
        }
        EventKind::SandboxAssessment(assessment) => {
            say(word(Word::Call, assessment.call_id));
            say(word(Word::Value, assessment.status));
            say(word(Word::Risk, assessment.risk_level));
        }
        _ => {
            say(word(Word::Value, event.severity().filter(|severity| *severity != "INFO")));
            say(word(Word::Value, event.record.body.as_text()));
            event.attributes().for_each_leaf(|key, value| {
                if !Key::of(key).is_some_and(|key| IN_COMMON.contains(&key)) {
                    say(Some(Word::Named(key.to_string(), plain(&value))));
                }
            });
            if event.record.body == AnyValue::Empty && event.name().is_none() {
                say(word(Word::At, event.record.callsite.as_deref()));
            }
        }
    }
    Remark { label, words, failed }
}

fn plain(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Empty => String::new(),
        AnyValue::String(text) | AnyValue::Bytes(text) => text.to_string(),
        AnyValue::Bool(truth) => truth.to_string(),
        AnyValue::Int(number) => number.to_string(),
        AnyValue::Double(number) => name_of_double(*number).map_or_else(|| number.to_string(), str::to_owned),
        AnyValue::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        AnyValue::KvList(pairs) => {
            pairs.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(", ")
        }
    }
}
