#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The agent beside runtimes that ask nobody before they start something: Docker, and containerd
without NRI. Values come after the start; that is said, and nothing is missed, whoever was killed.
Everything runs in namespaces of its own, which end with it.

follow_test.py --binaries build/bin --cache DIR --runtime docker|1.6|1.7 [CASE...]
Exit status 77 with a reason where the runtime cannot be had."""

import argparse
import contextlib
import io
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "e2e")]

import cri_calls  # noqa: E402
import nri_test  # noqa: E402
import runtime_containerd  # noqa: E402
import runtime_docker  # noqa: E402
from nri_test import SKIPPED, TEN, conf_text, holds, same, wait_until  # noqa: E402

WISH = {"net.core.somaxconn": "1024"}
MANY = 30

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


class Agent(nri_test.Agent):
    def __init__(self, binaries: pathlib.Path, work: pathlib.Path, followed: str, nri_socket: str = "none"):
        super().__init__(binaries, work, pathlib.Path(nri_socket))
        self.flags += [f"--follow={followed}", "--drift-interval=60"]
        (self.policies / "policies.yaml").write_text(POLICIES)

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
        return json.loads(self.cri.info(pod)["info"])["pid"]

    def remove(self, pod: str) -> None:
        self.cri.stop_pod(pod)
        self.cri.remove_pod(pod)

    def kill(self) -> None:
        subprocess.run([self.runtime.run / "kill"], check=True)

    def start(self) -> None:
        subprocess.run([self.runtime.run / "start"], check=True)


class Case:
    def __init__(self, pods: DockerPods | CriPods, agent: Agent):
        self.pods = pods
        self.agent = agent

    def value(self, pod: str, key: str) -> str:
        return nri_test.read_value(key, ["nsenter", "-t", str(self.pods.pid(pod)), "-n", "-i"])

    def gets(self, pod: str, settings: dict[str, str]) -> None:
        pid = str(self.pods.pid(pod))
        for key, value in settings.items():
            wait_until(lambda key=key, value=value:
                       nri_test.read_value(key, ["nsenter", "-t", pid, "-n", "-i"]) == value,
                       f"{key} of {pod[:12]} is {value}")

    def says(self, pod: str, reason: str) -> str:
        def find() -> str:
            return next((text for text in self.agent.messages(pod) if text.startswith(reason + ": ")), "")
        wait_until(lambda: find() != "", f"the event {reason} of {pod} is on record")
        return find()


def ten_keys(case: Case) -> None:
    case.gets(case.pods.with_network("ten", TEN), TEN)
    message = case.says("ten", "SysctlsApplied")
    holds(message, "net.core.somaxconn = 2048 (was 4096)")
    holds(message, "it came after the pod's start")


def no_wish(case: Case) -> None:
    before = case.agent.status()["pods"]
    pod = case.pods.run("plain")
    case.gets(case.pods.run("marker", WISH), WISH)  # events come in order
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    same("pods", case.agent.count("applied"), before["applied"] + 1)


def cannot_refuse(case: Case) -> None:
    degraded = case.agent.count("degraded")
    pod = case.pods.run("forbidden", {"net.core.somaxconn": "70000", "net.ipv4.tcp_fin_timeout": "30"})
    message = case.says("forbidden", "SysctlForbidden")
    holds(message, "65535")
    holds(message, "the pod runs without it")
    case.gets(pod, {"net.core.somaxconn": "4096", "net.ipv4.tcp_fin_timeout": "30"})
    same("degraded", case.agent.count("degraded"), degraded + 1)
    same("rejected", case.agent.count("rejected"), 0)


def kernel_refuses(case: Case) -> None:
    pod = case.pods.run("missing", WISH | {"net.ipv4.conf.eth7.rp_filter": "1"})
    holds(case.says("missing", "SysctlNotApplied"), "eth7")
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")


def host_network(case: Case) -> None:
    before = nri_test.read_value("net.ipv4.tcp_fin_timeout", [])
    case.pods.on_the_host("hostnet", {"net.ipv4.tcp_fin_timeout": "31"})
    holds(case.says("hostnet", "SysctlForbidden"), "host")
    same("the host's value", nri_test.read_value("net.ipv4.tcp_fin_timeout", []), before)


def many_in_a_row(case: Case) -> None:
    applied = case.agent.count("applied")
    pods = [case.pods.run(f"many{i}", WISH) for i in range(MANY)]
    for pod in pods:
        case.gets(pod, WISH)
    wait_until(lambda: case.agent.count("applied") == applied + MANY, "each is handled, and once")
    for pod in pods:
        case.pods.remove(pod)


def short_lived(case: Case) -> None:
    """They may be gone before anybody can look at them; nothing of them is left."""
    before = case.agent.count("withSettings")
    for i in range(10):
        case.pods.short(f"short{i}", WISH)
    case.gets(case.pods.run("long", WISH), WISH)
    wait_until(lambda: case.agent.count("withSettings") == before + 1, "the short ones are forgotten")
    same("connections", case.agent.status()["doors"][0]["connections"], 1)


def gone_pods(case: Case) -> None:
    before = case.agent.count("withSettings")
    pod = case.pods.run("gone", WISH)
    wait_until(lambda: case.agent.count("withSettings") == before + 1, "the pod is handled")
    case.pods.remove(pod)
    wait_until(lambda: case.agent.count("withSettings") == before, "the agent forgets it")


def agent_killed(case: Case) -> None:
    before = case.pods.run("before", WISH)
    case.gets(before, WISH)
    case.agent.kill()
    pod = case.pods.run("orphan", WISH)
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    case.agent.start()
    case.gets(pod, WISH)
    case.says("orphan", "SysctlsRepaired")
    wait_until(lambda: case.agent.count("repaired") == 1, "the one is repaired")
    same("values of the one before", case.value(before, "net.core.somaxconn"), "1024")


def runtime_killed(case: Case) -> None:
    connections = case.agent.status()["doors"][0]["connections"]
    case.pods.kill()
    wait_until(lambda: not case.agent.status()["doors"][0]["connected"], "the agent notices")
    case.pods.start()
    case.agent.wait_connected(connections + 1)
    case.gets(case.pods.run("after", WISH), WISH)


def few_rights(case: Case) -> None:
    nri_test.few_rights(case)


def joins_another(case: Case) -> None:
    """A container in another's network is no pod of its own."""
    pod = case.pods.run("owner")
    case.pods.run("guest", WISH, network=f"container:{pod}")
    case.gets(case.pods.run("marker2", WISH), WISH)
    same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
    same("events", case.agent.messages("guest"), [])


