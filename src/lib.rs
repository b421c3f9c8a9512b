//! What OpenAI Codex did, read from the OTLP log files that an OpenTelemetry Collector wrote.

pub mod cli;
pub mod commands;
pub mod event;
pub mod query;
pub mod render;
pub mod report;
pub mod source;
