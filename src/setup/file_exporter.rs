//! The Collector's file exporter: does the file survive a restart, and does anything delete it?

use std::collections::BTreeMap;

use super::finding::Sheet;
use super::log_files::{DEFAULT_BACKUPS, is_temporary};
use super::tree::{Entry, Node, Value};
use crate::words::{Sentence, sentence};

/// The keys that the exporter knows.
const KEYS: [&str; 11] = [
    "path",
    "append",
    "rotation",
    "format",
    "encoding",
    "compression",
    "compression_params",
    "flush_interval",
    "group_by",
    "create_directory",
    "directory_permissions",
];
/// The keys of its `rotation`.
const ROTATION_KEYS: [&str; 4] = ["max_megabytes", "max_days", "max_backups", "localtime"];
/// How large a file grows before it is rotated, unless told otherwise.
const DEFAULT_MEGABYTES: i64 = 100;
/// Keys that other exporters have.
const QUEUE_KEYS: [&str; 3] = ["sending_queue", "retry_on_failure", "timeout"];

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileRole {
    /// Log records alone.
    Trail,
    /// Log records among other signals.
    Mixed,
    /// Other signals.
    Other,
    /// Nothing: no pipeline uses it.
    Unused,
}

impl FileRole {
    /// Whether log records are in it.
    pub(super) fn is_trail(self) -> bool {
        matches!(self, Self::Trail | Self::Mixed)
    }
}

/// The exporter's path, where it is known.
pub(super) fn path_of(exporter: &Entry) -> Option<&str> {
    exporter.node.set("path")?.node.text()
}

/// Checks every file exporter.
pub(super) fn check_files(sheet: &mut Sheet<'_>, files: &[(&Entry, FileRole)]) {
    let mut by_path: BTreeMap<&str, &Entry> = BTreeMap::new();
    let mut emptied = Vec::new();
    for (exporter, role) in files {
        if exporter.node.is_unknown() {
            continue;
        }
        check_keys(sheet, exporter);
        check_format(sheet, exporter);
        if let Some(path) = path_of(exporter)
            && *role != FileRole::Unused
        {
            if let Some(first) = by_path.get(path) {
                let text = sentence!(
                    "`{}` and `{}` write to one file: their lines get mixed and break off.",
                    first.key,
                    exporter.key
                );
                sheet.error("file_shared", exporter.node.get("path").map(|entry| entry.line), text);
            }
            by_path.entry(path).or_insert(exporter);
        }
        if role.is_trail() {
            check_trail_file(sheet, exporter, *role);
        } else if *role == FileRole::Other && is_emptied(&exporter.node) {
            emptied.push(*exporter);
        }
    }
    if let Some(first) = emptied.first() {
        let ids: Vec<String> = emptied.iter().map(|exporter| format!("`{}`", exporter.key)).collect();
        let text = if let [id] = ids.as_slice() {
            sentence!(
                "The file of {id} is emptied at every start of the Collector too. codex-audit does not read it.",
                id
            )
        } else {
            sentence!(
                "The files of {} are emptied at every start of the Collector too. codex-audit does not read them.",
                Sentence::of_names(&ids)
            )
        };
        sheet.note("other_file_truncated", first.line, text);
    }
}

/// Its `group_by` where that is on.
fn grouping(exporter: &Node) -> Option<&Entry> {
    exporter.get("group_by").filter(|entry| entry.node.get("enabled").is_some_and(|on| on.node.is_true()))
}

fn is_emptied(exporter: &Node) -> bool {
    let append = exporter.get("append").map(|append| &append.node.value);
    exporter.get("rotation").is_none() && matches!(append, None | Some(Value::Null | Value::Bool(false)))
}

