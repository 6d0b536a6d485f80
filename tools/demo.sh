#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job on real input: an nginx pod that asks for net.core.somaxconn=65535, first refused, then
# allowed, and its listening socket's queue read back from the kernel. Works in a state folder of its
# own and removes what it made.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/build/bin:$PATH
state=$(mktemp -d /tmp/podsysctl-demo.XXXXXX)
images=build/demo-images
trap 'podsysctl rm -f test-sysctl --root "$state" >/dev/null 2>&1 || true; rm -rf "$state"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "podsysctl $*"; podsysctl "${@:1:1}" --root "$state" "${@:2}"; }

say "Images, made from this distribution's packages (no registry is asked)"
for kind in busybox nginx; do
  [ -e "$images/$kind/index.json" ] || tools/make_test_image.sh "$kind" "$images/$kind"
  podsysctl image import --root "$state" "$kind" "oci:$images/$kind" >/dev/null
  echo "$kind: imported"
done

network=bridge
podsysctl run --root "$state" --rm busybox true 2>/dev/null || network=none

say "1. One container: the value is the container's, the host's stays"
show run --rm --network none --sysctl net.core.somaxconn=65535 busybox cat /proc/sys/net/core/somaxconn
echo "on the host: $(cat /proc/sys/net/core/somaxconn)"

say "2. The pod asks for it; this node does not allow it"
pod=tests/golden/pods/field-pod.yaml
sed -n '/securityContext/,/value/p' "$pod"
show run -d --network "$network" -f "$pod" || echo "exit code $?"
show rm test-sysctl >/dev/null

say "3. The node allows net.*"
show run -d --network "$network" --allowed-unsafe-sysctls 'net.*' -f "$pod"
show ps
pid=$(podsysctl inspect --root "$state" test-sysctl | sed -n 's/^ *"pid": \([0-9]*\),*$/\1/p' | head -1)
for _ in $(seq 50); do
  queue=$(nsenter -t "$pid" -n ss -Hltn 'sport = :80' | awk '{print $3}' | head -1)
  [ -n "$queue" ] && break
  sleep 0.1
done
echo "nginx listens with a queue of ${queue:-nothing} (ss -ltn in the sandbox)"

say "4. What was done"
podsysctl inspect --root "$state" test-sysctl | sed -n '/"sysctls"/,/]/p'
show events
[ "${queue:-}" = 65535 ]
