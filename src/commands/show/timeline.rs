//! Draws the steps of a story as entries of a timeline.

use chrono::{DateTime, FixedOffset};
use tr::tr;

use super::{Costs, remark_words};

use crate::commands::human::{plural, separated, span};
use crate::commands::wording::{
    decisions_words, outcome_words, permission_words, sandbox_words, target, terms_of, tool_label,
    verdict_words,
};
use crate::commands::zone::Zone;
use crate::event::{EventOrder, NetworkDecision, TokenCounts, UnixNano, names_mcp_tool, output_body};
use crate::query::{
    CallResult, CallStep, ConversationKind, ConversationSummary, ModelStep, NetworkRequest, Remark, Step,
    Story, TokenTotals, ToolCall,
};
use crate::render::visible_line;
use crate::report::{Detail, Entry, Line, Span, Tone};
use crate::source::Account;

/// How stories are told.
pub(super) struct Telling<'a> {
    pub(super) zone: Zone,
    /// Long texts are cut, with a word on what was left out.
    pub(super) short: bool,
    /// Parts of a conversation are left out, as was asked for.
    pub(super) is_divided: bool,
    /// What came from some time on was not asked for.
    pub(super) is_ended: bool,
    pub(super) account: &'a Account,
    pub(super) costs: &'a Costs,
}

/// So many lines of a text are shown where it is cut.
const PROMPT_LINES: usize = 12;
const OUTPUT_LINES: usize = 6;
const COMMAND_LINES: usize = 12;

/// The time of the entry before, so that an entry shows only what changed.
#[derive(Default)]
pub(super) struct Clock {
    last: Option<DateTime<FixedOffset>>,
}

