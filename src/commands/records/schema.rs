//! The JSON Schema of each record type, made from the types that are written.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::{
    ConversationRecord, DamageRecord, EventRecord, FindingRecord, InputFileRecord, MatchRecord,
    NetworkDecisionRecord, NetworkSummaryRecord, PricedResponseRecord, SCHEMA_VERSION, SettingRecord,
    TokenUsageRecord, ToolDecisionRecord, ToolDecisionSummaryRecord, VerifySummaryRecord,
};

/// The schema of every record type, with its name.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("conversation", schema::<ConversationRecord>(&["conversation"])),
        ("damage", schema::<DamageRecord<'_>>(&["damage"])),
        ("event", schema::<EventRecord<'_>>(&["event"])),
        ("finding", schema::<FindingRecord<'_>>(&["finding"])),
        ("input_file", schema::<InputFileRecord<'_>>(&["input_file"])),
        ("match", schema::<MatchRecord<'_>>(&["match", "context"])),
        ("match_conversation", schema::<MatchConversationRecord>(&["match_conversation"])),
        ("match_count", schema::<MatchCountRecord>(&["match_count"])),
        ("network_decision", schema::<NetworkDecisionRecord<'_>>(&["network_decision"])),
        ("network_summary", schema::<NetworkSummaryRecord>(&["network_summary"])),
        ("priced_response", schema::<PricedResponseRecord<'_>>(&["priced_response"])),
        ("setting", schema::<SettingRecord<'_>>(&["setting"])),
        ("token_usage", schema::<TokenUsageRecord<'_>>(&["token_usage"])),
        ("tool_decision", schema::<ToolDecisionRecord<'_>>(&["tool_decision"])),
        ("tool_decision_summary", schema::<ToolDecisionSummaryRecord>(&["tool_decision_summary"])),
        ("verify_summary", schema::<VerifySummaryRecord<'_>>(&["verify_summary"])),
    ]
}

/// A conversation with a hit, of `codex-audit grep --conversations-with-matches`.
#[derive(JsonSchema)]
#[schemars(title = "match_conversation")]
#[expect(dead_code, reason = "read by its schema alone")]
struct MatchConversationRecord {
    schema_version: u8,
    record_type: &'static str,
    /// `conversation.id`; null for the hits in records that belong to none.
    conversation_id: Option<String>,
}

/// How many events match, of `codex-audit grep --count`.
#[derive(JsonSchema)]
#[schemars(title = "match_count")]
#[expect(dead_code, reason = "read by its schema alone")]
struct MatchCountRecord {
    schema_version: u8,
    record_type: &'static str,
    /// How many.
    count: u64,
}

/// The schema of a record whose `record_type` is one of these.
fn schema<R: JsonSchema>(record_types: &[&str]) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<R>();
    RecursiveTransform(close).transform(&mut schema);
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        members.insert(
            "schema_version".to_owned(),
            json!({ "description": "The version of the machine output.", "const": SCHEMA_VERSION }),
        );
        members.insert(
            "record_type".to_owned(),
            match record_types {
                [only] => json!({ "description": "What the object is.", "const": only }),
                several => json!({ "description": "What the object is.", "enum": several }),
            },
        );
    }
    schema
}

/// An object whose members are known has all of them and no others.
fn close(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
    // The width of a number is of no concern to a reader, and strict validators know no such formats.
    if schema
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| format.contains("int") || format == "double")
    {
        schema.remove("format");
    }
    let members = schema.get("properties").and_then(Value::as_object).map(Map::keys);
    if let Some(members) = members.map(|names| names.cloned().collect::<Vec<_>>()) {
        schema.insert("required".to_owned(), members.into());
        schema.insert("additionalProperties".to_owned(), false.into());
    }
}
