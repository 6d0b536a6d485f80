#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# static_pod.sh [--restart POLICY] [--sysctl KEY=VALUE] NAME SCRIPT: a manifest of one busybox
# container that runs SCRIPT, on standard output.
restart=Always
sysctls=
while :; do
  case $1 in
    --restart) restart=$2 ;;
    --sysctl) sysctls="{name: \"${2%%=*}\", value: \"${2#*=}\"}" ;;
    *) break ;;
  esac
  shift 2
done
cat << END
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec:
  restartPolicy: $restart
  terminationGracePeriodSeconds: 1
  securityContext: {sysctls: [$sysctls]}
  containers:
  - {name: main, image: busybox, imagePullPolicy: Never, command: [sh, -c, "$2"]}
END
