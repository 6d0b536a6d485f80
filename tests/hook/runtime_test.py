#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""podsysctl-runtime in front of runc and crun: called as container managers call a runtime, by Docker
(--runtime) and by containerd (BinaryName). Everything runs in namespaces of its own, which end with it.

runtime_test.py --binaries build/bin [--images DIR] [--cache DIR --containerd VERSION] [--docker 26] [CASE...]
Exit status 77 with a reason where none of it can run."""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import surroundings
from podman import Podman, annotation
from surroundings import ATTACKS, TEN, need, run, values

import cri_calls
import runtime_containerd
import runtime_docker
from cases import Skip, holds, same, wait_until
from sysctls import conf_text, path_of, read_value, ten

RUNTIMES = ("runc", "crun")
# Each is valid only with the other: written in random order, one of two tries fails.
PAIR = {"net.ipv4.ip_unprivileged_port_start": "400", "net.ipv4.ip_local_port_range": "500 60999"}
FORBIDDEN = 'SysctlForbidden: forbidden sysctl: "net.core.rmem_default" not allowlisted'


class Wrapped(surroundings.Bench):
    def words(self, runtime: str) -> list:
        need(runtime)
        return [self.binaries / "podsysctl-runtime", f"--podsysctl-runtime={runtime}",
                f"--podsysctl-policy-dir={self.policies}", "--root", self.work / "state"]

    def script(self, runtime: str) -> pathlib.Path:
        """For those who take a program without arguments."""
        program = self.work / "wrapped"
        words = " ".join(f"'{word}'" for word in self.words(runtime)[:3])
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        program.chmod(0o755)
        return program

    def log(self) -> pathlib.Path:
        return self.work / f"log-{self.number}.json"

    def create(self, runtime: str, folder: pathlib.Path) -> subprocess.CompletedProcess:
        """Its outputs are the container's."""
        out, err = self.work / "out", self.work / "err"
        with out.open("w") as stdout, err.open("w") as stderr:
            done = subprocess.run([*map(str, self.words(runtime)), "--log", self.log(), "--log-format", "json", "create",
                                   "--bundle", folder, "--pid-file", folder / "pid", self.id()],
                                  stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=False)
        done.stderr = err.read_text()
        return done

    def shown(self, runtime: str, show: list[str], annotations: dict | None = None, **more) -> list[str]:
        folder = self.bundle(show, annotations, **more)
        before = (folder / "config.json").read_bytes()
        done = self.create(runtime, folder)
        same(f"exit code of create, {runtime}: {done.stderr}", done.returncode, 0)
        same("config.json is as it was", (folder / "config.json").read_bytes(), before)
        for verb in ("start", "delete"):
            words = [*self.words(runtime), verb, self.id()]
            if verb == "delete":
                wait_until(lambda: self.status(runtime) == "stopped", "the container has ended")
            done = run(words)
            same(f"exit code of {verb}: {done.stderr}", done.returncode, 0)
        return values((self.work / "out").read_text())

    def status(self, runtime: str) -> str:
        done = run([*self.words(runtime), "state", self.id()])
        return json.loads(done.stdout)["status"] if done.returncode == 0 else "none"

    def refused(self, runtime: str, annotations: dict | None = None, **more) -> str:
        """The message that a manager reads from the log."""
        done = self.create(runtime, self.bundle(["net.core.somaxconn"], annotations, **more))
        same(f"{runtime} created it", done.returncode != 0, True)
        same("what is left of it", self.status(runtime), "none")
        errors = [json.loads(line) for line in self.log().read_text().splitlines()]
        return [line["msg"] for line in errors if line["level"] == "error"][-1]


def ten_keys(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        same(f"annotation, {runtime}", bench.shown(runtime, list(TEN), conf_text(TEN)), list(TEN.values()))
        same(f"config.json, {runtime}", bench.shown(runtime, list(TEN), sysctls=TEN), list(TEN.values()))


def pairs_come_right(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        for _ in range(8):
            same(runtime, bench.shown(runtime, list(PAIR), sysctls=PAIR), list(PAIR.values()))


def annotation_wins(bench: Wrapped) -> None:
    key = "net.core.somaxconn"
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, [key], conf_text({key: "2222"}), sysctls={key: "777"}), ["2222"])


def nothing_to_do(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, ["net.core.somaxconn"],
                                  sysctls={"net.ipv4.ip_unprivileged_port_start": "0"}), ["4096"])


def forbidden(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        holds(bench.refused(runtime, conf_text({"net.core.rmem_default": "1"})), FORBIDDEN)


def kernel_refuses(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        holds(bench.refused(runtime, sysctls={"net.ipv4.conf.eth7.rp_filter": "1"}), "SysctlNotApplied")


def user_namespace(bench: Wrapped) -> None:
    """Keys of ipc want other credentials there than those of net."""
    wish = {"net.core.somaxconn": "2222", "kernel.msgmax": "9000"}
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, list(wish), conf_text(wish), user=True), list(wish.values()))


