#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# end_service.sh PIDFILE: SIGTERM, and waits until the process is gone or only waits to be reaped.
pid=$(cat "$1")
kill "$pid"
while state=$(cut -d' ' -f3 "/proc/$pid/stat" 2> /dev/null) && [ "$state" != Z ]; do
  sleep 0.05
done
