//! What kind of conversation is this, and which one opened it? Told from what the logs hold, never guessed.
//!
//! Codex opens conversations of its own: for sub-agents, for titles, for its automated reviewer, and some ahead of
//! need. No attribute says which is which. Each verdict here names the fact that it rests on; where no fact decides,
//! there is no verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::earliest::Earliest;
use super::shared_text::SharedText;
use crate::event::{Event, EventKind, EventOrder, PromptAuthor, ToolResult, agent_job, spawned_conversation};

/// What kind of conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConversationKind {
    /// One that a client asked for.
    Main,
    /// One that an agent opened for a sub-agent.
    Subagent,
    /// One in which Codex asks for a title.
    Title,
    /// One in which Codex's automated reviewer assesses calls of another.
    Reviewer,
    /// One that Codex opened ahead of need and never used.
    Prewarmed,
}

/// The fact that a kind rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KindBasis {
    /// How its prompts begin: as Codex's own do, or as none of them.
    Prompt,
    /// The result of a `spawn_agent` call names it.
    SpawnResult,
    /// The `agent_name` on its own tool results.
    AgentName,
    /// An `agent_communication` record of kind `spawn` names it as the receiver.
    AgentCommunication,
    /// Its prompt, or its `report_agent_job_result` call, is about an item of an agent's job.
    AgentJob,
    /// Its own `agent_response` names its agent's type and parent.
    AgentResponse,
    /// Its prompts all lie within the reviewer's assessments of one other conversation of the same process.
    Assessment,
    /// Its approval and sandbox policies: those that Codex fixes for conversations of its own, or, of one that stands
    /// alone, others.
    Policy,
}

impl ConversationKind {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Subagent => "subagent",
            Self::Title => "title",
            Self::Reviewer => "reviewer",
            Self::Prewarmed => "prewarmed",
        }
    }
}

impl KindBasis {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::SpawnResult => "spawn_result",
            Self::AgentName => "agent_name",
            Self::AgentCommunication => "agent_communication",
            Self::AgentJob => "agent_job",
            Self::AgentResponse => "agent_response",
            Self::Assessment => "assessment",
            Self::Policy => "policy",
        }
    }
}

/// A verdict: the kind, what it rests on, and the conversation that opened this one where that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Verdict {
    pub(super) kind: Option<(ConversationKind, KindBasis)>,
    pub(super) parent: Option<String>,
}

/// What one conversation's own events say about its kind and about that of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Its approval policy and its sandbox policy.
    first_start: Earliest<[Option<SharedText>; 2]>,
    /// The fingerprint of a process it ran in; 0 when none is known.
    process: u64,
    life: Life,
    starts: u32,
    asked: u32,
    /// There is more of it than its starts.
    is_used: bool,
    root_agent: bool,
    child_agent: bool,
    /// An agent that is neither, such as that of a `/review`.
    other_agent: bool,
    /// It opened conversations whose ids are not recorded, or may have.
    spawned_unnamed: bool,
    has_results: bool,
    /// Something of a call that is no result.
    has_calls: bool,
    /// What its own answer says of its agent.
    answers_as_subagent: bool,
    /// What most conversations have nothing of.
    rare: Option<Box<RareEvidence>>,
}

/// When its first and its last event were, milliseconds since 1970; the other way round while none is known.
#[derive(Clone, Copy, Debug)]
struct Life {
    first_ms: u64,
    last_ms: u64,
}

#[derive(Clone, Debug, Default)]
struct RareEvidence {
    /// Fingerprints of other processes it ran in.
    other_processes: BTreeSet<u64>,
    titles: u64,
    reviews: u64,
    job_items: u64,
    maybe_codex: u64,
    redacted: u64,
    /// Milliseconds since 1970 of the prompts that were redacted.
    redacted_at_ms: Vec<u64>,
    /// Which conversations its reviews are about.
    reviewed: BTreeSet<String>,
    /// Conversations that its `spawn_agent` calls opened.
    spawned: Vec<String>,
    /// Jobs that its `spawn_agents_on_csv` calls were.
    jobs_opened: Vec<String>,
    /// Jobs of which it has an item.
    jobs_worked_on: BTreeSet<String>,
    /// It reported on an item of a job, which only agents of the job can.
    reports_on_job: bool,
    /// Spans of the reviews of its calls, milliseconds since 1970.
    assessed_ms: Vec<(u64, u64)>,
    named_parent: Earliest<String>,
}

