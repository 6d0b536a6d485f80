#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark of the engine cri needs beside the release binaries and runs it.
# Usage: sudo bench/engines/cri.sh [OPTION...]   (bench/engines/cri.py --help); BUILD=the release build
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=${BENCH_BUILD:-$build/bench}
cmake -S . -B "$tools" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPSYS_STATIC=ON \
  -DPSYS_TESTS=OFF -DPSYS_BENCH=ON >/dev/null
cmake --build "$tools" --target podsysctl-cri-calls >&2
[ -d "$build/tests/images/busybox" ] ||
  tools/make_test_image.sh busybox "$build/tests/images/busybox" "$build/tests/packages" >&2
exec python3 bench/engines/cri.py --binaries "$build/bin" --tools "$tools/bin" \
  --images "$build/tests/images" "$@"
