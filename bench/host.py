# SPDX-License-Identifier: Apache-2.0
"""The host that the benchmark sees: namespaces of its own, so that bridges, packet filter rules,
mounts and sysctls of every contender end with it. Control groups and processes have no such
namespace here and are compared with before."""

import contextlib
import os
import pathlib
import platform
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "support"))
import host_state  # noqa: E402
import private_host  # noqa: E402

SETTLE_SECONDS = 10
# Groups below a hierarchy's top that only this benchmark makes here, by the start of their names.
OWN_GROUPS = ("bench-", "docker", "libpod")


def groups() -> set[str]:
    found = set()
    for line in pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        if line.partition(" - ")[2].split()[0] not in ("cgroup", "cgroup2"):
            continue
        top = line.split()[4]
        for name in os.listdir(top):
            if name.startswith(OWN_GROUPS):
                found |= {folder for folder, _, _ in os.walk(os.path.join(top, name))}
    return found


def remove_empty(folders: set[str]) -> None:
    """dockerd leaves its top group to the next dockerd, a runtime that fails leaves its container's:
    neither will be used again."""
    for folder in sorted(folders, reverse=True):
        with contextlib.suppress(OSError):  # not empty: reported as left behind
            os.rmdir(folder)


def enter_and_run_again(work: str) -> int:
    """Starts this program once more with --inside in new namespaces; compares the machine after it.
    Only what cannot be the doing of the machine's other users counts."""
    sysctls, known = host_state.sysctls(), groups()
    inner = private_host.go_inside("--inside", work, own_pids=False)
    remove_empty(groups() - known)
    after = host_state.sysctls()
    problems = [f"sysctl {key}: was {sysctls[key]!r}, is {after[key]!r}"
                for key in sorted(sysctls.keys() & after.keys()) if sysctls[key] != after[key]]
    problems += [f"control group {folder}" for folder in sorted(groups() - known)]
    problems += [f"mount {mount}" for mount in host_state.mounts() if work in mount]
    for problem in problems:
        print(f"left behind on the machine: {problem}", file=sys.stderr)
    return 1 if problems else inner


def left_behind_inside(work: str, mounts_before: set[str]) -> list[str]:
    """Once every contender has been closed. Their bridges stay until these namespaces end."""
    problems = [f"process {name}" for name in end_remaining_processes()]
    problems += [f"interface {name}" for name in host_state.interfaces() if name.startswith("veth")]
    problems += [f"mount {mount}" for mount in host_state.mounts().keys() - mounts_before
                 if work in mount or re.match(r"/run/[^/]+/", mount)]
    problems += [f"pod {name}" for name in pods_of(work)]
    return problems


def pods_of(work: str) -> list[str]:
    folder = os.path.join(work, "podsysctl/pods")
    return os.listdir(folder) if os.path.isdir(folder) else []


def set_up_inside() -> set[str]:
    """The mounts that are there from now on."""
    private_host.become_subreaper()
    # The administrator's network would be used.
    private_host.furnish(*(folder for folder in ("/etc/cni/net.d",) if os.path.isdir(folder)))
    return set(host_state.mounts())


def end_remaining_processes() -> list[str]:
    """The names of those that did not end by themselves in time."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        private_host.reap()
        living = host_state.descendants(os.getpid())
        if not living:
            return []
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    for pid in living:
        os.kill(pid, signal.SIGKILL)
    return sorted(living.values())


def wait_until_quiet(seconds: float) -> bool:
    """Until nine tenths of the processors' time is idle for one second."""
    deadline = time.monotonic() + seconds
    while True:
        if idle_share(1.0) >= 0.9:
            return True
        if time.monotonic() > deadline:
            return False


def idle_share(seconds: float) -> float:
    def read() -> tuple[int, int]:
        line = pathlib.Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
        numbers = [int(word) for word in line.split()[1:9]]
        return numbers[3] + numbers[4], sum(numbers)

    idle, total = read()
    time.sleep(seconds)
    idle_after, total_after = read()
    return (idle_after - idle) / max(1, total_after - total)


def kind() -> str:
    """The machine in words that name no host."""
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.partition(":")[2].strip() for line in text.splitlines()
                  if line.startswith("model name")), "unknown processor")
    release = ".".join(platform.release().split("-")[0].split(".")[:3])
    return f"{os.cpu_count()} processors ({model}), Linux {release}"
