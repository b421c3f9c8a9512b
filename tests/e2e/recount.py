"""A plain recount of an OTLP/JSON-lines file: slow, simple, and shares nothing with codex-audit.

The account of a conversation, from whatever source, is a dict of this form; `differences` compares
two of them, so the recount and codex-audit are held against the script in the same words.

    model, service, starts, prompts [text], model_requests, model_errors,
    tokens {responses, input, cached_input, output, reasoning, total},
    calls {call_id: {tool, decision, source, success, exit_code, command}}
"""

import glob
import json
import re

TOKENS = ("responses", "input", "cached_input", "output", "reasoning", "total")
NORMAL = {
    "approved": "approved",
    "approvedforsession": "approved_for_session",
    "denied": "denied",
    "timedout": "timed_out",
    "abort": "abort",
}


def value(v):
    for kind, content in (v or {}).items():
        if kind == "intValue":
            return int(content)
        if kind in ("stringValue", "boolValue", "doubleValue"):
            return content
        return json.dumps(content, sort_keys=True)
    return None


def attributes(holder):
    return {a["key"]: value(a.get("value")) for a in holder.get("attributes", [])}


def records(path):
    """Every log record of the file and its rotated siblings, exact copies once."""
    stem, end = path.rsplit(".", 1)
    seen = set()
    for name in [*sorted(glob.glob(f"{stem}-*.{end}")), path]:
        with open(name, encoding="utf-8") as lines:
            for line in lines:
                for resource in json.loads(line).get("resourceLogs", []):
                    for scope in resource["scopeLogs"]:
                        for record in scope["logRecords"]:
                            copy = json.dumps([resource.get("resource"), scope.get("scope"), record], sort_keys=True)
                            if copy not in seen:
                                seen.add(copy)
                                yield attributes(resource.get("resource", {})), attributes(record)


def exit_code(output):
    """Out of a tool's output: text in recent releases, JSON or another text in older ones."""
    found = re.search(r"Process exited with code (\d+)|\"exit_code\":\s*(\d+)|^Exit code: (\d+)", output or "", re.M)
    return int(next(g for g in found.groups() if g)) if found else None


def command(arguments):
    try:
        parsed = json.loads(arguments)
    except (TypeError, ValueError):
        return arguments
    ran = parsed.get("cmd") or parsed.get("command")
    return " ".join(ran) if isinstance(ran, list) else ran


def recount(path):
    """(accounts by conversation id, number of records)."""
    accounts, count = {}, 0
    for resource, a in records(path):
        count += 1
        conversation = a.get("conversation.id")
        if conversation is None:
            continue
        c = accounts.setdefault(
            conversation,
            {"model": None, "service": resource.get("service.name"), "starts": 0, "prompts": [], "model_requests": 0, "model_errors": 0, "tokens": dict.fromkeys(TOKENS, 0), "calls": {}, "events": 0},
        )
        c["events"] += 1
        name = a.get("event.name")
        if name == "codex.conversation_starts":
            c["starts"] += 1
            c["model"] = a.get("model")
        elif name == "codex.user_prompt":
            c["prompts"].append(a["prompt"])
        elif name == "codex.api_request":
            c["model_requests"] += 1
            c["model_errors"] += int("error.message" in a or a.get("http.response.status_code", 0) >= 400)
        elif name == "codex.sse_event" and "input_token_count" in a:
            t = c["tokens"]
            t["responses"] += 1
            t["input"] += int(a["input_token_count"])
            t["cached_input"] += int(a.get("cached_token_count") or 0)
            t["output"] += int(a["output_token_count"])
            t["reasoning"] += int(a.get("reasoning_token_count") or 0)
            t["total"] += int(a["input_token_count"]) + int(a["output_token_count"])
        elif name in ("codex.tool_decision", "codex.tool_result"):
            call = c["calls"].setdefault(a["call_id"], dict.fromkeys(("tool", "decision", "source", "success", "exit_code", "command")))
            call["tool"] = a["tool_name"]
            if name == "codex.tool_decision":
                call["decision"] = NORMAL.get(a["decision"].replace("_", ""), "unknown")
                call["source"] = a["source"].lower()
            else:
                call["success"] = a["success"] == "true"
                call["exit_code"] = exit_code(a.get("output"))
                call["command"] = command(a.get("arguments"))
    return accounts, count


def wanted(conversation):
    """The script's conversation (script.conversations) in the form of an account."""
    usage = conversation["usage"]
    calls = {}
    for call in conversation["calls"]:
        step = call["step"]
        calls[call["call_id"]] = {
            "tool": step.tool,
            "decision": step.decision,
            "source": step.source,
            # What `success` means for a command that runs differs by release; for these it does not.
            "success": False if step.tool or step.decision == "denied" else None if step.exit_code != 0 else True,
            "exit_code": step.exit_code,
            "command": step.command,
        }
    return {
        "model": conversation["model"],
        "service": {"exec": "codex_exec", "app-server": "codex-app-server"}.get(conversation["program"]),
        "starts": conversation["starts"],
        "prompts": conversation["prompts"],
        "model_requests": conversation["model_requests"],
        "model_errors": conversation["model_errors"],
        "tokens": {
            "responses": len(usage),
            "input": sum(u.input for u in usage),
            "cached_input": sum(u.cached for u in usage),
            "output": sum(u.output for u in usage),
            "reasoning": sum(u.reasoning for u in usage),
            "total": sum(u.total for u in usage),
        },
        "calls": calls,
        "cancelled": set(conversation["cancelled"]),
    }


def differences(want, got):
    """What differs, as lines; empty when the account is right."""
    if got is None:
        return ["the conversation is missing"]
    found = []

    def differ(what, a, b):
        found.append(f"{what}: script {str(a)[:120]!r}, found {str(b)[:120]!r}")

    for key in ("model", "service", "starts", "prompts", "model_requests", "model_errors"):
        if want[key] != got[key] and want[key] is not None:
            differ(key, want[key], got[key])
    for key in TOKENS:
        if want["tokens"][key] != got["tokens"][key]:
            differ(f"tokens.{key}", want["tokens"][key], got["tokens"][key])
    # A cancelled request leaves no record in recent releases; in older ones it can win the race
    # against the interruption, and must then say what it was.
    cancelled = {c for c in got["calls"].keys() & want["cancelled"] if got["calls"][c]["decision"] in ("denied", "abort") and got["calls"][c]["source"] == "user" and not got["calls"][c]["success"]}
    if want["calls"].keys() != got["calls"].keys() - cancelled:
        differ("calls", sorted(want["calls"]), sorted(got["calls"]))
    for call_id in want["calls"].keys() & got["calls"].keys():
        a, b = want["calls"][call_id], got["calls"][call_id]
        for key in ("decision", "source"):
            if a[key] != b[key]:
                differ(f"{call_id}.{key}", a[key], b[key])
        for key in ("tool", "success", "exit_code"):  # None in the script: any
            if a[key] is not None and a[key] != b[key]:
                differ(f"{call_id}.{key}", a[key], b[key])
        if a["command"] is not None and a["command"] not in (b["command"] or ""):
            differ(f"{call_id}.command", a["command"], b["command"])
    return found
