"""Uses of fields in compiled tests, turned into calls: a stub has no field, the student's object has.

``getfield``, ``putfield``, ``getstatic``, ``putstatic`` and ``invokestatic`` are all of three bytes, and an accessor
takes from the stack and leaves there what the instruction did: the code is changed in place, and nothing moves.

Source: The Java Virtual Machine Specification, chapter 6, section 4.7.3 (Code).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from judge.course.java.class_format import Attribute, ClassFile, ClassFormatFault, Member, Pool
from judge.course.java.stubs import FIELDS

_OPERATIONS = {0xB2: "getstatic", 0xB3: "putstatic", 0xB4: "getfield", 0xB5: "putfield"}
_INVOKE_STATIC = 0xB8
_TABLE, _LOOKUP, _WIDE, _IINC = 0xAA, 0xAB, 0xC4, 0x84

#: Bytes after the operation, of those that have any.
_OPERANDS = {
    **dict.fromkeys((0x10, 0x12, *range(0x15, 0x1A), *range(0x36, 0x3B), 0xA9, 0xBC), 1),
    **dict.fromkeys((0x11, 0x13, 0x14, _IINC, *range(0x99, 0xA9), *range(0xB2, 0xB9), 0xBB, 0xBD, 0xC0, 0xC1), 2),
    **dict.fromkeys((0xC6, 0xC7), 2),
    0xC5: 3,
    **dict.fromkeys((0xB9, 0xBA, 0xC8, 0xC9), 4),
}

#: (accessor, owner, field, descriptor), all names internal.
Use = tuple[str, str, str, str]


def accessor_of(operation: str, owner: str, name: str, descriptor: str) -> str:
    """How the accessor is called: the operation, and a digest of the field."""
    digest = hashlib.sha256("\0".join((owner, name, descriptor)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{operation}${digest}"


@dataclass(frozen=True)
class Rewritten:
    """``changed``: whether anything of the class is another; ``used``: the accessors that it calls."""

    one: ClassFile
    used: frozenset[Use]

    @property
    def changed(self) -> bool:
        """Whether there was anything to change."""
        return bool(self.used)


def rewritten(one: ClassFile, api: Collection[str]) -> Rewritten:
    """A class of the tests whose uses of fields of these classes are calls. Raises ClassFormatFault."""
    pool = one.pool.copy()
    used: set[Use] = set()
    methods = tuple(_method(method, pool, api, used) for method in one.methods)
    return Rewritten(replace(one, pool=pool, methods=methods), frozenset(used))


def _method(method: Member, pool: Pool, api: Collection[str], used: set[Use]) -> Member:
    attributes = tuple(
        Attribute("Code", _code(one.content, pool, api, used)) if one.name == "Code" else one
        for one in method.attributes
    )
    return replace(method, attributes=attributes)


def _code(content: bytes, pool: Pool, api: Collection[str], used: set[Use]) -> bytes:
    data = bytearray(content)
    for at, operation in _instructions(content):
        if operation not in _OPERATIONS:
            continue
        owner, name, descriptor = pool.member_of(int.from_bytes(content[at + 1 : at + 3]))
        if owner not in api:
            continue
        accessor = accessor_of(_OPERATIONS[operation], owner, name, descriptor)
        used.add((accessor, owner, name, descriptor))
        number = pool.method(FIELDS, accessor, _descriptor(_OPERATIONS[operation], descriptor))
        data[at : at + 3] = struct.pack(">BH", _INVOKE_STATIC, number)
    return bytes(data)


def _descriptor(operation: str, kind: str) -> str:
    receiver = "" if operation.endswith("static") else "Ljava/lang/Object;"
    return f"({receiver}{kind})V" if operation.startswith("put") else f"({receiver}){kind}"


def _instructions(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each instruction of a Code attribute begins in it, and which it is."""
    if len(content) < 8:
        raise ClassFormatFault("it breaks off")
    begin, end = 8, 8 + int.from_bytes(content[4:8])
    if end > len(content):
        raise ClassFormatFault("it breaks off")
    at = begin
    while at < end:
        operation = content[at]
        yield at, operation
        at += _length(content, at, begin, operation)


def _length(content: bytes, at: int, begin: int, operation: int) -> int:
    if operation == _WIDE:
        return 6 if content[at + 1 : at + 2] == bytes((_IINC,)) else 4
    if operation not in (_TABLE, _LOOKUP):
        return 1 + _OPERANDS.get(operation, 0)
    padded = at + 4 - (at - begin) % 4
    if padded + 12 > len(content):
        raise ClassFormatFault("it breaks off")
    _, first, second = struct.unpack_from(">iii", content, padded)
    count = 8 * first + 8 if operation == _LOOKUP else 4 * (second - first + 1) + 12
    if not 8 <= count <= len(content):
        raise ClassFormatFault("a table of a size that cannot be")
    return int(padded + count - at)
