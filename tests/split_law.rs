//! The law of every question: cutting the input anywhere, and joining what the parts heard, changes no answer. And so
//! neither the number of threads nor the way the records are spread over lines does.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use codex_audit::event::{Decision, Event, EventFilter, EventOrder, Fold, IdCondition, UnixNano, name_glob};
use codex_audit::query::price_book::PriceBook;
use codex_audit::query::{
    CallDetail, CallLog, ConversationIndex, GroupKey, NetworkRow, StoryCollector, TokenUsage,
    ToolDecisionRow, UnmetConditions, Usage, UsageQuestion,
};
use codex_audit::source::{Input, InputFile, ScanOptions, scan};
use proptest::prelude::*;
use serde_json::{Value, json};

// ---------------------------------------------------------------------------------------------- the law

/// Hears the input whole and, beside it, in parts.
#[derive(Clone)]
struct Cutting<F> {
    whole: F,
    parts: Vec<F>,
    cuts: BTreeSet<usize>,
    heard: usize,
}

impl<F: Fold> Cutting<F> {
    fn new(question: &F, cuts: &BTreeSet<usize>) -> Self {
        Self { whole: question.fresh(), parts: vec![question.fresh()], cuts: cuts.clone(), heard: 0 }
    }
}

impl<F: Fold> Fold for Cutting<F> {
    fn fresh(&self) -> Self {
        Self::new(&self.whole, &self.cuts)
    }

    fn add(&mut self, event: &Event<'_>) {
        if self.cuts.contains(&self.heard) {
            self.parts.push(self.whole.fresh());
        }
        self.heard += 1;
        self.whole.add(event);
        self.parts.last_mut().expect("at least one part").add(event);
    }

    fn join(&mut self, later: Self) {
        self.whole.join(later.whole);
        self.parts.extend(later.parts);
        self.heard += later.heard;
    }
}

/// Panics unless the question, put to the records of `input` cut before each of `cuts`, is answered as if it had heard
/// them all in one go, whichever neighbours are joined first. Returns how many records were heard.
fn assert_split_law<F, A>(
    question: &F,
    settle: impl Fn(F) -> A,
    input: &[u8],
    cuts: &BTreeSet<usize>,
) -> usize
where
    F: Fold + Clone,
    A: Debug + PartialEq,
{
    let handed_out = settled(question, &settle, input);
    let input = Input { files: vec![InputFile::in_memory(input)], ..Input::default() };
    // Copies are kept: the law is about every stream of events.
    let options = ScanOptions { keep_duplicates: true, ..ScanOptions::default() };
    let heard = scan(&input, options, &Cutting::new(question, cuts), |_, _| Ok(()))
        .expect("nothing is written")
        .answer;
    let expected = settle(heard.whole);
    assert_eq!(handed_out, expected, "without the events that the question is not about");

    let join = |mut earlier: F, later: F| {
        earlier.join(later);
        earlier
    };
    let from_the_left = heard.parts.iter().cloned().reduce(join).expect("at least one part");
    assert_eq!(settle(from_the_left), expected, "joined from the left, cut before {cuts:?}");
    let from_the_right = heard
        .parts
        .iter()
        .cloned()
        .rev()
        .reduce(|later, earlier| join(earlier, later))
        .expect("at least one part");
    assert_eq!(settle(from_the_right), expected, "joined from the right, cut before {cuts:?}");
    let among_empty_ones = heard.parts.into_iter().fold(question.fresh(), |earlier, part| {
        join(join(earlier, question.fresh()), join(part, question.fresh()))
    });
    assert_eq!(
        settle(among_empty_ones),
        expected,
        "joined with parts that heard nothing, cut before {cuts:?}"
    );
    heard.heard
}

/// The answer to a question that hears everything in one go.
fn settled<F: Fold + Clone, A>(question: &F, settle: impl Fn(F) -> A, input: &[u8]) -> A {
    let input = Input { files: vec![InputFile::in_memory(input)], ..Input::default() };
    let options = ScanOptions { keep_duplicates: true, ..ScanOptions::default() };
    settle(scan(&input, options, question, |_, _| Ok(())).expect("nothing is written").answer)
}

/// A question that pairs on the way, which is what the law forbids.
#[derive(Clone, Default)]
struct Hasty {
    last: Option<String>,
    pairs: u64,
}

impl Fold for Hasty {
    fn fresh(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, event: &Event<'_>) {
        let name = event.name().map(str::to_owned);
        self.pairs += u64::from(self.last.is_some() && self.last == name);
        self.last = name;
    }

