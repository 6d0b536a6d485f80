# SPDX-License-Identifier: Apache-2.0
"""What a process may still do, by /proc/PID/status."""

import pathlib

from cases import same

# linux/capability.h
CAPABILITIES = {"DAC_READ_SEARCH": 2, "NET_ADMIN": 12, "SYS_PTRACE": 19, "SYS_ADMIN": 21}
AGENT = ("NET_ADMIN", "SYS_PTRACE", "SYS_ADMIN")


def bits_of(names) -> int:
    return sum(1 << CAPABILITIES[name] for name in names)


def status_of(pid: int) -> dict[str, str]:
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in text.splitlines())}


def at_most(pid: int, names) -> None:
    """No capabilities but these, none to inherit, no new ones ever, and a filter of system calls."""
    rows = status_of(pid)
    for name in ("CapEff", "CapPrm", "CapBnd"):
        same(name, int(rows[name], 16) & ~bits_of(names), 0)
    for name in ("CapInh", "CapAmb"):
        same(name, int(rows[name], 16), 0)
    same("NoNewPrivs", rows["NoNewPrivs"], "1")
    same("Seccomp", rows["Seccomp"], "2")
