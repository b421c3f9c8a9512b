#!/usr/bin/env python3
"""Adds up the tokens of each conversation with DuckDB's reader of JSON lines."""

import json
import sys

import duckdb

SHAPE = (
    'STRUCT(scopeLogs STRUCT(logRecords STRUCT("attributes" '
    'STRUCT("key" VARCHAR, "value" STRUCT(stringValue VARCHAR, intValue VARCHAR))[])[])[])[]'
)
QUESTION = f"""
WITH lines AS (
  SELECT resourceLogs FROM read_json('{{path}}', format = 'newline_delimited',
    columns = {{{{resourceLogs: '{SHAPE}'}}}}, maximum_object_size = 1000000000)
), resources AS (SELECT unnest(resourceLogs) AS r FROM lines),
scopes AS (SELECT unnest(r.scopeLogs) AS s FROM resources),
records AS (SELECT unnest(s.logRecords) AS l FROM scopes),
events AS (
  SELECT list_filter(l.attributes, lambda a: a.key = 'conversation.id')[1].value.stringValue AS conversation,
    list_filter(l.attributes, lambda a: a.key = 'input_token_count')[1].value.stringValue::BIGINT AS input
  FROM records
), conversations AS (SELECT conversation, count(*) AS n, coalesce(sum(input), 0) AS input FROM events GROUP BY ALL)
SELECT sum(n), count(conversation), sum(input) FROM conversations
"""


def main():
    records, conversations, tokens = duckdb.sql(QUESTION.format(path=sys.argv[1])).fetchall()[0]
    print(json.dumps({"records": int(records), "conversations": conversations, "input_tokens": int(tokens)}))


main()
