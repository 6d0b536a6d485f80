#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `podsysctl check` against the bare events of libyaml and against what else reads manifests here.

Every round runs each job once, in an order of its own, so that what disturbs the machine disturbs all.
Prints Markdown. Needs no root. Exit: 0 measured (goals met or not), 1 something failed.
"""

import argparse
import dataclasses
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources stay clean
import generate

RATIO_GOAL = 1.6
MEMORY_GOAL_MB = 64
START_GOAL_MS = 10
LINEAR_SLACK = 1.15  # ten times the input may take so much more than libyaml's events do
SCALE_GOAL = 0.9
TWO_PROGRAMS = "two of -j 1 at once, half each"
PY_LOAD = "import sys, yaml\nfor p in sys.argv[1:]:\n    for _ in yaml.load_all(open(p), Loader=yaml.CSafeLoader): pass"


@dataclasses.dataclass
class Job:
    name: str
    command: list[str]
    wanted: tuple[int, ...] = (0,)
    seconds: list[float] = dataclasses.field(default_factory=list)
    cpu: list[float] = dataclasses.field(default_factory=list)
    peak_mb: float = 0
    peer: bool = False
    beside: list[str] = dataclasses.field(default_factory=list)  # runs at the same time

    def run(self) -> None:
        start = time.monotonic()
        commands = [self.command, self.beside] if self.beside else [self.command]
        children = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                    for command in commands]
        cpu = sum(self.end_of(child) for child in children)
        self.seconds.append(time.monotonic() - start)
        self.cpu.append(cpu)

    def end_of(self, child: subprocess.Popen) -> float:
        """Waits for it; its processor time."""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in self.wanted:
            raise SystemExit(f"{self.name}: exit {child.returncode}: {child.stderr.read().decode()[:400]}")
        child.stderr.close()
        self.peak_mb = max(self.peak_mb, usage.ru_maxrss / 1024)
        return usage.ru_utime + usage.ru_stime

    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclasses.dataclass
class Group:
    title: str
    jobs: list[Job]

    def job(self, name: str) -> Job:
        return next(job for job in self.jobs if job.name == name)


def has_csafeloader() -> bool:
    probe = "import yaml; yaml.CSafeLoader"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode == 0


def peers(paths: list[str], json_too: bool) -> list[Job]:
    found = []
    if has_csafeloader():
        found.append(Job("PyYAML, CSafeLoader, load only", [sys.executable, "-c", PY_LOAD, *paths]))
    for tool, arguments in (("yq", ["."]), ("kubeconform", ["-ignore-missing-schemas"])):
        if program := shutil.which(tool):
            found.append(Job(tool, [program, *arguments, *paths], (0, 1)))
    if json_too and (program := shutil.which("jq")):
        found.append(Job("jq .", [program, ".", *paths]))
    for job in found:
        job.peer = True
    return found


def check_job(binary: str, threads: int, paths: list[str]) -> Job:
    return Job(f"podsysctl check -j {threads}", [binary, "check", "-o", "json", "-j", str(threads), *paths], (0, 1))


def halves_job(binary: str, halves: list[list[str]]) -> Job:
    """What two processors can do at the most: two programs that share nothing."""
    first, second = ([binary, "check", "-o", "json", "-j", "1", *paths] for paths in halves)
    return Job(TWO_PROGRAMS, first, (0, 1), beside=second)


def halves_of(documents: pathlib.Path) -> list[list[str]]:
    """The documents of a file in two files beside it; line by line, since what this program holds counts as a job's."""
    middle = documents.stat().st_size // 2
    paths = [documents.with_name(f"half-{number}.yaml") for number in (0, 1)]
    with documents.open("rb") as whole, paths[0].open("wb") as first, paths[1].open("wb") as second:
        part, done = first, 0
        for line in whole:
            if done > middle and line == b"---\n":
                part = second
            part.write(line)
            done += len(line)
    return [[str(path)] for path in paths]


def groups_of(binary: str, events: str, data: pathlib.Path) -> list[Group]:
    pods, tree, listed = str(data / "pods.yaml"), str(data / "tree"), str(data / "list.json")
    files = sorted(str(path) for path in (data / "tree").rglob("*.yaml"))
    small, ten = files[0], str(data / "ten" / "pods.yaml")
    return [
        Group("One file of 20,000 Pods", [
            Job("libyaml events", [events, pods]), check_job(binary, 1, [pods]), check_job(binary, 2, [pods]),
            halves_job(binary, halves_of(data / "pods.yaml")), *peers([pods], False)]),
        Group("A tree of 5,000 files", [
            Job("libyaml events", [events, *files]), check_job(binary, 1, [tree]), check_job(binary, 2, [tree]),
            halves_job(binary, [files[::2], files[1::2]]), *peers(files, False)]),
        Group("One JSON List", [
            Job("libyaml events", [events, listed]), check_job(binary, 1, [listed]), check_job(binary, 2, [listed]),
            *peers([listed], True)]),
        Group("One small file", [check_job(binary, 1, [small])]),
        Group("Ten times the Pods", [Job("libyaml events", [events, ten]), check_job(binary, 1, [ten])]),
    ]


