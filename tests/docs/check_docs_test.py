#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The check itself: what it must find, and what it must leave alone. check_docs_test.py PODSYSCTL"""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import check_docs

BINARY = ""

GOOD = [
    "    # podsysctl run --rm --sysctl net.core.somaxconn=1 busybox cat --no-such-flag",
    "    sudo podsysctl image ls -q | head -1",
    "    PODSYSCTL_FAULT_POINT=x podsysctl run -d --name a -f pod.yaml",
    "see [there](there.md#a-heading) and `podsysctl ps -aq`, `src/there.h`",
    "podsysctl is a program, and [this](https://example.org/x) is elsewhere",
    "    podsysctl exec -it web sh -c 'echo 1'",
]
BAD = [
    ("    podsysctl walk", "there is no command 'walk'"),
    ("    podsysctl image walk", "there is no command 'image walk'"),
    ("    podsysctl ps --sysctl a=b", "podsysctl ps has no flag --sysctl"),
    ("    podsysctl run --rm -dZ busybox", "podsysctl run has no flag -Z"),
    ("    # podsysctl run --sysctl a=1 --detached busybox", "podsysctl run has no flag --detached"),
    ("`podsysctl events --wait`", "podsysctl events has no flag --wait"),
    ("[gone](gone.md)", "the link gone.md leads nowhere"),
    ("[there](there.md#gone)", "there.md has no heading #gone"),
    ("`src/gone.h`", "src/gone.h does not exist"),
]


class CheckDocs(unittest.TestCase):
    def check(self, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            (root / "src").mkdir()
            (root / "src/there.h").touch()
            (root / "there.md").write_text("# A heading\n")
            page = root / "page.md"
            page.write_text(text + "\n")
            checker = check_docs.Checker(root, check_docs.Program(BINARY))
            checker.check_page(page)
            return checker.faults

    def test_good(self):
        for text in GOOD:
            self.assertEqual(self.check(text), [], text)

    def test_bad(self):
        for text, fault in BAD:
            self.assertEqual(self.check(text), [f"page.md:1: {fault}"], text)

    def test_nothing_to_check_is_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(check_docs.main(pathlib.Path(folder), BINARY), 1)


if __name__ == "__main__":
    BINARY = sys.argv.pop()
    unittest.main()
