#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the schema of the catalogue in each way and looks at the complaints of catalog_gen.py."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

GENERATOR = pathlib.Path(__file__).with_name("catalog_gen.py")

GOOD = """\
group: net.test
defaults:
  scope: net
  source: doc.rst
sysctls:
  net.test.a:
    meaning: Does a thing.
    type: integer
    range: 0..INT_MAX
    unit: seconds
    kubernetes: {safe_since: "1.4", kernel: "4.5"}
    sensible: 1..60
    default: "5"
    since: "2.6.30"
    visible_since: "4.9"
    namespaced_since: "4.15"
    removed: "7.1"
    leaks:
      - {before: "5.13", fixed_in: ["5.4.9", "5.10.35"], effect: one for all}
    effect: next-socket
    interacts: [net.test.eth0.b]
    counters: [TcpExtThings, /proc/net/things]
    traps: [It surprises people., It does so again.]
    folklore: It is gone.
    instead: Use another.
  net.test.*.b:
    meaning: Does another "thing".
    type: choice
    values:
      0: off
      -1: never
"""

CONSTRAINTS = """\
constraints:
  - rule: ordered
    lower: net.test.low
    upper: net.test.high
    checked_on: both
    why: low must not be above high
    source: net/test.c
"""

PROFILE = """\
profile: p
title: A thing
for: People with things.
pod:
  - key: net.test.a
    value: "7"
    reason: Things.
    source: a book
    effect: More things.
    cost: None.
application: [Do it too.]
"""
FILES = ("catalog_data.cc", "constraint_data.cc", "profile_data.cc")


