#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""podsysctl-cni under a real container runtime: pods by the Container Runtime Interface with
containerd, containers with podman. In namespaces of its own, which end with it.

runtime_test.py --binaries build/bin --cache DIR --runtime containerd-1.6|containerd-1.7|containerd-2.1|podman [CASE...]
Exit status 77 with a reason where no such runtime can be had."""

import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "e2e"), str(HERE.parent / "agent")]

import containerd_cases  # noqa: E402
import place  # noqa: E402
import podman_cases  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of unpacked containerd versions")
    parser.add_argument("--runtime", required=True)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("skip: needs root", file=sys.stderr)
        return place.SKIPPED
    if not os.environ.get(place.INSIDE):
        return place.go_inside(__file__, sys.argv[1:])
    place.make_surroundings()
    kind, _, version = options.runtime.partition("-")
    with place.work_folder() as work:
        try:
            here = place.Place(options.binaries.resolve(), work)
            here.require("ptp", "bridge", "host-local", "portmap")
            if kind == "podman":
                return podman_cases.run(here, options.cases)
            return containerd_cases.run(here, version, options.cache, options.cases)
        except place.Missing as missing:
            print(f"skip: {missing}", file=sys.stderr)
            return place.SKIPPED


if __name__ == "__main__":
    sys.exit(main())
