"""Uses of fields in compiled code become calls, and nothing else is touched."""

from __future__ import annotations

import struct

from judge.course.java.class_format import (
    FIELD_REF,
    NAME_AND_TYPE,
    PUBLIC,
    Attribute,
    ClassFile,
    Member,
    Pool,
)
from judge.course.java.field_access import rewritten


def field(pool: Pool, owner: str, name: str, descriptor: str) -> int:
    """The constant of a field."""
    named = pool.add(NAME_AND_TYPE, struct.pack(">HH", pool.text(name), pool.text(descriptor)))
    return pool.add(FIELD_REF, struct.pack(">HH", pool.class_(owner), named))


def a_test(pool: Pool, code: bytes) -> ClassFile:
    """A class whose one method has this code."""
    body = struct.pack(">HHI", 2, 2, len(code)) + code + struct.pack(">HH", 0, 0)
    return ClassFile(
        (61, 0),
        pool,
        PUBLIC,
        "T",
        "java/lang/Object",
        methods=(Member(PUBLIC, "t", "()V", (Attribute("Code", body),)),),
    )


def code_of(one: ClassFile) -> bytes:
    """The code of its method."""
    content = one.methods[0].attributes[0].content
    return content[8 : 8 + int.from_bytes(content[4:8])]


def test_only_fields_of_the_api_become_calls() -> None:
    pool = Pool()
    ours, theirs = field(pool, "T", "own", "I"), field(pool, "Account", "balance", "J")
    code = struct.pack(">BBHBBHB", 0x2A, 0xB4, theirs, 0x2A, 0xB4, ours, 0xB1)
    found = rewritten(a_test(pool, code), {"Account"})
    assert {use[1:] for use in found.used} == {("Account", "balance", "J")}
    assert [code_of(found.one)[at] for at in (1, 5)] == [0xB8, 0xB4]
    assert not rewritten(a_test(pool, code), {"Other"}).changed


def test_operands_are_never_taken_for_instructions() -> None:
    pool = Pool()
    number = field(pool, "Account", "balance", "J")
    table = struct.pack(">BBHiii", 0xAA, 0, 0, 0, 0xB4, 0xB4) + struct.pack(">i", number)
    lookup = struct.pack(">BBBB", 0xAB, 0, 0, 0) + struct.pack(">iiii", 0, 1, 0xB4, number)
    wide = struct.pack(">BBHH", 0xC4, 0x84, 0xB4, number)
    code = table + lookup + wide + struct.pack(">BBB", 0x10, 0xB4, 0xB1)
    assert len(table) % 4 == 0
    assert not rewritten(a_test(pool, code), {"Account"}).changed
