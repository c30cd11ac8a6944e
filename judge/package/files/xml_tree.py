"""XML files as small trees that remember their line numbers. No document type, no entities, bounded."""

from __future__ import annotations

import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass, field

from judge.errors import PackageError

XML_BYTES_MAX = 16 << 20
XML_NODES_MAX = 500_000
XML_DEPTH_MAX = 64


@dataclass
class Element:
    """One element; ``text`` is what stands directly in it, stripped by :meth:`text_of`."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> Iterator[Element]:
        """Descendants along a path of tags ("files/resources/file"), in document order."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.tag == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def first(self, path: str) -> Element | None:
        """The first of :meth:`all`, or None."""
        return next(self.all(path), None)

    def text_of(self, path: str) -> str:
        """The stripped text of the first element there; empty when there is none."""
        element = self.first(path)
        return element.text.strip() if element else ""

    def get(self, attribute: str, default: str = "") -> str:
        """An attribute's value."""
        return self.attributes.get(attribute, default)


def parse_xml(data: bytes, file: str) -> Element:
    """The root element. Raises PackageError(where=file:line) for anything but plain well-formed XML."""
    if len(data) > XML_BYTES_MAX:
        raise PackageError(f"larger than {XML_BYTES_MAX} bytes", where=file)
    return _Builder(file).parse(data)


class _Builder:
    def __init__(self, file: str) -> None:
        self._file = file
        self._stack: list[Element] = []
        self._root: Element | None = None
        self._nodes = 0
        self._parser = xml.parsers.expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def parse(self, data: bytes) -> Element:
        try:
            self._parser.Parse(data, True)
        except xml.parsers.expat.ExpatError as error:
            message = xml.parsers.expat.errors.messages[error.code]
            raise PackageError(f"not valid XML: {message}", where=f"{self._file}:{error.lineno}") from error
        except (ValueError, LookupError) as error:
            raise PackageError(f"not valid XML: {error}", where=self._file) from error
        if self._root is None:
            raise PackageError("not valid XML: no element", where=self._file)
        return self._root

    def _where(self) -> str:
        return f"{self._file}:{self._parser.CurrentLineNumber}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > XML_NODES_MAX or len(self._stack) >= XML_DEPTH_MAX:
            raise PackageError("too many or too deeply nested elements", where=self._where())
        element = Element(tag, attributes, self._parser.CurrentLineNumber)
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self._root = element
        self._stack.append(element)

    def _end(self, _tag: str) -> None:
        self._stack.pop()

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].text += text

    def _doctype(self, *_: object) -> None:
        raise PackageError("document type declarations are not allowed", where=self._where())
