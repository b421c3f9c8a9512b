//! Where something is sent to or listened for: scheme, host, port and path.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// An address as Codex or the Collector writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// `http`, `https`; lower-case, empty when none is written.
    pub(super) scheme: String,
    /// The host; empty when none is written.
    pub(super) host: String,
    /// The port, else that of the scheme.
    pub(super) port: Option<u16>,
    /// The path with its slash; empty when none is written.
    pub(super) path: String,
    /// Whether a user, and perhaps a password, stands before the host.
    pub(super) has_user: bool,
}

/// What carries OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// OTLP over HTTP.
    Http,
    /// OTLP over gRPC.
    Grpc,
}

/// How large a request a receiver takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestLimit {
    /// The receiver's key for it.
    pub(super) key: &'static str,
    /// What it is when it is not set, or not above 0.
    pub(super) default: i64,
    /// What is enough for what Codex sends.
    pub(super) enough: i64,
}

impl Carrier {
    /// The limit of a request's size.
    pub(super) fn request_limit(self) -> RequestLimit {
        match self {
            Self::Http => RequestLimit { key: "max_request_body_size", default: 20 << 20, enough: 64 << 20 },
            Self::Grpc => RequestLimit { key: "max_recv_msg_size_mib", default: 4, enough: 64 },
        }
    }

    /// The name of the receiver's protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Grpc => "grpc",
        }
    }

    /// How people call it.
    pub(super) fn spoken(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Grpc => "gRPC",
        }
    }

    /// The port on which a receiver listens by default.
    pub(super) fn default_port(self) -> u16 {
        match self {
            Self::Http => 4318,
            Self::Grpc => 4317,
        }
    }
}

impl Endpoint {
    /// Reads an address; `None` when its port is no port.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let scheme = scheme.to_ascii_lowercase();
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (has_user, authority) = match authority.rsplit_once('@') {
            Some((_, host)) => (true, host),
            None => (false, authority),
        };
        let (host, port) = host_and_port(authority)?;
        let port = match port {
            Some(digits) => Some(digits.parse().ok()?),
            None => match scheme.as_str() {
                "http" => Some(80),
                "https" => Some(443),
                _ => None,
            },
        };
        Some(Self { scheme, host: host.to_ascii_lowercase(), port, path: path.to_owned(), has_user })
    }

    /// Reads host and port of somebody who listens; without a port when it is named, as in `127.0.0.1:http`.
    pub(super) fn heard_at(text: &str) -> Option<Self> {
        let (host, port) = host_and_port(text).filter(|_| !text.contains('/'))?;
        let port = match port? {
            name if name.contains(|c: char| c.is_ascii_alphabetic()) => None,
            digits => Some(digits.parse().ok()?),
        };
        Some(Self { host: host.to_ascii_lowercase(), port, ..Self::default() })
    }

    /// The address with another path, and `…` for user and password.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}://{}{self}{path}", self.scheme, if self.has_user { "…@" } else { "" })
    }

    /// Whether what is sent here arrives at somebody who listens on that address of the same machine. A name is
    /// resolved to both addresses by who sends, and to the older one by who listens.
    pub(super) fn reaches(&self, heard: &Self) -> bool {
        let ip = heard.ip();
        heard.is_everywhere()
            || match (self.host.as_str(), heard.host.as_str()) {
                ("localhost", host) => matches!(host, "localhost" | "127.0.0.1" | "::1"),
                (host, "localhost") => host == "127.0.0.1",
                (sent, heard) => sent == heard || (self.ip().is_some() && self.ip() == ip),
            }
    }

    /// The address that the host is, unless it is a name.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether only this machine is meant.
    pub(super) fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host == "::1"
            || (self.host.starts_with("127.") && self.host.parse::<Ipv4Addr>().is_ok())
    }

    /// Whether every address of this machine is meant.
    pub(super) fn is_everywhere(&self) -> bool {
        matches!(self.host.as_str(), "" | "0.0.0.0" | "::")
    }
}

/// The parts of `host:port` or `[host]:port`.
fn host_and_port(authority: &str) -> Option<(&str, Option<&str>)> {
    Some(if let Some(inside) = authority.strip_prefix('[') {
        let (host, rest) = inside.split_once(']')?;
        (host, rest.strip_prefix(':'))
    } else {
        match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    })
}

impl fmt::Display for Endpoint {
    /// Host and port.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_every_spelling() {
        let read = |text| Endpoint::read(text).map(|found| (found.to_string(), found.path));
        let some = |address: &str, path: &str| Some((address.to_owned(), path.to_owned()));
        assert_eq!(read("http://localhost:4318/v1/logs"), some("localhost:4318", "/v1/logs"));
        assert_eq!(
            read("HTTPS://user:word@Otel.Example.com/v1/logs?x=1"),
            some("otel.example.com:443", "/v1/logs")
        );
        assert_eq!(read("[::1]:4317"), some("[::1]:4317", ""));
        assert_eq!(read(":4318"), some(":4318", ""));
        assert_eq!(read("http://host:port/"), None);
    }

    #[test]
    fn who_listens_names_a_host_and_a_port_and_nothing_else() {
        let read = |text| Endpoint::heard_at(text).map(|heard| (heard.host, heard.port));
        assert_eq!(read("[::1]:4317"), Some(("::1".to_owned(), Some(4317))));
        assert_eq!(read("127.0.0.1:http"), Some(("127.0.0.1".to_owned(), None)));
        for text in ["localhost", "localhost:", "h:70000", "http://h:4318", "h:4318/v1/logs", "[::1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn each_loopback_address_is_another() {
        let reaches = |sent: &str, heard: &str| {
            let read = |text| Endpoint::heard_at(text).expect("an address");
            read(sent).reaches(&read(heard))
        };
        for heard in ["localhost:1", "127.0.0.1:1", "[::1]:1", ":1"] {
            assert!(reaches("localhost:1", heard), "{heard}");
        }
        assert!(reaches("127.0.0.1:1", "localhost:1") && reaches("127.0.0.2:1", "127.0.0.2:1"));
        assert!(!reaches("127.0.0.1:1", "[::1]:1") && !reaches("[::1]:1", "localhost:1"));
        assert!(!reaches("localhost:1", "127.0.0.2:1"));
    }

    #[test]
    fn this_machine_and_every_address_are_told_apart() {
        let read = |text| Endpoint::read(text).expect("an address");
        assert!(read("127.0.0.2:1").is_loopback() && read("[::1]:1").is_loopback());
        assert!(!read("127.example.com:1").is_loopback());
        assert!(read(":4318").is_everywhere() && read("[::]:4318").is_everywhere());
    }
}
