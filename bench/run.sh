#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark needs beside the release binaries and runs it; see docs/performance.md.
# Usage: sudo bench/run.sh [OPTION...]   (bench/run.py --help); BUILD=folder of the release build
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
tools=${BENCH_BUILD:-$build/bench}
cmake -S . -B "$tools" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPSYS_STATIC=ON \
  -DPSYS_TESTS=OFF -DPSYS_BENCH=ON >/dev/null
cmake --build "$tools" --target bench_programs >&2
exec python3 bench/run.py --binaries "$build/bin" --tools "$tools/bin" "$@"
