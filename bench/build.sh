#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds programs of the benchmarks beside the release binaries and prints the folder they lie in.
# Usage: bench/build.sh TARGET...; BUILD=folder of the release build, BENCH_BUILD=folder of these programs
set -eu
cd "$(dirname "$0")/.."
tools=${BENCH_BUILD:-${BUILD:-build}/bench}
cmake -S . -B "$tools" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPSYS_STATIC=ON \
  -DPSYS_TESTS=OFF -DPSYS_BENCH=ON >/dev/null
cmake --build "$tools" --target "$@" >&2
printf '%s/bin\n' "$tools"
