#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pods with a user namespace of their own (hostUsers: false), through a real containerd and NRI: every
scope gets its value, by the credentials that the kernel asks for there.

nri_users_test.py --binaries build/bin --cache DIR [--containerd 1.7|2.1] [CASE...]
Exit status 77 with the runtime's own words where it makes no such pods here."""

import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import agent  # noqa: E402
import cri_calls  # noqa: E402
from agent import Case  # noqa: E402
from cases import Skip, holds, same, wait_until  # noqa: E402
from sysctls import read_value  # noqa: E402

USERS = (700000, 65536)
WISHES = {
    "net.core.somaxconn": "2048",
    "net.ipv4.tcp_fin_timeout": "31",
    "kernel.msgmax": "16384",
    "kernel.sem": "250 32000 100 128",
}


def values_of(case: Case, pod_id: str) -> dict[str, str]:
    pid = case.cri.pid(pod_id)
    return {key: read_value(key, pid) for key in WISHES}


def every_scope(case: Case) -> None:
    pod = case.run("users", WISHES, users=USERS)
    mapped = pathlib.Path(f"/proc/{case.cri.pid(pod)}/uid_map").read_text().split()
    same("the pod's users", mapped, ["0", str(USERS[0]), str(USERS[1])])
    same("values", values_of(case, pod), WISHES)


def forbidden(case: Case) -> None:
    holds(case.refused("users-forbidden", {"vm.swappiness": "1"}, users=USERS), "vm.swappiness")


def repaired(case: Case) -> None:
    case.agent.kill()
    pod = case.run("users-late", WISHES, users=USERS)
    case.agent.start()
    wait_until(lambda: values_of(case, pod) == WISHES, "the pod is repaired")


class ContainerdWithUsers(agent.NriContainerd):
    def start(self, work: pathlib.Path) -> None:
        """Raises Skip also where it makes no such pods."""
        super().start(work)
        cri = cri_calls.Cri(self.socket)
        try:
            cri.remove_pod(cri.run_pod(cri_calls.Pod("can", users=USERS)))
        except cri_calls.CallFailed as failure:
            version = subprocess.run(["runc", "--version"], capture_output=True, text=True, check=False).stdout
            raise Skip(f"with {' '.join(version.split()[:3])}: {failure}") from failure


CASES = (every_scope, forbidden, repaired)

if __name__ == "__main__":
    sys.exit(agent.main(CASES, __doc__, ContainerdWithUsers))