impl Telling<'_> {
    pub(super) fn header(&self, summary: Option<&ConversationSummary>, story: &Story) -> Vec<Line> {
        let Some(summary) = summary else {
            let records = plural(story.steps.len() as u64, "entry", "entries");
            return vec![
                Line::new().tone(Tone::Strong, tr!("Records of no conversation: {records}", records)),
            ];
        };
        let mut title =
            Line::new().tone(Tone::Strong, tr!("Conversation ")).tone(Tone::Accent, summary.id.clone());
        title.push(Tone::Policy, kind_words(summary));
        let mut lines = vec![title, Line::from(under_what(summary))];
        let who = who(summary);
        if !who.is_empty() {
            lines.push(Line::new().tone(Tone::Dim, who));
        }
        lines.push(self.when_and_where(summary));
        lines.extend(cautions(summary).into_iter().map(|caution| Line::new().tone(Tone::Warn, caution)));
        lines
    }

    fn when_and_where(&self, summary: &ConversationSummary) -> Line {
        let when = match summary.start {
            Some(start) => {
                let start_text = self.zone.show(start).format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string();
                let lasted = summary.end.and_then(|end| end.milliseconds_since(start)).map(span);
                [Some(start_text), lasted].into_iter().flatten().collect::<Vec<_>>().join(&tr!(", "))
            }
            None => tr!("no time recorded"),
        };
        let file = self.account.file_name(summary.location.file);
        Line::new().plain(when).tone(Tone::Dim, format!(" · {file}:{}", summary.location.line))
    }

    pub(super) fn footer(&self, summary: Option<&ConversationSummary>) -> Vec<Line> {
        let Some(summary) = summary else { return Vec::new() };
        let last = summary.end.map_or_else(String::new, |end| {
            let same_day = summary
                .start
                .is_some_and(|start| self.zone.show(start).date_naive() == self.zone.show(end).date_naive());
            let form = if same_day { "%H:%M:%S%.3f" } else { "%Y-%m-%d %H:%M:%S%.3f" };
            tr!("last record {}; ", self.zone.show(end).format(form))
        });
        let end = if self.is_ended {
            tr!("{last}what came later was not asked for", last)
        } else {
            tr!("{last}Codex records no end, the conversation may go on", last)
        };
        let mut lines = vec![Line::new().tone(Tone::Dim, end)];
        let mut totals = totals(&summary.tokens, summary.warm_ups);
        let cost = self.costs.of_conversations.get(&Some(summary.id.clone()));
        if let Some(cost) = cost.filter(|_| summary.tokens.responses > 0) {
            totals.push(
                Tone::Plain,
                match (cost, &self.costs.own_book) {
                    (Some(cost), None) => tr!(" · about {cost} at API list prices", cost),
                    (Some(cost), Some(book)) => tr!(" · about {cost} by the price book {book}", cost, book),
                    (None, _) => tr!(" · cost unknown: not every response can be priced"),
                },
            );
        }
        lines.push(totals);
        lines
    }

    pub(super) fn entries(&self, order: EventOrder, step: &Step, clock: &mut Clock) -> Vec<Entry> {
        let (day, time) = clock.label(order.time(), self.zone);
        let mut entry = match step {
            Step::Start { model, approval_policy, sandbox_policy, mcp_servers, reasoning_effort } => {
                let mut words: Vec<String> = Vec::new();
                words.extend(model.clone());
                words.extend(reasoning_effort.as_ref().map(|effort| tr!("reasoning {effort}", effort)));
                words.extend(approval_policy.as_ref().map(|policy| tr!("approval {policy}", policy)));
                words.extend(sandbox_policy.as_ref().map(|policy| tr!("sandbox {policy}", policy)));
                if !mcp_servers.is_empty() {
                    words.push(tr!("MCP servers {}", mcp_servers.join(", ")));
                }
                entry(Tone::Policy, tr!("start"), words.join(" · ").into())
            }
            Step::Prompt { text, length } => self.prompt(text.as_deref(), *length),
            Step::Model(step) => model(step),
            Step::Call(step) => self.call(step),
            Step::Network(request) => entry(Tone::Network, tr!("network"), network_line(request)),
            Step::Remark(remark) => self.remark(remark),
        };
        entry.time = time;
        day.into_iter().chain([entry]).collect()
    }

    fn prompt(&self, text: Option<&str>, length: Option<u64>) -> Entry {
        match text {
            Some(text) => {
                let (shown, left_out) = self.cut(text.trim_end(), PROMPT_LINES);
                let mut prompt = entry(Tone::Person, tr!("prompt"), shown.into());
                prompt.details.extend(left_out.map(Detail::note));
                prompt
            }
            None => {
                let length = length.map_or_else(String::new, |length| {
                    tr!(", {}", plural(length, "character", "characters"))
                });
                entry(
                    Tone::Person,
                    tr!("prompt"),
                    Line::new().tone(Tone::Dim, tr!("[not recorded{length}]", length)),
                )
            }
        }
    }

    fn call(&self, step: &CallStep) -> Entry {
        let CallStep { call, network } = step;
        let denied = network.iter().any(|request| request.last.decision == NetworkDecision::Deny);
        let mut text =
            Line::new().tone(Tone::Strong, tool_label(call.tool_name.as_deref(), call.mcp_server()));
        text = text.plain(" · ").join(match call.decisions.as_slice() {
            [] if self.is_divided => {
                Line::new().tone(Tone::Warn, tr!("no decision among what was asked for"))
            }
            decisions => decisions_words(decisions),
        });
        text = text.plain(" · ").join(match call.result.as_ref() {
            None if self.is_divided => {
                Line::new().tone(Tone::Warn, tr!("no result among what was asked for"))
            }
            _ => outcome_words(call),
        });
        for outcome in call.ends_in_sandbox() {
            text = text.plain(" · ").join(sandbox_words(outcome));
        }
        if denied {
            text = text.plain(" · ").tone(Tone::Bad, tr!("BLOCKED BY NETWORK PROXY"));
        }
        let mut entry = entry(Tone::Call, tr!("call"), text);
        entry.details.extend(self.call_details(call));
        for request in network {
            entry.details.push(Detail::note(
                Line::new().tone(Tone::Network, tr!("network ")).join(network_line(request)),
            ));
        }
        if let Some(output) = output_of(call) {
            entry.details.extend(self.output(output, call));
        }
        entry
    }

    fn call_details(&self, call: &ToolCall) -> Vec<Detail> {
        let mut details = Vec::new();
        for review in call.reviews() {
            let verdict = review
                .outcome
                .as_deref()
                .or(review.status.as_deref())
                .map_or_else(|| tr!("no outcome"), str::to_owned);
            let mut words = vec![tr!("review: {verdict}", verdict)];
            words.extend(review.risk_level.as_ref().map(|risk| tr!("risk {risk}", risk)));
            words.extend(
                review.user_authorization.as_ref().map(|level| tr!("user authorisation {level}", level)),
            );
            words.extend(review.rationale.clone());
            details.push(Detail::note(Line::new().tone(Tone::Policy, words.join(" · "))));
        }
        let Some(result) = &call.result else { return details };
        let shown = match (&result.command, &result.arguments) {
            (Some(command), _) => command,
            (None, Some(arguments)) if !arguments.is_empty() => arguments,
            _ => return details,
        };
        let (shown, left_out) = self.cut(shown.trim_end(), COMMAND_LINES);
        details.push(match (&result.command, &result.mcp_server) {
            (Some(_), None) if is_command_line(call) && !never_ran(result) => Detail::command(shown),
            _ => Detail::note(shown),
        });
        details.extend(left_out.map(Detail::note));
        details.extend(self.terms(call));
        details
    }

    /// Under what terms a command was to run, each on a line of its own: what the model wrote must not pass for what is
    /// said here.
    fn terms(&self, call: &ToolCall) -> Vec<Detail> {
        let terms = terms_of(call);
        let own_line = |text: &str| self.cut(&visible_line(text), 1).0;
        let folder = terms.workdir.map(|folder| {
            let folder = own_line(&folder);
            let is_unclear = |sign: char| sign.is_whitespace() || sign == '"';
            let quoted = || format!("\"{}\"", folder.replace('\\', "\\\\").replace('"', "\\\""));
            let folder = if folder.contains(is_unclear) { quoted() } else { folder };
            Line::from(tr!("in {folder}", folder))
        });
        let more = terms.more.map(|more| Line::new().tone(Tone::Warn, permission_words(more)));
        let reason = terms.justification.map(|reason| {
            let reason = own_line(&reason);
            Line::from(tr!("reason given: {reason}", reason))
        });
        [folder, more, reason].into_iter().flatten().map(Detail::note).collect()
    }

    fn output(&self, output: &str, call: &ToolCall) -> Vec<Detail> {
        let body = output_body(call.tool_name.as_deref(), call.mcp_server(), output);
        let body = body.trim_end();
        if body.is_empty() {
            return Vec::new();
        }
        let (shown, left_out) = self.cut(body, OUTPUT_LINES);
        let mut details = vec![Detail::quote(shown)];
        details.extend(left_out.map(Detail::note));
        if call.result.as_ref().and_then(|result| result.output_truncated) == Some(true) {
            details.push(Detail::note(
                Line::new().tone(Tone::Dim, tr!("the rest of the output was not recorded")),
            ));
        }
        details
    }

    fn remark(&self, remark: &Remark) -> Entry {
        let mut text = Line::new();
        for (index, word) in remark.words.iter().enumerate() {
            if index > 0 {
                text.push(Tone::Dim, " · ");
            }
            let (before, value) = remark_words::of(word);
            if let Some(before) = before {
                text.push(Tone::Dim, format!("{before} "));
            }
            let (shown, left_out) = self.cut(&value, 3);
            text.push(if remark.failed { Tone::Bad } else { Tone::Plain }, shown);
            if left_out.is_some() {
                text.push(Tone::Dim, " …");
            }
        }
        // Labels have eight columns.
        let label = match remark.label.as_str() {
            "record" => tr!("record"),
            "startup" => tr!("startup"),
            "stream" => tr!("stream"),
            "websocket_connect" => tr!("connect"),
            "api_request" => tr!("request"),
            "agent_communication" | "agent_response" => tr!("agent"),
            "skill_invocation" => tr!("skill"),
            "auth_recovery" => tr!("login"),
            "turn_cost" => tr!("cost"),
            "http_client.custom_ca_fallback" => tr!("tls"),
            "plugin_install_elicitation_sent" | "plugin_install_suggestion" => tr!("plug-in"),
            "sandbox_assessment" | "sandbox_assessment_latency" => tr!("sandbox"),
            other => other.to_owned(),
        };
        entry(Tone::Dim, label, text)
    }

    /// The text as it is to be shown, and what to say of the rest.
    fn cut(&self, text: &str, lines: usize) -> (String, Option<Line>) {
        if !self.short {
            return (text.to_owned(), None);
        }
        let (shown, left_out) = first_of(text, lines);
        let rest =
            left_out.map(|words| Line::new().tone(Tone::Dim, tr!("… {words}; --no-trunc shows all", words)));
        (shown, rest)
    }
}