fn check_keys(sheet: &mut Sheet<'_>, exporter: &Entry) {
    let id = &exporter.key;
    for entry in exporter.node.entries() {
        let key = entry.key.as_str();
        if QUEUE_KEYS.contains(&key) {
            let text = sentence!(
                "`{key}` is no key of the file exporter: the Collector refuses to start. `{id}` needs none: \
                 Codex is answered when the record is in the file.",
                key,
                id
            );
            sheet.error("file_key_unknown", entry.line, text);
        } else if !KEYS.contains(&key) {
            unknown_key(sheet, entry, &KEYS);
        }
    }
    for entry in exporter.node.get("rotation").iter().flat_map(|rotation| rotation.node.entries()) {
        if !ROTATION_KEYS.contains(&entry.key.as_str()) {
            unknown_key(sheet, entry, &ROTATION_KEYS);
        }
    }
    for path in [&["append"][..], &["create_directory"], &["rotation", "localtime"], &["group_by", "enabled"]]
    {
        if let Some(entry) = exporter.node.at(path) {
            check_switch(sheet, entry);
        }
    }
    let is_true = |key: &str| exporter.node.get(key).filter(|entry| entry.node.is_true());
    if let (Some(append), Some(_)) = (is_true("append"), exporter.node.get("rotation")) {
        let text = sentence!(
            "`append` and `rotation` exclude each other: the Collector refuses to start. Delete this line; \
             with `rotation` the file is appended to anyway."
        );
        sheet.error("append_with_rotation", append.line, text);
    }
    if let (Some(append), Some(_)) = (is_true("append"), exporter.node.set("compression")) {
        let text = sentence!(
            "`append` with `compression`: releases of the Collector up to 0.145, and perhaps some later ones, \
             refuse to start. With `rotation` instead of `append` all of them start."
        );
        sheet.warning("append_with_compression", append.line, text).fix(ROTATION.trim_end());
    }
    if let (Some(entry), None) = (exporter.node.get("directory_permissions"), is_true("create_directory")) {
        let text = sentence!(
            "`directory_permissions` without `create_directory: true`: the Collector refuses to start."
        );
        sheet.error("directory_permissions_alone", entry.line, text).fix("    create_directory: true");
    }
    check_path(sheet, exporter);
}

/// What YAML 1.1 takes for true is text to the Collector.
fn check_switch(sheet: &mut Sheet<'_>, entry: &Entry) {
    let key = entry.key.as_str();
    if matches!(entry.node.value, Value::Null | Value::Bool(_) | Value::Unknown(_)) {
        return;
    }
    let text = sentence!(
        "`{key}` is {}, not true or false: the Collector refuses to start.",
        entry.node.kind(),
        key
    );
    let finding = sheet.error("file_key_wrong_type", entry.line, text);
    finding.fix = match entry.node.text().map(str::to_lowercase).as_deref() {
        Some("yes" | "on" | "y" | "true") => Some(format!("{key}: true")),
        Some("no" | "off" | "n" | "false") => Some(format!("{key}: false")),
        _ => None,
    };
}

fn check_path(sheet: &mut Sheet<'_>, exporter: &Entry) {
    let id = &exporter.key;
    let entry = exporter.node.set("path");
    if let Some(path) = path_of(exporter)
        && grouping(&exporter.node).is_some()
        && (path.starts_with('*') || path.matches('*').count() != 1)
    {
        let text = sentence!(
            "With `group_by` the path of `{id}` needs exactly one `*`, for the group's name, and not at its \
             beginning: the Collector refuses to start.",
            id
        );
        sheet.error("file_group_by_path", entry.map(|entry| entry.line), text);
    }
    let text = match entry.map(|entry| &entry.node.value) {
        Some(Value::Text(_)) => return,
        Some(Value::Unknown(_)) => {
            let text =
                sentence!("Only the Collector's environment knows where `{id}` writes to: not checked.", id);
            sheet.note("file_path_unknown", entry.map(|entry| entry.line), text);
            return;
        }
        None => sentence!("The file exporter `{id}` has no path: the Collector refuses to start.", id),
        Some(_) => sentence!(
            "The path of the file exporter `{id}` is {}, not text: the Collector refuses to start.",
            entry.map(|entry| entry.node.kind()).unwrap_or_default(),
            id
        ),
    };
    let line = exporter.node.get("path").map_or(exporter.line, |entry| entry.line);
    sheet.error("file_path_missing", line, text).fix("    path: /var/lib/otelcol/audit/otel-logs.jsonl");
}

fn unknown_key(sheet: &mut Sheet<'_>, entry: &Entry, known: &[&str]) {
    let text = sentence!("The file exporter knows no key `{}`: the Collector refuses to start.", entry.key);
    let near = known.iter().find(|name| strsim::osa_distance(name, &entry.key) <= 3);
    let finding = sheet.error("file_key_unknown", entry.line, text);
    if !matches!(entry.node.value, Value::Bool(_) | Value::Number(_)) {
        finding.hide_value();
    }
    let line = finding.place.as_ref().and_then(|place| place.quote.clone()).unwrap_or_default();
    finding.fix = near.map(|name| {
        if line.contains(&entry.key) { line.replacen(&entry.key, name, 1) } else { format!("{name}: …") }
    });
}

