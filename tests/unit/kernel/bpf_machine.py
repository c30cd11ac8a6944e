"""A classic BPF machine as seccomp runs it, and ``struct sock_filter`` decoding: what the compiler is tested against.

Written from Documentation/networking/filter.rst and kernel/seccomp.c:seccomp_check_filter, not from the compiler:
only the instructions that seccomp accepts exist, and everything else raises.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECCOMP_DATA_BYTES = 64


def decode(program: bytes) -> list[tuple[int, int, int, int]]:
    """(code, jt, jf, k) of every instruction."""
    assert len(program) % 8 == 0
    return list(struct.iter_unpack("=HBBI", program))


def seccomp_data(arch: int, nr: int, args: Sequence[int] = ()) -> bytes:
    """``struct seccomp_data`` of one call; missing arguments are 0."""
    padded = [value & 0xFFFF_FFFF_FFFF_FFFF for value in (*args, *([0] * 6))][:6]
    return struct.pack("<IIQ6Q", nr & 0xFFFF_FFFF, arch & 0xFFFF_FFFF, 0x7FFF_DEAD_BEEF, *padded)


def check(program: bytes) -> None:
    """What the kernel checks when it installs one: known instructions, aligned loads, jumps inside, a last RET."""
    code = decode(program)
    assert 0 < len(code) <= 4096
    for place, (op, jt, jf, k) in enumerate(code):
        after = place + 1
        if op == 0x20:
            assert k % 4 == 0
            assert k < SECCOMP_DATA_BYTES
        elif op == 0x05:
            assert after + k < len(code)
        elif op in (0x15, 0x25, 0x35, 0x45):
            assert after + max(jt, jf) < len(code)
        else:
            assert op in (0x06, 0x54), f"instruction {op:#x} at {place}"
    assert code[-1][0] == 0x06


def run(program: bytes, data: bytes) -> int:
    """The value that the program returns for ``data``."""
    value, _ = trace(program, data)
    return value


def trace(program: bytes, data: bytes) -> tuple[int, set[int]]:
    """The value returned, and the offsets in ``seccomp_data`` that were loaded on the way."""
    code = decode(program)
    loaded: set[int] = set()
    accumulator = 0
    place = 0
    while True:
        op, jt, jf, k = code[place]
        place += 1
        match op:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, k)
                loaded.add(k)
            case 0x54:
                accumulator &= k
            case 0x05:
                place += k
            case 0x15:
                place += jt if accumulator == k else jf
            case 0x25:
                place += jt if accumulator > k else jf
            case 0x35:
                place += jt if accumulator >= k else jf
            case 0x45:
                place += jt if accumulator & k else jf
            case 0x06:
                return k, loaded
            case _:
                raise AssertionError(f"instruction {op:#x} at {place - 1}")
