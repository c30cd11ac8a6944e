"""Jars: the same files are the same bytes, whatever their order."""

from __future__ import annotations

import io
import zipfile

from judge.course.java.jars import jar_of


def test_a_jar_is_the_same_for_the_same_files() -> None:
    jar = jar_of({"b.class": b"2", "a.class": b"1"})
    assert jar == jar_of({"a.class": b"1", "b.class": b"2"})
    with zipfile.ZipFile(io.BytesIO(jar)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a.class": b"1", "b.class": b"2"}
