#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# await.sh COMMAND TEXT: runs COMMAND until its standard output is TEXT; 1 after 40 s.
end=$(($(date +%s) + 40))
while out=$(sh -c "$1" 2> /dev/null); [ "$out" != "$2" ]; do
  if [ "$(date +%s)" -gt "$end" ]; then
    echo "await: $1" >&2
    echo "is: $out, and not: $2" >&2
    [ ! -f log ] || cat log >&2
    exit 1
  fi
  sleep 0.1
done
