# SPDX-License-Identifier: Apache-2.0
"""Where distributions put the CNI plugins."""

import os
import pathlib
from collections.abc import Iterable

FOLDERS = tuple(map(pathlib.Path, ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")))


def missing(*names: str, folders: Iterable[pathlib.Path] = FOLDERS) -> str:
    """"" if there are all."""
    for name in names:
        if not any(os.access(folder / name, os.X_OK) for folder in folders):
            return f"the CNI plugin {name} is not installed"
    return ""


def folders_here() -> list[pathlib.Path]:
    return [folder for folder in FOLDERS if folder.is_dir()]
