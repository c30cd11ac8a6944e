"""The tables of system-call numbers, against the headers of this machine where it has them."""

from __future__ import annotations

import re
from pathlib import Path

import needs
import pytest

from judge.kernel import syscalls

X86_64_HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
GENERIC_HEADER = Path("/usr/include/asm-generic/unistd.h")


def test_tables_agree_with_the_header_of_x86_64() -> None:
    needs.tool(str(X86_64_HEADER))
    header = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", X86_64_HEADER.read_text())}
    table = syscalls.numbers("x86_64")
    assert {name: number for name, number in header.items() if number <= 470 and table.get(name) != number} == {}


def test_tables_agree_with_the_generic_header_of_aarch64() -> None:
    needs.tool(str(GENERIC_HEADER))
    text = GENERIC_HEADER.read_text()
    plain = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)\s", text)}
    by_width = {name: int(number) for name, number in re.findall(r"#define __NR3264_(\w+)\s+(\d+)\s", text)}
    table = syscalls.numbers("aarch64")
    for name, number in {**plain, **by_width}.items():
        if name in table:
            assert (name, table[name]) == (name, number)
    missing = {number for name, number in plain.items() if not 244 <= number < 260 and not 402 < number < 424} - set(
        table.values()
    )
    assert missing <= {plain["syscalls"]}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_numbers_and_names_are_inverse_and_plausible(machine: str) -> None:
    table = syscalls.numbers(machine)
    assert {number: name for name, number in table.items()} == syscalls.names(machine)
    assert len(set(table.values())) == len(table) > 300
    assert table["listns"] == 470
    assert not [number for number in table.values() if number >= 0x4000_0000 or 512 <= number <= 547]


def test_an_unknown_machine_is_named() -> None:
    with pytest.raises(ValueError, match="'mips'"):
        syscalls.numbers("mips")
