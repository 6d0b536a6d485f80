#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark of `get` and `diff` needs beside the release binaries and runs it, as root.
# Usage: bench/live/run.sh [OPTION...]   (bench/live/run.py --help); BUILD=folder of the release build
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=$(bench/build.sh podsysctl-live-bench)
exec unshare --mount python3 bench/live/run.py --binaries "$build/bin" --tools "$tools" "$@"
