# SPDX-License-Identifier: Apache-2.0
"""What the tests of hook and runtime share: namespaces of their own, bundles, policies, checks."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path += [str(HERE.parent / "support"), str(HERE.parents[1] / "bench")]

import bundles  # noqa: E402
import host_state  # noqa: E402
import private_host  # noqa: E402
from cases import Skip, run_cases, same  # noqa: E402
from sysctls import path_of, ten  # noqa: E402

POLICIES = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: all}
spec:
  match: {}
  allowed:
  - {name: net.core.somaxconn, min: 128, max: 65535}
  - {name: "net.ipv4.*"}
  - {name: "kernel.*"}
"""

TEN = ten("lo")

# Names and values made to reach the host.
ATTACKS = [
    ("/net/core/somaxconn", "1"), (".net.core.somaxconn", "1"), ("net/../kernel/core_pattern", "x"),
    ("net..core.somaxconn", "1"), ("net.ipv4.conf.eth0/../../x", "1"), ("net/./core/somaxconn", "1"),
    ("net.core.somaxconn.", "1"), ("kernel.core_pattern", "|/bin/sh"), ("vm.swappiness", "1"),
    ("net.ipv4.tcp_fin_timeout", "30+kernel.core_pattern=|/bin/sh"),
    ("net.core.somaxconn", "9" * 65536), ("net.core.somaxconn\x01", "1"),
]


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


class Bench:
    """One case's folder: policies, a root file system and the bundles that are written into it."""

    def __init__(self, binaries: pathlib.Path, work: pathlib.Path):
        need("busybox")
        self.binaries = binaries
        self.work = work
        work.chmod(0o711)  # also for the roots of user namespaces
        self.policies = work / "policy.d"
        self.policies.mkdir()
        (self.policies / "all.yaml").write_text(POLICIES)
        self.rootfs = work / "rootfs"
        bundles.rootfs_from(shutil.which("busybox"), self.rootfs)
        self.number = 0

    def bundle(self, show: list[str], annotations: dict[str, str] | None = None,
               sysctls: dict[str, str] | None = None, namespaces: dict[str, str | None] | None = None,
               hooks: dict | None = None, command: list[str] | None = None, user: bool = False) -> pathlib.Path:
        """A container that prints these keys. `namespaces`: paths; None leaves the type out. `user`: with a user
        namespace, whose root is the host's 100000."""
        self.number += 1
        folder = self.work / f"bundle-{self.number}"
        folder.mkdir()
        kinds = {kind: "" for kind in ("pid", "network", "ipc", "uts", "mount")} | (namespaces or {})
        listed = [{"type": kind} | ({"path": path} if path else {})
                  for kind, path in kinds.items() if path is not None]
        config = {
            "ociVersion": "1.0.2",
            "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "env": ["PATH=/bin"],
                        "args": command or ["/bin/cat", *map(path_of, show)]},
            "root": {"path": str(self.rootfs), "readonly": True},
            "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
                       {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]}],
            "annotations": annotations or {},
            "hooks": hooks or {},
            "linux": {"namespaces": listed, "sysctl": sysctls or {}},
        }
        if user:
            listed.append({"type": "user"})
            mapping = [{"containerID": 0, "hostID": 100000, "size": 65536}]
            config["linux"] |= {"uidMappings": mapping, "gidMappings": mapping}
        (folder / "config.json").write_text(json.dumps(config))
        return folder

    def id(self) -> str:
        return f"c{self.number}"


def run(command: list, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=300, **more)


def values(out: str) -> list[str]:
    """One line a value, blanks as the kernel's author meant them."""
    return [" ".join(line.split()) for line in out.splitlines()]


def host_unchanged(before: dict[str, str]) -> None:
    after = host_state.sysctls()
    changed = {key: (value, after.get(key)) for key, value in before.items() if after.get(key) != value}
    same("what changed on the host", changed, {})


@contextlib.contextmanager
def work_folder() -> Iterator[pathlib.Path]:
    """A case's; the host has the same values after it."""
    before = host_state.sysctls()
    with tempfile.TemporaryDirectory(prefix="psys-oci-", ignore_cleanup_errors=True) as folder:
        yield pathlib.Path(folder)
    host_unchanged(before)


def main(cases: tuple[Callable, ...], wanted: list[str], make: Callable[[], AbstractContextManager],
         fetch: Callable[[], None] = lambda: None) -> int:
    """The whole of a program of cases. `fetch` has the network of the machine, the cases have none."""
    if os.geteuid() != 0:
        return private_host.skip("needs root")
    if not private_host.is_inside():
        fetch()
        return private_host.go_inside()
    furnish()
    return run_cases(cases, wanted, make)


def furnish() -> None:
    """Inside only."""
    private_host.furnish("/dev/shm", forwards=True)  # podman keeps its locks there
    private_host.leave_unified_hierarchy()
