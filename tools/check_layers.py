#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file under src/ or apps/ includes a header of a higher layer, of a peer layer, or of an unlisted folder.

The order is cmake/layers.txt. Usage: check_layers.py SOURCE_ROOT
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def read_order(root):
    order = {}
    for rank, line in enumerate((root / "cmake/layers.txt").read_text().splitlines()):
        for name in line.split("#", 1)[0].split():
            order[name] = rank
    return order


def check(root):
    order = read_order(root)
    faults = []
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        layer = path.relative_to(root / "src").parts[0]
        if layer not in order:
            faults.append(f"{path}: folder src/{layer} is not in cmake/layers.txt")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(1).split("/")[0]
            if target == layer:
                continue
            where = f"{path.relative_to(root)}:{number}"
            if target not in order:
                faults.append(f'{where}: "{match.group(1)}" is in no layer')
            elif order[target] >= order[layer]:
                faults.append(f'{where}: layer {layer} must not include "{match.group(1)}" ({target} is not below it)')
    return faults


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]))
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)