static NOTHING_RARE: LazyLock<RareEvidence> = LazyLock::new(RareEvidence::default);

/// What records without a conversation of their own say: which conversation an agent opened from which.
pub(super) type Spawns = BTreeMap<String, String>;

/// Notes what a record of one agent writing to another says about who opened whom.
pub(super) fn note_spawn(event: &Event<'_>, spawns: &mut Spawns) {
    if let EventKind::AgentCommunication(message) = event.kind()
        && message.kind == Some("spawn")
        && let (Some(sender), Some(receiver)) =
            (message.sender_conversation_id, message.receiver_conversation_id)
    {
        spawns.insert(receiver.to_owned(), sender.to_owned());
    }
}

/// How soon after another conversation's start Codex opens one ahead of need. Seen: 30 to 70 ms.
const AHEAD_OF_NEED_MS: u64 = 5_000;

impl Evidence {
    /// Hears an event. `kind` is `None` where it is of no matter.
    pub(super) fn add(&mut self, event: &Event<'_>, order: EventOrder, kind: Option<&EventKind<'_>>) {
        self.is_used |= !matches!(kind, Some(EventKind::ConversationStarts(_)));
        self.note_process(event.resource.fingerprint);
        if let Some(time) = order.time() {
            self.life.note_ms(time.get() / 1_000_000);
        }
        match kind {
            Some(EventKind::ConversationStarts(start)) => {
                self.starts = self.starts.saturating_add(1);
                let policies = [start.approval_policy, start.sandbox_policy];
                self.first_start.offer(order, || policies.map(|policy| policy.map(SharedText::of)));
            }
            Some(EventKind::UserPrompt(prompt)) => match prompt.author() {
                PromptAuthor::Asked => self.asked = self.asked.saturating_add(1),
                PromptAuthor::Title => self.rare_mut().titles += 1,
                PromptAuthor::MaybeCodex => self.rare_mut().maybe_codex += 1,
                PromptAuthor::AgentJob { job } => {
                    let rare = self.rare_mut();
                    rare.job_items += 1;
                    rare.jobs_worked_on.extend(job.map(str::to_owned));
                }
                PromptAuthor::Redacted => {
                    let rare = self.rare_mut();
                    rare.redacted += 1;
                    rare.redacted_at_ms.extend(order.time().map(|time| time.get() / 1_000_000));
                }
                PromptAuthor::Reviewer { reviewed } => {
                    let rare = self.rare_mut();
                    rare.reviews += 1;
                    rare.reviewed.extend(reviewed.map(str::to_owned));
                }
            },
            Some(EventKind::ToolResult(result)) => self.add_result(result),
            Some(EventKind::ToolDecision(_) | EventKind::SandboxOutcome(_)) => self.has_calls = true,
            Some(EventKind::GuardianAssessment(assessment)) => {
                self.has_calls = true;
                if let (Some(started), Some(completed)) =
                    (assessment.started_at_ms, assessment.completed_at_ms)
                {
                    self.rare_mut().assessed_ms.push((started, completed));
                }
            }
            Some(EventKind::AgentResponse(response)) => {
                self.answers_as_subagent |= response.agent_type == Some("subagent");
                if let Some(parent) = response.parent_conversation_id {
                    self.rare_mut().named_parent.offer(order, || parent.to_owned());
                }
            }
            _ => {}
        }
    }

