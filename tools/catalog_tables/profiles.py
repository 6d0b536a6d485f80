# SPDX-License-Identifier: Apache-2.0
"""data/profiles/*.yaml: which values an application wants, and why."""
import dataclasses
import pathlib

import yaml

from . import cpp
from .advice import is_known
from .reader import Reader

TOP = {"profile": True, "title": True, "for": True, "pod": False, "node": False, "application": False}
SETTING = ("key", "value", "reason", "source", "effect", "cost")
SENTENCES = ("reason", "effect", "cost")


@dataclasses.dataclass
class Profile:
    file: str
    node: yaml.Node
    name: str
    title: str
    purpose: str
    settings: dict  # "pod", "node" -> [(node, {field: text})]
    application: list


def read_profile(file, problems):
    reader = Reader(file, problems)
    root = reader.document()
    if root is None:
        return None
    top = reader.fields(root, "the file", TOP)
    if not all(name in top for name in ("profile", "title", "for")):
        return None
    name = reader.matching(top["profile"], "profile", r"[a-z0-9][a-z0-9-]*", "web-server")
    if name != pathlib.Path(file).stem:
        reader.complain(top["profile"], f"profile {name!r} must be called as its file is")
    settings = {part: read_settings(reader, top[part], part) if part in top else [] for part in ("pod", "node")}
    if not settings["pod"] and not settings["node"]:
        reader.complain(root, "a profile needs settings: pod or node")
    application = reader.texts(top["application"], "application", reader.sentences) if "application" in top else []
    return Profile(
        file, root, name, reader.text(top["title"], "title"), reader.sentences(top["for"], "for"), settings, application
    )


def read_settings(reader, node, part):
    settings, seen = [], set()
    for item in reader.sequence(node, part):
        nodes = reader.fields(item, f"{part}: a setting", dict.fromkeys(SETTING, True))
        if not all(name in nodes for name in SETTING):
            continue
        fields = {"key": reader.key(nodes["key"], f"{part}: key", "")}
        for name in SETTING[1:]:
            read = reader.sentences if name in SENTENCES else reader.text
            fields[name] = read(nodes[name], f"{fields['key']}: {name}")
        if fields["key"] in seen:
            reader.complain(nodes["key"], f"{part}: {fields['key']} is here twice")
        seen.add(fields["key"])
        settings.append((nodes["key"], fields))
    return settings


def check_profiles(profiles, entries, problems):
    keys = {entry.key for entry in entries}
    names = set()
    for profile in profiles:
        if profile.name in names:
            problems.add(profile.file, profile.node, f"the profile {profile.name!r} is there twice")
        names.add(profile.name)
        for part in profile.settings.values():
            for node, fields in part:
                if not is_known(fields["key"], keys):
                    problems.add(profile.file, node, f"{profile.name}: the catalogue has no key {fields['key']!r}")


def tables(profiles):
    """The lines of profile_data.cc."""
    settings, texts, rows = [], [], []

    def span(profile, part):
        mine = [
            "{" + ", ".join(cpp.quote(fields[name]) for name in SETTING) + "}" for _, fields in profile.settings[part]
        ]
        settings.extend(mine)
        return cpp.span("kSettings", len(settings) - len(mine), len(mine)) if mine else "{}"

    for profile in sorted(profiles, key=lambda p: p.name.encode()):
        pod, node = span(profile, "pod"), span(profile, "node")
        texts += map(cpp.quote, profile.application)
        count = len(profile.application)
        application = cpp.span("kTexts", len(texts) - count, count) if count else "{}"
        head = ", ".join(map(cpp.quote, (profile.name, profile.title, profile.purpose)))
        rows.append(f"{{{head}, {pod}, {node}, {application}}}")
    body = []
    for kind, name, pool in (("ProfileSetting", "kSettings", settings), ("std::string_view", "kTexts", texts)):
        if pool:
            body += cpp.array(kind, name, pool)
    if rows:
        body += cpp.array("Profile", "kProfiles", rows)
    tail = [f"std::span<const Profile> profiles() noexcept {{ return {'kProfiles' if rows else '{}'}; }}"]
    return cpp.unit("sysctl/profile.h", "data/profiles", body, tail)
