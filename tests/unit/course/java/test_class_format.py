"""Class files: what is read is written again, and what is none is a fault and nothing worse."""

from __future__ import annotations

import pytest

from judge.course.java.class_format import (
    PUBLIC,
    Attribute,
    ClassFile,
    ClassFormatFault,
    Member,
    Pool,
    parameters_of,
    read_class,
    write_class,
)


def a_class() -> ClassFile:
    """One with a field and a method."""
    return ClassFile(
        (61, 0),
        Pool(),
        PUBLIC,
        "bank/Account",
        "java/lang/Object",
        interfaces=("java/lang/Runnable",),
        fields=(Member(PUBLIC, "balance", "J"),),
        methods=(Member(PUBLIC, "deposit", "(JLjava/lang/String;)V", (Attribute("Deprecated", b""),)),),
    )


def test_what_is_written_is_read_again() -> None:
    read = read_class(write_class(a_class()))
    assert (read.name, read.super_name, read.interfaces) == (
        "bank/Account",
        "java/lang/Object",
        ("java/lang/Runnable",),
    )
    assert read.fields == a_class().fields
    assert read.methods == a_class().methods
    assert write_class(read_class(write_class(read))) == write_class(read)


def test_no_prefix_of_a_class_file_is_one() -> None:
    data = write_class(a_class())
    for size in range(len(data)):
        with pytest.raises(ClassFormatFault):
            read_class(data[:size])


def test_a_constant_of_another_kind_is_a_fault() -> None:
    pool = Pool()
    with pytest.raises(ClassFormatFault):
        pool.class_of(pool.text("Account"))
    with pytest.raises(ClassFormatFault):
        pool.text_of(99)


def test_a_constant_is_there_once() -> None:
    pool = Pool()
    assert pool.class_("Account") == pool.class_("Account")


def test_parameters_are_split() -> None:
    assert parameters_of("(I[[Ljava/lang/String;J)V") == (("I", "[[Ljava/lang/String;", "J"), "V")
    for text in ("", "I", "(L", "(Ljava/lang/String"):
        with pytest.raises(ClassFormatFault):
            parameters_of(text)
