# SPDX-License-Identifier: Apache-2.0
"""A containerd of one's own for the cases: version, state, sockets and network apart from any that
the machine has. Ended by its process id. Needs root, runc and the CNI plugins ptp, host-local and
portmap; tools/fetch_runtime.sh unpacks the versions."""

import contextlib
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile

import cases
import cni_plugins
import daemon
from cases import Skip

READY_LIMIT = 30.0
PAUSE = "podsysctl.test/pause:1"

CONFIG = """version = {version}
root = "{state}/root"
state = "{run}/state"
disabled_plugins = [{disabled}]
[grpc]
address = "{run}/containerd.sock"
[ttrpc]
address = "{run}/containerd.sock.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
path = "{state}/opt"
"""

# containerd 1.6 and 1.7 read version 2, where the CRI plugin is one; 2.x reads version 3.
CRI_OF_2 = """[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{pause}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{plugins}"
conf_dir = "{state}/net.d"
"""
CRI_OF_3 = """[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause}"
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["{plugins}"]
conf_dir = "{state}/net.d"
"""

DISABLED = ("io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
            "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.blockfile",
            "io.containerd.nri.v1.nri", "io.containerd.tracing.processor.v1.otlp",
            "io.containerd.internal.v1.tracing")

NETWORK = {
    "cniVersion": "0.4.0",
    "name": "cri-test",
    "plugins": [
        {"type": "ptp", "ipMasq": False,
         "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.188.0.0/16"}]],
                  "dataDir": "{run}/cni", "routes": [{"dst": "0.0.0.0/0"}]}},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ],
}


# A pod of a runtime always has the node's network: the cases ask for none only to be quicker.
WITHOUT_NONE = """left=$#
while [ $left -gt 0 ]; do
  word=$1; shift; left=$((left - 1))
  if [ "$word" = --network ] && [ "$1" = none ]; then shift; left=$((left - 1)); continue; fi
  set -- "$@" "$word"
done"""


FIRST_RUN = """podsysctl run --rm -f - <<END
apiVersion: v1
kind: Pod
metadata: {name: first}
spec:
  restartPolicy: Never
  volumes: [{name: memory, emptyDir: {medium: Memory}}]
  containers:
  - {name: main, image: busybox, imagePullPolicy: Never, command: ['true'],
     ports: [{containerPort: 80, hostPort: 18080}], volumeMounts: [{name: memory, mountPath: /m}]}
END"""


