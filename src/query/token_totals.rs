//! Adds up the tokens of responses, and tells the warm-ups of WebSocket connections from them.

use std::iter::Sum;

use serde::{Deserialize, Serialize};

use super::packed::{Packable, Packed};
use crate::event::{EventKind, EventOrder, ResponseCompleted, TokenCounts};

/// Tokens of some responses. A sum is `None` when none of the responses recorded that count; where only some did, it
/// is the sum of those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenTotals {
    /// How many responses.
    pub responses: u64,
    /// Which sums are known, a bit each: there is one such total a conversation, and this is half as large as a list of
    /// sums that may be none.
    known: u8,
    /// Which counts were not recorded by some response.
    lacking: u8,
    sums: [u128; 6],
}

/// A count that responses record; see [`TokenCounts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a member of `TokenCounts`")]
pub enum TokenCount {
    Input,
    CachedInput,
    CacheWrite,
    Output,
    Reasoning,
    Total,
}

impl TokenCount {
    /// Every count.
    pub const ALL: [Self; 6] =
        [Self::Input, Self::CachedInput, Self::CacheWrite, Self::Output, Self::Reasoning, Self::Total];

    fn of(self, counts: &TokenCounts) -> Option<u64> {
        match self {
            Self::Input => counts.input,
            Self::CachedInput => counts.cached_input,
            Self::CacheWrite => counts.cache_write,
            Self::Output => counts.output,
            Self::Reasoning => counts.reasoning,
            Self::Total => counts.total,
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl TokenTotals {
    /// The total of one response.
    #[must_use]
    pub fn of(counts: &TokenCounts) -> Self {
        let mut one = Self { responses: 1, ..Self::default() };
        for count in TokenCount::ALL {
            match count.of(counts) {
                Some(tokens) => {
                    one.known |= count.bit();
                    one.sums[count as usize] = tokens.into();
                }
                None => one.lacking |= count.bit(),
            }
        }
        one
    }

    /// Takes in other responses.
    pub fn add(&mut self, other: &Self) {
        self.responses += other.responses;
        self.known |= other.known;
        self.lacking |= other.lacking;
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
    }

    /// Without responses there is nothing unknown: the sum is 0.
    fn sum(&self, count: TokenCount) -> Option<u128> {
        (self.responses == 0 || self.known & count.bit() != 0).then_some(self.sums[count as usize])
    }

    /// Whether that sum is known and leaves out responses that did not record the count.
    #[must_use]
    pub fn is_partial(&self, count: TokenCount) -> bool {
        self.known & self.lacking & count.bit() != 0
    }

    /// Tokens read, cached ones included.
    #[must_use]
    pub fn input(&self) -> Option<u128> {
        self.sum(TokenCount::Input)
    }

    /// Tokens read from cache, a part of the input.
    #[must_use]
    pub fn cached_input(&self) -> Option<u128> {
        self.sum(TokenCount::CachedInput)
    }

    /// Tokens written to cache, a part of the input.
    #[must_use]
    pub fn cache_write(&self) -> Option<u128> {
        self.sum(TokenCount::CacheWrite)
    }

    /// Tokens written, reasoning included.
    #[must_use]
    pub fn output(&self) -> Option<u128> {
        self.sum(TokenCount::Output)
    }

    /// Tokens spent on reasoning, a part of the output.
    #[must_use]
    pub fn reasoning(&self) -> Option<u128> {
        self.sum(TokenCount::Reasoning)
    }

    /// Input and output.
    #[must_use]
    pub fn total(&self) -> Option<u128> {
        self.sum(TokenCount::Total)
    }
}

impl Packable for TokenTotals {
    type Of<'a> = Self;
}

impl Sum for TokenTotals {
    fn sum<I: Iterator<Item = Self>>(totals: I) -> Self {
        totals.fold(Self::default(), |mut sum, more| {
            sum.add(&more);
            sum
        })
    }
}

/// Tells the responses of one conversation from its warm-ups.
///
/// A warm-up reports a completion too: nothing written, no time to a first token, and the conversation's last request
/// before it went over the WebSocket. The same prefix is reported again, as cached, by the real response behind it.
/// Which request was the last before a completion is known only when everything has been heard; what is doubtful is
/// kept until then.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResponseLedger<T>(Packed<LedgerEntry<T>>);

/// What is kept of a conversation for the doubt to be settled.
#[derive(Debug, Serialize, Deserialize)]
enum LedgerEntry<T> {
    /// A request to the model.
    Request { over_websocket: bool },
    /// A completion that is a warm-up if the last request before it went over the WebSocket.
    Doubtful(T),
}

impl<T: Packable> Packable for LedgerEntry<T> {
    type Of<'a> = (EventOrder, LedgerEntry<T::Of<'a>>);
}

impl<T> Default for ResponseLedger<T> {
    fn default() -> Self {
        Self(Packed::default())
    }
}

/// The doubtful completions, told apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settled<T> {
    /// Those that are responses after all.
    pub(super) responses: Vec<(EventOrder, T)>,
    /// Those that only warmed up a connection.
    pub(super) warm_ups: Vec<(EventOrder, T)>,
}

/// Whether an event of that name may be a request to the model.
pub(super) fn may_be_request(name: &str) -> bool {
    matches!(name, "codex.api_request" | "codex.websocket_request")
}

/// Of a request to the model, whether it went over the WebSocket; `None` of any other event.
pub(super) fn over_websocket(kind: &EventKind<'_>) -> Option<bool> {
    match kind {
        EventKind::ApiRequest(request) => request.to_model().then_some(false),
        EventKind::WebsocketRequest(_) => Some(true),
        _ => None,
    }
}

/// Whether the last request before that place went over the WebSocket, of requests in the order of time.
pub(super) fn last_went_over_websocket(requests: &[(EventOrder, bool)], order: EventOrder) -> bool {
    let before = requests.partition_point(|(request, _)| *request < order);
    before.checked_sub(1).is_some_and(|last| requests[last].1)
}

impl<T: Packable> ResponseLedger<T> {
    /// Hears an event. `keep` makes of a completion what the question wants to keep of it: it is handed back at once
    /// where it is a response beyond doubt.
    pub(super) fn add<'a>(
        &mut self,
        order: EventOrder,
        kind: &EventKind<'_>,
        keep: impl FnOnce(&ResponseCompleted<'_>) -> T::Of<'a>,
    ) -> Option<T::Of<'a>> {
        match kind {
            EventKind::ResponseCompleted(completed) if completed.may_be_warm_up() => {
                self.0.push(&(order, LedgerEntry::Doubtful(keep(completed))));
            }
            EventKind::ResponseCompleted(completed) => return Some(keep(completed)),
            _ => self.note_request(order, kind),
        }
        None
    }

