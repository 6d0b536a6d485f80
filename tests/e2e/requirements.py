# SPDX-License-Identifier: Apache-2.0
"""The words of REQUIRES: what a case needs of the host, and how to tell that it is there."""

import os
import pathlib
import shutil

import cni_plugins


class Requirements:
    def __init__(self, images: pathlib.Path, path: str, engine: str = "embedded"):
        self.images = images
        self.path = path
        self.engine = engine

    def missing(self, words: list[str]) -> str:
        """Why a case cannot run here; "" if it can."""
        for word in words:
            reason = self.lacks(word)
            if reason:
                return reason
        return ""

    def lacks(self, word: str) -> str:
        if word == "bridge":
            return self.lacks_bridge()
        if word == "all-capabilities":
            return self.lacks_capabilities()
        if word.startswith("engine:"):
            wanted = word.removeprefix("engine:")
            return "" if self.engine in wanted.split("|") else f"it is about the engine {wanted}"
        if word == "privileged":  # Docker asks for every capability there is
            return self.lacks_capabilities() if self.engine == "docker" else ""
        if word.startswith("image:"):
            name = word.removeprefix("image:")
            there = (self.images / name).exists()
            return "" if there else f"the test image {name} could not be made"
        if word.startswith("sysctl:"):
            path = "/proc/sys/" + word.removeprefix("sysctl:").replace(".", "/")
            return "" if os.path.exists(path) else f"this kernel has no {path}"
        if self.engine == "cri" and word == "crun":
            return "this containerd has no runtime handler crun"
        there = shutil.which(word, path=self.path) is not None
        return "" if there else f"{word} is not installed"

    @staticmethod
    def lacks_capabilities() -> str:
        """What a runtime needs that gives a privileged container all there are."""
        last = int(pathlib.Path("/proc/sys/kernel/cap_last_cap").read_text())
        status = pathlib.Path("/proc/self/status").read_text()
        ours = int(status.partition("CapBnd:")[2].split()[0], 16)
        return "" if ours == (1 << last + 1) - 1 else "root has not all capabilities here"

    def lacks_bridge(self) -> str:
        return cni_plugins.missing("bridge", "host-local", "portmap") or self.lacks("iptables")
