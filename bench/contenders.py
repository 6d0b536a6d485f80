# SPDX-License-Identifier: Apache-2.0
"""Who is measured: each one turns a network and a number of sysctls into a job to run.

All run the same command on the same files: `cat` of a sysctl with the static busybox, from a local
image or bundle made before, and their own record and container are gone when they return (--rm)."""

import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import bundles
import spawn
from spawn import Job

KEYS = [  # name, value, another value: none is a default, and no order is needed between them
    ("net.core.somaxconn", "1024", "1025"),
    ("net.ipv4.tcp_fin_timeout", "30", "31"),
    ("net.ipv4.tcp_keepalive_time", "600", "601"),
    ("net.ipv4.tcp_keepalive_intvl", "20", "21"),
    ("net.ipv4.tcp_keepalive_probes", "5", "6"),
    ("net.ipv4.tcp_max_syn_backlog", "3333", "3334"),
    ("net.ipv4.tcp_syn_retries", "4", "5"),
    ("kernel.msgmax", "16384", "16385"),
    ("kernel.shmmni", "2048", "2049"),
    ("fs.mqueue.msg_max", "64", "65"),
]
COUNTS = (0, 1, len(KEYS))
FILE = "/proc/sys/net/core/somaxconn"
COMMAND = ["/bin/cat", FILE]
UNIFIED = "/sys/fs/cgroup/unified"
IMAGE = "bench-busybox"


class Unavailable(Exception):
    """Why a contender cannot run here."""


def sysctls(count: int) -> list[tuple[str, str]]:
    return [(name, value) for name, value, _ in KEYS[:count]]


def flags(count: int) -> list[str]:
    return [word for name, value in sysctls(count) for word in ("--sysctl", f"{name}={value}")]


def program(*names: str) -> str:
    """The first that is installed; the distribution's folders before any other."""
    for name in names:
        found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
        if found:
            return found
    raise Unavailable(f"{' or '.join(names)} is not installed")


class Contender:
    name = ""
    networks: tuple[str, ...] = ("none",)

    def __init__(self, place: "Place"):
        self.place = place

    def prepare(self) -> None:
        """Raises Unavailable."""

    def job(self, network: str, count: int) -> Job:
        raise NotImplementedError

    def close(self) -> None:
        """Ends what prepare() started and removes what it made outside the work folder."""

    def version(self) -> str:
        return ""

    def expected(self, count: int) -> bytes:
        return KEYS[0][1].encode() if count else self.place.default_value


class Place:
    """What all contenders share."""

    def __init__(self, work: pathlib.Path, binaries: pathlib.Path, tools: pathlib.Path):
        self.work = work
        self.binaries = binaries
        self.tools = tools
        self.env = {"PATH": "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
                    "HOME": str(work), "LC_ALL": "C"}
        self.rootfs = work / "rootfs"
        self.archive = work / "rootfs.tar"
        self.default_value = b""
        self.ids = itertools.count(1)
        self.no_unified = -1

    def prepare(self) -> None:
        busybox = program("busybox")
        bundles.rootfs_from(busybox, self.rootfs)
        spawn.must(["tar", "-C", str(self.rootfs), "-cf", str(self.archive), "."])
        fresh = spawn.must(["unshare", "-n", busybox, "cat", FILE])
        self.default_value = fresh.strip().encode()
        if os.path.ismount(UNIFIED):
            self.no_unified = spawn.mount_namespace_without(UNIFIED)


class Floor(Contender):
    name = "floor"

    def prepare(self) -> None:
        if not (self.place.tools / "podsysctl-floor").exists():
            raise Unavailable("podsysctl-floor is not built")

    def job(self, network: str, count: int) -> Job:
        files = [f"/proc/sys/{name.replace('.', '/')}={value}" for name, value in sysctls(count)]
        return Job([str(self.place.tools / "podsysctl-floor"), *files, "--",
                    program("busybox"), "cat", FILE], self.expected(count), self.place.env)


class Podsysctl(Contender):
    """One for each OCI runtime. The state folder is shared; the image is imported once."""

    networks = ("none", "bridge")

    def __init__(self, place: Place, runtime: str):
        super().__init__(place)
        self.runtime = runtime
        self.name = f"podsysctl ({runtime})"
        self.binary = str(place.binaries / "podsysctl")
        self.root = str(place.work / "podsysctl")

    def prepare(self) -> None:
        program(self.runtime)
        if not os.path.exists(self.root):
            spawn.must([self.binary, "image", "import", "--root", self.root, IMAGE,
                        f"rootfs:{self.place.rootfs}"], self.place.env)

    def job(self, network: str, count: int) -> Job:
        return Job([self.binary, "run", "--root", self.root, "--rm", "--runtime", self.runtime,
                    "--network", network, *flags(count), IMAGE, *COMMAND],
                   self.expected(count), self.place.env)

    def version(self) -> str:
        return spawn.must([self.binary, "version"], self.place.env).splitlines()[0]

    def written_config(self) -> dict:
        """The config.json of a container that podsysctl runs, while it runs."""
        told = spawn.must([self.binary, "run", "--root", self.root, "-d", "-o", "json", "--runtime",
                           self.runtime, "--network", "none", IMAGE, "/bin/sleep", "1000"],
                          self.place.env)
        uid = json.loads(told)["uid"]
        folder = pathlib.Path("/run/podsysctl")
        try:
            (config,) = folder.glob("*/bundles/*/config.json")
            return bundles.adapt_podsysctl(json.loads(config.read_text()), self.place.rootfs, COMMAND,
                                           self.place.work)
        finally:
            spawn.must([self.binary, "rm", "--root", self.root, "-f", uid], self.place.env)


