#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs tests/e2e/*.case on the built binaries and proves that each case leaves the host as it was.

The cases run in net, mount, ipc and uts namespaces of their own, which play the host: so they can
run beside anything else on the machine, and what they leave cannot hide among it. The machine's own
sysctls are compared once more at the end. Exit: 0 all passed, 1 a case failed, 77 none could run.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources stay clean
HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "support"))

import case_file  # noqa: E402
import host_state  # noqa: E402
import private_host  # noqa: E402
import requirements  # noqa: E402
import runtime_containerd  # noqa: E402
import runtime_docker  # noqa: E402
from cases import Skip  # noqa: E402
from private_host import SKIPPED, reap  # noqa: E402

SHOWN = 4000

# "podsysctl VERB ..." in a case works on the state folder of this run.
WRAPPER = """#!/bin/sh
verb=$1; shift
case $verb in
  image|policy) verb="$verb $1"; shift ;;
  version|completion|check|migrate|--*) exec {binary} $verb "$@" ;;
  run|node) verb="$verb{flags}" ;;
esac
{adapt}
exec {binary} $verb --root {root} "$@"
"""


class OwnEngine:
    """The embedded engine: nothing to start."""

    name = "embedded"
    env: dict[str, str] = {}
    flags: list[str] = []
    path = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
    # Leaves for good what the first such pod of a host leaves: a bridge, its chains, folders.
    first_run = "podsysctl run --rm -p 18080:80 busybox true"
    adapt = ""  # lines of sh that change the wrapper's arguments

    def fetch(self) -> None:
        """What it needs of the network, outside the cases' namespaces."""

    def start(self, work: pathlib.Path) -> None:
        pass

    def stop(self) -> None:
        pass

    def revive(self) -> None:
        """Starts its daemons again where a case has ended them."""

    def pids(self) -> list[int]:
        """Of its daemons."""
        return []

    def take_image(self, name: str, layout: pathlib.Path) -> None:
        """Nothing beyond `podsysctl image import`."""


class Failure(Exception):
    pass


def cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "\n[cut]"


