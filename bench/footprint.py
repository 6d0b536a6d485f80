# SPDX-License-Identifier: Apache-2.0
"""Memory: the peak of `podsysctl run` over its whole life, and what a sandbox's pause keeps.

The kernel's own peak (VmHWM) is read again and again until the process is gone: rusage would mix in
the memory of the program that started it and of the OCI runtime that it waits for."""

import json
import pathlib
import subprocess
import time

import spawn
from contenders import IMAGE, Place, flags


def peak_kb(pid: int) -> int:
    """0 once the process has no memory any more."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def run_peak_kb(place: Place, runtime: str, network: str) -> int:
    argv = [str(place.binaries / "podsysctl"), "run", "--root", str(place.work / "podsysctl"), "--rm",
            "--runtime", runtime, "--network", network, *flags(10), IMAGE, "/bin/true"]
    with subprocess.Popen(argv, env=place.env, stdin=subprocess.DEVNULL) as process:
        highest = 0
        while process.poll() is None:
            highest = max(highest, peak_kb(process.pid))
    if process.returncode != 0:
        raise spawn.Broken(f"{' '.join(argv)}: exit code {process.returncode}")
    return highest


def pause_kb(place: Place, runtime: str) -> tuple[int, int]:
    """Resident and proportional kB of the pause process of a pod that is up (smaps_rollup, exact)."""
    binary, root = str(place.binaries / "podsysctl"), str(place.work / "podsysctl")
    told = spawn.must([binary, "run", "--root", root, "-d", "-o", "json", "--runtime", runtime,
                       "--network", "none", IMAGE, "/bin/sleep", "1000"], place.env)
    uid = json.loads(told)["uid"]
    try:
        state = json.loads(spawn.must([binary, "inspect", "--root", root, uid], place.env))
        rollup = pathlib.Path(f"/proc/{state['sandbox']['pid']}/smaps_rollup").read_text("ascii")
    finally:
        spawn.must([binary, "rm", "--root", root, "-f", uid], place.env)
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
    return sizes["Rss"], sizes["Pss"]


def version_times(place: Place, count: int) -> list[float]:
    job = spawn.Job([str(place.binaries / "podsysctl"), "version"], None, place.env)
    times = []
    for _ in range(count):
        times.append(spawn.run_once(job).wall_ms)
        time.sleep(0.005)
    return times
