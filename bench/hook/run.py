#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What podsysctl-hook and podsysctl-runtime cost: from posix_spawn to the exit of one call, in turns with
the runtimes alone, in namespaces of its own.

run.py --binaries build/bin [--runs 60]. Exit status 77 with the reason where it cannot run."""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests" / "hook")]
import contenders  # noqa: E402
import stats  # noqa: E402
import surroundings  # noqa: E402
import private_host  # noqa: E402
from cases import Skip, wait_until  # noqa: E402
from sysctls import conf_text  # noqa: E402

POLICY = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: all}
spec: {match: {}, allowed: [{name: "*"}]}
"""


@dataclasses.dataclass(frozen=True)
class Took:
    """Milliseconds."""

    wall: float
    cpu: float  # of the program and of those that it waited for; hardly depends on what else runs


def timed(argv: list, state: str | None = None) -> Took:
    """Fails where the program does."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
        given.write((state or "").encode())
        given.seek(0)
        actions = [(os.POSIX_SPAWN_DUP2, given.fileno(), 0), (os.POSIX_SPAWN_DUP2, told.fileno(), 1),
                   (os.POSIX_SPAWN_DUP2, told.fileno(), 2)]
        words = [str(word) for word in argv]
        begin = time.monotonic_ns()
        pid = os.posix_spawn(words[0], words, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        end = time.monotonic_ns()
        told.seek(0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise AssertionError(f"{words}: {told.read().decode(errors='replace')}")
    return Took((end - begin) / 1e6, (usage.ru_utime + usage.ru_stime) * 1e3)


@dataclasses.dataclass
class Row:
    name: str
    measure: Callable[[int], Took]  # by the number of the run
    over: str = ""  # what it is compared with
    samples: list[Took] = dataclasses.field(default_factory=list)


class Bench(surroundings.Bench):
    def __init__(self, binaries: pathlib.Path, work: pathlib.Path):
        super().__init__(binaries, work)
        (self.policies / "all.yaml").write_text(POLICY)
        self.state = work / "state"

    def wishes(self, count: int, run: int) -> dict[str, str]:
        """Other values every second time, so that there is something to write."""
        return {name: (value, other)[run % 2] for name, value, other in contenders.KEYS[:count]}

    def hook_row(self, name: str, count: int, pid: int) -> Row:
        bundles = [self.bundle([], conf_text(self.wishes(count, run)) if count else {}) for run in (0, 1)]
        states = [json.dumps({"ociVersion": "1.0.2", "id": "bench", "status": "creating", "pid": pid,
                              "bundle": str(bundle)}) for bundle in bundles]
        argv = [self.binaries / "podsysctl-hook", f"--policy-dir={self.policies}", "createRuntime"]
        return Row(name, lambda run: timed(argv, states[run % 2]))

    def runtime_words(self, runtime: str, wrapped: bool) -> list:
        ours = [self.binaries / "podsysctl-runtime", f"--podsysctl-runtime={runtime}",
                f"--podsysctl-policy-dir={self.policies}"]
        return [*(ours if wrapped else [runtime]), "--root", f"{self.state}-{os.path.basename(runtime)}"]

    def create_row(self, runtime: str, name: str, count: int, wrapped: bool, over: str = "") -> Row:
        bundle = self.bundle([], conf_text(self.wishes(count, 0)) if count else {})
        words = [*self.runtime_words(runtime, wrapped), "create", "--bundle", bundle, "--pid-file", bundle / "pid"]

        def measure(_: int) -> Took:
            took = timed([*words, "bench"])
            subprocess.run([*self.runtime_words(runtime, False), "delete", "--force", "bench"], check=True)
            return took

        return Row(name, measure, over)

    def state_row(self, runtime: str, name: str, wrapped: bool, over: str = "") -> Row:
        return Row(name, lambda _: timed([*self.runtime_words(runtime, wrapped), "state", "kept"]), over)

    def hook_rows(self, pid: int) -> list[Row]:
        busybox = contenders.program("busybox")
        return [Row("a static program that ends at once", lambda _: timed([busybox, "true"])),
                self.hook_row("hook, nothing asked for", 0, pid), self.hook_row("hook, 1 key", 1, pid),
                self.hook_row("hook, 10 keys", 10, pid)]

    def runtime_rows(self, program: str) -> list[Row]:
        runtime = contenders.program(program)
        kept = self.bundle([], command=["/bin/sleep", "1000"])
        timed([*self.runtime_words(runtime, False), "create", "--bundle", kept, "kept"])
        alone = [f"{program} state", f"{program} create"]
        return [self.state_row(runtime, alone[0], False),
                self.state_row(runtime, f"{alone[0]} behind podsysctl-runtime", True, alone[0]),
                self.create_row(runtime, alone[1], 0, False),
                self.create_row(runtime, f"{alone[1]} behind it, nothing asked for", 0, True, alone[1]),
                self.create_row(runtime, f"{alone[1]} behind it, 10 keys", 10, True, alone[1])]


def measure(rows: list[Row], runs: int) -> None:
    for run in range(runs):
        for row in rows[run % len(rows):] + rows[:run % len(rows)]:
            row.samples.append(row.measure(run))


def report(rows: list[Row]) -> None:
    by_name = {row.name: row for row in rows}
    print("| call | median ms | lowest | 90 % | more than without, median of the pairs | CPU, median |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        one = stats.summarise([took.wall for took in row.samples])
        cpu = stats.summarise([took.cpu for took in row.samples])
        more = ""
        if row.over:
            others = by_name[row.over].samples
            pairs = [ours.wall - other.wall for ours, other in zip(row.samples, others, strict=True)]
            low, high = stats.median_interval(pairs)
            more = f"{stats.summarise(pairs).median:+.2f} (95 %: {low:+.2f} to {high:+.2f})"
        print(f"| {row.name} | {one.median:.2f} | {one.low:.2f} | {one.p90:.2f} | {more} | {cpu.median:.2f} |")


@contextlib.contextmanager
def waiting_process():
    """In network and ipc namespaces of its own."""
    child = subprocess.Popen(["unshare", "--net", "--ipc", "sleep", "100000"])
    try:
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{child.pid}/ns/net") != own, "the process has a network of its own")
        yield child.pid
    finally:
        child.kill()
        child.wait()


def inside(options: argparse.Namespace) -> int:
    surroundings.furnish()
    with tempfile.TemporaryDirectory(prefix="psys-bench-hook-", ignore_cleanup_errors=True) as folder, \
            waiting_process() as pid:
        bench = Bench(options.binaries.resolve(), pathlib.Path(folder))
        done = []
        for rows in (bench.hook_rows(pid), bench.runtime_rows("runc"), bench.runtime_rows("crun")):
            measure(rows, options.runs)
            done += rows
        report(done)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args()
    if not private_host.is_inside():
        return private_host.go_inside()
    try:
        return inside(options)
    except (contenders.Unavailable, Skip) as reason:
        return private_host.skip(reason)


if __name__ == "__main__":
    sys.exit(main())
