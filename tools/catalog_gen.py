#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the sysctl catalogue (data/catalog/*.yaml) and the order rules (data/constraints.yaml) into constexpr tables.

usage: catalog_gen.py --catalog-out FILE --constraints-out FILE --constraints FILE CATALOG.yaml...

The schema is described in data/README.md. Whatever breaks it is reported as "file:line: message",
all of it in one run, and the exit status is 1. Nothing is written then.
"""
import argparse
import dataclasses
import re
import sys

import yaml

SCOPES = ("net", "ipc", "uts", "user", "node")
INT64_MIN = -(2**63)
UINT64_MAX = 2**64 - 1
# The names of bounds that a range may use instead of a number.
BOUNDS = {
    "INT_MAX": 2**31 - 1,
    "UINT_MAX": 2**32 - 1,
    "LONG_MAX": 2**63 - 1,
    "ULONG_MAX": UINT64_MAX,
    # Seconds kept in an int of clock ticks: INT_MAX / 1000, the highest clock rate.
    "SECONDS_MAX": (2**31 - 1) // 1000,
}
VERSION = re.compile(r"\d+\.\d+(\.\d+)?")
# A dotted name; a component may be '*' (catalogue) or '{capture}' (constraints).
COMPONENT = r"(?:[A-Za-z0-9_-]+|\*|\{[a-z]+\})"
KEY = re.compile(rf"{COMPONENT}(?:\.{COMPONENT})+")

# What an entry may hold beside its type's own fields: field -> must it be there?
COMMON = {
    "meaning": True,
    "type": True,
    "unit": False,
    "scope": False,  # may come from the file's defaults
    "source": False,  # likewise
    "namespaced_since": False,
    "kubernetes": False,
}
# The fields of each type: field -> must it be there?
TYPES = {
    "boolean": {},
    "integer": {"range": True, "rounding": False},
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
ROUNDINGS = {
    "none": "none",
    "milliseconds": "milliseconds_to_ticks",
    "centiseconds": "centiseconds_to_ticks",
}
ORDERS = {"none": "none", "non-decreasing": "non_decreasing"}


class Problems:
    def __init__(self):
        self.lines = []

    def add(self, file, node, message):
        self.lines.append(f"{file}:{node.start_mark.line + 1}: {message}")


@dataclasses.dataclass
class Entry:
    file: str
    node: yaml.Node
    key: str
    group: str
    fields: dict  # plain Python values, validated
    elements: list = dataclasses.field(default_factory=list)  # (name, low, high)
    choices: list = dataclasses.field(default_factory=list)  # (text, meaning)


class Reader:
    """One file's nodes, checked; every complaint names the node's line."""

    def __init__(self, file, problems):
        self.file = file
        self.problems = problems

    def complain(self, node, message):
        self.problems.add(self.file, node, message)

    def document(self):
        try:
            with open(self.file, encoding="utf-8") as stream:
                root = yaml.compose(stream, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problems.lines.append(f"{self.file}:{mark.line + 1}: {error.problem}")
            return None
        if root is None:
            self.problems.lines.append(f"{self.file}:1: the file is empty")
        return root

    def mapping(self, node, what):
        """{key text: (key node, value node)} in the order of the file."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{what} must be a mapping")
            return {}
        pairs = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, f"{what}: a name must be plain text")
            elif key.value in pairs:
                self.complain(key, f"{what}: {key.value!r} is here twice")
            else:
                pairs[key.value] = (key, value)
        return pairs

    def sequence(self, node, what):
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.complain(node, f"{what} must be a list that is not empty")
            return []
        return node.value

    def text(self, node, what):
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.complain(node, f"{what} must be text")
            return ""
        return " ".join(node.value.split())

    def version(self, node, what):
        text = self.text(node, what)
        if text and not VERSION.fullmatch(text):
            self.complain(node, f"{what} must be a version such as 4.15, not {text!r}")
        return text

    def one_of(self, node, what, allowed):
        text = self.text(node, what)
        if text and text not in allowed:
            self.complain(node, f"{what} must be one of {', '.join(allowed)}, not {text!r}")
        return text

    def key(self, node, what, pattern):
        text = self.text(node, what)
        if text and not KEY.fullmatch(text):
            self.complain(node, f"{what} {text!r} is no dotted sysctl name")
        elif text and pattern not in ("*", "{") and ("*" in text or "{" in text):
            self.complain(node, f"{what} {text!r} must not be a pattern")
        elif text and pattern == "*" and "{" in text or pattern == "{" and "*" in text:
            self.complain(node, f"{what} {text!r}: a pattern here uses '{pattern}'")
        return text

    def number(self, node, text):
        if text in BOUNDS:
            return BOUNDS[text]
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        self.complain(node, f"{text!r} is neither a number nor one of {', '.join(BOUNDS)}")
        return 0

    def range(self, node, what):
        text = self.text(node, what)
        low, dots, high = text.partition("..")
        if not dots:
            self.complain(node, f"{what} must be LOW..HIGH, not {text!r}")
            return 0, 0
        low, high = self.number(node, low.strip()), self.number(node, high.strip())
        if not INT64_MIN <= low <= high <= UINT64_MAX or low > 2**63 - 1:
            self.complain(node, f"{what} {text!r} is empty or too wide")
        return low, high

    def fields(self, node, what, required):
        """The mapping's pairs, after a complaint about each missing or unknown one."""
        pairs = self.mapping(node, what)
        for name, (key, _) in pairs.items():
            if name not in required:
                self.complain(key, f"{what}: unknown field {name!r}")
        for name, must in required.items():
            if must and name not in pairs:
                self.complain(node, f"{what}: {name!r} is missing")
        return {name: value for name, (_, value) in pairs.items()}


