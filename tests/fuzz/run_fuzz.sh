#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_fuzz.sh SECONDS TARGET SEEDS WORK [DICTIONARY]: fuzzes for so long, or for $PSYS_FUZZ_SECONDS.
# New inputs of interest go to WORK/<target>.corpus, failing ones to WORK/<target>.crash-*.
set -eu
seconds=${PSYS_FUZZ_SECONDS:-$1}
target=$2
seeds=$3
work=$4/$(basename "$target")
mkdir -p "$work.corpus"
set -- "$work.corpus" "$seeds" ${5:+"$5"}
dictionary=
if [ $# -eq 3 ] && [ -f "$3" ]; then
  dictionary=-dict=$3
fi
exec "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
  -max_len="${PSYS_FUZZ_MAX_LEN:-65536}" -print_final_stats=1 -artifact_prefix="$work." \
  $dictionary "$1" "$2"
