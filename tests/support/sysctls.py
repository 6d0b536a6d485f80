# SPDX-License-Identifier: Apache-2.0
"""Sysctls of the cases: settings, the annotation that asks for them, values of a process's namespaces."""

import subprocess

# In an order that fails if it is kept: the range must not begin below the first free port, and
# ip_forward resets what is below conf.
OUT_OF_ORDER = {
    "net.ipv4.ip_local_port_range": "500 60999",
    "net.ipv4.ip_unprivileged_port_start": "400",
    "net.ipv4.conf.all.accept_redirects": "1",
    "net.ipv4.ip_forward": "1",
    "net.core.somaxconn": "2048",
    "net.ipv4.tcp_fin_timeout": "30",
    "net.ipv4.tcp_keepalive_time": "600",
    "net.ipv4.tcp_rmem": "4096 65536 1048576",
}


def ten(interface: str) -> dict[str, str]:
    return OUT_OF_ORDER | {"kernel.msgmax": "16384", f"net.ipv4.conf.{interface}.rp_filter": "1"}


def conf_text(settings: dict[str, str]) -> dict[str, str]:
    """As an annotation."""
    return {"podsysctl.io/sysctls": "".join(f"{key} = {value}\n" for key, value in settings.items())}


def path_of(key: str) -> str:
    return "/proc/sys/" + key.replace(".", "/")


def inside_of(pid: int) -> list[str]:
    """The words before a command that runs in the namespaces of a process."""
    return ["nsenter", "-t", str(pid), "-n", "-i"]


def read_value(key: str, pid: int | None = None) -> str:
    """Of the process, or of the caller; blanks are one blank."""
    prefix = inside_of(pid) if pid is not None else []
    return " ".join(subprocess.run([*prefix, "cat", path_of(key)], capture_output=True, text=True,
                                   check=True).stdout.split())


def write_value(key: str, value: str, pid: int) -> None:
    """As another writer would."""
    subprocess.run([*inside_of(pid), "tee", path_of(key)], input=value, text=True, stdout=subprocess.DEVNULL, check=True)