def read_catalogue(file, problems):
    reader = Reader(file, problems)
    root = reader.document()
    if root is None:
        return []
    top = reader.fields(root, "the file", {"group": True, "defaults": False, "sysctls": True})
    group = reader.text(top["group"], "group") if "group" in top else ""
    defaults = {}
    if "defaults" in top:
        pairs = reader.fields(top["defaults"], "defaults", {"scope": False, "source": False, "namespaced_since": False})
        defaults = {name: node for name, node in pairs.items()}
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
    own = TYPES.get(kind, {})
    if "type" in pairs:
        reader.one_of(pairs["type"][1], f"{key}: type", tuple(TYPES))
    nodes = {**defaults, **reader.fields(body, key, {**COMMON, **own} if kind in TYPES else {**COMMON, **dict.fromkeys(pairs, False)})}
    read_common(reader, entry, nodes, key_node)
    entry.fields["type"] = kind
    read_typed(reader, entry, nodes)
    return entry


def read_common(reader, entry, nodes, key_node):
    fields = entry.fields
    for name in ("meaning", "unit", "source"):
        fields[name] = reader.text(nodes[name], f"{entry.key}: {name}") if name in nodes else ""
    if fields["meaning"] and not fields["meaning"].endswith("."):
        reader.complain(nodes["meaning"], f"{entry.key}: meaning must be a sentence that ends with a full stop")
    if not fields["source"]:
        reader.complain(key_node, f"{entry.key}: source is missing (here and in the defaults)")
    if "scope" in nodes:
        fields["scope"] = reader.one_of(nodes["scope"], f"{entry.key}: scope", SCOPES)
    else:
        reader.complain(key_node, f"{entry.key}: scope is missing (here and in the defaults)")
    fields["namespaced_since"] = (
        reader.version(nodes["namespaced_since"], f"{entry.key}: namespaced_since") if "namespaced_since" in nodes else ""
    )
    fields["safe_since"] = fields["safe_kernel"] = ""
    if "kubernetes" in nodes:
        safe = reader.fields(nodes["kubernetes"], f"{entry.key}: kubernetes", {"safe_since": True, "kernel": False})
        if "safe_since" in safe:
            fields["safe_since"] = reader.version(safe["safe_since"], f"{entry.key}: safe_since")
        if "kernel" in safe:
            fields["safe_kernel"] = reader.version(safe["kernel"], f"{entry.key}: kernel")


def read_typed(reader, entry, nodes):
    key, fields = entry.key, entry.fields
    if "range" in nodes:
        entry.elements = [("", *reader.range(nodes["range"], f"{key}: range"))]
    if "elements" in nodes:
        for node in reader.sequence(nodes["elements"], f"{key}: elements"):
            parts = reader.fields(node, f"{key}: an element", {"name": True, "range": True})
            if "name" in parts and "range" in parts:
                name = reader.text(parts["name"], f"{key}: name")
                entry.elements.append((name, *reader.range(parts["range"], f"{key}: range")))
    if "values" in nodes:
        for text, (_, meaning) in reader.mapping(nodes["values"], f"{key}: values").items():
            entry.choices.append((text, reader.text(meaning, f"{key}: value {text}")))
    fields["max_length"] = 0
    if "max_length" in nodes:
        fields["max_length"] = reader.number(nodes["max_length"], reader.text(nodes["max_length"], "max_length"))
        if not 0 < fields["max_length"] < 4096:
            reader.complain(nodes["max_length"], f"{key}: max_length must be 1..4095")
    fields["rounding"] = "none"
    if "rounding" in nodes:
        fields["rounding"] = reader.one_of(nodes["rounding"], f"{key}: rounding", tuple(ROUNDINGS))
    fields["order"] = "none"
    if "order" in nodes:
        fields["order"] = reader.one_of(nodes["order"], f"{key}: order", tuple(ORDERS))


def check_unique(entries, problems):
    seen = {}
    for entry in entries:
        if entry.key in seen:
            first = seen[entry.key]
            problems.add(entry.file, entry.node, f"{entry.key} is already in {first.file}:{first.node.start_mark.line + 1}")
        seen.setdefault(entry.key, entry)


def quote(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if " " <= c <= "~" else "".join(f"\\{b:03o}" for b in c.encode()) for c in escaped) + '"'


def signed(value):
    return "INT64_MIN" if value == INT64_MIN else f"INT64_C({value})"


def element_text(element):
    name, low, high = element
    return f"{{{quote(name)}, {{{signed(low)}, UINT64_C({high})}}}}" if high >= 0 else None


def write_catalogue(entries, out):
    exact = sorted((e for e in entries if "*" not in e.key), key=lambda e: e.key.encode())
    patterns = sorted((e for e in entries if "*" in e.key), key=lambda e: e.key.encode())
    lines = [
        "// Generated by tools/catalog_gen.py from data/catalog; do not edit.",
        "#include <array>",
        "#include <cstdint>",
        "",
        '#include "sysctl/catalog.h"',
        "",
        "namespace podsysctl::sysctl {",
        "namespace {",
        "",
    ]
    elements, choices, rows = [], [], {}
    for entry in exact + patterns:
        first_element, first_choice = len(elements), len(choices)
        elements += [element_text(element) for element in entry.elements]
        choices += [f"{{{quote(text)}, {quote(meaning)}}}" for text, meaning in entry.choices]
        f = entry.fields
        rows[entry.key] = (
            f"    {{{quote(entry.key)}, {quote(entry.group)}, {quote(f['meaning'])},\n"
            f"     {quote(f['unit'])}, {quote(f['source'])}, {quote(f['namespaced_since'])},\n"
            f"     {quote(f['safe_since'])}, {quote(f['safe_kernel'])},\n"
            f"     Scope::{f['scope']}, ValueType::{f['type']}, Order::{ORDERS[f['order']]},"
            f" Rounding::{ROUNDINGS[f['rounding']]}, {f['max_length']},\n"
            f"     std::span(kElements).subspan({first_element}, {len(entry.elements)}),\n"
            f"     std::span(kChoices).subspan({first_choice}, {len(entry.choices)})}},"
        )
    lines.append(f"constexpr std::array<Element, {len(elements)}> kElements{{{{")
    lines += [f"    {element}," for element in elements] + ["}};", ""]
    lines.append(f"constexpr std::array<Choice, {len(choices)}> kChoices{{{{")
    lines += [f"    {choice}," for choice in choices] + ["}};", ""]
    for name, part in (("kEntries", exact), ("kPatterns", patterns)):
        lines.append(f"constexpr std::array<Entry, {len(part)}> {name}{{{{")
        lines += [rows[entry.key] for entry in part] + ["}};", ""]
    lines += [
        "}  // namespace",
        "",
        "std::span<const Entry> catalog_entries() noexcept { return kEntries; }",
        "std::span<const Entry> catalog_patterns() noexcept { return kPatterns; }",
        "",
        "}  // namespace podsysctl::sysctl",
    ]
    write(out, lines)


CONSTRAINTS = {
    "ordered": {"rule": True, "lower": True, "upper": True, "checked_on": True, "why": True, "source": True},
    "overwrites": {"rule": True, "key": True, "targets": True, "why": True, "source": True},
    "same": {"rule": True, "first": True, "second": True, "factor": False, "values": False, "why": True, "source": True},
}
CHECKED_ON = ("lower", "upper", "both")


