//! The Collector's pipelines: what is declared, what is used, and which of them are the trail.

use std::collections::HashSet;

use super::finding::Sheet;
use super::tree::{Entry, Node, Value};
use crate::words::{Sentence, sentence};

/// Components that are gone, by section: name, since when, and what to use instead.
static GONE: [(&str, &str, Sentence, Sentence); 4] = [
    ("exporters", "logging", sentence!("since release 0.111"), sentence!("`debug` has taken its place.")),
    (
        "exporters",
        "loki",
        sentence!("from today's releases"),
        sentence!("Loki 3 takes `otlp_http/loki`, with an endpoint that ends with /otlp."),
    ),
    ("exporters", "jaeger", sentence!("from today's releases"), sentence!("Jaeger takes `otlp_grpc`.")),
    (
        "processors",
        "spanmetrics",
        sentence!("from today's releases"),
        sentence!("There is a connector of that name."),
    ),
];

/// What a pipeline lists.
const PIPELINE_LISTS: [&str; 3] = ["receivers", "processors", "exporters"];

/// Exporters by their old names.
const RENAMED: [(&str, &str); 2] = [("otlp", "otlp_grpc"), ("otlphttp", "otlp_http")];

/// The tree with the ids of components and pipelines as the Collector reads them: without white space around their parts.
pub(super) fn with_plain_ids(root: Node) -> Node {
    map_entries(root, |section| match section.key.as_str() {
        "service" => map_entry(section, |entry| match entry.key.as_str() {
            "extensions" => Entry { node: with_plain_items(entry.node), ..entry },
            "pipelines" => map_entry(entry, |pipeline| {
                let lists = |list: Entry| Entry { node: with_plain_items(list.node), ..list };
                map_entry(with_plain_key(pipeline), lists)
            }),
            _ => entry,
        }),
        "receivers" | "processors" | "exporters" | "connectors" | "extensions" => {
            map_entry(section, with_plain_key)
        }
        _ => section,
    })
}

fn map_entries(node: Node, change: impl Fn(Entry) -> Entry) -> Node {
    match node.value {
        Value::Map(entries) => Node { value: Value::Map(entries.into_iter().map(change).collect()), ..node },
        value => Node { value, ..node },
    }
}

fn map_entry(entry: Entry, change: impl Fn(Entry) -> Entry) -> Entry {
    Entry { node: map_entries(entry.node, change), ..entry }
}

fn with_plain_key(entry: Entry) -> Entry {
    Entry { key: plain_id(&entry.key), ..entry }
}

fn with_plain_items(node: Node) -> Node {
    let value = match node.value {
        Value::List(nodes) => Value::List(nodes.into_iter().map(with_plain_items).collect()),
        Value::Text(id) => Value::Text(plain_id(&id)),
        value => value,
    };
    Node { value, ..node }
}

fn plain_id(id: &str) -> String {
    let parts: Vec<&str> = id.split('/').map(str::trim).collect();
    parts.join("/")
}

/// What is declared, as far as it is not hidden behind a variable.
#[derive(Debug)]
pub(super) struct Components<'a> {
    pub(super) receivers: Vec<&'a Entry>,
    pub(super) processors: Vec<&'a Entry>,
    pub(super) exporters: Vec<&'a Entry>,
    pub(super) connectors: Vec<&'a Entry>,
    /// The sections that only the Collector's environment knows.
    hidden: Vec<&'a str>,
}

impl<'a> Components<'a> {
    pub(super) fn read(root: &'a Node) -> Self {
        let section =
            |name| root.get(name).map_or(&[][..], |section| section.node.entries()).iter().collect();
        Self {
            receivers: section("receivers"),
            processors: section("processors"),
            exporters: section("exporters"),
            connectors: section("connectors"),
            hidden: [Some(root), root.get("service").map(|service| &service.node)]
                .into_iter()
                .flatten()
                .flat_map(hidden_in)
                .collect(),
        }
    }

    pub(super) fn is_connector(&self, id: &str) -> bool {
        self.connectors.iter().any(|connector| connector.key == id)
    }

    /// Whether only the Collector's environment knows all of a section, or all that is used of it.
    pub(super) fn hides(&self, section: &str) -> bool {
        self.hidden.iter().any(|hidden| *hidden == section || *hidden == "service")
    }
}

/// The members of which only the Collector's environment knows the whole.
fn hidden_in(node: &Node) -> impl Iterator<Item = &str> {
    node.entries().iter().filter(|entry| entry.node.hides_some()).map(|entry| entry.key.as_str())
}

