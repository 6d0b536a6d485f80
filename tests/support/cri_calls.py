# SPDX-License-Identifier: Apache-2.0
"""The few calls of Kubernetes' Container Runtime Interface that the tests make, by curl: an oracle that
shares no code with what is tested. As a program: runs one pod, so that its runtime may die under it.

cri_calls.py SOCKET NAME ANNOTATIONS   (ANNOTATIONS: a JSON object)"""

import contextlib
import dataclasses
import json
import pathlib
import struct
import subprocess
import sys
import tempfile


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number: int, value) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def text_map(number: int, entries: dict[str, str]) -> bytes:
    return b"".join(field(number, field(1, k) + field(2, v)) for k, v in entries.items())


def fields(message: bytes):
    """(number, value) of each field; numbers of one's own kinds only."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        else:
            size = number()
            yield key >> 3, message[at:at + size]
            at += size


class CallFailed(Exception):
    """The runtime's own text."""


@dataclasses.dataclass
class Pod:
    name: str
    namespace: str = "shop"
    annotations: dict[str, str] = dataclasses.field(default_factory=dict)
    host_network: bool = False
    host_ipc: bool = False
    # (id on the host, number of ids): a user namespace of its own.
    users: tuple[int, int] | None = None
    attempt: int = 0

    def config(self) -> bytes:
        metadata = (field(1, self.name) + field(2, f"uid-{self.name}") + field(3, self.namespace) +
                    field(4, self.attempt))
        # NODE is 2; POD, the other one, is 0.
        options = field(1, 2) if self.host_network else b""
        if self.host_ipc:
            options += field(3, 2)
        if self.users:
            mapping = field(1, self.users[0]) + field(3, self.users[1])
            options += field(5, field(2, mapping) + field(3, mapping))
        linux = field(2, field(1, options))
        # A pod on the host's network has the host's name, too.
        hostname = b"" if self.host_network else field(2, self.name)
        return (field(1, metadata) + hostname + text_map(7, self.annotations) +
                field(8, linux))


class Cri:
    def __init__(self, socket: pathlib.Path):
        self.socket = socket

    def call(self, method: str, request: bytes, limit: float = 60.0) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            body, answer, headers = (pathlib.Path(folder) / name for name in ("body", "answer", "headers"))
            body.write_bytes(b"\0" + struct.pack(">I", len(request)) + request)
            subprocess.run(
                ["curl", "-sS", "--http2-prior-knowledge", "--unix-socket", str(self.socket), "--max-time",
                 str(limit), "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary",
                 f"@{body}", "-o", str(answer), "-D", str(headers),
                 f"http://localhost/runtime.v1.RuntimeService/{method}"],
                check=True, capture_output=True)
            status, message = "0", ""
            for line in headers.read_text(errors="replace").splitlines():
                key, _, value = line.partition(":")
                if key.lower() == "grpc-status":
                    status = value.strip()
                if key.lower() == "grpc-message":
                    message = value.strip()
            if status != "0":
                raise CallFailed(message)
            return answer.read_bytes()[5:] if answer.exists() else b""

    def run_pod(self, pod: Pod, limit: float = 60.0) -> str:
        for number, value in fields(self.call("RunPodSandbox", field(1, pod.config()), limit)):
            if number == 1:
                return value.decode()
        raise CallFailed("RunPodSandbox answered without an id")

    def stop_pod(self, pod_id: str) -> None:
        self.call("StopPodSandbox", field(1, pod_id))

    def remove_pod(self, pod_id: str) -> None:
        """Stopped first."""
        self.stop_pod(pod_id)
        self.call("RemovePodSandbox", field(1, pod_id))

    def remove_all(self) -> None:
        """As far as the runtime still takes calls."""
        with contextlib.suppress(subprocess.SubprocessError, CallFailed):
            for pod in self.pod_ids():
                self.remove_pod(pod)

    def pod_ids(self) -> list[str]:
        found = []
        for number, item in fields(self.call("ListPodSandbox", b"")):
            if number == 1:
                found += [value.decode() for inner, value in fields(item) if inner == 1]
        return found

    def info(self, pod_id: str) -> dict[str, str]:
        """PodSandboxStatus, verbose: the map `info`."""
        found = {}
        for number, value in fields(self.call("PodSandboxStatus", field(1, pod_id) + field(2, 1))):
            if number == 2:
                entry = dict(fields(value))
                found[entry[1].decode()] = entry[2].decode()
        return found

    def pid(self, pod_id: str) -> int:
        """Of its pause process."""
        return json.loads(self.info(pod_id)["info"])["pid"]


def run_apart(socket: pathlib.Path, pod: Pod) -> subprocess.Popen:
    """In a process of its own, which prints the id."""
    return subprocess.Popen([sys.executable, __file__, str(socket), pod.name, json.dumps(pod.annotations)],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


if __name__ == "__main__":
    print(Cri(pathlib.Path(sys.argv[1])).run_pod(Pod(sys.argv[2], annotations=json.loads(sys.argv[3]))))
