# SPDX-License-Identifier: Apache-2.0
"""Cases are functions: they fail by an exception, wait for what comes, and may say why they cannot run."""

import collections
import pathlib
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager

from private_host import SKIPPED

HERE = pathlib.Path(__file__).resolve()


class Skip(Exception):
    """Why something cannot run here."""


def same(what: str, got, wanted) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def holds(text: str, part: str) -> None:
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def wait_until(condition: Callable[[], object], what: str, limit: float = 20.0) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit} s until {what}")
        time.sleep(0.01)


def run_cases(cases: tuple[Callable, ...], wanted: list[str], make: Callable[[], AbstractContextManager]) -> int:
    """The exit status. `wanted`: names, or all. `make`: what a case is given, and ended after it."""
    unknown = set(wanted) - {case.__name__ for case in cases}
    if unknown:
        print(f"FAIL no case is called {', '.join(sorted(unknown))}")
        return 1
    outcomes = collections.Counter(run_case(case, make) for case in cases if not wanted or case.__name__ in wanted)
    if outcomes["FAIL"]:
        return 1
    return 0 if outcomes["ok"] else SKIPPED


def run_case(case: Callable, make: Callable[[], AbstractContextManager]) -> str:
    start, outcome, why = time.monotonic(), "ok", ""
    try:
        with make() as given:
            case(given)
    except Skip as reason:
        outcome, why = "skip", f": {reason}"
    except Exception as failure:  # a test's program may break in any way
        outcome, why = "FAIL", f": {told(failure)}"
    print(f"{outcome:4} {case.__name__}{why} ({time.monotonic() - start:.1f} s)", flush=True)
    return outcome


def told(failure: Exception) -> str:
    """What happened, and the line where it was noticed."""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__)
              if (file := pathlib.Path(frame.filename).resolve()) != HERE and HERE.parents[1] in file.parents]
    where = f"{pathlib.Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "before it began"
    stderr = getattr(failure, "stderr", "") or ""
    return f"{type(failure).__name__}: {failure} {stderr} ({where})"
