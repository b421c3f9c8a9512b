//! What did it try to reach? The verdicts of Codex's network proxy, folded into requests.

use super::packed::Packable;
use crate::event::{EventOrder, NetworkDecision, NetworkPolicyDecision};

/// One verdict of the proxy, kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkVerdict {
    /// Where it stands among the events.
    pub order: EventOrder,
    /// The verdict, normalised.
    pub decision: NetworkDecision,
    /// The verdict as written.
    pub decision_raw: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who judged.
    pub source: Option<String>,
    /// What the verdict is about.
    pub scope: Option<String>,
    /// Whether the policy was overridden.
    pub overridden: Option<bool>,
    /// `http`, `https_connect`, `socks5_tcp`, `socks5_udp`.
    pub protocol: Option<String>,
    /// The host asked for.
    pub server_address: Option<String>,
    /// The port asked for.
    pub server_port: Option<u64>,
    /// The HTTP method, or `none`.
    pub method: Option<String>,
    /// The program's end of the connection.
    pub client_address: Option<String>,
    /// One request's id, in newer releases.
    pub execution_id: Option<String>,
}

/// A verdict as it stands in a packed list.
#[derive(Clone, Debug)]
pub(super) struct PackedVerdict;

impl Packable for PackedVerdict {
    type Of<'a> = (EventOrder, NetworkPolicyDecision<'a>);
}

impl NetworkVerdict {
    /// Keeps a verdict.
    #[must_use]
    pub fn of(order: EventOrder, verdict: &NetworkPolicyDecision<'_>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            order,
            decision: verdict.decision,
            decision_raw: owned(verdict.decision_raw),
            reason: owned(verdict.reason),
            source: owned(verdict.source),
            scope: owned(verdict.scope),
            overridden: verdict.overridden,
            protocol: owned(verdict.protocol),
            server_address: owned(verdict.server_address),
            server_port: verdict.server_port,
            method: owned(verdict.method),
            client_address: owned(verdict.client_address),
            execution_id: owned(verdict.execution_id),
        }
    }

    /// Whether a later verdict is about the same request: by the request's id where it has one, else by both ends,
    /// port and method within one second.
    fn is_followed_by(&self, later: &Self) -> bool {
        const SECOND_MS: u64 = 1_000;
        if self.execution_id.is_some() || later.execution_id.is_some() {
            return self.execution_id == later.execution_id;
        }
        let within_a_second = || {
            let (Some(first), Some(then)) = (self.order.time(), later.order.time()) else { return false };
            then.milliseconds_since(first).is_some_and(|passed| passed <= SECOND_MS)
        };
        self.client().is_some() && self.ends() == later.ends() && within_a_second()
    }

    /// The program's end of the connection where it is known: Codex writes a word where it is not.
    fn client(&self) -> Option<&str> {
        self.client_address.as_deref().filter(|client| *client != "unknown")
    }

    /// What tells one request of a program from another: both ends, the port and the method.
    fn ends(&self) -> (Option<&str>, Option<&str>, Option<u64>, Option<&str>) {
        (self.client(), self.server_address.as_deref(), self.server_port, self.method.as_deref())
    }
}

/// One request, with the verdict that stood in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkRequest {
    /// The last verdict: what happened.
    pub last: NetworkVerdict,
    /// When the first verdict was given.
    pub first: EventOrder,
    /// How many verdicts the request had.
    pub verdicts: u64,
    /// Not all of them are about the same host, port, method and end of the program: what shares an execution's id may
    /// be several requests, of which only the last one is told.
    pub is_mixed: bool,
}

impl NetworkRequest {
    /// The request of one verdict.
    pub(super) fn of(verdict: NetworkVerdict) -> Self {
        Self { first: verdict.order, last: verdict, verdicts: 1, is_mixed: false }
    }
}

/// Folds the verdicts of one conversation into requests, in time order of their last verdict.
#[must_use]
pub fn fold_verdicts(mut verdicts: Vec<NetworkVerdict>) -> Vec<NetworkRequest> {
    verdicts.sort_by_key(|verdict| verdict.order);
    let mut requests: Vec<(NetworkVerdict, NetworkRequest)> = Vec::new();
    for verdict in verdicts {
        match requests.iter_mut().rev().find(|(first, _)| first.is_followed_by(&verdict)) {
            Some((_, request)) => {
                request.is_mixed |= request.last.ends() != verdict.ends();
                request.last = verdict;
                request.verdicts += 1;
            }
            None => {
                requests.push((verdict.clone(), NetworkRequest::of(verdict)));
            }
        }
    }
    let mut requests: Vec<_> = requests.into_iter().map(|(_, request)| request).collect();
    requests.sort_by_key(|request| request.last.order);
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Location, UnixNano};

    fn verdict(
        milliseconds: u64,
        decision: NetworkDecision,
        execution_id: Option<&str>,
        client: &str,
    ) -> NetworkVerdict {
        NetworkVerdict {
            order: EventOrder::new(UnixNano::new(milliseconds * 1_000_000), Location::default()),
            decision,
            decision_raw: None,
            reason: None,
            source: None,
            scope: None,
            overridden: None,
            protocol: None,
            server_address: Some("host".into()),
            server_port: Some(80),
            method: Some("POST".into()),
            client_address: Some(client.into()),
            execution_id: execution_id.map(str::to_owned),
        }
    }

    fn outcome(verdicts: Vec<NetworkVerdict>) -> Vec<(NetworkDecision, u64)> {
        fold_verdicts(verdicts).iter().map(|request| (request.last.decision, request.verdicts)).collect()
    }

    use NetworkDecision::{Allow, Deny};

    #[test]
    fn two_verdicts_on_one_request_are_one_request_and_the_last_is_what_happened() {
        assert_eq!(
            outcome(vec![verdict(1, Allow, Some("x"), "a"), verdict(1, Deny, Some("x"), "a")]),
            [(Deny, 2)]
        );
        assert_eq!(outcome(vec![verdict(1, Allow, None, "a"), verdict(900, Deny, None, "a")]), [(Deny, 2)]);
    }

    #[test]
    fn other_ends_and_other_times_are_other_requests() {
        assert_eq!(
            outcome(vec![verdict(1, Allow, None, "a"), verdict(2, Deny, None, "b")]),
            [(Allow, 1), (Deny, 1)]
        );
        assert_eq!(
            outcome(vec![verdict(1, Allow, None, "a"), verdict(1002, Deny, None, "a")]),
            [(Allow, 1), (Deny, 1)]
        );
        assert_eq!(
            outcome(vec![verdict(1, Allow, Some("x"), "a"), verdict(1, Deny, Some("y"), "a")]),
            [(Allow, 1), (Deny, 1)]
        );
    }
}
