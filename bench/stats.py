# SPDX-License-Identifier: Apache-2.0
"""Medians and what goes with them. No assumption about how the samples are distributed."""

import dataclasses
import math
import statistics


@dataclasses.dataclass(frozen=True)
class Summary:
    count: int
    median: float
    low: float
    p90: float


def summarise(samples: list[float]) -> Summary:
    ordered = sorted(samples)
    p90 = ordered[min(len(ordered) - 1, math.ceil(0.9 * len(ordered)) - 1)]
    return Summary(len(ordered), statistics.median(ordered), ordered[0], p90)


def median_interval(samples: list[float]) -> tuple[float, float]:
    """An interval that holds the true median with 95 %: the sign test turned round, so any
    distribution will do. With too few samples for 95 % (under 6) it is their whole range."""
    ordered = sorted(samples)
    count = len(ordered)
    cut, below = 0, 0.0
    for rank in range(count // 2):
        below += math.comb(count, rank) / 2**count
        if below > 0.025:
            break
        cut = rank
    return ordered[cut], ordered[count - 1 - cut]
