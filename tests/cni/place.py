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
import time
import traceback
from collections.abc import Callable, Iterator

SKIPPED = 77
INSIDE = "PSYS_CNI_TEST_INSIDE"
PLUGIN_FOLDERS = ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")
PLUGINS = ("bridge", "ptp", "tuning", "portmap", "host-local", "loopback")

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


class Missing(Exception):
    """Why a test cannot run here."""


def go_inside(program: str, arguments: list[str]) -> int:
    """Once more in namespaces of its own: whatever is left in them ends with them."""
    return subprocess.run(["unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--mount-proc",
                           "--kill-child", sys.executable, program, *arguments],
                          env={**os.environ, INSIDE: "1"}, check=False).returncode


def make_surroundings() -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


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
        self.folders = [ours, *(pathlib.Path(folder) for folder in PLUGIN_FOLDERS if os.path.isdir(folder))]
        self.count = 0

    def require(self, *plugins: str) -> None:
        for plugin in plugins:
            if not any(os.access(folder / plugin, os.X_OK) for folder in self.folders):
                raise Missing(f"the CNI plugin {plugin} is not installed")

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


def host_value(path: str) -> str:
    return " ".join(pathlib.Path(f"/proc/sys/{path}").read_text().split())


def same(what: str, got, wanted) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def holds(text: str, part: str) -> None:
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def run_cases(cases: tuple[Callable, ...], wanted: list[str], make: Callable[[], object]) -> int:
    """Each case is given what `make` returns. 77 where there is nothing but skips."""
    outcomes = {"ok": 0, "skip": 0, "FAIL": 0}
    for case in cases:
        if wanted and case.__name__ not in wanted:
            continue
        start, outcome, why = time.monotonic(), "ok", ""
        try:
            case(make())
        except Missing as missing:
            outcome, why = "skip", f": {missing}"
        except Exception as failure:  # a test's program may break in any way
            where = traceback.extract_tb(failure.__traceback__)[-1 if isinstance(failure, AssertionError) else 0]
            stderr = getattr(failure, "stderr", "") or ""
            outcome, why = "FAIL", f": {type(failure).__name__}: {failure} {stderr} (line {where.lineno})"
        outcomes[outcome] += 1
        print(f"{outcome:4} {case.__name__}{why} ({time.monotonic() - start:.1f} s)", flush=True)
    if outcomes["FAIL"]:
        return 1
    return SKIPPED if outcomes["skip"] and not outcomes["ok"] else 0


@contextlib.contextmanager
def work_folder() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(prefix="psys-cni-") as folder:
        yield pathlib.Path(folder)