class Containerd:
    name = "cri"
    adapt = WITHOUT_NONE
    first_run = FIRST_RUN
    path = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

    def __init__(self, version: str, cache: pathlib.Path):
        self.version = version
        self.bin = (cache / version / "bin").resolve()
        self.run = pathlib.Path("/run") / f"cri-{version}"
        self.state = self.run / "state"  # until start() knows better
        self.socket = self.run / "containerd.sock"
        self.pid_file = self.run / "pid"
        self.env: dict[str, str] = {}
        self.flags: list[str] = []

    def start(self, work: pathlib.Path) -> None:
        """Raises Skip; `work` holds all that it writes but its sockets, which are below /run."""
        self.fetch()
        self.state = work / f"containerd-{self.version}"
        for folder in (self.state / "net.d", self.run):
            folder.mkdir(parents=True)
        self.configure()
        self.launch()
        self.import_image(PAUSE, self.make_pause())
        self.env = {"CONTAINER_RUNTIME_ENDPOINT": f"unix://{self.socket}",
                    "CTR": f"{self.bin}/ctr -a {self.socket} -n k8s.io",
                    "RUNTIME_BIN": str(self.bin), "RUNTIME_KILL": str(self.run / "kill"),
                    "RUNTIME_START": str(self.run / "start")}
        self.flags = ["--engine", "cri"]

    def stop(self) -> None:
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
            cases.wait_until(lambda: not os.path.exists(f"/proc/{pid}/exe"), "containerd ends", READY_LIMIT)
        for group in pathlib.Path("/sys/fs/cgroup").glob("*/k8s.io"):
            with contextlib.suppress(OSError):  # another runtime's pods are in it
                group.rmdir()
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)

    def revive(self) -> None:
        """After a case that ended it and failed before it started it again."""
        if not self.pid():
            subprocess.run([self.run / "start"], check=False)

    def pids(self) -> list[int]:
        """Of its daemons."""
        return [self.pid()]

    def pid(self) -> int:
        """0 while it does not run. A case may have started it again."""
        try:
            pid = int(self.pid_file.read_text())
            return pid if os.readlink(f"/proc/{pid}/exe") == str(self.bin / "containerd") else 0
        except (OSError, ValueError):
            return 0

    def fetch(self) -> None:
        """Needs the network of the machine where it is not here yet. Raises Skip."""
        for program in ("runc", "busybox"):
            if shutil.which(program) is None:
                raise Skip(f"{program} is not installed")
        if missing := cni_plugins.missing("ptp", "host-local", "portmap"):
            raise Skip(missing)
        daemon.fetch("containerd", self.version, self.bin.parent)

    def configure(self) -> None:
        version, cri = (3, CRI_OF_3) if self.version.startswith("2.") else (2, CRI_OF_2)
        (self.state / "config.toml").write_text((CONFIG + cri).format(
            version=version, state=self.state, run=self.run, pause=PAUSE, plugins=cni_plugins.folders_here()[0],
            disabled=", ".join(f'"{name}"' for name in DISABLED)))
        (self.state / "net.d" / "10-test.conflist").write_text(
            json.dumps(NETWORK).replace("{run}", str(self.run)))
        start = self.run / "start"
        # Also for cases that end it: the id that ends it is the one in the file.
        start.write_text("#!/bin/sh\n"
                         f"PATH={self.bin}:$PATH setsid {self.bin}/containerd --log-level warn "
                         f"--config {self.state}/config.toml </dev/null >>{self.state}/log 2>&1 &\n"
                         f"echo $! >{self.pid_file}\n"
                         f"for i in $(seq 300); do {self.bin}/ctr -a {self.socket} version "
                         ">/dev/null 2>&1 && exit; sleep 0.1; done\nexit 1\n")
        start.chmod(0o755)
        end = self.run / "kill"
        # Returns when it has ended: until then its socket still takes connections.
        end.write_text(f"#!/bin/sh\npid=$(cat {self.pid_file})\nkill -KILL $pid\n"
                       "while readlink /proc/$pid/exe >/dev/null; do sleep 0.01; done\n")
        end.chmod(0o755)

    def launch(self) -> None:
        started = subprocess.run([self.run / "start"], check=False)
        if started.returncode != 0:
            raise Skip(f"containerd {self.version} does not start: {self.last_words()}")
        try:
            cases.wait_until(lambda: self.plugin_state() == "ok", "it loads its CRI plugin", READY_LIMIT)
        except AssertionError as in_vain:
            raise Skip(f"containerd {self.version}: {in_vain}: {self.last_words()}") from None

    def plugin_state(self) -> str:
        listed = self.ctr("plugins", "ls", "id==cri").stdout
        return listed.split()[-1] if listed.strip() else ""

    def take_image(self, name: str, layout: pathlib.Path) -> None:
        """So that the cases find the test images under the names that they use."""
        archive = self.state / f"{name}.tar"
        full = f"docker.io/library/{name}:latest"
        subprocess.run(["skopeo", "copy", "--quiet", f"oci:{layout}", f"docker-archive:{archive}:{full}"],
                       check=True)
        self.import_image(full, archive)
        archive.unlink()

    def import_image(self, name: str, archive: pathlib.Path) -> None:
        self.ctr("images", "import", str(archive), check=True)
        if name not in self.ctr("images", "ls", "-q", check=True).stdout.split():
            raise RuntimeError(f"the image {name} was not imported")

    def ctr(self, *arguments: str, check: bool = False) -> subprocess.CompletedProcess:
        return subprocess.run([self.bin / "ctr", "-a", self.socket, "-n", "k8s.io", *arguments],
                              check=check, capture_output=True, text=True)

    def last_words(self) -> str:
        return daemon.last_words(self.state / "log")

    def pause_command(self) -> list[str]:
        return ["/busybox", "sleep", "2147483647"]

    def make_pause(self) -> pathlib.Path:
        """The sandbox's image as docker would save it: the host's static busybox, asleep."""
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            tar.add(shutil.which("busybox"), arcname="busybox")
        config = json.dumps({
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine],
            "os": "linux", "config": {"Entrypoint": self.pause_command()},
            "rootfs": {"type": "layers",
                       "diff_ids": ["sha256:" + hashlib.sha256(layer.getvalue()).hexdigest()]},
        }).encode()
        manifest = json.dumps(
            [{"Config": "config.json", "RepoTags": [PAUSE], "Layers": ["layer.tar"]}]).encode()
        archive = self.state / "pause.tar"
        with tarfile.open(archive, mode="w") as tar:
            for name, data in (("layer.tar", layer.getvalue()), ("config.json", config),
                               ("manifest.json", manifest)):
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        return archive
