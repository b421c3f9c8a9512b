"""What codex-audit says of the files, against the script (and, for sums, the recount)."""

import json
import subprocess

from recount import TOKENS, differences, wanted
from script import LONG_WORD, SCENES


class CodexAudit:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments, "-f", self.folder], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def rows(self, *arguments, record_type, expect=0):
        status, out, err = self.run(*arguments, "--json")
        if status != expect:
            raise AssertionError(f"codex-audit {' '.join(arguments)}: exit {status}, expected {expect}: {err.strip()}")
        rows = [json.loads(line) for line in out.splitlines()]
        for row in rows:
            assert row["schema_version"] == 1, row
        return [r for r in rows if r["record_type"] == record_type]


def account_of(audit, listed):
    """One conversation as codex-audit tells it, in the form that recount.py describes."""
    conversation = listed["conversation_id"]
    events = audit.rows("show", conversation, record_type="event")
    assert len(events) == listed["events"], f"show gives {len(events)} events, list counts {listed['events']}"
    prompts = [e["attributes"]["prompt"] for e in events if e["event_name"] == "codex.user_prompt"]
    assert listed["prompts"] == len(prompts), f"list counts {listed['prompts']} prompts, show gives {len(prompts)}"
    assert listed["first_prompt"] == prompts[0], "first_prompt is not the first prompt that show gives"
    calls = audit.rows("tool-decision", "--undecided", "--conversation", conversation, record_type="tool_decision")
    decided = [c for c in calls if c["decision"] is not None]
    assert listed["decisions"] == {d: [c["decision"] for c in decided].count(d) for d in {c["decision"] for c in decided}}, "list's decisions are not tool-decision's"
    assert listed["tool_calls"] == sum(c["success"] is not None for c in calls), "list's tool_calls are not tool-decision's"
    assert listed["tool_failures"] == sum(c["success"] is False for c in calls), "list's tool_failures are not tool-decision's"
    return {
        "model": listed["model"],
        "service": listed["service_name"],
        "starts": listed["starts"],
        "prompts": prompts,
        "model_requests": listed["model_requests"],
        "model_errors": listed["model_errors"],
        "tokens": {k: listed["tokens"][k] for k in TOKENS},
        "calls": {
            c["call_id"]: {
                "tool": c["tool_name"],
                "decision": c["decision"],
                "source": c["decision_source"],
                "success": c["success"],
                "exit_code": c["exit_code"],
                "command": c["command"],
            }
            for c in calls
        },
    }


def check(report, program, folder, truth, ids, recounted, record_count, duplicates=0):
    audit = CodexAudit(program, folder)
    also = f", with {duplicates} repeated records" if duplicates else ""
    try:
        rows = {r["conversation_id"]: r for r in audit.rows("list", record_type="conversation")}
    except Exception as error:  # whatever it printed, the other checks go on
        report.fail(f"codex-audit list{also}", repr(error))
        return
    if duplicates:
        said = audit.run("list")[2]
        report.check("codex-audit list: says how many records it dropped", str(duplicates) in said.replace(",", "").replace("_", ""), said[:300])
    for name, conversation in truth.items():
        try:
            got = account_of(audit, rows[ids[name]]) if ids[name] in rows else None
            wrong = differences(wanted(conversation), got)
        except Exception as error:
            wrong = [repr(error)]
        report.check(f"codex-audit: conversation {name} (list, show, tool-decision){also}", not wrong, "\n".join(wrong))
    report.check(f"codex-audit list: no conversation but the recount's{also}", set(rows) == set(recounted), f"{sorted(rows)} / {sorted(recounted)}")

    def sums(rows):
        return {k: sum(r[k] for r in rows) for k in TOKENS}

    def tokens():
        want = {k: sum(wanted(c)["tokens"][k] for c in truth.values()) for k in TOKENS}
        assert sums(audit.rows("tokens", record_type="token_usage")) == want, "by day"
        by_model = {r["group"]["model"]: r for r in audit.rows("tokens", "--by", "model", record_type="token_usage")}
        assert set(by_model) == {c["model"] for c in truth.values()}, sorted(by_model)
        for model, row in by_model.items():
            want = {k: sum(wanted(c)["tokens"][k] for c in truth.values() if c["model"] == model) for k in TOKENS}
            assert sums([row]) == want, f"{model}: script {want}, found {sums([row])}"
        by_conversation = {r["group"]["conversation"]: sums([r]) for r in audit.rows("tokens", "--by", "conversation", record_type="token_usage")}
        for name, c in truth.items():
            assert by_conversation[ids[name]] == wanted(c)["tokens"], f"{name}: {by_conversation[ids[name]]}"

    def decisions():
        cancelled = {c for conversation in truth.values() for c in conversation["cancelled"]}  # see recount.differences

        def decided(*filters):
            return [d for d in audit.rows("tool-decision", *filters, record_type="tool_decision") if d["call_id"] not in cancelled]

        everything = decided()
        steps = [call["step"] for c in truth.values() for call in c["calls"]]
        assert len(everything) == sum(s.decision is not None for s in steps), len(everything)
        by_people = decided("--source", "user")
        assert len(by_people) == sum(s.source == "user" for s in steps), len(by_people)
        denied = decided("--decision", "denied")
        assert [d["call_id"] for d in denied] == [call["call_id"] for c in truth.values() for call in c["calls"] if call["step"].decision == "denied"], denied

    def grep():
        found = audit.rows("grep", "-F", "再来一次", record_type="match")
        assert found and {m["conversation_id"] for m in found} == {ids["look"]}, f"{len(found)} matches"
        found = audit.rows("grep", "-F", LONG_WORD[-30:], "--in", "arguments", record_type="match")
        assert len(found) == 1, f"{len(found)} matches at the end of the longest arguments"
        prompt = SCENES["look"].prompt
        found = audit.rows("grep", "-F", prompt.splitlines()[1], "--in", "prompt", record_type="match")
        assert len(found) == 1 and found[0]["attributes"]["prompt"] == SCENES["look"].text, "quotes, angles, a backslash, an emoji"
        assert audit.run("grep", "-F", "in no scene of the script")[0] == 1, "nothing found is exit 1"

    def verify():
        status, out, err = audit.run("verify", "--json")
        assert status in (0, 1), f"exit {status}: {err}"
        summary = [json.loads(line) for line in out.splitlines()][-1]
        assert summary["record_type"] == "verify_summary", summary
        got = {k: summary[k] for k in ("records", "damaged", "conversations", "conversations_without_start", "duplicates")}
        unique = summary["records"] - summary["duplicates"] if duplicates else summary["records"]
        assert (unique, got["damaged"], got["conversations"], got["conversations_without_start"], got["duplicates"]) == (record_count, 0, len(truth), 0, duplicates), got

    def network():
        assert audit.run("network")[0] == 1, "no proxy was on: exit 1"

    parts = [("tokens", tokens), ("tool-decision", decisions), ("grep", grep), ("network", network)]
    # The account of an input is a command of its own, which not every release has.
    if audit.run("verify", "--help")[0] == 0:
        parts.append(("verify", verify))
    for name, part in parts:
        try:
            part()
            report.check(f"codex-audit {name}{also}", True)
        except Exception as error:
            report.fail(f"codex-audit {name}{also}", repr(error))
