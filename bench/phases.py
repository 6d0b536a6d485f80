# SPDX-License-Identifier: Apache-2.0
"""Where the time of `podsysctl run` goes: the time until it gets to each of its fault points, where
PODSYSCTL_FAULT_POINT makes it end itself (src/base/fault_point.h). What a killed run leaves is
cleaned by the next command, which is not timed."""

import dataclasses
import time

import private_host
import spawn
from contenders import COUNTS, Podsysctl

# In the order in which a run in the foreground gets to them, with what has happened since the one
# before.
POINTS = {
    "none": {
        "recorded": "start, flags, state opened, pod recorded",
        "saved-sandbox-1": "verdicts, image looked up",
        "saved-sandbox-2": "namespaces, pause, pins",
        "sysctls-written": "ten sysctls planned, written, read back",
        "container-recorded": "settings and event stored, container recorded",
        "container-prepared": "folders, overlay, config.json with seccomp",
        "container-running": "container's start recorded",
        "stopping": "OCI runtime: start to end of the container",
        "containers-removed": "container's folders and cgroup removed",
        "sandbox-removed": "pause ended, namespaces unpinned",
        "removing": "end recorded",
        "": "pod's folder and record removed",
    },
}
POINTS["bridge"] = {}
for _point, _text in POINTS["none"].items():
    if _point == "sysctls-written":
        POINTS["bridge"]["saved-network-3"] = "network recorded"
        POINTS["bridge"]["saved-network-4"] = "CNI plugins: ADD"
    POINTS["bridge"][_point] = "pause ended, CNI plugins: DEL" if _point == "sandbox-removed" else _text


def job_until(contender: Podsysctl, network: str, point: str) -> spawn.Job:
    job = contender.job(network, COUNTS[-1])
    if point == "":
        return job
    return dataclasses.replace(job, env=job.env | {"PODSYSCTL_FAULT_POINT": point}, killed=True)


def measure(contender: Podsysctl, network: str, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds until each point, and processor time used until then; all points in turn."""
    times: dict[str, list[tuple[float, float]]] = {}
    clean = [contender.binary, "ps", "--root", contender.root]
    for _ in range(rounds):
        for point in POINTS[network]:
            timing = spawn.run_once(job_until(contender, network, point))
            spawn.must(clean, contender.place.env)
            private_host.reap()
            time.sleep(0.02)
            times.setdefault(point, []).append((timing.wall_ms, timing.cpu_ms))
    return times