/// The first lines of a text, and words for what is left out of it.
fn first_of(text: &str, lines: usize) -> (String, Option<String>) {
    const CHARACTERS: usize = 1_000;
    let mut shown: String = text.lines().take(lines).collect::<Vec<_>>().join("\n");
    let is_long = shown.chars().count() > CHARACTERS;
    if is_long {
        let head: String = shown.chars().take(CHARACTERS).collect();
        shown = head.trim_end_matches('\n').to_owned() + "…";
    }
    // The line in which a long text is cut is seen to go on.
    let more = text.lines().count().saturating_sub(shown.lines().count());
    let left_out = if more > 0 {
        Some(plural(more as u64, "more line", "more lines"))
    } else {
        is_long
            .then(|| plural((text.chars().count() - CHARACTERS) as u64, "more character", "more characters"))
    };
    (shown, left_out)
}

impl Clock {
    /// The time of an entry: whole when its second is new, else only the milliseconds; and an entry of its own when a
    /// day begins or the clocks are changed.
    fn label(&mut self, time: Option<UnixNano>, zone: Zone) -> (Option<Entry>, String) {
        let Some(time) = time else { return (None, tr!("no time")) };
        let shown = zone.show(time);
        let day_of = |shown: DateTime<FixedOffset>| (shown.date_naive(), *shown.offset());
        let day_changed = self.last.is_some_and(|last| day_of(last) != day_of(shown));
        let same_second = self.last.is_some_and(|last| last.timestamp() == shown.timestamp());
        self.last = Some(shown);
        let day = day_changed.then(|| Entry {
            text: Line::new().tone(Tone::Strong, shown.format("%Y-%m-%d %:z").to_string()),
            ..Entry::default()
        });
        let label = if same_second { shown.format("%.3f") } else { shown.format("%H:%M:%S%.3f") };
        (day, label.to_string())
    }
}

