#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a docker-archive of /bin/busybox alone whose configuration has a stop signal.

Usage: plain_image.py STOP_SIGNAL > image.tar
"""

import hashlib
import json
import sys
import tarfile

from hostile_image import add_file, base_layer, packed


def main() -> None:
    layer = packed(base_layer)
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {"StopSignal": sys.argv[1]},
        "rootfs": {"type": "layers",
                   "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": ["plain:latest"],
                            "Layers": ["0.tar"]}]).encode()
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
        add_file(archive, "manifest.json", manifest)
        add_file(archive, "config.json", config)
        add_file(archive, "0.tar", layer)


if __name__ == "__main__":
    main()