def started_again(case: Case) -> None:
    """The same container with new namespaces."""
    pod = case.pods.run("again", WISH)
    case.gets(pod, WISH)
    case.pods.docker("restart", "-t", "0", pod)
    case.gets(pod, WISH)


def queue_of(case: Case, pod: str, port: int) -> str:
    listed = subprocess.run(["nsenter", "-t", str(case.pods.pid(pod)), "-n", "ss", "-Hltn", f"sport = :{port}"],
                            capture_output=True, text=True, check=True).stdout.split()
    return listed[2] if listed else ""


def open_sockets(case: Case) -> None:
    """A listener that was there before is named; with --live-sockets it listens again."""
    for number, flag in enumerate(([], ["--live-sockets"])):
        case.agent.kill()
        name = f"listener{number}"
        pod = case.pods.run(name, WISH, command=("nc", "-ll", "-p", "8080", "-e", "/bin/busybox", "true"))
        wait_until(lambda pod=pod: queue_of(case, pod, 8080) != "", "it listens")
        queue = queue_of(case, pod, 8080)
        case.agent.flags += flag
        case.agent.start()
        message = case.says(name, "SysctlsRepaired")
        if flag:
            case.agent.flags.remove(*flag)
            holds(message, f"1024 (was {queue})")
            same("queue", queue_of(case, pod, 8080), "1024")
        else:
            holds(message, f":8080 a queue of {queue}")
            same("queue", queue_of(case, pod, 8080), queue)
    case.agent.kill()
    case.agent.start()


