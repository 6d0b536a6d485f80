#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# engine.sh PODSYSCTL PAUSE [run.sh option...]: the embedded engine end to end in a guest with cgroup
# v2 only, with this host's crun and conmon. 77 where they are missing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly here
readonly podsysctl=$1 pause=$2
shift 2
programs=()
for name in crun conmon; do
  path=$(command -v "$name") || { echo "skip: the program $name is missing" >&2 && exit 77; }
  programs+=(--add "$path:/usr/bin/$name")
done
exec "$here/run.sh" "${programs[@]}" --add "$podsysctl:/usr/bin/podsysctl" \
  --add "$pause:/usr/bin/podsysctl-pause" "$@" "$here/embedded_engine.sh"
