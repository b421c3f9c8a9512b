"""Runs every query of every panel of stack/grafana/dashboards, and holds the answer against the script.

A panel without an expectation here is a failure: what nobody checks, nobody may ship.
"""

import json
import math
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from recount import wanted
from script import SCENES

STEP = 15  # what `$__auto` becomes; the counts of all steps then add up to the count of the range


class Answer:
    """One query's result: samples as (labels, [values]), or log lines as (labels, line)."""

    def __init__(self, data):
        kind, result = data["resultType"], data["result"]
        self.kind = kind
        if kind == "streams":
            self.lines = [(r["stream"], line) for r in result for _, line in r["values"]]
        elif kind == "vector":
            self.series = [(r["metric"], [float(r["value"][1])]) for r in result]
        elif kind == "matrix":
            self.series = [(r["metric"], [float(v) for _, v in r["values"]]) for r in result]
        else:
            raise AssertionError(f"unexpected result type {kind}")

    def by(self, *labels, normal=lambda v: v):
        sums = Counter()
        for metric, values in self.series:
            sums[tuple(normal(metric.get(label, "")) for label in labels)] += sum(values)
        return {k: v for k, v in sums.items() if v}


class Backend:
    def __init__(self, url, api):
        self.url, self.api = url, api

    def query(self, expr, instant, start, end):
        end = math.ceil(end / STEP) * STEP
        if instant:
            path, parameters = "query", {"query": expr, "time": end}
        else:
            path, parameters = "query_range", {"query": expr, "start": math.floor(start / STEP) * STEP, "end": end, "step": STEP, "limit": 5000}
        url = f"{self.url}{self.api}/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return Answer(json.load(answer)["data"])
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read().decode()[:500]}") from None


def defaults(dashboard):
    """Each variable as Grafana fills it in on first opening."""
    result = {}
    for variable in dashboard["templating"]["list"]:
        value = variable.get("allValue") if variable.get("includeAll") else variable["current"]["value"]
        result[variable["name"]] = value
    return result


def fill_in(expr, variables, seconds):
    known = {"__range": f"{seconds}s", "__auto": f"{STEP}s", "__rate_interval": "60s", **variables}
    for name in sorted(known, key=len, reverse=True):
        expr = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", lambda _, v=known[name]: v, expr)
    if re.search(r"\$\{?[A-Za-z_]", expr):
        raise AssertionError(f"a variable that the dashboard does not define: {expr}")
    return expr


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def total(want):
    def run(answer):
        got = sum(sum(values) for _, values in answer.series)
        assert near(got, want), f"script {want}, found {got}"

    return run


def split(labels, want, normal=lambda v: v):
    want = {k if isinstance(k, tuple) else (k,): v for k, v in want.items() if v}

    def run(answer):
        got = answer.by(*labels, normal=normal)
        assert got.keys() == want.keys() and all(near(got[k], want[k]) for k in want), f"script {want}, found {got}"

    return run


def positive(label, *names):
    """Durations and rates: no number to foretell, but they must be there, finite and above zero."""

    def run(answer):
        best = {}
        for metric, values in answer.series:
            name = metric.get(label) if label else None
            best[name] = max([best.get(name, 0), *(v for v in values if math.isfinite(v))])
        for name in names or (None,):
            assert best.get(name, 0) > 0, f"{name or 'a value'} above 0 expected, found {best}"

    return run


def lines(*texts, count=None):
    def run(answer):
        got = [line for _, line in answer.lines]
        assert count is None or len(got) == count, f"script {count} lines, found {len(got)}: {got[:3]}"
        for text in texts:
            assert any(text in line for line in got), f"no line holds {text[:80]!r}: {[g[:120] for g in got[:5]]}"

    return run


