# SPDX-License-Identifier: Apache-2.0
"""data/catalog/*.yaml: what is known about each key."""
import dataclasses

import yaml

from .advice import COMMON, check_references, check_versions, read_advice
from .reader import Reader

SCOPES = ("net", "ipc", "uts", "user", "node")
# What a file may say for all of its entries.
DEFAULTS = ("scope", "source", "namespaced_since", "visible_since", "since", "module", "config", "effect", "node_instances")
# The fields of each type: field -> must it be there?
TYPES = {
    "boolean": {},
    "integer": {"range": True, "rounding": False, "sensible": False},
    "vector": {"elements": True, "order": False},
    "choice": {"values": True},
    "word": {"max_length": True},
    "text": {"max_length": True},
    "gid_range": {},
    "port_list": {"range": True},
    "bit_list": {"range": True},
    "cpu_mask": {},
    "hex_key": {},
    "command": {},
}
ROUNDINGS = ("none", "milliseconds", "centiseconds")
ORDERS = ("none", "non-decreasing")


@dataclasses.dataclass
class Entry:
    file: str
    node: yaml.Node
    key: str
    group: str
    fields: dict  # plain Python values, validated; absent where not given
    elements: list = dataclasses.field(default_factory=list)  # (name, (low, high), sensible or None)
    choices: list = dataclasses.field(default_factory=list)  # (text, meaning)


def read_catalogue(file, problems):
    reader = Reader(file, problems)
    root = reader.document()
    if root is None:
        return []
    top = reader.fields(root, "the file", {"group": True, "defaults": False, "sysctls": True})
    group = reader.text(top["group"], "group") if "group" in top else ""
    defaults = {}
    if "defaults" in top:
        defaults = reader.fields(top["defaults"], "defaults", dict.fromkeys(DEFAULTS, False))
    entries = []
    if "sysctls" in top:
        for key, (key_node, body) in reader.mapping(top["sysctls"], "sysctls").items():
            reader.key(key_node, "the key", "*")
            entry = read_entry(reader, key, key_node, body, defaults)
            entry.group = group
            entries.append(entry)
    return entries


def read_entry(reader, key, key_node, body, defaults):
    entry = Entry(reader.file, key_node, key, "", {})
    pairs = reader.mapping(body, key)
    kind = pairs["type"][1].value if "type" in pairs else ""
    if "type" in pairs:
        reader.one_of(pairs["type"][1], f"{key}: type", tuple(TYPES))
    own = TYPES[kind] if kind in TYPES else dict.fromkeys(pairs, False)
    given = reader.fields(body, key, {**COMMON, **own})
    nodes = {**defaults, **given}
    if "node_instances" in given and "*" not in key:
        reader.complain(given["node_instances"], f"{key}: node_instances goes with a pattern only")
    entry.fields["type"] = kind
    read_scope(reader, entry, nodes, given)
    read_advice(reader, entry, nodes)
    check_versions(reader, entry, nodes)
    read_typed(reader, entry, nodes)
    return entry


def read_scope(reader, entry, nodes, given):
    """Scope and source, which the file's defaults may give; the node owns nothing per namespace."""
    if "source" in nodes:
        entry.fields["source"] = reader.text(nodes["source"], f"{entry.key}: source")
    else:
        reader.complain(entry.node, f"{entry.key}: source is missing (here and in the defaults)")
    if "scope" not in nodes:
        reader.complain(entry.node, f"{entry.key}: scope is missing (here and in the defaults)")
        return
    scope = entry.fields["scope"] = reader.one_of(nodes["scope"], f"{entry.key}: scope", SCOPES)
    if scope != "node":
        return
    for name in ("namespaced_since", "visible_since"):
        if name in given:
            reader.complain(given[name], f"{entry.key}: a key of the node has no {name}")
        nodes.pop(name, None)


def read_elements(reader, entry, node):
    key = entry.key
    for item in reader.sequence(node, f"{key}: elements"):
        parts = reader.fields(item, f"{key}: an element", {"name": True, "range": True, "sensible": False})
        if "name" in parts and "range" in parts:
            name = reader.text(parts["name"], f"{key}: name")
            legal = reader.range(parts["range"], f"{key}: range")
            entry.elements.append((name, legal, read_sensible(reader, key, parts, legal)))


def read_sensible(reader, key, nodes, legal):
    if "sensible" not in nodes:
        return None
    low, high = reader.range(nodes["sensible"], f"{key}: sensible")
    if not legal[0] <= low <= high <= legal[1]:
        reader.complain(nodes["sensible"], f"{key}: sensible {low}..{high} is not inside the range {legal[0]}..{legal[1]}")
    return low, high


def read_typed(reader, entry, nodes):
    key, fields = entry.key, entry.fields
    if "range" in nodes:
        legal = reader.range(nodes["range"], f"{key}: range")
        entry.elements = [("", legal, read_sensible(reader, key, nodes, legal))]
    if "elements" in nodes:
        read_elements(reader, entry, nodes["elements"])
    if "values" in nodes:
        for text, (_, meaning) in reader.mapping(nodes["values"], f"{key}: values").items():
            entry.choices.append((text, reader.text(meaning, f"{key}: value {text}")))
    if "max_length" in nodes:
        fields["max_length"] = reader.number(nodes["max_length"], reader.text(nodes["max_length"], "max_length"))
        if not 0 < fields["max_length"] < 4096:
            reader.complain(nodes["max_length"], f"{key}: max_length must be 1..4095")
    if "rounding" in nodes:
        fields["rounding"] = reader.one_of(nodes["rounding"], f"{key}: rounding", ROUNDINGS)
    if "order" in nodes:
        fields["order"] = reader.one_of(nodes["order"], f"{key}: order", ORDERS)


def check_entries(entries, problems):
    """What only shows with all files together."""
    seen = {}
    for entry in entries:
        if entry.key in seen:
            first = seen[entry.key]
            problems.add(entry.file, entry.node, f"{entry.key} is already in {first.file}:{first.node.start_mark.line + 1}")
        seen.setdefault(entry.key, entry)
    check_references(entries, problems)
