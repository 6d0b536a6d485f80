#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What deploy/ and the agent's systemd unit say, done: the image is built, the DaemonSets' own pods run
with exactly their rights on a real containerd, and the unit's limits are held against what the agent
does. Everything runs in namespaces of its own, with a /run, /opt and /var/lib/podsysctl of its own.

deploy_test.py --binaries build/bin --cache DIR [--containerd 2.1] [CASE...]
Exit status 77 with a reason where no such containerd can be had."""

import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import yaml

REPO = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(REPO / "tests" / "support"))

import agent  # noqa: E402
import rights  # noqa: E402
from agent import TEN, Case  # noqa: E402
from cases import Skip, holds, same, wait_until  # noqa: E402

MANIFESTS = REPO / "deploy" / "kubernetes"
UNIT = REPO / "packaging" / "systemd" / "podsysctl-agent.service"
SOCKET = pathlib.Path("/run/podsysctl-agent/agent.sock")
IMAGE = "docker.io/podsysctl/agent:0.1.0"
RIGHTS = rights.bits_of(rights.AGENT)

USUAL = agent.POLICIES.count("kind: SysctlPolicy")
POLICIES = """apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: %s}
spec: {match: {namespaces: [%s]}, allowed: [{name: net.core.somaxconn}]}
"""


def objects(name: str) -> list[dict]:
    return [each for each in yaml.safe_load_all((MANIFESTS / name).read_text()) if each]


def daemon_set(name: str) -> dict:
    return next(each for each in objects(name) if each["kind"] == "DaemonSet")


class Place:
    """Where the pods of the manifests run: by podsysctl's own engine for container runtimes."""

    def __init__(self, case: Case, work: pathlib.Path):
        self.case = case
        self.work = work
        self.program = case.agent.binaries / "podsysctl"
        self.flags = ["--root", str(work / "pods")]

    def podsysctl(self, *words: str, **more) -> subprocess.CompletedProcess:
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False, **more)
        if done.returncode != 0:
            raise AssertionError(f"podsysctl {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    def load_image(self) -> None:
        archive = self.work / "agent.tar"
        subprocess.run([REPO / "deploy" / "image" / "build.sh", "--binaries", self.case.agent.binaries, archive],
                       check=True, capture_output=True)
        self.case.runtime.import_image(IMAGE, archive)

    def run(self, name: str) -> str:
        """The pod of the DaemonSet in that manifest, beside its ConfigMaps; nothing in it is changed."""
        template = copy.deepcopy(daemon_set(name)["spec"]["template"])
        pod = pathlib.Path(name).stem
        template["metadata"].update({"name": pod, "namespace": "podsysctl"})
        documents = [each for each in objects(name) if each["kind"] == "ConfigMap"]
        documents.append({"apiVersion": "v1", "kind": "Pod", **template})
        file = self.work / f"pod-{name}"
        file.write_text(yaml.safe_dump_all(documents))
        self.podsysctl("run", "-d", *self.flags, "--engine", "cri", "--cri-endpoint",
                       f"unix://{self.case.runtime.socket}", "-f", str(file))
        return pod

    def logs(self, pod: str) -> str:
        return self.podsysctl("logs", *self.flags, pod).stdout

    def inspect(self, pod: str) -> dict:
        return json.loads(self.podsysctl("inspect", *self.flags, pod).stdout)

    def remove(self, pod: str) -> None:
        self.podsysctl("rm", "-f", *self.flags, pod)


def place_of(case: Case) -> Place:
    work = case.agent.policies.parent / f"place-{time.monotonic_ns()}"
    work.mkdir()
    place = Place(case, work)
    place.load_image()
    return place


def image(case: Case) -> None:
    """Equal programs make an equal file, whenever and wherever it is built."""
    digests = []
    for name in ("one.tar", "two.tar"):
        archive = case.agent.policies.parent / name
        subprocess.run([REPO / "deploy" / "image" / "build.sh", "--binaries", case.agent.binaries, archive],
                       check=True, capture_output=True, env=os.environ | {"TZ": f"UTC-{len(digests)}"})
        digests.append(subprocess.run(["sha256sum", archive], check=True, capture_output=True).stdout.split()[0])
        for kind in ("oci-archive", "docker-archive"):
            config = json.loads(subprocess.run(["skopeo", "inspect", "--config", f"{kind}:{archive}"], check=True,
                                               capture_output=True).stdout)
            same(f"entry point by {kind}", config["config"]["Entrypoint"], ["/usr/bin/podsysctl-agent"])
        archive.unlink()
    same("digest", digests[1], digests[0])


def manifests(case: Case) -> None:
    """They are clean by our own rules, hold only known fields, and fit one another."""
    checked = subprocess.run([case.agent.binaries / "podsysctl", "check", MANIFESTS], capture_output=True, text=True,
                             check=False)
    same("exit code of check", checked.returncode, 0)
    holds(checked.stdout + checked.stderr, "3 workloads: no errors, no warnings")
    policy = next(each for each in objects("agent.yaml") if each["kind"] == "ConfigMap")
    for name, text in policy["data"].items():
        file = case.agent.policies.parent / name
        file.write_text(text)
        subprocess.run([case.agent.binaries / "podsysctl", "policy", "check", file], check=True, capture_output=True)
    version = re.search(r"^project\(podsysctl VERSION ([0-9.]+)", (REPO / "CMakeLists.txt").read_text(), re.M)[1]
    accounts = {each["metadata"]["name"] for each in objects("agent.yaml") if each["kind"] == "ServiceAccount"}
    for name in ("agent.yaml", "install.yaml", "uninstall.yaml"):
        spec = daemon_set(name)["spec"]
        pod = spec["template"]["spec"]
        same("selector", spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"])
        same("token", pod["automountServiceAccountToken"], False)
        same("account", pod["serviceAccountName"] in accounts, True)
        volumes = {each["name"] for each in pod["volumes"]}
        for container in pod["containers"]:
            same("image", container["image"], f"docker.io/podsysctl/agent:{version}")
            same("mounted volumes", {each["name"] for each in container["volumeMounts"]}, volumes)
            same("writable root", container["securityContext"]["readOnlyRootFilesystem"], True)
            same("dropped", container["securityContext"]["capabilities"]["drop"], ["ALL"])
            same("privileged", container["securityContext"].get("privileged", False), False)


def rights_agree(case: Case) -> None:
    """The unit and the DaemonSet name the capabilities that the running agent keeps."""
    same("the agent's", int(rights.status_of(case.agent.process.pid)["CapBnd"], 16), RIGHTS)
    kept = set(rights.AGENT)
    unit = re.search(r"^CapabilityBoundingSet=(.*)$", UNIT.read_text(), re.M)[1]
    same("the unit's", {name.removeprefix("CAP_") for name in unit.split()}, kept)
    container = daemon_set("agent.yaml")["spec"]["template"]["spec"]["containers"][0]
    same("the DaemonSet's", set(container["securityContext"]["capabilities"]["add"]), kept)


def daemon_set_works(case: Case) -> None:
    """The agent of agent.yaml, with exactly its rights, sets another pod's sysctls."""
    place = place_of(case)
    case.agent.kill()  # the one outside, before any other comes in
    pod = place.run("agent.yaml")
    try:
        status = lambda: json.loads(place.podsysctl("agent", "status", "-o", "json").stdout)  # noqa: E731
        wait_until(SOCKET.exists, "the agent's socket is on the node")
        wait_until(lambda: any(door["connected"] for door in status()["doors"]), "the agent connects")
        settings = {"net.core.somaxconn": "2048", "net.ipv4.tcp_keepalive_time": "600"}
        case.has(case.run("served", settings, namespace="podsysctl-example"), settings)
        # A user namespace of the pod's own: another process of the agent, root in there, writes for ipc.
        settings |= {"kernel.shm_rmid_forced": "1"}
        case.has(case.run("served-users", settings, namespace="podsysctl-example", users=(700000, 65536)), settings)
        holds(case.refused("refused", {"net.core.somaxconn": "70000"}, namespace="podsysctl-example"),
              "SysctlForbidden")
        same("applied", status()["pods"]["applied"], 2)
        check_rights(place.inspect(pod)["containers"][0]["pid"])
        holds(place.podsysctl("exec", *place.flags, pod, "podsysctl", "agent", "status").stdout, "connected to")
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{place.logs(pod)}") from failure
    finally:
        place.remove(pod)
        case.agent.start()


def check_rights(pid: int) -> None:
    rights.at_most(pid, rights.AGENT)
    rows = rights.status_of(pid)
    for name in ("CapEff", "CapPrm", "CapBnd"):
        same(name, int(rows[name], 16), RIGHTS)
    # The runtime's profile and the agent's own.
    same("filters", int(rows["Seccomp_filters"]) >= 2, True)
    mounts = pathlib.Path(f"/proc/{pid}/mounts").read_text().splitlines()
    root = next(line.split() for line in mounts if line.split()[1] == "/")
    same("root", "ro" in root[3].split(","), True)
    for folder in ("/usr/bin", "/etc/podsysctl/policy.d"):
        flags = os.statvfs(f"/proc/{pid}/root{folder}").f_flag
        same(f"{folder} is read-only", bool(flags & os.ST_RDONLY), True)


def installs_and_uninstalls(case: Case) -> None:
    place = place_of(case)
    plugin = pathlib.Path("/opt/cni/bin/podsysctl-cni")
    record = pathlib.Path("/var/lib/podsysctl/installed.json")
    for round_ in range(2):  # the second time over what is there
        pod = place.run("install.yaml")
        wait_until(lambda: plugin.exists() and pod_said(place, pod), f"round {round_} installs")
        holds(place.logs(pod), "written" if round_ == 0 else "there already")
        place.remove(pod)
    same("mode", oct(plugin.stat().st_mode & 0o7777), "0o755")
    asked = subprocess.run([plugin], env={"CNI_COMMAND": "VERSION"}, capture_output=True, text=True, check=True)
    holds(asked.stdout, "supportedVersions")
    pod = place.run("uninstall.yaml")
    wait_until(lambda: not plugin.exists() and not record.exists(), "it is removed")
    place.remove(pod)
    plugin.write_text("theirs")
    pod = place.run("install.yaml")
    wait_until(lambda: "did not put there" in place.podsysctl("logs", *place.flags, pod).stderr + place.logs(pod),
               "the foreign file is told of")
    same("theirs", plugin.read_text(), "theirs")
    place.remove(pod)
    plugin.unlink()


def pod_said(place: Place, pod: str) -> bool:
    return bool(place.logs(pod).strip())


def config_map_swaps(case: Case) -> None:
    """The kubelet renews a ConfigMap's files by turning one link: the agent follows."""
    folder = case.agent.policies
    kept = folder.parent / "kept"
    shutil.copytree(folder, kept)
    shutil.rmtree(folder)
    folder.mkdir()

    def publish(stamp: str, name: str) -> None:
        (folder / stamp).mkdir()
        (folder / stamp / "web.yaml").write_text(POLICIES % (name, name))
        (folder / "..data_tmp").symlink_to(stamp)
        (folder / "..data_tmp").rename(folder / "..data")

    publish("..2026_1", "first")
    (folder / "web.yaml").symlink_to("..data/web.yaml")
    wait_until(lambda: case.agent.status()["policy"]["policies"] == 1, "the first files are read")
    case.has(case.run("cm1", {"net.core.somaxconn": "1024"}, namespace="first"), {"net.core.somaxconn": "1024"})
    before = case.agent.status()["policy"]["generation"]
    publish("..2026_2", "second")
    shutil.rmtree(folder / "..2026_1")
    wait_until(lambda: case.agent.status()["policy"]["generation"] > before, "the second files are read")
    holds(case.refused("cm2", {"net.core.somaxconn": "1024"}, namespace="first"), "SysctlForbidden")
    case.has(case.run("cm3", {"net.core.somaxconn": "1024"}, namespace="second"), {"net.core.somaxconn": "1024"})
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    wait_until(lambda: case.agent.status()["policy"]["policies"] == USUAL, "the former folder is back")


def service_manager(case: Case) -> None:
    case.agent.kill()
    told = subprocess.run([sys.executable, REPO / "tests" / "e2e" / "service_manager.py",
                           case.agent.binaries / "podsysctl-agent", *case.agent.flags],
                          capture_output=True, text=True, check=True, timeout=60)
    same("told", told.stdout.split(), ["READY=1", "RELOADING=1", "READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"])
    case.agent.start()


def filtered_calls() -> set[str]:
    """What the unit's SystemCallFilter lets through, by systemd's own lists."""
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.M):
        names = {call for word in line.removeprefix("~").split() for call in calls_of(word)}
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed | calls_of("@default")


def calls_of(word: str) -> set[str]:
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True, capture_output=True,
                            text=True).stdout
    rows = [line.strip() for line in listed.splitlines()[1:]]
    return {call for row in rows if row and not row.startswith("#") for call in calls_of(row)}


