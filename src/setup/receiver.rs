//! The Collector's OTLP receiver: on which addresses does it listen, and who may talk to it?

use super::endpoint::{Carrier, Endpoint};
use super::finding::{Place, Sheet};
use super::tree::{Entry, Node};
use crate::words::{Sentence, sentence};

/// One protocol of one receiver.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) carrier: Carrier,
    /// Where it listens; `None` when only the Collector's environment knows, or not over TCP. A named port is none.
    pub(super) endpoint: Option<Endpoint>,
    /// The path at which it takes log records over HTTP; `None` when only the Collector's environment knows.
    pub(super) logs_path: Option<String>,
    /// Whether that is written, and not the default.
    pub(super) is_written: bool,
    /// `None` when only the Collector's environment knows.
    pub(super) has_tls: Option<bool>,
    /// The largest request that it takes, in the unit of its key; `None` when only the Collector's environment knows.
    pub(super) most: Option<i64>,
    /// Whether senders are asked for a header that shows who they are.
    pub(super) has_auth: bool,
    /// Where that is said.
    pub(super) place: Place,
}

impl Listener {
    /// Whether it is known to listen on that port.
    pub(super) fn has_port(&self, port: Option<u16>) -> bool {
        self.endpoint.as_ref().is_some_and(|heard| heard.port == port)
    }
}

/// Reads an OTLP receiver.
pub(super) fn read_receiver(sheet: &mut Sheet<'_>, receiver: &Entry) -> Vec<Listener> {
    let mut listeners = Vec::new();
    let mut exposed = Vec::new();
    let protocols = receiver.node.get("protocols");
    let is_hidden = receiver.node.is_unknown() || protocols.is_some_and(|entry| entry.node.is_unknown());
    let protocols = protocols.map_or(&[][..], |protocols| protocols.node.entries());
    for protocol in protocols {
        let carrier = match protocol.key.as_str() {
            "http" => Carrier::Http,
            "grpc" => Carrier::Grpc,
            _ => continue,
        };
        if protocol.node.is_off() {
            continue;
        }
        let listener = read_protocol(sheet, &receiver.key, protocol, carrier);
        let is_exposed = listener.endpoint.as_ref().is_some_and(Endpoint::is_everywhere);
        if is_exposed && !is_authenticated(&protocol.node) {
            exposed.push((
                protocol.node.get("endpoint").map_or(protocol.line, |entry| entry.line),
                carrier,
                listener.clone(),
            ));
        }
        listeners.push(listener);
    }
    if listeners.is_empty() && !is_hidden {
        let text = sentence!(
            "The receiver `{}` has no protocol, or none is on: the Collector refuses to start.",
            receiver.key
        );
        sheet
            .error("receiver_without_protocol", receiver.line, text)
            .fix("    protocols:\n      http:\n        endpoint: 127.0.0.1:4318");
    }
    if let Some((line, _, _)) = exposed.first() {
        let ports: Vec<String> = (exposed.iter())
            .filter_map(|(_, _, listener)| listener.endpoint.as_ref()?.port)
            .map(|port| port.to_string())
            .collect();
        let ports = match ports.as_slice() {
            [one, other] => sentence!("{} or {}", one, other),
            ports => Sentence::of_names(ports),
        };
        let text = sentence!(
            "The receiver `{}` listens on every address and asks nobody who they are: whoever reaches port \
             {} can write into the trail. In a container keep 0.0.0.0 and publish the port on 127.0.0.1 \
             only.",
            receiver.key,
            ports
        );
        let fix: Vec<String> = (exposed.iter())
            .map(|(_, carrier, listener)| {
                let port = listener.endpoint.as_ref().and_then(|endpoint| endpoint.port);
                let port = port.unwrap_or(carrier.default_port());
                format!("      {}:\n        endpoint: 127.0.0.1:{port}", carrier.name())
            })
            .collect();
        sheet.warning("receiver_exposed", *line, text).fix(fix.join("\n"));
    }
    listeners
}

fn read_protocol(sheet: &mut Sheet<'_>, receiver: &str, protocol: &Entry, carrier: Carrier) -> Listener {
    let written = protocol.node.get("endpoint");
    let line = written.map_or(protocol.line, |entry| entry.line);
    // A socket that is no port, such as one of Unix, has no host:port, and Codex does not send to it.
    let is_tcp = (protocol.node.set("transport"))
        .is_none_or(|entry| entry.node.text().is_some_and(|transport| transport.starts_with("tcp")));
    let endpoint = match written.map(|entry| &entry.node) {
        _ if !is_tcp => None,
        _ if protocol.node.may_be_off() => None,
        None => Some(Endpoint {
            host: "localhost".to_owned(),
            port: Some(carrier.default_port()),
            ..Endpoint::default()
        }),
        Some(node) if node.is_unknown() => None,
        Some(node) => match node.text().and_then(Endpoint::heard_at) {
            Some(endpoint) if endpoint.port != Some(0) => Some(endpoint),
            unusable => {
                let text = match unusable {
                    Some(_) => sentence!(
                        "The {} address of the receiver `{receiver}` has port 0: it listens on any port that is \
                         free, and nothing arrives.",
                        carrier.spoken(),
                        receiver
                    ),
                    None => sentence!(
                        "The {} address of the receiver `{receiver}` is no host:port: the Collector refuses to \
                         start.",
                        carrier.spoken(),
                        receiver
                    ),
                };
                sheet
                    .error("receiver_address", line, text)
                    .fix(format!("        endpoint: 127.0.0.1:{}", carrier.default_port()));
                None
            }
        },
    };
    let limit = carrier.request_limit();
    let set = |key: &str| protocol.node.set(key).map(|entry| &entry.node);
    let is_hidden = |node: Option<&Node>| node.unwrap_or(&protocol.node).is_unknown();
    Listener {
        carrier,
        endpoint,
        logs_path: match set("logs_url_path") {
            path if is_hidden(path) => None,
            None => Some("/v1/logs".to_owned()),
            Some(path) => path.text().map(|path| format!("/{}", path.trim_start_matches('/'))),
        },
        is_written: written.is_some(),
        has_tls: match protocol.node.optional("tls") {
            Some(tls) if tls.node.may_be_off() => None,
            tls => (!protocol.node.is_unknown()).then_some(tls.is_some()),
        },
        most: match set(limit.key) {
            size if is_hidden(size) => None,
            None => Some(limit.default),
            Some(size) => size.truncated().map(|size| if size > 0 { size } else { limit.default }),
        },
        has_auth: protocol.node.optional("auth").is_some_and(|auth| !auth.node.may_be_off()),
        place: sheet.place(line),
    }
}

/// Whether senders must show who they are.
fn is_authenticated(protocol: &Node) -> bool {
    protocol.optional("auth").is_some()
        || protocol
            .optional("tls")
            .is_some_and(|tls| tls.node.is_unknown() || tls.node.set("client_ca_file").is_some())
}
