#!/usr/bin/env python3
"""Lists the conversations as a small Python viewer does it: every line parsed whole, every record held, then grouped."""

import json
import sys


def value_of(value):
    for kind in ("stringValue", "intValue", "doubleValue", "boolValue"):
        if kind in value:
            return value[kind]
    return None


def main():
    events = []
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            for resource_logs in json.loads(line)["resourceLogs"]:
                for scope_logs in resource_logs["scopeLogs"]:
                    for record in scope_logs["logRecords"]:
                        events.append({pair["key"]: value_of(pair["value"]) for pair in record["attributes"]})
    conversations = {}
    for event in events:
        if "conversation.id" in event:
            counts = conversations.setdefault(event["conversation.id"], {"events": 0, "input_tokens": 0})
            counts["events"] += 1
            counts["input_tokens"] += int(event.get("input_token_count") or 0)
    print(json.dumps({
        "records": len(events),
        "conversations": len(conversations),
        "input_tokens": sum(counts["input_tokens"] for counts in conversations.values()),
    }))


main()