class Runner:
    def __init__(self, options: argparse.Namespace, work: pathlib.Path, engine):
        self.engine = engine
        images = options.images.resolve()
        self.settle = options.settle
        self.root = work / "root"
        self.work = work
        bin_folder = work / "bin"
        bin_folder.mkdir()
        wrapper = bin_folder / "podsysctl"
        wrapper.write_text(WRAPPER.format(
            binary=options.binaries.resolve() / "podsysctl", root=self.root,
            flags="".join(f" {flag}" for flag in engine.flags), adapt=engine.adapt))
        wrapper.chmod(0o755)
        self.env = {
            "PATH": f"{bin_folder}:{engine.path}",
            "HOME": str(work),
            "LC_ALL": "C",
            "ROOT": str(self.root),
            "BINARIES": str(options.binaries.resolve()),
            "CASES": str(HERE),
            "IMAGES": str(images),
            "PODS": str(HERE.parent / "golden" / "pods"),
            "ENGINE": engine.name,
        } | engine.env
        self.requirements = requirements.Requirements(images, self.env["PATH"], engine.name)

    def prepare(self) -> None:
        """Images by name, and what the first bridge pod leaves for good (the bridge, its chains)."""
        for name in ("busybox", "nginx"):
            if (self.requirements.images / name).exists():
                self.must(f'podsysctl image import {name} "oci:$IMAGES/{name}"')
                self.engine.take_image(name, self.requirements.images / name)
        if not self.requirements.missing(["bridge"]):
            self.must(self.engine.first_run)

    def must(self, command: str) -> None:
        step = case_file.Step(0, command)
        self.run_step(step, {}, self.work)

    def run_step(self, step: case_file.Step, env: dict, folder: pathlib.Path) -> None:
        process = subprocess.Popen(
            ["sh", "-euc", step.command], cwd=folder, env=self.env | env, text=True,
            errors="replace", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(step.stdin, timeout=step.timeout)
        except subprocess.TimeoutExpired:
            state = "still runs" if process.poll() is None else "ended, its output is held open"
            process.kill()
            raise Failure(f"after {step.timeout:g} s it {state}") from None
        problems = judge(step, process.returncode, out, err)
        if problems:
            raise Failure("\n".join(problems) + f"\nstdout:\n{cut(out)}\nstderr:\n{cut(err)}")

    def run_case(self, case: case_file.Case, value: str) -> None:
        """Raises Failure with all that is wrong."""
        before = host_state.snapshot() | {"pod": self.pods()}
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        try:
            for step in case.steps:
                self.run_times(case, step, {"EACH": value, "WORK": str(folder)}, folder)
            left = self.left_behind(before)
        except Failure as failure:
            self.clean_up()
            left = self.left_behind(before)  # of rm -f: what it forgets is another finding
            raise Failure("\n".join([str(failure), *left])) from None
        if left:
            self.clean_up()
            raise Failure("\n".join(left))
        shutil.rmtree(folder)

    def run_times(self, case: case_file.Case, step: case_file.Step, env: dict,
                  folder: pathlib.Path) -> None:
        try:
            for _ in range(step.times):
                self.run_step(step, env, folder)
        except Failure as failure:
            raise Failure(f"{case.file.name}:{step.line}: {step.command}\n{failure}") from None

    def left_behind(self, before: host_state.Facts) -> list[str]:
        """What differs from before, once the last process had time to end."""
        deadline = time.monotonic() + self.settle
        while True:
            reap()
            found = host_state.changes(before, host_state.snapshot() | {"pod": self.pods()})
            found += [f"process {pid} ({name})" for pid, name in self.processes().items()]
            if not found or time.monotonic() > deadline:
                return [f"left behind: {line}" for line in found]
            time.sleep(0.05)

    def processes(self) -> dict[int, str]:
        """What runs below us and is not the engine's own daemon."""
        found = host_state.descendants(os.getpid())
        for pid in self.engine.pids():
            found.pop(pid, None)
        return found

    def pods(self) -> dict[str, str]:
        """Names and uids of what is recorded, and of folders that no record has."""
        listed = subprocess.run(["podsysctl", "ps", "-a", "-o", "json"], env=self.env, check=False,
                                capture_output=True, text=True)
        recorded = json.loads(listed.stdout or "[]")
        folder = self.root / "pods"
        folders = {each.name for each in folder.iterdir()} if folder.exists() else set()
        names = {pod["name"] for pod in recorded} | folders - {pod["uid"] for pod in recorded}
        return dict.fromkeys(names, "exists")

    def clean_up(self) -> None:
        """So that one failed case does not fail the next."""
        self.engine.revive()
        for pod in self.pods():
            subprocess.run(["podsysctl", "rm", "-f", pod], env=self.env, check=False,
                           capture_output=True, timeout=case_file.DEFAULT_TIMEOUT)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                os.kill(pid, signal.SIGKILL)
        reap()


def judge(step: case_file.Step, code: int, out: str, err: str) -> list[str]:
    problems = []
    if code != step.exit_code:
        problems.append(f"exit code {code}, expected {step.exit_code}")
    if step.expect is not None and out.rstrip("\n") != step.expect:
        problems.append(f"stdout is not: {step.expect}")
    for word, pattern in step.patterns:
        text = err if word.startswith("STDERR") else out
        found = re.search(pattern, text, re.MULTILINE) is not None
        if found == word.endswith("_NOT"):
            problems.append(f"{word} {pattern}")
    return problems


def run_all(cases: list[case_file.Case], runner: Runner) -> int:
    passed = failed = skipped = 0
    for case in cases:
        for value in case.each:
            title = f"{case.file.stem}: {case.name}" + (f" [{value}]" if value else "")
            missing = runner.requirements.missing(
                [word.replace("$EACH", value) for word in case.requires])
            if missing:
                skipped += 1
                print(f"skip  {title}: {missing}", flush=True)
                continue
            started = time.monotonic()
            try:
                runner.run_case(case, value)
            except Failure as failure:
                failed += 1
                print(f"FAIL  {title}\n{failure}\n", flush=True)
            else:
                passed += 1
                print(f"ok    {title} ({time.monotonic() - started:.2f} s)", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    if failed:
        return 1
    return 0 if passed else SKIPPED


def own_etc() -> None:
    """An /etc that cases may write to; without the administrator's networks, which would be used."""
    scratch = pathlib.Path("/run/etc")
    for folder in ("upper", "work"):
        (scratch / folder).mkdir(parents=True)
    layers = f"lowerdir=/etc,upperdir={scratch}/upper,workdir={scratch}/work"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, "/etc"], check=True)
    shutil.rmtree("/etc/cni/net.d", ignore_errors=True)
    os.makedirs("/etc/cni/net.d")


