#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""podsysctl-hook with real runtimes: runc and crun alone, which write linux.sysctl at different moments,
and podman with a folder of hooks. Everything runs in namespaces of its own, which end with it.

hook_test.py --binaries build/bin [--hooks FILE] [CASE...]
Exit status 77 with a reason where none of it can run."""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

import surroundings
from podman import Podman, annotation
from surroundings import ATTACKS, TEN, need, run, values

import rights
from cases import holds, same, wait_until
from sysctls import conf_text, path_of

STAGES = ("createRuntime", "poststart")
RUNTIMES = ("runc", "crun")


class Hooked(surroundings.Bench):
    def hooks(self, *stages: str) -> dict:
        """Without a timeout: with one, crun 1.8 now and then misses that a hook has ended, and waits for it."""
        program = str(self.binaries / "podsysctl-hook")
        return {stage: [{"path": program, "args": ["podsysctl-hook", f"--policy-dir={self.policies}", stage]}]
                for stage in stages}

    def start(self, runtime: str, show: list[str], annotations: dict[str, str], stages=STAGES, **more):
        need(runtime)
        folder = self.bundle(show, annotations, hooks=self.hooks(*stages), **more)
        return run([runtime, "--root", self.work / "state", "run", "--bundle", folder, self.id()])

    def shown(self, runtime: str, show: list[str], annotations: dict[str, str], **more) -> list[str]:
        done = self.start(runtime, show, annotations, **more)
        same(f"exit code of {runtime}: {done.stderr}", done.returncode, 0)
        return values(done.stdout)

    def refused(self, runtime: str, annotations: dict[str, str], **more) -> str:
        done = self.start(runtime, ["net.core.somaxconn"], annotations, **more)
        same(f"{runtime} started it and it printed", (done.returncode != 0, done.stdout), (True, ""))
        return done.stderr


def ten_keys(bench: Hooked) -> None:
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, list(TEN), conf_text(TEN)), list(TEN.values()))


def order_differs(bench: Hooked) -> None:
    """A key that config.json sets, too: the hook's value survives createRuntime under crun alone. With both
    stages it is what the program sees, whichever runtime."""
    wish = conf_text({"net.core.somaxconn": "2222"})
    own = {"net.core.somaxconn": "777"}
    for runtime, alone in (("runc", "777"), ("crun", "2222")):
        same(f"{runtime}, createRuntime", bench.shown(runtime, list(own), wish, sysctls=own,
                                                      stages=("createRuntime",)), [alone])
        same(f"{runtime}, both", bench.shown(runtime, list(own), wish, sysctls=own), ["2222"])


def forwarding_resets(bench: Hooked) -> None:
    """config.json's ip_forward comes after createRuntime under runc and resets what is below conf."""
    wish = {"net.ipv4.conf.all.accept_redirects": "1"}
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, [*wish, "net.ipv4.ip_forward"], conf_text(wish),
                                  sysctls={"net.ipv4.ip_forward": "1"}), ["1", "1"])


def no_wish(bench: Hooked) -> None:
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, ["net.core.somaxconn"], {}), ["4096"])


def forbidden(bench: Hooked) -> None:
    message = bench.refused("runc", conf_text({"net.core.rmem_default": "1"}))
    holds(message, 'SysctlForbidden: forbidden sysctl: \\"net.core.rmem_default\\" not allowlisted')
    holds(message, "hint: ")
    holds(bench.refused("runc", conf_text({"net.core.somaxconn": "70000"})), "65535")
    holds(bench.refused("runc", conf_text({"net.core.somaxconn": "1024", "net.ipv4.conf.eth7.rp_filter": "1"})),
          "SysctlNotApplied")
    # crun drops what a hook says, unless it is told of a file.
    heard = bench.work / "heard"
    asked = conf_text({"net.core.rmem_default": "1"}) | {"run.oci.hooks.stderr": str(heard)}
    holds(bench.refused("crun", asked), "podsysctl-hook")
    holds(heard.read_text(), "SysctlForbidden: forbidden sysctl: \"net.core.rmem_default\" not allowlisted")


