#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Format, static analysis, layers, headers that compile alone, shell scripts. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}

mapfile -t sources < <(git ls-files '*.cc' '*.h')
echo "lint: clang-format-19 on ${#sources[@]} files"
clang-format-19 --dry-run --Werror "${sources[@]}"

echo "lint: layers"
python3 tools/check_layers.py .

echo "lint: headers compile alone with clang++-19"
cmake --preset lint >/dev/null
cmake --build build/lint -j "$jobs" --target all_verify_interface_header_sets >build/lint.log 2>&1 ||
  { grep -E 'error|FAILED' build/lint.log | head -40; exit 1; }

echo "lint: clang-tidy-19"
git ls-files 'src/*.cc' 'apps/*.cc' | grep -v -e _test.cc -e '^apps/pause/' |
  xargs -P "$jobs" -n 4 clang-tidy-19 --quiet -p build/lint 2>/dev/null
echo "lint: clean"
