# SPDX-License-Identifier: Apache-2.0
"""podsysctl-cni in chains of the distribution's plugins, every command, every version."""

import json
import subprocess

import libcni
from place import SHOP, Place, inside, value

from cases import holds, same

VERSIONS = ("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0")
ANNOTATIONS = "io.kubernetes.cri.pod-annotations"
WISH = {ANNOTATIONS: {"podsysctl.io/sysctls": "net.core.somaxconn = 2048\n"
                                               "net.ipv4.tcp_rmem = 4096 65536 1048576\n"
                                               "net.ipv4.conf.IFNAME.rp_filter = 2\n"}}
WISHED = {"core/somaxconn": "2048", "ipv4/tcp_rmem": "4096 65536 1048576", "ipv4/conf/eth0/rp_filter": "2"}


def ipam(place: Place, subnet: str) -> dict:
    return {"type": "host-local", "ranges": [[{"subnet": subnet}]], "dataDir": str(place.work / "ipam"),
            "routes": [{"dst": "0.0.0.0/0"}]}


def bridge(place: Place) -> dict:
    return {"type": "bridge", "bridge": "cni-test", "isGateway": True, "ipam": ipam(place, "10.77.0.0/16")}


def ptp(place: Place) -> dict:
    return {"type": "ptp", "ipam": ipam(place, "10.78.0.0/16")}


def network(place: Place, version: str, *plugins: dict) -> libcni.Network:
    place.require(*(plugin["type"] for plugin in plugins))
    return libcni.Network(version, "test", list(plugins), place.folders)


def pod(place: Place, netns: str, **more) -> libcni.Attachment:
    more = {"args": SHOP, "capabilities": WISH, **more}
    return libcni.Attachment(f"pod-{place.count}", netns, **more)


def former_values(netns: str) -> dict[str, str]:
    return {path: value(netns, path) for path in ("core/somaxconn", "ipv4/tcp_rmem")}


class Spoken(libcni.Network):
    """A list of a version that not every plugin of the distribution speaks: those are asked in the
    newest one that they know, and their results come in that."""

    def config_of(self, plugin, attachment, previous, more):
        config = super().config_of(plugin, attachment, previous, more)
        if plugin["type"] != "podsysctl-cni":
            config["cniVersion"] = min(self.version, "1.0.0")
            if previous is not None:
                config["prevResult"] = {**previous, "cniVersion": config["cniVersion"]}
        return config


def whole_life(place: Place, chain: libcni.Network) -> None:
    """ADD, CHECK, DEL, DEL again, DEL without a namespace."""
    with place.pod() as netns:
        before = former_values(netns)
        attachment = pod(place, netns)
        previous = None
        for plugin in chain.plugins:
            result = chain.call("ADD", plugin, attachment, previous)
            if plugin["type"] == "podsysctl-cni":
                same("version", result["cniVersion"], chain.version)
                same("what is passed on", spoken(result, chain.version), spoken(previous, chain.version))
            previous = result
        for path, wanted in WISHED.items():
            same(path, value(netns, path), wanted)
        if chain.version >= "0.4.0":
            chain.check(attachment, result)
        chain.delete(attachment, result)
        same("records", place.records(), [])
        same("values", former_values(netns), before)
        chain.delete(attachment, result)
    chain.delete(libcni.Attachment(attachment.container_id, "", args=SHOP), result)


def spoken(result: dict, version: str) -> dict:
    """A result without what differs between versions, whoever is right about it."""
    ips = [{key: each[key] for key in each if key != "version"} for each in result["ips"]]
    for each in result["ips"]:
        same("ips[].version is there in old versions only", "version" in each, result["cniVersion"] < "1.0.0")
    return {**result, "ips": ips, "cniVersion": version}


def every_version_and_main_plugin(place: Place) -> None:
    for version in VERSIONS:
        for main in (bridge(place), ptp(place)):
            place.require("bridge", "ptp", "host-local", "portmap", "tuning")
            chain = Spoken(version, "test", [main, {"type": "tuning"}, place.ours(),
                                             {"type": "portmap", "capabilities": {"portMappings": True}}],
                           place.folders)
            whole_life(place, chain)


def loopback(place: Place) -> None:
    wish = {ANNOTATIONS: {"podsysctl.io/sysctls": "net.ipv4.conf.IFNAME.log_martians = 1"}}
    with place.pod() as netns:
        chain = network(place, "1.0.0", {"type": "loopback"}, place.ours())
        attachment = pod(place, netns, ifname="lo", capabilities=wish)
        result = chain.add(attachment)
        same("log_martians", value(netns, "ipv4/conf/lo/log_martians"), "1")
        chain.check(attachment, result)
        chain.delete(attachment, result)