def lenient(bench: Hooked) -> None:
    policy = bench.policies / "all.yaml"
    policy.write_text(policy.read_text() + "  onForbidden: Degrade\n")
    wish = {"net.core.rmem_default": "1", "net.core.somaxconn": "2222"}
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, ["net.core.somaxconn"], conf_text(wish)), ["2222"])


def profile(bench: Hooked) -> None:
    (bench.policies / "profile.yaml").write_text(
        "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlProfile\nmetadata: {name: busy}\n"
        "spec: {settings: [{name: net.core.somaxconn, value: '3333'}]}\n")
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, ["net.core.somaxconn"], {"podsysctl.io/profile": "busy"}), ["3333"])


def user_namespace(bench: Hooked) -> None:
    """Keys of ipc want other credentials there than those of net."""
    wish = {"net.core.somaxconn": "2222", "kernel.msgmax": "9000"}
    for runtime in RUNTIMES:
        same(runtime, bench.shown(runtime, list(wish), conf_text(wish), user=True), list(wish.values()))


def attacks(bench: Hooked) -> None:
    for runtime in RUNTIMES:
        for key, value in ATTACKS:
            bench.refused(runtime, conf_text({key: value}))
        bench.refused(runtime, {"podsysctl.io/sysctls": "net.core.somaxconn = 1024\rkernel.core_pattern = x"})
        bench.refused(runtime, {"podsysctl.io/sysctls": "x" * (5 << 20)})


def host_namespaces(bench: Hooked) -> None:
    wish = conf_text({"net.ipv4.tcp_fin_timeout": "31"})
    for runtime in RUNTIMES:
        bench.refused(runtime, wish, namespaces={"network": None})
        bench.refused(runtime, wish, namespaces={"network": "/proc/self/ns/net"})
        bench.refused(runtime, wish, namespaces={"network": f"/proc/{os.getpid()}/ns/net"})
        bench.refused(runtime, conf_text({"kernel.msgmax": "9000"}), namespaces={"ipc": None})


def another_container(bench: Hooked) -> None:
    """Whoever joins a container's network may not change it by the way."""
    other = subprocess.Popen(["unshare", "-n", "sleep", "60"])
    try:
        place = f"/proc/{other.pid}/ns/net"
        wait_until(lambda: os.readlink(place) != os.readlink("/proc/self/ns/net"), "it has a network of its own")
        for runtime in RUNTIMES:
            message = bench.refused(runtime, conf_text({"net.core.somaxconn": "2222"}), namespaces={"network": place})
            if runtime == "runc":
                holds(message, "would change the container whose namespace is joined")
        # A member of a pod does it for its pod.
        member = {"io.kubernetes.cri-o.ContainerType": "container"} | conf_text({"net.core.somaxconn": "2222"})
        same("member", bench.shown("crun", ["net.core.somaxconn"], member, namespaces={"network": place}), ["2222"])
    finally:
        other.kill()
        other.wait()


