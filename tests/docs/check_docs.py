#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the pages for people: links lead somewhere, paths of the repository exist, and every command
line of podsysctl names a command and flags that the program has.

check_docs.py ROOT PODSYSCTL    prints FILE:LINE: what is wrong; exit 1 if something is
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"^(?:src|apps|tests|tools|data|docs|packaging|bench|cmake|deploy)/[\w./-]+$")
CODE = re.compile(r"`([^`]+)`")
FLAG = re.compile(r"^  (?:-(\w), |    )--([\w-]+)( \S+)?")
COMMAND = re.compile(r"^  ([a-z][a-z-]*)  +\S")
HIDDEN = {"run": {"experimental-allowed-unsafe-sysctls": True}}  # aliases are not shown in help texts
REST = {"run", "exec"}  # after their first argument everything belongs to another program


class Program:
    """What the program's help texts say: commands and their flags (name or letter -> takes a value)."""

    def __init__(self, binary: str):
        self.binary = binary
        self.known: dict[tuple[str, ...], tuple[set[str], dict[str, bool]]] = {}

    def look(self, words: tuple[str, ...]) -> tuple[set[str], dict[str, bool]]:
        if words not in self.known:
            done = subprocess.run([self.binary, *words, "--help"], capture_output=True, text=True, check=True)
            commands, flags, section = set(), {"help": False}, ""
            for line in done.stdout.splitlines():
                section = line if line in ("Commands:", "Flags:") else section
                if section == "Commands:" and (match := COMMAND.match(line)):
                    commands.add(match[1])
                elif section == "Flags:" and (match := FLAG.match(line)):
                    flags[match[2]] = match[3] is not None
                    if match[1]:
                        flags[match[1]] = match[3] is not None
            flags |= HIDDEN.get(" ".join(words), {})
            self.known[words] = (commands, flags)
        return self.known[words]

    def fault(self, words: list[str]) -> str:
        """Why these words after "podsysctl" would not be taken; "" if they would."""
        if words == ["--version"]:
            return ""
        path: tuple[str, ...] = ()
        commands, flags = self.look(path)
        while commands and words and not words[0].startswith("-"):
            if words[0] not in commands:
                return f"there is no command {' '.join([*path, words[0]])!r}"
            path, words = (*path, words[0]), words[1:]
            commands, flags = self.look(path)
        while words:
            word, words = words[0], words[1:]
            if word == "--" or (not word.startswith("-") and path and path[0] in REST):
                return ""
            if word.startswith("--"):
                name, given, _ = word[2:].partition("=")
                if name not in flags:
                    return f"podsysctl {' '.join(path)} has no flag --{name}"
                words = words[1:] if flags[name] and not given else words
            elif word.startswith("-") and len(word) > 1:
                for at, letter in enumerate(word[1:], 2):
                    if letter not in flags:
                        return f"podsysctl {' '.join(path)} has no flag -{letter}"
                    if flags[letter]:
                        words = words[1:] if at == len(word) else words
                        break
        return ""


def command_words(text: str) -> list[str] | None:
    """The words after "podsysctl" of a shell line that calls it; None for any other line."""
    text = re.sub(r"^\s*[$#]\s+", "", text).strip()
    text = re.sub(r"^(?:sudo\s+|[A-Z_]+=\S*\s+)*", "", text)
    if not re.match(r"podsysctl(\s|$)", text):
        return None
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.commenters = ""
        words = list(lexer)
    except ValueError:
        return None  # prose with an apostrophe
    end = next((i for i, word in enumerate(words) if set(word) <= set("|&;<>()")), len(words))
    words = words[1:end]
    # "podsysctl run [flags] IMAGE" describes; it is no command line to be typed.
    return None if any(word.startswith(("[", "…")) or word.isupper() for word in words[:1]) else words


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def headings(page: Path) -> set[str]:
    return {slug(line.lstrip("#")) for line in page.read_text().splitlines() if line.startswith("#")}


class Checker:
    def __init__(self, root: Path, program: Program):
        self.root = root
        self.program = program
        self.faults: list[str] = []
        self.links = 0
        self.commands = 0

    def note(self, page: Path, line: int, what: str) -> None:
        self.faults.append(f"{page.relative_to(self.root)}:{line}: {what}")

    def check_link(self, page: Path, line: int, target: str) -> None:
        if re.match(r"[a-z]+:", target):
            return
        self.links += 1
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists():
            self.note(page, line, f"the link {target} leads nowhere")
        elif anchor and anchor not in headings(found):
            self.note(page, line, f"{found.name} has no heading #{anchor}")

    def check_command(self, page: Path, line: int, text: str) -> None:
        words = command_words(text)
        if words:
            self.commands += 1
            if fault := self.program.fault(words):
                self.note(page, line, fault)

    def check_code(self, page: Path, line: int, code: str) -> None:
        if PATH.match(code) and not (self.root / code).exists():
            self.note(page, line, f"{code} does not exist")
        self.check_command(page, line, code)

    def check_page(self, page: Path) -> None:
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if line.startswith("    "):
                self.check_command(page, number, line)
                continue
            for match in LINK.finditer(line):
                self.check_link(page, number, match[1])
            for match in CODE.finditer(line):
                self.check_code(page, number, match[1])

    def check_notes(self, notes: Path) -> None:
        for number, line in enumerate(notes.read_text().splitlines(), 1):
            if not line.startswith("."):
                self.check_command(notes, number, line.replace("\\-", "-"))


def main(root: Path, binary: str) -> int:
    checker = Checker(root, Program(binary))
    pages = sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("data/*.md"),
                    *root.glob("tests/*/*.md")])
    for page in pages:
        checker.check_page(page)
    for notes in sorted(root.glob("packaging/man/*.roff")):
        checker.check_notes(notes)
    for fault in checker.faults:
        print(fault, file=sys.stderr)
    print(f"{len(pages)} pages, {checker.links} links, {checker.commands} command lines")
    # Nothing to check means that the check has gone blind.
    return 1 if checker.faults or not checker.links or not checker.commands else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2]))
