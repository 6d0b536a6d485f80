# SPDX-License-Identifier: Apache-2.0
"""Containers of podman with its CNI backend (up to 4.x), whose network ends in podsysctl-cni. podman
hands over no annotations: what it asks for stands in the network."""

import contextlib
import json
import os
import shutil
import subprocess
import tarfile

from place import Place

import private_host
from cases import Skip, holds, run_cases, same

LIMITS = ("--cgroups=disabled", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000")
IMAGE = "podsysctl.test/busybox"
SETTINGS = {"net.core.somaxconn": "2048", "net.ipv4.conf.IFNAME.arp_notify": "1"}

CONTAINERS_CONF = """[network]
network_backend = "cni"
cni_plugin_dirs = [{folders}]
network_config_dir = "{work}/net.d"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
"""

POLICY = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: everybody}
spec: {match: {}, allowed: [{name: net.core.somaxconn, max: 4096}, {name: net.ipv4.conf.*.arp_notify}]}
"""


class Podman:
    def __init__(self, place: Place):
        self.place = place
        self.program = shutil.which("podman") or ""
        for name in ("podman", "crun", "busybox", "iptables"):
            if not shutil.which(name):
                raise Skip(f"{name} is not installed")
        config = place.work / "containers.conf"
        folders = ", ".join(f'"{folder}"' for folder in place.folders)
        config.write_text(CONTAINERS_CONF.format(folders=folders, work=place.work))
        (place.work / "net.d").mkdir()
        self.env = {**os.environ, "CONTAINERS_CONF": str(config), "HOME": str(place.work)}
        self.set_network()

    def set_network(self, **fields) -> None:
        plugins = [{"type": "bridge", "bridge": "cni-podman9", "isGateway": True,
                    "ipam": {"type": "host-local", "dataDir": str(self.place.work / "ipam"),
                             "ranges": [[{"subnet": "10.79.0.0/16", "gateway": "10.79.0.1"}]],
                             "routes": [{"dst": "0.0.0.0/0"}]}},
                   self.place.ours(**fields)]
        (self.place.work / "net.d" / "test.conflist").write_text(
            json.dumps({"cniVersion": "0.4.0", "name": "test", "plugins": plugins}))

    def call(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.program, "--root", str(self.place.work / "podman"), "--runroot", "/run/podman-test", "--runtime",
             "crun", *arguments], env=self.env, capture_output=True, text=True, check=False, timeout=120)

    def make_image(self) -> None:
        archive = self.place.work / "rootfs.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(shutil.which("busybox"), arcname="bin/busybox")
            for folder in ("proc", "sys", "dev", "etc", "tmp"):
                entry = tarfile.TarInfo(folder)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
        done = self.call("import", str(archive), IMAGE)
        archive.unlink()
        if done.returncode != 0:
            raise Skip(f"podman does not work here: {done.stderr.strip()[-300:]}")

    def run(self, *paths: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        return self.call("run", "--rm", "--network", "test", *LIMITS, *options, IMAGE, "/bin/busybox", "cat",
                         *(f"/proc/sys/net/{path}" for path in paths))


def networks_settings(podman: Podman) -> None:
    podman.set_network(sysctl=SETTINGS, mtu=1400)
    (podman.place.policies / "everybody.yaml").write_text(POLICY)
    done = podman.run("core/somaxconn", "ipv4/conf/eth0/arp_notify", "ipv4/tcp_fin_timeout")
    same("exit code", (done.returncode, done.stderr), (0, ""))
    same("values", done.stdout.split(), ["2048", "1", "60"])
    same("records", podman.place.records(), [])


def forbidden(podman: Podman) -> None:
    podman.set_network(sysctl={"net.core.somaxconn": "5000"})
    done = podman.run("core/somaxconn")
    same("exit code", done.returncode, 126)
    holds(done.stderr, "SysctlForbidden")
    holds(done.stderr, "net.core.somaxconn")
    same("records", podman.place.records(), [])


def mac_address(podman: Podman) -> None:
    """podman hands the wanted address to whoever declares the capability."""
    podman.set_network(sysctl=SETTINGS)
    done = podman.call("run", "--rm", "--network", "test", "--mac-address", "02:00:5e:10:00:0a", *LIMITS, IMAGE,
                       "/bin/busybox", "cat", "/sys/class/net/eth0/address")
    same("address", (done.returncode, done.stdout.strip()), (0, "02:00:5e:10:00:0a"))


CASES = (networks_settings, forbidden, mac_address)


def run(place: Place, wanted: list[str]) -> int:
    private_host.leave_unified_hierarchy()
    podman = Podman(place)
    podman.make_image()
    try:
        return run_cases(CASES, wanted, lambda: contextlib.nullcontext(podman))
    finally:
        with contextlib.suppress(subprocess.SubprocessError):
            podman.call("rm", "-af", "-t", "0")
        subprocess.run(["umount", "-q", str(place.work / "podman" / "overlay")], check=False)
