#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark of the agent needs beside the release binaries and runs it, as root.
# Usage: sudo bench/agent/run.sh [OPTION...]   (bench/agent/run.py --help); BUILD=folder of the release build
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=$(bench/build.sh podsysctl-agent-bench podsysctl-agent-crowd)
exec python3 bench/agent/run.py --binaries "$build/bin" --tools "$tools" \
  --cache "$build/tests/containerd" "$@"
