"""A stand-in for the Responses API: HTTP, server-sent events, loopback only. It speaks script.py."""

import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from script import SCENES

SHELL_TOOLS = ("exec_command", "shell_command", "shell", "local_shell")


def texts_of(item):
    content = item.get("content")
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [])


def place(items):
    """Which scene and which step this request is: the last tag, and the tool outputs behind it."""
    scene, step = None, 0
    for item in items:
        if item.get("role") == "user":
            found = re.findall(r"\[scene (\w+)\]", texts_of(item))
            if found:
                scene, step = found[-1], 0
        elif str(item.get("type", "")).endswith("_call_output"):
            step += 1
    return scene, step


def call_item(step, call_id, tools):
    if step.tool:
        return {"type": "function_call", "name": step.tool, "arguments": "{}", "call_id": call_id}
    names = {t.get("name") or t.get("type") for t in tools}
    tool = next((t for t in SHELL_TOOLS if t in names), None)
    if tool is None:
        raise KeyError(f"Codex offers no shell tool that this script knows: {sorted(map(str, names))}")
    key = "cmd" if tool == "exec_command" else "command"
    command = ["bash", "-lc", step.command] if tool in ("shell", "local_shell") else step.command
    arguments = {key: command}
    if tool == "exec_command":
        arguments["yield_time_ms"] = 5000
    if step.escalate:
        arguments["justification"] = "the script says so"
        arguments["sandbox_permissions"] = "require_escalated"
        properties = next((t.get("parameters", {}).get("properties", {}) for t in tools if t.get("name") == tool), {})
        if "with_escalated_permissions" in properties:  # until about 0.80
            arguments["with_escalated_permissions"] = True
    return {"type": "function_call", "name": tool, "arguments": json.dumps(arguments, ensure_ascii=False), "call_id": call_id}


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.errors_left = {(s.name, i): step.http_errors for s in SCENES.values() for i, step in enumerate(s.steps)}
        self.served = []  # (scene, step): what Codex really asked for
        self.strays = []  # requests outside the script
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        # The model list. Codex falls back to the one it brings.
        self.answer(404, b'{"error":{"message":"not in the script"}}')

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        request = json.loads(body)
        scene_name, index = place(request.get("input", []))
        scene = SCENES.get(scene_name)
        if not self.path.endswith("/responses") or scene is None or index >= len(scene.steps):
            with self.server.lock:
                self.server.strays.append({"path": self.path, "scene": scene_name, "step": index})
            return self.answer(400, b'{"error":{"message":"not in the script","type":"invalid_request_error"}}')
        with self.server.lock:
            failing = self.server.errors_left[scene_name, index] > 0
            if failing:
                self.server.errors_left[scene_name, index] -= 1
            else:
                self.server.served.append((scene_name, index))
        if failing:
            return self.answer(500, b'{"error":{"message":"scripted failure","type":"server_error"}}')
        self.speak(scene, index, request)

    def speak(self, scene, index, request):
        step = scene.steps[index]
        if step.say:
            item = {"type": "message", "role": "assistant", "id": f"msg_{scene.name}_{index}", "content": [{"type": "output_text", "text": step.say}]}
        else:
            item = call_item(step, scene.call_id(index), request.get("tools", []))
        response_id = f"resp_{scene.name}_{index}"
        usage = {
            "input_tokens": step.usage.input,
            "input_tokens_details": {"cached_tokens": step.usage.cached},
            "output_tokens": step.usage.output,
            "output_tokens_details": {"reasoning_tokens": step.usage.reasoning},
            "total_tokens": step.usage.total,
        }
        events = [
            {"type": "response.created", "response": {"id": response_id}},
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"id": response_id, "status": "completed", "output": [item], "usage": usage}},
        ]
        stream = "".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in events)
        self.answer(200, stream.encode(), "text/event-stream")
