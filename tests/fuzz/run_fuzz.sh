#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_fuzz.sh TARGET SEEDS WORK [DICTIONARY]: fuzzes for $PSYS_FUZZ_SECONDS seconds (default 30).
# New inputs of interest go to WORK/<target>.corpus, failing ones to WORK/<target>.crash-*.
set -eu
target=$1
seeds=$2
work=$3/$(basename "$target")
mkdir -p "$work.corpus"
set -- "$work.corpus" "$seeds" ${4:+"$4"}
dictionary=
if [ $# -eq 3 ] && [ -f "$3" ]; then
  dictionary=-dict=$3
fi
exec "$target" -max_total_time="${PSYS_FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=1024 \
  -max_len="${PSYS_FUZZ_MAX_LEN:-65536}" -print_final_stats=1 -artifact_prefix="$work." \
  $dictionary "$1" "$2"
