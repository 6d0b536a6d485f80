#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""podsysctl-cni among the distribution's plugins, driven by a runtime of the test's own: every
command and version, errors, attacks, kills. In namespaces of its own, which end with it.

conformance_test.py --binaries build/bin [--update-golden] [CASE...]
Exit status 77 with a reason where nothing of it can run."""

import argparse
import contextlib
import os
import pathlib
import sys

import place
import chain_cases
import crash_cases
import refusal_cases

import cases
import private_host

CASES = chain_cases.CASES + refusal_cases.CASES + crash_cases.CASES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--update-golden", action="store_true")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    if os.geteuid() != 0:
        return private_host.skip("needs root")
    if not private_host.is_inside():
        return private_host.go_inside()
    private_host.furnish()
    with place.work_folder() as work:
        here = place.Place(options.binaries.resolve(), work)
        if options.update_golden:
            refusal_cases.update_golden(here)
        return cases.run_cases(CASES, options.cases, lambda: contextlib.nullcontext(here))


if __name__ == "__main__":
    sys.exit(main())
