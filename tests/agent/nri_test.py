#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The agent with a real containerd over NRI: what pods get, what is refused, and what is left after
either side is killed. Everything runs in namespaces of its own, which end with it.

nri_test.py --binaries build/bin --cache DIR [--containerd 1.7|2.1] [CASE...]
nri_attack_test.py, nri_faults_test.py and nri_users_test.py have more cases, by topic, and the same flags.
Exit status 77 with a reason where no such containerd can be had."""

import contextlib
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import agent  # noqa: E402
import rights  # noqa: E402
from agent import TEN, Agent, Case  # noqa: E402
from cases import holds, same, wait_until  # noqa: E402
from sysctls import read_value  # noqa: E402


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
    before = read_value("net.ipv4.tcp_fin_timeout")
    message = case.refused("hostnet", {"net.ipv4.tcp_fin_timeout": "31"}, host_network=True)
    holds(message, "host")
    same("the host's value", read_value("net.ipv4.tcp_fin_timeout"), before)
    case.run("hostnet-plain", host_network=True)


def policy_reload(case: Case) -> None:
    message = case.refused("later", {"net.core.somaxconn": "1024"}, namespace="later")
    holds(message, "SysctlForbidden")
    generation = case.agent.status()["policy"]["generation"]
    added = case.agent.put_policies(
        "later.yaml",
        "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: later}\n"
        "spec: {match: {namespaces: [later]}, allowed: [{name: net.core.somaxconn}]}\n")
    wait_until(lambda: case.agent.status()["policy"]["generation"] > generation, "the policy is in force")
    # Under another name: containerd 2.1 does not start again over two sandboxes of one.
    case.has(case.run("later1", {"net.core.somaxconn": "1024"}, namespace="later"), {"net.core.somaxconn": "1024"})
    case.agent.put_policies("later.yaml", "spec: [broken\n")
    wait_until(lambda: case.agent.status()["policy"]["lastError"], "the broken file is told of")
    case.has(case.run("later2", {"net.core.somaxconn": "1024"}, namespace="later"), {"net.core.somaxconn": "1024"})
    added.unlink()
    wait_until(lambda: not case.agent.status()["policy"]["lastError"], "the folder is whole again")


def policy_reaches_running_pods(case: Case) -> None:
    pod = case.run("waiting", {"net.core.somaxconn": "1024"}, namespace="lenient")
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    added = case.agent.put_policies(
        "lenient.yaml",
        "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: granted}\n"
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
        runs = [case.run_apart(f"many{round_}{i}", {"net.core.somaxconn": "1024"}) for i in range(3)]
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
    rights.at_most(case.agent.process.pid, rights.AGENT)


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
         policy_reaches_running_pods, drift_told, drift_repaired_and_not_fought, local_api, commands, two_plugins,
         slow_disk, few_rights, gone_pods, agent_killed, agent_killed_amid_calls, runtime_killed, installed)

if __name__ == "__main__":
    sys.exit(agent.main(CASES, __doc__))
