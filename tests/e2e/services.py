"""Programs on loopback: free ports, bounded waits, and nothing left behind."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Failure(Exception):
    """The test has failed, for the reason given."""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def get(url, timeout=10):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def until(what, probe, seconds, every=0.25):
    """Wait until probe() gives something true, and give that; fail after `seconds`."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        try:
            last = probe()
            if last:
                return last
        except (OSError, urllib.error.URLError, ValueError) as error:
            last = error
        time.sleep(every)
    raise Failure(f"not within {seconds} s: {what} (last: {last!r})")


class Services:
    """Started programs, each in a process group of its own, stopped in reverse order."""

    def __init__(self, log_folder):
        self.log_folder = log_folder
        self.running = []

    def start(self, name, command, env=None, ready=None, seconds=60):
        log = open(os.path.join(self.log_folder, f"{name}.log"), "ab")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(env or {})}, start_new_session=True)
        log.close()
        self.running.append((name, process))
        if ready:

            def probe():
                if process.poll() is not None:
                    raise Failure(f"{name} ended at once ({process.returncode}):\n{self.tail(name)}")
                return get(ready, 2) is not None

            until(f"{name} answers at {ready}", probe, seconds)
        return process

    def tail(self, name, lines=15):
        with open(os.path.join(self.log_folder, f"{name}.log"), errors="replace") as log:
            return "".join(log.readlines()[-lines:])

    def stop(self, name):
        for entry in [e for e in self.running if e[0] == name]:
            self.running.remove(entry)
            end(entry[1])

    def stop_all(self):
        while self.running:
            end(self.running.pop()[1])


def end(process):
    """Ask the process group to stop, then make it."""
    for sign, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            pass
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
