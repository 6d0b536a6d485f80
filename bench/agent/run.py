#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the agent costs: its handler, a crowd of sandboxes, a pod's start with and without it, and its memory.

run.py --binaries build/bin --tools build/bench/bin --cache DIR [--containerd 2.1] [--rounds 300] [--pairs 15] [--sandboxes 500]
Pods are started by turns with and without the agent, so that what disturbs the machine disturbs
both. Runs in namespaces of its own."""

import argparse
import collections
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

import agent  # noqa: E402
import rights  # noqa: E402
from agent import TEN, Case  # noqa: E402


def quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def handler(tools: pathlib.Path, rounds: int) -> None:
    samples = collections.defaultdict(list)
    lines = subprocess.run([tools / "podsysctl-agent-bench", str(rounds)], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    for line in lines:
        name, microseconds = line.split("\t")
        samples[name].append(float(microseconds))
    for name, values in samples.items():
        print(f"{name}: least {min(values):.0f} us, p50 {statistics.median(values):.0f}, "
              f"p90 {quantile(values, 0.9):.0f}, p99 {quantile(values, 0.99):.0f} ({len(values)} samples)")


def crowd(binaries: pathlib.Path, tools: pathlib.Path, sandboxes: int, rounds: int) -> None:
    """Many sandboxes: memory, a look for drift over all, a start while all are looked at again."""
    samples = collections.defaultdict(list)
    lines = subprocess.run([tools / "podsysctl-agent-crowd", binaries / "podsysctl-agent", str(sandboxes), str(rounds)],
                           check=True, capture_output=True, text=True).stdout.splitlines()
    for line in lines:
        name, number = line.split("\t")
        samples[name].append(float(number))
    for name, values in samples.items():
        if name.startswith("resident"):
            print(f"{name}: {values[0] / 2**20:.1f} MiB")
        else:
            print(f"{name}: p50 {statistics.median(values) / 1000:.2f} ms, least {min(values) / 1000:.2f}, "
                  f"most {max(values) / 1000:.2f} ({len(values)} samples)")
    ratios = [drift / bare for drift, bare in zip(samples["drift"], samples["bare"])]
    print(f"drift over {sandboxes} sandboxes / bare loop: {statistics.median(ratios):.2f} (goal: at most 2)")


def resident(case: Case) -> str:
    return rights.status_of(case.agent.process.pid)["VmRSS"]


def one_start(case: Case, name: str, settings: dict[str, str] | None) -> float:
    start = time.monotonic()
    pod = case.run(name, settings)
    took = time.monotonic() - start
    case.cri.remove_pod(pod)
    return took * 1000


def pods(case: Case, pairs: int) -> None:
    times = {"without": [], "with, no wishes": [], "with, 10 keys": []}
    print(f"resident, idle: {resident(case)}")
    for i in range(pairs):
        # Each kind comes first, second and third in turn.
        for kind in [*times, *times][i % 3:i % 3 + 3]:
            if kind == "without":
                case.agent.kill()
            name = f"{kind.replace(', ', '-').replace(' ', '-')}-{i}"
            times[kind].append(one_start(case, name, TEN if kind != "with, no wishes" else None))
            if kind == "without":
                case.agent.start()
    for name, values in times.items():
        print(f"pod start {name}: median {statistics.median(values):.1f} ms, least {min(values):.1f}, "
              f"p90 {quantile(values, 0.9):.1f}")
    print(f"resident, after: {resident(case)}")


def measure(options: argparse.Namespace, runtime: agent.NriContainerd) -> int:
    handler(options.tools, options.rounds)
    crowd(options.binaries, options.tools, options.sandboxes, options.crowd_rounds)
    with agent.started(runtime, options.binaries) as case:
        case.agent.start()
        pods(case, options.pairs)
    return 0


def main() -> int:
    parser = agent.parser_of(__doc__)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("--containerd", default="2.1")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--sandboxes", type=int, default=500)
    parser.add_argument("--crowd-rounds", type=int, default=10)
    options = parser.parse_args()
    runtime = agent.NriContainerd(options.containerd, options.cache)
    return agent.run_on_private_host(runtime, lambda: measure(options, runtime))


if __name__ == "__main__":
    sys.exit(main())
