# SPDX-License-Identifier: Apache-2.0
"""data/constraints.yaml: the rules between keys."""
import re

from . import cpp
from .reader import Reader

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


def tables(rules):
    """The lines of constraint_data.cc."""
    q = cpp.quote
    pairs = [f"{{{q(first)}, {q(second)}}}" for rule in rules for first, second in rule.get("values", [])]
    rows, used = [], 0
    for rule in rules:
        count = len(rule.get("values", []))
        rows.append(
            f"{{ConstraintKind::{rule['kind']}, CheckedOn::{rule.get('checked_on', 'both')}, {q(rule['first'])},"
            f" {q(rule['second'])}, {rule.get('factor', 1)}, {cpp.span('kPairs', used, count)}, {q(rule['why'])},"
            f" {q(rule['source'])}}}"
        )
        used += count
    body = cpp.array("ValuePair", "kPairs", pairs) + cpp.array("Constraint", "kConstraints", rows)
    tail = ["std::span<const Constraint> constraints() noexcept { return kConstraints; }"]
    return cpp.unit("sysctl/constraint.h", "data/constraints.yaml", body, tail)
