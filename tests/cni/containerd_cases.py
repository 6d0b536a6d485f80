# SPDX-License-Identifier: Apache-2.0
"""Pods of containerd whose network ends in podsysctl-cni."""

import contextlib
import json
import pathlib

from place import Place

import cni_plugins
import cri_calls
import runtime_containerd
from cases import holds, run_cases, same, wait_until
from sysctls import OUT_OF_ORDER, conf_text, read_value

TEN = OUT_OF_ORDER | {"net.ipv4.conf.eth0.arp_notify": "1", "net.ipv4.conf.IFNAME.rp_filter": "1"}


class WithPlugin(runtime_containerd.Containerd):
    """Its network: what the cases of the engine have, and ours behind it."""

    def __init__(self, place: Place, version: str, cache: pathlib.Path):
        super().__init__(version, cache)
        self.place = place

    def configure(self) -> None:
        super().configure()
        programs = self.place.work / "programs"  # one folder is all that 1.x knows
        programs.mkdir(exist_ok=True)
        for folder in reversed(self.place.folders):
            for program in folder.iterdir():
                (programs / program.name).unlink(missing_ok=True)
                (programs / program.name).symlink_to(program)
        path = self.state / "config.toml"
        path.write_text(path.read_text().replace(str(cni_plugins.folders_here()[0]), str(programs)))
        self.set_network(self.place.ours())

    def own_values(self) -> dict[str, str]:
        """What this containerd has runc write after the network was made: then its values count."""
        return {"net.ipv4.ip_unprivileged_port_start": "0"} if self.version.startswith("2.") else {}

    def set_network(self, ours: dict) -> None:
        network = json.loads(json.dumps(runtime_containerd.NETWORK).replace("{run}", str(self.run)))
        network["cniVersion"] = "1.0.0" if self.version != "1.6" else "0.4.0"
        network["plugins"].insert(1, ours)
        new = self.state / "new.conflist"
        new.write_text(json.dumps(network))
        file = new.rename(self.state / "net.d" / "10-test.conflist")
        with file.open("r+") as whole:  # 1.6 does not notice new files, later ones read at every write
            whole.write("{")


class Case:
    def __init__(self, place: Place, runtime: WithPlugin):
        self.place, self.runtime = place, runtime
        self.cri = cri_calls.Cri(runtime.socket)

    @contextlib.contextmanager
    def pod(self, name: str, settings: dict[str, str] | None = None, **more):
        annotations = conf_text(settings) if settings else {}
        pod_id = self.cri.run_pod(cri_calls.Pod(name, annotations=annotations, **more))
        try:
            yield pod_id
        finally:
            self.cri.remove_pod(pod_id)

    def refused(self, name: str, settings: dict[str, str], **more) -> str:
        try:
            with self.pod(name, settings, **more):
                pass
        except cri_calls.CallFailed as failure:
            return str(failure)
        raise AssertionError(f"{name} was not refused")

    def value(self, pod_id: str, key: str) -> str:
        return read_value(key.replace("IFNAME", "eth0"), self.cri.pid(pod_id))

    def nothing_is_left(self) -> None:
        same("records", self.place.records(), [])
        same("addresses", [each.name for each in (self.runtime.run / "cni" / "cri-test").glob("10.*")], [])


def ten_keys(case: Case) -> None:
    with case.pod("ten", TEN) as pod:
        for key, wanted in TEN.items():
            same(key, case.value(pod, key), case.runtime.own_values().get(key, wanted))
        same("records", case.place.records(), [f"{pod}@eth0.json"])
    case.nothing_is_left()