def table(group: Group, size_mb: float) -> list[str]:
    lines = [f"### {group.title}, {size_mb:.1f} MB", "", "| | median, ms | least, ms | CPU, ms | peak, MB |",
             "|---|---:|---:|---:|---:|"]
    for job in group.jobs:
        lines.append(f"| {job.name} | {1000 * job.median():.1f} | {1000 * min(job.seconds):.1f} | "
                     f"{1000 * statistics.median(job.cpu):.1f} | {job.peak_mb:.0f} |")
    return lines + [""]


def paired_ratio(above: Job, below: Job) -> float:
    """Of CPU times in the same round: what both meet cancels out."""
    return statistics.median(a / b for a, b in zip(above.cpu, below.cpu))


def goals(groups: list[Group]) -> list[str]:
    pods, tree, listed, small, ten = groups
    one, two = "podsysctl check -j 1", "podsysctl check -j 2"
    rows = []

    def row(what: str, reached: str, goal: str, met: bool) -> None:
        rows.append(f"| {what} | {reached} | {goal} | {'met' if met else '**missed**'} |")

    for group in (pods, tree, listed):
        ratio = paired_ratio(group.job(one), group.job("libyaml events"))
        row(f"{group.title}: one thread / libyaml's events", f"{ratio:.2f}", f"<= {RATIO_GOAL}", ratio <= RATIO_GOAL)
    for group in (pods, tree):
        gain, most = (group.job(one).median() / group.job(name).median() for name in (two, TWO_PROGRAMS))
        row(f"{group.title}: one thread / two", f"{gain:.2f}; two programs gain {most:.2f}",
            f">= {SCALE_GOAL} of that", gain >= SCALE_GOAL * most)
    peak = pods.job(one).peak_mb
    row("Memory for the Pods", f"{peak:.0f} MB", f"< {MEMORY_GOAL_MB} MB", peak < MEMORY_GOAL_MB)
    start = 1000 * small.job(one).median()
    row("Start-up, one small file", f"{start:.1f} ms", f"<= {START_GOAL_MS} ms", start <= START_GOAL_MS)
    # A machine that is slower in long runs is slower for both.
    growth, bare = (ten.job(name).median() / pods.job(name).median() for name in (one, "libyaml events"))
    row("Ten times the input", f"{growth:.1f} times the time; libyaml's events {bare:.1f}", "linear",
        growth <= max(10, bare) * LINEAR_SLACK)
    return ["### Goals", "", "| | reached | goal | |", "|---|---:|---:|---|", *rows, ""]


def sizes(data: pathlib.Path) -> list[float]:
    tree = [path.stat().st_size for path in (data / "tree").rglob("*.yaml")]
    return [size / 1e6 for size in ((data / "pods.yaml").stat().st_size, sum(tree),
                                    (data / "list.json").stat().st_size, tree[0],
                                    (data / "ten" / "pods.yaml").stat().st_size)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", default="build/bin", help="folder with podsysctl")
    parser.add_argument("--tools", default="build/bench/bin", help="folder with podsysctl-yaml-events")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peer-rounds", type=int, default=3, help="of the others, which take seconds to minutes")
    parser.add_argument("--without", action="append", default=[], metavar="TOOL", help="leave out yq, jq, ...")
    given = parser.parse_args()
    binary, events = f"{given.binaries}/podsysctl", f"{given.tools}/podsysctl-yaml-events"
    with tempfile.TemporaryDirectory(prefix="podsysctl-bench-") as folder:
        data = pathlib.Path(folder)
        generate.generate(data)
        generate.generate(data / "ten", scale=10)
        groups = groups_of(binary, events, data)
        for group in groups:
            group.jobs = [job for job in group.jobs if not job.peer or job.name.split()[0] not in given.without]
        order = random.Random(0)
        for number in range(given.rounds + 1):
            jobs = [job for group in groups for job in group.jobs]
            order.shuffle(jobs)
            for job in jobs:
                if not job.peer or 0 < number <= given.peer_rounds:
                    job.run()
            if number == 0:  # to warm up
                for job in jobs:
                    job.seconds.clear()
                    job.cpu.clear()
        lines = [f"{given.rounds} rounds ({given.peer_rounds} of the other programs) on {os.cpu_count()} processors, "
                 f"Linux {os.uname().release}. A peak below that of Python, which starts the jobs, cannot be seen.", ""]
        for group, size in zip(groups, sizes(data)):
            lines += table(group, size)
    print("\n".join(lines + goals(groups)))


if __name__ == "__main__":
    main()
