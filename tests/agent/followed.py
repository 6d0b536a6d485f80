# SPDX-License-Identifier: Apache-2.0
"""The agent beside a runtime that it follows, Docker or a containerd, and pods of either."""

import contextlib
import io
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import agent  # noqa: E402
import cri_calls  # noqa: E402
import private_host  # noqa: E402
import runtime_containerd  # noqa: E402
import runtime_docker  # noqa: E402
from cases import wait_until  # noqa: E402
from sysctls import conf_text, read_value  # noqa: E402

WISH = {"net.core.somaxconn": "1024"}

POLICIES = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: follow}
spec:
  match: {namespaces: [shop, docker]}
  allowed:
  - {name: net.core.somaxconn, min: 128, max: 65535}
  - {name: net.ipv4.*}
  - {name: kernel.*}
"""


class Agent(agent.Agent):
    def __init__(self, binaries: pathlib.Path, work: pathlib.Path, followed: str, nri_socket: str = "none"):
        super().__init__(binaries, work, pathlib.Path(nri_socket))
        self.flags += [f"--follow={followed}", "--drift-interval=60"]
        self.put_policies("policies.yaml", POLICIES)

    def messages(self, pod: str) -> list[str]:
        """"REASON: MESSAGE" of the events on record about a pod."""
        with contextlib.closing(sqlite3.connect(self.state / "state.db")) as database:
            return [": ".join(row) for row in
                    database.execute("SELECT reason, message FROM events WHERE name = ?", (pod,))]

    def count(self, counter: str) -> int:
        return self.status()["pods"][counter]


class DockerPods:
    """Containers as pods of one."""

    namespace = "docker"

    def __init__(self, runtime: runtime_docker.Docker):
        self.runtime = runtime
        self.kill = self.end
        data = pathlib.Path(shutil.which("busybox")).read_bytes()
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo("bin/busybox")
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
        self.docker("import", "-", "busybox", stdin=archive.getvalue())

    def docker(self, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True,
                              env=os.environ | self.runtime.env, check=False)
        if done.returncode != 0:
            raise AssertionError(f"docker {arguments}: {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def run(self, name: str, settings: dict[str, str] | None = None, *, network: str = "none",
            command: tuple[str, ...] = ("sleep", "1000"), flags: tuple[str, ...] = ("-d",)) -> str:
        labels = [f"--label={key}={value}" for key, value in conf_text(settings).items()] if settings else []
        return self.docker("run", *flags, f"--name={name}", f"--network={network}", *labels, "busybox",
                           "/bin/busybox", *command)

    def with_network(self, name: str, settings: dict[str, str]) -> str:
        return self.run(name, settings, network="bridge")

    def on_the_host(self, name: str, settings: dict[str, str]) -> str:
        return self.run(name, settings, network="host")

    def short(self, name: str, settings: dict[str, str]) -> None:
        self.run(name, settings, command=("true",), flags=("--rm",))

    def pid(self, pod: str) -> int:
        return int(self.docker("inspect", "-f", "{{.State.Pid}}", pod))

    def remove(self, pod: str) -> None:
        self.docker("rm", "-f", pod)

    def end(self) -> None:
        for pid in self.runtime.pids():
            os.kill(pid, signal.SIGKILL)
            self.runtime.wait_for_end(pid)

    def start(self) -> None:
        subprocess.run([self.runtime.env["RUNTIME_START"]], check=True)

    def remove_all(self) -> None:
        with contextlib.suppress(AssertionError):
            for container in self.docker("ps", "-aq").split():
                self.remove(container)


class CriPods:
    namespace = "shop"

    def __init__(self, runtime: runtime_containerd.Containerd):
        self.runtime = runtime
        self.cri = cri_calls.Cri(runtime.socket)

    def run(self, name: str, settings: dict[str, str] | None = None, **more) -> str:
        return self.cri.run_pod(cri_calls.Pod(name, annotations=conf_text(settings) if settings else {}, **more))

    with_network = run

    def on_the_host(self, name: str, settings: dict[str, str]) -> str:
        return self.run(name, settings, host_network=True)

    def short(self, name: str, settings: dict[str, str]) -> None:
        self.remove(self.run(name, settings))

    def pid(self, pod: str) -> int:
        return self.cri.pid(pod)

    def remove(self, pod: str) -> None:
        self.cri.remove_pod(pod)

    def kill(self) -> None:
        subprocess.run([self.runtime.run / "kill"], check=True)

    def start(self) -> None:
        subprocess.run([self.runtime.run / "start"], check=True)

    def remove_all(self) -> None:
        self.cri.remove_all()


class Case:
    def __init__(self, pods: DockerPods | CriPods, agent: Agent):
        self.pods = pods
        self.runtime = pods.runtime
        self.agent = agent

    def value(self, pod: str, key: str) -> str:
        return read_value(key, self.pods.pid(pod))

    def gets(self, pod: str, settings: dict[str, str]) -> None:
        pid = self.pods.pid(pod)
        for key, value in settings.items():
            wait_until(lambda key=key, value=value: read_value(key, pid) == value, f"{key} of {pod[:12]} is {value}")

    def says(self, pod: str, reason: str) -> str:
        def find() -> str:
            return next((text for text in self.agent.messages(pod) if text.startswith(reason + ": ")), "")
        wait_until(lambda: find() != "", f"the event {reason} of {pod} is on record")
        return find()


def runtime_of(kind: str, cache: pathlib.Path, plain=runtime_containerd.Containerd):
    """`kind`: docker, or a version of containerd. Of those, 1.6 alone does not know NRI."""
    if kind == "docker":
        return runtime_docker.Docker()
    return (plain if kind == "1.6" else agent.NriContainerd)(kind, cache)


@contextlib.contextmanager
def started(runtime, binaries: pathlib.Path) -> Iterator[Case]:
    """Inside a private host only: the runtime, and an agent that is not started yet. Raises Skip."""
    private_host.furnish(forwards=True)
    with tempfile.TemporaryDirectory(prefix="psys-follow-", ignore_cleanup_errors=True) as folder:
        work = pathlib.Path(folder)
        try:
            runtime.start(work)
            case = Case(*follower_of(runtime, binaries.resolve(), work))
            try:
                yield case
            finally:
                case.agent.end()
                case.pods.remove_all()
        finally:
            runtime.stop()


def follower_of(runtime, binaries: pathlib.Path, work: pathlib.Path) -> tuple[DockerPods | CriPods, Agent]:
    if isinstance(runtime, runtime_docker.Docker):
        return DockerPods(runtime), Agent(binaries, work, f"docker={runtime.env['DOCKER_HOST']}")
    with_nri = isinstance(runtime, agent.NriContainerd)
    return CriPods(runtime), Agent(binaries, work, f"cri={runtime.socket}",
                                   str(runtime.run / "nri.sock") if with_nri else "none")
