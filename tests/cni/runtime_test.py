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

import place
import containerd_cases
import podman_cases

import private_host
from cases import Skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of unpacked containerd versions")
    parser.add_argument("--runtime", required=True)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    if os.geteuid() != 0:
        return private_host.skip("needs root")
    if not private_host.is_inside():
        return private_host.go_inside()
    private_host.furnish()
    kind, _, version = options.runtime.partition("-")
    with place.work_folder() as work:
        try:
            here = place.Place(options.binaries.resolve(), work)
            here.require("ptp", "bridge", "host-local", "portmap")
            if kind == "podman":
                return podman_cases.run(here, options.cases)
            return containerd_cases.run(here, version, options.cache, options.cases)
        except Skip as reason:
            return private_host.skip(reason)


if __name__ == "__main__":
    sys.exit(main())
