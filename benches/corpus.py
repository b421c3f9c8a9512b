#!/usr/bin/env python3
"""Makes a log file of any size that looks like a Collector's, out of the shipped captures.

Conversations are interleaved as many users at once interleave them. Each follows the records of a real conversation,
with ids, times, prompts and tool outputs of its own: outputs have a log-normal size, with Chinese text, quotes, line
breaks and backslashes in them. A line holds 1 to 48 records of one process. The same seed makes the same bytes.

    benches/corpus.py --mib 1024 --seed 1 --out corpus.jsonl        # and corpus.jsonl.truth.json beside it
"""

import argparse
import json
import os
import random
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "..", "fixtures", "captures", "collector")
# 2026-09-01 in UTC; conversations begin within a month from here.
EPOCH_MS = 1_788_220_800_000
ACTIVE = 40

CHINESE = "请检查这个目录并修复测试然后运行命令输出结果文件内容错误编译成功失败网络访问被拒绝数据库连接超时用户权限配置日志"
WORDS = (
    "error warning note src/lib.rs:42 fn main() { } let x = \"quoted\"; C:\\path\\file test result: ok. 12 passed; "
    "0 failed Compiling codex v0.1.0 drwxr-xr-x 3 root root 4096 node_modules index.js import os, sys return None "
    "assert_eq!(a, b) https://example.com/a?b=c&d=e <html> </div> key=value {\"json\": [1, 2, 3]} \t tabbed"
).split(" ")


def encode(text):
    """A string as the Collector's current releases write it: only what must be escaped is."""
    out = ['"']
    for char in text:
        code = ord(char)
        if char == '"':
            out.append('\\"')
        elif char == "\\":
            out.append("\\\\")
        elif char == "\n":
            out.append("\\n")
        elif char == "\r":
            out.append("\\r")
        elif char == "\t":
            out.append("\\t")
        elif code < 0x20:
            out.append("\\u%04x" % code)
        else:
            out.append(char)
    out.append('"')
    return "".join(out)


def compact(value):
    """JSON without white space, in the order given."""
    if isinstance(value, dict):
        return "{" + ",".join(f'"{key}":{compact(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(compact(inner) for inner in value) + "]"
    if isinstance(value, str):
        return encode(value)
    return json.dumps(value)


class Template:
    """One conversation of a capture: its records as pieces of text with gaps for what differs each time."""

    def __init__(self, resource, records):
        self.resource = resource
        self.records = records
        self.events = {}


def templates():
    found = []
    for name in sorted(os.listdir(CAPTURES)):
        if "batched" in name or not name.endswith(".jsonl"):
            continue
        by_conversation = {}
        with open(os.path.join(CAPTURES, name), encoding="utf-8") as file:
            for line in file:
                for resource_logs in json.loads(line)["resourceLogs"]:
                    for scope_logs in resource_logs["scopeLogs"]:
                        for record in scope_logs["logRecords"]:
                            values = {a["key"]: next(iter(a["value"].values()), None) for a in record.get("attributes", [])}
                            conversation = values.get("conversation.id")
                            if conversation:
                                entry = by_conversation.setdefault(conversation, (resource_logs["resource"], []))
                                entry[1].append((scope_logs["scope"]["name"], record, values))
        for conversation, (resource, records) in by_conversation.items():
            if len(records) >= 8:
                found.append(prepare(conversation, resource, records))
    return found


def prepare(conversation, resource, records):
    records.sort(key=lambda entry: int(entry[1]["observedTimeUnixNano"]))
    start = int(records[0][1]["observedTimeUnixNano"])
    calls = sorted({v["call_id"] for _, _, v in records if v.get("call_id")})
    prepared = []
    for scope, record, values in records:
        record = json.loads(json.dumps(record))
        size = None
        for attribute in record.get("attributes", []):
            key = attribute["key"]
            if key == "conversation.id":
                attribute["value"] = {"stringValue": "\x00C\x00"}
            elif key in ("call_id", "item.id"):
                attribute["value"] = {"stringValue": f"call_\x00C\x00_{calls.index(values[key]) if values[key] in calls else 9}"}
            elif key == "event.timestamp":
                attribute["value"] = {"stringValue": "\x00T\x00"}
            elif key in ("output", "prompt"):
                size = key
                attribute["value"] = {"stringValue": "\x00X\x00"}
            elif "stringValue" in attribute["value"]:
                attribute["value"]["stringValue"] = attribute["value"]["stringValue"].replace(conversation, "\x00C\x00")
        offset_ms = (int(record["observedTimeUnixNano"]) - start) // 1_000_000
        record["observedTimeUnixNano"] = "\x00O\x00"
        text = compact(record)
        for mark in ("C", "T", "X", "O"):
            text = text.replace(f"\\u0000{mark}\\u0000", f"\x00{mark}\x00")
        prepared.append((scope, text.split("\x00"), offset_ms, size, values.get("event.name"), values))
    return Template(compact(resource), prepared)


class Text:
    """A long piece of made-up output, encoded once, of which outputs are slices."""

    def __init__(self, rng):
        lines = []
        for _ in range(60_000):
            words = [rng.choice(WORDS) for _ in range(rng.randint(3, 14))]
            if rng.random() < 0.3:
                at = rng.randrange(len(CHINESE) - 8)
                words.append(CHINESE[at : at + rng.randint(2, 8)])
            lines.append(encode(" ".join(words))[1:-1])
        self.lines = lines

    def slice(self, rng, size):
        at = rng.randrange(len(self.lines))
        parts, length = [], 0
        while length < size:
            line = self.lines[at % len(self.lines)]
            parts.append(line)
            length += len(line) + 2
            at += 1
        return "\\n".join(parts)


class Conversation:
    def __init__(self, rng, template, number):
        self.template = template
        random_bits = rng.getrandbits(74)
        self.start_ms = EPOCH_MS + number * 700 + rng.randrange(500)
        # A UUID of version 7, as Codex's conversation ids are.
        value = (self.start_ms << 80) | (7 << 76) | ((random_bits >> 62) << 64) | (2 << 62) | (random_bits & ((1 << 62) - 1))
        self.id = str(uuid.UUID(int=value))
        self.next = 0
        self.speed = rng.choice((1, 1, 3, 10))


def rfc3339(milliseconds):
    days, rest = divmod(milliseconds, 86_400_000)
    # Civil date from days since 1970 (proleptic Gregorian calendar).
    z = days + 719_468
    era = z // 146_097
    doe = z - era * 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day = doy - (153 * mp + 2) // 5 + 1
    month = mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (1 if month <= 2 else 0)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        year, month, day, rest // 3_600_000, rest // 60_000 % 60, rest // 1000 % 60, rest % 1000,
    )


