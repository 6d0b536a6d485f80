#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark of `get` and `diff` needs beside the release binaries and runs it, as root.
# Usage: bench/live/run.sh [OPTION...]   (bench/live/run.py --help); BUILD=folder of the release build
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=${BENCH_BUILD:-$build/bench}
cmake -S . -B "$tools" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPSYS_STATIC=ON \
  -DPSYS_TESTS=OFF -DPSYS_BENCH=ON >/dev/null
cmake --build "$tools" --target podsysctl-live-bench >&2
exec unshare --mount python3 bench/live/run.py --binaries "$build/bin" --tools "$tools/bin" "$@"
