# SPDX-License-Identifier: Apache-2.0
"""A small runtime of CNI networks after sections 2 to 4 of the specification: what a container
runtime does with a list of plugins, and no more. It keeps no cache: the caller hands the result."""

import dataclasses
import json
import os
import pathlib
import subprocess

LIMIT = 30.0


class PluginError(Exception):
    """What a plugin answered instead of a result."""

    def __init__(self, plugin: str, command: str, answer: dict, exit_code: int):
        super().__init__(f"{plugin} {command}: {json.dumps(answer)}")
        self.plugin, self.answer, self.exit_code = plugin, answer, exit_code


@dataclasses.dataclass
class Attachment:
    container_id: str
    netns: str
    ifname: str = "eth0"
    args: str = ""
    capabilities: dict = dataclasses.field(default_factory=dict)
    environment: dict = dataclasses.field(default_factory=dict)


class Network:
    """One list of plugins. `folders`: where the programs are, the first that has one counts."""

    def __init__(self, version: str, name: str, plugins: list[dict], folders: list[pathlib.Path]):
        self.version, self.name, self.plugins, self.folders = version, name, plugins, folders

    def program(self, plugin: dict) -> str:
        for folder in self.folders:
            if os.access(folder / plugin["type"], os.X_OK):
                return str(folder / plugin["type"])
        raise FileNotFoundError(f"no plugin {plugin['type']} in {self.folders}")

    def call(self, command: str, plugin: dict, attachment: Attachment | None = None, previous: dict | None = None,
             more: dict | None = None) -> dict | None:
        """One plugin. Its result, None where it prints none; raises PluginError."""
        done = self.call_raw(command, plugin, attachment, previous, more)
        answer = json.loads(done.stdout) if done.stdout.strip() else None
        if done.returncode != 0:
            raise PluginError(plugin["type"], command, answer or {}, done.returncode)
        return answer

    def call_raw(self, command: str, plugin: dict, attachment: Attachment | None = None,
                 previous: dict | None = None, more: dict | None = None,
                 prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        config = self.config_of(plugin, attachment, previous, more)
        return subprocess.run([*prefix, self.program(plugin)], input=json.dumps(config), text=True,
                              capture_output=True, timeout=LIMIT, env=self.environment(command, attachment),
                              check=False)

    def config_of(self, plugin: dict, attachment: Attachment | None, previous: dict | None,
                  more: dict | None) -> dict:
        config = {key: value for key, value in plugin.items() if key != "capabilities"}
        config |= {"cniVersion": self.version, "name": self.name, **(more or {})}
        offered = attachment.capabilities if attachment else {}
        runtime = {name: offered[name] for name, wanted in plugin.get("capabilities", {}).items()
                   if wanted and name in offered}
        if runtime:
            config["runtimeConfig"] = runtime
        if previous is not None:
            config["prevResult"] = previous
        return config

    def environment(self, command: str, attachment: Attachment | None) -> dict[str, str]:
        env = {"PATH": os.environ["PATH"], "CNI_COMMAND": command,
               "CNI_PATH": ":".join(str(folder) for folder in self.folders)}
        if attachment:
            env |= {"CNI_CONTAINERID": attachment.container_id, "CNI_NETNS": attachment.netns,
                    "CNI_IFNAME": attachment.ifname, "CNI_ARGS": attachment.args, **attachment.environment}
        return env

    def add(self, attachment: Attachment) -> dict:
        """The last plugin's result."""
        result = None
        for plugin in self.plugins:
            result = self.call("ADD", plugin, attachment, result)
        return result

    def check(self, attachment: Attachment, result: dict) -> None:
        for plugin in self.plugins:
            self.call("CHECK", plugin, attachment, result)

    def delete(self, attachment: Attachment, result: dict | None = None) -> None:
        for plugin in reversed(self.plugins):
            self.call("DEL", plugin, attachment, result if self.version >= "0.4.0" else None)

    def versions(self, plugin: dict) -> list[str]:
        return self.call("VERSION", plugin)["supportedVersions"]
