#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The agent beside runtimes that ask nobody before they start something: Docker, and containerd
without NRI. Values come after the start; that is said, and nothing is missed, whoever was killed.
Everything runs in namespaces of its own, which end with it.

follow_test.py --binaries build/bin --cache DIR --runtime docker|1.6|1.7 [CASE...]
Exit status 77 with a reason where the runtime cannot be had."""

import subprocess
import sys
import time

import followed
from followed import WISH, Case

import agent
import rights
from agent import TEN
from cases import holds, same, wait_until
from sysctls import read_value

MANY = 30


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
    before = read_value("net.ipv4.tcp_fin_timeout")
    case.pods.on_the_host("hostnet", {"net.ipv4.tcp_fin_timeout": "31"})
    holds(case.says("hostnet", "SysctlForbidden"), "host")
    same("the host's value", read_value("net.ipv4.tcp_fin_timeout"), before)


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
    rights.at_most(case.agent.process.pid, rights.AGENT)


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
    wait_until(lambda: all(door["connected"] for door in case.agent.status()["doors"]), "both doors are open")
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


def main() -> int:
    parser = agent.parser_of(__doc__)
    parser.add_argument("--runtime", choices=("docker", "1.6", "1.7"), required=True)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    runtime = followed.runtime_of(options.runtime, options.cache)

    def inside() -> int:
        with followed.started(runtime, options.binaries) as case:
            return agent.run_cases(pick(options.runtime), options.cases, case)

    return agent.run_on_private_host(runtime, inside)


if __name__ == "__main__":
    sys.exit(main())
