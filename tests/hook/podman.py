# SPDX-License-Identifier: Apache-2.0
"""podman for the cases, and the flag that asks it for sysctls by annotation."""

import contextlib
import os
import pathlib
import subprocess

import surroundings
from surroundings import need, run

from cases import same
from sysctls import conf_text, path_of


class Podman:
    """Everything of its own, and an image that is the bench's root file system."""

    def __init__(self, bench: surroundings.Bench, *flags):
        need("podman", "crun", "conmon")
        self.command = ["podman", "--root", bench.work / "podman", "--runroot", "/run/podman-test",
                        "--cgroup-manager", "cgroupfs", *flags]
        config = bench.work / "containers.conf"
        config.write_text('[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n'
                          '[engine]\ninfra_image = "localhost/box"\n')
        self.env = os.environ | {"CONTAINERS_CONF": str(config)}
        subprocess.run(["tar", "-C", str(bench.rootfs), "-cf", str(bench.work / "root.tar"), "."], check=True)
        self.must("import", "--change", 'CMD ["/bin/sleep","60"]', bench.work / "root.tar", "localhost/box")

    def call(self, *words) -> subprocess.CompletedProcess:
        return run([*self.command, *words], env=self.env)

    def must(self, *words) -> str:
        done = self.call(*words)
        same(f"podman {words[0]}: {done.stderr}", done.returncode, 0)
        return done.stdout.strip()

    def show(self, key: str, *flags) -> subprocess.CompletedProcess:
        network = [] if {"--pod", "--network"} & set(flags) else ["--network", "none"]
        return self.call("run", "--rm", *network, *flags, "localhost/box", "/bin/cat", path_of(key))

    def close(self) -> None:
        self.call("rm", "-fat", "0")
        self.call("pod", "rm", "-fa")
        for group in pathlib.Path("/sys/fs/cgroup").glob("*/libpod_parent"):
            for folder, _, _ in os.walk(group, topdown=False):
                with contextlib.suppress(OSError):  # another podman's containers are in it
                    os.rmdir(folder)


def annotation(settings: dict[str, str]) -> list[str]:
    return ["--annotation", "podsysctl.io/sysctls=" + conf_text(settings)["podsysctl.io/sysctls"]]
