# SPDX-License-Identifier: Apache-2.0
"""The agent beside a containerd over NRI, and what cases do with both: what its tests, soaks and
benchmarks start."""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

import cases
import cri_calls
import private_host
import runtime_containerd
from cases import Skip, same, wait_until
from sysctls import conf_text, read_value, ten, write_value

LIMIT = 20.0
TEN = ten("eth0")

NRI_SECTION = """
[plugins."io.containerd.nri.v1.nri"]
disable = false
disable_connections = false
socket_path = "{run}/nri.sock"
plugin_path = "{state}/nri/plugins"
plugin_config_path = "{state}/nri/conf.d"
"""

POLICIES = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: shop}
spec:
  match: {namespaces: [shop]}
  allowed:
  - {name: net.core.somaxconn, min: 128, max: 65535}
  - {name: net.ipv4.*}
  - {name: kernel.*}
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: lenient}
spec:
  match: {namespaces: [lenient]}
  onForbidden: Degrade
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: kept}
spec:
  match: {namespaces: [kept]}
  allowed: [{name: net.core.somaxconn}]
  onDrift: Repair
"""


class NriContainerd(runtime_containerd.Containerd):
    """With NRI, which is off in 1.7 unless it is asked for."""

    def configure(self) -> None:
        super().configure()
        for folder in ("plugins", "conf.d"):
            (self.state / "nri" / folder).mkdir(parents=True)
        path = self.state / "config.toml"
        text = path.read_text().replace('"io.containerd.nri.v1.nri", ', "")
        path.write_text(text + NRI_SECTION.format(run=self.run, state=self.state))


class Agent:
    def __init__(self, binaries: pathlib.Path, work: pathlib.Path, nri_socket: pathlib.Path, index: str = "10"):
        self.binaries = binaries
        self.nri_socket = nri_socket
        self.policies = work / "policy.d"
        self.policies.mkdir()
        self.socket = work / "agent.sock"
        self.state = work / "state"
        self.log = work / "agent.log"
        self.flags = ["--drift-interval=1", f"--policy-dir={self.policies}", f"--root={work}/state", f"--status-socket={self.socket}",
                      f"--nri-socket={nri_socket}", f"--nri-index={index}"]
        self.process: subprocess.Popen | None = None
        self.put_policies("policies.yaml", POLICIES)

    def put_policies(self, name: str, text: str) -> pathlib.Path:
        """At once: whoever reads the folder meanwhile finds the file as it was, or as it is to be."""
        new = self.policies / f".{name}.new"
        new.write_text(text)
        return new.rename(self.policies / name)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([self.binaries / "podsysctl-agent", *self.flags], stderr=log,
                                            stdin=subprocess.DEVNULL)
        self.wait_connected()

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        self.process.send_signal(how)
        return self.process.wait(LIMIT)

    def end(self) -> None:
        """If it runs."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def ask(self, target: str) -> str:
        """Of the local API."""
        connection = http.client.HTTPConnection("agent", timeout=LIMIT)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.closing(connection):
            connection.sock.connect(str(self.socket))
            connection.request("GET", target)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status != 200:
                raise AssertionError(f"{target}: {answer.status} {text}")
            return text

    def status(self) -> dict:
        """Empty while it does not answer."""
        try:
            return json.loads(self.ask("/v1/status"))
        except (OSError, http.client.HTTPException, ValueError):
            return {}

    def metric(self, name: str) -> float:
        """The sum of its samples."""
        lines = [line for line in self.ask("/metrics").splitlines() if re.match(rf"podsysctl_{name}(\{{| )", line)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def wait_connected(self, at_least: int = 1) -> None:
        wait_until(lambda: any(door["connected"] and door["connections"] >= at_least
                               for door in self.status().get("doors", [])), "the agent connects")

    def events(self, pod: str) -> list[dict]:
        return [event for event in map(json.loads, self.ask("/v1/events").splitlines())
                if event["involvedObject"]["name"] == pod]

    def reasons(self, pod: str) -> list[str]:
        """Of the events on record about a pod."""
        with contextlib.closing(sqlite3.connect(self.state / "state.db")) as database:
            return [row[0] for row in database.execute("SELECT reason FROM events WHERE name = ?", (pod,))]


class Case:
    def __init__(self, runtime: NriContainerd, agent: Agent):
        self.runtime = runtime
        self.agent = agent
        self.cri = cri_calls.Cri(runtime.socket)

    def run(self, name: str, settings: dict[str, str] | None = None, **more) -> str:
        annotations = conf_text(settings) if settings else {}
        return self.cri.run_pod(cri_calls.Pod(name, annotations=annotations, **more))

    def run_apart(self, name: str, settings: dict[str, str]) -> subprocess.Popen:
        """By a process of its own, which prints the id."""
        return cri_calls.run_apart(self.runtime.socket, cri_calls.Pod(name, annotations=conf_text(settings)))

    def refused(self, name: str, settings: dict[str, str], **more) -> str:
        try:
            self.run(name, settings, **more)
        except cri_calls.CallFailed as failure:
            return str(failure)
        raise AssertionError(f"{name} was not refused")

    def is_up(self) -> bool:
        try:
            return self.cri.pod_ids() is not None
        except (cri_calls.CallFailed, subprocess.SubprocessError):
            return False

    def value(self, pod_id: str, key: str) -> str:
        return read_value(key, self.cri.pid(pod_id))

    def write(self, pod_id: str, key: str, value: str) -> None:
        """As another writer would."""
        write_value(key, value, self.cri.pid(pod_id))

    def has(self, pod_id: str, settings: dict[str, str]) -> None:
        for key, value in settings.items():
            same(f"{key} of {pod_id[:8]}", self.value(pod_id, key), value)


@contextlib.contextmanager
def started(runtime: runtime_containerd.Containerd, binaries: pathlib.Path) -> Iterator[Case]:
    """Inside a private host only: the runtime, and an agent that is not started yet. Raises Skip."""
    private_host.furnish(forwards=True)
    with tempfile.TemporaryDirectory(prefix="psys-agent-", ignore_cleanup_errors=True) as folder:
        work = pathlib.Path(folder)
        case = Case(runtime, Agent(binaries.resolve(), work, runtime.run / "nri.sock"))
        try:
            runtime.start(work)
            yield case
        finally:
            case.agent.end()
            case.cri.remove_all()
            runtime.stop()


def parser_of(text: str) -> argparse.ArgumentParser:
    """What every program takes that starts a runtime and the agent."""
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of unpacked containerd versions")
    return parser


def run_on_private_host(runtime, inside: Callable[[], int]) -> int:
    """The exit status of `inside()`, which is called in namespaces of its own; 77 where it cannot be."""
    if os.geteuid() != 0:
        return private_host.skip("needs root")
    try:
        if not private_host.is_inside():
            runtime.fetch()  # through the network, which the inside has none of
            return private_host.go_inside()
        return inside()
    except Skip as reason:
        return private_host.skip(reason)


def run_cases(each: tuple[Callable, ...], wanted: list[str], case) -> int:
    """Of a case with an agent that is not started yet."""
    case.agent.start()
    outcome = cases.run_cases(each, wanted, lambda: contextlib.nullcontext(case))
    if outcome == 1:
        print(case.agent.log.read_text(), case.runtime.last_words(), sep="\n", file=sys.stderr)
    return outcome


def main(each: tuple[Callable, ...], text: str, runtime_kind=NriContainerd) -> int:
    """The whole of a program of cases; `text` says what it is."""
    parser = parser_of(text)
    parser.add_argument("--containerd", default="2.1")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    runtime = runtime_kind(options.containerd, options.cache)

    def inside() -> int:
        with started(runtime, options.binaries) as case:
            return run_cases(each, options.cases, case)

    return run_on_private_host(runtime, inside)
