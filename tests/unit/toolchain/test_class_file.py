"""The class that a JVM program starts with, as its compiled classes say."""

from __future__ import annotations

import pytest
from classfiles import class_file
from hypothesis import given
from hypothesis import strategies as st

from judge.toolchain.class_file import Starter, main_class, starter_of


def test_a_class_with_a_main_method_is_read() -> None:
    data = class_file("contest/a/AKt", source="a.kt")
    assert starter_of(data) == Starter("contest.a.AKt", "a.kt", is_public=True, classic=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xca\xfe\xba\xbe",
        class_file("A", method="mine"),
        class_file("A", kind="()V"),
        class_file("A", flags=0x0001),
        class_file("A", flags=0x0008),
        class_file("A", flags=0x0002, major=69),
    ],
)
def test_a_class_without_one_starts_nothing(data: bytes) -> None:
    assert starter_of(data) is None


@pytest.mark.parametrize(("major", "minor"), [(69, 0), (70, 0), (65, 0xFFFF)])
def test_an_instance_main_starts_where_java_has_them(major: int, minor: int) -> None:
    assert starter_of(class_file("A", kind="()V", flags=0, major=major, minor=minor))
    assert main_class({"A.class": class_file("A", kind="()V", flags=0, major=69)}, "Main", "A.java") == "A"


@pytest.mark.parametrize(
    ("classes", "guess", "source", "found"),
    [
        ({"contest/a/AKt": "a.kt"}, "AKt", "a.kt", "contest.a.AKt"),
        ({"Solution": "main.kt"}, "MainKt", "main.kt", "Solution"),
        ({"A_bKt": "a-b.kt"}, "A-bKt", "a-b.kt", "A_bKt"),
        ({"Helper": "Helper.java", "Main": "Main.java"}, "Main", "Main.java", "Main"),
        ({"Helper": "Helper.java", "Main": "Main.java"}, "Helper", "Helper.java", "Helper"),
        ({"Other": "x.kt", "MainKt": "y.kt"}, "XyzKt", "z.kt", "MainKt"),
        ({"A$B": "a.java", "C": "a.java"}, "None", "a.java", "C"),
        ({"-version": "a.kt", "@x": "a.kt"}, "AKt", "a.kt", ""),
        ({}, "AKt", "a.kt", ""),
    ],
)
def test_the_class_of_the_main_source_is_started(classes: dict[str, str], guess: str, source: str, found: str) -> None:
    files = {f"classes/{name}.class": class_file(name, source=origin) for name, origin in classes.items()}
    assert main_class(files | {"classes/META-INF/x": b"main"}, guess, source) == found


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 255))
def test_no_class_file_is_an_exception(data: bytes, at: int, byte: int) -> None:
    starter_of(data)
    whole = bytearray(class_file("A", source="a.kt"))
    whole[at % len(whole)] = byte
    starter_of(bytes(whole))
    starter_of(bytes(whole[: at % len(whole)]))
    main_class({"A.class": bytes(whole)}, "A", "a.kt")