    fn add_result(&mut self, result: &ToolResult<'_>) {
        match result.agent_name {
            Some("/root") => self.root_agent = true,
            Some(name) if name.starts_with("/root/") => self.child_agent = true,
            Some(_) => self.other_agent = true,
            None => {}
        }
        self.has_results = true;
        if result.is_of_mcp() || result.success == Some(false) {
            return;
        }
        match result.tool_name.map(|name| name.rsplit("__").next().unwrap_or(name)) {
            Some("spawn_agent") => match result.output.as_deref().and_then(spawned_conversation) {
                Some(child) => {
                    self.spawned_unnamed |= !may_be_id(&child);
                    self.rare_mut().spawned.push(child);
                }
                None => self.spawned_unnamed = true,
            },
            // Whatever it was, a Collector took its name away.
            None => self.spawned_unnamed = true,
            Some("spawn_agents_on_csv") => {
                let job = result.output.as_deref().and_then(agent_job);
                self.rare_mut().jobs_opened.extend(job);
            }
            Some("report_agent_job_result") => {
                let job = result.arguments.as_deref().and_then(agent_job);
                let rare = self.rare_mut();
                rare.reports_on_job = true;
                rare.jobs_worked_on.extend(job);
            }
            _ => {}
        }
    }

    /// Notes that it ran in that process, if it is one.
    fn note_process(&mut self, process: u64) {
        if self.process == 0 {
            self.process = process;
        } else if process != 0 && process != self.process {
            self.rare_mut().other_processes.insert(process);
        }
    }

    /// Whether all its prompts were redacted.
    fn is_unreadable(&self) -> bool {
        self.rare().redacted > 0 && self.asked == 0
    }

    /// Fingerprints of the processes it ran in.
    fn processes(&self) -> impl Iterator<Item = u64> {
        let first = Some(self.process).filter(|process| *process != 0);
        first.into_iter().chain(self.rare().other_processes.iter().copied())
    }

    pub(super) fn join(&mut self, mut later: Self) {
        self.starts = self.starts.saturating_add(later.starts);
        self.first_start.join(later.first_start);
        self.note_process(later.process);
        for process in later.rare.iter_mut().flat_map(|rare| std::mem::take(&mut rare.other_processes)) {
            self.note_process(process);
        }
        self.life.join(later.life);
        self.asked = self.asked.saturating_add(later.asked);
        self.is_used |= later.is_used;
        self.root_agent |= later.root_agent;
        self.child_agent |= later.child_agent;
        self.other_agent |= later.other_agent;
        self.spawned_unnamed |= later.spawned_unnamed;
        self.has_results |= later.has_results;
        self.has_calls |= later.has_calls;
        self.answers_as_subagent |= later.answers_as_subagent;
        match (&mut self.rare, later.rare) {
            (Some(rare), Some(later)) => rare.join(*later),
            (rare @ None, later) => *rare = later,
            (Some(_), None) => {}
        }
    }

    fn rare(&self) -> &RareEvidence {
        self.rare.as_deref().unwrap_or(&NOTHING_RARE)
    }

    fn rare_mut(&mut self) -> &mut RareEvidence {
        self.rare.get_or_insert_default()
    }

    fn prompts(&self) -> u64 {
        let rare = self.rare();
        u64::from(self.asked) + rare.titles + rare.reviews + rare.job_items + rare.maybe_codex + rare.redacted
    }

    /// Whether all its prompts are of one sort of which there are so many.
    fn are_all_prompts(&self, count: u64) -> bool {
        count > 0 && count == self.prompts()
    }

    /// Codex runs its reviewer and its titles under these policies; `None` when no start is in the input.
    fn locked_down(&self) -> Option<bool> {
        let [approval, sandbox] = self.first_start.get()?;
        Some(approval.as_deref() == Some("never") && sandbox.as_deref() == Some("read-only"))
    }

    fn started_at_ms(&self) -> Option<u64> {
        Some(self.first_start.with_order()?.0.time()?.get() / 1_000_000)
    }
}

impl Default for Life {
    fn default() -> Self {
        Self { first_ms: u64::MAX, last_ms: 0 }
    }
}

impl Life {
    fn note_ms(&mut self, now: u64) {
        self.join(Self { first_ms: now, last_ms: now });
    }

    fn join(&mut self, other: Self) {
        self.first_ms = self.first_ms.min(other.first_ms);
        self.last_ms = self.last_ms.max(other.last_ms);
    }

