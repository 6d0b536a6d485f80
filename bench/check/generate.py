#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what bench/check measures on: manifests as people have them, one in ten with a fault.

    generate.py FOLDER [--scale N]      pods.yaml, list.json, tree/ below FOLDER; N times as many

The same call makes the same bytes.
"""

import argparse
import json
import pathlib
import random

PODS = 20_000
TREE_FILES = 5_000
LIST_BYTES = 10_000_000

POD = """\
# Source: shop/templates/{name}.yaml
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app.kubernetes.io/name: {app}
    app.kubernetes.io/instance: {name}
    app.kubernetes.io/managed-by: Helm
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/port: "9102"
    checksum/config: {checksum}
spec:
  securityContext:
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
    sysctls:
    - name: net.ipv4.ip_local_port_range
      value: "1024 65535"
    - name: {key}
      value: "{value}"
  containers:
  - name: {app}
    image: "registry.example.com/shop/{app}:1.27.{number}"
    args: ["--listen", ":8080", "--log-level=info"]
    ports:
    - name: http
      containerPort: 8080
      protocol: TCP
    env:
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    readinessProbe:
      httpGet:
        path: /healthz
        port: http
      initialDelaySeconds: 5
    resources:
      requests:
        cpu: 100m
        memory: 128Mi
      limits:
        memory: 512Mi
"""

SAFE = [("net.ipv4.tcp_syncookies", "1"), ("net.ipv4.tcp_keepalive_time", "200"),
        ("net.ipv4.ip_unprivileged_port_start", "80"), ("net.ipv4.tcp_fin_timeout", "60")]
FAULTY = [("net.core.somaxconn", "65535"), ("vm.max_map_count", "262144"),
          ("net.ipv4.tcp_syncookies", "yes"), ("net.ipv4.tcp_tw_recycle", "1")]
APPS = ["cart", "search", "payment", "web", "stock", "mail"]


def fields(number: int, chance: random.Random) -> dict[str, object]:
    key, value = chance.choice(FAULTY if number % 10 == 0 else SAFE)
    app = chance.choice(APPS)
    return {"name": f"{app}-{number}", "namespace": f"team-{number % 40}", "app": app, "key": key,
            "value": value, "number": number % 97, "checksum": f"{chance.getrandbits(128):032x}"}


def pod(number: int, chance: random.Random) -> str:
    return POD.format(**fields(number, chance))


def json_pod(number: int, chance: random.Random) -> dict[str, object]:
    given = fields(number, chance)
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": given["name"], "namespace": given["namespace"],
                         "labels": {"app.kubernetes.io/name": given["app"]}},
            "spec": {"securityContext": {"sysctls": [
                         {"name": "net.ipv4.ip_local_port_range", "value": "1024 65535"},
                         {"name": given["key"], "value": given["value"]}]},
                     "containers": [{"name": given["app"],
                                     "image": f"registry.example.com/shop/{given['app']}:1.27",
                                     "args": ["--listen", ":8080", "--log-level=info"],
                                     "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                                     "resources": {"limits": {"memory": "512Mi"}}}]}}


def write_pods(path: pathlib.Path, count: int) -> None:
    chance = random.Random(1)
    with path.open("w") as out:
        for number in range(count):
            out.write("---\n" + pod(number, chance))


def write_tree(folder: pathlib.Path, count: int) -> None:
    chance = random.Random(2)
    for number in range(count):
        place = folder / f"team-{number % 50}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"pod-{number}.yaml").write_text(pod(number, chance))


def write_list(path: pathlib.Path, size: int) -> None:
    chance = random.Random(3)
    written, number = 0, 0
    with path.open("w") as out:
        out.write('{"apiVersion": "v1", "kind": "List", "items": [\n')
        while written < size:
            text = (",\n" if number else "") + json.dumps(json_pod(number, chance), indent=1)
            out.write(text)
            written += len(text)
            number += 1
        out.write("\n]}\n")


def generate(folder: pathlib.Path, scale: int = 1) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_pods(folder / "pods.yaml", PODS * scale)
    if scale == 1:
        write_tree(folder / "tree", TREE_FILES)
        write_list(folder / "list.json", LIST_BYTES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--scale", type=int, default=1, help="times as many pods in pods.yaml")
    given = parser.parse_args()
    generate(given.folder, given.scale)


if __name__ == "__main__":
    main()