    /// Notes an event if it is a request to the model. Which one was the last before a completion does not depend on
    /// what a question is about.
    pub(super) fn note_request(&mut self, order: EventOrder, kind: &EventKind<'_>) {
        if let Some(over_websocket) = over_websocket(kind) {
            self.0.push(&(order, LedgerEntry::Request { over_websocket }));
        }
    }

    /// Takes in what was heard later.
    pub(super) fn join(&mut self, later: Self) {
        self.0.append(later.0);
    }

    /// Settles the doubt, when everything has been heard.
    pub(super) fn settle(&self) -> Settled<T::Of<'_>> {
        let mut settled = Settled { responses: Vec::new(), warm_ups: Vec::new() };
        let mut requests: Vec<(EventOrder, bool)> = Vec::new();
        let mut doubtful = Vec::new();
        for (order, entry) in self.0.iter() {
            match entry {
                LedgerEntry::Request { over_websocket } => requests.push((order, over_websocket)),
                LedgerEntry::Doubtful(kept) => doubtful.push((order, kept)),
            }
        }
        if !doubtful.is_empty() {
            requests.sort_unstable();
        }
        for (order, kept) in doubtful {
            if last_went_over_websocket(&requests, order) {
                &mut settled.warm_ups
            } else {
                &mut settled.responses
            }
            .push((order, kept));
        }
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ApiRequest, Location, UnixNano, WebsocketRequest};

    fn at(time: u64) -> EventOrder {
        EventOrder::new(UnixNano::new(time), Location::default())
    }

    fn completed(output: u64) -> EventKind<'static> {
        EventKind::ResponseCompleted(ResponseCompleted {
            tokens: TokenCounts { output: Some(output), ..TokenCounts::default() },
            ttft_ms: None,
            service_tier: None,
        })
    }

    fn over_websocket() -> EventKind<'static> {
        EventKind::WebsocketRequest(WebsocketRequest {
            success: None,
            duration_ms: None,
            error_message: None,
        })
    }

    fn over_http() -> EventKind<'static> {
        EventKind::ApiRequest(ApiRequest {
            endpoint: None,
            status: None,
            attempt: None,
            duration_ms: None,
            error_message: None,
        })
    }

    fn counted(events: &[(u64, EventKind<'static>)]) -> (usize, usize) {
        let mut ledger = ResponseLedger::<TokenTotals>::default();
        let keep = |completed: &ResponseCompleted<'_>| TokenTotals::of(&completed.tokens);
        let sure = events.iter().filter_map(|(time, kind)| ledger.add(at(*time), kind, keep)).count();
        let settled = ledger.settle();
        (sure + settled.responses.len(), settled.warm_ups.len())
    }

    #[test]
    fn a_completion_without_output_behind_a_websocket_request_is_a_warm_up() {
        assert_eq!(
            counted(&[(1, over_websocket()), (2, completed(0)), (3, over_websocket()), (4, completed(9))]),
            (1, 1)
        );
    }

    #[test]
    fn the_order_of_hearing_does_not_matter() {
        assert_eq!(counted(&[(2, completed(0)), (1, over_websocket())]), (0, 1));
        assert_eq!(counted(&[(2, completed(0)), (3, over_websocket())]), (1, 0));
    }

    #[test]
    fn over_http_an_empty_answer_is_an_answer() {
        assert_eq!(counted(&[(1, over_websocket()), (2, over_http()), (3, completed(0))]), (1, 0));
    }

    #[test]
    fn a_count_that_no_response_recorded_is_unknown_and_without_responses_it_is_zero() {
        let old = TokenTotals::of(&TokenCounts { input: Some(5), ..TokenCounts::default() });
        assert_eq!((old.input(), old.cache_write()), (Some(5), None));
        assert_eq!(TokenTotals::default().cache_write(), Some(0));
    }

    #[test]
    fn a_sum_is_partial_where_some_responses_recorded_the_count_and_others_did_not() {
        let partial = |counts: &[TokenCounts]| {
            let total: TokenTotals = counts.iter().map(TokenTotals::of).sum();
            TokenCount::ALL.into_iter().filter(|count| total.is_partial(*count)).collect::<Vec<_>>()
        };
        let old = TokenCounts { input: Some(5), ..TokenCounts::default() };
        let new = TokenCounts { cached_input: Some(0), ..old };
        assert_eq!(partial(&[]), []);
        assert_eq!(partial(&[old, old]), [], "no one knows");
        assert_eq!(partial(&[new, new]), []);
        assert_eq!(partial(&[new, old]), [TokenCount::CachedInput]);
        assert_eq!(partial(&[old, new]), [TokenCount::CachedInput]);
    }
}