    fn join(&mut self, later: Self) {
        self.pairs += later.pairs;
        self.last = later.last.or(self.last.take());
    }
}

#[test]
#[should_panic(expected = "joined from the left")]
fn a_question_that_pairs_on_the_way_is_found_out() {
    let events: Vec<Made> = vec![Made { kind: 0, ..Made::default() }, Made { kind: 0, ..Made::default() }];
    assert_split_law(&Hasty::default(), |hasty| hasty.pairs, &lines(&events, 1), &BTreeSet::from([1]));
}

// ---------------------------------------------------------------------------------------------- events made up

/// What a record is made of.
#[derive(Clone, Debug, Default)]
struct Made {
    conversation: u8,
    kind: u8,
    /// Small, so that moments coincide; 0 is no time.
    time: u8,
    process: u8,
    /// Whatever else the kind has to choose.
    choice: u8,
    other: u8,
}

fn made() -> impl Strategy<Value = Made> {
    (0u8..5, 0u8..17, 0u8..9, 0u8..3, any::<u8>(), any::<u8>()).prop_map(
        |(conversation, kind, time, process, choice, other)| Made {
            conversation,
            kind,
            time,
            process,
            choice,
            other,
        },
    )
}

type Attributes = Vec<(&'static str, Value)>;

const FIRST_SECOND: u64 = 1_793_581_200;
const TITLE: &str = "Generate a concise, single-line task title for it";
const REVIEW: &str = "The following is the Codex agent history whose request action you are assessing.\n\
                      Reviewed Codex session id: conversation-1\n";

impl Made {
    /// The record with its resource, in OTLP.
    fn resource_logs(&self) -> Value {
        let attribute = |(key, value): (&str, Value)| json!({ "key": key, "value": value });
        let mut attributes: Vec<Value> = self.attributes().into_iter().map(attribute).collect();
        // The last one stands for none.
        if self.conversation < 4 {
            attributes
                .push(attribute(("conversation.id", text(format!("conversation-{}", self.conversation)))));
        }
        if !self.other.is_multiple_of(7) {
            attributes.push(attribute(("model", text(format!("model-{}", self.other % 3)))));
        }
        if self.other.is_multiple_of(5) {
            attributes.push(attribute(("user.email", text(format!("user-{}@example.com", self.choice % 2)))));
        }
        let moment = if self.time == 0 { 0 } else { (FIRST_SECOND + u64::from(self.time)) * 1_000_000_000 };
        let resource = [
            ("service.name", text(format!("service-{}", self.process))),
            ("host.name", text(format!("host-{}", self.process))),
        ];
        json!({
            "resource": { "attributes": resource.map(attribute) },
            "scopeLogs": [{
                "scope": { "name": "codex_otel.log_only" },
                "logRecords": [{ "observedTimeUnixNano": moment.to_string(), "attributes": attributes }],
            }],
        })
    }

    /// One of the words, by what was chosen.
    fn chosen(&self, words: &[&str]) -> Value {
        text(words[usize::from(self.choice) % words.len()])
    }

    /// One of the words, by what else was chosen.
    fn other(&self, words: &[&str]) -> Value {
        text(words[usize::from(self.other) % words.len()])
    }

    fn attributes(&self) -> Attributes {
        match self.kind {
            0..=6 => self.talk(),
            7..=12 => self.work(),
            13..=15 => self.rest(),
            _ => Vec::new(),
        }
    }

    /// What is said to a model.
    fn talk(&self) -> Attributes {
        match self.kind {
            0 => vec![
                ("event.name", text("codex.conversation_starts")),
                ("provider_name", self.chosen(&["OpenAI", "mock"])),
                ("approval_policy", self.chosen(&["never", "on-request"])),
                ("sandbox_policy", self.other(&["read-only", "workspace-write"])),
                ("mcp_servers", self.chosen(&["", "one, two"])),
            ],
            1 => vec![
                ("event.name", text("codex.user_prompt")),
                ("prompt", self.chosen(&["fix it", "[REDACTED]", TITLE, REVIEW])),
            ],
            2 => vec![
                ("event.name", text("codex.api_request")),
                (
                    "http.response.status_code",
                    json!({ "intValue": if self.choice.is_multiple_of(3) { 429 } else { 200 } }),
                ),
                ("endpoint", self.other(&["/responses", "/models"])),
                ("attempt", json!({ "intValue": "0" })),
            ],
            3 => vec![
                ("event.name", text("codex.websocket_request")),
                ("success", self.chosen(&["true", "false"])),
            ],
            4 | 5 => vec![
                ("event.name", text("codex.sse_event")),
                ("event.kind", text("response.completed")),
                ("input_token_count", text(self.choice.to_string())),
                ("output_token_count", text((self.other % 3).to_string())),
                ("cached_token_count", json!({ "intValue": self.choice / 2 })),
            ],
            _ => vec![
                ("event.name", text("codex.sse_event")),
                ("event.kind", self.chosen(&["response.created", "response.completed"])),
            ],
        }
    }

    /// What is done, and whether it may be.
    fn work(&self) -> Attributes {
        let call = text(format!("call-{}", self.other % 4));
        let milliseconds = (FIRST_SECOND + u64::from(self.choice % 9)) * 1_000;
        match self.kind {
            7 => vec![
                ("event.name", text("codex.tool_decision")),
                ("call_id", call),
                ("decision", self.chosen(&["approved", "denied", "approvedforsession", "perhaps"])),
                ("source", self.other(&["Config", "User", "AutomatedReviewer"])),
                ("tool_name", text("exec_command")),
            ],
            8 => vec![
                ("event.name", text("codex.sandbox_outcome")),
                ("call_id", call),
                ("outcome", self.chosen(&["denied", "escalated"])),
            ],
            9 => vec![
                ("event.name", text("codex.tool_result")),
                ("call_id", call),
                ("success", self.chosen(&["true", "false"])),
                ("duration_ms", text(u32::from(self.choice).pow(2).to_string())),
                ("agent_name", self.other(&["/root", "/root/child", ""])),
                ("arguments", text(r#"{"cmd":"ls"}"#)),
            ],
            10 => vec![
                ("event.name", text("codex.tool_result")),
                ("tool_name", text("spawn_agent")),
                (
                    "output",
                    self.chosen(&[
                        "{}",
                        r#"{"agent_id":"conversation-2"}"#,
                        r#"{"agent_id":"conversation-0"}"#,
                    ]),
                ),
            ],
            11 => vec![
                ("event.name", text("codex.guardian_assessment")),
                ("item.id", call),
                ("started_at_ms", json!({ "intValue": milliseconds.to_string() })),
                ("completed_at_ms", json!({ "intValue": (milliseconds + 2_000).to_string() })),
            ],
            _ => {
                let request =
                    if self.other.is_multiple_of(2) { "execution.id" } else { "http.request.method" };
                vec![
                    ("event.name", text("codex.network_proxy.policy_decision")),
                    ("network.policy.decision", self.chosen(&["allow", "deny"])),
                    ("server.address", text("example.com")),
                    ("client.address", self.other(&["a", "b"])),
                    (request, self.chosen(&["x", "y"])),
                ]
            }
        }
    }

    /// What else there is.
    fn rest(&self) -> Attributes {
        let one = text(format!("conversation-{}", self.choice % 4));
        let another = text(format!("conversation-{}", self.other % 4));
        match self.kind {
            13 => vec![
                ("event.name", text("codex.agent_communication")),
                ("kind", text("spawn")),
                ("sender_thread_id", one),
                ("receiver_thread_id", another),
            ],
            14 => vec![
                ("event.name", text("codex.agent_response")),
                ("agent.type", self.chosen(&["main", "subagent"])),
                ("parent.conversation.id", another),
            ],
            _ => vec![
                ("event.name", text("codex.startup_phase")),
                ("startup.phase", self.chosen(&["one", "two"])),
            ],
        }
    }
}

fn text(text: impl Into<String>) -> Value {
    json!({ "stringValue": text.into() })
}

/// The records as lines of so many each.
fn lines(events: &[Made], per_line: usize) -> Vec<u8> {
    let line = |events: &[Made]| {
        let resource_logs: Vec<Value> = events.iter().map(Made::resource_logs).collect();
        format!("{}\n", json!({ "resourceLogs": resource_logs }))
    };
    events.chunks(per_line).map(line).collect::<String>().into_bytes()
}

/// Every filter that has an effect on made-up events, and none.
fn filters() -> Vec<EventFilter> {
    let at = |second: u64| UnixNano::new((FIRST_SECOND + second) * 1_000_000_000);
    vec![
        EventFilter::default(),
        EventFilter { since: at(3), until: at(7), ..EventFilter::default() },
        EventFilter { model: Some(name_glob("model-[12]").expect("a pattern")), ..EventFilter::default() },
        EventFilter {
            conversation: Some(IdCondition::BeginsWith("conversation-1".to_owned())),
            ..EventFilter::default()
        },
        EventFilter { service: Some("service-1".to_owned()), ..EventFilter::default() },
    ]
}

/// What the stories tell; they have no equality of their own.
fn told(collector: StoryCollector, with_streams: bool) -> String {
    let stories = collector.settle().into_iter().map(|(id, events)| (id, events.told(with_streams)));
    format!("{:?}", stories.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_of_conversations_keeps_the_law(
        events in proptest::collection::vec(made(), 1..40),
        cuts in proptest::collection::btree_set(0usize..40, 0..6),
        per_line in 1usize..5,
    ) {
        let input = lines(&events, per_line);
        for filter in filters() {
            let heard = assert_split_law(&ConversationIndex::new(filter), ConversationIndex::settle, &input, &cuts);
            prop_assert_eq!(heard, events.len());
        }
    }

    #[test]
    fn the_stories_of_conversations_keep_the_law(
        events in proptest::collection::vec(made(), 1..40),
        cuts in proptest::collection::btree_set(0usize..40, 0..6),
        apart in any::<bool>(),
    ) {
        let input = lines(&events, 2);
        for filter in filters() {
            let told = |collector| told(collector, apart);
            let heard = assert_split_law(&StoryCollector::new(filter), told, &input, &cuts);
            prop_assert_eq!(heard, events.len());
        }
    }

    #[test]
    fn the_usage_of_tokens_keeps_the_law(
        events in proptest::collection::vec(made(), 1..40),
        cuts in proptest::collection::btree_set(0usize..40, 0..6),
    ) {
        let input = lines(&events, 2);
        for filter in filters() {
            let heard = assert_split_law(&usage(filter), TokenUsage::settle, &input, &cuts);
            prop_assert_eq!(heard, events.len());
        }
    }

    #[test]
    fn the_log_of_calls_keeps_the_law(
        events in proptest::collection::vec(made(), 1..40),
        cuts in proptest::collection::btree_set(0usize..40, 0..6),
    ) {
        let input = lines(&events, 2);
        for filter in filters() {
            let heard = assert_split_law(&CallLog::new(filter, CallDetail::WithoutOutput), calls, &input, &cuts);
            prop_assert_eq!(heard, events.len());
        }
    }

    #[test]
    fn less_detail_of_calls_leaves_no_row_out_and_counting_counts_each(
        events in proptest::collection::vec(made(), 1..40),
    ) {
        let input = lines(&events, 2);
        for filter in filters() {
            let log = |detail| settled(&CallLog::new(filter.clone(), detail), |log| log, &input);
            let (decisions, requests) = calls(log(CallDetail::WithoutOutput));
            let outcome = log(CallDetail::Outcome);
            prop_assert_eq!(decided(&outcome.clone().decisions(true)), decided(&decisions));
            let counted = outcome.count_decisions(
                true,
                |all: &mut BTreeSet<_>, rows| all.extend(decided(rows)),
                |one, other| one.into_iter().chain(other).collect(),
            );
            prop_assert_eq!(counted, decided(&decisions).into_iter().collect());
            prop_assert_eq!(reached(&log(CallDetail::Asked).requests()), reached(&requests));
            let requests_alone = log(CallDetail::Nothing);
            prop_assert_eq!(requests_alone.clone().requests().len(), requests.len());
            let counted = requests_alone.count_requests(|sum, rows| *sum += rows.len(), |one: usize, other| one + other);
            prop_assert_eq!(counted, requests.len());
        }
    }
}

/// Where a row stands, which decision it is of, whether there is a result, and whether that was a success.
type Decided = (EventOrder, Option<Decision>, bool, Option<bool>);

fn decided(rows: &[ToolDecisionRow]) -> Vec<Decided> {
    let decided = |row: &ToolDecisionRow| {
        let result = row.call.result.as_ref();
        let decision = row.decision.as_ref().map(|decision| decision.decision);
        (row.order, decision, result.is_some(), result.and_then(|result| result.success))
    };
    rows.iter().map(decided).collect()
}

/// Which request each row is, and the result of the call during which it happened.
fn reached(rows: &[NetworkRow]) -> Vec<(EventOrder, Option<EventOrder>)> {
    let result = |row: &NetworkRow| Some(row.call.as_ref()?.result.as_ref()?.order);
    rows.iter().map(|row| (row.request.last.order, result(row))).collect()
}

fn usage(filter: EventFilter) -> TokenUsage {
    let hour = Arc::new(|time: UnixNano| (time.get() / 3_600_000_000_000).to_string());
    TokenUsage::new(UsageQuestion {
        filter,
        keys: vec![GroupKey::Time(hour), GroupKey::Model, GroupKey::Conversation],
        prices: Arc::new(PriceBook::builtin()),
        keep_responses: true,
    })
}

fn calls(log: CallLog) -> (Vec<ToolDecisionRow>, Vec<NetworkRow>) {
    (log.clone().decisions(true), log.requests())
}

// ---------------------------------------------------------------------------------------------- the captures

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The captures that one Collector wrote, one behind the other.
fn captures() -> Vec<u8> {
    let mut names: Vec<PathBuf> = fs::read_dir(fixtures().join("captures/collector"))
        .expect("the captures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    names.sort();
    names.iter().flat_map(|name| fs::read(name).expect("a capture")).collect()
}

#[test]
fn the_captures_own_events_keep_the_law_wherever_they_are_cut() {
    let input = captures();
    let all =
        assert_split_law(&ConversationIndex::default(), ConversationIndex::settle, &input, &BTreeSet::new());
    assert_eq!(all, 854, "the thirteen captures");
    // Every record a part of its own, then a cut every so often.
    for step in [1, 2, 7, 100] {
        let cuts: BTreeSet<usize> = (0..all).step_by(step).collect();
        assert_split_law(&ConversationIndex::default(), ConversationIndex::settle, &input, &cuts);
        assert_split_law(&StoryCollector::default(), |stories| told(stories, false), &input, &cuts);
        assert_split_law(&usage(EventFilter::default()), TokenUsage::settle, &input, &cuts);
        assert_split_law(&CallLog::default(), calls, &input, &cuts);
        let missed = EventFilter {
            conversation: Some(IdCondition::BeginsWith("77".into())),
            env: Some("none".into()),
            ..EventFilter::default()
        };
        assert_split_law(&UnmetConditions::of(&missed), UnmetConditions::settle, &input, &cuts);
    }
    // The captures hold something for each question.
    let heard: Usage = settled(&usage(EventFilter::default()), TokenUsage::settle, &input);
    assert!(heard.responses.len() > 80, "{}", heard.responses.len());
    let (decisions, requests) = settled(&CallLog::default(), calls, &input);
    assert!(decisions.len() > 50 && requests.len() == 4, "{} {}", decisions.len(), requests.len());
    // One cut, at every place of one conversation with everything in it.
    let network = fs::read(fixtures().join("captures/collector/network-0.169.0.jsonl")).expect("a capture");
    for cut in 0..49 {
        let both = (ConversationIndex::default(), StoryCollector::default());
        let settle =
            |(index, stories): (ConversationIndex, StoryCollector)| (index.settle(), told(stories, false));
        assert_split_law(&both, settle, &network, &BTreeSet::from([cut]));
    }
}

// ---------------------------------------------------------------------------------------------- the program

fn stdout(folder: &Path, line: &str) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_codex-audit"))
        .args(line.split(' '))
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty(), "{line}");
    [output.stdout, output.stderr].concat()
}

/// The rotated capture, and the same records with one on a line, with all on one line, and in lines of 100.
fn shapes() -> (tempfile::TempDir, [&'static str; 4]) {
    let folder = tempfile::tempdir().expect("a folder");
    let rotated = fixtures().join("captures/rotated");
    let names = [
        "rotated-2026-11-20T22-04-31.388-size.jsonl",
        "rotated-2026-11-20T22-04-31.422-size.jsonl",
        "rotated.jsonl",
    ];
    let written: String =
        names.map(|name| fs::read_to_string(rotated.join(name)).expect("a capture")).concat();
    let mut single: Vec<Value> = Vec::new();
    for line in written.lines() {
        let document: Value = serde_json::from_str(line).expect("JSON");
        for resource_logs in document["resourceLogs"].as_array().expect("a list") {
            for scope_logs in resource_logs["scopeLogs"].as_array().expect("a list") {
                for record in scope_logs["logRecords"].as_array().expect("a list") {
                    let scope_logs = json!({ "scope": scope_logs["scope"], "logRecords": [record] });
                    single.push(json!({ "resource": resource_logs["resource"], "scopeLogs": [scope_logs] }));
                }
            }
        }
    }
    let lines_of = |count: usize| -> String {
        let lines: Vec<String> =
            single.chunks(count).map(|some| json!({ "resourceLogs": some }).to_string()).collect();
        lines.join("\n") + "\n"
    };
    let shapes = ["as-written", "one-a-line", "all-on-one-line", "hundred-a-line"];
    let texts = [written, lines_of(1), lines_of(single.len()), lines_of(100)];
    for (name, text) in shapes.iter().zip(texts) {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    (folder, shapes)
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let assert_same = |folder: &Path, question: &str, input: &str| {
        let with = |threads: u32| stdout(folder, &format!("{question} --threads {threads} -f {input}"));
        let one = with(1);
        assert!(one == with(2), "two threads: {question} of {input}");
        assert!(one == with(7), "seven threads: {question} of {input}");
    };
    for question in [
        "list",
        "list --json",
        "show",
        "show --json",
        "tokens --json --by hour,model,conversation",
        "tokens --json --explain",
        "tool-decision --json --undecided",
        "grep --json 密码",
        "grep -C 2 hello",
        "grep -l .",
    ] {
        assert_same(&fixtures(), question, "captures/rotated");
    }
    assert_same(&fixtures(), "network --json", "captures/collector");
    let (folder, [_, others @ ..]) = shapes();
    for shape in others {
        assert_same(folder.path(), "list --json", shape);
        assert_same(folder.path(), "show --json", shape);
    }
}

#[test]
fn an_input_larger_than_what_is_read_at_once_is_counted_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let rotated = fixtures().join("captures/rotated");
    let mut names: Vec<PathBuf> =
        fs::read_dir(&rotated).expect("the files").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    let once: Vec<u8> = names.iter().flat_map(|name| fs::read(name).expect("a capture")).collect();
    // Ten megabytes; every record is there twenty times.
    fs::write(folder.path().join("large"), once.repeat(4)).expect("a file");
    let events = |line: &str| -> Vec<u64> {
        let text = String::from_utf8(stdout(folder.path(), line)).expect("UTF-8");
        let count = |line: &str| {
            serde_json::from_str::<Value>(line).expect("JSON")["events"].as_u64().expect("a count")
        };
        text.lines().map(count).collect()
    };
    let single = events("list --json --quiet -f large");
    assert_eq!(single.iter().sum::<u64>(), 538, "542 but for four of no conversation");
    for threads in [1, 2, 7] {
        let all = events(&format!("list --json --quiet --keep-duplicates --threads {threads} -f large"));
        assert_eq!(all, single.iter().map(|events| events * 20).collect::<Vec<_>>());
        assert_eq!(events(&format!("list --json --quiet --threads {threads} -f large")), single);
    }
}

#[test]
fn how_records_are_spread_over_lines_changes_no_answer() {
    let (folder, shapes) = shapes();
    let listed = |shape: &str| stdout(folder.path(), &format!("list --json -f {shape}"));
    // All but the places, which are others.
    let shown = |shape: &str| -> Vec<Value> {
        let text = String::from_utf8(stdout(folder.path(), &format!("show --json --quiet -f {shape}")))
            .expect("UTF-8");
        let without_place = |line: &str| {
            let mut record: Value = serde_json::from_str(line).expect("JSON");
            record["location"].take();
            record
        };
        text.lines().map(without_place).collect()
    };
    let [written, others @ ..] = shapes;
    let (listed_first, shown_first) = (listed(written), shown(written));
    assert_eq!(shown_first.len(), 542);
    for other in others {
        assert!(listed(other) == listed_first, "list of {other}");
        assert!(shown(other) == shown_first, "show of {other}");
    }
}

#[test]
fn frames_of_many_batches_are_read_the_same_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = fs::read(fixtures().join("one_conversation.jsonl")).expect("a fixture");
    let line = line.split(|byte| *byte == b'\n').next().expect("a line");
    let length = u32::try_from(line.len()).expect("a short line").to_be_bytes();
    let frame = [&length, line].concat();
    let count = 4 * 1024 * 1024 / frame.len();
    fs::write(folder.path().join("frames"), frame.repeat(count)).expect("a file");
    let counted = |threads: u32| {
        let line = format!("list --json --quiet --keep-duplicates --threads {threads} -f frames");
        stdout(folder.path(), &line)
    };
    let one = counted(1);
    assert!(!one.is_empty());
    for threads in [2, 16, 16] {
        assert!(counted(threads) == one, "{threads} threads");
    }
}
