#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in the guest, where cgroup v2 is the only one mounted: the embedded engine end to end with
# crun. Needs crun, conmon, podsysctl and podsysctl-pause in $PATH (engine.sh brings them).
set -u
failures=0

# equal WHAT WANTED GOT
equal() {
  if [ "$2" = "$3" ]; then
    echo "ok: $1"
    return
  fi
  echo "FAILED: $1: wanted '$2', got '$3'"
  failures=$((failures + 1))
}

# contains WHAT WANTED TEXT
contains() {
  case $3 in
    *"$2"*) echo "ok: $1" ;;
    *)
      echo "FAILED: $1: no '$2' in: $3"
      failures=$((failures + 1))
      ;;
  esac
}

state=/var/lib/podsysctl
run() { podsysctl run --root "$state" --runtime crun --network none "$@"; }

mkdir -p /rootfs/bin /rootfs/proc /rootfs/sys /rootfs/dev /rootfs/etc /rootfs/tmp
cp /bin/busybox /rootfs/bin/busybox
for applet in sh cat echo sleep grep; do
  ln -sf busybox "/rootfs/bin/$applet"
done
image=rootfs:/rootfs
# An empty folder of ours may stay; nothing in it may.
cgroups() { find /sys/fs/cgroup -mindepth 1 -type d ! -path /sys/fs/cgroup/podsysctl | sort; }
cgroups_before=$(cgroups)
mounts_before=$(cut -d' ' -f5 /proc/self/mountinfo | sort)
host_before=$(cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax)

equal "one value, in the container" 65535 \
  "$(run --rm --sysctl net.core.somaxconn=65535 "$image" cat /proc/sys/net/core/somaxconn)"

equal "a value of the ipc namespace" 65536 \
  "$(run --rm --sysctl kernel.msgmax=65536 "$image" cat /proc/sys/kernel/msgmax)"

contains "/proc/sys is read-only inside" "Read-only file system" \
  "$(run --rm "$image" sh -c 'echo 1 >/proc/sys/net/core/somaxconn' 2>&1)"

# shellcheck disable=SC2016  # for the container's shell
equal "values that need an order" "500 60999 400" \
  "$(run --rm --sysctl net.ipv4.ip_local_port_range="500 60999" \
    --sysctl net.ipv4.ip_unprivileged_port_start=400 "$image" \
    sh -c 'echo $(cat /proc/sys/net/ipv4/ip_local_port_range /proc/sys/net/ipv4/ip_unprivileged_port_start)')"

run --rm "$image" sh -c 'exit 7'
equal "the container's exit status is ours" 7 $?

cat >/tmp/pod.yaml <<POD
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  restartPolicy: Never
  securityContext:
    sysctls:
    - name: net.core.somaxconn
      value: "10000"
  containers:
  - name: web
    image: "$image"
    command: [cat, /proc/sys/net/core/somaxconn]
POD
refused=$(run -f /tmp/pod.yaml 2>&1)
equal "a forbidden pod's exit status" 125 $?
contains "a forbidden pod's message" \
  'SysctlForbidden: forbidden sysctl: "net.core.somaxconn" not allowlisted' "$refused"
podsysctl rm --root "$state" -f web >/dev/null 2>&1
contains "an allowed pod" 10000 "$(run --allowed-unsafe-sysctls 'net.*' -f /tmp/pod.yaml 2>&1)"
podsysctl rm --root "$state" -f web
equal "the pod is removed" 0 $?

run -d --name long --sysctl net.core.somaxconn=1234 "$image" sleep 600
equal "a detached container starts" 0 $?
contains "inspect has the effective value" '"effective":"1234"' \
  "$(podsysctl inspect --root "$state" long | tr -d ' \n')"
equal "exec sees the value" 1234 \
  "$(podsysctl exec --root "$state" long cat /proc/sys/net/core/somaxconn)"
podsysctl rm --root "$state" -f long
equal "a running container is removed" 0 $?

equal "the host's values are what they were" "$host_before" \
  "$(cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax)"
equal "no mount is left" "$mounts_before" \
  "$(cut -d' ' -f5 /proc/self/mountinfo | grep -v "^/run/podsysctl$" | sort)"
equal "no process is left" "" "$(pidof podsysctl-pause crun conmon)"
equal "no cgroup is left" "$cgroups_before" "$(cgroups)"

[ "$failures" -eq 0 ]