fn entry(tone: Tone, label: impl Into<String>, text: Line) -> Entry {
    Entry { time: String::new(), label: Span::new(tone, label), text, details: Vec::new() }
}

fn kind_words(summary: &ConversationSummary) -> String {
    let Some((kind, _)) = summary.kind else { return String::new() };
    match kind {
        ConversationKind::Main => String::new(),
        ConversationKind::Subagent => match &summary.parent {
            Some(parent) => tr!(", a sub-agent of {}", parent),
            None => tr!(", a sub-agent"),
        },
        ConversationKind::Title => tr!(", in which Codex asks for a title"),
        ConversationKind::Reviewer => match &summary.parent {
            Some(parent) => tr!(", Codex's automated reviewer for {}", parent),
            None => tr!(", Codex's automated reviewer"),
        },
        ConversationKind::Prewarmed => tr!(", which Codex opened ahead of need and never used"),
    }
}

/// The program, the model and the policies that a conversation began with.
fn under_what(summary: &ConversationSummary) -> String {
    let model = models(summary).map(|model| match &summary.provider {
        Some(provider) => format!("{model} ({provider})"),
        None => model,
    });
    listed([
        Some(program(summary)),
        model,
        summary.approval_policy.as_ref().map(|policy| tr!("approval {policy}", policy)),
        summary.sandbox_policy.as_ref().map(|policy| tr!("sandbox {policy}", policy)),
    ])
}

