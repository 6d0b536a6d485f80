#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes another legal value to every sysctl that a pod may write, and reads it back inside.

The values are found by trying in one privileged pod: a neighbour of the default that the kernel
takes and gives back. Then pods are made with ten keys each, as a user would make them; what does
not come through there gets a pod of its own, with one value after the other. Prints one line for
each key that did not come through, then the counts.
"""

import concurrent.futures
import json
import re
import subprocess
import sys

BATCH = 10
RUN = ["podsysctl", "run", "--rm", "--network", "none"]
MIN_KEYS = 150  # a kernel shows several hundred; fewer means that nothing was tested

# Runs in the pod: prints each key with the other values that it took, tab-separated. Left out is
# the one that leaks on every kernel so far: this writes without asking anyone.
FIND_VALUES = r"""
cd /proc/sys
find net fs/mqueue kernel/msgmax kernel/msgmnb kernel/msgmni kernel/sem kernel/shmall \
  kernel/shmmax kernel/shmmni kernel/shm_rmid_forced kernel/domainname -type f ! -name nf_hooks_lwtunnel 2>/dev/null |
while read -r file; do
  old=$(cat "$file" 2>/dev/null | tr '\t' ' ') || continue
  case $old in
    *[!0-9\ -]*|"") set -- psys other ;;
    *\ *) set -- "$(echo "$old" | awk '{ $NF = $NF + 1; print }')" \
                 "$(echo "$old" | awk '{ $NF = $NF - 1; print }')" ;;
    0) set -- 1 2 ;;
    *) set -- "$(echo "$old" | awk '{ print $1 - 1 }')" "$(echo "$old" | awk '{ print $1 + 1 }')" \
              0 1 2 ;;
  esac
  taken=
  for value; do
    [ "$value" != "$old" ] || continue
    printf '%s' "$value" 2>/dev/null > "$file" || continue
    [ "$(cat "$file" | tr '\t' ' ')" != "$value" ] || taken="$taken	$value"
  done 2>/dev/null
  printf '%s' "$old" 2>/dev/null > "$file"
  [ -z "$taken" ] || printf '%s%s\n' "$file" "$taken"
done 2>/dev/null
"""


def find_values() -> list[list[str]]:
    """Rows of a key and its candidates."""
    found = subprocess.run(RUN + ["--privileged", "busybox", "sh", "-c", FIND_VALUES],
                           capture_output=True, text=True, check=True)
    return [line.split("\t") for line in found.stdout.splitlines()]


def try_value(file: str, value: str) -> tuple[str, str]:
    """Returns "ok", "refused" (by a rule of ours, with its reason) or "wrong", and why."""
    result = subprocess.run(RUN + ["--sysctl", f"{file}={value}", "busybox", "cat", f"/proc/sys/{file}"],
                            capture_output=True, text=True, check=False)
    if result.returncode == 0 and result.stdout.split() == value.split():
        return "ok", ""
    reason = f"{file}={value}: exit {result.returncode}, {result.stdout!r} {result.stderr!r}"
    refused = re.search(r"^Sysctl\w+: .{20,}", result.stderr, re.MULTILINE)
    return "refused" if result.returncode == 125 and refused else "wrong", reason


def try_key(row: list[str]) -> tuple[str, str]:
    """The first candidate that comes through decides; one that goes wrong decides at once."""
    outcome = ("wrong", "")
    for value in row[1:]:
        outcome = try_value(row[0], value)
        if outcome[0] != "refused":
            break
    return outcome


def try_batch(rows: list[list[str]]) -> list[tuple[str, str]]:
    """Outcomes in the order of the rows."""
    flags = [word for row in rows for word in ("--sysctl", f"{row[0]}={row[1]}")]
    script = 'for file; do echo $(cat "/proc/sys/$file"); done'
    result = subprocess.run(RUN + flags + ["busybox", "sh", "-c", script, "sh"]
                            + [row[0] for row in rows], capture_output=True, text=True, check=False)
    lines = result.stdout.splitlines()
    if result.returncode != 0 or len(lines) != len(rows):
        return [try_key(row) for row in rows]
    return [("ok", "") if line.split() == row[1].split() else try_key(row)
            for row, line in zip(rows, lines)]


def main() -> int:
    rows = find_values()
    # Neighbours in the list influence each other (all, default, lo): they get different pods.
    count = max(1, len(rows) // BATCH)
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        batches = pool.map(try_batch, [rows[start::count] for start in range(count)])
        outcomes = [outcome for batch in batches for outcome in batch]
    counts = {kind: sum(outcome == kind for outcome, _ in outcomes)
              for kind in ("ok", "refused", "wrong")}
    for outcome, reason in outcomes:
        if outcome != "ok":
            print(f"{outcome}: {reason}", file=sys.stderr)
    print(json.dumps(counts))
    return 0 if counts["wrong"] == 0 and counts["ok"] >= MIN_KEYS else 1


if __name__ == "__main__":
    sys.exit(main())
