#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around the agent, with a real containerd over NRI: the runtime killed amid calls, an
agent that comes late or hangs, a disk that is full.

nri_faults_test.py --binaries build/bin --cache DIR [--containerd 1.7|2.1] [CASE...]"""

import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import agent  # noqa: E402
import cri_calls  # noqa: E402
from agent import TEN, Case  # noqa: E402
from cases import holds, same, wait_until  # noqa: E402
from sysctls import read_value  # noqa: E402

WISH = {"net.core.somaxconn": "1024"}


def living_pods(case: Case, prefix: str) -> dict[str, int]:
    """Those whose process lives, by the beginning of their names: id -> pid."""
    found = {}
    for pod in case.cri.pod_ids():
        try:
            info = json.loads(case.cri.info(pod)["info"])
        except (cri_calls.CallFailed, KeyError, ValueError):
            continue  # half made when the runtime died
        if info.get("pid") and info["config"]["metadata"]["name"].startswith(prefix):
            found[pod] = info["pid"]
    return found


def has_value(pid: int) -> bool:
    try:
        return read_value("net.core.somaxconn", pid) == "1024"
    except subprocess.SubprocessError:
        return False


def runtime_killed_amid_calls(case: Case) -> None:
    """Killed when the first of several starts is through: whatever lives afterwards, the others too, has
    its values once both are back."""
    for round_ in range(4):
        connections = case.agent.status()["doors"][0]["connections"]
        runs = [case.run_apart(f"amid{round_}{i}", WISH) for i in range(5)]
        wait_until(lambda runs=runs: any(run.poll() == 0 for run in runs), "one of the pods has started")
        subprocess.run([case.runtime.run / "kill"], check=True)
        for run in runs:
            run.wait(60)
        subprocess.run([case.runtime.run / "start"], check=True)
        case.agent.wait_connected(connections + 1)
    same("pods of each round live", len(living_pods(case, "amid")) >= 4, True)
    wait_until(lambda: all(has_value(pid) for pid in living_pods(case, "amid").values()), "every pod has its value")
    case.has(case.run("amid-after", WISH), WISH)


def agent_comes_late(case: Case) -> None:
    """Pods of every kind run before there is an agent; each gets what it may have, and no more."""
    case.agent.kill(signal.SIGTERM)
    ten = case.run("late-ten", TEN)
    degraded = case.run("late-forbidden", {"net.core.somaxconn": "70000"})
    plain = case.run("late-plain")
    host = case.run("late-host", {"net.core.somaxconn": "1"}, host_network=True)
    before = read_value("net.core.somaxconn")
    case.agent.start()
    wait_until(lambda: "SysctlsRepaired" in case.agent.reasons("late-ten"), "the pod is repaired")
    case.has(ten, TEN)
    wait_until(lambda: "SysctlForbidden" in case.agent.reasons("late-forbidden"), "the event is on record")
    for pod in (degraded, plain):
        same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    same("the host's", read_value("net.core.somaxconn"), before)
    same("on the host's network", case.value(host, "net.core.somaxconn"), before)


def agent_hangs(case: Case) -> None:
    """The runtime waits two seconds and goes on; the pod is set right when the agent is back."""
    connections = case.agent.status()["doors"][0]["connections"]
    case.agent.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    pod = case.run("hang", WISH)
    took = time.monotonic() - begun
    same("the runtime waited", 1.5 < took < 10, True)
    same("somaxconn meanwhile", case.value(pod, "net.core.somaxconn"), "4096")
    case.agent.process.send_signal(signal.SIGCONT)
    case.agent.wait_connected(connections + 1)
    wait_until(lambda: case.value(pod, "net.core.somaxconn") == "1024", "the pod is set right")


def full_disk(case: Case) -> None:
    """Pods start with their values; their records wait until there is room."""
    case.agent.kill(signal.SIGTERM)
    kept = case.agent.state.parent / "state-elsewhere"
    case.agent.state.rename(kept)
    case.agent.state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", case.agent.state], check=True)
    try:
        case.agent.start()
        case.has(case.run("room", WISH), WISH)
        wait_until(lambda: "SysctlsApplied" in case.agent.reasons("room"), "the event is on record")
        filler = case.agent.state / "filler"
        fill(filler)
        for i in range(3):
            case.has(case.run(f"full{i}", WISH), WISH)
        same("answers too late", case.agent.status()["pods"]["answeredTooLate"], 0)
        wait_until(lambda: case.agent.status()["records"]["lastError"], "it is told of")
        holds(case.agent.status()["records"]["lastError"], "full")
        filler.unlink()
        case.has(case.run("room-again", WISH), WISH)
        for pod in ("full0", "full1", "full2", "room-again"):
            wait_until(lambda pod=pod: "SysctlsApplied" in case.agent.reasons(pod), f"{pod} is on record")
        same("records lost", case.agent.status()["records"]["lost"], 0)
    finally:
        case.agent.kill(signal.SIGTERM)
        subprocess.run(["umount", case.agent.state], check=True)
        shutil.rmtree(case.agent.state)
        kept.rename(case.agent.state)
        case.agent.start()


def fill(path: pathlib.Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


CASES = (agent_comes_late, agent_hangs, full_disk, runtime_killed_amid_calls)

if __name__ == "__main__":
    sys.exit(agent.main(CASES, __doc__))