def unit_lets_it_work(case: Case) -> None:
    """Every call of the agent, from its start to its end, passes the unit's filter."""
    for program in ("systemd-analyze", "strace"):
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")
    case.agent.kill()
    trace = case.agent.policies.parent / "calls"
    traced = subprocess.Popen(["strace", "-f", "-qq", "-o", trace, case.agent.binaries / "podsysctl-agent",
                               *case.agent.flags], stderr=subprocess.DEVNULL)
    case.agent.wait_connected()
    case.has(case.run("traced", TEN), TEN)
    case.refused("traced-refused", {"vm.swappiness": "1"})
    more = case.agent.put_policies("more.yaml", POLICIES % ("more", "more"))
    wait_until(lambda: case.agent.status()["policy"]["policies"] == USUAL + 1, "the policies are read again")
    more.unlink()
    for child in pathlib.Path(f"/proc/{traced.pid}/task/{traced.pid}/children").read_text().split():
        os.kill(int(child), 15)
    traced.wait(20)
    calls = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", trace.read_text(), re.M))
    # The start itself is strace's and systemd's; the agent refuses it to itself.
    same("calls beyond the unit's filter", sorted(calls - filtered_calls() - {"execve"}), [])
    same("number of calls seen", len(calls) > 30, True)
    rating = subprocess.run(["systemd-analyze", "security", "--offline=true", UNIT], capture_output=True, text=True,
                            check=False).stdout
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", rating)
    if exposure:  # systemd 250 and newer
        same("exposure", float(exposure[1]) <= 3.0, True)
    case.agent.start()


CASES = (image, manifests, rights_agree, service_manager, config_map_swaps, unit_lets_it_work, daemon_set_works,
         installs_and_uninstalls)


class DeployContainerd(agent.NriContainerd):
    """With NRI's socket where the manifests look for it, and folders that one may write."""

    def configure(self) -> None:
        for folder in ("/opt", "/var/lib/podsysctl"):
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
        subprocess.run(["mount", "--make-rshared", "/run"], check=True)
        pathlib.Path("/run/nri").mkdir()
        super().configure()
        path = self.state / "config.toml"
        path.write_text(path.read_text().replace(f"{self.run}/nri.sock", "/run/nri/nri.sock"))
        (self.run / "nri.sock").symlink_to("/run/nri/nri.sock")


if __name__ == "__main__":
    sys.exit(agent.main(CASES, __doc__, DeployContainerd))
