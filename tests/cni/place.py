# SPDX-License-Identifier: Apache-2.0
"""Where the CNI plugin is tested: a host of one's own in new namespaces, which end with the test,
and network namespaces of pods in it."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import cni_plugins  # noqa: E402
from cases import Skip  # noqa: E402

POLICIES = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: shop}
spec:
  match: {namespaces: [shop]}
  allowed:
  - {name: net.core.somaxconn, min: 128, max: 65535}
  - {name: net.ipv4.*}
  - {name: net.ipv6.*}
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: lenient}
spec:
  match: {namespaces: [lenient]}
  onForbidden: Degrade
"""
SHOP = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_UID=1"


class Place:
    """A work folder with policies, and the folders of plugins: ours and the distribution's."""

    def __init__(self, binaries: pathlib.Path, work: pathlib.Path):
        self.work = work
        self.policies = work / "policy.d"
        self.data = work / "data"
        self.policies.mkdir()
        (self.policies / "policies.yaml").write_text(POLICIES)
        ours = work / "cni"
        ours.mkdir()
        shutil.copy2(binaries / "podsysctl-cni", ours)
        self.folders = [ours, *cni_plugins.folders_here()]
        self.count = 0

    def require(self, *plugins: str) -> None:
        if missing := cni_plugins.missing(*plugins, folders=self.folders):
            raise Skip(missing)

    def ours(self, **fields) -> dict:
        """The configuration of podsysctl-cni."""
        return {"type": "podsysctl-cni", "capabilities": {"io.kubernetes.cri.pod-annotations": True, "mac": True},
                "policyDir": str(self.policies), "dataDir": str(self.data), **fields}

    def records(self) -> list[str]:
        return sorted(os.listdir(self.data)) if self.data.exists() else []

    @contextlib.contextmanager
    def pod(self) -> Iterator[str]:
        """The path of a pod's network namespace."""
        self.count += 1
        name = f"pod{self.count}"
        subprocess.run(["ip", "netns", "add", name], check=True)
        try:
            yield f"/run/netns/{name}"
        finally:
            subprocess.run(["ip", "netns", "del", name], check=True)


def inside(netns: str, *command: str) -> str:
    done = subprocess.run(["nsenter", f"--net={netns}", *command], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def value(netns: str, path: str) -> str:
    """Of /proc/sys/net/<path>; blanks are one blank."""
    return " ".join(inside(netns, "cat", f"/proc/sys/net/{path}").split())


@contextlib.contextmanager
def work_folder() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(prefix="psys-cni-") as folder:
        yield pathlib.Path(folder)
