# SPDX-License-Identifier: Apache-2.0
"""catalog_data.cc: rows name the fields that are given, so that what is not known costs nothing."""
from . import cpp

# Entry's members in the order of catalog.h: member, field, how it is written.
TEXT, LIST, NAME = "text", "list", "name"
MEMBERS = (
    ("meaning", "meaning", TEXT),
    ("unit", "unit", TEXT),
    ("source", "source", TEXT),
    ("default_value", "default", TEXT),
    ("default_depends", "default_depends", TEXT),
    ("since", "since", TEXT),
    ("visible_since", "visible_since", TEXT),
    ("namespaced_since", "namespaced_since", TEXT),
    ("removed", "removed", TEXT),
    ("module", "module", TEXT),
    ("config", "config", TEXT),
    ("safe_since", "safe_since", TEXT),
    ("safe_kernel", "safe_kernel", TEXT),
    ("existing", "existing", TEXT),
    ("memory", "memory", TEXT),
    ("folklore", "folklore", TEXT),
    ("instead", "instead", TEXT),
    ("node_instances", "node_instances", LIST),
    ("interacts", "interacts", LIST),
    ("counters", "counters", LIST),
    ("traps", "traps", LIST),
    ("scope", "scope", "Scope"),
    ("type", "type", "ValueType"),
    ("order", "order", "Order"),
    ("rounding", "rounding", "Rounding"),
    ("effect", "effect", "Effect"),
    ("max_length", "max_length", NAME),
)
ROUNDINGS = {"milliseconds": "milliseconds_to_ticks", "centiseconds": "centiseconds_to_ticks"}


class Pools:
    """Arrays that the rows take spans of."""

    def __init__(self):
        self.rows = {}

    def span(self, pool, rows):
        rows = list(rows)
        kept = self.rows.setdefault(pool, [])
        kept += rows
        return cpp.span(pool, len(kept) - len(rows), len(rows))


def range_text(span):
    low, high = span
    return f"{{{cpp.signed(low)}, UINT64_C({high})}}"


def element_text(element):
    name, legal, sensible = element
    advice = f", Range{range_text(sensible)}" if sensible else ""
    return f"{{{cpp.quote(name)}, {range_text(legal)}{advice}}}"


def leak_text(leak, pools):
    effect, fixed = leak
    versions = pools.span("kVersions", (f"{{{a}, {b}, {c}}}" for a, b, c in fixed)) if fixed else "{}"
    return f"{{{cpp.quote(effect)}, {versions}}}"


def member_text(value, how, pools):
    if how == TEXT:
        return cpp.quote(value)
    if how == LIST:
        return pools.span("kTexts", map(cpp.quote, value))
    if how == NAME:
        return str(value)
    return f"{how}::{ROUNDINGS.get(value, value).replace('-', '_')}"


def row_text(entry, pools):
    parts = [f".key = {cpp.quote(entry.key)}", f".group = {cpp.quote(entry.group)}"]
    for member, field, how in MEMBERS:
        if field in entry.fields:
            parts.append(f".{member} = {member_text(entry.fields[field], how, pools)}")
    if entry.elements:
        parts.append(f".elements = {pools.span('kElements', map(element_text, entry.elements))}")
    if entry.choices:
        rows = (f"{{{cpp.quote(text)}, {cpp.quote(meaning)}}}" for text, meaning in entry.choices)
        parts.append(f".choices = {pools.span('kChoices', rows)}")
    if "leaks" in entry.fields:
        rows = [leak_text(leak, pools) for leak in entry.fields["leaks"]]
        parts.append(f".leaks = {pools.span('kLeaks', rows)}")
    return "{" + ", ".join(parts) + "}"


POOLS = (
    ("KernelVersion", "kVersions"),
    ("std::string_view", "kTexts"),
    ("Element", "kElements"),
    ("Choice", "kChoices"),
    ("Leak", "kLeaks"),
)


def tables(entries):
    """The lines of catalog_data.cc."""
    pools = Pools()
    ordered = sorted(entries, key=lambda e: e.key.encode())
    exact = [row_text(entry, pools) for entry in ordered if "*" not in entry.key]
    patterns = [row_text(entry, pools) for entry in ordered if "*" in entry.key]
    body = []
    for kind, name in POOLS:
        if pools.rows.get(name):
            body += cpp.array(kind, name, pools.rows[name])
    body += cpp.array("Entry", "kEntries", exact) + cpp.array("Entry", "kPatterns", patterns)
    tail = [
        "std::span<const Entry> catalog_entries() noexcept { return kEntries; }",
        "std::span<const Entry> catalog_patterns() noexcept { return kPatterns; }",
    ]
    return cpp.unit("sysctl/catalog.h", "data/catalog", body, tail)
