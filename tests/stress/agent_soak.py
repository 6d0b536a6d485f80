#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts and removes many pods on a real containerd while the agent is killed again and again: every pod
that was reported started has its values, at once or as soon as the agent is back, and in the end nothing
is left. Then as many without kills: the agent has not grown.

    sudo tests/stress/agent_soak.py --binaries build/bin --cache build/tests/containerd [--pods 2000]

Runs in namespaces of its own. Exit status 1 with what is wrong, 77 where no such containerd can be had."""

import argparse
import collections
import contextlib
import dataclasses
import os
import pathlib
import random
import sqlite3
import statistics
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import agent  # noqa: E402
import cri_calls  # noqa: E402
from cases import holds, same  # noqa: E402

# Of a pod that was reported started while no agent was there, until its values are in force.
PATIENCE = 30.0
FORBIDDEN_EVERY = 20
GROWTH_KB = 2048
GROWTH_FDS = 4


@dataclasses.dataclass
class Tally:
    """What became of the pods."""
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    start_ms: list[float] = dataclasses.field(default_factory=list)
    wrong: list[str] = dataclasses.field(default_factory=list)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def complain(self, what: str) -> None:
        with self.lock:
            self.wrong.append(what)


class Soak:
    def __init__(self, case: agent.Case, seed: int):
        self.case = case
        self.rng = random.Random(seed)
        self.tally = Tally()
        self.left = iter(())
        self.left_lock = threading.Lock()

    def pods(self, numbers: range, workers: int) -> None:
        self.left = iter(numbers)
        threads = [threading.Thread(target=self.work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def work(self) -> None:
        while True:
            with self.left_lock:
                number = next(self.left, None)
            if number is None:
                return
            try:
                self.one(number)
            except Exception as failure:  # pylint: disable=broad-except
                self.tally.complain(f"pod {number}: {failure!r}")

    def one(self, number: int) -> None:
        if number % FORBIDDEN_EVERY == 0:
            self.forbidden(number)
            return
        wishes = {"net.core.somaxconn": str(1024 + number % 4096), "kernel.msgmax": "16384",
                  "net.ipv4.tcp_fin_timeout": str(10 + number % 50)}
        begun = time.monotonic()
        pod = self.case.run(f"soak{number}", wishes)
        with self.tally.lock:
            self.tally.start_ms.append((time.monotonic() - begun) * 1000)
        self.tally.count("started")
        self.tally.count("with their values at once" if self.has(pod, wishes) else "repaired")
        self.wait_for(pod, wishes, number)
        self.remove(pod)

    def forbidden(self, number: int) -> None:
        """Refused; or, with no agent there to refuse it, started without what it must not have."""
        try:
            pod = self.case.run(f"soak{number}", {"net.core.somaxconn": "70000"})
        except cri_calls.CallFailed as failure:
            holds(str(failure), "SysctlForbidden")
            self.tally.count("refused")
            return
        self.tally.count("forbidden, with no agent to refuse them")
        same("somaxconn", self.case.value(pod, "net.core.somaxconn"), "4096")
        self.remove(pod)

    def has(self, pod: str, wishes: dict[str, str]) -> bool:
        return all(self.case.value(pod, key) == value for key, value in wishes.items())

    def wait_for(self, pod: str, wishes: dict[str, str], number: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.has(pod, wishes):
            if time.monotonic() > deadline:
                self.tally.complain(f"pod {number} never got its values")
                return
            time.sleep(0.1)

    def remove(self, pod: str) -> None:
        self.case.cri.remove_pod(pod)

    def kill_every(self, seconds: float, done: threading.Event) -> None:
        while not done.wait(seconds):
            self.case.agent.kill()
            self.tally.count("kills")
            time.sleep(self.rng.uniform(0, 1))
            self.case.agent.start()


def size_of(pid: int) -> tuple[int, int]:
    """Resident kB, descriptors."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return resident, len(os.listdir(f"/proc/{pid}/fd"))


def left_behind(soak: Soak) -> list[str]:
    """After all pods were removed."""
    case = soak.case
    left = [f"sandbox {pod}" for pod in case.cri.pod_ids()]
    left += [f"network namespace {path}" for path in pathlib.Path("/run/netns").glob("*")]
    left += [f"interface {path.name}" for path in pathlib.Path("/sys/class/net").glob("veth*")]
    pods = case.agent.status()["pods"]["withSettings"]
    left += [f"{pods} pods that the agent still knows"] if pods else []
    with contextlib.closing(sqlite3.connect(case.agent.state / "state.db")) as database:
        for table in ("pods", "settings"):
            rows = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            left += [f"{rows} rows in {table}"] if rows else []
    left += [] if case.agent.status()["records"]["lost"] == 0 else ["records that were lost"]
    return left


def settle(soak: Soak) -> list[str]:
    """The records are written by a thread of their own: what is left when nothing goes away any more."""
    deadline = time.monotonic() + PATIENCE
    while (left := left_behind(soak)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def soak_all(soak: Soak, options: argparse.Namespace) -> list[str]:
    done = threading.Event()
    killer = threading.Thread(target=soak.kill_every, args=(options.kill_every, done))
    begun = time.monotonic()
    killer.start()
    soak.pods(range(options.pods), options.workers)
    done.set()
    killer.join()
    print(f"{options.pods} pods in {time.monotonic() - begun:.0f} s: "
          f"{', '.join(f'{count} {what}' for what, count in sorted(soak.tally.counts.items()))}; "
          f"start median {statistics.median(soak.tally.start_ms):.0f} ms", flush=True)
    wrong = [f"left: {each}" for each in settle(soak)]
    quiet = max(options.pods // 4, 20)
    soak.pods(range(options.pods, options.pods + quiet // 4), options.workers)  # warms up
    wrong += [f"left: {each}" for each in settle(soak)]
    before = size_of(soak.case.agent.process.pid)
    soak.pods(range(options.pods + quiet // 4, options.pods + quiet), options.workers)
    wrong += [f"left: {each}" for each in settle(soak)]
    after = size_of(soak.case.agent.process.pid)
    print(f"the agent before and after {quiet - quiet // 4} more pods without kills: {before[0]} and {after[0]} kB, "
          f"{before[1]} and {after[1]} descriptors", flush=True)
    if after[0] - before[0] > GROWTH_KB or after[1] - before[1] > GROWTH_FDS:
        wrong.append(f"grown from {before} to {after} (kB, descriptors)")
    wrong += [] if soak.tally.counts["kills"] else ["the agent was never killed: ask for more pods"]
    return wrong + soak.tally.wrong


def run(options: argparse.Namespace, runtime: agent.NriContainerd) -> int:
    with agent.started(runtime, options.binaries) as case:
        case.agent.start()
        wrong = soak_all(Soak(case, options.seed), options)
    print("\n".join(wrong[:50]) if wrong else "nothing missed, nothing left, nothing grown")
    return 1 if wrong else 0


def main() -> int:
    parser = agent.parser_of(__doc__)
    parser.add_argument("--containerd", default="2.1")
    parser.add_argument("--pods", type=int, default=200)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=20.0, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    runtime = agent.NriContainerd(options.containerd, options.cache)
    return agent.run_on_private_host(runtime, lambda: run(options, runtime))


if __name__ == "__main__":
    sys.exit(main())