    fn span_ms(self) -> Option<(u64, u64)> {
        (self.first_ms <= self.last_ms).then_some((self.first_ms, self.last_ms))
    }
}

impl RareEvidence {
    fn join(&mut self, later: Self) {
        self.titles += later.titles;
        self.reviews += later.reviews;
        self.job_items += later.job_items;
        self.maybe_codex += later.maybe_codex;
        self.redacted += later.redacted;
        self.redacted_at_ms.extend(later.redacted_at_ms);
        self.reviewed.extend(later.reviewed);
        self.spawned.extend(later.spawned);
        self.jobs_opened.extend(later.jobs_opened);
        self.jobs_worked_on.extend(later.jobs_worked_on);
        self.reports_on_job |= later.reports_on_job;
        self.assessed_ms.extend(later.assessed_ms);
        self.named_parent.join(later.named_parent);
    }
}

/// Judges every conversation by the evidence of all of them; one verdict for each, in their order.
pub(super) fn judge(evidence: &[(&str, &Evidence)], spawns: &Spawns) -> Vec<Verdict> {
    let others = Others::of(evidence, spawns);
    evidence.par_iter().map(|(id, found)| others.judge(id, found)).collect()
}

/// What conversations say of one another.
struct Others<'a> {
    /// The conversation whose `spawn_agent` call opened it.
    spawned: BTreeMap<&'a str, &'a str>,
    /// The one that wrote to it when it was opened.
    messages: &'a Spawns,
    /// Whose `spawn_agents_on_csv` call a job was; `None` where there are several.
    jobs: BTreeMap<&'a str, Option<&'a str>>,
    /// Processes in which agents opened conversations whose ids are not recorded.
    unnamed_spawns: BTreeSet<u64>,
    /// Milliseconds since 1970 of starts by process, to find the one that a conversation opened ahead of need came with.
    starts: BTreeMap<u64, Vec<(u64, &'a str)>>,
    /// Spans of reviews by process, in milliseconds since 1970.
    assessments: BTreeMap<u64, Vec<(u64, u64, &'a str)>>,
    /// Processes that called anything, by whatever is in the input.
    with_calls: BTreeSet<u64>,
    /// Processes of which any results of calls are in the input.
    with_results: BTreeSet<u64>,
    /// Processes of which any prompts are in the input.
    with_prompts: BTreeSet<u64>,
    /// Those that have no readable prompt, or whose process has no results, and that began while another of the same
    /// process was alive.
    accompanied: BTreeSet<&'a str>,
}

impl<'a> Others<'a> {
    fn of(evidence: &[(&'a str, &'a Evidence)], messages: &'a Spawns) -> Self {
        let mut others = Self {
            spawned: BTreeMap::new(),
            messages,
            jobs: BTreeMap::new(),
            unnamed_spawns: BTreeSet::new(),
            starts: BTreeMap::new(),
            assessments: BTreeMap::new(),
            with_calls: processes_of(evidence, |found| found.has_results || found.has_calls),
            with_results: processes_of(evidence, |found| found.has_results),
            with_prompts: processes_of(evidence, |found| found.prompts() > 0),
            accompanied: BTreeSet::new(),
        };
        others.accompanied =
            accompanied(evidence, |found| found.is_unreadable() || others.lacks_results(found));
        for &(id, found) in evidence {
            let rare = found.rare();
            others.spawned.extend(rare.spawned.iter().map(|child| (child.as_str(), id)));
            for job in &rare.jobs_opened {
                let opener = others.jobs.entry(job).or_insert(Some(id));
                *opener = opener.filter(|opener| *opener == id);
            }
            for process in found.processes() {
                others.unnamed_spawns.extend(found.spawned_unnamed.then_some(process));
                let starts = others.starts.entry(process).or_default();
                starts.extend(found.started_at_ms().map(|start| (start, id)));
                let spans = rare.assessed_ms.iter().map(|(from, until)| (*from, *until, id));
                others.assessments.entry(process).or_default().extend(spans);
            }
        }
        for starts in others.starts.values_mut() {
            starts.sort_unstable();
        }
        others
    }

    fn judge(&self, id: &str, found: &Evidence) -> Verdict {
        use ConversationKind::{Main, Prewarmed, Reviewer, Subagent, Title};
        let (kind, (basis, parent)) = if let Some(fact) = self.of_an_agent(id, found) {
            (Subagent, fact)
        } else if let Some(fact) = self.of_the_reviewer(id, found) {
            (Reviewer, fact)
        } else if let Some(basis) = of_a_title(found) {
            (Title, (basis, None))
        } else if let Some(basis) = self.unused(id, found) {
            (Prewarmed, (basis, None))
        } else if let Some(basis) = self.of_a_client(id, found) {
            (Main, (basis, None))
        } else {
            return Verdict::default();
        };
        let parent = parent.filter(|parent| *parent != id).map(str::to_owned);
        Verdict { kind: Some((kind, basis)), parent }
    }

    /// What says that an agent opened it, and which one.
    fn of_an_agent<'b>(&'b self, id: &str, found: &'b Evidence) -> Option<(KindBasis, Option<&'b str>)> {
        if let Some(parent) = self.spawned.get(id) {
            return Some((KindBasis::SpawnResult, Some(parent)));
        }
        if let Some(parent) = self.messages.get(id) {
            return Some((KindBasis::AgentCommunication, Some(parent)));
        }
        let rare = found.rare();
        let parent = rare.named_parent.get().map(String::as_str);
        if found.answers_as_subagent {
            return Some((KindBasis::AgentResponse, parent));
        }
        if rare.reports_on_job || found.are_all_prompts(rare.job_items) {
            let opener = only(&rare.jobs_worked_on).and_then(|job| *self.jobs.get(job.as_str())?);
            return Some((KindBasis::AgentJob, parent.or(opener)));
        }
        found.child_agent.then_some((KindBasis::AgentName, parent))
    }

    /// What says that the automated reviewer assesses calls in it, and whose.
    fn of_the_reviewer<'b>(&'b self, id: &str, found: &'b Evidence) -> Option<(KindBasis, Option<&'b str>)> {
        let rare = found.rare();
        if found.are_all_prompts(rare.reviews) && found.locked_down() != Some(false) {
            return Some((KindBasis::Prompt, only(&rare.reviewed).map(String::as_str)));
        }
        if found.are_all_prompts(rare.redacted) && found.locked_down() == Some(true) {
            return Some((KindBasis::Assessment, Some(self.only_assessed(id, found)?)));
        }
        None
    }

    /// The one conversation of the same process within whose assessments all the prompts lie.
    fn only_assessed(&self, id: &str, found: &Evidence) -> Option<&'a str> {
        let around = |prompt: &u64| -> BTreeSet<&'a str> {
            (found.processes())
                .filter_map(|process| self.assessments.get(&process))
                .flatten()
                .filter(|(from, until, other)| (*from..=*until).contains(prompt) && *other != id)
                .map(|(_, _, other)| *other)
                .collect()
        };
        let candidates = (found.rare().redacted_at_ms.iter().map(around))
            .reduce(|candidates, others| candidates.intersection(&others).copied().collect())?;
        only(&candidates).copied()
    }

    /// Whether its process called something, and none of that is in the input which every such process leaves.
    fn lacks(&self, left: &BTreeSet<u64>, found: &Evidence) -> bool {
        found.processes().any(|process| self.with_calls.contains(&process))
            && !found.processes().any(|process| left.contains(&process))
    }

    /// Whether a Collector let no results of calls through, which could tell what opened it.
    fn lacks_results(&self, found: &Evidence) -> bool {
        self.lacks(&self.with_results, found)
    }

    /// What says that Codex opened it ahead of need: it came with another, and nothing came of it.
    fn unused(&self, id: &str, found: &Evidence) -> Option<KindBasis> {
        if found.starts == 0 || found.is_used || found.locked_down() != Some(true) {
            return None;
        }
        // That it has no prompt says nothing where none is in the input: a Collector may have let none through.
        if !found.processes().any(|process| self.with_prompts.contains(&process)) {
            return None;
        }
        let until = found.started_at_ms()?;
        let came_with_another =
            found.processes().filter_map(|process| self.starts.get(&process)).any(|starts| {
                let first =
                    starts.partition_point(|(start, _)| *start < until.saturating_sub(AHEAD_OF_NEED_MS));
                (starts[first..].iter().take_while(|(start, _)| *start <= until))
                    .any(|(_, other)| *other != id)
            });
        came_with_another.then_some(KindBasis::Policy)
    }

    /// What says that it is a client's, of one that no other fact decides.
    fn of_a_client(&self, id: &str, found: &Evidence) -> Option<KindBasis> {
        let unreadable = found.is_unreadable();
        let has_policies_of_its_own = found.locked_down() == Some(false);
        if found.root_agent && (!unreadable || has_policies_of_its_own) {
            return Some(KindBasis::AgentName);
        }
        // An agent may have opened it, and the record of that has no id.
        let may_be_spawned = found.process == 0
            || found.processes().any(|process| self.unnamed_spawns.contains(&process))
            || (self.lacks_results(found) && self.accompanied.contains(id));
        if found.starts == 0 || found.other_agent || may_be_spawned {
            return None;
        }
        if found.asked > 0 {
            return Some(KindBasis::Prompt);
        }
        // What Codex opens may take over the policies of the conversation that it is for, which is there beside it.
        let stands_alone = found.life.span_ms().is_some() && !self.accompanied.contains(id);
        (unreadable && has_policies_of_its_own && stands_alone).then_some(KindBasis::Policy)
    }
}