/// Says what declares or names components and is known to the Collector's environment only.
pub(super) fn tell_hidden(sheet: &mut Sheet<'_>, root: &Node) {
    const PARTS: [&[&str]; 10] = [
        &["*"],
        &["receivers", "otlp"],
        &["receivers", "otlp", "protocols"],
        &["receivers", "otlp", "protocols", "*"],
        &["receivers", "otlp", "protocols", "*", "enabled"],
        &["exporters", "file"],
        &["service", "extensions"],
        &["service", "pipelines"],
        &["service", "pipelines", "*"],
        &["service", "pipelines", "*", "*"],
    ];
    for entry in PARTS.iter().flat_map(|path| members_at(root, path)).filter(|entry| entry.node.hides_some())
    {
        let text = sentence!(
            "`{}` is filled in by the Collector from elsewhere: what stands there was not checked.",
            entry.key
        );
        sheet.note("config_part_unknown", entry.line, text);
    }
}

/// The members at the end of a path of kinds, where `*` is every kind.
fn members_at<'a>(node: &'a Node, path: &[&str]) -> Vec<&'a Entry> {
    let Some((kind, rest)) = path.split_first() else { return Vec::new() };
    let members = node.entries().iter().filter(|entry| *kind == "*" || kind_of(&entry.key) == *kind);
    if rest.is_empty() {
        members.collect()
    } else {
        members.flat_map(|entry| members_at(&entry.node, rest)).collect()
    }
}

/// One pipeline. What it names is kept with the line of the name.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) id: String,
    pub(super) line: usize,
    pub(super) signal: String,
    pub(super) receivers: Vec<Entry>,
    pub(super) processors: Vec<Entry>,
    pub(super) exporters: Vec<Entry>,
    pub(super) exporters_line: usize,
    /// The lists of which only the Collector's environment knows the whole.
    hidden: Vec<&'static str>,
}

impl Pipeline {
    pub(super) fn hears(&self, id: &str) -> bool {
        self.receivers.iter().any(|receiver| receiver.key == id)
    }

    pub(super) fn writes_to(&self, id: &str) -> bool {
        self.exporters.iter().any(|exporter| exporter.key == id)
    }

    /// Whether only the Collector's environment knows all that is named there.
    pub(super) fn hides(&self, section: &str) -> bool {
        self.hidden.contains(&section)
    }

    /// The text of the pipeline without one of its processors; none where a variable hides a part of it.
    pub(super) fn without(&self, processor: &str) -> Option<String> {
        if !self.hidden.is_empty() {
            return None;
        }
        let list = |entries: &[Entry]| {
            let ids: Vec<&str> =
                entries.iter().map(|entry| entry.key.as_str()).filter(|id| *id != processor).collect();
            ids.join(", ")
        };
        let processors = list(&self.processors);
        let middle =
            if processors.is_empty() { String::new() } else { format!("      processors: [{processors}]\n") };
        Some(format!(
            "    {}:\n      receivers: [{}]\n{middle}      exporters: [{}]",
            self.id,
            list(&self.receivers),
            list(&self.exporters)
        ))
    }
}

/// Reads `service.pipelines`.
pub(super) fn read_pipelines(sheet: &mut Sheet<'_>, root: &Node) -> Vec<Pipeline> {
    let entries = root.at(&["service", "pipelines"]).map_or(&[][..], |entry| entry.node.entries());
    let mut pipelines = Vec::new();
    for entry in entries {
        let named = |section: &str| -> Vec<Entry> {
            let items = entry.node.get(section).map_or(&[][..], |list| list.node.items());
            (items.iter())
                .filter_map(|item| {
                    Some(Entry { key: item.text()?.to_owned(), line: item.line, node: item.clone() })
                })
                .collect()
        };
        let pipeline = Pipeline {
            id: entry.key.clone(),
            line: entry.line,
            signal: kind_of(&entry.key).to_owned(),
            receivers: named("receivers"),
            processors: named("processors"),
            exporters: named("exporters"),
            hidden: (PIPELINE_LISTS.into_iter())
                .filter(|section| {
                    entry.node.is_unknown()
                        || entry.node.get(section).is_some_and(|list| list.node.hides_some())
                })
                .collect(),
            exporters_line: entry.node.get("exporters").map_or(entry.line, |exporters| exporters.line),
        };
        for list in entry.node.entries() {
            let is_list = matches!(list.node.value, Value::List(_) | Value::Null | Value::Unknown(_));
            if PIPELINE_LISTS.contains(&list.key.as_str()) && !is_list {
                let text = sentence!(
                    "The {section} of the pipeline `{}` are {}, not a list: the Collector refuses to start.",
                    pipeline.id,
                    list.node.kind(),
                    section = list.key
                );
                let finding = sheet.error("pipeline_without_list", list.line, text);
                finding.fix = list.node.text().map(|id| format!("      {}: [{id}]", list.key));
            }
        }
        for (section, entries) in [("receivers", &pipeline.receivers), ("exporters", &pipeline.exporters)] {
            if entries.is_empty() && !pipeline.hides(section) {
                let text = sentence!(
                    "The pipeline `{}` has no {section}: the Collector refuses to start.",
                    pipeline.id,
                    section
                );
                sheet.error("pipeline_incomplete", pipeline.line, text);
            }
        }
        let mut named = HashSet::new();
        for processor in pipeline.processors.iter().filter(|entry| !named.insert(entry.key.as_str())) {
            let text = sentence!(
                "The pipeline `{}` names the processor `{}` twice: the Collector refuses to start.",
                pipeline.id,
                processor.key
            );
            sheet.error("processor_twice", processor.line, text);
        }
        if !matches!(pipeline.signal.as_str(), "logs" | "traces" | "metrics" | "profiles") {
            let text = sentence!(
                "`{}` is no signal: a pipeline is for logs, traces, metrics or profiles, and the Collector \
                 refuses to start.",
                pipeline.signal
            );
            sheet.error("pipeline_unknown", pipeline.line, text);
        }
        pipelines.push(pipeline);
    }
    pipelines
}

