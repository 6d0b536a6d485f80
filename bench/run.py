#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures podsysctl against the OCI runtimes alone, docker, podman and the least that is possible.

All in one run and in turn: every round runs each case once, in an order of its own, so that what
disturbs the machine disturbs all. Prints Markdown. As root; leaves nothing.
Exit: 0 measured (goals met or not), 1 something failed or was left behind, 77 cannot run here.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources stay clean
import contenders
import footprint
import host
import phases
import private_host
import report
import spawn
from contenders import COUNTS, KEYS, Contender, Place, Unavailable

WARM_UPS = 2
SETTLE = 0.02  # what a run leaves to the kernel (namespaces that end) should not meet the next


@dataclasses.dataclass
class Results:
    """Samples in milliseconds by (contender, network, number of sysctls), and the rest."""

    machine: str = ""
    rounds: int = 0
    load: list[str] = dataclasses.field(default_factory=list)
    versions: list[str] = dataclasses.field(default_factory=list)
    skipped: dict[str, str] = dataclasses.field(default_factory=dict)
    wall: dict[tuple[str, str, int], list[float]] = dataclasses.field(default_factory=dict)
    cpu: dict[tuple[str, str, int], list[float]] = dataclasses.field(default_factory=dict)
    pairs: dict[str, list[tuple[float, float]]] = dataclasses.field(default_factory=dict)
    phases: dict[str, dict[str, list[tuple[float, float]]]] = dataclasses.field(default_factory=dict)
    in_process_us: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    lost_output: dict[str, int] = dataclasses.field(default_factory=dict)
    version_ms: list[float] = dataclasses.field(default_factory=list)
    run_peak_kb: dict[str, int] = dataclasses.field(default_factory=dict)
    pause_kb: tuple[int, int] = (0, 0)

    def as_json(self) -> str:
        document = dataclasses.asdict(self)
        for name in ("wall", "cpu"):
            document[name] = [{"contender": who, "network": network, "sysctls": count, "ms": samples}
                              for (who, network, count), samples in getattr(self, name).items()]
        return json.dumps(document, indent=1)


def note_load(results: Results, when: str) -> None:
    results.load.append(f"{when} {100 * host.idle_share(1.0):.0f} % idle")


def prepare(results: Results, options: argparse.Namespace, place: Place) -> list[Contender]:
    ready = []
    for contender in contenders.all_of(place):
        if options.only and not any(word in contender.name for word in options.only):
            continue
        try:
            contender.prepare()
            for network in contender.networks:
                for count in COUNTS:
                    spawn.run_once(contender.job(network, count))
        except (Unavailable, spawn.Broken) as reason:
            results.skipped[contender.name] = str(reason)
            print(f"skip {contender.name}: {reason}", file=sys.stderr, flush=True)
            contender.close()
            continue
        results.versions.append(contender.version())
        ready.append(contender)
    return ready


