//! The words of a remark: ours in the reader's language, Codex's as it wrote them.

use tr::tr;

/// What stands before a value. In an event that is not known it is the name of an attribute, and stays.
pub(super) fn before_value(label: &str, name: &str) -> String {
    match (label, name) {
        ("stream", "after") => tr!("after"),
        ("api_request", "status") => tr!("status"),
        ("api_request" | "websocket_connect", "in") => tr!("in"),
        ("api_request" | "websocket_connect" | "auth_recovery", "error") => tr!("error"),
        ("agent_communication", "from") => tr!("from"),
        ("agent_communication", "to") => tr!("to"),
        ("skill_invocation", "of") => tr!("of"),
        ("turn_cost", "estimated by the back end at $") => tr!("estimated by the back end at $"),
        ("plugin_install_elicitation_sent" | "plugin_install_suggestion", "answered") => tr!("answered"),
        ("sandbox_assessment" | "sandbox_assessment_latency", "call") => tr!("call"),
        ("sandbox_assessment" | "sandbox_assessment_latency", "risk") => tr!("risk"),
        ("record", "at") => tr!("at"),
        _ => name.to_owned(),
    }
}

/// A value, or a word that stands for what an event says by yes or no.
pub(super) fn value(label: &str, name: &str, value: &str) -> String {
    match (label, name, value) {
        ("websocket_connect", "", "connection reused") => tr!("connection reused"),
        ("websocket_connect", "", "failed") => tr!("failed"),
        ("agent_response", "", "(cut by telemetry)") => tr!("(cut by telemetry)"),
        ("turn_cost", "", "interrupted") => tr!("interrupted"),
        _ => value.to_owned(),
    }
}
