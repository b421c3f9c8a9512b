//! What must be set up for the trail to be whole: Codex's configuration, the Collector's, and the log files.
//!
//! It knows both programs' configuration and neither reads nor changes a file: text and facts in, findings out.

mod agreement;
mod codex_config;
mod codex_exporter;
mod codex_keys;
mod collector_config;
mod endpoint;
mod file_exporter;
mod finding;
mod line_starts;
mod log_files;
mod pipelines;
mod receiver;
mod secrets;
mod toml_tree;
mod tree;
mod variables;
mod yaml_tree;

pub use agreement::check_agreement;
pub use codex_config::CodexConfig;
pub use collector_config::CollectorConfig;
pub use finding::{Finding, Place, Severity, Subject};
pub use log_files::{DEFAULT_BACKUPS, LogFile, LogFiles, TrailRecords, is_temporary, shell_words};
