# SPDX-License-Identifier: Apache-2.0
"""The nodes of one YAML file, checked: every complaint names the file and the line."""
import re

import yaml

INT64_MIN = -(2**63)
UINT64_MAX = 2**64 - 1
# The names of bounds that a range may use instead of a number.
BOUNDS = {
    "INT_MAX": 2**31 - 1,
    "UINT_MAX": 2**32 - 1,
    "LONG_MAX": 2**63 - 1,
    "ULONG_MAX": UINT64_MAX,
    # Seconds kept in an int of clock ticks: INT_MAX / 1000, the highest clock rate.
    "SECONDS_MAX": (2**31 - 1) // 1000,
}
VERSION = re.compile(r"\d+\.\d+(\.\d+)?")
# A dotted name; a component may be '*' (catalogue) or '{capture}' (constraints).
COMPONENT = r"(?:[A-Za-z0-9_-]+|\*|\{[a-z]+\})"
KEY = re.compile(rf"{COMPONENT}(?:\.{COMPONENT})+")


class Problems:
    def __init__(self):
        self.lines = []

    def add(self, file, node, message):
        self.lines.append(f"{file}:{node.start_mark.line + 1}: {message}")


class Reader:
    """One file's nodes, checked; every complaint names the node's line."""

    def __init__(self, file, problems):
        self.file = file
        self.problems = problems

    def complain(self, node, message):
        self.problems.add(self.file, node, message)

    def document(self):
        try:
            with open(self.file, encoding="utf-8") as stream:
                root = yaml.compose(stream, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problems.lines.append(f"{self.file}:{mark.line + 1}: {error.problem}")
            return None
        if root is None:
            self.problems.lines.append(f"{self.file}:1: the file is empty")
        return root

    def mapping(self, node, what):
        """{key text: (key node, value node)} in the order of the file."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{what} must be a mapping")
            return {}
        pairs = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, f"{what}: a name must be plain text")
            elif key.value in pairs:
                self.complain(key, f"{what}: {key.value!r} is here twice")
            else:
                pairs[key.value] = (key, value)
        return pairs

    def sequence(self, node, what):
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.complain(node, f"{what} must be a list that is not empty")
            return []
        return node.value

    def text(self, node, what):
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.complain(node, f"{what} must be text")
            return ""
        return " ".join(node.value.split())

    def sentences(self, node, what):
        """One or more sentences: text that ends with a full stop."""
        text = self.text(node, what)
        if text and not text.endswith("."):
            self.complain(node, f"{what} must be a sentence that ends with a full stop")
        return text

    def texts(self, node, what, read=None):
        """A list of texts, each read by `read` (default: any text)."""
        return [(read or self.text)(item, f"{what}: an item") for item in self.sequence(node, what)]

    def matching(self, node, what, pattern, example):
        text = self.text(node, what)
        if text and not re.fullmatch(pattern, text):
            self.complain(node, f"{what} must look like {example}, not {text!r}")
        return text

    def version(self, node, what):
        text = self.text(node, what)
        if text and not VERSION.fullmatch(text):
            self.complain(node, f"{what} must be a version such as 4.15, not {text!r}")
        return text

    def version_numbers(self, text):
        """(4, 15, 0) of "4.15", to compare."""
        return tuple(int(part) for part in (text + ".0").split(".")[:3]) if VERSION.fullmatch(text) else (0, 0, 0)

    def one_of(self, node, what, allowed):
        text = self.text(node, what)
        if text and text not in allowed:
            self.complain(node, f"{what} must be one of {', '.join(allowed)}, not {text!r}")
        return text

    def key(self, node, what, pattern):
        text = self.text(node, what)
        if text and not KEY.fullmatch(text):
            self.complain(node, f"{what} {text!r} is no dotted sysctl name")
        elif text and pattern not in ("*", "{") and ("*" in text or "{" in text):
            self.complain(node, f"{what} {text!r} must not be a pattern")
        elif text and pattern == "*" and "{" in text or pattern == "{" and "*" in text:
            self.complain(node, f"{what} {text!r}: a pattern here uses '{pattern}'")
        return text

    def number(self, node, text):
        if text in BOUNDS:
            return BOUNDS[text]
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        self.complain(node, f"{text!r} is neither a number nor one of {', '.join(BOUNDS)}")
        return 0

    def range(self, node, what):
        text = self.text(node, what)
        low, dots, high = text.partition("..")
        if not dots:
            self.complain(node, f"{what} must be LOW..HIGH, not {text!r}")
            return 0, 0
        low, high = self.number(node, low.strip()), self.number(node, high.strip())
        if not INT64_MIN <= low <= high <= UINT64_MAX or low > 2**63 - 1:
            self.complain(node, f"{what} {text!r} is empty or too wide")
        return low, high

    def fields(self, node, what, required):
        """The mapping's pairs, after a complaint about each missing or unknown one."""
        pairs = self.mapping(node, what)
        for name, (key, _) in pairs.items():
            if name not in required:
                self.complain(key, f"{what}: unknown field {name!r}")
        for name, must in required.items():
            if must and name not in pairs:
                self.complain(node, f"{what}: {name!r} is missing")
        return {name: value for name, (_, value) in pairs.items()}
