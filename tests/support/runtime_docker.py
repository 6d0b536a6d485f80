# SPDX-License-Identifier: Apache-2.0
"""A Docker daemon of one's own for the cases, with a containerd of its own: state, sockets, bridge
and control groups apart from any that the machine has. Ended by its process id. Either of the
package docker.io, of which no service has to run, or a newer one that tools/fetch_runtime.sh
unpacks, with the containerd of its suite; it writes no packet filter rules."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess

import cases
import daemon
from cases import Skip

READY_LIMIT = 60.0
PROGRAMS = ("dockerd", "containerd", "docker", "runc", "skopeo")
SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
# Each with the containerd of its suite.
CONTAINERD_OF = {"26": "1.7", "28": "2.1"}
CGROUP = "podsysctl-docker"
FOLDER = pathlib.Path("/run/docker-e2e")
SOCKET = pathlib.Path("/run/docker-e2e.sock")


# For cases that are about pods, whoever runs them: the OCI runtime is the daemon's choice, and an
# image that is imported is loaded into the daemon as well.
ADAPT = """case $verb in
  run*)
    left=$#
    while [ $left -gt 0 ]; do
      word=$1; shift; left=$((left - 1))
      if [ "$word" = --runtime ]; then shift; left=$((left - 1)); else set -- "$@" "$word"; fi
    done ;;
  'image import')
    archive=$(mktemp -u)
    if skopeo copy -q "$2" "docker-archive:$archive:$1:latest" 2>/dev/null; then
      docker load -q -i "$archive" >/dev/null
    fi
    rm -f "$archive" ;;
esac"""


class Docker:
    name = "docker"
    flags = ["--engine", "docker"]
    # Leaves for good what the first such container of a daemon leaves.
    first_run = "podsysctl run --rm -p 18080:80 busybox true; podsysctl run --rm --network host busybox true"
    adapt = ADAPT
    config: dict = {}  # daemon.json

    def __init__(self, version: str = "", cache: pathlib.Path = pathlib.Path()):
        """`version` "": the machine's own."""
        self.fetched = {}
        if version:
            containerd = CONTAINERD_OF[version]
            self.fetched = {"docker": (version, cache.resolve() / "docker" / version),
                            "containerd": (containerd, cache.resolve() / "containerd" / containerd)}
        self.path = ":".join([*(f"{folder}/bin" for _, folder in self.fetched.values()), SYSTEM_PATH])

    def fetch(self) -> None:
        """Needs the network of the machine where it is not here yet. Raises Skip."""
        for name, (version, folder) in self.fetched.items():
            daemon.fetch(name, version, folder)

    def start(self, work: pathlib.Path) -> None:
        """Raises Skip; `work` holds images and containers, sockets are below /run."""
        for program in PROGRAMS:
            if shutil.which(program, path=self.path) is None:
                raise Skip(f"{program} is not installed")
        self.state = work / "docker"
        self.state.mkdir()
        FOLDER.mkdir()
        (self.state / "daemon.json").write_text(json.dumps(self.config))
        start = FOLDER / "start"
        # Also for cases that end it: the id that ends it is the one in the file.
        start.write_text(f"""#!/bin/sh
# Of one that was killed: its containerd ends with it, and neither may be waited for by now.
rm -f {FOLDER}/dockerd.pid {FOLDER}/exec/containerd/containerd.pid
PATH={self.path} setsid dockerd --config-file {self.state}/daemon.json --data-root {self.state}/data \\
  --exec-root {FOLDER}/exec --pidfile {FOLDER}/dockerd.pid -H unix://{SOCKET} --group root \\
  --bip 10.187.0.1/24 --iptables=false --ip6tables=false --cgroup-parent {CGROUP} \\
  --log-level warn </dev/null >>{self.state}/log 2>&1 &
echo $! >{FOLDER}/pid
for i in $(seq 600); do
  DOCKER_HOST=unix://{SOCKET} PATH={self.path} docker version >/dev/null 2>&1 && exit
  kill -0 $(cat {FOLDER}/pid) || break
  sleep 0.1
done
tail -n 3 {self.state}/log >&2
exit 1
""")
        start.chmod(0o755)
        self.env = {"DOCKER_HOST": f"unix://{SOCKET}", "RUNTIME_PID": f"{FOLDER}/pid",
                    "RUNTIME_START": str(start)}
        if subprocess.run([start], check=False).returncode != 0:
            raise Skip(f"dockerd does not start: {self.last_words()}")

    def stop(self) -> None:
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
            self.wait_for_end(pid)
        if hasattr(self, "state"):
            for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()[::-1]:
                target = line.split()[4]
                if target.startswith((str(self.state), str(FOLDER))):
                    subprocess.run(["umount", "-l", target], check=False)
            shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        SOCKET.unlink(missing_ok=True)
        self.remove_cgroups()

    def revive(self) -> None:
        """After a case that ended it and failed before it started it again."""
        if len(self.pids()) < 2:
            subprocess.run([FOLDER / "start"], check=False)

    @staticmethod
    def wait_for_end(pid: int) -> None:
        def has_ended() -> bool:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            return not os.path.exists(f"/proc/{pid}/exe")

        with contextlib.suppress(AssertionError):
            cases.wait_until(has_ended, f"process {pid} ends", READY_LIMIT)

    def pids(self) -> list[int]:
        """Of dockerd and of its containerd, while they run."""
        found = []
        for file, program in ((FOLDER / "pid", "dockerd"),
                              (FOLDER / "exec/containerd/containerd.pid", "containerd")):
            try:
                pid = int(file.read_text())
                if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == program:
                    found.append(pid)
            except (OSError, ValueError):
                continue
        return found

    def take_image(self, name: str, layout: pathlib.Path) -> None:
        archive = self.state / f"{name}.tar"
        subprocess.run(["skopeo", "copy", "-q", f"oci:{layout}",
                        f"docker-archive:{archive}:{name}:latest"], check=True)
        subprocess.run([shutil.which("docker", path=self.path), "load", "-q", "-i", archive], check=True,
                       env=os.environ | self.env, stdout=subprocess.DEVNULL)
        archive.unlink()

    @staticmethod
    def remove_cgroups() -> None:
        """The daemon leaves its group in every hierarchy of the machine's, and those of containers that
        ran while it was killed."""
        for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
            if line.partition(" - ")[2].split()[0] in ("cgroup", "cgroup2"):
                for folder, _, _ in os.walk(os.path.join(line.split()[4], CGROUP), topdown=False):
                    try:
                        os.rmdir(folder)
                    except OSError:
                        continue

    def last_words(self) -> str:
        return daemon.last_words(self.state / "log")