def attacks(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        for key, value in ATTACKS:
            bench.refused(runtime, conf_text({key: value}))
            bench.refused(runtime, sysctls={key: value})
        bench.refused(runtime, sysctls={"net.core.somaxconn": "1024\n2"})


def host_namespaces(bench: Wrapped) -> None:
    """Also where the runtime itself would write there: crun does by a path."""
    own = {"net.ipv4.tcp_fin_timeout": "31"}
    for runtime in RUNTIMES:
        for namespaces in ({"network": None}, {"network": "/proc/self/ns/net"}):
            bench.refused(runtime, conf_text(own), namespaces=namespaces)
            bench.refused(runtime, sysctls=own, namespaces=namespaces)
        bench.refused(runtime, sysctls={"kernel.msgmax": "9000"}, namespaces={"ipc": "/proc/self/ns/ipc"})


def run_is_refused(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        folder = bench.bundle(["net.core.somaxconn"], sysctls={"net.core.somaxconn": "777"})
        done = run([*bench.words(runtime), "run", "--bundle", folder, bench.id()])
        same("exit code", done.returncode, 1)
        holds(done.stderr, "use `create` and `start`")
        folder = bench.bundle(["net.core.somaxconn"])
        done = run([*bench.words(runtime), "run", "--bundle", folder, bench.id()])
        same(f"without sysctls: {done.stderr}", done.stdout, "4096\n")


def every_other_word_is_the_runtimes(bench: Wrapped) -> None:
    for runtime in RUNTIMES:
        own = run([runtime, "--version"])
        ours = run([*bench.words(runtime)[:3], "--version"])
        same("version", ours.stdout, own.stdout)
        failed = run([*bench.words(runtime), "state", "nobody"])
        same("exit code", failed.returncode, run([runtime, "--root", bench.work / "state", "state", "nobody"]).returncode)


def podman_behind(bench: Wrapped) -> None:
    """Its monitor calls `create` and shows what the log says."""
    program = bench.script("crun")
    engine = Podman(bench, "--runtime", program)
    key = "net.core.somaxconn"
    try:
        done = engine.show(key, *annotation({key: "2222"}))
        same(f"annotation: {done.stderr}", done.stdout, "2222\n")
        done = engine.show("net.ipv4.ip_local_port_range", *flags_of(PAIR))
        same(f"a pair: {done.stderr}", values(done.stdout), ["500 60999"])
        done = engine.show(key, *annotation({"net.core.rmem_default": "1"}))
        same("started", (done.returncode != 0, done.stdout), (True, ""))
        holds(done.stderr, FORBIDDEN)
    finally:
        engine.close()


class WrappedDocker(runtime_docker.Docker):
    def __init__(self, bench: Wrapped):
        self.config = {"runtimes": {"podsysctl": {
            "path": str(bench.binaries / "podsysctl-runtime"),
            "runtimeArgs": ["--podsysctl-runtime=runc", f"--podsysctl-policy-dir={bench.policies}"]}}}
        super().__init__(OPTIONS.docker, OPTIONS.images.parent)

    def call(self, *words: str) -> subprocess.CompletedProcess:
        return run(["docker", *words], env=os.environ | self.env | {"PATH": self.path})

    def show(self, keys: list[str], *flags: str) -> subprocess.CompletedProcess:
        return self.call("run", "--rm", "--network", "none", "--runtime", "podsysctl", *flags, "busybox", "cat",
                         *map(path_of, keys))


@contextlib.contextmanager
def docker_of(bench: Wrapped):
    if OPTIONS.images is None or not (OPTIONS.images / "busybox").is_dir():
        raise Skip("the test image busybox is not there")
    docker = WrappedDocker(bench)
    try:
        docker.start(bench.work)
        docker.take_image("busybox", OPTIONS.images / "busybox")
        yield docker
    finally:
        docker.stop()


def flags_of(settings: dict[str, str]) -> list[str]:
    return [word for key, value in settings.items() for word in ("--sysctl", f"{key}={value}")]


def docker(bench: Wrapped) -> None:
    with docker_of(bench) as engine:
        for _ in range(4):
            done = engine.show(list(PAIR), *flags_of(PAIR))
            same(f"a pair: {done.stderr}", values(done.stdout), list(PAIR.values()))
        same("nothing", engine.show(["net.core.somaxconn"]).stdout, "4096\n")
        done = engine.show(["net.core.somaxconn"], *flags_of({"net.ipv4.ip_unprivileged_port_start": "70000"}))
        same("started", (done.returncode != 0, done.stdout), (True, ""))
        holds(done.stderr, "SysctlNotApplied")
        # What a daemon without annotations can have: a profile that selects every container.
        (bench.policies / "profile.yaml").write_text(
            "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlProfile\nmetadata: {name: here}\n"
            "spec: {match: {}, settings: [{name: net.core.somaxconn, value: '3333'}]}\n")
        same("a profile", engine.show(["net.core.somaxconn"]).stdout, "3333\n")
        same("a flag over it", engine.show(["net.core.somaxconn"], *flags_of({"net.core.somaxconn": "777"})).stdout,
             "777\n")


def docker_annotations(bench: Wrapped) -> None:
    with docker_of(bench) as engine:
        told = engine.call("version", "--format", "{{.Server.APIVersion}}").stdout
        if tuple(map(int, told.strip().split("."))) < (1, 43):
            raise Skip(f"this daemon speaks version {told.strip()} of its API, and annotations came with 1.43")
        text = conf_text({"net.core.somaxconn": "2222"})["podsysctl.io/sysctls"]
        done = engine.show(["net.core.somaxconn"], "--annotation", f"podsysctl.io/sysctls={text}")
        same(f"annotation: {done.stderr}", done.stdout, "2222\n")
        text = conf_text({"net.core.rmem_default": "1"})["podsysctl.io/sysctls"]
        done = engine.show(["net.core.somaxconn"], "--annotation", f"podsysctl.io/sysctls={text}")
        same("started", (done.returncode != 0, done.stdout), (True, ""))
        holds(done.stderr, FORBIDDEN)


class WrappedContainerd(runtime_containerd.Containerd):
    """Its options for a runtime take a program without arguments."""

    def __init__(self, bench: Wrapped, runtime: str):
        super().__init__(OPTIONS.containerd, OPTIONS.cache)
        self.program = bench.script(runtime)

    def configure(self) -> None:
        super().configure()
        plugin = "io.containerd.cri.v1.runtime" if self.version.startswith("2.") else "io.containerd.grpc.v1.cri"
        table = f'plugins."{plugin}".containerd.runtimes.runc'
        with (self.state / "config.toml").open("a") as config:
            config.write(f'[{table}]\nruntime_type = "io.containerd.runc.v2"\n'
                         f'pod_annotations = ["podsysctl.io/*"]\n[{table}.options]\nBinaryName = "{self.program}"\n')


def containerd_with(bench: Wrapped, oci: str) -> None:
    need(oci)
    if OPTIONS.cache is None:
        raise Skip("no folder of containerd's versions is given")
    runtime = WrappedContainerd(bench, oci)
    try:
        runtime.start(bench.work)
        check_pods(bench, runtime)
    except cri_calls.CallFailed as failure:
        if "unknown version specified" in str(failure):
            raise Skip(f"this {oci} is older than the specification of containerd {runtime.version}") from None
        raise
    finally:
        runtime.stop()


def check_pods(bench: Wrapped, runtime: WrappedContainerd) -> None:
    cri = cri_calls.Cri(runtime.socket)
    keys = ten("eth0")
    pods = []
    try:
        pods.append(cri.run_pod(cri_calls.Pod("ten", annotations=conf_text(keys))))
        pid = cri.pid(pods[0])
        for key, value in keys.items():
            same(key, read_value(key, pid), value)
        pods.append(cri.run_pod(cri_calls.Pod("plain")))
        for name, wish in (("forbidden", {"net.core.rmem_default": "1"}), ("kernel", {"net.ipv4.conf.x7.rp_filter": "1"})):
            try:
                cri.run_pod(cri_calls.Pod(name, annotations=conf_text(wish)))
                raise AssertionError(f"{name} was not refused")
            except cri_calls.CallFailed as failure:
                holds(str(failure), f"pod shop/{name}: Sysctl")
    finally:
        for pod in pods:
            cri.remove_pod(pod)


def containerd_runc(bench: Wrapped) -> None:
    containerd_with(bench, "runc")


def containerd_crun(bench: Wrapped) -> None:
    containerd_with(bench, "crun")


CASES = (ten_keys, pairs_come_right, annotation_wins, nothing_to_do, forbidden, kernel_refuses, user_namespace,
         attacks, host_namespaces, run_is_refused, every_other_word_is_the_runtimes, podman_behind, docker,
         docker_annotations, containerd_runc, containerd_crun)


@contextlib.contextmanager
def made():
    with surroundings.work_folder() as work:
        yield Wrapped(OPTIONS.binaries.resolve(), work)


def fetch() -> None:
    """The cases say what they miss."""
    if OPTIONS.cache:
        with contextlib.suppress(Skip):
            runtime_containerd.Containerd(OPTIONS.containerd, OPTIONS.cache).fetch()
    if OPTIONS.docker and OPTIONS.images:
        with contextlib.suppress(Skip):
            runtime_docker.Docker(OPTIONS.docker, OPTIONS.images.parent).fetch()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, help="folder of test images, for Docker")
    parser.add_argument("--cache", type=pathlib.Path, help="folder of unpacked containerd versions")
    parser.add_argument("--containerd", default="2.1")
    parser.add_argument("--docker", choices=("", "26", "28"), default="",
                        help="the Docker to call it (default: the machine's), fetched to beside the images")
    parser.add_argument("cases", nargs="*")
    return parser.parse_args()


OPTIONS = options()
if __name__ == "__main__":
    sys.exit(surroundings.main(CASES, OPTIONS.cases, made, fetch))
