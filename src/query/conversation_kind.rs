//! What kind of conversation is this, and which one opened it? Told from what the logs hold, never guessed.
//!
//! Codex opens conversations of its own: for sub-agents, for titles, for its automated reviewer, and some ahead of
//! need. No attribute says which is which. Each verdict here names the fact that it rests on; where no fact decides,
//! there is no verdict.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::earliest::Earliest;
use super::shared_text::SharedText;
use crate::event::{Event, EventKind, EventOrder, PromptAuthor, spawned_conversation};

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
    /// Its own `agent_response` names its agent's type and parent.
    AgentResponse,
    /// Its prompts all lie within the reviewer's assessments of one other conversation of the same process.
    Assessment,
    /// Its approval and sandbox policies, which Codex fixes for conversations of its own.
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
    events: u64,
    starts: u64,
    /// Its approval policy and its sandbox policy.
    first_start: Earliest<[Option<SharedText>; 2]>,
    /// The fingerprint of a process it ran in; 0 when none is known.
    process: u64,
    asked: u64,
    root_agent: bool,
    child_agent: bool,
    /// It opened conversations whose ids are not recorded.
    spawned_unnamed: bool,
    /// What its own answer says of its agent.
    answers_as_subagent: bool,
    /// What most conversations have nothing of.
    rare: Option<Box<RareEvidence>>,
}

#[derive(Clone, Debug, Default)]
struct RareEvidence {
    /// Fingerprints of other processes it ran in.
    other_processes: BTreeSet<u64>,
    titles: u64,
    reviews: u64,
    redacted: u64,
    /// Milliseconds since 1970 of the prompts that were redacted.
    redacted_at_ms: Vec<u64>,
    /// Which conversations its reviews are about.
    reviewed: BTreeSet<String>,
    /// Conversations that its `spawn_agent` calls opened.
    spawned: Vec<String>,
    /// Spans of the reviews of its calls, milliseconds since 1970.
    assessed_ms: Vec<(u64, u64)>,
    named_parent: Earliest<String>,
}

