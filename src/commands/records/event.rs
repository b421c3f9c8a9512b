//! `record_type: "event"`: one log record of `codex-audit show`, as it was written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{LocationRecord, SCHEMA_VERSION, nano_digits};
use crate::commands::output::Record;
use crate::commands::zone::Zone;
use crate::event::{AnyValue, Attributes, Event, Key, name_of_double};

/// One log record.
#[derive(Debug, Default, serde::Serialize, JsonSchema)]
#[schemars(title = "event")]
pub struct EventRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `event`.
    pub record_type: &'static str,
    /// `event.timestamp`, else the observed time, else the record's own, RFC 3339 with offset.
    pub time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub time_unix_nano: Option<String>,
    /// `conversation.id`.
    pub conversation_id: Option<&'a str>,
    /// The attribute `event.name`.
    pub event_name: Option<&'a str>,
    /// The attribute `call_id`.
    pub call_id: Option<&'a str>,
    /// `severityText`, else the name of `severityNumber`.
    pub severity: Option<&'a str>,
    /// The name of the instrumentation scope.
    pub scope: Option<&'a str>,
    /// `service.name`.
    pub service_name: Option<&'a str>,
    /// Every attribute, nested maps as dotted keys.
    pub attributes: FlatAttributes<'a>,
    /// Every attribute of the resource, likewise.
    pub resource: FlatAttributes<'a>,
    /// The body, null when there is none.
    pub body: PlainValue<'a>,
    /// Lower-case hex.
    pub trace_id: Option<&'a str>,
    /// Lower-case hex.
    pub span_id: Option<&'a str>,
    /// Where it lies in the input.
    pub location: LocationRecord<'a>,
}

impl<'a> EventRecord<'a> {
    /// The record of an event that lies in the file of that name.
    #[must_use]
    pub fn new(event: &Event<'a>, file: &'a str, zone: Zone) -> Self {
        let time = event.time();
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "event",
            time: time.map(|time| zone.rfc3339(time)),
            time_unix_nano: nano_digits(time),
            conversation_id: event.conversation_id(),
            event_name: event.name(),
            call_id: event.attributes().id(Key::CallId),
            severity: event.severity(),
            scope: event.scope.name.as_deref(),
            service_name: event.resource.service_name(),
            attributes: FlatAttributes(Some(event.attributes())),
            resource: FlatAttributes(Some(&event.resource.attributes)),
            body: PlainValue(Some(&event.record.body)),
            trace_id: event.record.trace_id.as_deref(),
            span_id: event.record.span_id.as_deref(),
            location: LocationRecord::new(event.location, file),
        }
    }
}

impl Record for EventRecord<'_> {
    const OPEN_MEMBERS: &'static [&'static str] = &["attributes", "resource", "body"];

    fn template() -> Self {
        Self::default()
    }
}

/// Attributes as one flat JSON object.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlatAttributes<'a>(Option<&'a Attributes<'a>>);

impl Serialize for FlatAttributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut written = Ok(());
        if let Some(attributes) = self.0 {
            attributes.for_each_leaf(|key, value| {
                if written.is_ok() {
                    written = map.serialize_entry(key, &PlainValue(Some(&value)));
                }
            });
        }
        written?;
        map.end()
    }
}

impl JsonSchema for FlatAttributes<'_> {
    fn schema_name() -> Cow<'static, str> {
        "attributes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            // A map is dotted keys, but for an empty one.
            "additionalProperties": {
                "type": ["string", "number", "boolean", "array", "object", "null"], "maxProperties": 0
            }
        })
    }
}

/// A value as plain JSON. Doubles that JSON has no number for are their names in a string.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainValue<'a>(Option<&'a AnyValue<'a>>);

impl Serialize for PlainValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.unwrap_or(&AnyValue::Empty) {
            AnyValue::Empty => serializer.serialize_unit(),
            AnyValue::String(text) | AnyValue::Bytes(text) => serializer.serialize_str(text),
            AnyValue::Bool(truth) => serializer.serialize_bool(*truth),
            AnyValue::Int(number) => serializer.serialize_i64(*number),
            AnyValue::Double(number) => match name_of_double(*number) {
                Some(name) => serializer.serialize_str(name),
                None => serializer.serialize_f64(*number),
            },
            AnyValue::Array(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&PlainValue(Some(value)))?;
                }
                list.end()
            }
            AnyValue::KvList(pairs) => {
                let mut map = serializer.serialize_map(Some(pairs.len()))?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    // Of a repeated key the last value counts.
                    if !pairs[index + 1..].iter().any(|(later, _)| later == key) {
                        map.serialize_entry(key, &PlainValue(Some(value)))?;
                    }
                }
                map.end()
            }
        }
    }
}

impl JsonSchema for PlainValue<'_> {
    fn schema_name() -> Cow<'static, str> {
        "value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_plain_json_and_no_double_is_lost() {
        let list = AnyValue::KvList(vec![
            ("a".into(), AnyValue::Int(1)),
            (
                "b".into(),
                AnyValue::Array(vec![AnyValue::Double(f64::NAN), AnyValue::Double(1.5), AnyValue::Empty]),
            ),
            ("a".into(), AnyValue::Int(2)),
        ]);
        let json = serde_json::to_string(&PlainValue(Some(&list))).expect("JSON");
        assert_eq!(json, r#"{"b":["NaN",1.5,null],"a":2}"#);
    }
}
