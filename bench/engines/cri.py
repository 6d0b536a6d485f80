#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One pod with ten sysctls through `run --engine cri` and by nothing but the runtime's own calls, in
turns, on a containerd that is started for it: cri.sh builds what it needs. Exit: 1 where the median
of the first is more than LIMIT times the second's, 77 where it cannot run."""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # the sources stay clean
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests" / "support")]
import contenders
import private_host
import runtime_containerd
import spawn
import stats
from cases import Skip

LIMIT = 1.1
IMAGE = "docker.io/library/busybox:latest"
COUNTS = (0, len(contenders.KEYS))


def jobs_of(options: argparse.Namespace, runtime: runtime_containerd.Containerd,
            work: pathlib.Path) -> dict[str, dict[int, spawn.Job]]:
    env = {"PATH": os.environ["PATH"]} | runtime.env
    ours = [str(options.binaries / "podsysctl"), "run", "--root", str(work / "root"), "--rm",
            "--engine", "cri", "--pull", "never", "--allowed-unsafe-sysctls",
            "net.*,kernel.msg*,kernel.shm*,fs.mqueue.*"]
    bare = [str(options.tools / "podsysctl-cri-calls"), str(runtime.socket), IMAGE, str(work)]
    jobs: dict[str, dict[int, spawn.Job]] = {"podsysctl": {}, "calls": {}}
    for count in COUNTS:
        pairs = [f"{name}={value}" for name, value in contenders.sysctls(count)]
        jobs["podsysctl"][count] = spawn.Job(
            [*ours, *contenders.flags(count), IMAGE, *contenders.COMMAND], None, env)
        jobs["calls"][count] = spawn.Job([*bare, *pairs, "--", *contenders.COMMAND], b"", env)
    return jobs


def measure(jobs: dict[str, dict[int, spawn.Job]], runs: int) -> dict[str, dict[int, list[float]]]:
    samples = {name: {count: [] for count in COUNTS} for name in jobs}
    for turn in range(runs + 1):
        for count in COUNTS:
            # Who begins changes, so that neither always follows the other.
            for name in sorted(jobs, reverse=turn % 2 == 1):
                wall = spawn.run_once(jobs[name][count]).wall_ms
                if turn > 0:  # the first warms the caches
                    samples[name][count].append(wall)
    return samples


def report(version: str, samples: dict[str, dict[int, list[float]]]) -> int:
    print(f"containerd {version}: medians in ms, 95 % interval, n={len(samples['calls'][0])}")
    worst = 0.0
    for count in COUNTS:
        line = f"  {count:2} sysctls"
        for name in ("podsysctl", "calls"):
            values = samples[name][count]
            low, high = stats.median_interval(values)
            line += f"  {name} {stats.summarise(values).median:.1f} ({low:.1f} to {high:.1f})"
        ratio = (stats.summarise(samples["podsysctl"][count]).median
                 / stats.summarise(samples["calls"][count]).median)
        worst = max(worst, ratio)
        print(f"{line}  ratio {ratio:.3f}", flush=True)
    return 0 if worst <= LIMIT else 1


def run_inside(options: argparse.Namespace) -> int:
    private_host.become_subreaper()
    private_host.furnish()
    work = pathlib.Path(tempfile.mkdtemp(prefix="podsysctl-bench-"))
    cache = (options.images.parent / "containerd").resolve()
    runtime = runtime_containerd.Containerd(options.containerd, cache)
    try:
        runtime.start(work)
        runtime.take_image("busybox", options.images.resolve() / "busybox")
        return report(options.containerd, measure(jobs_of(options, runtime, work), options.runs))
    except Skip as reason:
        return private_host.skip(reason)
    finally:
        runtime.stop()
        shutil.rmtree(work, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--containerd", choices=("1.6", "1.7", "2.1"), default="1.6")
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    options.binaries, options.tools = options.binaries.resolve(), options.tools.resolve()
    return run_inside(options) if private_host.is_inside() else private_host.go_inside(own_pids=False)


if __name__ == "__main__":
    sys.exit(main())
