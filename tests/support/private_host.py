# SPDX-License-Identifier: Apache-2.0
"""A host of one's own: a program starts itself once more in new namespaces, and what is left in them
ends with them. Control groups have none here."""

import ctypes
import os
import pathlib
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36
SKIPPED = 77
INSIDE = "PSYS_INSIDE_PRIVATE_HOST"
UNIFIED = "/sys/fs/cgroup/unified"


def skip(reason) -> int:
    """The exit status of a program that cannot run here."""
    print(f"skip: {reason}", file=sys.stderr)
    return SKIPPED


def is_inside() -> bool:
    return INSIDE in os.environ


def go_inside(*more: str, own_pids: bool = True) -> int:
    """The exit status of this program, run once more with its own arguments and these. Without `own_pids` its
    processes are among everybody's, as on a real host, and may outlive it."""
    pids = ["--pid", "--fork", "--mount-proc", "--kill-child"] if own_pids else []
    return subprocess.run(["unshare", "--mount", "--net", "--ipc", "--uts", *pids, sys.executable, *sys.argv, *more],
                          env={**os.environ, INSIDE: "1"}, check=False).returncode


def furnish(*more: str, forwards: bool = False) -> None:
    """Inside only: a loopback device that is up, an empty /run, and more such folders. `forwards`: packets, as a node
    does; container runtimes would turn that on by themselves, amid a case that looks for changes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"], check=True)
    for folder in more:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1" if forwards else "0")  # else the machine's


def leave_unified_hierarchy() -> None:
    """Inside only. crun refuses one that has controllers beside v1 ones."""
    if os.path.ismount(UNIFIED):
        subprocess.run(["umount", "-l", UNIFIED], check=True)


def become_subreaper() -> None:
    """Whatever is left running becomes our child, so that it is found and ended."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER) failed")


def reap() -> None:
    """Of our children, those that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass
