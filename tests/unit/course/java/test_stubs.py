"""Stubs: what is seen of a class stays, what is private and every body goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from judge.course.java.class_format import (
    ABSTRACT,
    ENUM,
    FINAL,
    PRIVATE,
    PUBLIC,
    STATIC,
    SYNTHETIC,
    Attribute,
    ClassFile,
    ClassFormatFault,
    Member,
    Pool,
    read_class,
)
from judge.course.java.stubs import accessors_of, is_part_of_api, stubs_of

_OBJECT = "java/lang/Object"


def a_class(**fields: object) -> ClassFile:
    """A public class of these fields."""
    return replace(ClassFile((61, 0), Pool(), PUBLIC, "Account", _OBJECT), **fields)  # type: ignore[arg-type]


def stub(one: ClassFile, *, to_run: bool = True) -> ClassFile:
    """Its stub, as it is read."""
    return read_class(stubs_of([one], to_run=to_run)[f"{one.name}.class"])


def test_private_members_and_constants_are_gone() -> None:
    constant = Member(PUBLIC | STATIC | FINAL, "MOST", "J", (Attribute("ConstantValue", b"\0\1"),))
    one = a_class(
        fields=(constant, Member(PRIVATE, "secret", "I")),
        methods=(Member(PRIVATE, "hide", "()V"), Member(PUBLIC, "show", "()V"), Member(STATIC, "<clinit>", "()V")),
    )
    found = stub(one, to_run=False)
    assert [field.name for field in found.fields] == ["MOST"]
    assert found.fields[0].attributes == ()
    assert {method.name for method in found.methods} == {"show", "<init>"}
    assert stub(one).fields == ()


def test_what_runs_is_never_abstract() -> None:
    one = a_class(access=PUBLIC | ABSTRACT, methods=(Member(PUBLIC | ABSTRACT, "area", "()D"),))
    compiled, run = stub(one, to_run=False), stub(one)
    assert compiled.access & ABSTRACT
    assert not run.access & ABSTRACT
    assert [method.name for method in run.methods if any(item.name == "Code" for item in method.attributes)] == [
        "area",
        "<init>",
    ]


def test_an_enumeration_has_its_constants() -> None:
    red = Member(PUBLIC | STATIC | FINAL | ENUM, "RED", "LColor;")
    found = stub(a_class(name="Color", access=PUBLIC | FINAL | ENUM, super_name="java/lang/Enum", fields=(red,)))
    assert [field.name for field in found.fields] == ["RED"]
    assert {"<init>", "<clinit>"} <= {method.name for method in found.methods}


def test_classes_that_tests_cannot_name_have_no_stubs() -> None:
    assert is_part_of_api(a_class())
    assert not is_part_of_api(a_class(access=SYNTHETIC))
    assert not is_part_of_api(a_class(attributes=(Attribute("EnclosingMethod", bytes(4)),)))


def test_a_class_that_extends_one_of_the_library_has_no_stub() -> None:
    with pytest.raises(ClassFormatFault, match="extends java/util/ArrayList"):
        stub(a_class(super_name="java/util/ArrayList"))
    assert stub(a_class(super_name="java/io/IOException")).super_name == "java/io/IOException"


def test_each_use_of_a_field_has_its_accessor() -> None:
    uses = [("getfield$1", "Account", "balance", "J"), ("putstatic$2", "Account", "count", "I")]
    found = read_class(accessors_of(uses))
    assert {(method.name, method.descriptor) for method in found.methods} == {
        ("getfield$1", "(Ljava/lang/Object;)J"),
        ("putstatic$2", "(I)V"),
    }
