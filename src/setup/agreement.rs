//! Do Codex and the Collector mean the same address?

use super::codex_config::CodexConfig;
use super::codex_exporter::Destination;
use super::collector_config::CollectorConfig;
use super::endpoint::{Carrier, Endpoint};
use super::finding::{Finding, Place, Severity, Subject};
use super::receiver::Listener;
use crate::words::{Sentence, sentence};

/// What is wrong, or right, between the two configurations; nothing where one of them does not say.
#[must_use]
pub fn check_agreement(codex: &CodexConfig, collector: &CollectorConfig) -> Vec<Finding> {
    let (Some(logs), false) = (&codex.logs, collector.listeners.is_empty()) else { return Vec::new() };
    let same_carrier: Vec<&Listener> =
        collector.listeners.iter().filter(|listener| listener.carrier == logs.carrier).collect();
    if same_carrier.is_empty() {
        return vec![without_carrier(logs, &collector.listeners)];
    }
    let address = address(logs, &same_carrier, &collector.listeners);
    let mut findings: Vec<Finding> =
        address.into_iter().chain(headers(logs, &same_carrier)).chain(size(logs, &same_carrier)).collect();
    for finding in findings.iter_mut().filter(|finding| finding.subject == Subject::CodexConfig) {
        codex.style.adapt(finding);
    }
    findings
}

/// None of those who listen hears what Codex speaks. Who is added needs a port that none of them has.
fn without_carrier(logs: &Destination, listeners: &[Listener]) -> Finding {
    let Destination { carrier, endpoint: sent, .. } = logs;
    let is_free = |port: &u16| !listeners.iter().any(|listener| listener.has_port(Some(*port)));
    let wanted = sent.port.unwrap_or(carrier.default_port());
    let ports = [wanted, carrier.default_port(), Carrier::Http.default_port(), Carrier::Grpc.default_port()];
    let free = ports.into_iter().find(is_free);
    let text = match free.filter(|free| *free != wanted) {
        None => sentence!(
            "Codex sends over {}, but the Collector's receiver has no `{}` protocol: nothing arrives.",
            carrier.spoken(),
            carrier.name()
        ),
        Some(free) => {
            let meant = Endpoint { port: Some(free), ..sent.clone() };
            sentence!(
                "Codex sends over {}, but the Collector's receiver has no `{}` protocol: nothing arrives. \
                 Port {wanted} is taken by its other protocol, so Codex has to send to {}.",
                carrier.spoken(),
                carrier.name(),
                meant.url(path_of(logs)),
                wanted
            )
        }
    };
    let host = if sent.is_loopback() { "127.0.0.1" } else { "0.0.0.0" };
    let fix = free.map(|port| format!("      {}:\n        endpoint: {host}:{port}", carrier.name()));
    let at = Some((Subject::CollectorConfig, listeners[0].place.clone()));
    finding(Severity::Error, "receiver_without_carrier", at, text, fix, logs)
}

fn finding(
    severity: Severity,
    code: &'static str,
    at: Option<(Subject, Place)>,
    text: Sentence,
    fix: Option<String>,
    logs: &Destination,
) -> Finding {
    let (subject, place) = at.unwrap_or_else(|| (Subject::CodexConfig, logs.place.clone()));
    Finding { fix, place: Some(place), ..Finding::new(subject, severity, code, text) }
}

