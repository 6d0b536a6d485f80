# SPDX-License-Identifier: Apache-2.0
"""The results as Markdown: tables of medians, and each goal with what was reached."""

import statistics

from contenders import COUNTS
from phases import POINTS
from stats import median_interval, summarise

NETWORKS = ("none", "bridge")
PAIR_GOAL = 0.3  # ms that ten sysctls may cost


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]


def cell(samples: list[float] | None) -> str:
    if not samples:
        return ""
    found = summarise(samples)
    return f"**{found.median:.2f}** ({found.low:.2f}, {found.p90:.2f})"


def names(results) -> list[str]:
    return list(dict.fromkeys(name for name, _, _ in results.wall))


def run_tables(results) -> list[str]:
    lines = []
    for network in NETWORKS:
        rows = []
        for name in names(results):
            samples = [results.wall.get((name, network, count)) for count in COUNTS]
            if any(samples):
                cpu = results.cpu[name, network, COUNTS[-1]]
                own = "" if name == "docker run" else f"{statistics.median(cpu):.2f}"
                rows.append([name, *map(cell, samples), own])
        lines += [f"Network {network}: median (least, p90) of {results.rounds}, ms", ""]
        lines += table(["", *(f"{count} sysctls" for count in COUNTS), "CPU"], rows) + [""]
    return lines


def median_of(results, name: str, network: str, count: int) -> float | None:
    samples = results.wall.get((name, network, count))
    return statistics.median(samples) if samples else None


def verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def ratio_rows(results) -> list[list[str]]:
    """Ratios of medians; the goal counts for the worst of the three numbers of sysctls."""
    wanted = []
    for runtime in ("crun", "runc"):
        for profile in ("podsysctl", "spec"):
            wanted.append((f"podsysctl ({runtime})", f"{runtime} run ({profile} profile)", "none",
                           "<=", 1.5))
    for network in NETWORKS:
        wanted.append(("docker run", "podsysctl (crun)", network, ">=", 5.0))
        wanted.append(("docker run", "podsysctl (runc)", network, ">=", 5.0))
        wanted.append(("podman run", "podsysctl (crun)", network, ">=", 3.0))
    rows = []
    for above, below, network, sign, goal in wanted:
        ratios = []
        for count in COUNTS:
            top, bottom = (median_of(results, name, network, count) for name in (above, below))
            if top and bottom:
                ratios.append(top / bottom)
        if ratios:
            met = max(ratios) <= goal if sign == "<=" else min(ratios) >= goal
            rows.append([f"{above} / {below}, {network}", *(f"{ratio:.2f}" for ratio in ratios),
                         f"{sign} {goal:g}", verdict(met)])
    return rows


def difference(samples: list[float]) -> tuple[str, float, float]:
    low, high = median_interval(samples)
    return f"{statistics.median(samples):+.3f} ({low:+.3f} to {high:+.3f})", low, high


def pair_rows(results) -> list[list[str]]:
    rows = []
    for name, differences in results.pairs.items():
        wall, low, high = difference([wall for wall, _ in differences])
        cpu, _, _ = difference([cpu for _, cpu in differences])
        goal = name.startswith("podsysctl")
        found = verdict(high <= PAIR_GOAL) if high <= PAIR_GOAL or low > PAIR_GOAL else "not decided"
        rows.append([name, wall, cpu, str(len(differences)), f"<= {PAIR_GOAL}" if goal else "",
                     found if goal else ""])
    return rows


def phase_tables(results) -> list[str]:
    """Differences of medians; the first row has the start of the program in it."""
    lines = []
    for network, times in results.phases.items():
        rows, before, cpu_before = [], 0.0, 0.0
        for point, text in POINTS[network].items():
            middle = statistics.median(wall for wall, _ in times[point])
            cpu = statistics.median(used for _, used in times[point])
            rows.append([text, f"{middle - before:.2f}", f"{middle:.2f}", f"{cpu - cpu_before:.2f}"])
            before, cpu_before = middle, cpu
        lines += ["", f"podsysctl (crun), network {network}, 10 sysctls: where the time goes, ms", ""]
        lines += table(["", "step", "since the start", "CPU of the step"], rows)
    return lines


def in_process_rows(results) -> list[list[str]]:
    rows = []
    for name, base, goal in (("sandbox-up", "floor", None), ("sandbox", "floor", 2.5),
                             ("apply", "bare-apply", 2.0), ("enforce", "bare-apply", None)):
        samples, least = results.in_process_us.get(name), results.in_process_us.get(base)
        if not samples or not least:
            continue
        found, floor = summarise(samples), summarise(least)
        ratio = found.median / floor.median
        rows.append([name, f"{found.median:.0f} ({found.low:.0f}, {found.p90:.0f})",
                     f"{base} {floor.median:.0f} ({floor.low:.0f}, {floor.p90:.0f})", f"{ratio:.2f}",
                     f"<= {goal:g}" if goal else "", verdict(ratio <= goal) if goal else ""])
    return rows


def footprint_rows(results) -> list[list[str]]:
    version = statistics.median(results.version_ms)
    rows = [["`podsysctl version`, ms", f"{version:.2f}", "<= 5", verdict(version <= 5)]]
    for which, peak in results.run_peak_kb.items():
        rows.append([f"`podsysctl run` ({which}), peak kB resident", str(peak), "< 20000",
                     verdict(peak < 20000)])
    rss, pss = results.pause_kb
    if rss:
        rows.append([f"pause, kB resident (proportional {pss})", str(rss), "< 200",
                     verdict(rss < 200)])
    return rows


def markdown(results) -> str:
    lines = [f"Machine: {results.machine}; {', '.join(results.load)}.", ""]
    lines += [f"Versions: {'; '.join(dict.fromkeys(filter(None, results.versions)))}.", ""]
    if results.rounds < 30:
        lines += ["**Too few rounds for a finding: at least 30 are wanted.**", ""]
    lines += [f"- not measured: {name}: {reason}" for name, reason in results.skipped.items()]
    lines += [f"- {name} lost its container's output {count} times; these runs count all the same"
              for name, count in results.lost_output.items() if count]
    lines += ["", *run_tables(results)]
    lines += ["Ratios of medians", ""]
    lines += table(["", *(f"{count} sysctls" for count in COUNTS), "goal", ""], ratio_rows(results))
    lines += ["", "10 sysctls against none, network none: median of the differences of pairs (95 %), ms", ""]
    lines += table(["", "difference", "of processor time", "pairs", "goal", ""], pair_rows(results))
    lines += phase_tables(results)
    lines += ["", "In process, 10 sysctls: median (least, p90), µs", ""]
    lines += table(["", "podsysctl", "the least", "ratio", "goal", ""], in_process_rows(results))
    lines += ["", "Footprint", ""]
    lines += table(["", "reached", "goal", ""], footprint_rows(results))
    return "\n".join(lines)
