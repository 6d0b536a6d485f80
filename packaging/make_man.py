#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the manual pages podsysctl(1), podsysctl-run(1), ... from the program's own help texts.

make_man.py --binary build/bin/podsysctl --daemon build/bin/podsysctl-agent --notes packaging/man
            --out DIR [--version 0.1.0]

What --help says is the synopsis, the description and the options; what a help text has no room for
(examples, exit status, files) stands in packaging/man/<command>.roff and is appended as it is. A
daemon's page is in section 8, what is appended to it in <program>.8.roff. A program without a help
text has a whole page there, which begins with .TH. The pages go to DIR/man1 and DIR/man8, compressed;
equal input gives equal bytes.
"""

import argparse
import gzip
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# "  -d, --detach   Run in ...", "      --root DIR   Folder ...", "  ls   List ..."
FLAG = re.compile(r"^  (?:-(\w), |    )--([\w-]+)(?: (\S+))?(?:  +(.*))?$")
COMMAND = re.compile(r"^  ([a-z][a-z-]*)  +(.*)$")


@dataclass
class Help:
    """One help text, taken apart."""

    usage: list[str] = field(default_factory=list)
    summary: str = ""
    details: list[str] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)
    flags: list[tuple[str, str, str, str]] = field(default_factory=list)  # letter, name, value, text


def parse_help(text: str) -> Help:
    """Fails (ValueError) on a line that has no place, so that nothing is lost in silence."""
    result = Help()
    section = "usage"
    for line in text.splitlines():
        if line in ("Commands:", "Flags:"):
            section = line[:-1].lower()
        elif section == "usage" and line.startswith(("Usage: ", "       ")):
            result.usage.append(line[7:])
        elif not line:
            section = {"usage": "summary", "summary": "details"}.get(section, section)
            if section == "details" and result.details:
                result.details.append("")
        elif section == "summary":
            result.summary = line
        elif section == "details":
            result.details.append(line)
        elif section == "commands" and (match := COMMAND.match(line)):
            result.commands.append((match[1], match[2]))
        elif section == "flags" and (match := FLAG.match(line)):
            result.flags.append((match[1] or "", match[2], match[3] or "", match[4] or ""))
        elif section == "flags" and line.startswith("   ") and result.flags:
            letter, name, value, said = result.flags[-1]
            result.flags[-1] = (letter, name, value, f"{said} {line.strip()}".strip())
        else:
            raise ValueError(f"cannot place this line of a help text: {line!r}")
    if not result.usage or not result.summary:
        raise ValueError("a help text without usage or summary")
    return result


def roff(text: str) -> str:
    """The text as roff shows it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("…", "...")
    return "\\&" + text if text.startswith((".", "'")) else text


def page_name(words: list[str]) -> str:
    return "-".join(["podsysctl", *words])


def paragraphs(lines: list[str]) -> list[str]:
    return [".PP" if not line else roff(line) + "\n.br" for line in lines]


def option_lines(help_text: Help) -> list[str]:
    out = [".SH OPTIONS"]
    for letter, name, value, said in help_text.flags:
        head = (f"\\fB\\-{letter}\\fR, " if letter else "") + f"\\fB{roff('--' + name)}\\fR"
        if value:
            head += f" \\fI{roff(value)}\\fR"
        out += [".TP", head, roff(said)]
    return out


def command_lines(help_text: Help, words: list[str]) -> list[str]:
    out = [".SH COMMANDS"]
    for name, said in help_text.commands:
        # A command of a command is described on the page of the outer one.
        label = f"\\fB{roff(name)}\\fR" if words else f"\\fB{roff(page_name([name]))}\\fR(1)"
        out += [".TP", label, roff(said)]
    return out


def inner_lines(words: list[str], help_text: Help) -> list[str]:
    out = [f".SS {roff(' '.join(words))}", roff(help_text.summary) + ".", ".PP"]
    for usage in help_text.usage:
        out += [f"\\fB{roff(usage)}\\fR", ".br"]
    out += [".PP", *paragraphs(help_text.details), *option_lines(help_text)[1:]]
    return out


def appended(note: Path) -> list[str]:
    return ["\n".join(l for l in note.read_text().splitlines() if not l.startswith('.\\"'))] if note.exists() else []


def top_lines(name: str, section: int, help_text: Help, version: str) -> list[str]:
    out = [
        '.\\" SPDX-License-Identifier: Apache-2.0',
        '.\\" Made by packaging/make_man.py from the help texts and packaging/man/.',
        f'.TH {roff(name).upper()} {section} "" "podsysctl {version}" "podsysctl"',
        ".SH NAME",
        f"{roff(name)} \\- {roff(help_text.summary[0].lower() + help_text.summary[1:])}",
        ".SH SYNOPSIS",
    ]
    for usage in help_text.usage:
        out += [f"\\fB{roff(usage)}\\fR", ".br"]
    if help_text.details:
        out += [".SH DESCRIPTION", *paragraphs(help_text.details)]
    return out


def make_page(words: list[str], helps: dict[tuple[str, ...], Help], notes: Path, version: str) -> str:
    help_text = helps[tuple(words)]
    name = page_name(words)
    out = top_lines(name, 1, help_text, version)
    if help_text.commands:
        out += command_lines(help_text, words)
        if words:
            for inner, _ in help_text.commands:
                out += inner_lines([*words, inner], helps[(*words, inner)])
    out += option_lines(help_text) + appended(notes / f"{name}.roff")
    if words:
        out += [".SH SEE ALSO", "\\fBpodsysctl\\fR(1)"]
    return "\n".join(out) + "\n"


def make_daemon_page(program: Path, notes: Path, version: str) -> str:
    help_text = read_help(str(program))
    out = top_lines(program.name, 8, help_text, version) + option_lines(help_text)
    return "\n".join(out + appended(notes / f"{program.name}.8.roff")) + "\n"


def read_help(*command: str) -> Help:
    return parse_help(subprocess.run([*command, "--help"], check=True, capture_output=True, text=True).stdout)


def read_helps(binary: str, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], Help]:
    helps = {words: read_help(binary, *words)}
    for name, _ in helps[words].commands:
        helps |= read_helps(binary, (*words, name))
    return helps


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--daemon", action="append", default=[], type=Path)
    parser.add_argument("--notes", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--version", default="")
    given = parser.parse_args()
    helps = read_helps(given.binary)
    texts = {f"{page_name(list(words))}.1": make_page(list(words), helps, given.notes, given.version)
             for words in helps if len(words) <= 1}
    texts |= {f"{program.name}.8": make_daemon_page(program, given.notes, given.version) for program in given.daemon}
    for note in given.notes.glob("*.roff"):
        page = note.stem if note.stem.endswith(".8") else f"{note.stem}.1"
        if page not in texts and "\n.TH " in note.read_text():
            texts[page] = note.read_text().replace("@VERSION@", given.version)
        if page not in texts:
            print(f"{note} belongs to no command", file=sys.stderr)
            return 1
    shutil.rmtree(given.out, ignore_errors=True)
    for page, text in texts.items():
        path = given.out / f"man{page[-1]}" / f"{page}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
