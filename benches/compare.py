#!/usr/bin/env python3
"""Times codex-audit beside other ways to ask the same of the same file, and checks each answer against the corpus.

    cargo build --release
    benches/compare.py                                # 1 GiB in a temporary folder
    benches/compare.py --mib 8192 --only codex-audit  # how time and memory grow
    benches/compare.py --as-written                   # the file as it lies in the cache when it was just written
    benches/compare.py --save benches/results         # keep the raw results

Commands take turns, so that whatever else the machine does meets all of them. Figures are medians over the rounds; a
ratio is to ripgrep's time in the same run. A peer that is not installed is named and left out. Peak memory is that of
the process; for ripgrep it holds the mapped file.

How long it takes to read a file from the cache depends on how it came there. One that was read from the disk lies there
in large pieces, one that was just written in pages of 4 KiB, for which ripgrep, which maps the file, takes nearly twice
as long. Unless told otherwise, the file is put out of the cache and read from the disk before anything is timed.
"""

import argparse
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import corpus  # noqa: E402

# Neither stands in the corpus.
NOWHERE = "a text that stands nowhere"
NO_LITERAL = "[0-9]{3}-[0-9]{4}x"


def run(command, out):
    """Seconds of the wall clock, peak memory in bytes, exit code."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit, os.waitstatus_to_exitcode(status)


# The system takes what this process uses for the least that a process uses which it starts: nothing here may hold a
# whole output in memory.
def records(output):
    return (json.loads(line) for line in output)


def last_json(output):
    last = None
    for last in output:
        pass
    return json.loads(last)


def listed(output):
    facts = {"records": 0, "conversations": 0, "starts": 0}
    for row in records(output):
        facts["records"] += row["events"]
        facts["conversations"] += 1
        facts["starts"] += row["starts"]
    return facts


def listed_for_people(output):
    summed_up = None
    for line in output:
        if b" conversations on " in line:
            summed_up = line
    return {"conversations": int(summed_up.split()[0].replace(b",", b""))}


def spent(output):
    return {"responses": sum(row["responses"] + row["warmups"] for row in records(output))}


def audited(output):
    summary = last_json(output)
    return {name: summary[name] for name in ("records", "conversations", "events")}


def decided(output):
    return {"tool_decisions": sum(row["calls"] for row in records(output))}


def reached(output):
    return {"network_requests": sum(row["requests"] for row in records(output))}


def counted(name):
    return lambda output: {name: int(output.read() or b"0")}


def lines(name):
    return lambda output: {name: sum(1 for _ in output)}


def version(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None


def cases(program, python, path, one):
    """Name, the case that its ratio is to, the command, and what its output says of the corpus."""
    ours = lambda *arguments: [program, *arguments, "-q", "-f", path]
    rg = lambda *arguments: ["rg", "--no-config", "-c", *arguments, path]
    yield "rg: a literal that is nowhere", None, rg("-F", NOWHERE), counted("matches")
    yield "rg: an id", None, rg("-F", one), counted("lines_of_one")
    yield "rg: a pattern without literal", None, rg(NO_LITERAL), counted("matches")
    yield "codex-audit list", "rg: a literal that is nowhere", ours("list", "--json"), listed
    yield "codex-audit list, one thread", "rg: a literal that is nowhere", ours("list", "--json", "--threads", "1"), listed
    yield "codex-audit list, as a table", "rg: a literal that is nowhere", ours("list"), listed_for_people
    yield "codex-audit tokens", "rg: a literal that is nowhere", ours("tokens", "--json"), spent
    yield "codex-audit tokens, one thread", "rg: a literal that is nowhere", ours("tokens", "--json", "--threads", "1"), spent
    yield "codex-audit tool-decision --summary", "rg: a literal that is nowhere", ours("tool-decision", "--summary", "--json"), decided
    yield "codex-audit network --summary", "rg: a literal that is nowhere", ours("network", "--summary", "--json"), reached
    yield "codex-audit network", "rg: a literal that is nowhere", ours("network", "--json"), lines("network_requests")
    yield "codex-audit verify", "rg: a literal that is nowhere", ours("verify", "--json"), audited
    yield "codex-audit grep: a literal that is nowhere", "rg: a literal that is nowhere", ours("grep", "--json", "-F", NOWHERE), lines("matches")
    yield "codex-audit grep: a pattern without literal", "rg: a pattern without literal", ours("grep", "-c", NO_LITERAL), counted("matches")
    yield "codex-audit show ID", "rg: an id", ours("show", "--json", one), lines("records_of_one")
    yield "wc -l", "rg: a literal that is nowhere", ["wc", "-l", path], lambda output: {"lines": int(output.read().split()[0])}
    yield "DuckDB, tokens of each conversation", "rg: a literal that is nowhere", [
        python, os.path.join(HERE, "peer_duckdb.py"), path
    ], last_json
    yield "jq, counting starts", "rg: a literal that is nowhere", [
        "jq", "-n",
        'reduce (inputs | .resourceLogs[].scopeLogs[].logRecords[].attributes[] '
        '| select(.value.stringValue == "codex.conversation_starts")) as $x (0; . + 1)',
        path,
    ], counted("starts")
    yield "a Python viewer", "rg: a literal that is nowhere", [python, os.path.join(HERE, "peer_python.py"), path], last_json


ID_MARK = b'{"key":"conversation.id","value":{"stringValue":"'


def first_id(path):
    with open(path, "rb") as file:
        line = file.readline()
    return line[line.index(ID_MARK) + len(ID_MARK):][:36].decode()


def told_of_one(path, one):
    told = {"lines_of_one": 0, "records_of_one": 0}
    with open(path, "rb") as file:
        for line in file:
            told["lines_of_one"] += one.encode() in line
            told["records_of_one"] += line.count(ID_MARK + one.encode())
    return told


def machine():
    model = ""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])} {platform.machine()}",
    }


def table(results, size):
    rows = ["| | seconds | × ripgrep | MB/s | peak MiB |", "|---|--:|--:|--:|--:|"]
    median = {name: statistics.median(result["seconds"]) for name, result in results.items()}
    for name, result in results.items():
        ratio = f"{median[name] / median[result['to']]:.2f}" if result["to"] in median else ""
        rows.append(
            f"| {name} | {median[name]:.3f} | {ratio} | {size / 1e6 / median[name]:,.0f} "
            f"| {max(result['peak_bytes']) / 2**20:,.0f} |"
        )
    return "\n".join(rows)


def bring_into_cache(path, as_written):
    with open(path, "rb") as file:
        # Where the system cannot be told so, the file stays as it is.
        if not as_written and hasattr(os, "posix_fadvise"):
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        # What comes first must not pay for the disk.
        while file.read(2**24):
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=float, default=1024, help="size of the corpus in MiB (default 1024)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds of what takes more than ten seconds")
    parser.add_argument("--corpus", help="a corpus made before, with its truth beside it")
    parser.add_argument("--program", default=os.path.join(HERE, "..", "target", "release", "codex-audit"))
    parser.add_argument("--python", default=sys.executable, help="a Python that has the package duckdb")
    parser.add_argument("--as-written", action="store_true", help="leave the corpus in the cache as it was written")
    parser.add_argument("--only", help="only cases whose names begin so, and ripgrep")
    parser.add_argument("--save", help="a folder for the raw results")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = args.corpus
        if not path:
            path = os.path.join(folder, "corpus.jsonl")
            print(f"making {args.mib:g} MiB", file=sys.stderr)
            corpus.make(path, int(args.mib * 2**20), args.seed, 0)
        with open(path + ".truth.json", encoding="utf-8") as file:
            truth = json.load(file)
        one = first_id(path)
        truth["responses"] = truth["responses_with_counts"]
        # In the captures that the corpus is made from, no request has two verdicts.
        truth["network_requests"] = truth["events"]["codex.network_proxy.policy_decision"]
        truth["matches"] = 0
        truth.update(told_of_one(path, one))
        size = os.path.getsize(path)

        missing = [name for name in ("rg", "jq") if not shutil.which(name)]
        if version([args.python, "-c", "import duckdb; print(duckdb.__version__)"]) is None:
            missing.append("DuckDB")
        bring_into_cache(path, args.as_written)
        results = {}
        for name, to, command, facts in cases(os.path.abspath(args.program), args.python, path, one):
            if any(name.startswith(what) for what in missing):
                print(f"left out, not installed: {name}", file=sys.stderr)
            elif args.only and not name.startswith((args.only, "rg")):
                continue
            else:
                results[name] = {"to": to, "command": command, "facts": facts, "seconds": [], "peak_bytes": []}
        for round_number in range(args.rounds + 1):
            for name, result in results.items():
                is_slow = result["seconds"] and result["seconds"][0] > 10
                if is_slow and len(result["seconds"]) >= args.slow_rounds:
                    continue
                with tempfile.TemporaryFile() as output:
                    seconds, peak, code = run(result["command"], output)
                    # In the first round, the answers are checked.
                    if round_number == 0:
                        output.seek(0)
                        # Nothing found is an answer, too.
                        if code not in (0, 1):
                            sys.exit(f"{name} ended with {code}")
                        for fact, value in result["facts"](output).items():
                            if truth[fact] != value:
                                sys.exit(f"{name}: {fact} should be {truth[fact]}, is {value}")
                if round_number > 0 or seconds > 10:
                    result["seconds"].append(round(seconds, 4))
                    result["peak_bytes"].append(peak)
            print(f"round {round_number} of {args.rounds}", file=sys.stderr)

    shown = table(results, size)
    print(shown)
    if args.save:
        now = datetime.datetime.now(datetime.timezone.utc)
        kept = {
            "made": now.isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": {
                "codex-audit": version([args.program, "--version"]),
                "ripgrep": version(["rg", "--version"]),
                "jq": version(["jq", "--version"]),
                "duckdb": version([args.python, "-c", "import duckdb; print(duckdb.__version__)"]),
                "python": platform.python_version(),
            },
            "cache": "as written" if args.as_written else "as read from the disk",
            "corpus": {"bytes": size, "seed": args.seed, **{name: truth[name] for name in ("records", "lines", "conversations")}},
            "results": [
                {
                    "name": name,
                    "command": [os.path.basename(part) if os.path.isabs(part) else part for part in result["command"]],
                    "seconds": result["seconds"],
                    "peak_bytes": result["peak_bytes"],
                }
                for name, result in results.items()
            ],
        }
        os.makedirs(args.save, exist_ok=True)
        state = "-as-written" if args.as_written else ""
        processor = re.sub(r"\(r\)|\(tm\)|processor|cpu|@.*", "", kept["machine"]["processor"].lower())
        processor = "-".join(re.findall("[a-z0-9]+", processor))
        name = os.path.join(args.save, f"{now:%Y-%m-%d}-{processor}-{round(size / 2**20)}-mib{state}")
        with open(name + ".json", "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1, ensure_ascii=False)
            file.write("\n")
        with open(name + ".md", "w", encoding="utf-8") as file:
            file.write(shown + "\n")


if __name__ == "__main__":
    main()
