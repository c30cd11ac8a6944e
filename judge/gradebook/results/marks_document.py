"""Marks as a YAML document: student: {part: points, or {points, comment}}. Pure.

Only what is written counts: nothing is constructed, no alias is followed, and what lies deeper is not even read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from judge.errors import UsageError
from judge.text import printable

#: The document, a student, a part, and what is given for it.
_DEPTH_MAX = 4
_NULL_TAG = "tag:yaml.org,2002:null"


class Row(NamedTuple):
    """One mark as it is written. ``where``: the file and the line, for messages."""

    where: str
    student: str
    part: str
    points: str
    comment: str


def rows_of_document(content: bytes, path: str) -> list[Row]:
    """The marks in a document. Raises UsageError naming file, line and what is wrong."""
    try:
        loader = _Loader(content, path)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else path
        raise UsageError(f"{where}: is no YAML: {printable(str(error.problem or error.context), 200)}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path}: is no YAML: {printable(str(error), 200)}") from error
    if not isinstance(root, yaml.MappingNode):
        raise UsageError(f"{path}: a mapping of students is wanted")
    return list(_rows(root, path))


class _Loader(yaml.SafeLoader):
    """Ends at the first alias, and at the first node that lies too deep."""

    def __init__(self, content: bytes, path: str) -> None:
        super().__init__(content)
        self._path = path
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it so
        mark = event.start_mark
        where = f"{self._path}:{mark.line + 1}" if mark else self._path
        if self.check_event(yaml.AliasEvent):
            raise UsageError(f"{where}: aliases (*) are not taken: write it out")
        if self._depth >= _DEPTH_MAX + 1:
            raise UsageError(f"{where}: a mark is a number, or points and a comment: nothing lies deeper")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def _rows(root: yaml.MappingNode, path: str) -> Iterator[Row]:
    for student_node, parts in root.value:
        student = _scalar(student_node, path, "a student's name")
        if not isinstance(parts, yaml.MappingNode):
            raise UsageError(f"{_where(parts, path)}: {printable(student, 80)}: a mapping of parts is wanted")
        for part_node, given in parts.value:
            part = _scalar(part_node, path, "a part's name")
            points, comment = _given(given, path)
            yield Row(_where(given, path), student, part, points, comment)


def _given(node: yaml.Node, path: str) -> tuple[str, str]:
    """Points and comment."""
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node, path, "points"), ""
    values: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = _scalar(key, path, "a key")
        if name not in ("points", "comment"):
            raise UsageError(f"{_where(key, path)}: unknown {printable(name, 80)!r}: points and comment are wanted")
        values[name] = value
    if "points" not in values:
        raise UsageError(f"{_where(node, path)}: points are wanted")
    comment = values.get("comment")
    return _scalar(values["points"], path, "points"), "" if comment is None else _scalar(comment, path, "comment")


def _scalar(node: yaml.Node, path: str, what: str) -> str:
    """What is written; nothing for a null."""
    if not isinstance(node, yaml.ScalarNode):
        kind = "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
        raise UsageError(f"{_where(node, path)}: {what}: one number or text is wanted, not {kind}")
    return "" if node.tag == _NULL_TAG else str(node.value)


def _where(node: yaml.Node, path: str) -> str:
    return f"{path}:{node.start_mark.line + 1}"