def expectations(truth, ids, record_count, event_counts, codex_exec_only):
    """(dashboard, panel, refId) → check."""
    accounts = {name: wanted(c) for name, c in truth.items()}
    tokens = {k: sum(a["tokens"][k] for a in accounts.values()) for k in next(iter(accounts.values()))["tokens"]}
    calls = [(name, call["call_id"], call["step"]) for name, c in truth.items() for call in c["calls"]]
    decided = [s for _, _, s in calls if s.decision]
    source = {"config": "Config", "user": "User"}
    errors = sum(a["model_errors"] for a in accounts.values())
    failed = [s for _, _, s in calls if s.tool or s.decision == "denied"]
    nonzero = {str(s.exit_code): 1 for _, _, s in calls if s.exit_code} | {"1": sum(s is SCENES["fence"].steps[0] for _, _, s in calls)}

    def plain(decision):  # both spellings
        return decision.replace("_", "")

    decisions = Counter(plain(s.decision) for s in decided)
    sources = Counter(source[s.source] for s in decided)
    prices = {"input": 1.25, "cached": 0.125, "output": 10}
    cost = ((tokens["input"] - tokens["cached_input"]) * prices["input"] + tokens["cached_input"] * prices["cached"] + tokens["output"] * prices["output"]) / 1e6
    models = sorted({a["model"] for a in accounts.values()})

    def per_conversation(number):
        return {ids[name]: number(name) for name in accounts}

    def per_model(number):
        return Counter({m: sum(number(n) for n in accounts if accounts[n]["model"] == m) for m in models})

    # A turn that was interrupted (the cancelled one) never reaches Codex's turn metrics.
    finished = Counter()
    for name, account in accounts.items():
        if name in codex_exec_only:
            for kind, key in (("input", "input"), ("cached_input", "cached_input"), ("output", "output"), ("reasoning_output", "reasoning"), ("total", "total")):
                finished[account["model"], kind] += account["tokens"][key]

    table = {
        "codex-conversations": {
            "Conversations": total(len(accounts)),
            "Prompts": total(sum(len(a["prompts"]) for a in accounts.values())),
            "Model responses": total(tokens["responses"]),
            "Tool calls": total(len(calls)),
            "Denied": total(decisions["denied"]),
            "Failed tool calls": total(len(failed)),
            "Conversations started": split(["service_name"], Counter(a["service"] for a in accounts.values() for _ in range(a["starts"]))),
            "Records": split(["event_name"], event_counts),
            ("Conversations", "A"): split(["conversation_id"], per_conversation(lambda n: len(accounts[n]["prompts"]))),
            ("Conversations", "B"): split(["conversation_id"], per_conversation(lambda n: len(accounts[n]["calls"]))),
            ("Conversations", "C"): split(["conversation_id"], per_conversation(lambda n: accounts[n]["tokens"]["total"])),
            ("Prompts", "logs"): lines(*[p for a in accounts.values() for p in a["prompts"]], *ids.values(), count=sum(len(a["prompts"]) for a in accounts.values())),
            "Timeline": lines("no_such_tool", "codex.conversation_starts", "denied", "echo 再来一次"),
        },
        "codex-tokens": {
            "Input": total(tokens["input"]),
            "Cached input": total(tokens["cached_input"]),
            "Output": total(tokens["output"]),
            "Reasoning": total(tokens["reasoning"]),
            "Responses": total(tokens["responses"]),
            "Cost, estimate": total(cost),
            ("Tokens", "A"): total(tokens["input"]),
            ("Tokens", "B"): total(tokens["output"]),
            "Tokens by model": split(["model"], per_model(lambda n: accounts[n]["tokens"]["total"])),
            "Cost, estimate, over time": total(cost),
            "Share of input from the cache": positive(None),
            ("By conversation", "A"): split(["conversation_id", "model"], {(ids[n], a["model"]): a["tokens"]["input"] for n, a in accounts.items()}),
            ("By conversation", "B"): split(["conversation_id"], per_conversation(lambda n: accounts[n]["tokens"]["cached_input"])),
            ("By conversation", "C"): split(["conversation_id"], per_conversation(lambda n: accounts[n]["tokens"]["output"])),
            "Finished turns, from Codex's metrics": split(["model", "token_type"], finished),
        },
        "codex-decisions": {
            "Decisions": total(len(decided)),
            "By a person": total(sources["User"]),
            "By the automated reviewer": total(0),
            ("Denied", "stat"): total(decisions["denied"]),
            "By source": split(["source"], sources),
            "By decision": split(["decision"], decisions, normal=plain),
            "Sandbox outcomes": split(["outcome"], {"denied": 1}),
            "Decisions by source": split(["source"], sources),
            "By tool": split(["source", "decision"], Counter((source[s.source], plain(s.decision)) for s in decided), normal=plain),
            "Tool calls by tool": split(["success"], {"false": len(failed), "true": len(calls) - len(failed)}),
            ("Denied", "logs"): lines("call_ask_2", ids["ask"], count=decisions["denied"]),
            "Allowed by a person": lines("call_ask_0", "call_ask_1", count=sum(s.source == "user" and s.decision != "denied" for s in decided)),
        },
        "codex-failures": {
            "Failed model requests": total(errors),
            "Failed tool calls": total(len(failed)),
            "Commands with exit code ≠ 0": total(sum(nonzero.values())),
            "Broken responses": total(0),
            "Log records written": total(record_count),
            "Log records NOT written": total(0),
            "Failed model requests by status": split(["http_response_status_code"], {"500": errors}),
            "Failed tool calls by tool": split(["tool_name"], Counter(s.tool or "exec_command" for s in failed)),
            "Commands by exit code": split(["exit_code"], nonzero),
            "Tool calls by outcome, from Codex's metrics": positive("success", "true", "false"),
            "What failed": lines("unsupported call: no_such_tool", "500", "rejected by user"),
            "Queues towards Loki and Tempo": positive("exporter", "otlp_http/tempo"),  # Tempo is not there: its queue must show it
            ("Log records in and out", "A"): positive(None),
            ("Log records in and out", "B"): positive("exporter", "file/logs", "otlp_http/loki"),
        },
        "codex-latency": {
            "Tool calls, median": positive(None),
            "Tool calls, p95": positive(None),
            "Turn: time to first token, median": positive(None),
            "Model request, p95": positive(None),
            "Tool calls, p95 by tool": positive("tool_name", "exec_command"),
            "Turn: time to first token, p95 by model": positive("model", *models),
            "Model request, p95 by model": positive("model", *models),
            "Whole turn, p95, from Codex's metrics": positive("model", *models),
            "Spans, p95": positive("span_name", "exec_command", "run_turn"),
            "Spans by name": positive(None, None),
            "Where the time goes: slowest spans": positive("span_name", "run_turn"),
        },
    }
    return table


