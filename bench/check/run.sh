#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark of `check` needs beside the release binaries and runs it.
# Usage: bench/check/run.sh [OPTION...]   (bench/check/run.py --help); BUILD=folder of the release build
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=$(bench/build.sh podsysctl-yaml-events)
exec python3 bench/check/run.py --binaries "$build/bin" --tools "$tools" "$@"
