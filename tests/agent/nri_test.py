#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The agent with a real containerd over NRI: what pods get, what is refused, and what is left after
either side is killed. Everything runs in namespaces of its own, which end with it.

nri_test.py --binaries build/bin --cache DIR [--containerd 1.7|2.1] [CASE...]
nri_attack_test.py, nri_faults_test.py and nri_users_test.py have more cases, by topic, and the same flags.
Exit status 77 with a reason where no such containerd can be had."""

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
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "e2e")]

import cri_calls  # noqa: E402
import runtime_containerd  # noqa: E402

SKIPPED = 77
LIMIT = 20.0
INSIDE = "PSYS_AGENT_TEST_INSIDE"

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

# Ten keys in an order that fails if it is kept: the range must not begin below the first free port,
# and ip_forward resets what is below conf.
TEN = {
    "net.ipv4.ip_local_port_range": "500 60999",
    "net.ipv4.ip_unprivileged_port_start": "400",
    "net.ipv4.conf.all.accept_redirects": "1",
    "net.ipv4.ip_forward": "1",
    "net.core.somaxconn": "2048",
    "net.ipv4.tcp_fin_timeout": "30",
    "net.ipv4.tcp_keepalive_time": "600",
    "net.ipv4.tcp_rmem": "4096 65536 1048576",
    "kernel.msgmax": "16384",
    "net.ipv4.conf.eth0.rp_filter": "1",
}


def conf_text(settings: dict[str, str]) -> dict[str, str]:
    return {"podsysctl.io/sysctls": "".join(f"{key} = {value}\n" for key, value in settings.items())}


class CannotBeHad(Exception):
    """What the cases are about is not possible here; the reason was printed."""


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
        (self.policies / "policies.yaml").write_text(POLICIES)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([self.binaries / "podsysctl-agent", *self.flags], stderr=log,
                                            stdin=subprocess.DEVNULL)
        self.wait_connected()

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        self.process.send_signal(how)
        return self.process.wait(LIMIT)

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


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {LIMIT} s until {what}")
        time.sleep(0.02)


class Case:
    def __init__(self, runtime: NriContainerd, agent: Agent):
        self.runtime = runtime
        self.agent = agent
        self.cri = cri_calls.Cri(runtime.socket)

    def run(self, name: str, settings: dict[str, str] | None = None, **more) -> str:
        annotations = conf_text(settings) if settings else {}
        return self.cri.run_pod(cri_calls.Pod(name, annotations=annotations, **more))

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
        pid = json.loads(self.cri.info(pod_id)["info"])["pid"]
        return read_value(key, ["nsenter", "-t", str(pid), "-n", "-i"])

    def write(self, pod_id: str, key: str, value: str) -> None:
        """As another writer would."""
        pid = json.loads(self.cri.info(pod_id)["info"])["pid"]
        path = "/proc/sys/" + key.replace(".", "/")
        subprocess.run(["nsenter", "-t", str(pid), "-n", "-i", "tee", path], input=value, text=True,
                       stdout=subprocess.DEVNULL, check=True)

    def has(self, pod_id: str, settings: dict[str, str]) -> None:
        for key, value in settings.items():
            same(f"{key} of {pod_id[:8]}", self.value(pod_id, key), value)


def read_value(key: str, prefix: list[str]) -> str:
    path = "/proc/sys/" + key.replace(".", "/")
    return " ".join(subprocess.run([*prefix, "cat", path], capture_output=True, text=True, check=True).stdout.split())


def same(what: str, got, wanted) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def holds(text: str, part: str) -> None:
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def ten_keys(case: Case) -> None:
    pod = case.run("ten", TEN)
    case.has(pod, TEN)
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("ten"), "the event is on record")


def no_wish(case: Case) -> None:
    before = case.agent.status()["pods"]
    pod = case.run("plain")
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    same("pods", case.agent.status()["pods"], before)


def forbidden(case: Case) -> None:
    message = case.refused("forbidden", {"net.core.somaxconn": "1024"}, namespace="other")
    holds(message, "SysctlForbidden: forbidden sysctl")
    holds(message, "net.core.somaxconn")
    message = case.refused("bounds", {"net.core.somaxconn": "70000"})
    holds(message, "65535")
    message = case.refused("node", {"vm.swappiness": "1"})
    holds(message, "vm.swappiness")
    message = case.refused("smuggled", {"net.ipv4.tcp_fin_timeout": "30+kernel.core_pattern=|/x"})
    holds(message, "tcp_fin_timeout")
    same("what is left", [pod for pod in case.cri.pod_ids() if "forbidden" in pod], [])
    wait_until(lambda: "SysctlForbidden" in case.agent.reasons("forbidden"), "the event is on record")


def kernel_refuses(case: Case) -> None:
    message = case.refused("missing", {"net.core.somaxconn": "1024", "net.ipv4.conf.eth7.rp_filter": "1"})
    holds(message, "SysctlNotApplied")
    holds(message, "eth7")


def degraded(case: Case) -> None:
    pod = case.run("degraded", {"net.core.somaxconn": "1024", "net.ipv4.tcp_syncookies": "0"}, namespace="lenient")
    case.has(pod, {"net.core.somaxconn": "4096", "net.ipv4.tcp_syncookies": "0"})
    wait_until(lambda: "SysctlForbidden" in case.agent.reasons("degraded"), "the event is on record")


def host_network(case: Case) -> None:
    before = read_value("net.ipv4.tcp_fin_timeout", [])
    message = case.refused("hostnet", {"net.ipv4.tcp_fin_timeout": "31"}, host_network=True)
    holds(message, "host")
    same("the host's value", read_value("net.ipv4.tcp_fin_timeout", []), before)
    case.run("hostnet-plain", host_network=True)


def policy_reload(case: Case) -> None:
    message = case.refused("later", {"net.core.somaxconn": "1024"}, namespace="later")
    holds(message, "SysctlForbidden")
    generation = case.agent.status()["policy"]["generation"]
    added = case.agent.policies / "later.yaml"
    added.write_text("apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: later}\n"
                     "spec: {match: {namespaces: [later]}, allowed: [{name: net.core.somaxconn}]}\n")
    wait_until(lambda: case.agent.status()["policy"]["generation"] > generation, "the policy is in force")
    # Under another name: containerd 2.1 does not start again over two sandboxes of one.
    case.has(case.run("later1", {"net.core.somaxconn": "1024"}, namespace="later"), {"net.core.somaxconn": "1024"})
    added.write_text("spec: [broken\n")
    wait_until(lambda: case.agent.status()["policy"]["lastError"], "the broken file is told of")
    case.has(case.run("later2", {"net.core.somaxconn": "1024"}, namespace="later"), {"net.core.somaxconn": "1024"})
    added.unlink()
    wait_until(lambda: not case.agent.status()["policy"]["lastError"], "the folder is whole again")


def policy_reaches_running_pods(case: Case) -> None:
    pod = case.run("waiting", {"net.core.somaxconn": "1024"}, namespace="lenient")
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    added = case.agent.policies / "lenient.yaml"
    added.write_text("apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: granted}\n"
                     "spec: {match: {namespaces: [lenient]}, allowed: [{name: net.core.somaxconn}]}\n")
    wait_until(lambda: case.value(pod, "net.core.somaxconn") == "1024", "the new policy reaches the pod")
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("waiting"), "the event is on record")
    added.unlink()
    wait_until(lambda: "SysctlGrantEnded" in case.agent.reasons("waiting"), "the end of the grant is told")
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "1024")


def drift_told(case: Case) -> None:
    pod = case.run("told", {"net.core.somaxconn": "1024"})
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("told"), "the event is on record")
    case.write(pod, "net.core.somaxconn", "99")
    wait_until(lambda: "SysctlDrift" in case.agent.reasons("told"), "the drift is told")
    rounds = case.agent.metric("drift_rounds_total")
    wait_until(lambda: case.agent.metric("drift_rounds_total") >= rounds + 2, "it looks again")
    same("events", [event["count"] for event in case.agent.events("told") if event["reason"] == "SysctlDrift"], [1])
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "99")
    drift = json.loads(case.agent.ask("/v1/drift"))
    same("found", [row["found"] for target in drift["targets"] if target["target"].endswith("/told")
                   for row in target["drift"]], ["99"])
    case.write(pod, "net.core.somaxconn", "1024")
    wait_until(lambda: "SysctlDriftEnded" in case.agent.reasons("told"), "its end is told")


def drift_repaired_and_not_fought(case: Case) -> None:
    before = {name: case.agent.metric(f"sysctl_{name}_total") for name in ("repairs", "contested")}
    pod = case.run("kept", {"net.core.somaxconn": "1024"}, namespace="kept")
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("kept"), "the event is on record")
    end = time.monotonic() + 9
    written = 0
    while time.monotonic() < end:  # a writer that never gives in
        if case.value(pod, "net.core.somaxconn") != "99":
            case.write(pod, "net.core.somaxconn", "99")
            written += 1
        time.sleep(0.05)
    repairs = case.agent.metric("sysctl_repairs_total") - before["repairs"]
    # At about 1, 2, 4 and 8 seconds, not at each of nine looks.
    same("repairs that back off", 2 <= repairs <= 5, True)
    wait_until(lambda: "SysctlContested" in case.agent.reasons("kept"), "the quarrel is told")
    same("one event", len([each for each in case.agent.reasons("kept") if each == "SysctlContested"]), 1)
    same("counted", case.agent.metric("sysctl_contested_total") - before["contested"] >= 1, True)
    wait_until(lambda: case.value(pod, "net.core.somaxconn") == "1024", "it is repaired when the writer has gone")


def local_api(case: Case) -> None:
    pod = case.run("shown", {"net.core.somaxconn": "1024"})
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("shown"), "the event is on record")
    same("health", case.agent.ask("/healthz"), "ok\n")
    listed = [each for each in json.loads(case.agent.ask("/v1/pods")) if each["name"] == "shown"]
    same("sandbox", [each["sandboxID"] for each in listed], [pod])
    shown = json.loads(case.agent.ask("/v1/pods/shop%2Fshown"))
    same("settings", [(row["name"], row["effective"], row["state"]) for row in shown["sandbox"]["sysctls"]],
         [("net.core.somaxconn", "1024", "applied")])
    row = json.loads(case.agent.ask("/v1/targets/shop%2Fshown/sysctls?keys=net.core.somaxconn"))["sysctls"][0]
    same("value", row["value"], "1024")
    holds(row["origin"], "podsysctl.io/sysctls")
    same("reviews that wait", case.agent.metric("agent_reviews_waiting"), 0)
    same("generation", case.agent.metric("policy_generation"), case.agent.status()["policy"]["generation"])
    same("handled", case.agent.metric("agent_sandboxes_handled_total") > 0, True)
    same("starts timed", case.agent.metric("agent_start_seconds_count") > 0, True)
    same("lost", case.agent.metric("agent_records_lost_total"), 0)
    text = case.agent.ask("/v1/status?form=text")
    for line in ("nri: connected to containerd", "policy: generation", "pods: ", "drift: ", "records: "):
        holds(text, line)


def commands(case: Case) -> None:
    """What a person does with a pod of the agent, through its API; the same as on its records."""
    pod = case.run("asked", {"net.core.somaxconn": "1024"})
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("asked"), "the event is on record")
    own = case.agent.state.parent / "own"

    def ask(*words: str, code: int = 0, root: pathlib.Path = own, more: tuple[str, ...] = ()) -> str:
        done = subprocess.run([case.agent.binaries / "podsysctl", *words, "--root", root, *more],
                              capture_output=True, text=True, check=False)
        same(f"exit code of {words}: {done.stderr}", done.returncode, code)
        return done.stdout

    def by_agent(*words: str, code: int = 0) -> str:
        return ask(*words, code=code, more=("--agent-socket", str(case.agent.socket)))

    listed = [each for each in json.loads(by_agent("ps", "-o", "json")) if each["name"] == "asked"]
    same("engine", [each["engine"] for each in listed], ["agent"])
    same("without the agent", ask("ps", "-q"), "")
    for words in (("inspect", "shop/asked"), ("events", "shop/asked", "-o", "json"),
                  ("get", "shop/asked", "net.core.somaxconn", "-o", "json")):
        same(" ".join(words), by_agent(*words), ask(*words, root=case.agent.state))
    by_agent("set", "shop/asked", "net.core.somaxconn=1111", code=1)
    by_agent("set", "shop/asked", "net.core.somaxconn=1111", "--force", "--reason", "by hand")
    same("set", case.value(pod, "net.core.somaxconn"), "1111")
    trail = json.loads(by_agent("get", "shop/asked", "--history", "-o", "json"))["history"]
    by_hand = [row for row in trail if row["reason"] == "by hand"]
    same("on record", [(row["new"], row["uid"]) for row in by_hand], [("1111", 0)])
    same("whose", by_hand[0]["pid"] == case.agent.process.pid, False)
    rounds = case.agent.metric("drift_rounds_total")
    wait_until(lambda: case.agent.metric("drift_rounds_total") >= rounds + 2, "it looks for drift")
    same("left alone", case.value(pod, "net.core.somaxconn"), "1111")
    by_agent("set", "shop/asked", "--undo")
    same("undone", case.value(pod, "net.core.somaxconn"), "1024")
    case.write(pod, "net.core.somaxconn", "99")
    by_agent("diff", "shop/asked", code=1)
    holds(by_agent("diff", "shop/asked", "--repair"), "repaired")
    same("repaired", case.value(pod, "net.core.somaxconn"), "1024")


def agent_killed(case: Case) -> None:
    case.agent.kill()
    pod = case.run("orphan", {"net.core.somaxconn": "1024"})  # the runtime goes on without its plugin
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    case.agent.start()
    wait_until(lambda: case.value(pod, "net.core.somaxconn") == "1024", "the pod is repaired")
    wait_until(lambda: "SysctlsRepaired" in case.agent.reasons("orphan"), "the event is on record")


def agent_killed_amid_calls(case: Case) -> None:
    """Killed at any moment of many starts: each pod that started has its values, at once or after."""
    pods = []
    for round_ in range(6):
        runs = [subprocess.Popen([sys.executable, __file__, "--one-pod", str(case.runtime.socket), f"many{round_}{i}"],
                                 stdout=subprocess.PIPE, text=True) for i in range(3)]
        time.sleep(0.05 + 0.03 * round_)
        case.agent.kill()
        case.agent.start()
        pods += [run.communicate(timeout=60)[0].strip() for run in runs]
    pods = [pod for pod in pods if pod]
    same("pods", len(pods) > 0, True)
    for pod in pods:
        wait_until(lambda pod=pod: case.value(pod, "net.core.somaxconn") == "1024", f"{pod[:8]} has its value")


def runtime_killed(case: Case) -> None:
    pod = case.run("survivor", {"net.core.somaxconn": "1024"})
    connections = case.agent.status()["doors"][0]["connections"]
    subprocess.run([case.runtime.run / "kill"], check=True)
    wait_until(lambda: not case.agent.status()["doors"][0]["connected"], "the agent notices")
    subprocess.run([case.runtime.run / "start"], check=True)
    case.agent.wait_connected(connections + 1)
    case.has(pod, {"net.core.somaxconn": "1024"})
    case.has(case.run("after", {"net.core.somaxconn": "1024"}), {"net.core.somaxconn": "1024"})


def gone_pods(case: Case) -> None:
    before = case.agent.status()["pods"]["withSettings"]
    pod = case.run("gone", {"net.core.somaxconn": "1024"})
    same("pods", case.agent.status()["pods"]["withSettings"], before + 1)
    case.cri.stop_pod(pod)
    case.cri.remove_pod(pod)
    wait_until(lambda: case.agent.status()["pods"]["withSettings"] == before, "the agent forgets it")


def two_plugins(case: Case) -> None:
    """What the first one wrote the second one recognises."""
    with tempfile.TemporaryDirectory(prefix="psys-agent-2-") as folder:
        second = Agent(case.agent.binaries, pathlib.Path(folder), case.agent.nri_socket, index="20")
        second.start()
        try:
            # Told of all that is there, it looks at them by and by.
            there = case.agent.status()["pods"]["withSettings"]
            wait_until(lambda: [second.status()["pods"][name] for name in ("withSettings", "waitingForReview")]
                       == [there, 0], "the second one has looked")
            before = [each.status()["pods"] for each in (case.agent, second)]
            case.has(case.run("both", TEN), TEN)
            after = [each.status()["pods"] for each in (case.agent, second)]
            same("applied by the first", after[0]["applied"], before[0]["applied"] + 1)
            same("recognised by the second", after[1]["unchanged"], before[1]["unchanged"] + 1)
            same("applied by the second", after[1]["applied"], before[1]["applied"])
        finally:
            same("exit code", second.kill(signal.SIGTERM), 0)


def slow_disk(case: Case) -> None:
    """Somebody holds the database: pods start as quickly, and their records come later."""
    with contextlib.closing(sqlite3.connect(case.agent.state / "state.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        case.has(case.run("slow", {"net.core.somaxconn": "1024"}), {"net.core.somaxconn": "1024"})
        same("answers too late", case.agent.status()["pods"]["answeredTooLate"], 0)
        same("records", case.agent.reasons("slow"), [])
        database.execute("COMMIT")
    wait_until(lambda: "SysctlsApplied" in case.agent.reasons("slow"), "the event is on record")
    same("lost records", case.agent.status()["records"]["lost"], 0)


def few_rights(case: Case) -> None:
    status = pathlib.Path(f"/proc/{case.agent.process.pid}/status").read_text()
    rows = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    kept = 1 << 21 | 1 << 19 | 1 << 12  # SYS_ADMIN, SYS_PTRACE, NET_ADMIN
    for name in ("CapEff", "CapPrm", "CapBnd"):
        same(name, int(rows[name], 16) & ~kept, 0)
    same("CapInh", int(rows["CapInh"], 16), 0)
    same("NoNewPrivs", rows["NoNewPrivs"].strip(), "1")
    same("Seccomp", rows["Seccomp"].strip(), "2")


def installed(case: Case) -> None:
    """The runtime starts the agent itself and hands it a connection."""
    case.agent.kill(signal.SIGTERM)
    plugin = case.runtime.state / "nri" / "plugins" / "10-podsysctl"
    plugin.write_text(f"#!/bin/sh\nexec {case.agent.binaries}/podsysctl-agent {' '.join(case.agent.flags)} "
                      f"2>>{case.agent.log}\n")
    plugin.chmod(0o755)
    subprocess.run([case.runtime.run / "kill"], check=True)
    subprocess.run([case.runtime.run / "start"], check=True)
    case.agent.wait_connected()
    wait_until(case.is_up, "the runtime takes calls")
    case.has(case.run("installed", {"net.core.somaxconn": "1024"}), {"net.core.somaxconn": "1024"})
    plugin.unlink()


CASES = (ten_keys, no_wish, forbidden, kernel_refuses, degraded, host_network, policy_reload,
         policy_reaches_running_pods, drift_told, drift_repaired_and_not_fought, local_api, commands, two_plugins, slow_disk, few_rights, gone_pods, agent_killed, agent_killed_amid_calls, runtime_killed, installed)


def fetch(runtime) -> None:
    """Through the network, which the inside has none of; there a test says what it misses."""
    with contextlib.suppress(runtime_containerd.Missing):
        runtime.fetch()


def go_inside(arguments: list[str], program: str = __file__) -> int:
    """Namespaces of one's own: whatever is left in them ends with them."""
    inside = subprocess.run(["unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--mount-proc",
                             "--kill-child", sys.executable, program, *arguments],
                            env={**os.environ, INSIDE: "1"}, check=False)
    return inside.returncode


def clean_up(runtime: NriContainerd) -> None:
    cri = cri_calls.Cri(runtime.socket)
    with contextlib.suppress(subprocess.SubprocessError, cri_calls.CallFailed):
        for pod in cri.pod_ids():
            cri.stop_pod(pod)
            cri.remove_pod(pod)
    runtime.stop()


def make_surroundings() -> None:
    """A /run and a loopback device of one's own; inside only."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def run_cases(options: argparse.Namespace, cases, runtime_kind) -> int:
    make_surroundings()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="psys-agent-") as folder:
        work = pathlib.Path(folder)
        runtime = runtime_kind(options.containerd, options.cache)
        try:
            runtime.start(work)
        except runtime_containerd.Missing as missing:
            print(f"skip: {missing}", file=sys.stderr)
            return SKIPPED
        agent = Agent(options.binaries.resolve(), work, runtime.run / "nri.sock")
        try:
            agent.start()
            for each in cases:
                if options.cases and each.__name__ not in options.cases:
                    continue
                start = time.monotonic()
                try:
                    each(Case(runtime, agent))
                    print(f"ok   {each.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
                except (AssertionError, cri_calls.CallFailed, subprocess.SubprocessError) as failure:
                    failed += 1
                    print(f"FAIL {each.__name__}: {failure}", flush=True)
        except CannotBeHad:
            return SKIPPED
        finally:
            if failed:
                print(agent.log.read_text(), file=sys.stderr)
                print(runtime.last_words(), file=sys.stderr)
            clean_up(runtime)
    return 1 if failed else 0


def main(cases=CASES, program: str = __file__, runtime_kind=NriContainerd) -> int:
    if sys.argv[1:2] == ["--one-pod"]:
        annotations = conf_text({"net.core.somaxconn": "1024"})
        print(cri_calls.Cri(pathlib.Path(sys.argv[2])).run_pod(cri_calls.Pod(sys.argv[3], annotations=annotations)))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of unpacked containerd versions")
    parser.add_argument("--containerd", default="2.1")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("skip: needs root", file=sys.stderr)
        return SKIPPED
    if os.environ.get(INSIDE):
        return run_cases(options, cases, runtime_kind)
    fetch(runtime_kind(options.containerd, options.cache))
    return go_inside(sys.argv[1:], program)


if __name__ == "__main__":
    sys.exit(main())
