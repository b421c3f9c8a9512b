"""The files of stack/, as far as they can be judged without starting a container."""

import json
import re
import shutil
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

# Where each image keeps what a named volume is mounted over, owned by the image's own user
# (their Dockerfiles): a volume mounted elsewhere belongs to root and the service cannot write.
VOLUME_HOMES = {"loki": "/loki", "tempo": "/var/tempo", "prometheus": "/prometheus", "grafana": "/var/lib/grafana"}
COLLECTOR_ENV = re.compile(r"\$\{env:(\w+):-([^}]*)\}")


def read(yaml2json, *files):
    out = subprocess.run([yaml2json, *map(str, files)], capture_output=True, text=True, timeout=30)
    if out.returncode:
        raise AssertionError(out.stderr)
    return [json.loads(line) for line in out.stdout.splitlines()]


def compose_problems(compose, stack):
    services, volumes = compose["services"], compose.get("volumes", {})
    wrong, host_ports = [], {}
    for name, service in services.items():
        image = service.get("image", "")
        if not re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", image):
            wrong.append(f"{name}: image {image!r} is not pinned to a release")
        if "healthcheck" not in service and f"{name}-health" not in services:
            wrong.append(f"{name}: no health check")
        dependencies = service.get("depends_on", {})
        for other in dependencies:
            if other not in services:
                wrong.append(f"{name}: depends_on {other}, which is no service")
            elif isinstance(dependencies, dict) and dependencies[other].get("condition") == "service_healthy" and "healthcheck" not in services[other]:
                wrong.append(f"{name}: waits for {other} to be healthy, which has no health check")
        for port in service.get("ports", []):
            address, host, _ = str(port).rsplit(":", 2)
            if address != "127.0.0.1":
                wrong.append(f"{name}: port {port} is published beyond this machine")
            if host in host_ports:
                wrong.append(f"{name}: port {host} is also {host_ports[host]}'s")
            host_ports[host] = name
        for volume in service.get("volumes", []):
            if isinstance(volume, dict):
                source, target = volume["source"], volume["target"]
                if volume.get("bind", {}).get("create_host_path") is not False:
                    wrong.append(f"{name}: {source} would be made as root")
                continue
            source, target = volume.split(":")[:2]
            if source.startswith("."):
                if not (stack / source).exists():
                    wrong.append(f"{name}: {source} does not exist")
                if not volume.endswith(":ro"):
                    wrong.append(f"{name}: {source} is mounted writable")
            elif source not in volumes:
                wrong.append(f"{name}: volume {source} is not declared")
            elif VOLUME_HOMES.get(name) != target:
                wrong.append(f"{name}: {target} belongs to root in that image")
    return wrong


def listening(services):
    """host, port pairs that exist inside the network of the stack."""
    ports = {"loki": {3100}, "tempo": {3200, 4318}, "prometheus": {9090}, "grafana": {3000}}
    ports["collector"] = {int(str(v).rsplit(":", 1)[1]) for k, v in services["collector"]["environment"].items() if k.endswith("_ENDPOINT")} | {8888}
    return {(host, port) for host, numbers in ports.items() for port in numbers}