fn address(logs: &Destination, same_carrier: &[&Listener], all: &[Listener]) -> Option<Finding> {
    let sent = &logs.endpoint;
    let known: Vec<(&Listener, &Endpoint)> = (same_carrier.iter())
        .filter_map(|listener| Some((*listener, listener.endpoint.as_ref()?)))
        .filter(|(_, heard)| heard.port.is_some())
        .collect();
    if known.len() < same_carrier.len() {
        return None;
    }
    let there = known.into_iter().filter(|(_, heard)| heard.port == sent.port);
    let Some((listener, heard)) = there.min_by_key(|(_, heard)| !sent.reaches(heard)) else {
        let other =
            all.iter().find(|listener| listener.carrier != logs.carrier && listener.has_port(sent.port));
        return Some(port_differs(logs, same_carrier, other));
    };
    let in_collector = |listener: &Listener| Some((Subject::CollectorConfig, listener.place.clone()));
    if let Some(has_tls) = listener.has_tls
        && has_tls != (sent.scheme == "https")
    {
        return Some(tls_differs(logs, has_tls));
    }
    if heard.is_loopback() && !sent.is_loopback() {
        let default = if listener.is_written { sentence!("") } else { sentence!(", its default") };
        let text = sentence!(
            "Codex sends to {sent}, but the Collector listens on {heard} only{default}: from outside its \
             machine or container nothing arrives.",
            sent,
            heard,
            default
        );
        let port = heard.port.unwrap_or(logs.carrier.default_port());
        let fix = format!("        endpoint: 0.0.0.0:{port}");
        return Some(finding(
            Severity::Warning,
            "receiver_local_only",
            in_collector(listener),
            text,
            Some(fix),
            logs,
        ));
    }
    if !sent.reaches(heard) {
        return host_differs(logs, heard);
    }
    if !listener.is_written {
        let text = sentence!(
            "The receiver names no address and listens on {heard}, its default. Inside a container nothing \
             from outside reaches it there.",
            heard
        );
        let fix = format!("        endpoint: {heard}");
        return Some(finding(
            Severity::Note,
            "receiver_default_address",
            in_collector(listener),
            text,
            Some(fix),
            logs,
        ));
    }
    let text = sentence!("The Collector listens where Codex sends to: {heard}.", heard);
    Some(finding(Severity::Ok, "endpoint_received", None, text, None, logs))
}

/// Another host than the Collector's. Nobody here knows what address a name is.
fn host_differs(logs: &Destination, heard: &Endpoint) -> Option<Finding> {
    let sent = &logs.endpoint;
    let text = if sent.is_loopback() {
        sentence!(
            "Codex sends to {sent}, but the Collector listens on {heard} only: on one machine nothing \
             arrives.",
            sent,
            heard
        )
    } else if sent.ip().is_some_and(|ip| !ip.is_unspecified()) && heard.ip().is_some() {
        sentence!(
            "Codex sends to {sent}, but the Collector listens on {heard} only: unless something between them \
             passes it on, nothing arrives.",
            sent,
            heard
        )
    } else {
        return None;
    };
    let meant = Endpoint { host: heard.host.clone(), ..sent.clone() };
    let fix = format!("endpoint = \"{}\"", meant.url(path_of(logs)));
    Some(finding(Severity::Warning, "endpoint_host_differs", None, text, Some(fix), logs))
}

/// Nobody listens on the port, or somebody who hears another protocol there.
fn port_differs(logs: &Destination, same_carrier: &[&Listener], other: Option<&Listener>) -> Finding {
    let sent = &logs.endpoint;
    let heard: Vec<String> = (same_carrier.iter())
        .filter_map(|listener| listener.endpoint.as_ref().map(ToString::to_string))
        .collect();
    let (severity, text) = match other {
        Some(other) => (
            Severity::Error,
            sentence!(
                "Codex sends {} to {sent}, but the Collector hears {} there. For {} it listens on {}.",
                logs.carrier.spoken(),
                other.carrier.spoken(),
                logs.carrier.spoken(),
                Sentence::of_names(&heard),
                sent
            ),
        ),
        None => (
            Severity::Warning,
            sentence!(
                "Codex sends to {sent}, but the Collector listens on {}. Unless something between them maps \
                 the port, nothing arrives.",
                Sentence::of_names(&heard),
                sent
            ),
        ),
    };
    let port = same_carrier.first().and_then(|listener| listener.endpoint.as_ref()?.port);
    let fix = port.map(|port| {
        let mut endpoint = sent.clone();
        endpoint.port = Some(port);
        format!("endpoint = \"{}\"", endpoint.url(path_of(logs)))
    });
    finding(severity, "endpoint_port_differs", None, text, fix, logs)
}

/// Only one of the two wants TLS.
fn tls_differs(logs: &Destination, receiver_has_tls: bool) -> Finding {
    let text = if receiver_has_tls {
        sentence!(
            "The Collector's receiver wants TLS, but Codex sends to an http:// address: nothing arrives."
        )
    } else {
        sentence!(
            "Codex sends to an https:// address, but the Collector's receiver has no TLS: nothing arrives, \
             unless a proxy stands between them."
        )
    };
    let severity = if receiver_has_tls { Severity::Error } else { Severity::Warning };
    let scheme = if receiver_has_tls { "https" } else { "http" };
    let meant = Endpoint { scheme: scheme.to_owned(), ..logs.endpoint.clone() };
    let fix = format!("endpoint = \"{}\"", meant.url(path_of(logs)));
    finding(severity, "endpoint_tls_differs", None, text, Some(fix), logs)
}

