#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark needs beside the release binaries and runs it; see docs/performance.md.
# Usage: sudo bench/run.sh [OPTION...]   (bench/run.py --help); BUILD=folder of the release build
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
tools=$(bench/build.sh bench_programs)
exec python3 bench/run.py --binaries "$build/bin" --tools "$tools" "$@"
