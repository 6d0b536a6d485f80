#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes docs/cli/*.txt, the help text of every command, from a built podsysctl.
# Usage: tools/update_cli_docs.sh [path of podsysctl; default build/bin/podsysctl]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
binary=$(realpath "${1:-$here/build/bin/podsysctl}")
docs=$here/docs/cli
mkdir -p "$docs"
rm -f "$docs"/*.txt

# The commands that a help text lists below "Commands:".
commands_of() {
  "$binary" "$@" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'
}

"$binary" --help >"$docs/podsysctl.txt"
for command in $(commands_of); do
  "$binary" "$command" --help >"$docs/$command.txt"
  for inner in $(commands_of "$command"); do
    "$binary" "$command" "$inner" --help >"$docs/$command-$inner.txt"
  done
done
