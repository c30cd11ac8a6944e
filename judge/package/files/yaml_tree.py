"""YAML files as trees that remember their line numbers.

Nothing of a package's meaning lives here. Hostile input is expected: size, depth and the number of nodes (aliases
expanded) are bounded, no tag constructs anything, and a key written twice is reported.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import yaml

from judge.errors import PackageError
from judge.package.encoding import HEAD_BYTES, odd_encoding
from judge.package.findings import Findings

#: Larger files are refused: a configuration file of a megabyte is a mistake or an attack.
YAML_BYTES_MAX = 1 << 20
#: Nodes of one file after expanding aliases, and nesting.
YAML_NODES_MAX = 100_000
YAML_DEPTH_MAX = 64
#: What longer is written without quotes is text: YAML's number in base 60 takes time by the square of its length.
_NUMBER_CHARS_MAX = 400

_MERGE_TAG = "tag:yaml.org,2002:merge"

PlainValue = str | int | float | bool | None


@dataclass(frozen=True)
class YamlScalar:
    """A scalar. ``text`` is what the file says, ``value`` what YAML 1.1 makes of it (dates stay text)."""

    line: int
    text: str
    value: PlainValue


@dataclass(frozen=True)
class YamlSequence:
    """A sequence."""

    line: int
    items: tuple[YamlNode, ...]


@dataclass(frozen=True)
class YamlMapping:
    """A mapping with text keys; ``lines`` are those of the keys."""

    line: int
    values: dict[str, YamlNode]
    lines: dict[str, int]


YamlNode = YamlScalar | YamlSequence | YamlMapping

EMPTY_MAPPING = YamlMapping(line=0, values={}, lines={})


def parse_yaml(data: bytes, file: str, findings: Findings) -> YamlNode:
    """The tree of one YAML document; an empty file is an empty mapping.

    Raises PackageError(where=file:line) for what is not YAML, not UTF-8, or beyond the bounds above; and when all such
    files of the package together are beyond those of :class:`~judge.package.findings.Effort`.
    """
    text = _decode(data, file, findings)
    findings.effort.spend(file, size_bytes=len(data))
    root, nodes = _composed(text, file)
    findings.effort.spend(file, nodes=nodes)
    if root is None:
        return EMPTY_MAPPING
    converter = _Converter(file, findings)
    tree = converter.convert(root, depth=0)
    findings.effort.spend(file, nodes=max(0, converter.nodes - nodes))
    return tree


def _composed(text: str, file: str) -> tuple[yaml.Node | None, int]:
    """PyYAML's tree of a document, and how many nodes were written."""
    try:
        loader = _BoundedLoader(text)
        try:
            return loader.get_single_node(), loader.nodes
        finally:
            loader.dispose()
    except _TooManyNodesError as error:
        raise PackageError("too many or too deeply nested values", where=f"{file}:{error.line}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{file}:{mark.line + 1}" if mark else file
        raise PackageError(f"not valid YAML: {error.problem or error.context}", where=where) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PackageError(f"not valid YAML: {type(error).__name__}", where=file) from error


class _TooManyNodesError(Exception):
    """Beyond the bounds, in this line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _BoundedLoader(yaml.SafeLoader):
    """Ends at the first node too many, keys included, before the rest is even looked at."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.nodes = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.nodes += 1
        self._depth += 1
        if self.nodes > YAML_NODES_MAX or self._depth > YAML_DEPTH_MAX + 1:
            raise _TooManyNodesError(self.line + 1)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def _decode(data: bytes, file: str, findings: Findings) -> str:
    if len(data) > YAML_BYTES_MAX:
        raise PackageError(f"larger than {YAML_BYTES_MAX} bytes", where=file)
    if data.startswith(codecs.BOM_UTF8):
        findings.warning(file, "begins with a byte-order mark", line=1)
        data = data[len(codecs.BOM_UTF8) :]
    if b"\r" in data:
        findings.warning(file, "has Windows line endings (CR LF)", line=1 + data[: data.index(b"\r")].count(b"\n"))
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data[: error.start].count(b"\n")
        raise PackageError(odd_encoding(data[:HEAD_BYTES]) or "is not UTF-8", where=f"{file}:{line}") from error


class _Converter:
    """From PyYAML's nodes to ours, counting what it makes so that alias bombs end early."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self.nodes = 0
        self._scalars = yaml.constructor.SafeConstructor()

    def convert(self, node: yaml.Node, depth: int) -> YamlNode:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > YAML_NODES_MAX or depth > YAML_DEPTH_MAX:
            raise PackageError("too many or too deeply nested values", where=f"{self._file}:{line}")
        if isinstance(node, yaml.ScalarNode):
            return YamlScalar(line=line, text=node.value, value=self._scalar(node))
        if isinstance(node, yaml.SequenceNode):
            return YamlSequence(line=line, items=tuple(self.convert(item, depth + 1) for item in node.value))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, line, depth)
        raise PackageError("not valid YAML", where=f"{self._file}:{line}")

    def _mapping(self, node: yaml.MappingNode, line: int, depth: int) -> YamlMapping:
        values: dict[str, YamlNode] = {}
        lines: dict[str, int] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._findings.block(self._file, "a key must be a plain word", line=key_line)
                continue
            if key_node.tag == _MERGE_TAG:
                merged.append(value_node)
                continue
            key = str(key_node.value)
            if key in values:
                message = f"given twice (first in line {lines[key]}); the last one counts"
                self._findings.error(self._file, message, line=key_line, key=key)
            values[key] = self.convert(value_node, depth + 1)
            lines[key] = key_line
        for source in merged:
            self._merge(source, values, lines, depth)
        return YamlMapping(line=line, values=values, lines=lines)

    def _merge(self, source: yaml.Node, values: dict[str, YamlNode], lines: dict[str, int], depth: int) -> None:
        """``<<``: the keys of another mapping, or of several, that this one does not give itself."""
        sources = source.value if isinstance(source, yaml.SequenceNode) else [source]
        for one in sources:
            mapping = self.convert(one, depth + 1)
            if not isinstance(mapping, YamlMapping):
                self._findings.block(self._file, "<< must name a map", line=mapping.line)
                continue
            for key, value in mapping.values.items():
                values.setdefault(key, value)
                lines.setdefault(key, mapping.lines[key])

    def _scalar(self, node: yaml.ScalarNode) -> PlainValue:
        kind = node.tag.rpartition(":")[2] if len(node.value) <= _NUMBER_CHARS_MAX else "str"
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return bool(self._scalars.construct_yaml_bool(node))
                case "int":
                    return int(self._scalars.construct_yaml_int(node))
                case "float":
                    return float(self._scalars.construct_yaml_float(node))
                case _:
                    return str(node.value)
        except (ValueError, KeyError, IndexError):
            return str(node.value)
