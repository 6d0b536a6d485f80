#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the runner: that it reads cases as README.md says, and that nothing is overlooked."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # the sources stay clean
import case_file
import run

import host_state

HERE = pathlib.Path(__file__).resolve().parent

# What a bad podsysctl might do, by its first argument after the state folder.
FAKE = """#!/bin/sh
if [ "$1" = ps ]; then echo '[]'; exit; fi
case "$4" in
  process) setsid sleep 100 > /dev/null 2>&1 & ;;
  holder) setsid sleep 100 & ;;
  mount) mkdir -p /run/x; mount -t tmpfs tmpfs /run/x ;;
  sysctl) echo 77 > /proc/sys/net/core/somaxconn ;;
  interface) ip link add br9 type bridge ;;
  rule) iptables -A FORWARD -s 192.0.2.9 -j ACCEPT ;;
  file) mkdir -p /run/podsysctl/left ;;
  pod) mkdir -p "$3/pods/left" ;;
  ipc) python3 -c 'import ctypes; ctypes.CDLL(None).shmget(4711, 4096, 0o1600)' ;;
  fail) exit 3 ;;
esac
if [ "$1" = rm ]; then rm -rf "$3/pods/$5"; fi
echo "$4"
"""


class CaseFile(unittest.TestCase):
    def read(self, text: str) -> list[case_file.Case]:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "x.case"
            file.write_text(text)
            return case_file.read_cases(file)

    def test_reads_every_directive(self):
        cases = self.read(
            "# comment\nNAME one\nREQUIRES a b\nEACH c d\nRUN first \\\n  second\n\n  third\n"
            "STDIN in\nEXIT 3\nEXPECT\n  x\n    y\nTIMES 2\nTIMEOUT 1.5\nEXPECT_NOT z\n\n"
            "NAME two\nRUN again\n")
        self.assertEqual([case.name for case in cases], ["one", "two"])
        step = cases[0].steps[0]
        self.assertEqual(cases[0].requires, ["a", "b"])
        self.assertEqual(cases[0].each, ["c", "d"])
        self.assertEqual(step.command, "first \\\nsecond\n\nthird")
        self.assertEqual((step.stdin, step.exit_code, step.times, step.timeout),
                         ("in\n", 3, 2, 1.5))
        self.assertEqual(step.expect, "x\n  y")
        self.assertEqual(step.patterns, [("EXPECT_NOT", "z")])
        self.assertEqual(cases[1].steps[0].exit_code, 0)

    def test_refuses_what_makes_no_sense(self):
        for text, message in [("RUN x\n", "x.case:1: RUN before the first NAME"),
                              ("NAME x\nEXIT 1\n", "x.case:2: EXIT before the first RUN"),
                              ("NAME x\nRUNS y\n", "x.case:2: RUNS is no directive"),
                              ("NAME x\n", "x.case:1: nothing is run")]:
            with self.assertRaisesRegex(case_file.CaseError, message):
                self.read(text)

    def test_every_case_of_the_project_is_readable(self):
        for file in HERE.glob("*.case"):
            self.assertTrue(case_file.read_cases(file), file)


class Judge(unittest.TestCase):
    def test_finds_every_difference(self):
        step = case_file.Step(1, "x", exit_code=2, expect="a", patterns=[
            ("EXPECT_REGEX", "^b$"), ("EXPECT_NOT", "a"), ("STDERR_REGEX", "e"),
            ("STDERR_NOT", "f")])
        self.assertEqual(len(run.judge(step, 0, "aa\n", "f\n")), 6)
        step.patterns = [("EXPECT_NOT", "b"), ("STDERR_REGEX", "^e$")]
        self.assertEqual(run.judge(step, 2, "a\n", "d\ne\n"), [])

    def test_changes_are_seen_both_ways(self):
        self.assertEqual(host_state.changes({"k": {"a": "1", "b": "2"}}, {"k": {"b": "3", "c": "4"}}),
                         ["k a: was '1', is 'absent'", "k b: was '2', is '3'",
                          "k c: was 'absent', is '4'"])


@unittest.skipUnless(os.geteuid() == 0, "making namespaces needs root")
class Leaks(unittest.TestCase):
    """The whole runner, on a program that leaves something behind."""

    def run_case(self, argument: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "podsysctl").write_text(FAKE)
            (folder / "podsysctl").chmod(0o755)
            (folder / "x.case").write_text(
                f"NAME x\nRUN podsysctl run {argument}\nTIMEOUT 3\nEXPECT {argument}\n")
            return subprocess.run(
                [sys.executable, HERE / "run.py", "--binaries", folder, "--images", folder / "none",
                 "--cases", folder, "--settle", "0.3"], capture_output=True, text=True, check=False)

    def test_a_clean_case_passes(self):
        result = self.run_case("nothing")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("1 passed, 0 failed, 0 skipped", result.stdout)

    def test_everything_left_is_named(self):
        for argument, message in [
                ("process", r"left behind: process \d+ \(sleep\)"),
                ("holder", "ended, its output is held open"),
                ("mount", r"left behind: mount /run/x \(tmpfs\)"),
                ("sysctl", r"left behind: sysctl net/core/somaxconn: was '\d+', is '77'"),
                ("interface", "left behind: interface br9"),
                ("rule", "left behind: packet filter rule .*192.0.2.9"),
                ("file", "left behind: file /run/podsysctl/left"),
                ("pod", "left behind: pod left: was 'absent', is 'exists'"),
                ("ipc", "left behind: IPC object shm key 4711"),
                ("fail", "exit code 3, expected 0")]:
            with self.subTest(argument):
                result = self.run_case(argument)
                self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
                self.assertRegex(result.stdout, message)


if __name__ == "__main__":
    unittest.main()
