# SPDX-License-Identifier: Apache-2.0
"""One run of a program: from posix_spawn to its exit, on the monotonic clock."""

import contextlib
import ctypes
import dataclasses
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator

CLONE_NEWNS = 0x00020000
MS_REC, MS_PRIVATE, MNT_DETACH = 0x4000, 1 << 18, 2
LIBC = ctypes.CDLL(None, use_errno=True)


class Broken(Exception):
    """A program that was measured did not do its work."""


@dataclasses.dataclass(frozen=True)
class Job:
    argv: list[str]
    expect: bytes | None  # its whole standard output, blanks at the end aside; None: anything
    env: dict[str, str]
    mounts: int = -1  # descriptor of the mount namespace to start it in; -1: ours
    killed: bool = False  # ends by SIGKILL, and what it prints does not matter
    may_lose_output: bool = False  # prints nothing now and then, though its container did
    stdin: str = "/dev/null"


@dataclasses.dataclass(frozen=True)
class Timing:
    wall_ms: float
    cpu_ms: float  # user and system time of the program and of all children it waited for
    lost_output: bool = False


def call(function, *arguments) -> None:
    """A function of the C library that returns 0, or -1 and sets errno."""
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")


@contextlib.contextmanager
def inside(mounts: int) -> Iterator[None]:
    """Works in another mount namespace, at its root. This process has one thread."""
    if mounts < 0:
        yield
        return
    with open("/proc/self/ns/mnt", encoding="ascii") as home:
        call(LIBC.setns, mounts, CLONE_NEWNS)
        try:
            yield
        finally:
            call(LIBC.setns, home.fileno(), CLONE_NEWNS)
            os.chdir("/")


def mount_namespace_without(path: str) -> int:
    """A descriptor of a copy of our mount namespace in which nothing is mounted at `path`."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            call(LIBC.unshare, CLONE_NEWNS)
            call(LIBC.mount, None, b"/", None, MS_REC | MS_PRIVATE, None)
            if os.path.ismount(path):
                call(LIBC.umount2, path.encode(), MNT_DETACH)
            os.write(write_end, b"k")
            time.sleep(60)  # until the parent has opened it and ends us
        finally:
            os._exit(1)
    os.close(write_end)
    try:
        if os.read(read_end, 1) != b"k":
            raise Broken(f"no mount namespace without {path} could be made")
        return os.open(f"/proc/{child}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(read_end)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def run_once(job: Job) -> Timing:
    """Raises Broken when it fails or prints something else than it should."""
    out_read, out_write = os.pipe()
    with tempfile.TemporaryFile() as errors, inside(job.mounts):
        actions = [(os.POSIX_SPAWN_OPEN, 0, job.stdin, os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_DUP2, out_write, 1),
                   (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)]
        started = time.monotonic_ns()
        pid = os.posix_spawn(job.argv[0], job.argv, job.env, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        ended = time.monotonic_ns()
        os.close(out_write)
        os.set_blocking(out_read, False)
        try:
            out = os.read(out_read, 65536)
        except BlockingIOError:
            out = b""
        os.close(out_read)
        errors.seek(0)
        told = errors.read().decode(errors="replace").strip()
    code = os.waitstatus_to_exitcode(status)
    timing = Timing((ended - started) / 1e6, (usage.ru_utime + usage.ru_stime) * 1e3,
                    job.may_lose_output and not out)
    if job.killed and code == -signal.SIGKILL:
        return timing
    printed = job.expect is None or out.rstrip() == job.expect or timing.lost_output
    if code != 0 or job.killed or not printed:
        raise Broken(f"{' '.join(job.argv)}: exit code {code}, printed {out!r}: {told[-600:]}")
    return timing


def must(argv: list[str], env: dict[str, str] | None = None, mounts: int = -1,
         cwd: str | None = None) -> str:
    """Runs a program that is not measured; its standard output."""
    with inside(mounts):
        done = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"{' '.join(argv)}: exit code {done.returncode}: {done.stderr.strip()[-600:]}")
    return done.stdout