def both_doors(case: Case) -> None:
    """What came by NRI is not handled again, and what came late neither."""
    before = case.agent.status()["pods"]
    case.gets(case.pods.run("both", TEN), TEN)
    time.sleep(1.5)  # longer than the first interval between two lists
    after = case.agent.status()["pods"]
    same("applied", after["applied"], before["applied"] + 1)
    same("handled in other ways", {key: after[key] - before[key] for key in ("unchanged", "repaired", "degraded")},
         {"unchanged": 0, "repaired": 0, "degraded": 0})
    case.says("both", "SysctlsApplied")
    same("events", len(case.agent.messages("both")), 1)


ALL = (ten_keys, no_wish, cannot_refuse, kernel_refuses, host_network, many_in_a_row, short_lived, few_rights,
       gone_pods)
DOCKER_ONLY = (joins_another, started_again, open_sockets)
KILLS = (agent_killed, runtime_killed)


def pick(runtime: str) -> tuple:
    if runtime == "docker":
        return ALL + DOCKER_ONLY + KILLS
    return ALL + KILLS if runtime == "1.6" else (both_doors,)


def start_runtime(options: argparse.Namespace, work: pathlib.Path, plain=runtime_containerd.Containerd):
    """The runtime, its pods and an agent that follows it; Missing is raised where there is none."""
    if options.runtime == "docker":
        runtime = runtime_docker.Docker()
        runtime.start(work)
        return runtime, DockerPods(runtime), Agent(options.binaries, work, f"docker={runtime.env['DOCKER_HOST']}")
    with_nri = options.runtime != "1.6"
    kind = nri_test.NriContainerd if with_nri else plain
    runtime = kind(options.runtime, options.cache)
    runtime.start(work)
    return runtime, CriPods(runtime), Agent(options.binaries, work, f"cri={runtime.socket}",
                                            str(runtime.run / "nri.sock") if with_nri else "none")


def clean_up(runtime, pods: DockerPods | CriPods) -> None:
    if isinstance(pods, CriPods):
        nri_test.clean_up(runtime)
        return
    with contextlib.suppress(AssertionError):
        for container in pods.docker("ps", "-aq").split():
            pods.remove(container)
    runtime.stop()


def run_cases(options: argparse.Namespace) -> int:
    nri_test.make_surroundings()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="psys-follow-") as folder:
        work = pathlib.Path(folder)
        try:
            runtime, pods, agent = start_runtime(options, work)
        except (runtime_docker.Missing, runtime_containerd.Missing) as missing:
            print(f"skip: {missing}", file=sys.stderr)
            return SKIPPED
        try:
            agent.start()
            if options.runtime == "1.7":
                wait_until(lambda: all(door["connected"] for door in agent.status()["doors"]), "both doors are open")
            for each in pick(options.runtime):
                if not options.cases or each.__name__ in options.cases:
                    failed += not run_case(each, Case(pods, agent))
        finally:
            if failed:
                print(agent.log.read_text(), file=sys.stderr)
                print(runtime.last_words(), file=sys.stderr)
            agent.kill()
            clean_up(runtime, pods)
    return 1 if failed else 0


def run_case(each, case: Case) -> bool:
    start = time.monotonic()
    try:
        each(case)
    except (AssertionError, cri_calls.CallFailed, subprocess.SubprocessError, LookupError) as failure:
        print(f"FAIL {each.__name__}: {failure!r}", flush=True)
        return False
    print(f"ok   {each.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of unpacked containerd versions")
    parser.add_argument("--runtime", choices=("docker", "1.6", "1.7"), required=True)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    options.binaries = options.binaries.resolve()
    if os.geteuid() != 0:
        print("skip: needs root", file=sys.stderr)
        return SKIPPED
    if os.environ.get(nri_test.INSIDE):
        return run_cases(options)
    if options.runtime != "docker":
        nri_test.fetch(runtime_containerd.Containerd(options.runtime, options.cache))
    return nri_test.go_inside(sys.argv[1:], __file__)


if __name__ == "__main__":
    sys.exit(main())
