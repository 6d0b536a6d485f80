#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the data about sysctls (data/) into constexpr tables.

usage: catalog_gen.py --out FOLDER --constraints FILE [--profile PROFILE.yaml]... CATALOG.yaml...

Writes catalog_data.cc, constraint_data.cc and profile_data.cc into the folder. The schema is
described in data/README.md. Whatever breaks it is reported as "file:line: message", all of it in
one run, and the exit status is 1. Nothing is written then.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is

# pylint: disable=wrong-import-position
from catalog_tables import constraints, entries, entry_tables, profiles  # noqa: E402
from catalog_tables.reader import Problems  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--constraints", required=True)
    parser.add_argument("--profile", action="append", default=[])
    parser.add_argument("catalog", nargs="+")
    arguments = parser.parse_args()
    problems = Problems()
    known = [entry for file in sorted(arguments.catalog) for entry in entries.read_catalogue(file, problems)]
    entries.check_entries(known, problems)
    rules = constraints.read_constraints(arguments.constraints, problems)
    wanted = [profile for file in sorted(arguments.profile) if (profile := profiles.read_profile(file, problems))]
    profiles.check_profiles(wanted, known, problems)
    if problems.lines:
        print("\n".join(problems.lines), file=sys.stderr)
        return 1
    for name, lines in (
        ("catalog_data.cc", entry_tables.tables(known)),
        ("constraint_data.cc", constraints.tables(rules)),
        ("profile_data.cc", profiles.tables(wanted)),
    ):
        (arguments.out / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
