#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long after its start a pod has its values where the agent follows a runtime, and what following
costs while nothing happens.

follow.py --binaries build/bin --cache DIR --runtime docker|1.6 [--rounds 40] [--idle 20]
The first process of each container asks for the value over and over and keeps the time that it took
in its command line. `unchanged`: the same for a value that was there from the beginning, which is
what the measuring itself takes. Runs in namespaces of its own."""

import argparse
import os
import pathlib
import statistics
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "agent"))

import followed  # noqa: E402
import agent  # noqa: E402
import runtime_containerd  # noqa: E402
from cases import wait_until  # noqa: E402

BASE = 1_000_000_000
# Microseconds by the clock of the machine, in busybox's shell and with one process a look.
MEASURE = """t() {
  set -- $(BUSYBOX adjtimex)
  while [ "$1" != time.tv_sec: ]; do shift; done; s=$2
  while [ "$1" != time.tv_usec: ]; do shift; done
  now=$((s * 1000000 + $2))
}
t; from=$now; i=0
while read v </proc/sys/net/core/somaxconn; [ "$v" = 4096 ] && [ $i -lt 5000000 ]; do i=$((i + 1)); done
t; exec BUSYBOX sleep $((BASE + now - from))"""


def script(busybox: str, wanted: str) -> str:
    return MEASURE.replace("BUSYBOX", busybox).replace("BASE", str(BASE)).replace("4096", wanted)


def measured(pid: int) -> float:
    """Milliseconds, once the process has become a sleep."""
    found = []

    def is_asleep() -> bool:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[1:2] == [b"sleep"]:
            found.append(int(words[2]) - BASE)
        return bool(found)
    wait_until(is_asleep, f"process {pid} has its value")
    return found[0] / 1000


class MeasuringContainerd(runtime_containerd.Containerd):
    """Whose pause process measures."""

    wanted = "4096"

    def pause_command(self) -> list[str]:
        return ["/busybox", "sh", "-c", script("/busybox", self.wanted)]


def one(pods, name: str, settings: dict[str, str] | None, wanted: str) -> float:
    if isinstance(pods, followed.DockerPods):
        pod = pods.run(name, settings, command=("sh", "-c", script("/bin/busybox", wanted)))
    else:
        pod = pods.run(name, settings)
    took = measured(pods.pid(pod))
    pods.remove(pod)
    return took


def show(name: str, values: list[float]) -> None:
    ordered = sorted(values)
    print(f"{name}: least {ordered[0]:.1f} ms, p50 {statistics.median(ordered):.1f}, "
          f"p90 {ordered[int(len(ordered) * 0.9)]:.1f}, p99 {ordered[int(len(ordered) * 0.99)]:.1f} "
          f"({len(ordered)} pods)", flush=True)


def processor_time(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(pid: int, seconds: float) -> None:
    before = processor_time(pid)
    time.sleep(seconds)
    spent = processor_time(pid) - before
    print(f"idle: {spent * 1000:.0f} ms of processor time in {seconds:.0f} s", flush=True)


def measure(options: argparse.Namespace, runtime) -> int:
    with followed.started(runtime, options.binaries) as case:
        case.agent.start()
        idle(case.agent.process.pid, options.idle)
        if options.runtime == "docker":
            show("unchanged", [one(case.pods, f"same{i}", None, "0") for i in range(options.rounds)])
        show("until the value is in force",
             [one(case.pods, f"web{i}", followed.WISH, "4096") for i in range(options.rounds)])
    return 0


def main() -> int:
    parser = agent.parser_of(__doc__)
    parser.add_argument("--runtime", choices=("docker", "1.6"), required=True)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--idle", type=float, default=20)
    options = parser.parse_args()
    runtime = followed.runtime_of(options.runtime, options.cache, MeasuringContainerd)
    return agent.run_on_private_host(runtime, lambda: measure(options, runtime))


if __name__ == "__main__":
    sys.exit(main())