/// The path that belongs into a corrected address.
fn path_of(logs: &Destination) -> &str {
    match (logs.carrier, logs.endpoint.path.as_str()) {
        (Carrier::Http, "" | "/") => "/v1/logs",
        (Carrier::Http, path) => path,
        (Carrier::Grpc, _) => "",
    }
}

/// Who asks for a name gets it in a header.
fn headers(logs: &Destination, same_carrier: &[&Listener]) -> Option<Finding> {
    if logs.has_headers || !same_carrier.iter().all(|listener| listener.has_auth) {
        return None;
    }
    let text = sentence!(
        "The Collector's receiver asks with `auth` who sends, but Codex's exporter has no `headers`: unless \
         $OTEL_EXPORTER_OTLP_HEADERS is set for Codex, every request is refused."
    );
    let fix = Some("headers = { authorization = \"…\" }".to_owned());
    Some(finding(Severity::Note, "headers_missing", None, text, fix, logs))
}

/// Codex sends a refused request once and never again.
fn size(logs: &Destination, same_carrier: &[&Listener]) -> Option<Finding> {
    let limit = logs.carrier.request_limit();
    let is_small = |most: i64| most <= limit.default;
    let listener = same_carrier.iter().find(|listener| listener.most.is_some_and(is_small))?;
    let most = listener.most?;
    let told = match (logs.carrier, most == limit.default) {
        (Carrier::Http, true) => sentence!("20 MiB, its default"),
        (Carrier::Grpc, true) => sentence!("4 MiB, its default"),
        (Carrier::Http, false) => sentence!("{most} bytes", most),
        (Carrier::Grpc, false) => sentence!("{most} MiB", most),
    };
    let text = sentence!(
        "The receiver refuses requests above {limit}. Codex sends up to 512 records in one, tool arguments \
         in full, and does not send a refused one again.",
        limit = told
    );
    let fix = format!("        {}: {}", limit.key, limit.enough);
    let at = Some((Subject::CollectorConfig, listener.place.clone()));
    Some(finding(Severity::Note, "request_size_default", at, text, Some(fix), logs))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found between a Codex that sends to `sent` and a receiver with these lines.
    fn found(carrier: &str, sent: &str, receiver: &str) -> Vec<String> {
        (findings(carrier, sent, receiver).iter())
            .map(|finding| format!("{} {}", finding.severity.as_str(), finding.code))
            .filter(|found| found != "note request_size_default")
            .collect()
    }

    fn findings(carrier: &str, sent: &str, receiver: &str) -> Vec<Finding> {
        let codex = format!("[otel.exporter.otlp-{carrier}]\nendpoint = '{sent}'\nprotocol = 'json'\n");
        let collector = format!(
            "receivers:\n  otlp:\n    protocols: {receiver}\nexporters:\n  file: {{path: /a, rotation: \
             }}\nservice:\n  pipelines:\n    logs: {{receivers: [otlp], exporters: [file]}}\n"
        );
        let collector = CollectorConfig::read("y", &collector);
        let codex = CodexConfig::read("c", &codex, Some(&collector));
        let agreement = check_agreement(&codex, &collector);
        let wrong_path = codex.findings.into_iter().filter(|finding| finding.code == "endpoint_path");
        wrong_path.chain(agreement).collect()
    }

    #[test]
    fn a_protocol_that_is_missing_is_added_where_codex_reaches_it_and_the_collector_can_listen() {
        let missing = |carrier: &str, sent: &str, receiver: &str| {
            let finding = findings(carrier, sent, receiver).remove(0);
            assert_eq!(finding.code, "receiver_without_carrier");
            (finding.text.english(), finding.fix)
        };
        let added =
            |protocol: &str, address: &str| Some(format!("      {protocol}:\n        endpoint: {address}"));
        let grpc = "{grpc: {endpoint: '127.0.0.1:4317'}}";
        let (text, fix) = missing("http", "http://localhost:4318/v1/logs", grpc);
        assert_eq!(fix, added("http", "127.0.0.1:4318"));
        assert!(text.ends_with("nothing arrives."), "{text}");
        let (text, fix) = missing("http", "http://127.0.0.1:4317/v1/logs", grpc);
        assert_eq!(fix, added("http", "127.0.0.1:4318"));
        assert!(text.ends_with("Codex has to send to http://127.0.0.1:4318/v1/logs."), "{text}");
        let (text, fix) = missing("grpc", "http://h:4317", "{http: {endpoint: ':4317'}}");
        assert_eq!(fix, added("grpc", "0.0.0.0:4318"));
        assert!(text.ends_with("Codex has to send to http://h:4318."), "{text}");
        let (_, fix) = missing("http", "http://otel.corp:4318/v1/logs", grpc);
        assert_eq!(fix, added("http", "0.0.0.0:4318"));
    }

    #[test]
    fn a_receiver_that_takes_no_more_than_the_default_is_told() {
        let told = |carrier: &str, size: &str| {
            let (port, path) = if carrier == "http" { (4318, "/v1/logs") } else { (4317, "") };
            let receiver = format!("{{{carrier}: {{endpoint: '127.0.0.1:{port}', {size}}}}}");
            let found = findings(carrier, &format!("http://127.0.0.1:{port}{path}"), &receiver);
            let told = found.iter().find(|finding| finding.code == "request_size_default")?;
            Some(
                told.text
                    .english()
                    .split_once(". Codex")?
                    .0
                    .replace("The receiver refuses requests above ", ""),
            )
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told("http", "max_request_body_size: 100"), some("100 bytes"));
        for default in ["max_request_body_size: 0", "max_request_body_size: -1", "max_request_body_size: "] {
            assert_eq!(told("http", default), some("20 MiB, its default"), "{default}");
        }
        assert_eq!(told("grpc", "max_recv_msg_size_mib: 1"), some("1 MiB"));
        assert_eq!(told("grpc", "max_recv_msg_size_mib: 0"), some("4 MiB, its default"));
        for enough in ["max_request_body_size: 67108864", "max_request_body_size: '${env:SIZE}'"] {
            assert_eq!(told("http", enough), None, "{enough}");
        }
    }

    #[test]
    fn a_receiver_that_asks_who_sends_is_told_where_codex_sends_no_header() {
        let sent = "http://127.0.0.1:4318/v1/logs";
        let http =
            |auth: &str| found("http", sent, &format!("{{http: {{endpoint: '127.0.0.1:4318', {auth}}}}}"));
        assert_eq!(http("auth: {authenticator: basic}"), ["ok endpoint_received", "note headers_missing"]);
        for none in ["auth: ", "auth: {enabled: false, authenticator: basic}"] {
            assert_eq!(http(none), ["ok endpoint_received"], "{none}");
        }
        let with = format!("{sent}'\nheaders = {{ authorization = 'x' }}\n#'");
        let receiver = "{http: {endpoint: '127.0.0.1:4318', auth: {authenticator: basic}}}";
        assert_eq!(found("http", &with, receiver), ["ok endpoint_received"]);
    }

    #[test]
    fn a_fix_is_written_as_codex_s_file_writes_otel() {
        let collector = "receivers:\n  otlp:\n    protocols: {http: {endpoint: '127.0.0.1:14318'}}\nexporters:\n  \
                         file: {path: /a}\nservice:\n  pipelines:\n    logs: {receivers: [otlp], exporters: \
                         [file]}\n";
        let collector = CollectorConfig::read("y", collector);
        let http = "otel.exporter.otlp-http";
        let codex = format!("{http}.protocol = 'json'\n{http}.endpoint = 'http://127.0.0.1:4318/v1/logs'\n");
        let codex = CodexConfig::read("c", &codex, Some(&collector));
        let fix = check_agreement(&codex, &collector).remove(0).fix;
        assert_eq!(fix, Some(format!("{http}.endpoint = \"http://127.0.0.1:14318/v1/logs\"")));
    }

    #[test]
    fn both_must_mean_the_same_address() {
        let http = |sent: &str, receiver: &str| found("http", sent, receiver);
        let local = "http://localhost:4318/v1/logs";
        assert_eq!(http(local, "{http: {endpoint: '127.0.0.1:4318'}}"), ["ok endpoint_received"]);
        assert_eq!(http(local, "{http: {endpoint: '0.0.0.0:4318'}}"), ["ok endpoint_received"]);
        assert_eq!(http(local, "{http: }"), ["note receiver_default_address"]);
        assert_eq!(http(local, "{http: {endpoint: '127.0.0.1:14318'}}"), ["warning endpoint_port_differs"]);
        assert_eq!(http(local, "{grpc: }"), ["error receiver_without_carrier"]);
        assert_eq!(
            http("http://localhost:4317/v1/logs", "{grpc: , http: }"),
            ["error endpoint_port_differs"]
        );
        assert_eq!(http("http://otel:4318/v1/logs", "{http: }"), ["warning receiver_local_only"]);
        assert_eq!(
            http("http://otel:4318/v1/logs", "{http: {endpoint: '0.0.0.0:4318'}}"),
            ["ok endpoint_received"]
        );
        assert_eq!(http(local, "{http: {endpoint: '10.0.0.7:4318'}}"), ["warning endpoint_host_differs"]);
        let on = |host: &str| format!("{{http: {{endpoint: '{host}:4318'}}}}");
        let to = |host: &str| format!("http://{host}:4318/v1/logs");
        assert_eq!(http(&to("10.0.0.5"), &on("10.0.0.7")), ["warning endpoint_host_differs"]);
        assert_eq!(http(&to("[fd00::1]"), &on("[fd00:0::1]")), ["ok endpoint_received"]);
        assert_eq!(http(&to("otel"), &on("otel")), ["ok endpoint_received"]);
        for (sent, heard) in [("otel", "10.0.0.7"), ("10.0.0.7", "otel"), ("otel", "collector")] {
            assert_eq!(http(&to(sent), &on(heard)), [""; 0], "{sent} {heard}");
        }
        assert_eq!(http(local, "{http: {endpoint: '${env:WHERE}'}}"), [""; 0]);
        assert_eq!(
            http(local, "{http: {endpoint: 'localhost:4318', tls: {}}}"),
            ["error endpoint_tls_differs"]
        );
        assert_eq!(http("https://localhost:4318/v1/logs", "{http: }"), ["warning endpoint_tls_differs"]);
        assert_eq!(http(local, "{http: {endpoint: '127.0.0.1:4318', tls: }}"), ["ok endpoint_received"]);
        assert_eq!(
            http(local, "{http: {endpoint: '127.0.0.1:4318', tls: '${env:X}'}}"),
            ["ok endpoint_received"]
        );
        for off in ["tls: {enabled: false, cert_file: a}", "tls: {enabled: '${env:X}'}"] {
            let receiver = format!("{{http: {{endpoint: '127.0.0.1:4318', {off}}}}}");
            assert_eq!(http(local, &receiver), ["ok endpoint_received"], "{off}");
        }
        let off = "{http: {enabled: false, endpoint: '127.0.0.1:4318'}, grpc: }";
        assert_eq!(http(local, off), ["error receiver_without_carrier"]);
        for unknown in [
            "{enabled: '${env:X}', endpoint: '127.0.0.1:4318'}",
            "'${env:HTTP}'",
            "{endpoint: '127.0.0.1:http'}",
            "{endpoint: '127.0.0.1:0'}",
        ] {
            assert_eq!(http(local, &format!("{{http: {unknown}}}")), [""; 0], "{unknown}");
        }
        for other in ["[::1]:4318", "127.0.0.2:4318"] {
            let receiver = format!("{{http: {{endpoint: '{other}'}}}}");
            assert_eq!(
                http("http://127.0.0.1:4318/v1/logs", &receiver),
                ["warning endpoint_host_differs"],
                "{other}"
            );
        }
        assert_eq!(
            found("grpc", "http://localhost:4317", "{grpc: {endpoint: 'localhost:4317'}}"),
            ["ok endpoint_received"]
        );
    }

    #[test]
    fn a_receiver_takes_log_records_at_one_path() {
        let http = |path: &str, receiver: &str| {
            let receiver = format!("{{http: {{endpoint: '127.0.0.1:4318'{receiver}}}}}");
            found("http", &format!("http://127.0.0.1:4318{path}"), &receiver)[0].clone()
        };
        let own = ", logs_url_path: /codex";
        assert_eq!(http("/codex", own), "ok endpoint_received");
        assert_eq!(http("/codex", ", logs_url_path: codex"), "ok endpoint_received");
        assert_eq!(http("/codex", ", logs_url_path: '${env:P}'"), "ok endpoint_received");
        assert_eq!(http("/v1/logs", own), "error endpoint_path");
        for path in ["/otlp/v1/logs", "/v1/logs/v1/logs", "/codex"] {
            assert_eq!(http(path, ""), "error endpoint_path", "{path}");
        }
        let gateway = found("http", "http://otel:4318/otlp/v1/logs", "{http: {endpoint: ':4318'}}");
        assert_eq!(gateway, ["ok endpoint_received"]);
    }
}
