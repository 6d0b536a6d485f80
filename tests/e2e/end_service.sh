#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# end_service.sh PIDFILE [SIGNAL]: SIGTERM, or this one, and waits until the process is gone or only waits to be
# reaped. Until its last thread has ended it keeps the lock of its state folder.
pid=$(cat "$1")
kill -"${2:-TERM}" "$pid"
while state=$(cut -d' ' -f3 "/proc/$pid/stat" 2> /dev/null) &&
  [ "$state $(ls "/proc/$pid/task" 2> /dev/null)" != "Z $pid" ]; do
  sleep 0.05
done
