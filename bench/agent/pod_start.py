#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ten sysctls add to a pod's start: by the agent's annotation, and by a privileged init container
that writes them, against the same pod without any and without the agent.

pod_start.py --binaries build/bin --cache DIR [--containerd 2.1] [--rounds 30]
A pod's start is here from RunPodSandbox to StartContainer of its application. The end of the init
container is asked for every few milliseconds, which no kubelet does. The ways go by turns, so that what
disturbs the machine disturbs all. Runs in namespaces of its own."""

import pathlib
import statistics
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

import agent  # noqa: E402
import runtime_containerd  # noqa: E402
from agent import TEN  # noqa: E402
from cri_calls import CallFailed, Cri, Pod, field, fields  # noqa: E402
from sysctls import conf_text, path_of  # noqa: E402

EXITED = 2
WAYS = ("nothing", "privileged init container", "agent, no wishes", "agent, 10 keys")
# In an order that works: whoever writes the init container has to know it.
ORDER = ("net.ipv4.ip_forward", "net.ipv4.ip_unprivileged_port_start")


def script() -> str:
    """What people put into such init containers, but that it stops at a failure."""
    keys = [*ORDER, *(key for key in TEN if key not in ORDER)]
    return "set -e; " + "; ".join(f"echo '{TEN[key]}' >{path_of(key)}" for key in keys)


class PrivilegedPod(Pod):
    def config(self) -> bytes:
        # Its linux (8) comes last and is merged: security_context (2), privileged (6).
        return super().config() + field(8, field(2, field(6, 1)))


class Containers(Cri):
    def create(self, pod_id: str, pod: Pod, name: str, command: list[str], privileged: bool = False) -> str:
        config = field(1, field(1, name)) + field(2, field(1, runtime_containerd.PAUSE))
        config += b"".join(field(3, word) for word in command)
        config += field(15, field(2, field(2, 1))) if privileged else b""
        answer = self.call("CreateContainer", field(1, pod_id) + field(2, config) + field(3, pod.config()))
        return next(value.decode() for number, value in fields(answer) if number == 1)

    def start(self, container_id: str) -> None:
        self.call("StartContainer", field(1, container_id))

    def wait(self, container_id: str) -> None:
        while True:
            answer = self.call("ContainerStatus", field(1, container_id))
            status = dict(fields(next(value for number, value in fields(answer) if number == 1)))
            if status.get(3, 0) == EXITED:
                if status.get(7, 0) != 0:
                    raise CallFailed(f"the init container ended with {status[7]}")
                return


def start_pod(cri: Containers, way: str, name: str) -> tuple[str, float]:
    annotations = conf_text(TEN) if way == "agent, 10 keys" else {}
    by_init = way == "privileged init container"
    pod = (PrivilegedPod if by_init else Pod)(name, annotations=annotations)
    begun = time.monotonic()
    pod_id = cri.run_pod(pod)
    if by_init:
        init = cri.create(pod_id, pod, "init", ["/busybox", "sh", "-c", script()], privileged=True)
        cri.start(init)
        cri.wait(init)
    cri.start(cri.create(pod_id, pod, "app", ["/busybox", "sleep", "1000"]))
    return pod_id, (time.monotonic() - begun) * 1000


def measure(case: agent.Case, rounds: int) -> None:
    cri = Containers(case.runtime.socket)
    times = {way: [] for way in WAYS}
    for i in range(2 * rounds):
        # With and without the agent by turns, and so the two ways of either; each half begins with a pod
        # that does not count.
        with_agent = bool(i % 2)
        half = WAYS[2:] if with_agent else WAYS[:2]
        if with_agent:
            case.agent.start()
        for j, way in enumerate([half[0], *(half if i // 2 % 2 else reversed(half))]):
            pod_id, took = start_pod(cri, way, f"pod-{i}-{j}")
            if j > 0:
                times[way].append(took)
            if way in (WAYS[1], WAYS[3]):
                case.has(pod_id, TEN)
            cri.remove_pod(pod_id)
        if with_agent:
            case.agent.kill()
    base = times[WAYS[0]]
    print(f"{'pod start':28} {'median':>9} {'least':>9} {'to nothing':>11} {'of pairs':>9}")
    for way, values in times.items():
        paired = statistics.median(mine / other for mine, other in zip(values, base))
        print(f"{way:28} {statistics.median(values):6.1f} ms {min(values):6.1f} ms "
              f"{statistics.median(values) / statistics.median(base):11.3f} {paired:9.3f}")


def main() -> int:
    parser = agent.parser_of(__doc__)
    parser.add_argument("--containerd", default="2.1")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    runtime = agent.NriContainerd(options.containerd, options.cache)

    def inside() -> int:
        with agent.started(runtime, options.binaries) as case:
            measure(case, options.rounds)
        return 0

    return agent.run_on_private_host(runtime, inside)


if __name__ == "__main__":
    sys.exit(main())
