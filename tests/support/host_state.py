# SPDX-License-Identifier: Apache-2.0
"""What a pod could leave behind on a host, as comparable facts."""

import collections
import os
import pathlib
import shutil
import socket
import subprocess

RUN_FOLDER = "/run/podsysctl"

# Writable files of /proc/sys that change by themselves.
RESTLESS = {"kernel/ns_last_pid", "net/netfilter/nf_conntrack_count", "fs/binfmt_misc/register"}

Facts = dict[str, dict[str, str]]


def sysctls() -> dict[str, str]:
    """Every writable sysctl, as seen from the caller's namespaces."""
    values = {}
    for folder, _, files in os.walk("/proc/sys"):
        for name in files:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, "/proc/sys")
            try:
                if os.stat(path).st_mode & 0o222 == 0 or key in RESTLESS:
                    continue
                values[key] = pathlib.Path(path).read_text(errors="replace").strip()
            except OSError:
                continue  # write-only, or refused in this kernel's configuration
    return values


def mounts() -> dict[str, str]:
    found = collections.Counter()
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        found[f"{line.split()[4]} ({line.partition(' - ')[2].split()[0]})"] += 1
    return {text: f"mounted {count} times" for text, count in found.items()}


def cgroups() -> dict[str, str]:
    """Our groups without a process in or below them, in every hierarchy. Those with one are told by
    the process; so a pod that somebody else runs on this machine meanwhile is not taken for ours."""
    found = {}
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        if line.partition(" - ")[2].split()[0] in ("cgroup", "cgroup2"):
            top = os.path.join(line.split()[4], "podsysctl")
            for folder, _, _ in os.walk(top):
                if folder != top and not processes_below(folder):
                    found[folder] = "exists"
    return found


def processes_below(group: str) -> bool:
    for folder, _, _ in os.walk(group):
        try:
            if pathlib.Path(folder, "cgroup.procs").read_text():
                return True
        except OSError:
            continue  # it is gone
    return False


def packet_filter() -> dict[str, str]:
    rules = {}
    for program in ("iptables-nft-save", "iptables-legacy-save", "ip6tables-nft-save"):
        if shutil.which(program) is None:
            continue
        saved = subprocess.run([program], capture_output=True, text=True, check=False)
        for line in saved.stdout.splitlines():
            if line.startswith(("-A", ":")):
                rules[f"{program}: {line.partition(' [')[0]}"] = "present"
    return rules


def interfaces() -> dict[str, str]:
    return {name: "exists" for _, name in socket.if_nameindex()}


def files_below(folder: str) -> dict[str, str]:
    found = {}
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            found[os.path.join(where, name)] = "exists"
    return found


def ipc_objects() -> dict[str, str]:
    found = {}
    for kind in ("msg", "sem", "shm"):
        for line in pathlib.Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]:
            found[f"{kind} key {line.split()[0]} id {line.split()[1]}"] = "exists"
    return found


def snapshot() -> Facts:
    return {
        "sysctl": sysctls(),
        "mount": mounts(),
        "cgroup": cgroups(),
        "packet filter rule": packet_filter(),
        "interface": interfaces(),
        "file": files_below(RUN_FOLDER),
        "IPC object": ipc_objects(),
    }


def changes(before: Facts, after: Facts) -> list[str]:
    """One line for each difference; an interface that came or went stands for its sysctls."""
    lines = []
    moved = before.get("interface", {}).keys() ^ after.get("interface", {}).keys()
    for kind, old in before.items():
        new = after[kind]
        for name in sorted(old.keys() | new.keys()):
            if kind == "sysctl" and not moved.isdisjoint(name.split("/")):
                continue
            if kind == "cgroup" and name not in new:
                continue  # somebody else's: ours went before the case began
            if old.get(name) != new.get(name):
                was, now = old.get(name, "absent"), new.get(name, "absent")
                lines.append(f"{kind} {name}: was {was!r}, is {now!r}")
    return lines


def descendants(root: int) -> dict[int, str]:
    """Living processes below `root`: pid -> command name. Zombies are dead."""
    children: dict[int, list[int]] = {}
    names = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = pathlib.Path(f"/proc/{entry}/stat").read_text()
        except OSError:
            continue  # it ended meanwhile
        name, _, rest = text.partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        children.setdefault(int(parent), []).append(int(entry))
        if state != "Z":
            names[int(entry)] = name
    found = {}
    waiting = [root]
    while waiting:
        for pid in children.get(waiting.pop(), []):
            waiting.append(pid)
            if pid in names:
                found[pid] = names[pid]
    return found
