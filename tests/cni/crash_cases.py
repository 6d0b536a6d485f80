# SPDX-License-Identifier: Apache-2.0
"""podsysctl-cni killed at every system call of ADD and of DEL: the DEL that follows puts back every
value, and nothing is left but what its GC takes."""

import re
import shutil

import libcni
from chain_cases import network, pod, ptp
from place import Place, inside, value

from cases import Skip, same

LINK = {"mtu": 1400, "txQLen": 20, "promisc": True}
LINE = re.compile(r"^\d+ +(\w+)\(")
PATHS = ("core/somaxconn", "ipv4/tcp_rmem", "ipv4/conf/eth0/rp_filter")


def system_calls(place: Place, chain: libcni.Network, command: str, attachment: libcni.Attachment,
                 result: dict) -> list[tuple[str, int]]:
    """Each call of one run: its name, and which one of that name."""
    log = place.work / "strace"
    chain.call_raw(command, chain.plugins[-1], attachment, result, prefix=("strace", "-f", "-qq", "-o", str(log)))
    seen: dict[str, int] = {}
    calls = []
    for line in log.read_text().splitlines():
        if (found := LINE.match(line)) and found[1] not in ("execve", "exit_group", "exit", "rt_sigreturn"):
            seen[found[1]] = seen.get(found[1], 0) + 1
            calls.append((found[1], seen[found[1]]))
    return calls


def state(netns: str) -> tuple:
    return (*(value(netns, path) for path in PATHS), inside(netns, "ip", "-o", "-d", "link", "show", "eth0"))


def killed_at_every_call(place: Place, command: str) -> None:
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    with place.pod() as netns:
        chain = network(place, "1.0.0", ptp(place), place.ours(**LINK))
        attachment = pod(place, netns)
        result = chain.call("ADD", chain.plugins[0], attachment)
        before = state(netns)
        plugin = chain.plugins[-1]
        if command == "DEL":
            chain.call("ADD", plugin, attachment, result)
        calls = system_calls(place, chain, command, attachment, result)
        chain.call("DEL", plugin, attachment, result)
        same("values before", state(netns), before)
        killed = 0
        for name, number in calls:
            if command == "DEL":
                chain.call("ADD", plugin, attachment, result)
            done = chain.call_raw(command, plugin, attachment, result, prefix=(
                "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}"))
            killed += done.returncode == 137 or done.returncode == -9
            chain.call("DEL", plugin, attachment, result)
            same(f"values after {command} was killed at {name} {number}", state(netns), before)
            left = [each for each in place.records() if not each.endswith(".new")]
            same(f"records after {name} {number}", left, [])
        if killed < len(calls) // 2:
            raise AssertionError(f"only {killed} of {len(calls)} runs were killed")
        collected = libcni.Network("1.1.0", "test", [plugin], place.folders)
        collected.call("GC", plugin)
        same("records after GC", place.records(), [])
        chain.delete(attachment)


def add_killed_at_every_call(place: Place) -> None:
    killed_at_every_call(place, "ADD")


def del_killed_at_every_call(place: Place) -> None:
    killed_at_every_call(place, "DEL")


def add_again_after_a_kill(place: Place) -> None:
    """A runtime that tries once more without DEL: the former values are still those from before."""
    for point in ("cni-recorded", "cni-link-changed", "cni-written"):
        with place.pod() as netns:
            chain = network(place, "1.0.0", ptp(place), place.ours(**LINK))
            attachment = pod(place, netns)
            result = chain.call("ADD", chain.plugins[0], attachment)
            before = state(netns)
            victim = pod(place, netns, environment={"PODSYSCTL_FAULT_POINT": point})
            same("killed", chain.call_raw("ADD", chain.plugins[1], victim, result).returncode, -9)
            again = chain.call("ADD", chain.plugins[1], attachment, result)
            chain.check(attachment, again)
            chain.call("DEL", chain.plugins[1], attachment, again)
            same(f"values after {point}", state(netns), before)
            same("records", place.records(), [])
            chain.delete(attachment, again)


CASES = (add_again_after_a_kill, add_killed_at_every_call, del_killed_at_every_call)