def version_command(place: Place) -> None:
    chain = network(place, "1.1.0", place.ours())
    for config, spoken_back in (('{"cniVersion":"0.4.0"}', "0.4.0"), ("", "1.1.0"), ('{"cniVersion":"7"}', "1.1.0")):
        done = subprocess.run([chain.program(place.ours())], input=config, text=True, capture_output=True,
                              env={"CNI_COMMAND": "VERSION"}, check=True)
        same("VERSION", json.loads(done.stdout), {"cniVersion": spoken_back, "supportedVersions": list(VERSIONS)})
    curious = subprocess.run([chain.program(place.ours())], capture_output=True, text=True, env={}, check=True)
    same("standard output", curious.stdout, "")
    holds(curious.stderr, "0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")


def gc_and_status(place: Place) -> None:
    ours = place.ours()
    chain = network(place, "1.1.0", ours)
    main = network(place, "1.0.0", ptp(place))
    with place.pod() as netns, place.pod() as other:
        kept, lost = pod(place, netns), libcni.Attachment("lost", other, args=SHOP, capabilities=WISH)
        for attachment in (kept, lost):
            chain.call("ADD", ours, attachment, main.add(attachment))
        same("records", len(place.records()), 2)
        foreign = libcni.Network("1.1.0", "another", [ours], place.folders)
        foreign.call("GC", ours, more={"cni.dev/valid-attachments": []})
        same("records of another network's GC", len(place.records()), 2)
        valid = [{"containerID": kept.container_id, "ifname": "eth0"}]
        same("GC", chain.call("GC", ours, more={"cni.dev/valid-attachments": valid}), None)
        same("records", place.records(), [f"{kept.container_id}@eth0.json"])
        chain.call("GC", ours)
        same("records", place.records(), [])
        for attachment in (kept, lost):
            main.delete(attachment)
    same("STATUS", chain.call("STATUS", ours), None)


def tuning_before_and_after(place: Place) -> None:
    """Two plugins and one key: the later one wins, CHECK tells of it, DEL leaves what is not ours."""
    place.require("tuning", "ptp", "host-local")
    tuning = {"type": "tuning", "sysctl": {"net.core.somaxconn": "333"}}
    with place.pod() as netns:
        chain = network(place, "1.0.0", ptp(place), tuning, place.ours())
        attachment = pod(place, netns)
        result = chain.add(attachment)
        same("ours is later", value(netns, "core/somaxconn"), "2048")
        chain.call("CHECK", chain.plugins[2], attachment, result)
        chain.delete(attachment, result)
        same("tuning's value is put back", value(netns, "core/somaxconn"), "333")
    with place.pod() as netns:
        chain = network(place, "1.0.0", ptp(place), place.ours(), tuning)
        attachment = pod(place, netns)
        result = chain.add(attachment)
        same("tuning is later", value(netns, "core/somaxconn"), "333")
        try:
            chain.check(attachment, result)
        except libcni.PluginError as failure:
            same("who", (failure.plugin, failure.answer["code"]), ("podsysctl-cni", 102))
            same("what", failure.answer["msg"], 'net.core.somaxconn is "333", not "2048"')
        else:
            raise AssertionError("CHECK did not notice the other value")
        chain.delete(attachment, result)
        same("what is not ours stays", value(netns, "core/somaxconn"), "333")


def tunings_own_configuration(place: Place) -> None:
    """Taken as it is: the same file with another type does the same, and DEL takes it back."""
    allow_for_everybody = place.policies / "network.yaml"
    allow_for_everybody.write_text("apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata: {name: network}\n"
                                   "spec: {match: {}, allowed: [{name: net.core.somaxconn}]}\n")
    fields = {"sysctl": {"net.core.somaxconn": "600"}, "mtu": 1400, "mac": "c2:b0:57:49:47:f1", "promisc": True,
              "allmulti": True}  # txQLen came to the tuning plugin after 1.1
    seen = []
    for last in ({"type": "tuning", "dataDir": str(place.work / "tuning"), **fields}, place.ours(**fields)):
        with place.pod() as netns:
            chain = network(place, "1.0.0", ptp(place), last)
            attachment = pod(place, netns, capabilities={})
            result = chain.add(attachment)
            seen.append((link(netns), value(netns, "core/somaxconn"),
                         next(each["mac"] for each in result["interfaces"] if each.get("sandbox"))))
            chain.check(attachment, result)
            before = link(netns, "mtu")
            chain.call("DEL", last, attachment, result)
            same("the MTU is put back", (before, link(netns, "mtu")), ("1400", "1500"))
            same("of tuning's the sysctl stays", value(netns, "core/somaxconn"),
                 "600" if last["type"] == "tuning" else "4096")
            chain.delete(attachment, result)
    allow_for_everybody.unlink()
    same("ours", seen[1], seen[0])


