#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the benchmark of the engine cri needs beside the release binaries and runs it.
# Usage: sudo bench/engines/cri.sh [OPTION...]   (bench/engines/cri.py --help); BUILD=the release build
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
tools=$(bench/build.sh podsysctl-cri-calls)
[ -d "$build/tests/images/busybox" ] ||
  tools/make_test_image.sh busybox "$build/tests/images/busybox" "$build/tests/packages" >&2
exec python3 bench/engines/cri.py --binaries "$build/bin" --tools "$tools" \
  --images "$build/tests/images" "$@"
