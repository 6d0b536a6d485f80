#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts and removes many static pods again and again under one node service, and kills the service
amid it, then containers, their monitors and pause processes of pods, some of which are being made:
in the end nothing may be lost, nothing left, and neither memory nor descriptors grown.

    sudo tests/stress/node_service.py --binaries build/bin --image build/tests/images/busybox

Runs in net, mount, ipc and uts namespaces of its own. Exit status 1 with what is wrong."""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import private_host  # noqa: E402

MANIFEST = """apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  restartPolicy: Always
  terminationGracePeriodSeconds: 0
  securityContext: {{sysctls: [{{name: net.ipv4.ip_unprivileged_port_start, value: "{value}"}}]}}
  containers:
  - {{name: main, image: busybox, imagePullPolicy: Never, command: [sleep, "100000"]}}
"""
PATIENCE = 300.0
GROWTH_KB = 2048
GROWTH_FDS = 8


class Service:
    def __init__(self, program: pathlib.Path, root: pathlib.Path, folder: pathlib.Path):
        self.program, self.root, self.folder = program, root, folder
        self.log = (root.parent / "log").open("ab")
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "node", "--root", self.root, "--pod-manifest-path", self.folder,
             "--network", "none"], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait()

    def pods(self) -> list[dict]:
        done = subprocess.run([self.program, "ps", "-a", "-o", "json", "--root", self.root],
                              capture_output=True, check=True)
        return json.loads(done.stdout)

    def await_pods(self, count: int) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            pods = self.pods()
            if len(pods) == count and all(pod["phase"] == "Running" for pod in pods):
                return
            if time.monotonic() > end:
                raise SystemExit(f"after {PATIENCE} s: {len(pods)} pods, expected {count}: "
                                 f"{[pod['phase'] for pod in pods]}")
            time.sleep(0.2)

    def size(self) -> tuple[int, int]:
        """Resident kB and descriptors, once the workers have gone to rest."""
        time.sleep(7)
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(resident.split()[1]), len(os.listdir(f"/proc/{self.process.pid}/fd"))


def write_all(folder: pathlib.Path, count: int) -> None:
    for index in range(count):
        hidden = folder / f".p{index}.new"
        hidden.write_text(MANIFEST.format(name=f"p{index}", value=index + 1))
        hidden.rename(folder / f"p{index}.yaml")


def remove_all(folder: pathlib.Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def kill_amid(service: Service, rng: random.Random) -> None:
    time.sleep(rng.uniform(0.05, 1.5))
    service.end(signal.SIGKILL)
    service.start()


def parts_of(service: Service, name: str) -> dict[str, int]:
    """The processes that make up a pod."""
    done = subprocess.run([service.program, "inspect", name, "--root", service.root], capture_output=True, check=False)
    if done.returncode != 0:
        return {}
    pod = json.loads(done.stdout)
    parts = {"pause": pod["sandbox"]["pid"]}
    for container in pod["containers"]:
        parts["container"] = container["pid"]
        try:
            parent = int(pathlib.Path(f"/proc/{container['pid']}/stat").read_text().rpartition(")")[2].split()[1])
            is_monitor = pathlib.Path(f"/proc/{parent}/comm").read_text() == "conmon\n"
        except OSError:
            continue
        if is_monitor:
            parts["monitor"] = parent
    return {kind: pid for kind, pid in parts.items() if pid}


def kill_parts_amid(service: Service, rng: random.Random, pods: int) -> dict[str, int]:
    """Of pods as they come up; how many of each were killed."""
    killed = {"container": 0, "monitor": 0, "pause": 0}
    end = time.monotonic() + 10
    while sum(killed.values()) < pods / 4 and time.monotonic() < end:
        parts = parts_of(service, f"p{rng.randrange(pods)}")
        if not parts:
            continue
        kind = rng.choice(sorted(parts))
        try:
            os.kill(parts[kind], signal.SIGKILL)
            killed[kind] += 1
        except ProcessLookupError:
            pass
    return killed


def left_behind() -> list[str]:
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().partition(") ")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid() and state != "Z":
            found.append(f"process {name})")
    found += [line for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
              if "nsfs" in line and "/run/podsysctl/" in line]
    return found


def stress(options: argparse.Namespace) -> list[str]:
    private_host.become_subreaper()
    private_host.furnish()
    work = pathlib.Path(tempfile.mkdtemp(prefix="podsysctl-stress-"))
    root, folder = work / "root", work / "manifests"
    root.mkdir()
    folder.mkdir()
    program = options.binaries.resolve() / "podsysctl"
    subprocess.run([program, "image", "import", "busybox", f"oci:{options.image}", "--root", root],
                   check=True, stdout=subprocess.DEVNULL)
    service = Service(program, root, folder)
    service.start()
    sizes = []
    rng = random.Random(options.seed)
    for turn in range(options.rounds):
        begun = time.monotonic()
        write_all(folder, options.pods)
        service.await_pods(options.pods)
        up = time.monotonic() - begun
        remove_all(folder)
        service.await_pods(0)
        sizes.append(service.size())
        print(f"round {turn + 1}: {options.pods} pods up in {up:.1f} s, after their removal "
              f"{sizes[-1][0]} kB, {sizes[-1][1]} descriptors", flush=True)
    for _ in range(options.kills):
        write_all(folder, options.pods)
        kill_amid(service, rng)
        service.await_pods(options.pods)
        remove_all(folder)
        kill_amid(service, rng)
        service.await_pods(0)
    for _ in range(options.part_kills):
        write_all(folder, options.pods)
        print(f"killed amid {options.pods} starts: {kill_parts_amid(service, rng, options.pods)}", flush=True)
        service.await_pods(options.pods)
        remove_all(folder)
        service.await_pods(0)
    service.end(signal.SIGTERM)
    wrong = left_behind()
    wrong += [f"pod folder {path.name}" for path in (root / "pods").iterdir()]
    first, last = sizes[min(1, len(sizes) - 1)], sizes[-1]
    if last[0] - first[0] > GROWTH_KB or last[1] - first[1] > GROWTH_FDS:
        wrong.append(f"grown from {first} to {last} (kB, descriptors)")
    shutil.rmtree(work, ignore_errors=True)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--image", type=pathlib.Path, required=True, help="OCI layout of busybox")
    parser.add_argument("--pods", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--part-kills", type=int, default=2, help="rounds in which parts of pods are killed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not private_host.is_inside():
        return private_host.go_inside(own_pids=False)
    wrong = stress(options)
    print("\n".join(wrong) if wrong else "nothing lost, nothing left, nothing grown")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
