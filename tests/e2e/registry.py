#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A registry of one image for the cases: registry.py LAYOUT USER PASSWORD prints its port and
serves the image of an OCI layout under any name and tag, over plain HTTP on 127.0.0.1, to those who
know the password (OCI distribution specification: pull; RFC 7617)."""

import base64
import http.server
import json
import pathlib
import socket
import sys


class Registry(http.server.BaseHTTPRequestHandler):
    layout: pathlib.Path
    password: str

    def handle_one_request(self) -> None:
        """Who tries TLS is told in plain words, as Go's clients want it before they do without."""
        if self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self.connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            self.close_connection = True
            return
        super().handle_one_request()

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def answer(self, with_body: bool) -> None:
        if self.headers.get("Authorization") != f"Basic {self.password}":
            self.send(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', "application/json", with_body,
                      {"WWW-Authenticate": 'Basic realm="cases"'})
            return
        parts = self.path.split("/")
        if self.path == "/v2/":
            self.send(200, b"{}", "application/json", with_body)
        elif len(parts) > 4 and parts[-2] in ("manifests", "blobs"):
            self.send_blob(parts[-2], parts[-1], with_body)
        else:
            self.send(404, b"{}", "application/json", with_body)

    def send_blob(self, kind: str, name: str, with_body: bool) -> None:
        manifest = json.loads((self.layout / "index.json").read_text())["manifests"][0]
        digest = name if ":" in name else manifest["digest"]
        path = self.layout / "blobs" / digest.replace(":", "/")
        if not path.is_file():
            self.send(404, b"{}", "application/json", with_body)
            return
        body = path.read_bytes()
        media = "application/octet-stream"
        if kind == "manifests":
            media = json.loads(body).get("mediaType", manifest["mediaType"])
        self.send(200, body, media, with_body, {"Docker-Content-Digest": digest})

    def send(self, status: int, body: bytes, media: str, with_body: bool,
             more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(body)),
                            "Docker-Distribution-Api-Version": "registry/2.0",
                            **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    layout, user, password = sys.argv[1:]
    Registry.layout = pathlib.Path(layout)
    Registry.password = base64.b64encode(f"{user}:{password}".encode()).decode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
