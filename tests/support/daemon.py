# SPDX-License-Identifier: Apache-2.0
"""What the daemons of the cases have in common: where their versions come from, and what they said last."""

import pathlib
import subprocess

from cases import Skip
from private_host import SKIPPED

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


def fetch(name: str, version: str, folder: pathlib.Path) -> None:
    """By tools/fetch_runtime.sh, which needs the network of the machine where it is not here yet. Raises Skip."""
    done = subprocess.run([TOOLS / "fetch_runtime.sh", name, version, folder], check=False, capture_output=True, text=True)
    if done.returncode == SKIPPED:
        raise Skip(done.stderr.strip().splitlines()[-1].removeprefix("skip: "))
    done.check_returncode()


def last_words(log: pathlib.Path) -> str:
    try:
        return " | ".join(log.read_text(errors="replace").splitlines()[-5:])
    except OSError as failure:
        return str(failure)
