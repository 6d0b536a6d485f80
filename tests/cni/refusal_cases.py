# SPDX-License-Identifier: Apache-2.0
"""What podsysctl-cni refuses, word for word (golden/errors.json), and inputs made to reach the host."""

import contextlib
import json
import pathlib
import subprocess

import libcni
from chain_cases import ANNOTATIONS, network, pod, ptp
from place import SHOP, Place, inside, value

from cases import same
from sysctls import read_value

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden" / "errors.json"
RESULT = {"cniVersion": "1.1.0", "interfaces": [{"name": "lo", "sandbox": "/run/netns/pod"}], "ips": []}


def wish(text: str) -> dict:
    return {"capabilities": {ANNOTATIONS: {"podsysctl.io/sysctls": text}}}


def told(place: Place, command: str, netns: str, attachment: dict | None = None, config: dict | None = None,
         environment: dict | None = None, text: str | None = None) -> dict:
    """The error object, with names of this run replaced; the plugin alone on lo."""
    chain = libcni.Network("1.1.0", "test", [place.ours(**(config or {}))], place.folders)
    given = libcni.Attachment("pod", netns, **{"ifname": "lo", "args": SHOP, **(attachment or {})})
    stdin = text
    if stdin is None:
        whole = chain.config_of(chain.plugins[0], given, RESULT, None)
        stdin = json.dumps({key: each for key, each in (whole | (config or {})).items() if each is not None})
    env = {**chain.environment(command, given), **(environment or {})}
    done = subprocess.run([chain.program(chain.plugins[0])], input=stdin, text=True, capture_output=True, check=False,
                          env={key: each for key, each in env.items() if each is not None})
    same("exit code", done.returncode, 1)
    return json.loads(done.stdout.replace(str(place.work), "$WORK").replace(netns, "$NETNS"))


