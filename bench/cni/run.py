#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the CNI plugin costs beside the tuning plugin: each command with the same configuration, in
turns, from posix_spawn to the end of the process.

run.py --binaries build/bin [--rounds 300]
A program that does nothing shows what starting one costs. In namespaces of its own."""

import argparse
import json
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests" / "cni")]

import place  # noqa: E402
import private_host  # noqa: E402
import spawn  # noqa: E402
import stats  # noqa: E402

KEYS = [("net.ipv4.tcp_fin_timeout", "30"), ("net.ipv4.tcp_keepalive_time", "600"),
        ("net.ipv4.tcp_keepalive_intvl", "20"), ("net.ipv4.tcp_keepalive_probes", "5"),
        ("net.ipv4.tcp_syn_retries", "4"), ("net.ipv4.tcp_syncookies", "0"), ("net.core.somaxconn", "1024"),
        ("net.ipv4.tcp_max_syn_backlog", "3333"), ("net.ipv4.tcp_retries2", "8"), ("net.ipv4.tcp_orphan_retries", "3")]
POLICY = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: bench}
spec: {match: {}, allowed: [{name: net.core.*}, {name: net.ipv4.*}]}
"""


class Plugin:
    """One of the two, with a namespace of its own and a configuration file for each command."""

    def __init__(self, here: place.Place, name: str, program: str, netns: str, settings: dict[str, str]):
        self.name, self.program, self.here = name, program, here
        self.env = {"CNI_CONTAINERID": "bench", "CNI_NETNS": netns, "CNI_IFNAME": "lo", "CNI_PATH": "/usr/lib/cni",
                    "CNI_ARGS": place.SHOP, "PATH": "/usr/bin:/bin"}
        # Records are kept where they are by default: /run, which is memory.
        config = {"cniVersion": "1.0.0", "name": "bench", "type": name, "sysctl": settings, "prevResult": {"cniVersion": "1.0.0", "ips": [], "dns": {}, "interfaces": [
                      {"name": "lo", "sandbox": netns}]}}
        if name == "podsysctl-cni":
            config["policyDir"] = str(here.policies)
        self.config = here.work / f"{name}.{len(settings)}.json"
        self.config.write_text(json.dumps(config))

    def time(self, command: str) -> spawn.Timing:
        return spawn.run_once(spawn.Job([self.program], None, {**self.env, "CNI_COMMAND": command},
                                        stdin=str(self.config)))


def row(name: str, samples: list[spawn.Timing], peer: list[spawn.Timing]) -> str:
    wall, theirs = ([each.wall_ms for each in group] for group in (samples, peer))
    cpu, their_cpu = (statistics.median(each.cpu_ms for each in group) for group in (samples, peer))
    ours = stats.summarise(wall)
    low, high = stats.median_interval(wall)
    ratio = f"{ours.median / statistics.median(theirs):.2f} | {cpu / their_cpu:.2f}" if samples is not peer else "|"
    return (f"| {name} | {ours.median:.2f} ({low:.2f} to {high:.2f}) | {ours.low:.2f} | {ours.p90:.2f} | {cpu:.2f} "
            f"| {ratio} |")


def measure(here: place.Place, programs: dict[str, str], count: int, rounds: int) -> dict[tuple[str, str], list[spawn.Timing]]:
    samples: dict[tuple[str, str], list[spawn.Timing]] = {}
    for i in range(rounds):
        # Namespaces that nobody has touched; whoever goes first does so in every second round.
        order = sorted(programs.items(), reverse=i % 2 == 0)
        for name, program in order:
            with here.pod() as netns:
                plugin = Plugin(here, name, program, netns, dict(KEYS[:count]))
                for command in ("VERSION", "ADD", "CHECK", "DEL"):
                    samples.setdefault((name, command), []).append(plugin.time(command))
    return samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    if not private_host.is_inside():
        return private_host.go_inside()
    private_host.furnish()
    with place.work_folder() as work:
        here = place.Place(options.binaries.resolve(), work)
        here.require("tuning")
        (here.policies / "policies.yaml").write_text(POLICY)
        tuning = next(str(folder / "tuning") for folder in here.folders if (folder / "tuning").exists())
        programs = {"podsysctl-cni": str(here.folders[0] / "podsysctl-cni"), "tuning": tuning}
        print("| | median, ms (95 %) | least | 90 % | processor, ms | ours / tuning | of processor |\n"
              "|---|---:|---:|---:|---:|---:|---:|")
        for count in (1, len(KEYS)):
            samples = measure(here, programs, count, options.rounds)
            for command in ("VERSION", "ADD", "CHECK", "DEL"):
                theirs = samples["tuning", command]
                print(row(f"tuning {command}, sysctls: {count}", theirs, theirs))
                print(row(f"podsysctl-cni {command}", samples["podsysctl-cni", command], theirs), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
