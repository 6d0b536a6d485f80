#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes tests/golden/migrate/*.out.* and *.rest.txt anew from a built migrate_test.
# Usage: tools/update_migrate_golden.sh [path of migrate_test; default build/bin/migrate_test]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
PODSYSCTL_UPDATE_GOLDEN=1 "$(realpath "${1:-$here/build/bin/migrate_test}")" \
  --gtest_filter='MigrateGolden.Cases' >/dev/null
cd "$here" && git status --short tests/golden/migrate
