//! How many tokens, of whom and when, and what would they cost?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::by_conversation::ByConversation;
use super::packed::Packable;
use super::price_book::{PriceBook, Priced, TokenQuantities, Unpriced, Usd};
use super::token_totals::{ResponseLedger, TokenTotals, may_be_request};
use crate::event::{Event, EventFilter, EventOrder, Fold, Needle, ResponseCompleted, TokenCounts, UnixNano};

/// What responses are grouped by.
#[derive(Clone)]
pub enum GroupKey {
    /// A span of time.
    Time(TimeSpanOf),
    /// `model`.
    Model,
    /// `conversation.id`.
    Conversation,
    /// `user.email`, else `user.account_id`.
    User,
    /// `service.name`.
    Service,
    /// `env`.
    Env,
}

/// The values that a group has in common, in the order of the keys; `None` where a record does not say.
pub type Group = Vec<Option<String>>;

/// Names the span of time that a moment lies in, e.g. its day in some zone.
pub type TimeSpanOf = Arc<dyn Fn(UnixNano) -> String + Send + Sync>;

/// How to group, and how to price.
#[derive(Clone)]
pub struct UsageQuestion {
    /// Which events.
    pub filter: EventFilter,
    /// What a row is.
    pub keys: Vec<GroupKey>,
    /// The rates.
    pub prices: Arc<PriceBook>,
    /// Keep every response, to explain the sums.
    pub keep_responses: bool,
}

/// Hears every event, and answers with one sum a group.
#[derive(Clone)]
pub struct TokenUsage {
    question: Arc<UsageQuestion>,
    conversations: ByConversation<ResponseLedger<Kept<'static>>>,
    groups: BTreeMap<Group, UsageSum>,
    responses: Vec<Response>,
    span: Option<(UnixNano, UnixNano)>,
}

/// One response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Where it stands among the events.
    pub order: EventOrder,
    /// Its conversation.
    pub conversation_id: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// Its group.
    pub group: Group,
    /// What it used.
    pub tokens: TokenCounts,
    /// Whether it was served at the tier of which the prices are.
    pub is_of_standard_tier: bool,
}

/// What is kept of a completion beside its place and its conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept<'a> {
    model: Option<&'a str>,
    group: Group,
    tokens: TokenCounts,
    is_of_standard_tier: bool,
}

impl Packable for Kept<'static> {
    type Of<'a> = Kept<'a>;
}

/// What a group adds up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsageSum {
    /// Tokens of its responses.
    pub tokens: TokenTotals,
    /// Warm-ups of WebSocket connections, which are no responses.
    pub warm_ups: u64,
    /// What its priced responses would cost.
    pub priced: Usd,
    /// Why others could not be priced, with how many there are, by model.
    pub unpriced: BTreeMap<(Option<String>, Unpriced), u64>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// The sums, by group; groups that lack a value come last.
    pub groups: Vec<(Group, UsageSum)>,
    /// Everything together.
    pub total: UsageSum,
    /// Every response in time order, where it was asked to keep them.
    pub responses: Vec<Response>,
    /// Times of the first and of the last response.
    pub total_span: Option<(UnixNano, UnixNano)>,
}

impl UsageSum {
    /// The cost, when every response could be priced.
    #[must_use]
    pub fn cost(&self) -> Option<Usd> {
        self.unpriced.is_empty().then_some(self.priced)
    }

    /// The models that could not be priced; `None` in it stands for responses without a model.
    #[must_use]
    pub fn unpriced_models(&self) -> BTreeSet<Option<&str>> {
        self.unpriced.keys().map(|(model, _)| model.as_deref()).collect()
    }

    fn add(&mut self, other: &Self) {
        self.tokens.add(&other.tokens);
        self.warm_ups += other.warm_ups;
        self.priced += other.priced;
        for (reason, count) in &other.unpriced {
            *self.unpriced.entry(reason.clone()).or_default() += count;
        }
    }

    fn of(order: EventOrder, response: &Kept<'_>, prices: &PriceBook) -> Self {
        let mut sum = Self { tokens: TokenTotals::of(&response.tokens), ..Self::default() };
        let Kept { model, tokens, is_of_standard_tier, .. } = response;
        match price(order, *model, tokens, *is_of_standard_tier, prices) {
            Ok(priced) => sum.priced = priced.cost,
            Err(reason) => {
                sum.unpriced.insert((model.map(str::to_owned), reason), 1);
            }
        }
        sum
    }
}

impl Response {
    /// What it would cost.
    ///
    /// # Errors
    /// The reason why that cannot be said.
    pub fn price<'b>(&self, prices: &'b PriceBook) -> Result<Priced<'b>, Unpriced> {
        price(self.order, self.model.as_deref(), &self.tokens, self.is_of_standard_tier, prices)
    }
}