def link(netns: str, field: str = "") -> str:
    """The pod's eth0 as ip shows it: address, MTU, queue, promiscuous, all-multicast; or one of them."""
    shown = json.loads(inside(netns, "ip", "-j", "-d", "link", "show", "eth0"))[0]
    rows = {"address": shown["address"], "mtu": str(shown["mtu"]), "txqlen": str(shown.get("txqlen", 0)),
            "promisc": str("PROMISC" in shown["flags"]), "allmulti": str("ALLMULTI" in shown["flags"])}
    return rows[field] if field else " ".join(f"{key}={row}" for key, row in rows.items())


def addresses_of_every_source(place: Place) -> None:
    """CNI_ARGS, then runtimeConfig, then args.cni."""
    main = ptp(place)
    rows = (({}, SHOP + ";MAC=02:00:00:00:00:02", {}, "02:00:00:00:00:02"),
            ({}, SHOP + ";MAC=02:00:00:00:00:02", {"mac": "02:00:00:00:00:03"}, "02:00:00:00:00:03"),
            ({"args": {"cni": {"mac": "02:00:00:00:00:04"}}}, SHOP, {"mac": "02:00:00:00:00:03"}, "02:00:00:00:00:04"))
    for fields, args, capabilities, wanted in rows:
        with place.pod() as netns:
            chain = network(place, "1.0.0", main, place.ours(**fields))
            attachment = pod(place, netns, args=args, capabilities=capabilities)
            result = chain.add(attachment)
            same("address", link(netns, "address"), wanted)
            chain.check(attachment, result)
            chain.delete(attachment, result)


def refused_and_deleted(place: Place) -> None:
    """After an ADD that failed, DEL comes with the same configuration, and must not fail for it."""
    main = ptp(place)
    for fields, args, capabilities in (({}, SHOP, {"mac": "none"}), ({}, SHOP + ";MAC=none", {}),
                                       ({"sysctl": {"vm.swappiness": "1"}}, SHOP, {}),
                                       ({"sysctl": {"net.core.somaxconn": 7}}, SHOP, {}), ({"mtu": -1}, SHOP, {}),
                                       ({}, SHOP, {ANNOTATIONS: {"podsysctl.io/sysctls": "net.x"}})):
        with place.pod() as netns:
            chain = network(place, "1.0.0", main, place.ours(**fields))
            attachment = pod(place, netns, args=args, capabilities=capabilities)
            try:
                chain.add(attachment)
            except libcni.PluginError as failure:
                same("who", failure.plugin, "podsysctl-cni")
            else:
                raise AssertionError(f"{fields} {args} {capabilities} was not refused")
            chain.call("DEL", chain.plugins[1], attachment)
            attachment.args = SHOP  # for the other plugin
            chain.call("DEL", main, attachment)
            same("records", place.records(), [])


def odd_interface_names(place: Place) -> None:
    """A dot in the name, names that are words of the tree, as long as they get."""
    wish = {ANNOTATIONS: {"podsysctl.io/sysctls": "net.ipv4.conf.IFNAME.arp_notify = 1"}}
    for ifname in ("eth0.100", "a.b.c", "forwarding", "IFNAME", "x" * 15, "-n", "é", "..."):
        with place.pod() as netns:
            chain = network(place, "1.0.0", ptp(place), place.ours())
            attachment = pod(place, netns, ifname=ifname, capabilities=wish)
            result = chain.add(attachment)
            same(f"of {ifname}", value(netns, f"ipv4/conf/{ifname}/arp_notify"), "1")
            same("of all", value(netns, "ipv4/conf/all/arp_notify"), "0")
            chain.check(attachment, result)
            chain.delete(attachment, result)
            same("records", place.records(), [])


CASES = (every_version_and_main_plugin, loopback, version_command, gc_and_status, tuning_before_and_after,
         tunings_own_configuration, addresses_of_every_source, refused_and_deleted, odd_interface_names)
