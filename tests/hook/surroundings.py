# SPDX-License-Identifier: Apache-2.0
"""What the tests of hook and runtime share: namespaces of their own, bundles, policies, checks."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path += [str(HERE.parent / "e2e"), str(HERE.parent / "agent"), str(HERE.parents[1] / "bench")]

import bundles  # noqa: E402
import cri_calls  # noqa: E402
import host_state  # noqa: E402

SKIPPED = 77
LIMIT = 10.0
INSIDE = "PSYS_HOOK_TEST_INSIDE"
UNIFIED = "/sys/fs/cgroup/unified"

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

# In an order that fails if it is kept: the range must not begin below the first free port, and
# ip_forward resets what is below conf.
TEN = {
    "net.ipv4.ip_local_port_range": "500 60999",
    "net.ipv4.ip_unprivileged_port_start": "400",
    "net.ipv4.conf.all.accept_redirects": "1",
    "net.ipv4.ip_forward": "1",
    "net.core.somaxconn": "2048",
    "net.ipv4.tcp_fin_timeout": "30",
    "net.ipv4.tcp_keepalive_time": "600",
    "net.ipv4.tcp_rmem": "4096 65536 1048576",
    "kernel.msgmax": "16384",
    "net.ipv4.conf.lo.rp_filter": "1",
}

# Names and values made to reach the host.
ATTACKS = [
    ("/net/core/somaxconn", "1"), (".net.core.somaxconn", "1"), ("net/../kernel/core_pattern", "x"),
    ("net..core.somaxconn", "1"), ("net.ipv4.conf.eth0/../../x", "1"), ("net/./core/somaxconn", "1"),
    ("net.core.somaxconn.", "1"), ("kernel.core_pattern", "|/bin/sh"), ("vm.swappiness", "1"),
    ("net.ipv4.tcp_fin_timeout", "30+kernel.core_pattern=|/bin/sh"),
    ("net.core.somaxconn", "9" * 65536), ("net.core.somaxconn\x01", "1"),
]


class Skip(Exception):
    """Why a case cannot run here."""


def conf_text(settings: dict[str, str]) -> dict[str, str]:
    return {"podsysctl.io/sysctls": "".join(f"{key} = {value}\n" for key, value in settings.items())}


def path_of(key: str) -> str:
    return "/proc/sys/" + key.replace(".", "/")


def same(what: str, got, wanted) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def holds(text: str, part: str) -> None:
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def wait_until(condition) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {LIMIT} s in vain")
        time.sleep(0.01)


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


def go_inside(program: str, arguments: list[str]) -> int:
    """Namespaces of one's own: whatever is left in them ends with them."""
    return subprocess.run(["unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--mount-proc",
                           "--kill-child", sys.executable, program, *arguments],
                          env={**os.environ, INSIDE: "1"}, check=False).returncode


def make_surroundings() -> None:
    """Inside only. crun refuses a unified hierarchy that has controllers beside v1 ones."""
    for folder in ("/run", "/dev/shm"):  # podman keeps its locks in the latter
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if os.path.ismount(UNIFIED):
        subprocess.run(["umount", "-l", UNIFIED], check=True)


def run_cases(cases, wanted: list[str], make) -> int:
    """`make(case)`: a context manager of what a case is given. Skipped where not one could run."""
    failed = ran = 0
    for each in cases:
        if wanted and each.__name__ not in wanted:
            continue
        before = host_state.sysctls()
        try:
            with make() as given:
                each(given)
            host_unchanged(before)
            print(f"ok   {each.__name__}", flush=True)
            ran += 1
        except Skip as reason:
            print(f"skip {each.__name__}: {reason}", flush=True)
        except (AssertionError, cri_calls.CallFailed, subprocess.SubprocessError, OSError) as failure:
            failed += 1
            print(f"FAIL {each.__name__}: {failure}", flush=True)
    return 1 if failed else 0 if ran else SKIPPED