def the_networks_own_settings(case: Case) -> None:
    """What any pod of the network gets, also one that says nothing."""
    (case.place.policies / "all.yaml").write_text(
        "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: all}\n"
        "spec: {match: {}, allowed: [{name: net.ipv4.tcp_fin_timeout}]}\n")
    case.runtime.set_network(case.place.ours(sysctl={"net.ipv4.tcp_fin_timeout": "31"}, mtu=1400))
    wait_for_network(case)
    try:
        with case.pod("plain", namespace="other") as pod:
            same("tcp_fin_timeout", case.value(pod, "net.ipv4.tcp_fin_timeout"), "31")
        case.nothing_is_left()
        with case.pod("own", {"net.ipv4.tcp_fin_timeout": "32"}) as pod:
            same("the pod's wish wins", case.value(pod, "net.ipv4.tcp_fin_timeout"), "32")
    finally:
        (case.place.policies / "all.yaml").unlink()
        case.runtime.set_network(case.place.ours())
        wait_for_network(case)
    with case.pod("after", namespace="other") as pod:
        same("tcp_fin_timeout", case.value(pod, "net.ipv4.tcp_fin_timeout"), "60")


def wait_for_network(case: Case) -> None:
    """containerd notices a changed file by itself, and says in its status what it has read."""
    wanted = json.loads((case.runtime.state / "net.d" / "10-test.conflist").read_text())["plugins"][1]

    def has_it() -> bool:
        for number, entry in cri_calls.fields(case.cri.call("Status", cri_calls.field(1, 1))):
            if number == 2:
                pair = dict(cri_calls.fields(entry))
                if pair[1] in (b"cniconfig",):
                    networks = json.loads(pair[2])["Networks"]
                    plugins = [each for net in networks for each in net["Config"]["Plugins"]]
                    return any(json.loads(each["Source"]) == wanted for each in plugins)
        return False

    wait_until(has_it, "containerd has read its network")


def no_wish(case: Case) -> None:
    with case.pod("plain") as pod:
        same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
        same("records", case.place.records(), [])
    case.nothing_is_left()


def forbidden(case: Case) -> None:
    for name, settings, more, parts in (
            ("unlisted", {"net.core.somaxconn": "1024"}, {"namespace": "other"},
             ("SysctlForbidden: forbidden sysctl: \"net.core.somaxconn\" not allowlisted", "podsysctl-cni")),
            ("bounds", {"net.core.somaxconn": "70000"}, {}, ("net.core.somaxconn", "65535")),
            ("node", {"vm.swappiness": "1"}, {}, ("vm.swappiness",)),
            ("smuggled", {"net.ipv4.tcp_fin_timeout": "30+kernel.core_pattern=|/x"}, {}, ("tcp_fin_timeout",)),
            ("missing", {"net.ipv4.conf.eth7.rp_filter": "1"}, {}, ("eth7",))):
        message = case.refused(name, settings, **more).replace('\\"', '"')
        for part in parts:
            holds(message, part)
        case.nothing_is_left()
    same("pods", case.cri.pod_ids(), [])


def degraded(case: Case) -> None:
    with case.pod("degraded", {"net.core.somaxconn": "1024", "net.ipv4.tcp_syncookies": "0"},
                  namespace="lenient") as pod:
        same("somaxconn", case.value(pod, "net.core.somaxconn"), "4096")
        same("tcp_syncookies", case.value(pod, "net.ipv4.tcp_syncookies"), "0")
    case.nothing_is_left()


def host_network(case: Case) -> None:
    """No plugin is asked then, and the host keeps its values."""
    before = read_value("net.core.somaxconn")
    with case.pod("hostnet", {"net.core.somaxconn": "1024"}, host_network=True):
        same("the host's value", read_value("net.core.somaxconn"), before)
    case.nothing_is_left()


CASES = (no_wish, ten_keys, forbidden, degraded, host_network, the_networks_own_settings)


def run(place: Place, version: str, cache: pathlib.Path, wanted: list[str]) -> int:
    runtime = WithPlugin(place, version, cache)
    runtime.start(place.work)
    try:
        outcome = run_cases(CASES, wanted, lambda: contextlib.nullcontext(Case(place, runtime)))
        if outcome == 1:
            print(runtime.last_words())
        return outcome
    finally:
        cri_calls.Cri(runtime.socket).remove_all()
        runtime.stop()