def each_error(place: Place, netns: str) -> dict[str, dict]:
    broken = place.work / "broken.d"
    broken.mkdir(exist_ok=True)
    (broken / "a.yaml").write_text("kind: SysctlPolicy\n")
    file = place.work / "file"
    file.write_text("")
    rows = {
        "no such command": {"environment": {"CNI_COMMAND": "ATTACH"}},
        "no variables": {"environment": dict.fromkeys(("CNI_CONTAINERID", "CNI_IFNAME", "CNI_NETNS"))},
        "an id that is a path": {"environment": {"CNI_CONTAINERID": "../pod"}},
        "an interface that is a path": {"environment": {"CNI_IFNAME": "../all"}},
        "an interface with a blank": {"environment": {"CNI_IFNAME": "eth 0"}},
        "an interface of 16 bytes": {"environment": {"CNI_IFNAME": "x" * 16}},
        "arguments that are no pairs": {"environment": {"CNI_ARGS": "K8S_POD_NAMESPACE"}},
        "an argument that is no address": {"environment": {"CNI_ARGS": "MAC=02:00"}},
        "no configuration": {"text": ""},
        "a configuration that is a list": {"text": "[]"},
        "one that ends amid": {"text": '{"cniVersion":"1.1.0"'},
        "a key twice": {"text": '{"cniVersion":"1.1.0","name":"a","name":"b"}'},
        "a version from before results": {"config": {"cniVersion": "0.2.0"}},
        "a version that is yet to come": {"config": {"cniVersion": "9.9.9"}},
        "CHECK in 0.3.1": {"command": "CHECK", "config": {"cniVersion": "0.3.1"}},
        "GC in 1.0.0": {"command": "GC", "config": {"cniVersion": "1.0.0"}},
        "STATUS in 1.0.0": {"command": "STATUS", "config": {"cniVersion": "1.0.0"}},
        "no name": {"config": {"name": None}},
        "no result before": {"config": {"prevResult": None}},
        "a result that is a text": {"config": {"prevResult": "none"}},
        "a sysctl that is a number": {"config": {"sysctl": {"net.core.somaxconn": 1024}}},
        "a sysctl of the node": {"config": {"sysctl": {"vm.swappiness": "1"}}},
        "one sysctl in two spellings": {"config": {"sysctl": {"net.core.somaxconn": "1024",
                                                              "net/core/somaxconn": "1024"}}},
        "an MTU below nothing": {"config": {"mtu": -1}},
        "an address that is none": {"config": {"mac": "02:00"}},
        "an address of many": {"config": {"mac": "01:00:5e:00:00:01"}},
        "an address where there is none": {"config": {"mac": "02:00:5e:00:00:01"}},
        "an MTU that the kernel refuses": {"config": {"mtu": 2147483647}, "attachment": {"ifname": "veth0"}},
        "no such interface": {"config": {"mtu": 1400}, "attachment": {"ifname": "eth7"}},
        "a namespace that is not there": {"environment": {"CNI_NETNS": "/run/netns/none"}},
        "a file for a namespace": {"environment": {"CNI_NETNS": "/dev/null"}},
        "a namespace of another kind": {"environment": {"CNI_NETNS": "/proc/self/ns/uts"}},
        "the host's namespace": {"environment": {"CNI_NETNS": "/proc/self/ns/net"}},
        "forbidden": {"attachment": {**wish("net.core.somaxconn = 1024"), "args": ""}},
        "out of bounds": {"attachment": wish("net.core.somaxconn = 70000")},
        "of the node": {"attachment": wish("vm.swappiness = 1")},
        "a key that leads out": {"attachment": wish("net/../vm/swappiness = 1")},
        "a value that is none": {"attachment": wish("net.ipv4.tcp_fin_timeout = soon")},
        "a key that is not there": {"attachment": wish("net.ipv4.conf.eth7.arp_notify = 1")},
        "the annotation broken": {"attachment": wish("net.core.somaxconn")},
        "policies broken": {"attachment": wish("net.core.somaxconn = 1024"), "config": {"policyDir": str(broken)}},
        "STATUS with policies broken": {"command": "STATUS", "config": {"policyDir": str(broken)}},
        "STATUS without a place for records": {"command": "STATUS", "config": {"dataDir": f"{file}/data"}},
        "no place for the record": {"attachment": wish("net.core.somaxconn = 1024"),
                                    "config": {"dataDir": f"{file}/data"}},
        "CHECK without a record": {"command": "CHECK", "attachment": wish("net.core.somaxconn = 1024")},
    }
    return {name: told(place, **{"command": "ADD", "netns": netns, **row}) for name, row in rows.items()}


def all_values(netns: str) -> str:
    return inside(netns, "sh", "-c", "grep -rs . /proc/sys/net/core /proc/sys/net/ipv4 | sort")