def check(report, folder, loki, prometheus, start, table):
    end = time.time()
    seconds = math.ceil(end - start) + 60
    backends = {"loki": loki, "prometheus": prometheus}
    used = set()
    files = sorted(Path(folder).glob("*.json"))
    report.check("dashboards: one per expectation", {f.stem for f in files} == set(table), f"{[f.stem for f in files]}")
    for file in files:
        dashboard = json.loads(file.read_text())
        variables = defaults(dashboard)
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                title, kind, ref = panel["title"], panel["type"], target["refId"]
                name = f"dashboard {file.stem}: {title}" + (f" ({ref})" if len(panel["targets"]) > 1 else f" ({kind})" if kind == "logs" else "")
                backend = backends[target["datasource"]["type"]]
                if backend is None:
                    report.skip(name, "Prometheus is not to be had")
                    continue
                keys = [(title, ref)] if len(panel["targets"]) > 1 else [(title, kind), title]
                key = next((k for k in keys if k in table.get(file.stem, {})), None)
                if key is None:
                    report.fail(name, "no expectation in check_dashboards.py")
                    continue
                used.add((file.stem, key))
                try:
                    expr = fill_in(target["expr"], variables, seconds)
                    instant = target.get("queryType") == "instant" or bool(target.get("instant"))
                    table[file.stem][key](backend.query(expr, instant, start - 30, end))
                    report.check(name, True)
                except (AssertionError, AttributeError) as error:
                    report.fail(name, f"{error}\n{target['expr']}")
    left = {(d, k) for d, t in table.items() for k in t} - used
    if prometheus is not None:
        report.check("dashboards: every expectation has its panel", not left, str(left))