fn check_format(sheet: &mut Sheet<'_>, exporter: &Entry) {
    if let Some(entry) = exporter.node.get("format")
        && let Some(word) = entry.node.text()
        && !matches!(word, "json" | "proto")
    {
        let text =
            sentence!("The file exporter knows no format `{word}`: the Collector refuses to start.", word);
        sheet.error("file_format_unknown", entry.line, text).fix("    format: json");
    }
    if let Some(entry) = exporter.node.get("compression")
        && let Some(word) = entry.node.text()
    {
        if word == "zstd" {
            let text = sentence!(
                "With `compression: zstd` the file is no ordinary .zst: unless the feature gate \
                 exporter.file.nativeCompression is on, each request is a frame of its own behind its \
                 length, and unzstd cannot read it."
            );
            sheet.note("zstd_framing", entry.line, text);
        } else if !word.is_empty() {
            let text = sentence!(
                "The file exporter knows no compression `{word}`, only zstd: the Collector refuses to start.",
                word
            );
            sheet.error("file_compression_unknown", entry.line, text);
        }
    }
}

const ROTATION: &str = "    rotation:\n      max_megabytes: 256\n      max_days: 0\n      max_backups: 0\n";

fn check_trail_file(sheet: &mut Sheet<'_>, exporter: &Entry, role: FileRole) {
    let id = &exporter.key;
    if let Some(entry) = exporter.node.set("path")
        && let Some(path) = entry.node.text()
    {
        let name = path.trim_end().rsplit(['/', '\\']).next().unwrap_or("otel-logs.jsonl");
        let kept = yaml_text(format!("/var/lib/otelcol/audit/{name}"));
        if path.starts_with("/dev/") && !is_temporary(path) {
            let text =
                sentence!("{path} is a device and no file: nothing that is written there is kept.", path);
            sheet
                .error("file_path_device", entry.line, text)
                .fix("    path: /var/lib/otelcol/audit/otel-logs.jsonl\n    create_directory: true");
        } else if is_temporary(path) {
            let text = sentence!(
                "{path} is temporary: such a folder is cleaned at reboot or by age, and the trail with it.",
                path
            );
            sheet
                .warning("file_path_temporary", entry.line, text)
                .fix(format!("    path: {kept}\n    create_directory: true"));
        } else if !path.starts_with(['/', '\\']) && !path.contains(':') {
            let text =
                sentence!("{path} is relative: it lies wherever the Collector happens to be started.", path);
            sheet.note("file_path_relative", entry.line, text).fix(format!("    path: {kept}"));
        }
    }
    if role == FileRole::Mixed {
        let text = sentence!(
            "`{id}` is used by pipelines of other signals too, so its file mixes them. codex-audit reads \
             the log records and passes the rest over.",
            id
        );
        sheet.note("file_mixed", exporter.line, text);
    }
    if let Some(group_by) = grouping(&exporter.node) {
        let text = if is_emptied(&exporter.node) {
            sentence!(
                "`group_by` opens and closes a file per group. When it closes one that is being written, \
                 records are lost, and without `rotation` a reopened file is emptied."
            )
        } else {
            sentence!(
                "`group_by` opens and closes a file per group. When it closes one that is being written, \
                 records are lost."
            )
        };
        sheet.warning("file_group_by", group_by.line, text);
    }
    let hidden = |key: &str| exporter.node.get(key).filter(|entry| entry.node.is_unknown());
    let rotation = exporter.node.get("rotation");
    if let Some(entry) = hidden("rotation").or(hidden("append").filter(|_| rotation.is_none())) {
        tell_unknown(sheet, entry);
        return;
    }
    let appends = exporter.node.get("append").is_some_and(|append| append.node.is_true());
    match rotation {
        Some(rotation) => check_rotation(sheet, exporter, rotation),
        None if appends || is_emptied(&exporter.node) => tell_no_rotation(sheet, exporter),
        // Its `append` is neither true nor false, which was told.
        None => {}
    }
}

