# SPDX-License-Identifier: Apache-2.0
"""The fields that every type of entry may have: kernels, leaks, effects, advice."""

EFFECTS = (
    "at-once",
    "next-packet",
    "next-segment",
    "next-timer",
    "next-socket",
    "next-connection",
    "next-listen",
    "next-object",
    "next-interface",
    "next-process",
    "never",
)
# Field -> must it be there? (scope and source may come from the file's defaults)
COMMON = {
    "meaning": True,
    "type": True,
    **dict.fromkeys(
        (
            "unit",
            "scope",
            "source",
            "default",
            "default_depends",
            "since",
            "visible_since",
            "namespaced_since",
            "removed",
            "module",
            "config",
            "node_instances",
            "kubernetes",
            "leaks",
            "effect",
            "existing",
            "interacts",
            "counters",
            "memory",
            "traps",
            "folklore",
            "instead",
        ),
        False,
    ),
}
VERSIONS = ("since", "visible_since", "namespaced_since", "removed")


def read_advice(reader, entry, nodes):
    key, fields = entry.key, entry.fields

    def each(names, read):
        for name in names:
            if name in nodes:
                fields[name] = read(nodes[name], f"{key}: {name}")

    each(("unit", "default_depends"), reader.text)
    each(("meaning", "existing", "memory", "folklore", "instead"), reader.sentences)
    each(VERSIONS, reader.version)
    each(("module",), lambda node, what: reader.matching(node, what, r"[a-z0-9_]+", "nf_conntrack"))
    each(("config",), lambda node, what: reader.matching(node, what, r"[A-Z0-9_]+", "NETFILTER"))
    each(("effect",), lambda node, what: reader.one_of(node, what, EFFECTS))
    each(("counters",), reader.texts)
    each(("interacts",), lambda node, what: reader.texts(node, what, lambda item, _: reader.key(item, what, "*")))
    if "*" in key:
        each(("node_instances",), reader.texts)
    each(("traps",), lambda node, what: reader.texts(node, what, reader.sentences))
    if "default" in nodes:
        fields["default"] = read_default(reader, nodes["default"], f"{key}: default")
    if "instead" in fields and "folklore" not in fields:
        reader.complain(nodes["instead"], f"{key}: instead goes with folklore only")
    if "kubernetes" in nodes:
        read_kubernetes(reader, entry, nodes["kubernetes"])
    if "leaks" in nodes:
        fields["leaks"] = [read_leak(reader, key, leak) for leak in reader.sequence(nodes["leaks"], f"{key}: leaks")]


def read_default(reader, node, what):
    """Text that may be empty: some lists start that way."""
    value = getattr(node, "value", None)
    return "" if isinstance(value, str) and not value.strip() else reader.text(node, what)


def read_kubernetes(reader, entry, node):
    key, fields = entry.key, entry.fields
    safe = reader.fields(node, f"{key}: kubernetes", {"safe_since": True, "kernel": False})
    if "safe_since" in safe:
        fields["safe_since"] = reader.version(safe["safe_since"], f"{key}: safe_since")
    if "kernel" in safe:
        fields["safe_kernel"] = reader.version(safe["kernel"], f"{key}: kernel")


def read_leak(reader, key, node):
    """(effect, the kernels with the fix, ascending; none where no kernel has it)"""
    parts = reader.fields(node, f"{key}: a leak", {"effect": True, "before": False, "fixed_in": False})
    effect = reader.text(parts["effect"], f"{key}: effect of a leak") if "effect" in parts else ""
    fixed = []
    if "fixed_in" in parts:
        fixed = [reader.version(item, f"{key}: fixed_in") for item in reader.sequence(parts["fixed_in"], f"{key}: fixed_in")]
    if "before" in parts:
        fixed.append(reader.version(parts["before"], f"{key}: before"))
    elif fixed:
        reader.complain(node, f"{key}: a leak with fixed_in needs before, the first kernel without it")
    numbers = [reader.version_numbers(version) for version in fixed]
    if numbers != sorted(set(numbers)):
        reader.complain(node, f"{key}: fixed_in must ascend and stay below before")
    return effect, numbers


def check_versions(reader, entry, nodes):
    """What happened to the key must be in the order of time."""
    given = [(name, reader.version_numbers(entry.fields[name])) for name in VERSIONS if entry.fields.get(name)]
    for (first, earlier), (second, later) in zip(given, given[1:]):
        if earlier > later or second == "removed" and earlier == later:
            reader.complain(nodes[second], f"{entry.key}: {second} {entry.fields[second]} is not after {first} {entry.fields[first]}")


def is_known(key, keys):
    """Whether the catalogue has the key or a pattern for it; patterns have one '*' each."""
    parts = key.split(".")
    return key in keys or any(".".join([*parts[:i], "*", *parts[i + 1 :]]) in keys for i in range(len(parts)))


def check_references(entries, problems):
    keys = {entry.key for entry in entries}
    for entry in entries:
        for key in entry.fields.get("interacts", []):
            if not is_known(key, keys) or key == entry.key:
                problems.add(entry.file, entry.node, f"{entry.key}: interacts: the catalogue has no other key {key!r}")
