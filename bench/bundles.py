# SPDX-License-Identifier: Apache-2.0
"""OCI bundles for an OCI runtime alone, in two profiles.

spec       what `RUNTIME spec` writes: three capabilities, no seccomp, few mounts, read-only root
podsysctl  what podsysctl gives the same container: its capabilities, seccomp filter, mounts, masked
           and read-only paths, taken from the config.json that podsysctl wrote for one
"""

import copy
import json
import pathlib
import shutil

Sysctls = list[tuple[str, str]]


def rootfs_from(busybox: str, folder: pathlib.Path) -> None:
    """The root file system of every contender: the static busybox and the folders to mount on."""
    for name in ("bin", "dev", "etc", "proc", "run", "sys", "tmp"):
        (folder / name).mkdir(parents=True)
    shutil.copy2(busybox, folder / "bin/busybox")
    for name in ("cat", "sh", "sleep", "true"):
        (folder / "bin" / name).symlink_to("busybox")
    (folder / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\n")


def adapt_spec(default: dict, rootfs: pathlib.Path, command: list[str]) -> dict:
    config = copy.deepcopy(default)
    config["process"]["terminal"] = False
    config["process"]["args"] = command
    config["root"]["path"] = str(rootfs)
    return config


def adapt_podsysctl(written: dict, rootfs: pathlib.Path, command: list[str],
                    files: pathlib.Path) -> dict:
    """Namespaces are made instead of joined, and what lies in the pod's folder is copied."""
    config = copy.deepcopy(written)
    config["process"]["terminal"] = False
    config["process"]["args"] = command
    config["root"]["path"] = str(rootfs)
    config["linux"]["namespaces"] = [
        {"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")]
    config["linux"].pop("cgroupsPath", None)
    for mount in config["mounts"]:
        if "bind" not in mount.get("options", []) and mount.get("type") != "bind":
            continue
        if mount["destination"] == "/dev/shm":
            mount |= {"type": "tmpfs", "source": "shm",
                      "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]}
        elif pathlib.Path(mount["source"]).is_file():
            copied = files / mount["destination"].strip("/").replace("/", "-")
            shutil.copy2(mount["source"], copied)
            mount["source"] = str(copied)
    return config


def write(config: dict, sysctls: Sysctls, bundle: pathlib.Path) -> None:
    config = copy.deepcopy(config)
    config["linux"]["sysctl"] = dict(sysctls)
    bundle.mkdir(parents=True)
    (bundle / "config.json").write_text(json.dumps(config))
