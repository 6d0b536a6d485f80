#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `podsysctl get` and `podsysctl diff` on sandboxes that are up, in turn with what else looks there.

Started by run.sh in a mount namespace of its own, which holds the sandboxes. Prints Markdown.
Exit: 0 measured (goals met or not), 1 something failed.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources stay clean
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import host  # noqa: E402

KEYS = """net.core.somaxconn net.ipv4.tcp_rmem net.ipv4.tcp_wmem net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_time
net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.ip_local_port_range
net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_forward
net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_tw_reuse net.ipv4.tcp_retries2 net.unix.max_dgram_qlen
kernel.sem kernel.shmmax kernel.msgmax fs.mqueue.queues_max""".split()
GET_GOAL_MS = 3.0
DIFF_GOAL = 2.0


class Samples:
    def __init__(self, name: str):
        self.name = name
        self.ms: list[float] = []

    def row(self) -> str:
        ordered = sorted(self.ms)
        return (f"| {self.name} | **{statistics.median(ordered):.2f}** | {ordered[0]:.2f} | "
                f"{ordered[int(0.9 * (len(ordered) - 1))]:.2f} |")

    def median(self) -> float:
        return statistics.median(self.ms)


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    taken = 1000 * (time.perf_counter() - start)
    if status != 0:
        raise SystemExit(f"{' '.join(command[:4])} ...: exit {status}")
    return taken


def in_turn(jobs: dict[str, list[str]], rounds: int) -> dict[str, Samples]:
    samples = {name: Samples(name) for name in jobs}
    for number in range(-2, rounds):
        for name, command in jobs.items():
            taken = timed(command)
            if number >= 0:
                samples[name].ms.append(taken)
    return samples


def table(samples: list[Samples]) -> list[str]:
    return ["| | median, ms | least, ms | p90, ms |", "|---|---:|---:|---:|", *(one.row() for one in samples), ""]


def measure_get(binary: str, root: str, rounds: int) -> tuple[list[str], float]:
    """On a process in namespaces of its own, with the probe's answer on record."""
    sleeper = subprocess.Popen(["unshare", "--net", "--ipc", "--uts", "sleep", "1000"])
    try:
        while os.readlink(f"/proc/{sleeper.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        target = f"pid:{sleeper.pid}"
        subprocess.run([binary, "get", "--root", root, target, "--changed"], check=True, capture_output=True)
        jobs = {f"podsysctl get, {len(KEYS)} keys": [binary, "get", "--root", root, target, *KEYS],
                "podsysctl version": [binary, "version"]}
        nsenter, sysctl = shutil.which("nsenter"), shutil.which("sysctl")
        if nsenter and sysctl:
            jobs["nsenter and procps sysctl, values alone"] = [
                nsenter, "-t", str(sleeper.pid), "-n", "-i", sysctl, "-n", *KEYS]
        samples = in_turn(jobs, rounds)
        return table(list(samples.values())), next(iter(samples.values())).median()
    finally:
        sleeper.kill()
        sleeper.wait()


def peer_loop(root: str, count: int) -> float:
    """What a shell script does: one nsenter and one sysctl a sandbox."""
    names = " ".join(KEYS)
    script = (f"for n in $(seq 0 {count - 1}); do nsenter --net={root}/pins/$n-net --ipc={root}/pins/$n-ipc "
              f"sysctl -n {names}; done")
    return timed([shutil.which("sh") or "/bin/sh", "-c", script])


def measure_diff(binary: str, tool: str, root: str, count: int, rounds: int) -> tuple[list[str], float, float]:
    subprocess.run([tool, "make", root, str(count), *KEYS], check=True)
    library: dict[str, Samples] = {}
    output = subprocess.run([tool, "measure", root, str(rounds)], check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        name, micros = line.split("\t")
        library.setdefault(name, Samples(name)).ms.append(float(micros) / 1000)
    library["bare"].name = "bare loop: open and setns, then open, read, close"
    library["check"].name = "DriftChecker::check_all, database included"
    library["store"].name = "of it, the database"
    command = ["/usr/bin/taskset", "-c", "0", binary, "diff", "--root", root]
    diff = in_turn({"podsysctl diff, as a command": command}, rounds)["podsysctl diff, as a command"]
    rows = [*library.values(), diff]
    if shutil.which("sysctl"):
        peer = Samples("a shell loop of nsenter and procps sysctl")
        peer.ms.append(peer_loop(root, count))
        rows.append(peer)
    ratio = statistics.median(a / b for a, b in zip(library["check"].ms, library["bare"].ms))
    return table(rows), ratio, diff.median() / library["bare"].median()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--get-rounds", type=int, default=100)
    parser.add_argument("--sandboxes", type=int, default=1000)
    given = parser.parse_args()
    binary = os.path.realpath(os.path.join(given.binaries, "podsysctl"))
    tool = os.path.realpath(os.path.join(given.tools, "podsysctl-live-bench"))
    with tempfile.TemporaryDirectory(prefix="psys-bench-live-") as root:
        try:
            get, get_ms = measure_get(binary, root, given.get_rounds)
            diff, ratio, command_ratio = measure_diff(binary, tool, root, given.sandboxes, given.rounds)
        finally:
            for pin in pathlib.Path(root).glob("pins/*"):
                subprocess.run(["umount", "-l", str(pin)], check=False)
    print(f"{host.kind()}; {given.get_rounds} and {given.rounds} rounds.\n")
    print(f"### `get` of {len(KEYS)} keys on one target\n\n" + "\n".join(get))
    print(f"### `diff` over {given.sandboxes} sandboxes x {len(KEYS)} keys, one processor\n\n" + "\n".join(diff))
    print("### Goals\n\n| | reached | goal | |\n|---|---:|---:|---|")
    print(f"| `get` of {len(KEYS)} keys, ms | {get_ms:.2f} | <= {GET_GOAL_MS:.0f} | "
          f"{'met' if get_ms <= GET_GOAL_MS else '**missed**'} |")
    for what, reached in (("check of all / bare loop, pairs", ratio), ("`diff` / bare loop", command_ratio)):
        print(f"| {what} | {reached:.2f} | <= {DIFF_GOAL:.0f} | "
              f"{'met' if reached <= DIFF_GOAL else '**missed**'} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