class CatalogGen(unittest.TestCase):
    def run_generator(self, catalogue, constraints=CONSTRAINTS, profile=PROFILE):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for name, text in (("c.yaml", catalogue), ("k.yaml", constraints), ("p.yaml", profile)):
                (folder / name).write_text(text, encoding="utf-8")
            command = [sys.executable, str(GENERATOR), "--out", ".", "--constraints", "k.yaml", "--profile=p.yaml"]
            done = subprocess.run([*command, "c.yaml"], cwd=folder, capture_output=True, text=True, check=False)
            written = {name: (folder / name).read_text(encoding="utf-8") for name in FILES if (folder / name).exists()}
        return done, written

    def assert_refused(self, message, catalogue=GOOD, constraints=CONSTRAINTS, profile=PROFILE):
        done, written = self.run_generator(catalogue, constraints, profile)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertEqual(written, {})

    def test_good_data_become_tables(self):
        done, written = self.run_generator(GOOD)
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in (
            '.key = "net.test.a"', "UINT64_C(2147483647)}, Range{INT64_C(1), UINT64_C(60)}", '.default_value = "5"',
            'Does another \\"thing\\".', '{"-1", "never"}', "{5, 4, 9}", "{5, 13, 0}", ".effect = Effect::next_socket",
            '"net.test.eth0.b"', '.traps = std::span(kTexts).subspan(3, 2)',
        ):
            self.assertIn(text, written["catalog_data.cc"])
        self.assertIn("ConstraintKind::ordered, CheckedOn::both", written["constraint_data.cc"])
        self.assertIn('{"net.test.a", "7", "Things.", "a book", "More things.", "None."}', written["profile_data.cc"])

    def test_entries_are_checked_with_their_line(self):
        for old, new, message in (
            ("Does a thing.", "Does a thing", "c.yaml:7: net.test.a: meaning must be a sentence"),
            ("type: integer", "type: number", "c.yaml:8: net.test.a: type must be one of"),
            ("0..INT_MAX", "5..1", "c.yaml:9: net.test.a: range '5..1' is empty or too wide"),
            ("0..INT_MAX", "0-5", "c.yaml:9: net.test.a: range must be LOW..HIGH"),
            ("0..INT_MAX", "0..MANY", "c.yaml:9: 'MANY' is neither a number nor one of"),
            ("unit:", "units:", "c.yaml:10: net.test.a: unknown field 'units'"),
            ("    range: 0..INT_MAX\n", "", "c.yaml:7: net.test.a: 'range' is missing"),
            ('"4.5"', '"four"', "c.yaml:11: net.test.a: kernel must be a version"),
            ("safe_since", "since", "c.yaml:11: net.test.a: kubernetes: unknown field 'since'"),
            ("scope: net", "scope: pod", "scope must be one of net, ipc, uts, user, node"),
            ("  source: doc.rst\n", "", "net.test.a: source is missing"),
            ("net.test.*.b:", "net.test.a:", "c.yaml:26: sysctls: 'net.test.a' is here twice"),
            ("net.test.*.b:", "net.test..b:", "c.yaml:26: the key 'net.test..b' is no dotted sysctl name"),
            ("group: net.test", "group: [", "c.yaml:"),
            ("1..60", "0..UINT_MAX", "c.yaml:12: net.test.a: sensible 0..4294967295 is not inside the range"),
            ('"2.6.30"', '"new"', "c.yaml:14: net.test.a: since must be a version"),
            ('"4.9"', '"5.9"', "c.yaml:16: net.test.a: namespaced_since 4.15 is not after visible_since 5.9"),
            ('"7.1"', '"4.15"', "c.yaml:17: net.test.a: removed 4.15 is not after namespaced_since 4.15"),
            ('before: "5.13", ', "", "c.yaml:19: net.test.a: a leak with fixed_in needs before"),
            ("effect: one for all", "why: x", "c.yaml:19: net.test.a: a leak: unknown field 'why'"),
            ('"5.4.9", "5.10.35"', '"5.10.35", "5.4.9"', "c.yaml:19: net.test.a: fixed_in must ascend"),
            ("next-socket", "soon", "c.yaml:20: net.test.a: effect must be one of at-once,"),
            ("[net.test.eth0.b]", "[net.test.c]", "c.yaml:6: net.test.a: interacts: the catalogue has no other key"),
            ("[net.test.eth0.b]", "[net.test.a]", "c.yaml:6: net.test.a: interacts: the catalogue has no other key"),
            ("[TcpExtThings, /proc/net/things]", "[]", "c.yaml:22: net.test.a: counters must be a list"),
            ("It does so again.", "It does", "c.yaml:23: net.test.a: traps: an item must be a sentence"),
            ("    folklore: It is gone.\n", "", "c.yaml:24: net.test.a: instead goes with folklore only"),
            ("    unit: seconds\n", "    scope: node\n", "c.yaml:16: net.test.a: a key of the node has no namespaced_since"),
            ("    unit: seconds\n", "    node_instances: [a]\n", "c.yaml:10: net.test.a: node_instances goes with a pattern"),
            ("    unit: seconds\n", "    module: A B\n", "c.yaml:10: net.test.a: module must look like nf_conntrack"),
        ):
            with self.subTest(message=message):
                self.assertIn(old, GOOD)
                self.assert_refused(message, catalogue=GOOD.replace(old, new, 1))

    def test_every_complaint_is_given_in_one_run(self):
        broken = GOOD.replace("thing.", "thing").replace("unit:", "units:")
        done, _ = self.run_generator(broken)
        self.assertEqual(len(done.stderr.strip().splitlines()), 2, done.stderr)

    def test_constraints_are_checked_with_their_line(self):
        for old, new, message in (
            ("rule: ordered", "rule: sorted", "k.yaml:2: rule must be one of"),
            ("checked_on: both", "checked_on: all", "k.yaml:5: checked_on must be one of"),
            ("net.test.low", "net.{interface}.low", "k.yaml:4: net.{interface}.low and net.test.high must have"),
            ("net.test.low", "net.*.low", "k.yaml:3: lower 'net.*.low': a pattern here uses '{'"),
            ("    why: low must not be above high\n", "", "k.yaml:2: ordered: 'why' is missing"),
        ):
            with self.subTest(message=message):
                self.assert_refused(message, constraints=CONSTRAINTS.replace(old, new, 1))

    def test_profiles_are_checked_with_their_line(self):
        for old, new, message in (
            ("profile: p", "profile: q", "p.yaml:1: profile 'q' must be called as its file is"),
            ("with things.", "with things", "p.yaml:3: for must be a sentence"),
            ("net.test.a", "net.test.z", "p.yaml:5: p: the catalogue has no key 'net.test.z'"),
            ("    cost: None.\n", "", "p.yaml:5: pod: a setting: 'cost' is missing"),
            ("More things.", "More", "p.yaml:9: net.test.a: effect must be a sentence"),
            ("pod:", "pods:", "p.yaml:4: the file: unknown field 'pods'"),
        ):
            with self.subTest(message=message):
                self.assertIn(old, PROFILE)
                self.assert_refused(message, profile=PROFILE.replace(old, new, 1))


if __name__ == "__main__":
    unittest.main()