/// The processes of the conversations of which that holds.
fn processes_of(evidence: &[(&str, &Evidence)], holds: impl Fn(&Evidence) -> bool) -> BTreeSet<u64> {
    evidence.iter().filter(|(_, found)| holds(found)).flat_map(|(_, found)| found.processes()).collect()
}

/// The conversations in question that began while another of the same process was alive.
fn accompanied<'a>(
    evidence: &[(&'a str, &'a Evidence)],
    is_in_question: impl Fn(&Evidence) -> bool,
) -> BTreeSet<&'a str> {
    if !evidence.iter().any(|(_, found)| is_in_question(found)) {
        return BTreeSet::new();
    }
    let mut lives: BTreeMap<u64, Vec<(u64, u64, usize)>> = BTreeMap::new();
    for (index, (_, found)) in evidence.iter().enumerate() {
        // It may have been there at any time where none is recorded, and before its first event where its start is not.
        let (first, last) = found.life.span_ms().unwrap_or((0, u64::MAX));
        let first = if found.starts == 0 { 0 } else { first };
        for process in found.processes() {
            lives.entry(process).or_default().push((first, last, index));
        }
    }
    let mut accompanied = BTreeSet::new();
    for lives in lives.values_mut() {
        lives.sort_unstable();
        let mut latest = 0;
        for together in lives.chunk_by(|(begun, ..), (also_begun, ..)| begun == also_begun) {
            for (begun, _, index) in together {
                let (id, found) = evidence[*index];
                if is_in_question(found) && (together.len() > 1 || latest >= *begun) {
                    accompanied.insert(id);
                }
            }
            latest = together.iter().map(|(_, last, _)| *last).fold(latest, u64::max);
        }
    }
    accompanied
}

/// What says that Codex asks for a title in it.
fn of_a_title(found: &Evidence) -> Option<KindBasis> {
    let asks = found.are_all_prompts(found.rare().titles) && found.locked_down() != Some(false);
    asks.then_some(KindBasis::Prompt)
}

/// Whether it is no mask or hash that a Collector put in place of a conversation's id, which is a UUID.
fn may_be_id(text: &str) -> bool {
    text.len() <= 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// The only one there is.
fn only<T: Ord>(candidates: &BTreeSet<T>) -> Option<&T> {
    (candidates.len() == 1).then(|| candidates.first()).flatten()
}
