#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""service_manager.py COMMAND...: plays systemd for a service: starts it with $NOTIFY_SOCKET, waits
until it is ready, reloads it, waits for two beats of its watchdog, ends it. Prints what it was told,
one message a line, repeated ones once."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile


def main() -> int:
    folder = tempfile.mkdtemp()
    path = str(pathlib.Path(folder) / "notify")
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(path)
    told.settimeout(20)
    env = os.environ | {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"}
    with subprocess.Popen(sys.argv[1:], env=env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:

        def wait_for(line: str) -> None:
            while line not in told.recv(4096).decode().splitlines():
                pass
            print(line, flush=True)

        wait_for("READY=1")
        service.send_signal(signal.SIGHUP)
        wait_for("RELOADING=1")
        wait_for("READY=1")
        wait_for("WATCHDOG=1")
        wait_for("WATCHDOG=1")
        service.terminate()
        wait_for("STOPPING=1")
    return service.returncode


if __name__ == "__main__":
    sys.exit(main())
