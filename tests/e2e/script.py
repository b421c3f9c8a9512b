"""The script: what the stand-in model says, what people answer, and so what must be in the account.

A scene is one turn. Its prompt carries `[scene NAME]`, by which the stand-in knows which lines to
speak; the n-th request of the turn gets the n-th step. Everything a check compares with comes
from here, nothing from the files that are being checked.
"""

from dataclasses import dataclass, field

MODEL_A = "gpt-5.1-codex"
MODEL_B = "gpt-5.1-codex-mini"

# Larger than Loki's default limit of 64 KB for one record's metadata: must arrive all the same.
LONG_WORD = "".join(f"wide-{n:05d}-" for n in range(8000))


@dataclass
class Usage:
    """What the model says a response cost. cached is part of input, reasoning of output."""

    input: int
    cached: int
    output: int
    reasoning: int

    @property
    def total(self):
        return self.input + self.output


@dataclass
class Step:
    """One model response: a tool call, or words that end the turn."""

    usage: Usage
    command: str | None = None  # run in a shell, with whichever shell tool this Codex offers
    escalate: bool = False  # ask for it to run outside the sandbox: a person must answer
    tool: str | None = None  # a tool that does not exist
    say: str | None = None
    http_errors: int = 0  # answers of 500 before this response
    answer: str | None = None  # what the person answers (app-server)
    decision: str | None = None  # what must be recorded, in codex-audit's words
    source: str | None = None
    exit_code: int | None = None
    recorded: bool = True  # False: cancelled; Codex exports neither decision nor result


@dataclass
class Scene:
    name: str
    prompt: str  # without the tag
    steps: list[Step] = field(default_factory=list)

    @property
    def text(self):
        return f"{self.prompt} [scene {self.name}]"

    def call_id(self, index):
        return f"call_{self.name}_{index}"


SCENES = {
    s.name: s
    for s in [
        Scene(
            "look",
            "请检查这个目录 and list the files.\n\"Quotes\", <angles> & back\\slashes, 🦀",
            [
                Step(Usage(1500, 0, 60, 32), command="echo hello && ls", decision="approved", source="config", exit_code=0),
                Step(Usage(1800, 640, 58, 16), command="exit 3", decision="approved", source="config", exit_code=3, http_errors=1),
                Step(Usage(2100, 1280, 40, 0), tool="no_such_tool"),
                Step(Usage(2400, 1920, 44, 8), command=f"echo {LONG_WORD} | wc -c", decision="approved", source="config", exit_code=0),
                Step(Usage(9000, 2048, 12, 4), say="That is all there is."),
            ],
        ),
        Scene(
            "again",
            "And once more, please.",
            [
                Step(Usage(9100, 9000, 20, 0), command="echo 再来一次", decision="approved", source="config", exit_code=0),
                Step(Usage(9300, 9100, 10, 0), say="Done again."),
            ],
        ),
        Scene(
            "fence",
            "Try to write outside the work folder.",
            [
                Step(Usage(1400, 0, 50, 10), command="touch /e2e-forbidden.txt", decision="approved", source="config"),
                Step(Usage(1700, 512, 15, 0), say="I may not."),
            ],
        ),
        Scene(
            "side",
            "Something at the same time.",
            [
                Step(Usage(700, 0, 30, 5), command="sleep 1; echo side", decision="approved", source="config", exit_code=0),
                Step(Usage(900, 256, 9, 0), say="Aside done."),
            ],
        ),
        Scene(
            "ask",
            "Four things that need a person.",
            [
                Step(Usage(3000, 0, 70, 20), command="touch one.txt", escalate=True, answer="accept", decision="approved", source="user", exit_code=0),
                Step(Usage(3300, 2048, 71, 21), command="touch two.txt", escalate=True, answer="acceptForSession", decision="approved_for_session", source="user", exit_code=0),
                Step(Usage(3600, 2560, 72, 22), command="rm -rf three.txt", escalate=True, answer="decline", decision="denied", source="user"),
                Step(Usage(3900, 3072, 73, 23), command="rm -rf four.txt", escalate=True, answer="cancel", recorded=False),
            ],
        ),
    ]
}

# One row, one run of Codex: program, scene, model, sandbox, and the conversation it belongs to.
# Rows of one `group` run at the same time. `resume` goes on with the conversation of that row.
RUNS = [
    {"name": "look", "group": 1, "program": "exec", "model": MODEL_A, "sandbox": "danger-full-access"},
    {"name": "fence", "group": 2, "program": "exec", "model": MODEL_B, "sandbox": "workspace-write"},
    {"name": "side", "group": 2, "program": "exec", "model": MODEL_B, "sandbox": "danger-full-access"},
    {"name": "ask", "group": 3, "program": "app-server", "model": MODEL_A, "sandbox": "workspace-write"},
    {"name": "again", "group": 4, "program": "exec", "model": MODEL_A, "sandbox": "danger-full-access", "resume": "look"},
]


def conversations():
    """The account that must come out: conversation name → what it holds."""
    result = {}
    for run in RUNS:
        scene = SCENES[run["name"]]
        name = run.get("resume", run["name"])
        c = result.setdefault(
            name,
            {"model": run["model"], "program": run["program"], "starts": 0, "prompts": [], "usage": [], "calls": [], "cancelled": [], "model_requests": 0, "model_errors": 0},
        )
        c["starts"] += 1
        c["prompts"].append(scene.text)
        for index, step in enumerate(scene.steps):
            c["usage"].append(step.usage)
            c["model_requests"] += 1 + step.http_errors
            c["model_errors"] += step.http_errors
            if (step.command or step.tool) and step.recorded:
                c["calls"].append({"call_id": scene.call_id(index), "step": step})
            elif not step.recorded:
                c["cancelled"].append(scene.call_id(index))
    return result