/// The pipelines through which log records reach a file, by way of connectors too.
pub(super) fn trail<'a>(components: &Components<'_>, pipelines: &'a [Pipeline]) -> Vec<&'a Pipeline> {
    let logs: Vec<&Pipeline> = pipelines.iter().filter(|pipeline| pipeline.signal == "logs").collect();
    let mut trail: Vec<&Pipeline> = (logs.iter().copied())
        .filter(|pipeline| pipeline.exporters.iter().any(|exporter| kind_of(&exporter.key) == "file"))
        .collect();
    loop {
        let upstream = logs.iter().copied().find(|pipeline| {
            !trail.iter().any(|known| known.id == pipeline.id)
                && pipeline.exporters.iter().any(|exporter| {
                    components.is_connector(&exporter.key)
                        && trail.iter().any(|known| known.hears(&exporter.key))
                })
        });
        match upstream {
            Some(pipeline) => trail.push(pipeline),
            None => return trail,
        }
    }
}

/// Checks that all that is used is declared and exists, and says what is declared and not used.
pub(super) fn check_components(
    sheet: &mut Sheet<'_>,
    root: &Node,
    components: &Components<'_>,
    pipelines: &[Pipeline],
) {
    check_names(sheet, components);
    check_used(sheet, components, pipelines);
    if !components.hides("pipelines") && pipelines.iter().all(|pipeline| pipeline.hidden.is_empty()) {
        check_unused(sheet, components, pipelines);
        check_connectors(sheet, components, pipelines);
    }
    if !components.hides("extensions") {
        check_extensions(sheet, root);
    }
}

/// What a component does, for people.
fn role_word(role: &str) -> Sentence {
    match role {
        "receiver" => sentence!("receiver"),
        "processor" => sentence!("processor"),
        "connector" => sentence!("connector"),
        other => sentence!("{}", other),
    }
}

fn check_names(sheet: &mut Sheet<'_>, components: &Components<'_>) {
    for (section, entries) in [("exporters", &components.exporters), ("processors", &components.processors)] {
        for entry in entries {
            let kind = kind_of(&entry.key);
            if let Some((_, _, since, instead)) =
                GONE.iter().find(|(gone_section, gone, ..)| *gone_section == section && *gone == kind)
            {
                let text = sentence!(
                    "The {role} `{kind}` is gone {since}: the Collector refuses to start. {instead}",
                    role = role_word(section.trim_end_matches('s')),
                    kind,
                    since,
                    instead
                );
                sheet.error("component_gone", entry.line, text).hide_value();
            }
            if section == "exporters"
                && let Some((_, name)) = RENAMED.iter().find(|(old, _)| *old == kind)
            {
                let text = sentence!(
                    "The exporter `{kind}` is called `{name}` since release 0.144; the old name still works.",
                    kind,
                    name
                );
                let id = entry.key.replacen(kind, name, 1);
                sheet.note("component_renamed", entry.line, text).hide_value().fix(format!("  {id}:"));
            }
        }
    }
}