static NOTHING_RARE: RareEvidence = RareEvidence {
    other_processes: BTreeSet::new(),
    titles: 0,
    reviews: 0,
    redacted: 0,
    redacted_at_ms: Vec::new(),
    reviewed: BTreeSet::new(),
    spawned: Vec::new(),
    assessed_ms: Vec::new(),
    named_parent: Earliest::NEVER,
};

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
        self.events += 1;
        self.note_process(event.resource.fingerprint);
        match kind {
            Some(EventKind::ConversationStarts(start)) => {
                self.starts += 1;
                let policies = [start.approval_policy, start.sandbox_policy];
                self.first_start.offer(order, || policies.map(|policy| policy.map(SharedText::of)));
            }
            Some(EventKind::UserPrompt(prompt)) => match prompt.author() {
                PromptAuthor::Asked => self.asked += 1,
                PromptAuthor::Title => self.rare_mut().titles += 1,
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
            Some(EventKind::ToolResult(result)) => {
                self.root_agent |= result.agent_name == Some("/root");
                self.child_agent |= result.agent_name.is_some_and(|name| name.starts_with("/root/"));
                if result
                    .tool_name
                    .is_some_and(|name| name == "spawn_agent" || name.ends_with("__spawn_agent"))
                    && result.mcp_server.is_none()
                    && result.success != Some(false)
                {
                    match result.output.as_deref().and_then(spawned_conversation) {
                        Some(child) => self.rare_mut().spawned.push(child),
                        None => self.spawned_unnamed = true,
                    }
                }
            }
            Some(EventKind::GuardianAssessment(assessment)) => {
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

    /// Notes that it ran in that process, if it is one.
    fn note_process(&mut self, process: u64) {
        if self.process == 0 {
            self.process = process;
        } else if process != 0 && process != self.process {
            self.rare_mut().other_processes.insert(process);
        }
    }

    /// Fingerprints of the processes it ran in.
    fn processes(&self) -> impl Iterator<Item = u64> {
        let first = Some(self.process).filter(|process| *process != 0);
        first.into_iter().chain(self.rare().other_processes.iter().copied())
    }

    pub(super) fn join(&mut self, mut later: Self) {
        self.events += later.events;
        self.starts += later.starts;
        self.first_start.join(later.first_start);
        self.note_process(later.process);
        for process in later.rare.iter_mut().flat_map(|rare| std::mem::take(&mut rare.other_processes)) {
            self.note_process(process);
        }
        self.asked += later.asked;
        self.root_agent |= later.root_agent;
        self.child_agent |= later.child_agent;
        self.spawned_unnamed |= later.spawned_unnamed;
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
        self.asked + rare.titles + rare.reviews + rare.redacted
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

impl RareEvidence {
    fn join(&mut self, later: Self) {
        self.titles += later.titles;
        self.reviews += later.reviews;
        self.redacted += later.redacted;
        self.redacted_at_ms.extend(later.redacted_at_ms);
        self.reviewed.extend(later.reviewed);
        self.spawned.extend(later.spawned);
        self.assessed_ms.extend(later.assessed_ms);
        self.named_parent.join(later.named_parent);
    }
}

/// Judges every conversation by the evidence of all of them; one verdict for each, in their order.
pub(super) fn judge(evidence: &[(&str, &Evidence)], spawns: &Spawns) -> Vec<Verdict> {
    let spawned: BTreeMap<&str, &str> = (evidence.iter())
        .flat_map(|(parent, found)| found.rare().spawned.iter().map(move |child| (child.as_str(), *parent)))
        .collect();
    let unnamed_spawns: BTreeSet<u64> = (evidence.iter())
        .filter(|(_, found)| found.spawned_unnamed)
        .flat_map(|(_, found)| found.processes())
        .collect();
    // Starts by process, to find the one that a conversation opened ahead of need came with.
    let mut starts: BTreeMap<u64, Vec<(u64, &str)>> = BTreeMap::new();
    let mut assessments: BTreeMap<u64, Vec<(u64, u64, &str)>> = BTreeMap::new();
    for &(id, found) in evidence {
        for process in found.processes() {
            starts.entry(process).or_default().extend(found.started_at_ms().map(|start| (start, id)));
            let spans = found.rare().assessed_ms.iter().map(|(from, until)| (*from, *until, id));
            assessments.entry(process).or_default().extend(spans);
        }
    }
    for starts in starts.values_mut() {
        starts.sort_unstable();
    }
    let judge_one = |&(id, found): &(&str, &Evidence)| -> Verdict {
        use {ConversationKind as Kind, KindBasis as Basis};
        let verdict = |kind, basis, parent: Option<&str>| Verdict {
            kind: Some((kind, basis)),
            parent: parent.filter(|parent| *parent != id).map(str::to_owned),
        };
        if let Some(parent) = spawned.get(id) {
            return verdict(Kind::Subagent, Basis::SpawnResult, Some(parent));
        }
        if let Some(parent) = spawns.get(id) {
            return verdict(Kind::Subagent, Basis::AgentCommunication, Some(parent));
        }
        let rare = found.rare();
        let parent = rare.named_parent.get().map(String::as_str);
        if found.answers_as_subagent {
            return verdict(Kind::Subagent, Basis::AgentResponse, parent);
        }
        if found.child_agent {
            return verdict(Kind::Subagent, Basis::AgentName, parent);
        }
        let prompts = found.prompts();
        let may_be_codex_s_own = found.locked_down() != Some(false);
        if rare.reviews > 0 && rare.reviews == prompts && may_be_codex_s_own {
            let reviewed = (rare.reviewed.len() == 1).then(|| rare.reviewed.first()).flatten();
            return verdict(Kind::Reviewer, Basis::Prompt, reviewed.map(String::as_str));
        }
        if rare.titles > 0 && rare.titles == prompts && may_be_codex_s_own {
            return verdict(Kind::Title, Basis::Prompt, None);
        }
        if rare.redacted > 0
            && rare.redacted == prompts
            && found.locked_down() == Some(true)
            && let Some(reviewed) = only_assessed(id, found, &assessments)
        {
            return verdict(Kind::Reviewer, Basis::Assessment, Some(reviewed));
        }
        if found.starts > 0 && found.events == found.starts && found.locked_down() == Some(true) {
            let came_with_another = found.processes().any(|process| {
                let (Some(starts), Some(until)) = (starts.get(&process), found.started_at_ms()) else {
                    return false;
                };
                let first =
                    starts.partition_point(|(start, _)| *start < until.saturating_sub(AHEAD_OF_NEED_MS));
                (starts[first..].iter().take_while(|(start, _)| *start <= until))
                    .any(|(_, other)| *other != id)
            });
            if came_with_another {
                return verdict(Kind::Prewarmed, Basis::Policy, None);
            }
        }
        // From here on only an agent that a client runs is left, unless an agent of the same process opened
        // conversations without a record of their ids.
        let unreadable = rare.redacted > 0 && found.asked == 0;
        if found.root_agent && !(unreadable && may_be_codex_s_own) {
            return verdict(Kind::Main, Basis::AgentName, None);
        }
        if found.process == 0 || found.processes().any(|process| unnamed_spawns.contains(&process)) {
            return Verdict::default();
        }
        if found.asked > 0 && found.starts > 0 {
            return verdict(Kind::Main, Basis::Prompt, None);
        }
        if unreadable && found.locked_down() == Some(false) {
            return verdict(Kind::Main, Basis::Policy, None);
        }
        Verdict::default()
    };
    evidence.par_iter().map(judge_one).collect()
}

/// The one conversation of the same process within whose assessments all the prompts lie.
fn only_assessed<'a>(
    id: &str,
    found: &Evidence,
    assessments: &BTreeMap<u64, Vec<(u64, u64, &'a str)>>,
) -> Option<&'a str> {
    let mut candidates: Option<BTreeSet<&'a str>> = None;
    for prompt in &found.rare().redacted_at_ms {
        let around: BTreeSet<&str> = (found.processes())
            .filter_map(|process| assessments.get(&process))
            .flatten()
            .filter(|(from, until, other)| (*from..=*until).contains(prompt) && *other != id)
            .map(|(_, _, other)| *other)
            .collect();
        candidates = Some(match candidates {
            None => around,
            Some(others) => others.intersection(&around).copied().collect(),
        });
    }
    let candidates = candidates?;
    (candidates.len() == 1).then(|| candidates.first().copied()).flatten()
}
