"""The whole way, for real: Codex → Collector → files, Loki, Prometheus → codex-audit and dashboards.

Started by run.sh, which has built or found the programs named in the environment. Everything
listens on 127.0.0.1 on free ports and is stopped at the end, whatever happens.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import check_audit
import check_dashboards
import check_stack
from codex import Codex
from recount import differences, records, recount, wanted
from script import RUNS, SCENES, conversations
from services import Failure, Services, free_ports, get, until
from standin import StandIn

HERE = Path(__file__).resolve().parent
STACK = HERE.parent.parent / "stack"


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, good, why=""):
        if not good:
            return self.fail(name, why)
        self.passed += 1
        print(f"ok    {name}", flush=True)

    def fail(self, name, why=""):
        self.failed += 1
        print(f"FAIL  {name}", flush=True)
        for line in str(why).splitlines()[:20]:
            print(f"      {line[:600]}", flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"skip  {name}: {why}", flush=True)


def prometheus_value(url, query):
    answer = json.loads(get(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"))
    return sum(float(s["value"][1]) for s in answer["data"]["result"])


def post_again(url, line):
    """Send a request from the file once more, as a proxy that got no answer would."""
    request = urllib.request.Request(f"{url}/v1/logs", line.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


class Run:
    def __init__(self, report, folder):
        env = os.environ
        self.report, self.folder = report, folder
        self.collector_program, self.codex_program = env["COLLECTOR_BIN"], env["CODEX_BIN"]
        self.yaml2json = env["YAML2JSON_BIN"]
        self.loki_program, self.prometheus_program = env.get("LOKI_BIN"), env.get("PROMETHEUS_BIN")
        self.promtool = env.get("PROMTOOL_BIN")
        self.audit_program = env.get("CODEX_AUDIT_BIN")
        self.first_release = env.get("CODEX_IS_PINNED") == "1"
        self.audit = folder / "audit"
        self.logs = self.audit / "otel-logs.jsonl"
        self.services = Services(folder)
        self.grpc, self.http, self.prom, self.health, self.self_metrics, self.loki, self.loki_grpc, self.prometheus, self.shut, self.tempo = free_ports(10)
        self.otlp_url = f"http://127.0.0.1:{self.http}"
        self.loki_url = f"http://127.0.0.1:{self.loki}"
        self.prometheus_url = f"http://127.0.0.1:{self.prometheus}"
        self.ids = {}

    # --- the stack ---------------------------------------------------------------------------

    def start_collector(self, config="collector.yaml", audit=None, overlay=None):
        # Nothing listens on the Tempo port: a back end that is down must not cost a record.
        env = {
            "OTLP_GRPC_ENDPOINT": f"127.0.0.1:{self.grpc}",
            "OTLP_HTTP_ENDPOINT": f"127.0.0.1:{self.http}",
            "PROMETHEUS_ENDPOINT": f"127.0.0.1:{self.prom}",
            "HEALTH_ENDPOINT": f"127.0.0.1:{self.health}",
            "TELEMETRY_PORT": str(self.self_metrics),
            "LOKI_ENDPOINT": f"{self.loki_url}/otlp",
            "TEMPO_ENDPOINT": f"http://127.0.0.1:{self.tempo}",
            "AUDIT_DIR": str(audit or self.audit),
        }
        ready = f"http://127.0.0.1:{self.self_metrics}/metrics" if config.startswith("small") else f"http://127.0.0.1:{self.health}/"
        command = [self.collector_program, "--config", str(STACK / config)]
        self.services.start("collector", command + (["--config", overlay] if overlay else []), env, ready)

    def start_loki(self):
        data = self.folder / "loki"
        command = [self.loki_program, f"-config.file={STACK / 'loki.yaml'}", "-server.http-listen-address=127.0.0.1", f"-server.http-listen-port={self.loki}"]
        command += ["-server.grpc-listen-address=127.0.0.1", f"-server.grpc-listen-port={self.loki_grpc}", f"-common.path-prefix={data}"]
        command += [f"-common.storage.filesystem.chunk-directory={data}/chunks", f"-common.storage.filesystem.rules-directory={data}/rules"]
        self.services.start("loki", command, ready=f"{self.loki_url}/ready", seconds=90)

    def start_prometheus(self):
        # Prometheus expands nothing in its file: the two targets are the only change.
        text = (STACK / "prometheus.yaml").read_text()
        for name, port in (("collector:9464", self.prom), ("collector:8888", self.self_metrics)):
            if text.count(name) != 1:
                raise Failure(f"prometheus.yaml: one target {name} expected")
            text = text.replace(name, f"127.0.0.1:{port}")
        config = self.folder / "prometheus.yaml"
        config.write_text(text)
        command = [self.prometheus_program, f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'prometheus'}", f"--web.listen-address=127.0.0.1:{self.prometheus}", "--enable-feature=exemplar-storage"]
        self.services.start("prometheus", command, ready=f"{self.prometheus_url}/-/ready")

    # --- Codex ------------------------------------------------------------------------------

    def play(self):
        standin = StandIn()
        codex = Codex(self.codex_program, self.folder / "codex", standin.base_url, self.http, STACK / "codex-config.toml", self.shut)
        try:
            for group in sorted({r["group"] for r in RUNS}):
                rows = [r for r in RUNS if r["group"] == group]
                problems = []

                def one(row, problems=problems):
                    try:
                        self.ids[row["name"]] = codex.run(row, self.ids.get(row.get("resume")))
                    except Exception as error:  # a thread's error would otherwise pass in silence
                        problems.append(f"{row['name']}: {error!r}" if not isinstance(error, Failure) else f"{row['name']}: {error}")

                threads = [threading.Thread(target=one, args=(row,)) for row in rows]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                for row in rows:
                    mine = [p for p in problems if p.startswith(row["name"] + ":")]
                    self.report.check(f"codex {row['program']}: scene {row['name']}", not mine, "\n".join(mine))
                if problems:
                    raise Failure("Codex did not play the script")
            steps = {(r["name"], i) for r in RUNS for i in range(len(SCENES[r["name"]].steps))}
            self.report.check("codex asked for every step of the script once", Counter(standin.served) == Counter(steps), str(Counter(standin.served) - Counter(steps)))
            strays = [s for s in standin.strays if s["path"].endswith("/responses")]
            self.report.check("codex asked for nothing else", not strays, str(strays))
        finally:
            codex.stop()
            standin.shutdown()
            standin.server_close()

    # --- checks -----------------------------------------------------------------------------

    def written(self):
        """The Collector has nothing left to write: as many records in the file as it accepted."""
        accepted = sum(float(line.rsplit(" ", 1)[1]) for line in get(f"http://127.0.0.1:{self.self_metrics}/metrics").splitlines() if line.startswith("otelcol_receiver_accepted_log_records"))
        count = sum(1 for _ in records(str(self.logs)))
        return count if count and count == accepted else None

    def main(self):
        report = self.report
        print("--- the files of stack/", flush=True)
        check_stack.check(report, STACK, self.yaml2json, self.collector_program, self.promtool)

        print("--- Codex through the stack", flush=True)
        start = time.time()
        if self.loki_program:
            self.start_loki()
        self.start_collector()
        if self.prometheus_program:
            self.start_prometheus()
        self.play()
        truth = conversations()
        if not self.first_release:
            for conversation in truth.values():
                conversation["program"] = "any"  # what service.name the app-server gives has changed
        names = {name: self.ids[name] for name in truth}
        count = until("the log file holds every record that the Collector accepted", self.written, 30)
        report.check("collector: every accepted record is in the audit file, with Tempo down", True)

        print("--- the account", flush=True)
        accounts, _ = recount(str(self.logs))
        for name, conversation in truth.items():
            wrong = differences(wanted(conversation), accounts.get(names[name]))
            report.check(f"recount: conversation {name}", not wrong, "\n".join(wrong))
        report.check("recount: no other conversation", set(accounts) == set(names.values()), str(set(accounts) - set(names.values())))
        for signal_name in ("traces", "metrics"):
            file = self.audit / f"otel-{signal_name}.jsonl"
            there = file.exists() and file.stat().st_size > 0
            if self.first_release or there:
                report.check(f"collector: {signal_name} are in their file", there)
            else:
                report.skip(f"collector: {signal_name} are in their file", "this release sends none")
        if self.audit_program:
            check_audit.check(report, self.audit_program, str(self.audit), truth, names, accounts, count)
        else:
            report.skip("codex-audit", "no binary: build it, or name it in CODEX_AUDIT_BIN")

        print("--- the charts", flush=True)
        if not self.loki_program:
            report.skip("dashboards", "E2E_STACK=0")
        elif not self.first_release:
            report.skip("dashboards", "written for the pinned release; what older ones lack is in the panels' descriptions")
        else:
            self.charts(truth, names, count, start)

        print("--- restarted, rotated, delivered again, full, small", flush=True)
        self.twice(truth, names, accounts, count)
        self.full_disk()
        self.small()

    def charts(self, truth, names, count, start):
        loki = check_dashboards.Backend(self.loki_url, "/loki/api/v1")
        everything = '{service_name=~".+"}'

        def arrived():
            answer = loki.query(f"sum(count_over_time({everything}[1h]))", True, start, time.time() + 1)
            return sum(v[0] for _, v in answer.series) == count

        until("Loki holds every record of the file", arrived, 60)
        self.report.check("loki: as many records as the file, one of them beyond its default limit", True)
        prometheus = None
        if self.prometheus_program:
            prometheus = check_dashboards.Backend(self.prometheus_url, "/api/v1")
            calls = sum(len(c["calls"]) for c in truth.values())

            def scraped():
                value = lambda q: prometheus_value(self.prometheus_url, q)  # noqa: E731
                return (
                    value('sum({__name__=~"otelcol_receiver_accepted_log_records(_total)?"})') == count
                    and value("sum(codex_tool_call_total)") == calls
                    and value('sum(traces_span_metrics_duration_milliseconds_count{span_name="run_turn"})') == len(RUNS)
                    and value('sum(traces_span_metrics_calls_total{span_name="run_turn"})') == len(RUNS)
                )

            until("Prometheus holds Codex's metrics, its spans' and the Collector's", scraped, 90)
            self.report.check("prometheus: deltas of several processes add up to the script's calls", True)
        events = Counter(a["event.name"] for _, a in records(str(self.logs)) if "event.name" in a)
        exec_only = [name for name, c in truth.items() if c["program"] == "exec"]
        table = check_dashboards.expectations(truth, names, count, events, exec_only)
        check_dashboards.check(self.report, STACK / "grafana/dashboards", loki, prometheus, start, table)
        if self.prometheus_program:
            answer = json.loads(get(f"{self.prometheus_url}/api/v1/query_exemplars?{urllib.parse.urlencode({'query': 'traces_span_metrics_duration_milliseconds_bucket', 'start': start, 'end': time.time()})}"))
            self.report.check("prometheus: exemplars lead from a span's duration to its trace", any("trace_id" in e["labels"] for s in answer["data"] for e in s["exemplars"]), str(answer)[:300])

    def twice(self, truth, names, accounts, count):
        """A restart appends, rotation deletes nothing, and what is delivered again counts once."""
        before = self.logs.read_bytes()
        times = 2 * 2**20 // len(before) + 1  # enough for two rotations of 1 MiB
        self.services.stop("collector")
        self.start_collector(overlay="yaml:exporters::file/logs::rotation::max_megabytes: 1")
        for _ in range(times):
            for line in before.decode().splitlines():
                post_again(self.otlp_url, line)
        files = [*sorted(self.audit.glob("otel-logs-*.jsonl")), self.logs]
        content = b"".join(f.read_bytes() for f in files)
        self.report.check("collector: a restart appends to the audit file", content.startswith(before))
        lines = before.count(b"\n") * (times + 1)
        self.report.check("collector: rotated files hold every request", len(files) > 2 and content.count(b"\n") == lines, f"{len(files)} files, {content.count(bytes([10]))} of {lines} requests")
        again, unique = recount(str(self.logs))
        self.report.check("recount: what is delivered again counts once", again == accounts and unique == count, f"{unique} records, {count} before")
        if self.audit_program:
            check_audit.check(self.report, self.audit_program, str(self.audit), truth, names, accounts, count, duplicates=times * count)
        self.services.stop("collector")

    def full_disk(self):
        """An audit file that cannot be written: the sender hears of it, and the panel's query shows it."""
        line = next(x for f in sorted(self.audit.glob("otel-logs*.jsonl")) for x in f.read_text().splitlines() if "codex.user_prompt" in x)
        count = sum(len(s["logRecords"]) for r in json.loads(line)["resourceLogs"] for s in r["scopeLogs"])
        audit = self.folder / "full"
        audit.mkdir()
        (audit / "otel-logs.jsonl").symlink_to("/dev/full")
        self.start_collector(audit=audit)
        try:
            status = post_again(self.otlp_url, line)
        except urllib.error.HTTPError as error:
            status = error.code
        self.report.check("collector: a full disk is an error for the sender", status >= 500, f"status {status}")
        own = [x.rsplit(" ", 1) for x in get(f"http://127.0.0.1:{self.self_metrics}/metrics").splitlines() if not x.startswith("#")]
        failed = sum(float(v) for k, v in own if k.startswith("otelcol_exporter_send_failed_log_records") and 'exporter="file/logs"' in k)
        self.report.check("collector: and it is counted under file/logs", failed == count, f"{failed} of {count}")
        lost = sum(float(v) for k, v in own if k.startswith(("otelcol_receiver_accepted_log_records", "otelcol_receiver_refused_log_records", "otelcol_receiver_failed_log_records")))
        lost -= sum(float(v) for k, v in own if k.startswith("otelcol_exporter_sent_log_records") and 'exporter="file/logs"' in k)
        self.report.check('collector: and "Log records NOT written" would show it', lost == count, f"{lost} of {count}")
        self.services.stop("collector")

    def small(self):
        line = next(f for f in sorted(self.audit.glob("otel-logs*.jsonl"))).read_text().splitlines()[0]
        audit = self.folder / "small"
        self.start_collector("small/collector.yaml", audit)
        post_again(self.otlp_url, line)
        file = audit / "otel-logs.jsonl"
        until("the small variant writes", lambda: file.exists() and file.stat().st_size > 0, 10)
        self.report.check("small/collector.yaml: writes what it is sent", json.loads(file.read_text()) == json.loads(line))
        self.services.stop("collector")


def main():
    # A signal must pass through the `finally` below.
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, lambda number, _: sys.exit(128 + number))
    report = Report()
    folder = Path(tempfile.mkdtemp(prefix="codex-audit-e2e."))
    run = Run(report, folder)
    keep = os.environ.get("E2E_KEEP") == "1"
    try:
        run.main()
    except Exception as error:
        report.fail("end to end", error if isinstance(error, (Failure, OSError)) else traceback.format_exc())
        for name, _ in run.services.running:
            print(f"--- last of {name}.log\n{run.services.tail(name, 8)[:3000]}", flush=True)
    finally:
        run.services.stop_all()
        if keep:
            print(f"kept: {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"e2e: {report.passed} passed, {report.failed} failed, {report.skipped} skipped", flush=True)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
