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


class CatalogGen(unittest.TestCase):
    def run_generator(self, catalogue, constraints=CONSTRAINTS):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "c.yaml").write_text(catalogue, encoding="utf-8")
            (folder / "k.yaml").write_text(constraints, encoding="utf-8")
            command = [sys.executable, str(GENERATOR), "--catalog-out", "c.cc", "--constraints-out", "k.cc"]
            done = subprocess.run(
                [*command, "--constraints", "k.yaml", "c.yaml"],
                cwd=folder, capture_output=True, text=True, check=False,
            )
            written = {name: (folder / name).read_text(encoding="utf-8") if (folder / name).exists() else ""
                       for name in ("c.cc", "k.cc")}
        return done, written

    def assert_refused(self, message, catalogue=GOOD, constraints=CONSTRAINTS):
        done, written = self.run_generator(catalogue, constraints)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertEqual(written, {"c.cc": "", "k.cc": ""})

    def test_good_data_become_tables(self):
        done, written = self.run_generator(GOOD)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"net.test.a"', written["c.cc"])
        self.assertIn("UINT64_C(2147483647)", written["c.cc"])
        self.assertIn('Does another \\"thing\\".', written["c.cc"])
        self.assertIn('{"-1", "never"}', written["c.cc"])
        self.assertIn("ConstraintKind::ordered, CheckedOn::both", written["k.cc"])

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
            ("net.test.*.b:", "net.test.a:", "c.yaml:12: sysctls: 'net.test.a' is here twice"),
            ("net.test.*.b:", "net.test..b:", "c.yaml:12: the key 'net.test..b' is no dotted sysctl name"),
            ("group: net.test", "group: [", "c.yaml:"),
        ):
            with self.subTest(message=message):
                self.assertIn(old, GOOD)
                self.assert_refused(message, catalogue=GOOD.replace(old, new, 1))

    def test_every_complaint_is_given_in_one_run(self):
        broken = GOOD.replace("thing.", "thing").replace("..INT_MAX", "..MANY")
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


if __name__ == "__main__":
    unittest.main()
