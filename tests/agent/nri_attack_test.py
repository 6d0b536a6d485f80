#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a pod or a policy file may try in order to reach the host, through a real containerd and NRI:
keys, values and surroundings made for it. All of it is refused, and the host stays as it was.

nri_attack_test.py --binaries build/bin --cache DIR [--containerd 1.7|2.1] [CASE...]"""

import os
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import agent  # noqa: E402
import cri_calls  # noqa: E402
import host_state  # noqa: E402
from agent import Case  # noqa: E402
from cases import holds, same, wait_until  # noqa: E402

# Whoever has this may have all that a policy can give.
WIDE = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: wide}
spec:
  match: {namespaces: [wide]}
  allowed: [{name: net.*}, {name: kernel.*}, {name: fs.mqueue.*}]
"""

# Texts of the annotation podsysctl.io/sysctls.
TEXTS = {
    "absolute": "/net/core/somaxconn = 1",
    "leading-dot": ".net.core.somaxconn = 1",
    "dotdot": "net/../kernel/core_pattern = |/tmp/x",
    "dotdot-late": "net/core/../../kernel/core_pattern = |/tmp/x",
    "dotdot-interface": "net.ipv4.conf.eth0/../../x = 1",
    "empty-part": "net..core.somaxconn = 1",
    "out-of-proc": "../../etc/passwd = 1",
    "dot": "net/./core/somaxconn = 1",
    "trailing": "net.core.somaxconn. = 1",
    "core-pattern": "kernel.core_pattern = |/bin/sh",
    "core-pattern-slashes": "kernel/core_pattern = |/bin/sh",
    "modprobe": "kernel.modprobe = /tmp/x",
    "node": "vm.overcommit_memory = 1",
    "protection": "fs.protected_symlinks = 0",
    "host-name": "kernel.hostname = other",
    "plus": "net.core.somaxconn = 1024+kernel.core_pattern=|/bin/sh",
    "line-break": "net.core.somaxconn = 1024\nkernel.core_pattern = |/bin/sh",
    "carriage-return": "net.core.somaxconn = 1024\rkernel.core_pattern = |/bin/sh",
    "nul-in-value": "net.core.somaxconn = 1024\0kernel.core_pattern",
    "nul-in-key": "net.core.somaxconn\0x = 1024",
    "escape": "net.core.somaxconn = 1024\x1b[2J",
    "long-value": "net.core.somaxconn = " + "9" * 65536,
    "long-key": "net." + "a" * 65536 + " = 1",
    "long-path": "net/" + "../" * 20000 + "etc/passwd = 1",
    "many-lines": "".join(f"net.ipv4.conf.all.k{i} = 1\n" for i in range(20000)),
    "glob": "net.ipv4.* = 1",
    "no-equals": "net.core.somaxconn",
    "only-equals": "= 1",
}


def wide(case: Case) -> None:
    policies = agent.POLICIES.count("kind: SysctlPolicy")
    case.agent.put_policies("wide.yaml", WIDE)
    wait_until(lambda: case.agent.status()["policy"]["policies"] == policies + 1, "the wide policy is in force")


def host_now() -> host_state.Facts:
    """With the interfaces: pods come with one, whose sysctls are no change of the host."""
    return {"sysctl": host_state.sysctls(), "interface": host_state.interfaces()}


def without_interfaces(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("interface ")]


def still_there(case: Case, before: host_state.Facts) -> None:
    """The host as it was, and the agent at its work, never gone in between."""
    same("the host", without_interfaces(host_state.changes(before, host_now())), [])
    same("answers too late", case.agent.status()["pods"]["answeredTooLate"], 0)
    same("connections", case.agent.status()["doors"][0]["connections"], 1)
    pod = case.run(f"after-{time.monotonic_ns()}", {"net.core.somaxconn": "2048"}, namespace="wide")
    case.has(pod, {"net.core.somaxconn": "2048"})
    case.cri.remove_pod(pod)


def annotations(case: Case) -> None:
    wide(case)
    before = host_now()
    for name, text in TEXTS.items():
        pod = cri_calls.Pod(name, namespace="wide", annotations={"podsysctl.io/sysctls": text})
        try:
            case.cri.run_pod(pod)
        except cri_calls.CallFailed as failure:
            holds(str(failure), "Sysctl")
            same(f"control characters in the message for {name}", [c for c in str(failure) if ord(c) < 32], [])
            same(f"length of the message for {name}", len(str(failure)) < 8192, True)
            continue
        raise AssertionError(f"{name} was not refused")
    still_there(case, before)


