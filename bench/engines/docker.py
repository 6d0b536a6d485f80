#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A pod with ten sysctls on Docker: through podsysctl, through docker's own command, and by bare
calls of the Engine API, in turns on one daemon that is started for it in namespaces of its own.

A pod is a pause container with the sysctls and one container that joins its network and ipc; it is
up when the call returns. Usage: sudo bench/engines/docker.py --binaries build/bin --images
build/tests/images [--runs 20]. Exit status 77 with the reason where it cannot run."""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests" / "support")]
import contenders
import private_host
import runtime_docker
import stats
from cases import Skip

SYSCTLS = contenders.sysctls(len(contenders.KEYS))
COMMAND = ["sleep", "1000"]


class Api(http.client.HTTPConnection):
    """The daemon's socket."""

    def __init__(self, path: str):
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def ask(self, method: str, target: str, body=None) -> dict:
        self.request(method, target, json.dumps(body) if body is not None else None,
                     {"Content-Type": "application/json"})
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {target}: {text!r}")
        return json.loads(text) if text else {}


class Bench:
    def __init__(self, options: argparse.Namespace, work: pathlib.Path, daemon):
        self.binary = str(options.binaries.resolve() / "podsysctl")
        self.root = str(work / "root")
        self.manifest = work / "pod.json"
        self.env = os.environ | daemon.env
        self.socket = str(runtime_docker.SOCKET)
        self.pause = ""

    def prepare(self) -> None:
        self.manifest.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bench"},
            "spec": {"restartPolicy": "Never",
                     "securityContext": {"sysctls": [{"name": k, "value": v} for k, v in SYSCTLS]},
                     "containers": [{"name": "main", "image": "busybox", "command": COMMAND,
                                     "imagePullPolicy": "Never"}]}}))
        self.podsysctl()  # loads the pause image
        self.clean()
        listed = self.run(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"])
        self.pause = next(name for name in listed.split() if name.startswith("podsysctl/pause"))

    def run(self, command: list[str]) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, env=self.env).stdout

    def podsysctl(self) -> None:
        self.run([self.binary, "run", "--root", self.root, "--engine", "docker", "-d", "--network",
                  "none", "--allowed-unsafe-sysctls", "net.*,kernel.msg*,kernel.shm*,fs.mqueue.*", "-f", str(self.manifest)])

    def docker(self) -> None:
        flags = [word for name, value in SYSCTLS for word in ("--sysctl", f"{name}={value}")]
        self.run(["docker", "run", "-d", "--name", "pause", "--network", "none", "--ipc",
                  "shareable", *flags, self.pause])
        self.run(["docker", "run", "-d", "--network", "container:pause", "--ipc",
                  "container:pause", "busybox", *COMMAND])

    def api(self) -> None:
        calls = Api(self.socket)
        host = {"NetworkMode": "none", "IpcMode": "shareable", "Sysctls": dict(SYSCTLS)}
        pause = calls.ask("POST", "/v1.41/containers/create",
                          {"Image": self.pause, "HostConfig": host})["Id"]
        calls.ask("POST", f"/v1.41/containers/{pause}/start")
        joined = {"NetworkMode": f"container:{pause}", "IpcMode": f"container:{pause}"}
        main = calls.ask("POST", "/v1.41/containers/create",
                         {"Image": "busybox", "Cmd": COMMAND, "HostConfig": joined})["Id"]
        calls.ask("POST", f"/v1.41/containers/{main}/start")
        calls.close()

    def clean(self) -> None:
        subprocess.run([self.binary, "rm", "--root", self.root, "-f", "bench"], check=False,
                       capture_output=True, env=self.env)
        left = self.run(["docker", "ps", "-aq"]).split()
        if left:
            self.run(["docker", "rm", "-f", *left])

    def measure(self, runs: int) -> dict[str, list[float]]:
        ways = {"podsysctl": self.podsysctl, "docker": self.docker, "bare API": self.api}
        times = {name: [] for name in ways}
        for number in range(runs):
            order = list(ways)[number % 3:] + list(ways)[:number % 3]
            for name in order:
                begin = time.monotonic()
                ways[name]()
                times[name].append((time.monotonic() - begin) * 1000)
                self.clean()
        return times


def report(times: dict[str, list[float]]) -> None:
    ours = stats.summarise(times["podsysctl"]).median
    print("| way | median ms | lowest | 90 % | 95 % interval | podsysctl / it |")
    print("|---|---|---|---|---|---|")
    for name, samples in times.items():
        one = stats.summarise(samples)
        low, high = stats.median_interval(samples)
        print(f"| {name} | {one.median:.0f} | {one.low:.0f} | {one.p90:.0f} | {low:.0f} to {high:.0f} "
              f"| {ours / one.median:.2f} |")


def inside(options: argparse.Namespace) -> int:
    private_host.furnish()
    work = pathlib.Path(tempfile.mkdtemp(prefix="podsysctl-bench-"))
    daemon = runtime_docker.Docker()
    try:
        daemon.start(work)
        daemon.take_image("busybox", options.images / "busybox")
        bench = Bench(options, work, daemon)
        bench.prepare()
        report(bench.measure(options.runs))
        return 0
    except Skip as reason:
        return private_host.skip(reason)
    finally:
        daemon.stop()
        shutil.rmtree(work, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    return inside(options) if private_host.is_inside() else private_host.go_inside(own_pids=False)


if __name__ == "__main__":
    sys.exit(main())