fn check_used(sheet: &mut Sheet<'_>, components: &Components<'_>, pipelines: &[Pipeline]) {
    let [receivers, processors, exporters] =
        [&components.receivers, &components.processors, &components.exporters]
            .map(|declared| declared.iter().map(|entry| entry.key.as_str()).collect::<HashSet<_>>());
    for pipeline in pipelines {
        let sections = [
            ("receiver", &pipeline.receivers, &components.receivers, &receivers, true),
            ("processor", &pipeline.processors, &components.processors, &processors, false),
            ("exporter", &pipeline.exporters, &components.exporters, &exporters, true),
        ];
        for (role, used, declared, ids, may_be_connector) in sections {
            for entry in used {
                let id = &entry.key;
                let is_declared = ids.contains(id.as_str());
                let is_connector = components.is_connector(id);
                let is_hidden = components.hides(&format!("{role}s"))
                    || (may_be_connector && components.hides("connectors"));
                if is_declared || is_hidden || (may_be_connector && is_connector) {
                    continue;
                }
                let text = if is_connector {
                    sentence!(
                        "`{id}` is a connector, not a {role}: name it under `exporters` of one pipeline and \
                         under `receivers` of another. The Collector refuses to start.",
                        id,
                        role = role_word(role)
                    )
                } else {
                    sentence!(
                        "The pipeline `{}` uses the {role} `{id}`, which is not declared: the Collector \
                         refuses to start.",
                        pipeline.id,
                        role = role_word(role),
                        id
                    )
                };
                let near = declared.iter().find(|declared| strsim::osa_distance(&declared.key, id) <= 2);
                let line = sheet.place(entry.line).quote.unwrap_or_default();
                sheet.error("component_undeclared", entry.line, text).fix = match near {
                    Some(near) if line.contains(id) => Some(line.replacen(id, &near.key, 1)),
                    Some(near) => Some(near.key.clone()),
                    None if is_connector => None,
                    None if kind_of(id) == "batch" => pipeline.without(id),
                    None => Some(format!("{role}s:\n  {id}:")),
                };
            }
        }
    }
}

fn check_unused(sheet: &mut Sheet<'_>, components: &Components<'_>, pipelines: &[Pipeline]) {
    let used: HashSet<&str> = (pipelines.iter())
        .flat_map(|pipeline| [&pipeline.receivers, &pipeline.processors, &pipeline.exporters])
        .flat_map(|named| named.iter().map(|entry| entry.key.as_str()))
        .collect();
    let declared = [
        ("receiver", &components.receivers),
        ("processor", &components.processors),
        ("exporter", &components.exporters),
        ("connector", &components.connectors),
    ];
    for (role, entries) in declared {
        for entry in entries.iter().filter(|entry| !used.contains(entry.key.as_str())) {
            let id = &entry.key;
            if GONE
                .iter()
                .any(|(section, gone, ..)| section.trim_end_matches('s') == role && *gone == kind_of(id))
            {
                continue;
            }
            if role == "exporter" && kind_of(id) == "file" {
                let text = sentence!(
                    "The exporter `{id}` is declared, but no pipeline uses it: nothing is written to its \
                     file.",
                    id
                );
                sheet
                    .warning("file_exporter_unused", entry.line, text)
                    .hide_value()
                    .fix(format!("      exporters: [{id}]"));
            } else {
                let role = role_word(role);
                let text = sentence!("The {role} `{id}` is declared, but no pipeline uses it.", role, id);
                sheet.note("component_unused", entry.line, text).hide_value();
            }
        }
    }
}

fn check_connectors(sheet: &mut Sheet<'_>, components: &Components<'_>, pipelines: &[Pipeline]) {
    for connector in &components.connectors {
        let id = &connector.key;
        let fed = pipelines.iter().any(|pipeline| pipeline.writes_to(id));
        let heard = pipelines.iter().any(|pipeline| pipeline.hears(id));
        if fed != heard {
            let missing = if fed { "receivers" } else { "exporters" };
            let text = sentence!(
                "The connector `{id}` stands under `{missing}` of no pipeline. It needs both ends; the \
                 Collector refuses to start.",
                id,
                missing
            );
            sheet
                .error("connector_one_end", connector.line, text)
                .hide_value()
                .fix(format!("      {missing}: [{id}]"));
        }
    }
}

fn check_extensions(sheet: &mut Sheet<'_>, root: &Node) {
    let declared = root.get("extensions").map_or(&[][..], |section| section.node.entries());
    let used = root.at(&["service", "extensions"]).map_or(&[][..], |list| list.node.items());
    for item in used {
        let Some(id) = item.text() else { continue };
        if !declared.iter().any(|entry| entry.key == id) {
            let text = sentence!(
                "The extension `{id}` is used, but not declared: the Collector refuses to start.",
                id
            );
            sheet.error("component_undeclared", item.line, text).fix(format!("extensions:\n  {id}:"));
        }
    }
    for entry in declared {
        if !used.iter().any(|item| item.text() == Some(&entry.key)) {
            let text = sentence!(
                "The extension `{}` is declared, but `service.extensions` does not name it.",
                entry.key
            );
            sheet.note("component_unused", entry.line, text).hide_value();
        }
    }
}
/// The kind of a component: what stands before the slash of its id.
pub(super) fn kind_of(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}
