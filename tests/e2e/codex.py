"""Drives Codex as a person would: `codex exec`, and `codex app-server` with somebody who answers."""

import json
import os
import queue
import re
import subprocess
import threading
import time
from pathlib import Path

from script import SCENES
from services import Failure, end

PROVIDER = """\
model_provider = "standin"
check_for_update_on_startup = false

[model_providers.standin]
name = "standin"
base_url = "{base_url}"
wire_api = "responses"
request_max_retries = 3
stream_max_retries = 1

"""


class Codex:
    def __init__(self, program, folder, standin_url, otlp_port, config_file, shut_port):
        self.program = str(program)
        self.folder = Path(folder)
        self.home = self.folder / "home"
        self.codex_home = self.home / ".codex"
        self.codex_home.mkdir(parents=True)
        given = Path(config_file).read_text()
        config, count = re.subn(r"http://127\.0\.0\.1:4318/v1/", f"http://127.0.0.1:{otlp_port}/v1/", given)
        if count != 3:
            raise Failure(f"{config_file}: three endpoints on 127.0.0.1:4318 expected, {count} found")
        (self.codex_home / "config.toml").write_text(PROVIDER.format(base_url=standin_url) + config)
        shut = f"http://127.0.0.1:{shut_port}"  # nothing listens: whatever else Codex would call, it cannot
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TERM", "TMPDIR")}
        self.env = {
            **keep,
            "HOME": str(self.home),
            "CODEX_HOME": str(self.codex_home),
            **{k: shut for k in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")},
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

        self.running = []

    def stop(self):
        """End whatever still runs: the test is being ended early."""
        for process in self.running:
            end(process)

    def work_folder(self, run):
        folder = self.folder / "work" / run["name"]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def run(self, run, thread=None, seconds=90):
        """Run one row of the script; gives the conversation's id."""
        return (self.exec if run["program"] == "exec" else self.app_server)(run, thread, seconds)

    def exec(self, run, thread, seconds):
        scene = SCENES[run["name"]]
        command = [self.program, "exec", "--json", "--skip-git-repo-check", "-C", str(self.work_folder(run)), "-m", run["model"]]
        command += ["--sandbox", run["sandbox"]]
        command += ["resume", thread, scene.text] if thread else [scene.text]
        out = self.folder / f"codex-{run['name']}.log"
        with open(out, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self.env, start_new_session=True)
        self.running.append(process)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = "no end"
        finally:
            end(process)
        said = out.read_text(errors="replace")
        found = re.search(r'"thread\.started","thread_id":"([^"]+)"', said)
        if status != 0 or not found:
            raise Failure(f"codex exec, scene {run['name']}: {status}\n{said[-2000:]}")
        if thread and found[1] != thread:
            raise Failure(f"resumed {thread}, got {found[1]}")
        return found[1]

    def app_server(self, run, _thread, seconds):
        scene = SCENES[run["name"]]
        answers = {scene.call_id(i): s.answer for i, s in enumerate(scene.steps) if s.answer}
        client = Client([self.program, "app-server"], self.env, self.folder / f"codex-{run['name']}.log", time.monotonic() + seconds)
        self.running.append(client.process)
        try:
            client.call("initialize", {"clientInfo": {"name": "e2e", "title": "e2e", "version": "1"}})
            client.send({"method": "initialized"})
            started = client.call(
                "thread/start",
                {"model": run["model"], "cwd": str(self.work_folder(run)), "approvalPolicy": "on-request", "sandbox": run["sandbox"]},
            )
            thread = started["thread"]["id"]
            client.call("turn/start", {"threadId": thread, "input": [{"type": "text", "text": scene.text, "text_elements": []}]})
            while answers or not client.turn_ended:
                message = client.next()
                if "id" in message and "method" in message:
                    call = message["params"].get("itemId") or message["params"].get("callId")
                    if not message["method"].endswith("requestApproval") or call not in answers:
                        raise Failure(f"app-server asks what the script does not know: {message}")
                    client.send({"id": message["id"], "result": {"decision": answers.pop(call)}})
            return thread
        finally:
            client.close()


class Client:
    """JSON-RPC over the app-server's standard input and output, one message a line."""

    def __init__(self, command, env, log, deadline):
        self.deadline = deadline
        self.log = open(log, "w")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=env, text=True, start_new_session=True)
        self.inbox = queue.Queue()
        self.turn_ended = False
        self.last_id = 0
        self.held = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            if line.strip():
                self.inbox.put(json.loads(line))
        self.inbox.put(None)

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def receive(self):
        try:
            message = self.inbox.get(timeout=max(0.1, self.deadline - time.monotonic()))
        except queue.Empty:
            raise Failure("app-server fell silent") from None
        if message is None:
            raise Failure("app-server ended")
        if message.get("method") == "turn/completed":
            self.turn_ended = True
        return message

    def next(self):
        return self.held.pop(0) if self.held else self.receive()

    def call(self, method, params):
        self.last_id += 1
        self.send({"id": self.last_id, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.last_id and "method" not in message:
                if "error" in message:
                    raise Failure(f"app-server, {method}: {message['error']}")
                return message["result"]
            self.held.append(message)

    def close(self):
        # Closing its input is how a client leaves: Codex then flushes what it has not exported.
        try:
            self.process.stdin.close()
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            pass
        end(self.process)
        self.log.close()