def make(path, size, seed, long_line_bytes):
    rng = random.Random(seed)
    found = templates()
    text = Text(rng)
    truth = {"records": 0, "lines": 0, "events": {}, "conversations": 0, "starts": 0, "input_tokens": 0, "responses_with_counts": 0, "tool_results": 0, "tool_decisions": 0}
    active, number, written, clock = [], 0, 0, 0
    long_line_at = size // 2 if long_line_bytes else None
    with open(path, "wb", buffering=4 * 1024 * 1024) as out:
        while written < size:
            while len(active) < ACTIVE:
                active.append(Conversation(rng, rng.choice(found), number))
                number += 1
            conversation = rng.choice(active)
            wanted = min(48, 1 + int(rng.expovariate(1 / 11)))
            make_long = long_line_at is not None and written >= long_line_at
            scopes, count = [], 0
            while count < wanted and conversation.next < len(conversation.template.records):
                scope, pieces, offset_ms, sized, event, values = conversation.template.records[conversation.next]
                conversation.next += 1
                count += 1
                clock += 1
                time_ms = conversation.start_ms + offset_ms * conversation.speed
                observed = time_ms * 1_000_000 + clock % 1_000_000
                filled = list(pieces)
                for index in range(1, len(filled), 2):
                    mark = filled[index]
                    if mark == "C":
                        filled[index] = conversation.id
                    elif mark == "T":
                        filled[index] = rfc3339(time_ms)
                    elif mark == "O":
                        filled[index] = str(observed)
                    elif sized == "prompt":
                        filled[index] = text.slice(rng, min(int(rng.lognormvariate(4.5, 1.2)), 20_000))
                    elif make_long:
                        filled[index] = text.slice(rng, long_line_bytes)
                        make_long, long_line_at = False, None
                    else:
                        filled[index] = text.slice(rng, min(int(rng.lognormvariate(6.2, 1.3)), 200_000))
                record = "".join(filled)
                if scopes and scopes[-1][0] == scope:
                    scopes[-1][1].append(record)
                else:
                    scopes.append((scope, [record]))
                truth["records"] += 1
                truth["events"][event] = truth["events"].get(event, 0) + 1
                truth["starts"] += event == "codex.conversation_starts"
                truth["tool_results"] += event == "codex.tool_result"
                truth["tool_decisions"] += event == "codex.tool_decision"
                if "input_token_count" in values:
                    truth["responses_with_counts"] += 1
                    truth["input_tokens"] += int(values["input_token_count"])
            if count:
                logs = ",".join(
                    f'{{"scope":{{"name":{encode(scope)}}},"logRecords":[{",".join(records)}]}}' for scope, records in scopes
                )
                line = f'{{"resourceLogs":[{{"resource":{conversation.template.resource},"scopeLogs":[{logs}]}}]}}\n'.encode()
                out.write(line)
                written += len(line)
                truth["lines"] += 1
            if conversation.next >= len(conversation.template.records):
                active.remove(conversation)
                truth["conversations"] += 1
    # Those that had begun when the size was reached are in the file, too.
    truth["conversations"] += sum(1 for conversation in active if conversation.next > 0)
    truth["bytes"] = written
    with open(path + ".truth.json", "w", encoding="utf-8") as file:
        json.dump(truth, file, indent=1, sort_keys=True)
        file.write("\n")
    return truth


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=float, default=64, help="size in MiB (default 64)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long-line-mib", type=float, default=0, help="one line of about this size in the middle")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    truth = make(args.out, int(args.mib * 1024 * 1024), args.seed, int(args.long_line_mib * 1024 * 1024))
    print(f"{args.out}: {truth['bytes']} bytes, {truth['lines']} lines, {truth['records']} records", file=sys.stderr)


if __name__ == "__main__":
    main()