/// The model, and how many others there were.
fn models(summary: &ConversationSummary) -> Option<String> {
    let model = summary.model.as_ref()?;
    Some(match summary.other_models() {
        0 => model.clone(),
        more => tr!("{model} and {more} more", model, more),
    })
}

fn who(summary: &ConversationSummary) -> String {
    listed([
        summary.user_email.clone(),
        summary.user_account_id.as_ref().map(|account| tr!("account {account}", account)),
        summary.auth_mode.as_ref().map(|mode| tr!("login {mode}", mode)),
        summary.env.as_ref().map(|env| tr!("env {env}", env)),
    ])
}

fn listed(facts: [Option<String>; 4]) -> String {
    let told: Vec<String> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
    told.join(" · ")
}

/// What a reader would take for granted, and may not.
fn cautions(summary: &ConversationSummary) -> Vec<String> {
    let mut cautions = Vec::new();
    if summary.starts > 1 {
        let times = plural(summary.starts - 1, "time", "times");
        cautions.push(tr!("Resumed {times}: model and policies above are those of its first start.", times));
    }
    if summary.starts == 0 {
        cautions.push(tr!("Its start is not among what was read or asked for: what happened before the first entry is not here."));
    }
    if summary.prompt_redacted {
        cautions.push(tr!("Codex was set not to record prompts (log_user_prompt); arguments and outputs of tools are recorded all the same."));
    }
    cautions
}

fn program(summary: &ConversationSummary) -> String {
    let mut words = Vec::new();
    words.extend(summary.service_name.clone());
    words.extend(summary.app_version.clone());
    words.extend(summary.host.as_ref().map(|host| tr!("on {host}", host)));
    words.join(" ")
}

/// What the model was told.
fn output_of(call: &ToolCall) -> Option<&str> {
    call.result.as_ref()?.output.as_deref()
}

/// Codex had no such tool, and nothing ran.
fn never_ran(result: &CallResult) -> bool {
    result.success == Some(false)
        && result.output.as_ref().is_some_and(|output| {
            output.starts_with("unsupported call: ") || output.starts_with("unsupported custom tool call: ")
        })
}

/// What ran is a command line, and neither a patch nor a call of an MCP server that is not told.
fn is_command_line(call: &ToolCall) -> bool {
    !call.tool_name.as_deref().is_some_and(|name| name == "apply_patch" || names_mcp_tool(name))
}

fn network_line(request: &NetworkRequest) -> Line {
    let verdict = &request.last;
    let mut line = verdict_words(verdict.decision).plain(format!(" {}", target(request)));
    let reason: Vec<&str> =
        [verdict.reason.as_deref(), verdict.protocol.as_deref()].into_iter().flatten().collect();
    if !reason.is_empty() {
        line.push(Tone::Dim, format!(" ({})", reason.join(", ")));
    }
    if !request.hides.is_empty() {
        let records = request.verdicts;
        line.push(
            Tone::Warn,
            tr!(" · the last of {records} records, some about other hosts or connections", records),
        );
    }
    line
}