def measure_runs(results: Results, ready: list[Contender], rounds: int) -> None:
    cases = [(contender, network, count) for contender in ready for network in contender.networks
             for count in COUNTS]
    order = random.Random(1)  # the same orders every time
    for number in range(-WARM_UPS, rounds):
        order.shuffle(cases)
        for contender, network, count in cases:
            timing = spawn.run_once(contender.job(network, count))
            time.sleep(SETTLE)
            if number >= 0:
                key = (contender.name, network, count)
                results.wall.setdefault(key, []).append(timing.wall_ms)
                results.cpu.setdefault(key, []).append(timing.cpu_ms)
                results.lost_output[contender.name] = (
                    results.lost_output.get(contender.name, 0) + timing.lost_output)
        private_host.reap()
        print(f"\rround {number + 1} of {rounds} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def measure_pairs(results: Results, ready: list[Contender], pairs: int) -> None:
    """What ten sysctls cost: next to each other, since the difference is far below the noise.
    Of the time that passes, and of the processor's."""
    for number in range(pairs):
        for contender in ready:
            if contender.name in ("docker run", "podman run"):
                continue
            times = {}
            for count in (0, len(KEYS)) if number % 2 == 0 else (len(KEYS), 0):
                times[count] = spawn.run_once(contender.job("none", count))
                time.sleep(SETTLE)
            ten, none = times[len(KEYS)], times[0]
            results.pairs.setdefault(contender.name, []).append(
                (ten.wall_ms - none.wall_ms, ten.cpu_ms - none.cpu_ms))
    private_host.reap()


def measure_in_process(results: Results, place: Place, rounds: int) -> None:
    program = place.tools / "podsysctl-sandbox-bench"
    if not program.exists():
        results.skipped["in process"] = "podsysctl-sandbox-bench is not built"
        return
    keys = [word for key in KEYS for word in key]
    told = spawn.must([str(program), "/run/podsysctl-bench", str(place.binaries / "podsysctl-pause"),
                       str(place.tools / "podsysctl-floor"), contenders.program("busybox"),
                       str(rounds), *keys], place.env)
    for line in told.splitlines():
        name, _, microseconds = line.partition("\t")
        results.in_process_us.setdefault(name, []).append(float(microseconds))


def measure_footprint(results: Results, place: Place, ready: list[Contender], times: int) -> None:
    results.version_ms = footprint.version_times(place, times)
    for contender in ready:
        if isinstance(contender, contenders.Podsysctl):
            for network in contender.networks:
                results.run_peak_kb[f"{contender.runtime}, {network}"] = footprint.run_peak_kb(
                    place, contender.runtime, network)
            results.pause_kb = footprint.pause_kb(place, contender.runtime)


def measure_phases(results: Results, ready: list[Contender], rounds: int) -> None:
    for contender in ready:
        if contender.name == "podsysctl (crun)":
            for network in contender.networks:
                results.phases[network] = phases.measure(contender, network, rounds)


def measure(options: argparse.Namespace, work: pathlib.Path) -> Results:
    results = Results(machine=host.kind(), rounds=options.rounds)
    place = Place(work, options.binaries, options.tools)
    place.prepare()
    ready: list[Contender] = []
    try:
        ready = prepare(results, options, place)
        if options.wait_quiet and not host.wait_until_quiet(options.wait_quiet):
            print("the machine did not become quiet: measured all the same", file=sys.stderr)
        note_load(results, "before")
        measure_in_process(results, place, options.in_process_rounds)
        measure_footprint(results, place, ready, options.rounds)
        measure_runs(results, ready, options.rounds)
        measure_pairs(results, ready, options.pairs)
        measure_phases(results, ready, options.phase_rounds)
        note_load(results, "after")
    finally:
        for contender in ready:
            contender.close()
    return results


def run_inside(options: argparse.Namespace) -> int:
    """In the namespaces that play the host."""
    mounts = host.set_up_inside()
    work = pathlib.Path(options.inside)
    try:
        results = measure(options, work)
    except spawn.Broken as failure:
        print(f"failed: {failure}", file=sys.stderr)
        results = None
    problems = host.left_behind_inside(options.inside, mounts)
    for problem in problems:
        print(f"left behind: {problem}", file=sys.stderr)
    if results is None:
        return 1
    print(report.markdown(results))
    if options.json:
        options.json.write_text(results.as_json(), encoding="utf-8")
    return 1 if problems else 0


def absolute(text: str) -> pathlib.Path:
    return pathlib.Path(text).resolve()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=absolute, required=True,
                        help="folder of podsysctl and podsysctl-pause")
    parser.add_argument("--tools", type=absolute, required=True,
                        help="folder of podsysctl-floor and podsysctl-sandbox-bench")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--pairs", type=int, default=100, help="pairs of 0 and 10 sysctls")
    parser.add_argument("--phase-rounds", type=int, default=40)
    parser.add_argument("--in-process-rounds", type=int, default=300)
    parser.add_argument("--only", action="append", metavar="TEXT",
                        help="only contenders with this in their name")
    parser.add_argument("--wait-quiet", type=float, default=60, metavar="SECONDS",
                        help="wait so long at most until the machine has nothing else to do")
    parser.add_argument("--json", type=absolute, help="all samples, to this file")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    if os.geteuid() != 0:
        return private_host.skip("namespaces are made by root")
    if not (options.binaries / "podsysctl").exists():
        return private_host.skip(f"{options.binaries}/podsysctl is not built")
    if options.inside:
        return run_inside(options)
    work = tempfile.mkdtemp(prefix="podsysctl-bench-")
    try:
        return host.enter_and_run_again(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