def engine_of(options: argparse.Namespace):
    if options.engine == "docker":
        return runtime_docker.Docker(options.docker, options.images.parent)
    if options.engine == "cri":
        cache = (options.images.parent / "containerd").resolve()
        return runtime_containerd.Containerd(options.containerd, cache)
    return OwnEngine()


def run_on_engine(options: argparse.Namespace, cases: list[case_file.Case], work: pathlib.Path,
                  engine) -> int:
    runner = Runner(options, work, engine)
    try:
        runner.prepare()
    except Failure as failure:
        print(f"FAIL  preparation\n{failure}")
        runner.clean_up()
        return 1
    return run_all(cases, runner)


def run_inside(options: argparse.Namespace, cases: list[case_file.Case]) -> int:
    """In the namespaces that play the host."""
    private_host.become_subreaper()
    private_host.furnish()
    own_etc()
    work = pathlib.Path(tempfile.mkdtemp(prefix="podsysctl-e2e-"))
    try:
        engine = engine_of(options)
        try:
            engine.start(work)
            return run_on_engine(options, cases, work, engine)
        except Skip as reason:
            return private_host.skip(reason)
        finally:
            engine.stop()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def run_outside() -> int:
    """Starts this program again in new namespaces and watches the machine meanwhile."""
    before = host_state.sysctls()
    inner = private_host.go_inside(own_pids=False)
    after = host_state.sysctls()
    # Interfaces of others come and go meanwhile, and their sysctls with them.
    common = before.keys() & after.keys()
    changed = [key for key in sorted(common) if before[key] != after[key]]
    for key in changed:
        print(f"FAIL  the machine's {key}: was {before[key]!r}, is {after[key]!r}")
    return 1 if changed else inner


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True,
                        help="folder of podsysctl and podsysctl-pause")
    parser.add_argument("--images", type=pathlib.Path, required=True,
                        help="folder of the OCI layouts busybox and nginx")
    parser.add_argument("--cases", type=pathlib.Path, default=HERE, help="folder of *.case files")
    parser.add_argument("--filter", default="", help="regular expression on 'file: name'")
    parser.add_argument("--engine", choices=("embedded", "docker", "cri"), default="embedded",
                        help="what `podsysctl run` of the cases runs pods with")
    parser.add_argument("--docker", choices=("", "26", "28"), default="",
                        help="the Docker that engine docker is run on (default: the machine's)")
    parser.add_argument("--containerd", choices=("1.6", "1.7", "2.1"), default="1.6",
                        help="the containerd that engine cri is run on")
    parser.add_argument("--settle", type=float, default=5.0,
                        help="seconds that processes have to end after a case")
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    if os.geteuid() != 0:
        return private_host.skip("pods are made by root")
    if not (options.binaries / "podsysctl").exists():
        return private_host.skip(f"{options.binaries}/podsysctl is not built")
    if not private_host.is_inside():
        try:
            engine_of(options).fetch()
        except Skip as reason:
            return private_host.skip(reason)
        return run_outside()
    cases = [case for file in sorted(options.cases.glob("*.case")) for case in case_file.read_cases(file)
             if re.search(options.filter, f"{file.stem}: {case.name}")]
    return run_inside(options, cases)


if __name__ == "__main__":
    sys.exit(main())