def few_rights(bench: Hooked) -> None:
    """Looked at while it waits for the rest of its input."""
    hook = subprocess.Popen([bench.binaries / "podsysctl-hook"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: rights.status_of(hook.pid)["Seccomp"] == "2", "the hook gives up what it does not need")
        rights.at_most(hook.pid, (*rights.AGENT, "DAC_READ_SEARCH"))
    finally:
        hook.communicate()


def ends_in_time(bench: Hooked) -> None:
    """A runtime that never ends what it says must not keep a hook, which a runtime waits for."""
    hook = subprocess.Popen([bench.binaries / "podsysctl-hook"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        same("ended by", hook.wait(timeout=60), -signal.SIGALRM)
    finally:
        hook.communicate()


@contextlib.contextmanager
def podman_of(bench: Hooked, runtime: str):
    need(runtime)
    folder = bench.work / "hooks.d"
    folder.mkdir(exist_ok=True)
    document = json.loads(OPTIONS.hooks.read_text())
    document["hook"]["path"] = str(bench.binaries / "podsysctl-hook")
    document["hook"]["args"] = ["podsysctl-hook", f"--policy-dir={bench.policies}"]
    (folder / OPTIONS.hooks.name).write_text(json.dumps(document))
    engine = Podman(bench, "--runtime", runtime, "--hooks-dir", folder)
    try:
        yield engine
    finally:
        engine.close()


def podman_single(bench: Hooked) -> None:
    key = "net.core.somaxconn"
    for runtime in RUNTIMES:
        with podman_of(bench, runtime) as engine:
            same("without", engine.show(key).stdout, "4096\n")
            done = engine.show(key, *annotation({key: "2222"}))
            same(f"with: {done.stderr}", done.stdout, "2222\n")
            done = engine.show(key, "--sysctl", f"{key}=777", *annotation({key: "2222"}))
            same(f"over --sysctl: {done.stderr}", done.stdout, "2222\n")
            for refused in (engine.show(key, *annotation({"net.core.rmem_default": "1"})),
                            engine.show(key, "--network", "host", *annotation({key: "2222"}))):
                same("it printed", refused.stdout, "")
                same("it started", refused.returncode != 0, True)
            holds(refused.stderr, "SysctlForbidden" if runtime == "runc" else "podsysctl-hook")


def podman_pods(bench: Hooked) -> None:
    key = "net.core.somaxconn"
    for runtime in RUNTIMES:
        with podman_of(bench, runtime) as engine:
            engine.must("pod", "create", "--name", "p", "--network", "none")
            engine.must("pod", "start", "p")
            same("without", engine.show(key, "--pod", "p").stdout, "4096\n")
            done = engine.show(key, "--pod", "p", *annotation({key: "2222"}))
            same(f"with: {done.stderr}", done.stdout, "2222\n")
            same("the pod's next", engine.show(key, "--pod", "p").stdout, "2222\n")
            engine.must("run", "-d", "--name", "other", "--network", "none", "localhost/box")
            joined = engine.show(key, "--network", "container:other", *annotation({key: "2222"}))
            same(f"joined: {joined.stderr}", (joined.stdout, joined.returncode != 0), ("", True))
            same("the other's", engine.must("exec", "other", "/bin/cat", path_of(key)), "4096")


MANIFEST = """apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    podsysctl.io/sysctls: "net.core.somaxconn = 2222"
spec:
  containers:
  - {name: main, image: localhost/box, command: [/bin/sleep, "60"]}
"""


def podman_kube(bench: Hooked) -> None:
    """The annotations of a manifest reach its containers, and the hook acts with the first of them."""
    for runtime in RUNTIMES:
        with podman_of(bench, runtime) as engine:
            manifest = bench.work / "pod.yaml"
            manifest.write_text(MANIFEST)
            engine.must("kube", "play", "--network", "none", manifest)
            same("it", engine.must("exec", "web-main", "/bin/cat", path_of("net.core.somaxconn")), "2222")


CASES = (few_rights, ends_in_time, ten_keys, order_differs, forwarding_resets, no_wish, forbidden, lenient, profile,
         user_namespace, attacks, host_namespaces, another_container, podman_single, podman_pods, podman_kube)


@contextlib.contextmanager
def made():
    with surroundings.work_folder() as work:
        yield Hooked(OPTIONS.binaries.resolve(), work)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--hooks", type=pathlib.Path,
                        default=surroundings.HERE.parents[1] / "packaging/hooks.d/podsysctl-hook.json")
    parser.add_argument("cases", nargs="*")
    return parser.parse_args()


OPTIONS = options()
if __name__ == "__main__":
    sys.exit(surroundings.main(CASES, OPTIONS.cases, made))