class Runtime(Contender):
    """An OCI runtime alone, in one of the profiles of bundles.py."""

    def __init__(self, place: Place, runtime: str, profile: str):
        super().__init__(place)
        self.runtime = runtime
        self.profile = profile
        self.name = f"{runtime} run ({profile} profile)"
        self.folder = place.work / "bundles" / f"{runtime}-{profile}"
        # crun refuses a unified hierarchy with controllers beside v1 ones.
        self.mounts = place.no_unified if runtime == "crun" else -1

    def prepare(self) -> None:
        self.binary = program(self.runtime)
        if self.profile == "spec":
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.place.work))
            spawn.must([self.binary, "spec"], cwd=str(folder))
            default = json.loads((folder / "config.json").read_text())
            config = bundles.adapt_spec(default, self.place.rootfs, COMMAND)
        else:
            config = Podsysctl(self.place, self.runtime).written_config()
        for count in COUNTS:
            bundles.write(config, sysctls(count), self.folder / str(count))

    def job(self, network: str, count: int) -> Job:
        return Job([self.binary, "run", "--bundle", str(self.folder / str(count)),
                    f"bench-{next(self.place.ids)}"],
                   self.expected(count), self.place.env, self.mounts)

    def version(self) -> str:
        return spawn.must([self.binary, "--version"]).splitlines()[0]


class Docker(Contender):
    """The distribution's docker with a daemon of our own."""

    name = "docker run"
    networks = ("none", "bridge")

    def __init__(self, place: Place):
        super().__init__(place)
        self.daemon: subprocess.Popen | None = None
        self.socket = "unix:///run/bench-docker.sock"

    def prepare(self) -> None:
        self.client = program("docker")
        daemon = program("dockerd")
        program("containerd")
        folder = self.place.work / "docker"
        with (self.place.work / "dockerd.log").open("wb") as log:
            self.daemon = subprocess.Popen(
                [daemon, "--host", self.socket, "--data-root", str(folder), "--exec-root",
                 "/run/bench-docker", "--pidfile", "/run/bench-docker.pid",
                 "--oom-score-adjust", "0"],
                env=self.place.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait_until_ready()
        spawn.must([self.client, "-H", self.socket, "import", str(self.place.archive), IMAGE],
                   self.place.env)

    def wait_until_ready(self) -> None:
        """Asks until it answers: it tells nobody else when it is ready."""
        for _ in range(120):
            answer = subprocess.run([self.client, "-H", self.socket, "version"], env=self.place.env,
                                    capture_output=True, check=False)
            if answer.returncode == 0:
                return
            try:
                self.daemon.wait(0.25)
            except subprocess.TimeoutExpired:
                continue
            break
        log = (self.place.work / "dockerd.log").read_text(errors="replace").splitlines()
        raise Unavailable(f"dockerd did not come up: {' / '.join(log[-3:])}")

    def job(self, network: str, count: int) -> Job:
        return Job([self.client, "-H", self.socket, "run", "--rm", "--network", network,
                    *flags(count), IMAGE, *COMMAND], self.expected(count), self.place.env)

    def close(self) -> None:
        if self.daemon is not None:
            self.daemon.terminate()  # its containerd ends with it
            try:
                self.daemon.wait(30)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()

    def version(self) -> str:
        return "docker " + spawn.must([self.client, "-H", self.socket, "version", "--format",
                                       "{{.Server.Version}}"], self.place.env).strip()


class Podman(Contender):
    """With crun, which needs control groups that this host may not have to offer: without them."""

    name = "podman run"
    networks = ("none", "bridge")

    def prepare(self) -> None:
        self.binary = program("podman")
        program("crun")
        self.options = ["--root", str(self.place.work / "podman"), "--runroot", "/run/bench-podman",
                        "--runtime", "crun", "--cgroup-manager", "cgroupfs"]
        try:
            spawn.must([self.binary, *self.options, "import", str(self.place.archive), IMAGE],
                       self.place.env, self.place.no_unified)
        except spawn.Broken as failure:
            raise Unavailable(str(failure)) from None

    def job(self, network: str, count: int) -> Job:
        return Job([self.binary, *self.options, "run", "--rm", "--network", network,
                    "--cgroups=disabled", "--ulimit", "nofile=1024:1024", "--ulimit",
                    "nproc=1000:1000", *flags(count), IMAGE, *COMMAND],
                   self.expected(count), self.place.env, self.place.no_unified,
                   may_lose_output=True)

    def version(self) -> str:
        return spawn.must([self.binary, "--version"]).strip()


def all_of(place: Place) -> list[Contender]:
    """podsysctl comes first: the profile of the runtimes alone is taken from it."""
    found: list[Contender] = [Floor(place)]
    for runtime in ("crun", "runc"):
        found += [Podsysctl(place, runtime), Runtime(place, runtime, "podsysctl"),
                  Runtime(place, runtime, "spec")]
    return found + [Podman(place), Docker(place)]
