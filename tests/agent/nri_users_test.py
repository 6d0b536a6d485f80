#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pods with a user namespace of their own (hostUsers: false), through a real containerd and NRI: every
scope gets its value, by the credentials that the kernel asks for there.

nri_users_test.py --binaries build/bin --cache DIR [--containerd 1.7|2.1] [CASE...]
Exit status 77 with the runtime's own words where it makes no such pods here."""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "e2e")]

import cri_calls  # noqa: E402
import nri_test  # noqa: E402
from nri_test import Case, holds, same  # noqa: E402

USERS = (700000, 65536)
WISHES = {
    "net.core.somaxconn": "2048",
    "net.ipv4.tcp_fin_timeout": "31",
    "kernel.msgmax": "16384",
    "kernel.sem": "250 32000 100 128",
}


def values_of(case: Case, pod_id: str) -> dict[str, str]:
    pid = json.loads(case.cri.info(pod_id)["info"])["pid"]
    return {key: nri_test.read_value(key, ["nsenter", "-t", str(pid), "-n", "-i"]) for key in WISHES}


def every_scope(case: Case) -> None:
    pod = case.run("users", WISHES, users=USERS)
    pid = json.loads(case.cri.info(pod)["info"])["pid"]
    mapped = pathlib.Path(f"/proc/{pid}/uid_map").read_text().split()
    same("the pod's users", mapped, ["0", str(USERS[0]), str(USERS[1])])
    same("values", values_of(case, pod), WISHES)


def forbidden(case: Case) -> None:
    holds(case.refused("users-forbidden", {"vm.swappiness": "1"}, users=USERS), "vm.swappiness")


def repaired(case: Case) -> None:
    case.agent.kill()
    pod = case.run("users-late", WISHES, users=USERS)
    case.agent.start()
    nri_test.wait_until(lambda: values_of(case, pod) == WISHES, "the pod is repaired")


def can_have_users(case: Case) -> None:
    try:
        pod = case.run("can", users=USERS)
    except cri_calls.CallFailed as failure:
        version = subprocess.run(["runc", "--version"], capture_output=True, text=True, check=False).stdout
        print(f"skip: with {' '.join(version.split()[:3])}: {failure}", file=sys.stderr, flush=True)
        raise nri_test.CannotBeHad from failure
    case.cri.stop_pod(pod)
    case.cri.remove_pod(pod)


CASES = (can_have_users, every_scope, forbidden, repaired)

if __name__ == "__main__":
    sys.exit(nri_test.main(CASES, __file__))