fn model(step: &ModelStep) -> Entry {
    let mut text = Line::new();
    match &step.request {
        Some(request) if request.over_websocket => {
            if request.failed {
                text.push(Tone::Bad, tr!("failed over WebSocket"));
            } else {
                text.push(Tone::Plain, tr!("over WebSocket"));
            }
        }
        Some(request) => {
            let status = request.status.map_or_else(|| tr!("no status"), |status| status.to_string());
            text.push(if request.failed { Tone::Bad } else { Tone::Plain }, status);
            text.push(
                Tone::Plain,
                request.duration_ms.map_or_else(String::new, |took| tr!(" in {}", span(took))),
            );
            if let Some(attempt) = request.attempt.filter(|attempt| *attempt > 0) {
                text.push(Tone::Warn, tr!(" · attempt {}", attempt + 1));
            }
        }
        None => text.push(Tone::Dim, tr!("response")),
    }
    if let Some(error) = step.request.as_ref().and_then(|request| request.error.as_ref()) {
        text.push(Tone::Bad, format!(" · {error}"));
    }
    if step.warm_up {
        text.push(Tone::Plain, tr!(" · warm-up of the connection, no response"));
    }
    let streamed: u64 = step.stream_events.values().sum();
    if streamed > 0 {
        text.push(Tone::Dim, format!(" · {}", plural(streamed, "stream event", "stream events")));
    }
    match (step.ttft_ms, step.turn_ttft_ms) {
        (Some(0), _) | (None, None | Some(0)) => {}
        (Some(first), _) => text.push(Tone::Dim, tr!(" · first token after {}", span(first))),
        // Requests before this one are in it.
        (None, Some(first)) => text.push(Tone::Dim, tr!(" · first token of the turn after {}", span(first))),
    }
    let mut entry = entry(Tone::Model, tr!("model"), text);
    for failure in &step.failures {
        entry.details.push(Detail::note(Line::new().tone(Tone::Bad, failure.clone())));
    }
    if let Some(tokens) = &step.tokens {
        entry.details.push(Detail::note(token_line(tokens)));
    }
    entry
}

fn token_line(tokens: &TokenCounts) -> Line {
    let words = token_words(
        tokens.input.map(u128::from),
        tokens.cached_input.map(u128::from),
        tokens.output.map(u128::from),
        tokens.reasoning.map(u128::from),
    );
    Line::new().plain(tr!("tokens {words}", words))
}

fn totals(tokens: &TokenTotals, warm_ups: u64) -> Line {
    let mut line = Line::new().tone(Tone::Strong, plural(tokens.responses, "response", "responses"));
    if tokens.responses > 0 {
        let words = token_words(tokens.input(), tokens.cached_input(), tokens.output(), tokens.reasoning());
        line.push(Tone::Plain, tr!(": {words}", words));
    }
    if warm_ups > 0 {
        line.push(Tone::Dim, tr!(" · {} apart", plural(warm_ups, "warm-up", "warm-ups")));
    }
    line
}

fn token_words(
    input: Option<u128>,
    cached: Option<u128>,
    output: Option<u128>,
    reasoning: Option<u128>,
) -> String {
    let number = |count: Option<u128>| count.map_or_else(|| "–".to_owned(), separated);
    tr!(
        "in {} ({} cached) · out {} ({} reasoning)",
        number(input),
        number(cached),
        number(output),
        number(reasoning)
    )
}

#[cfg(test)]
mod tests {
    use super::first_of;

    #[test]
    fn what_is_left_out_of_a_text_is_every_line_that_is_not_shown() {
        let words = |text: &str, lines| first_of(text, lines).1.unwrap_or_default();
        assert_eq!(first_of("one\ntwo\n", 2), ("one\ntwo".to_owned(), None));
        assert_eq!(words("1\n2\n3\n4", 3), "1 more line");
        // Of lines of a hundred characters the tenth is the last, and is cut.
        let long = format!("{}\n", "x".repeat(100)).repeat(49);
        assert_eq!(words(&long, 12), "39 more lines");
        let shown = first_of(&long, 12).0;
        assert_eq!((shown.lines().count(), shown.chars().count()), (10, 1_001));
        // Between two lines, none is cut.
        let lines_of_ten = format!("{}\n", "x".repeat(9)).repeat(150);
        assert_eq!(words(&lines_of_ten, 120), "50 more lines");
        assert_eq!(words(&"x".repeat(1_500), 12), "500 more characters");
    }
}