def check(report, stack, yaml2json, collector_program, promtool):
    stack = Path(stack)
    compose, collector, datasources, providers, prometheus, loki, tempo = read(
        yaml2json,
        stack / "compose.yaml",
        stack / "collector.yaml",
        stack / "grafana/provisioning/datasources/codex.yaml",
        stack / "grafana/provisioning/dashboards/codex.yaml",
        stack / "prometheus.yaml",
        stack / "loki.yaml",
        stack / "tempo.yaml",
    )
    wrong = compose_problems(compose, stack)
    report.check("compose.yaml: images pinned, files there, ports unique and local, volumes owned", not wrong, "\n".join(wrong))
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        done = subprocess.run(["docker", "compose", "-f", str(stack / "compose.yaml"), "config", "-q"], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOST_UID": "1000", "HOST_GID": "1000"})
        report.check("docker compose config", done.returncode == 0, done.stderr)
    else:
        report.skip("docker compose config", "docker compose is not installed; the structural check above stands in")

    # Every address that one service uses of another.
    there = listening(compose["services"])
    text = (stack / "collector.yaml").read_text()
    addresses = [d["url"] for d in datasources["datasources"]]
    addresses += [default for name, default in COLLECTOR_ENV.findall(text) if default.startswith("http")]
    addresses += [f"http://{t}" for job in prometheus["scrape_configs"] for s in job["static_configs"] for t in s["targets"]]
    wrong = [a for a in addresses if (urllib.parse.urlsplit(a).hostname, urllib.parse.urlsplit(a).port) not in there]
    report.check("stack: every address names a service and a port it listens on", not wrong, str(wrong))
    asked = {name for name, _ in COLLECTOR_ENV.findall(text)}
    given = set(compose["services"]["collector"]["environment"])
    report.check("compose.yaml: sets only variables that collector.yaml reads", given <= asked, str(given - asked))

    # The audit pipelines, whatever else changes.
    wrong = []
    for signal in ("logs", "traces", "metrics"):
        pipeline, exporter = collector["service"]["pipelines"].get(f"{signal}/audit", {}), collector["exporters"].get(f"file/{signal}", {})
        if pipeline.get("receivers") != ["otlp"] or pipeline.get("processors") or pipeline.get("exporters") != [f"file/{signal}"]:
            wrong.append(f"{signal}/audit: {pipeline}")
        rotation = exporter.get("rotation", {})
        if rotation.get("max_backups") != 0 or rotation.get("max_days") != 0:
            wrong.append(f"file/{signal} deletes: {rotation}")
    for name, component in collector["exporters"].items():
        if name.startswith("otlp") and "sending_queue" not in component:
            wrong.append(f"{name}: no queue, so it can delay an audit write")
    report.check("collector.yaml: audit pipelines are synchronous and delete nothing", not wrong, "\n".join(wrong))

    # Grafana and Tempo are not started here: their files against what their documents demand.
    uids = {d["uid"]: d["type"] for d in datasources["datasources"]}
    wrong = [] if datasources["apiVersion"] == 1 and providers["apiVersion"] == 1 else ["apiVersion"]
    grafana = compose["services"]["grafana"]
    mounts = {v.split(":")[1]: v.split(":")[0] for v in grafana["volumes"]}
    dashboards_at = providers["providers"][0]["options"]["path"]
    if (stack / mounts.get(dashboards_at, "none")).resolve() != (stack / "grafana/dashboards").resolve():
        wrong.append(f"provider reads {dashboards_at}, where no dashboards are mounted")
    seen = set()
    for file in sorted((stack / "grafana/dashboards").glob("*.json")):
        d = json.loads(file.read_text())
        if d["uid"] != file.stem or d["uid"] in seen or not d["title"] or d["schemaVersion"] < 40:
            wrong.append(f"{file.name}: uid, title or schemaVersion")
        seen.add(d["uid"])
        if len({p["id"] for p in d["panels"]}) != len(d["panels"]):
            wrong.append(f"{file.name}: panel ids repeat")
        cells = set()
        for panel in d["panels"]:
            g = panel["gridPos"]
            here = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
            if g["x"] + g["w"] > 24 or cells & here:
                wrong.append(f"{file.name}: {panel['title']} overlaps or leaves the grid")
            cells |= here
            for source in (panel["datasource"], *(t["datasource"] for t in panel["targets"])):
                if uids.get(source["uid"]) != source["type"]:
                    wrong.append(f"{file.name}: {panel['title']}: no data source {source}")
            if len({t["refId"] for t in panel["targets"]}) != len(panel["targets"]):
                wrong.append(f"{file.name}: {panel['title']}: refIds repeat")
        for v in d["templating"]["list"]:
            if v["type"] == "query" and uids.get(v["datasource"]["uid"]) != v["datasource"]["type"]:
                wrong.append(f"{file.name}: variable {v['name']}: no data source")
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].rsplit("/", 1)
    if home[0] != dashboards_at or not (stack / "grafana/dashboards" / home[1]).exists():
        wrong.append("the home dashboard is not there")
    for d in datasources["datasources"]:
        refers = re.findall(r'"datasourceUid": "([^"]*)"', json.dumps(d.get("jsonData", {})))
        wrong += [f"{d['name']} refers to {uid}" for uid in refers if uid not in uids]
    report.check("grafana: provisioning and dashboards fit together", not wrong, "\n".join(wrong))

    # Tempo 3: these blocks are gone, and storage.trace.backend has no default.
    gone = {"ingester", "compactor"} & set(tempo)
    good = not gone and tempo["storage"]["trace"]["backend"] == "local" and "http" in tempo["distributor"]["receivers"]["otlp"]["protocols"]
    report.check("tempo.yaml: a backend, a receiver, no block that Tempo 3 removed", good, str(gone))
    good = loki["schema_config"]["configs"][-1]["schema"] == "v13" and loki["limits_config"]["allow_structured_metadata"] is True
    report.check("loki.yaml: schema v13 and structured metadata", good)

    for file in ("collector.yaml", "small/collector.yaml"):
        done = subprocess.run([collector_program, "validate", "--config", str(stack / file)], capture_output=True, text=True, timeout=60)
        report.check(f"{file}: valid to the Collector", done.returncode == 0, done.stderr)
    if promtool:
        done = subprocess.run([promtool, "check", "config", str(stack / "prometheus.yaml")], capture_output=True, text=True, timeout=60)
        report.check("prometheus.yaml: valid to promtool", done.returncode == 0, done.stderr)
    if shutil.which("systemd-analyze"):
        unit = (stack / "small/codex-audit-collector.service").read_text().replace("/usr/local/bin/otelcol", "/bin/true")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "codex-audit-collector.service"
            path.write_text(unit)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True, timeout=60)
        said = [line for line in (done.stdout + done.stderr).splitlines() if "codex-audit-collector" in line]
        report.check("codex-audit-collector.service: valid to systemd", not said, "\n".join(said))
    else:
        report.skip("codex-audit-collector.service", "systemd-analyze is not installed")
