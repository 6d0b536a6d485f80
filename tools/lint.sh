#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Format, layers, headers that compile alone, static analysis. Changes nothing.
# Usage: lint.sh [format]   format: the first two only
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}

mapfile -t sources < <(git ls-files '*.cc' '*.h')
echo "lint: clang-format-19 on ${#sources[@]} files"
clang-format-19 --dry-run --Werror "${sources[@]}"

echo "lint: layers"
python3 tools/check_layers.py .
[ "${1:-}" != format ] || exit 0

echo "lint: headers compile alone with clang++-19"
cmake --preset lint >/dev/null
cmake --build build/lint -j "$jobs" --target all_verify_interface_header_sets >build/lint.log 2>&1 ||
  { grep -E 'error|FAILED' build/lint.log | head -40; exit 1; }

mapfile -t units < <(git ls-files 'src/*.cc' 'apps/*.cc' | grep -v -e _test.cc -e '^apps/pause/')
echo "lint: clang-tidy-19 on ${#units[@]} files"
tools/tidy.py --jobs "$jobs" "${units[@]}"
echo "lint: clean"
