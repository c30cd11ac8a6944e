"""A file is a program by its head: a script, or ELF with an entry point."""

from __future__ import annotations

import pytest

from judge.toolchain.startable import HEAD_BYTES, can_start

_NO_ENTRY = b"\x00" * 8


def _elf(bits: int, entry: bytes) -> bytes:
    return (b"\x7fELF" + (b"\x02" if bits == 64 else b"\x01") + b"\x00" * 19 + entry)[:HEAD_BYTES]


@pytest.mark.parametrize("head", [b"#!/bin/sh\n", _elf(64, b"\x00" * 7 + b"\x01"), _elf(32, b"\x01" + b"\x00" * 7)])
def test_a_script_and_what_has_an_entry_point_can_be_started(head: bytes) -> None:
    assert can_start(head)


@pytest.mark.parametrize("head", [b"", b"text", _elf(64, _NO_ENTRY), _elf(32, b"\x00" * 4 + b"\x01" * 4)])
def test_text_and_what_has_no_entry_point_cannot(head: bytes) -> None:
    assert not can_start(head)
