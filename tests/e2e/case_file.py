# SPDX-License-Identifier: Apache-2.0
"""Reads *.case files: what is run and what must be seen. README.md describes the format."""

import dataclasses
import pathlib

DEFAULT_TIMEOUT = 60.0


class CaseError(Exception):
    """A case file that makes no sense; the text has file and line."""


@dataclasses.dataclass
class Step:
    """One RUN with what is expected of it."""

    line: int
    command: str
    stdin: str = ""
    exit_code: int = 0
    times: int = 1
    timeout: float = DEFAULT_TIMEOUT
    expect: str | None = None
    # (directive, regular expression), in the order of the file
    patterns: list[tuple[str, str]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Case:
    file: pathlib.Path
    line: int
    name: str
    requires: list[str] = dataclasses.field(default_factory=list)
    each: list[str] = dataclasses.field(default_factory=lambda: [""])
    steps: list[Step] = dataclasses.field(default_factory=list)


PATTERNS = ("EXPECT_REGEX", "EXPECT_NOT", "STDERR_REGEX", "STDERR_NOT")
OF_CASE = ("REQUIRES", "EACH")
OF_STEP = ("STDIN", "EXIT", "TIMES", "TIMEOUT", "EXPECT") + PATTERNS


def directives(file: pathlib.Path):
    """Yields (line number, directive, text). Indented lines continue the text of the one above."""
    number = 0
    word, text = "", []
    for index, line in enumerate(file.read_text().splitlines(), start=1):
        if line.startswith("#") or not line.strip() and not text:
            continue
        if line[:1].isspace() or not line:
            text.append(line)
            continue
        if word:
            yield number, word, dedented(text)
        number = index
        word, _, rest = line.partition(" ")
        text = [rest.strip()] if rest.strip() else []
    if word:
        yield number, word, dedented(text)


def dedented(lines: list[str]) -> str:
    """Continuation lines lose two blanks; empty lines at the end go."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return "\n".join(line[2:] if line.startswith("  ") else line for line in lines)


def read_cases(file: pathlib.Path) -> list[Case]:
    cases: list[Case] = []
    for line, word, text in directives(file):
        where = f"{file.name}:{line}"
        if word == "NAME":
            cases.append(Case(file, line, text))
        elif not cases:
            raise CaseError(f"{where}: {word} before the first NAME")
        elif word == "RUN":
            cases[-1].steps.append(Step(line, text))
        elif word in OF_CASE:
            setattr(cases[-1], word.lower(), text.split())
        elif word not in OF_STEP:
            raise CaseError(f"{where}: {word} is no directive")
        elif not cases[-1].steps:
            raise CaseError(f"{where}: {word} before the first RUN")
        else:
            add_to_step(cases[-1].steps[-1], word, text)
    for case in cases:
        if not case.steps:
            raise CaseError(f"{file.name}:{case.line}: nothing is run")
    return cases


def add_to_step(step: Step, word: str, text: str) -> None:
    if word in PATTERNS:
        step.patterns.append((word, text))
    elif word == "STDIN":
        step.stdin = text + "\n"
    elif word == "EXPECT":
        step.expect = text
    elif word == "EXIT":
        step.exit_code = int(text)
    elif word == "TIMES":
        step.times = int(text)
    else:
        step.timeout = float(text)
