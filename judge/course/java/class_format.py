"""Class files, read into values that can be changed and written again: as much of the format as stubs need.

The files come from a setter's compile in the sandbox, and are no more trusted than that: whatever they hold, the only
error is :class:`ClassFormatFault`.

Source: The Java Virtual Machine Specification, chapter 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

PUBLIC, PRIVATE, PROTECTED, STATIC, FINAL = 0x0001, 0x0002, 0x0004, 0x0008, 0x0010
INTERFACE, ABSTRACT, SYNTHETIC, ENUM = 0x0200, 0x0400, 0x1000, 0x4000
#: Of methods: those that have no body of ours.
NATIVE, SYNCHRONIZED, STRICT = 0x0100, 0x0020, 0x0800

_MAGIC = 0xCAFEBABE
UTF8, CLASS, STRING, FIELD_REF, METHOD_REF, INTERFACE_METHOD_REF, NAME_AND_TYPE = 1, 7, 8, 9, 10, 11, 12
#: Bytes after the tag of a constant; that of text is counted apart.
_CONSTANT_BYTES = {
    **dict.fromkeys((7, 8, 16, 19, 20), 2),
    15: 3,
    **dict.fromkeys((3, 4, 9, 10, 11, 12, 17, 18), 4),
    **dict.fromkeys((5, 6), 8),
}
_WIDE = (5, 6)
_CONSTANTS_MAX = 0xFFFF


class ClassFormatFault(Exception):
    """This is no class file that can be read or written."""


@dataclass(frozen=True)
class Attribute:
    """``content`` as it stands in the file: its numbers are those of the pool."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Member:
    """A field or a method."""

    access: int
    name: str
    descriptor: str
    attributes: tuple[Attribute, ...] = ()


class Pool:
    """A constant pool that grows. Only :meth:`add` and what calls it change it; numbers that were given stay."""

    def __init__(self, constants: Sequence[bytes | None] = (None,)) -> None:
        self._constants = list(constants)  # tag and content; None: number 0, and the second one of a wide constant
        self._numbers = {constant: number for number, constant in enumerate(self._constants) if constant is not None}

    def copy(self) -> Pool:
        """Another one with the same constants."""
        return Pool(self._constants)

    def add(self, tag: int, content: bytes) -> int:
        """The number of this constant. Raises ClassFormatFault when there are too many."""
        constant = bytes((tag,)) + content
        number = self._numbers.get(constant)
        if number is None:
            number = len(self._constants)
            if number >= _CONSTANTS_MAX:
                raise ClassFormatFault("too many constants")
            self._constants.append(constant)
            self._numbers[constant] = number
        return number

    def text(self, text: str) -> int:
        """Of names and descriptors: no character of theirs is written otherwise than in UTF-8 here."""
        data = text.encode("utf-8", "surrogatepass")
        if len(data) > 0xFFFF:
            raise ClassFormatFault("a name that is too long")
        return self.add(UTF8, struct.pack(">H", len(data)) + data)

    def class_(self, name: str) -> int:
        """A class by its internal name."""
        return self.add(CLASS, struct.pack(">H", self.text(name)))

    def string(self, text: str) -> int:
        """A constant text."""
        return self.add(STRING, struct.pack(">H", self.text(text)))

    def method(self, owner: str, name: str, descriptor: str) -> int:
        """A method of a class that is no interface."""
        named = self.add(NAME_AND_TYPE, struct.pack(">HH", self.text(name), self.text(descriptor)))
        return self.add(METHOD_REF, struct.pack(">HH", self.class_(owner), named))

    def _of(self, number: int, tags: Sequence[int]) -> bytes:
        constant = self._constants[number] if 0 < number < len(self._constants) else None
        if constant is None or constant[0] not in tags:
            raise ClassFormatFault(f"constant {number} is of another kind")
        return constant[1:]

    def text_of(self, number: int) -> str:
        """Raises ClassFormatFault for a number of something else, as all that follow."""
        return self._of(number, (UTF8,))[2:].decode("utf-8", "surrogatepass")

    def class_of(self, number: int) -> str:
        """The name of a class."""
        return self.text_of(int.from_bytes(self._of(number, (CLASS,))))

    def member_of(self, number: int) -> tuple[str, str, str]:
        """Owner, name and descriptor of a field or method that is referred to."""
        owner, named = struct.unpack(">HH", self._of(number, (FIELD_REF, METHOD_REF, INTERFACE_METHOD_REF)))
        name, descriptor = struct.unpack(">HH", self._of(named, (NAME_AND_TYPE,)))
        return self.class_of(owner), self.text_of(name), self.text_of(descriptor)

    def data(self) -> bytes:
        """As it stands in a file."""
        return struct.pack(">H", len(self._constants)) + b"".join(one for one in self._constants if one is not None)