fn price<'b>(
    order: EventOrder,
    model: Option<&str>,
    tokens: &TokenCounts,
    is_of_standard_tier: bool,
    prices: &'b PriceBook,
) -> Result<Priced<'b>, Unpriced> {
    let model = model.ok_or(Unpriced::UnknownModel)?;
    if !is_of_standard_tier {
        return Err(Unpriced::ServiceTier);
    }
    let (Some(input), Some(output)) = (tokens.input, tokens.output) else {
        return Err(Unpriced::CountsNotRecorded);
    };
    let quantities =
        TokenQuantities { input, cached_input: tokens.cached_input, cache_write: tokens.cache_write, output };
    prices.price(model, order.time().map(UnixNano::get), &quantities)
}

impl UsageQuestion {
    fn group_of(&self, event: &Event<'_>, time: Option<UnixNano>) -> Group {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        (self.keys.iter())
            .map(|key| match key {
                GroupKey::Time(span_of) => time.map(|time| span_of(time)),
                GroupKey::Model => owned(event.model()),
                GroupKey::Conversation => owned(event.conversation_id()),
                GroupKey::User => owned(event.user()),
                GroupKey::Service => owned(event.resource.service_name()),
                GroupKey::Env => owned(event.resource.env()),
            })
            .collect()
    }
}

impl TokenUsage {
    /// Asks.
    #[must_use]
    pub fn new(question: UsageQuestion) -> Self {
        Self::asking(Arc::new(question))
    }

    fn asking(question: Arc<UsageQuestion>) -> Self {
        Self {
            question,
            conversations: ByConversation::default(),
            groups: BTreeMap::new(),
            responses: Vec::new(),
            span: None,
        }
    }

    fn count(&mut self, order: EventOrder, conversation_id: Option<&str>, response: Kept<'_>) {
        self.span = join_spans(self.span, order.time().map(|time| (time, time)));
        let sum = UsageSum::of(order, &response, &self.question.prices);
        match self.groups.get_mut(&response.group) {
            Some(group) => group.add(&sum),
            None => {
                self.groups.insert(response.group.clone(), sum);
            }
        }
        if self.question.keep_responses {
            self.responses.push(Response {
                order,
                conversation_id: conversation_id.map(str::to_owned),
                model: response.model.map(str::to_owned),
                group: response.group,
                tokens: response.tokens,
                is_of_standard_tier: response.is_of_standard_tier,
            });
        }
    }

    /// The sums, when everything has been heard.
    #[must_use]
    pub fn settle(mut self) -> Usage {
        for (id, ledger) in std::mem::take(&mut self.conversations).into_sorted() {
            let settled = ledger.settle();
            for (order, response) in settled.responses {
                self.count(order, id.as_deref(), response);
            }
            for (_, warm_up) in settled.warm_ups {
                self.groups.entry(warm_up.group).or_default().warm_ups += 1;
            }
        }
        let mut total = UsageSum::default();
        for sum in self.groups.values() {
            total.add(sum);
        }
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        // By its name alone, an hour that the clocks show twice would stand in the wrong order east of Greenwich.
        groups.sort_by_cached_key(|(group, _)| -> Vec<_> {
            let moment = |value: &str| UnixNano::from_rfc3339(value);
            (group.iter())
                .map(|value| (value.is_none(), value.as_deref().and_then(moment), value.clone()))
                .collect()
        });
        self.responses.sort_by_key(|response| response.order);
        Usage { groups, total, responses: self.responses, total_span: self.span }
    }
}

impl Fold for TokenUsage {
    fn fresh(&self) -> Self {
        Self::asking(Arc::clone(&self.question))
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        Some(vec![self.question.filter.needle()?])
    }

    fn is_about(&self, name: &str, kind: Option<&str>) -> bool {
        match name {
            "codex.sse_event" => ResponseCompleted::may_be(kind),
            _ => may_be_request(name),
        }
    }

    fn add(&mut self, event: &Event<'_>) {
        use crate::event::EventKind::{ApiRequest, ResponseCompleted, WebsocketRequest};
        let kind = event.kind();
        if !matches!(kind, ApiRequest(_) | WebsocketRequest(_) | ResponseCompleted(_)) {
            return;
        }
        // Which request was the last before a completion does not depend on the filter.
        if matches!(kind, ResponseCompleted(_)) && !self.question.filter.admits(event) {
            return;
        }
        let id = event.conversation_id();
        let order = event.order();
        let question = &self.question;
        let ledger = self.conversations.of(id);
        let response = ledger.add(order, &kind, |completed| Kept {
            model: event.model(),
            group: question.group_of(event, order.time()),
            tokens: completed.tokens,
            is_of_standard_tier: completed.is_of_standard_tier(),
        });
        if let Some(response) = response {
            self.count(order, id, response);
        }
    }

    fn join(&mut self, later: Self) {
        self.conversations.join(later.conversations, ResponseLedger::join);
        for (group, sum) in later.groups {
            self.groups.entry(group).or_default().add(&sum);
        }
        self.responses.extend(later.responses);
        self.span = join_spans(self.span, later.span);
    }
}

type Span = Option<(UnixNano, UnixNano)>;

fn join_spans(one: Span, other: Span) -> Span {
    match (one, other) {
        (Some((first, last)), Some((from, until))) => Some((first.min(from), last.max(until))),
        (span, None) | (None, span) => span,
    }
}