def annotation_keys(case: Case) -> None:
    """Names of profiles, and annotations that only look like ours."""
    wide(case)
    before = host_now()
    for i, profile in enumerate(["../policies", "/etc/passwd", "a\nb", "", "x" * 65536, "\0"]):
        pod = cri_calls.Pod(f"profile{i}", namespace="wide", annotations={"podsysctl.io/profile": profile})
        try:
            case.cri.run_pod(pod)
        except cri_calls.CallFailed as failure:
            holds(str(failure), "Sysctl")
            continue
        same(f"profile {profile!r} was taken", profile.strip(), "")
    for i, key in enumerate(["podsysctl.io/Sysctls", "podsysctl.io/sysctls/", "x.podsysctl.io/sysctls"]):
        pod = case.cri.run_pod(cri_calls.Pod(f"like{i}", namespace="wide", annotations={key: "net.core.somaxconn = 1"}))
        same(f"somaxconn by {key}", case.value(pod, "net.core.somaxconn"), "4096")
    still_there(case, before)


def host_namespaces(case: Case) -> None:
    wide(case)
    before = host_now()
    message = case.refused("net", {"net.core.somaxconn": "1"}, namespace="wide", host_network=True)
    holds(message, "host")
    message = case.refused("ipc", {"kernel.msgmax": "1"}, namespace="wide", host_ipc=True)
    holds(message, "host")
    # What belongs to the pod is refused along with it: nothing is half done.
    message = case.refused("both", {"net.core.somaxconn": "1024", "kernel.msgmax": "1"}, namespace="wide",
                           host_ipc=True)
    holds(message, "msgmax")
    still_there(case, before)


def broken_policies(case: Case) -> None:
    """Each is refused whole; what was in force stays so, and nobody waits for a pipe or a device."""
    wide(case)
    before = host_now()
    head = "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: bad}\nspec:\n  match: {}\n"
    bombs = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" * 3
    texts = {
        "outside": head + "  allowed: [{name: net/../kernel/core_pattern}]\n",
        "absolute": head + "  allowed: [{name: /net/core/somaxconn}]\n",
        "nul": head + '  allowed: [{name: "net.core.somaxconn\\0"}]\n',
        "unknown": head + "  allow: [{name: net.core.somaxconn}]\n",
        "deep": "[" * 100000,
        "bombs": bombs,
        "large": head + "  # " + "x" * (64 << 20) + "\n",
        "binary": "\x00\x01\x02",
    }
    bad = case.agent.policies / "bad.yaml"
    for name, text in texts.items():
        bad.write_text(text)
        wait_until(lambda: "bad.yaml" in case.agent.status()["policy"]["lastError"], f"{name} is refused")
        bad.unlink()
        wait_until(lambda: not case.agent.status()["policy"]["lastError"], f"the folder is whole after {name}")
    for name, make in {"pipe": os.mkfifo, "folder": os.mkdir,
                       "zeros": lambda path: os.symlink("/dev/zero", path),
                       "loop": lambda path: os.symlink("bad.yaml", path)}.items():
        make(bad)
        wait_until(lambda: case.agent.status()["policy"]["lastError"], f"the {name} is refused")
        still_there(case, before)
        bad.rmdir() if name == "folder" else bad.unlink()
        wait_until(lambda: not case.agent.status()["policy"]["lastError"], f"the folder is whole after the {name}")
    still_there(case, before)


def no_policy_gives_the_node_away(case: Case) -> None:
    """A file that names what is the node's is refused, and its pods get nothing of it."""
    before = host_now()
    (case.agent.policies / "node.yaml").write_text(
        "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: node}\nspec:\n"
        "  match: {namespaces: [node]}\n  allowed: [{name: kernel.core_pattern}, {name: vm.swappiness}]\n")
    wait_until(lambda: "belongs to the node" in case.agent.status()["policy"]["lastError"], "the file is refused")
    for key in ("kernel.core_pattern", "vm.swappiness"):
        holds(case.refused(key.replace(".", "-").replace("_", "-"), {key: "1"}, namespace="node"), key)
    same("the host", without_interfaces(host_state.changes(before, host_now())), [])
    (case.agent.policies / "node.yaml").unlink()


CASES = (annotations, annotation_keys, host_namespaces, broken_policies, no_policy_gives_the_node_away)

if __name__ == "__main__":
    sys.exit(agent.main(CASES, __doc__))