@dataclass(frozen=True)
class ClassFile:
    """A class file. ``pool`` is what the attributes' numbers mean; names are internal ones, with slashes."""

    version: tuple[int, int]
    pool: Pool
    access: int
    name: str
    super_name: str
    interfaces: tuple[str, ...] = ()
    fields: tuple[Member, ...] = ()
    methods: tuple[Member, ...] = ()
    attributes: tuple[Attribute, ...] = field(default=())

    def attribute(self, name: str) -> bytes | None:
        """The content of this attribute, None when there is none."""
        return next((one.content for one in self.attributes if one.name == name), None)


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size_bytes: int) -> int:
        return int.from_bytes(self.take(size_bytes))

    def take(self, size_bytes: int) -> bytes:
        data = self._data[self._at : self._at + size_bytes]
        if len(data) < size_bytes:
            raise ClassFormatFault("it breaks off")
        self._at += size_bytes
        return data


def read_class(data: bytes) -> ClassFile:
    """Raises ClassFormatFault for what is no class file."""
    try:
        return _read(_Cursor(data))
    except UnicodeDecodeError as error:
        raise ClassFormatFault("a name that is no text") from error


def _read(cursor: _Cursor) -> ClassFile:
    if cursor.number(4) != _MAGIC:
        raise ClassFormatFault("it is no class file")
    minor, major = cursor.number(2), cursor.number(2)
    pool = Pool(list(_constants(cursor)))
    access, this, above = cursor.number(2), cursor.number(2), cursor.number(2)
    interfaces = tuple(pool.class_of(cursor.number(2)) for _ in range(cursor.number(2)))
    fields, methods = tuple(_members(cursor, pool)), tuple(_members(cursor, pool))
    return ClassFile(
        version=(major, minor),
        pool=pool,
        access=access,
        name=pool.class_of(this),
        super_name=pool.class_of(above) if above else "",
        interfaces=interfaces,
        fields=fields,
        methods=methods,
        attributes=tuple(_attributes(cursor, pool)),
    )


def _constants(cursor: _Cursor) -> Iterator[bytes | None]:
    yield None
    left = cursor.number(2) - 1
    while left > 0:
        tag = cursor.number(1)
        if tag == UTF8:
            head = cursor.take(2)
            content = head + cursor.take(int.from_bytes(head))
        elif tag in _CONSTANT_BYTES:
            content = cursor.take(_CONSTANT_BYTES[tag])
        else:
            raise ClassFormatFault(f"no such constant: {tag}")
        yield bytes((tag,)) + content
        left -= 1
        if tag in _WIDE:
            yield None
            left -= 1


def _members(cursor: _Cursor, pool: Pool) -> Iterator[Member]:
    for _ in range(cursor.number(2)):
        access, name, descriptor = cursor.number(2), cursor.number(2), cursor.number(2)
        yield Member(access, pool.text_of(name), pool.text_of(descriptor), tuple(_attributes(cursor, pool)))


def _attributes(cursor: _Cursor, pool: Pool) -> Iterator[Attribute]:
    for _ in range(cursor.number(2)):
        name, size_bytes = cursor.number(2), cursor.number(4)
        yield Attribute(pool.text_of(name), cursor.take(size_bytes))


def write_class(one: ClassFile) -> bytes:
    """The file. Its pool is left as it is. Raises ClassFormatFault for what does not fit into one."""
    pool = one.pool.copy()
    try:
        body = b"".join(
            (
                struct.pack(">HH", one.access, pool.class_(one.name)),
                struct.pack(">H", pool.class_(one.super_name) if one.super_name else 0),
                _written([struct.pack(">H", pool.class_(name)) for name in one.interfaces]),
                _written([_member(member, pool) for member in one.fields]),
                _written([_member(member, pool) for member in one.methods]),
                _written([_attribute(attribute, pool) for attribute in one.attributes]),
            )
        )
    except struct.error as error:
        raise ClassFormatFault("more than a class file can hold") from error
    major, minor = one.version
    return struct.pack(">IHH", _MAGIC, minor, major) + pool.data() + body


def _written(parts: Sequence[bytes]) -> bytes:
    return struct.pack(">H", len(parts)) + b"".join(parts)


def _member(member: Member, pool: Pool) -> bytes:
    head = struct.pack(">HHH", member.access, pool.text(member.name), pool.text(member.descriptor))
    return head + _written([_attribute(one, pool) for one in member.attributes])


def _attribute(attribute: Attribute, pool: Pool) -> bytes:
    return struct.pack(">HI", pool.text(attribute.name), len(attribute.content)) + attribute.content


# -- descriptors ----------------------------------------------------------------------------------------------


def parameters_of(descriptor: str) -> tuple[tuple[str, ...], str]:
    """The types of a method's parameters, and what it returns, as descriptors. Raises ClassFormatFault."""
    if not descriptor.startswith("(") or ")" not in descriptor:
        raise ClassFormatFault("no descriptor of a method")
    inside, _, result = descriptor[1:].partition(")")
    found, at = [], 0
    while at < len(inside):
        end = at
        while inside[end : end + 1] == "[":
            end += 1
        end = inside.find(";", end) + 1 if inside[end : end + 1] == "L" else end + 1
        if end <= at:
            raise ClassFormatFault("no descriptor of a method")
        found.append(inside[at:end])
        at = end
    return tuple(found), result


def with_pool(one: ClassFile) -> ClassFile:
    """The same with a pool of its own, which may grow."""
    return replace(one, pool=one.pool.copy())
