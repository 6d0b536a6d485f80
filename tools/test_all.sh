#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unit, kernel and end-to-end tests of the release build; unit tests under AddressSanitizer and
# UBSan; short fuzz runs; other kernels in qemu; lint. Ends with one line that counts.
# Usage: test_all.sh [PART...], of: release asan fuzz matrix lint tsan format. Without any: all but
# the last two. tsan builds the libraries with threads once more; format is the quick part of lint.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
# Threads and what they call, the agent's doors among them.
threaded="linux_test http_test cri_test nri_test sysctl_test enforce_test rules_test store_test"
threaded+=" sandbox_test engine_test live_test api_test check_test agent_test service_test node_test"
threaded+=" client_test cli_test"
passed=0
failed=0
skipped=0

# Adds up what ctest printed.
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

# quietly WHAT COMMAND...: a build whose output matters only if it fails.
quietly() {
  local what=$1 log
  shift
  log=$(mktemp)
  echo "== $what"
  if ! "$@" >"$log" 2>&1; then
    grep -E 'error|FAILED|warning' "$log" | head -40 || tail -40 "$log"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

part_release() {
  quietly "build" make --no-print-directory build TESTS=ON JOBS="$jobs"
  run_tests build unit "$jobs"
  run_tests build kernel 1
  run_tests build e2e 1
}

# sanitized PRESET NAME_REGEX TARGET...
sanitized() {
  local preset=$1 names=$2
  shift 2
  quietly "build $preset" sh -c "cmake --preset $preset && cmake --build build/$preset -j $jobs --target $*"
  run_tests "build/$preset" unit "$jobs" "$names"
}
part_asan() { sanitized asan . all; }
part_tsan() { sanitized tsan "^(${threaded// /|})\$" "$threaded" podsysctl-pause; }

part_fuzz() {
  quietly "build fuzz" sh -c "cmake --preset fuzz && cmake --build build/fuzz -j $jobs --target fuzz_targets"
  run_tests build/fuzz fuzz "$jobs"
}

part_matrix() {
  quietly "build" make --no-print-directory build TESTS=ON JOBS="$jobs"
  run_tests build matrix 1
}

# One check that counts as a test.
check() {
  echo "== $*"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}
part_format() { check tools/lint.sh format; }
part_lint() { JOBS=$jobs check tools/lint.sh; }

[ $# -gt 0 ] || set -- release asan fuzz matrix lint
for part in "$@"; do
  SECONDS=0
  "part_$part"
  echo "== $part took $SECONDS s"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
