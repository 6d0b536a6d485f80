#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy on source files, several at once, and remembers which were clean.

usage: tidy.py [--build FOLDER] [--jobs N] FILE...

With the headers of clang (libclang-19-dev, llvm-19-dev) a plugin keeps the checks to this project's
code, which makes them several times faster; without them the findings are the same.
A file is looked at again when it, a header of this project that it includes (however deep), its
compile command, the rules or the tool have changed. What is remembered lies in
$XDG_CACHE_HOME/podsysctl-tidy (~/.cache). Prints findings; exit status 1 if there are any.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

TOOL = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "tools" / "tidy_own_code.cc"
PLUGIN_HEADERS = pathlib.Path("/usr/lib/llvm-19/include")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def direct_includes(path: pathlib.Path) -> tuple[bytes, tuple[pathlib.Path, ...]]:
    """The file's text and the headers of this project that it names."""
    data = path.read_bytes()
    found = []
    for name in INCLUDE.findall(data.decode(errors="replace")):
        for folder in (ROOT / "src", path.parent):
            if (folder / name).is_file():
                found.append((folder / name).resolve())
                break
    return data, tuple(found)


def closure(path: pathlib.Path) -> list[pathlib.Path]:
    seen, waiting = set(), [path.resolve()]
    while waiting:
        now = waiting.pop()
        if now not in seen:
            seen.add(now)
            waiting.extend(direct_includes(now)[1])
    return sorted(seen)


def key_of(path: pathlib.Path, command: str, common: bytes) -> str:
    digest = hashlib.sha256(common + command.encode())
    for part in closure(path):
        data = direct_includes(part)[0]
        digest.update(f"{part.relative_to(ROOT)} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def commands_of(build: pathlib.Path) -> dict[pathlib.Path, str]:
    entries = json.loads((build / "compile_commands.json").read_text())
    # Without the checkout's own path, so that a second checkout knows what the first has found.
    return {pathlib.Path(entry["file"]).resolve(): entry["command"].replace(str(ROOT), ".")
            for entry in entries}


def plugin_flags(cache: pathlib.Path, version: bytes) -> list[str]:
    """What loads the plugin, which is built where it is not there yet."""
    if not (PLUGIN_HEADERS / "clang-tidy" / "ClangTidyCheck.h").exists() or \
            not (PLUGIN_HEADERS / "llvm").exists():
        print("clang-tidy: slow, since libclang-19-dev or llvm-19-dev is not installed")
        return []
    name = hashlib.sha256(version + PLUGIN.read_bytes()).hexdigest()[:16]
    library = cache / f"own-code-{name}.so"
    if not library.exists():
        cache.mkdir(parents=True, exist_ok=True)
        made = library.with_suffix(f".{os.getpid()}")
        subprocess.run(["c++", "-std=c++17", "-O1", "-fPIC", "-shared", "-fno-rtti", "-isystem",
                        str(PLUGIN_HEADERS), "-o", str(made), str(PLUGIN)], check=True)
        made.rename(library)
    return ["--load", str(library), "--checks=podsysctl-own-code"]


def look_at(path: pathlib.Path, tool: list[str], mark: pathlib.Path) -> str:
    """"" where it is clean, else what the tool says."""
    if mark.exists():
        return ""
    done = subprocess.run([*tool, str(path)], capture_output=True, text=True, check=False)
    if done.returncode == 0 and not done.stdout.strip():
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        return ""
    return done.stdout or done.stderr


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "lint")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    cache /= "podsysctl-tidy"
    tool = [TOOL, "--quiet", "-p", str(options.build), *plugin_flags(cache, version)]
    commands = commands_of(options.build)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = {}
        for path in options.files:
            command = commands.get(path.resolve())
            if command is None:
                print(f"{path}: is not part of the build in {options.build}", file=sys.stderr)
                failures += 1
                continue
            mark = cache / key_of(path, command, common)
            waiting[pool.submit(look_at, path, tool, mark)] = path
        for done in concurrent.futures.as_completed(waiting):
            if done.result():
                failures += 1
                print(done.result(), flush=True)
    print(f"clang-tidy: {len(options.files)} files, {failures} with findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