def read_constraints(file, problems):
    reader = Reader(file, problems)
    root = reader.document()
    if root is None:
        return []
    top = reader.fields(root, "the file", {"constraints": True})
    rules = []
    for node in reader.sequence(top["constraints"], "constraints") if "constraints" in top else []:
        pairs = reader.mapping(node, "a constraint")
        kind = pairs["rule"][1].value if "rule" in pairs else ""
        if kind not in CONSTRAINTS:
            reader.complain(node, f"rule must be one of {', '.join(CONSTRAINTS)}, not {kind!r}")
            continue
        fields = reader.fields(node, kind, CONSTRAINTS[kind])
        if all(name in fields for name, must in CONSTRAINTS[kind].items() if must):
            rules += read_rule(reader, kind, fields)
    return rules


def captures(key):
    return set(re.findall(r"\{([a-z]+)\}", key))


def read_rule(reader, kind, fields):
    common = {name: reader.text(fields[name], name) for name in ("why", "source")}
    if kind == "overwrites":
        key = reader.key(fields["key"], "key", "{")
        rules = []
        for node in reader.sequence(fields["targets"], "targets"):
            target = reader.key(node, "a target", "{")
            if not captures(key) <= captures(target):
                reader.complain(node, f"{target} does not bind every capture of {key}")
            rules.append({"kind": kind, "first": key, "second": target, **common})
        return rules
    names = ("lower", "upper") if kind == "ordered" else ("first", "second")
    first, second = (reader.key(fields[name], name, "{") for name in names)
    if captures(first) != captures(second):
        reader.complain(fields[names[1]], f"{first} and {second} must have the same captures")
    rule = {"kind": kind, "first": first, "second": second, **common}
    if kind == "ordered":
        rule["checked_on"] = reader.one_of(fields["checked_on"], "checked_on", CHECKED_ON)
        return [rule]
    if "factor" in fields:
        rule["factor"] = reader.number(fields["factor"], reader.text(fields["factor"], "factor"))
        if rule["factor"] < 0:
            reader.complain(fields["factor"], "factor must not be negative")
    if "values" in fields:
        values = reader.mapping(fields["values"], "values")
        rule["values"] = [(text, reader.text(node, text)) for text, (_, node) in values.items()]
    return [rule]


def write_constraints(rules, out):
    lines = [
        "// Generated by tools/catalog_gen.py from data/constraints.yaml; do not edit.",
        "#include <array>",
        "#include <cstdint>",
        "",
        '#include "sysctl/constraint.h"',
        "",
        "namespace podsysctl::sysctl {",
        "namespace {",
        "",
    ]
    pairs = [pair for rule in rules for pair in rule.get("values", [])]
    lines.append(f"constexpr std::array<ValuePair, {len(pairs)}> kPairs{{{{")
    lines += [f"    {{{quote(first)}, {quote(second)}}}," for first, second in pairs] + ["}};", ""]
    lines.append(f"constexpr std::array<Constraint, {len(rules)}> kConstraints{{{{")
    used = 0
    for rule in rules:
        count = len(rule.get("values", []))
        lines += [
            f"    {{ConstraintKind::{rule['kind']}, CheckedOn::{rule.get('checked_on', 'both')},",
            f"     {quote(rule['first'])}, {quote(rule['second'])}, {rule.get('factor', 1)},",
            f"     std::span(kPairs).subspan({used}, {count}), {quote(rule['why'])},",
            f"     {quote(rule['source'])}}},",
        ]
        used += count
    lines += [
        "}};",
        "",
        "}  // namespace",
        "",
        "std::span<const Constraint> constraints() noexcept { return kConstraints; }",
        "",
        "}  // namespace podsysctl::sysctl",
    ]
    write(out, lines)


def write(path, lines):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalog-out", required=True)
    parser.add_argument("--constraints-out", required=True)
    parser.add_argument("--constraints", required=True)
    parser.add_argument("catalog", nargs="+")
    arguments = parser.parse_args()
    problems = Problems()
    entries = [entry for file in sorted(arguments.catalog) for entry in read_catalogue(file, problems)]
    check_unique(entries, problems)
    rules = read_constraints(arguments.constraints, problems)
    if problems.lines:
        print("\n".join(problems.lines), file=sys.stderr)
        return 1
    write_catalogue(entries, arguments.catalog_out)
    write_constraints(rules, arguments.constraints_out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
