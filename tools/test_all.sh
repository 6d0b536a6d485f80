#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unit, kernel and end-to-end tests of the release build, format and layers. Other kernels, the
# sanitizers, fuzzing and static analysis have commands of their own. Ends with one line that counts.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
passed=0
failed=0
skipped=0

# Runs ctest on a build folder and adds its results up.
count() {
  local log=$1
  local ok bad skip
  ok=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed' "$log" || true)
  skip=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "$log" || true)
  bad=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Timeout|Exception|Not Run)' "$log" || true)
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

# run_tests FOLDER LABEL JOBS [NAME_REGEX]
run_tests() {
  local folder=$1 label=$2 parallel=$3 names=${4:-.} log
  log=$(mktemp)
  echo "== $label tests ($folder)"
  ctest --test-dir "$folder" -L "$label" -R "$names" --output-on-failure --no-tests=error \
    -j "$parallel" 2>&1 | tee "$log" || true
  count "$log"
  rm -f "$log"
}

step() { echo "== $*"; "$@"; }

step make --no-print-directory build
run_tests build unit "$jobs"
run_tests build kernel 1
run_tests build e2e 1
echo "== format and layers"
if git ls-files '*.cc' '*.h' | xargs clang-format-19 --dry-run --Werror &&
  python3 tools/check_layers.py .; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
fi

echo "by themselves: make matrix, make asan, make tsan, make fuzz, make lint"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
