//! What did it try to reach? The verdicts of Codex's network proxy, folded into requests.

use std::collections::{BTreeMap, BTreeSet};

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

/// A verdict as it stands in a packed list, and whether the question is about it: a request is what its last verdict
/// says, be it asked for or not.
#[derive(Clone, Debug)]
pub(super) struct PackedVerdict;

impl Packable for PackedVerdict {
    type Of<'a> = (bool, EventOrder, NetworkPolicyDecision<'a>);
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

    /// What verdicts on the same request have in common: its id where it has one, else both ends, port and method.
    /// `None` where nothing tells that there is another.
    fn tie(&self) -> Option<Tie> {
        match &self.execution_id {
            Some(id) => Some(Tie::Execution(id.clone())),
            None => self.client().map(|client| {
                Tie::Ends(
                    client.to_owned(),
                    self.server_address.clone(),
                    self.server_port,
                    self.method.clone(),
                )
            }),
        }
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
    /// The hosts of those that are not about the same host, port, method and end of the program as the one behind
    /// them: what shares an execution's id may be several requests, of which only the last one is told.
    pub hides: BTreeSet<Option<String>>,
}

/// What verdicts on the same request have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    Execution(String),
    /// Within one second of the first.
    Ends(String, Option<String>, Option<u64>, Option<String>),
}

impl NetworkRequest {
    /// The request of one verdict.
    pub(super) fn of(verdict: NetworkVerdict) -> Self {
        Self { first: verdict.order, last: verdict, verdicts: 1, hides: BTreeSet::new() }
    }

    /// Whether a verdict with the same tie is about this request.
    fn goes_on_with(&self, tie: &Tie, later: &NetworkVerdict) -> bool {
        const SECOND_MS: u64 = 1_000;
        match (tie, self.first.time(), later.order.time()) {
            (Tie::Execution(_), ..) => true,
            (_, Some(first), Some(then)) => {
                then.milliseconds_since(first).is_some_and(|passed| passed <= SECOND_MS)
            }
            _ => false,
        }
    }

    fn go_on_with(&mut self, verdict: NetworkVerdict) {
        let before = std::mem::replace(&mut self.last, verdict);
        if before.ends() != self.last.ends() {
            self.hides.insert(before.server_address);
        }
        self.verdicts += 1;
    }
}

/// Folds the verdicts of one conversation into requests, in time order of their last verdict.
#[must_use]
pub fn fold_verdicts(mut verdicts: Vec<NetworkVerdict>) -> Vec<NetworkRequest> {
    verdicts.sort_by_key(|verdict| verdict.order);
    let mut requests: Vec<NetworkRequest> = Vec::new();
    // The last request with that tie.
    let mut tied: BTreeMap<Tie, usize> = BTreeMap::new();
    for verdict in verdicts {
        let tie = verdict.tie();
        let known = tie.as_ref().and_then(|tie| Some((tie, *tied.get(tie)?)));
        if let Some((tie, index)) = known
            && requests[index].goes_on_with(tie, &verdict)
        {
            requests[index].go_on_with(verdict);
        } else {
            tied.extend(tie.map(|tie| (tie, requests.len())));
            requests.push(NetworkRequest::of(verdict));
        }
    }
    requests.sort_by_key(|request| request.last.order);
    requests
}

/// The same, but for requests whose last verdict is not asked for; with each verdict stands whether it is.
pub(super) fn fold_admitted(
    verdicts: impl IntoIterator<Item = (bool, NetworkVerdict)>,
) -> Vec<NetworkRequest> {
    let mut left_out = BTreeSet::new();
    let verdicts = verdicts.into_iter().map(|(admitted, verdict)| {
        left_out.extend((!admitted).then_some(verdict.order));
        verdict
    });
    let mut requests = fold_verdicts(verdicts.collect());
    requests.retain(|request| !left_out.contains(&request.last.order));
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

    #[test]
    fn what_an_execution_hides_is_told() {
        let to = |host: &str, decision| {
            let server_address = Some(host.to_owned());
            NetworkVerdict { server_address, ..verdict(1, decision, Some("x"), "a") }
        };
        let requests = fold_verdicts(vec![to("a", Allow), to("b", Deny), to("b", Deny), to("c", Allow)]);
        let hidden: Vec<_> = requests[0].hides.iter().flatten().map(String::as_str).collect();
        assert_eq!((requests.len(), requests[0].verdicts, hidden), (1, 4, vec!["a", "b"]));
    }
}
