#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a node service takes: memory when idle and with many pods, processor time when nothing
happens, and the time until many static pods are up against the time of one.

    sudo bench/node/run.py --binaries build/bin --image build/tests/images/busybox [--pods 100]

Prints a table in Markdown. In net, mount, ipc and uts namespaces of its own, pods without a network."""

import argparse
import http.client
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

import private_host  # noqa: E402

MANIFEST = """apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {{sysctls: [{{name: net.ipv4.ip_unprivileged_port_start, value: "80"}}]}}
  containers:
  - {{name: main, image: busybox, imagePullPolicy: Never, command: [sleep, "100000"]}}
"""
SETTLED = 7.0  # s until the service's workers have gone
IDLE = 30.0


class Connection(http.client.HTTPConnection):
    """To the service's socket."""

    def __init__(self, path: pathlib.Path):
        super().__init__("node")
        self.path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Service:
    def __init__(self, options: argparse.Namespace, work: pathlib.Path):
        self.root, self.folder = work / "root", work / "manifests"
        self.root.mkdir()
        self.folder.mkdir()
        self.next = work / "next"
        self.next.mkdir()
        program = options.binaries.resolve() / "podsysctl"
        subprocess.run([program, "image", "import", "busybox", f"oci:{options.image}", "--root", self.root],
                       check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            [program, "node", "--root", self.root, "--pod-manifest-path", self.folder,
             "--network", "none"], stderr=(work / "log").open("wb"), stdin=subprocess.DEVNULL)
        while not (self.root / "node.sock").exists():
            time.sleep(0.05)

    def running(self) -> int:
        connection = Connection(self.root / "node.sock")
        connection.request("GET", "/metrics", headers={"Connection": "close"})
        for line in connection.getresponse().read().decode().splitlines():
            if line.startswith('podsysctl_pods{phase="Running"}'):
                return int(line.split()[1])
        raise SystemExit("the metrics tell of no pods")

    def time_up(self, names: list[str]) -> float:
        """Seconds from the moment the files are there until all of their pods run."""
        for name in names:
            (self.next / f"{name}.yaml").write_text(MANIFEST.format(name=name))
        begun = time.monotonic()
        for name in names:
            (self.next / f"{name}.yaml").rename(self.folder / f"{name}.yaml")
        while self.running() != len(names):
            time.sleep(0.005)
        return time.monotonic() - begun

    def remove_all(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()
        while self.running() != 0:
            time.sleep(0.05)
        time.sleep(0.5)

    def memory_kb(self) -> tuple[int, int]:
        """Resident, and of that not shared with the program's file."""
        time.sleep(SETTLED)
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
        return sizes["Rss"], sizes["Anonymous"]

    def processor_ms(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def measure(options: argparse.Namespace) -> None:
    private_host.furnish()
    work = pathlib.Path(tempfile.mkdtemp(prefix="podsysctl-bench-"))
    service = Service(options, work)
    try:
        idle = service.memory_kb()
        ones = []
        for _ in range(options.rounds):
            ones.append(service.time_up(["one"]))
            service.remove_all()
        one = statistics.median(ones)
        many = service.time_up([f"p{index}" for index in range(options.pods)])
        full = service.memory_kb()
        before = service.processor_ms()
        time.sleep(IDLE)
        spent = service.processor_ms() - before
    finally:
        service.remove_all()
        service.end()
        shutil.rmtree(work, ignore_errors=True)
    print(f"|  | measured | goal |\n| --- | ---: | ---: |\n"
          f"| resident, idle | {idle[0] / 1024:.1f} MB ({idle[1] / 1024:.1f} of its own) | 12 MB |\n"
          f"| resident, {options.pods} pods | {full[0] / 1024:.1f} MB ({full[1] / 1024:.1f} of its own) | 25 MB |\n"
          f"| processor time in {IDLE:.0f} s with {options.pods} pods, nothing happening | {spent:.0f} ms | none |\n"
          f"| one pod, from its file to running (median of {options.rounds}) | {one * 1000:.0f} ms | |\n"
          f"| {options.pods} pods | {many:.2f} s: {many / one:.0f} times one | {options.pods * 1.3:.0f} times |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--image", type=pathlib.Path, required=True, help="OCI layout of busybox")
    parser.add_argument("--pods", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    if not private_host.is_inside():
        return private_host.go_inside(own_pids=False)
    measure(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