@contextlib.contextmanager
def bare_pod(place: Place):
    with place.pod() as netns:
        inside(netns, "ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
        yield netns


def every_error_object(place: Place) -> None:
    """Code, message and details are those on file; nothing was set, nothing is left."""
    with bare_pod(place) as netns:
        before = all_values(netns)
        got = each_error(place, netns)
        same("values", all_values(netns), before)
        same("records", place.records(), [])
    wanted = json.loads(GOLDEN.read_text())
    for name in sorted(got.keys() | wanted.keys()):
        same(name, got.get(name), wanted.get(name))


def update_golden(place: Place) -> None:
    with bare_pod(place) as netns:
        GOLDEN.write_text(json.dumps(each_error(place, netns), indent=1, ensure_ascii=False) + "\n")


HOST_KEYS = ("kernel.core_pattern", "vm.swappiness", "net.core.somaxconn", "net.ipv4.tcp_fin_timeout",
             "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding")
ATTACKS = (
    "/net/core/somaxconn = 7", ".net.core.somaxconn = 7", "net/../kernel/core_pattern = |/x",
    "net..core.somaxconn = 7", "net.ipv4.conf.eth0/../../x = 7", "../../etc/passwd = 7",
    "net/core/../../kernel/core_pattern = |/x", "net/./core/somaxconn = 7", "net.core.somaxconn. = 7",
    "kernel.core_pattern = |/x", "vm/swappiness = 7", "net.core.somaxconn = 7+kernel.core_pattern=|/x",
    "net.core.somaxconn = 1024\rkernel.core_pattern = |/x", "net.core.somaxconn = 1024\0kernel.core_pattern = |/x",
    "net.core.somaxconn\0.x = 1024", "net.core.somaxconn = " + "9" * 65536, "net." + "a" * 65536 + " = 1",
    "net.ipv4.conf.IFNAME/../all.forwarding = 1", "net.core.somaxconn =", "-net.core.somaxconn = 7",
    "net.*.somaxconn = 7")


def attacks_through_the_annotation(place: Place) -> None:
    refused_all(place, [{"attachment": wish(attack)} for attack in ATTACKS])


def attacks_through_the_configuration(place: Place) -> None:
    pairs = [attack.partition("=")[::2] for attack in ATTACKS]
    refused_all(place, [{"config": {"sysctl": {key.strip(): text.strip(" ")}}} for key, text in pairs])


def refused_all(place: Place, calls: list[dict]) -> None:
    before = [read_value(key) for key in HOST_KEYS]
    with place.pod() as netns:
        own = all_values(netns)
        for call in calls:
            code = told(place, "ADD", netns, **call)["code"]
            if code not in (7, 100):
                raise AssertionError(f"{call!r:.200}: code {code}")
        same("the pod's values", all_values(netns), own)
    same("the host's values", [read_value(key) for key in HOST_KEYS], before)
    same("records", place.records(), [])


def the_hosts_namespace_by_any_name(place: Place) -> None:
    """Refused before anything is written, for ADD and CHECK; DEL leaves it alone."""
    bound = place.work / "bound"
    bound.write_text("")
    subprocess.run(["mount", "--bind", "/proc/self/ns/net", str(bound)], check=True)
    (place.work / "link").symlink_to("/proc/1/ns/net")
    before = read_value("net.ipv4.tcp_fin_timeout")
    try:
        for path in ("/proc/self/ns/net", "/proc/1/ns/net", str(bound), str(place.work / "link")):
            for environment in ({}, {"CNI_NETNS_OVERRIDE": "1"}):
                for command in ("ADD", "CHECK"):
                    answer = told(place, command, path, attachment=wish("net.ipv4.tcp_fin_timeout = 31"),
                                  environment=environment)
                    same(f"{command} {path}", answer["code"], 8)
            chain = libcni.Network("1.1.0", "test", [place.ours(mtu=1400)], place.folders)
            same("DEL", chain.call("DEL", chain.plugins[0], libcni.Attachment("pod", path, "lo")), None)
    finally:
        subprocess.run(["umount", str(bound)], check=True)
    same("the host's value", read_value("net.ipv4.tcp_fin_timeout"), before)


def a_record_for_the_host(place: Place) -> None:
    """Neither a stolen record nor one for another namespace is put back there."""
    with place.pod() as netns:
        chain = network(place, "1.0.0", ptp(place), place.ours())
        attachment = pod(place, netns)
        chain.add(attachment)
        before = read_value("net.core.somaxconn")
        stolen = libcni.Attachment(attachment.container_id, "/proc/self/ns/net", args=SHOP)
        record = (place.data / place.records()[0]).read_text()
        chain.call("DEL", chain.plugins[1], stolen)
        same("the host's value", read_value("net.core.somaxconn"), before)
        same("records", place.records(), [])
        with place.pod() as other:
            inside(other, "sh", "-c", "echo 2048 >/proc/sys/net/core/somaxconn")
            (place.data / f"{attachment.container_id}@eth0.json").write_text(record)
            chain.call("DEL", chain.plugins[1], libcni.Attachment(attachment.container_id, other, args=SHOP))
            same("another pod's value", value(other, "core/somaxconn"), "2048")
        chain.call("DEL", chain.plugins[0], attachment)


CASES = (every_error_object, attacks_through_the_annotation, attacks_through_the_configuration,
         the_hosts_namespace_by_any_name, a_record_for_the_host)