/// Says what a file loses that is not rotated.
fn tell_no_rotation(sheet: &mut Sheet<'_>, exporter: &Entry) {
    let id = &exporter.key;
    let is_emptied = is_emptied(&exporter.node);
    let text = if is_emptied {
        sentence!(
            "The file of `{id}` is emptied at every start of the Collector: all that was recorded before \
             is gone. With `rotation` it is appended to, and `max_backups: 0` keeps every rotated file.",
            id
        )
    } else {
        sentence!(
            "`{id}` appends without `rotation`: it holds back up to 4 KiB that a killed Collector loses, \
             though Codex was told they are written. `rotation` writes at once.",
            id
        )
    };
    let line = exporter.node.get("append").map_or(exporter.line, |entry| entry.line);
    let finding = if is_emptied {
        sheet.error("file_truncated", line, text)
    } else {
        sheet.note("append_buffered", line, text)
    };
    finding.fix(ROTATION.trim_end());
}

/// Says that nobody here knows whether a file is kept.
fn tell_unknown(sheet: &mut Sheet<'_>, entry: &Entry) {
    let text =
        sentence!("`{}` is {}: whether the file is kept was not checked.", entry.key, entry.node.kind());
    if entry.node.is_unknown() {
        sheet.note("retention_unknown", entry.line, text);
    } else {
        sheet.warning("retention_unknown", entry.line, text);
    }
}

fn check_rotation(sheet: &mut Sheet<'_>, exporter: &Entry, rotation: &Entry) {
    let number = |key: &str, default: i64| match rotation.node.set(key) {
        None => (rotation.line, Some(default)),
        Some(entry) => (entry.line, entry.node.truncated()),
    };
    let mut is_kept = true;
    for entry in rotation.node.entries() {
        let key = entry.key.as_str();
        let (line, value) = number(key, 0);
        let is_judged = matches!(key, "max_backups" | "max_days");
        if value.is_some_and(|value| value < 0) && (is_judged || key == "max_megabytes") {
            is_kept = false;
            let text =
                sentence!("`{key}` is negative: today's releases of the Collector refuse to start.", key);
            let meant = if is_judged { 0 } else { DEFAULT_MEGABYTES };
            sheet.error("rotation_negative", line, text).fix(format!("      {key}: {meant}"));
        } else if is_judged && value.is_none() {
            is_kept = false;
            tell_unknown(sheet, entry);
        }
    }
    if let (line, Some(backups @ 1..)) = number("max_backups", DEFAULT_BACKUPS.cast_signed()) {
        is_kept = false;
        let default = if rotation.node.set("max_backups").is_none() {
            sentence!(", the default,")
        } else {
            sentence!("")
        };
        let size = match number("max_megabytes", DEFAULT_MEGABYTES).1 {
            Some(..=0) => size(backups.saturating_mul(DEFAULT_MEGABYTES)),
            Some(megabytes) => size(backups.saturating_mul(megabytes)),
            None => sentence!(""),
        };
        let text = sentence!(
            "At most {backups} rotated files{default} are kept{size}: then the oldest is deleted without a \
             word. Rules that ask for logs of six months or more are met by luck only.",
            backups,
            default,
            size
        );
        sheet.warning("rotation_deletes", line, text).fix("      max_backups: 0");
    }
    if let (line, Some(days @ 1..)) = number("max_days", 0) {
        is_kept = false;
        let text = if days < 183 {
            sentence!(
                "Rotated files are deleted after {days} days, and some rules ask for logs of at least six \
                 months, such as Article 23 of China's Cybersecurity Law (Article 21 before 2026).",
                days
            )
        } else {
            sentence!("Rotated files are deleted after {days} days.", days)
        };
        sheet.warning("rotation_deletes_by_age", line, text).fix("      max_days: 0");
    }
    if rotation.node.get("localtime").is_some_and(|entry| entry.node.is_true()) {
        let line = rotation.node.get("localtime").map(|entry| entry.line);
        let text = sentence!(
            "`localtime` names rotated files by local time: when clocks are set back, names repeat and their \
             order is lost."
        );
        sheet.note("rotation_localtime", line, text).fix("      localtime: false");
    }
    if is_kept {
        let text = sentence!(
            "The file of `{}` is appended to at a restart, and every rotated file is kept.",
            exporter.key
        );
        sheet.ok("file_kept", rotation.line, text);
    }
}

/// A text in one line of YAML that is read as this text.
fn yaml_text(text: String) -> String {
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
    if is_plain { text } else { serde_json::Value::from(text).to_string() }
}

/// How much that is, as people say it.
fn size(mebibytes: i64) -> Sentence {
    let size = if mebibytes < 1024 {
        format!("{mebibytes} MiB")
    } else {
        format!("{}.{} GiB", mebibytes / 1024, mebibytes % 1024 * 10 / 1024)
    };
    sentence!(", about {}", size)
}
