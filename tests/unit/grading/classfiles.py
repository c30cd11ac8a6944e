"""Writes JVM class files with one method, as a compiler would."""

from __future__ import annotations

import struct

WORDS = "([Ljava/lang/String;)V"
STATIC_MAIN = 0x0009


def class_file(  # noqa: PLR0913 (the parts of a class file, all with defaults)
    name: str,
    *,
    method: str = "main",
    kind: str = WORDS,
    flags: int = STATIC_MAIN,
    source: str = "",
    major: int = 61,
    minor: int = 0,
) -> bytes:
    """A public class whose only method has this name, descriptor and access flags."""
    texts = [name, method, kind, "SourceFile", source]
    constants = b"".join(b"\1" + struct.pack(">H", len(text.encode())) + text.encode() for text in texts)
    constants += b"\5" + bytes(8) + b"\7" + struct.pack(">H", 1)  # a long takes the numbers 6 and 7
    attribute = struct.pack(">HHIH", 1, 4, 2, 5) if source else struct.pack(">H", 0)
    return (
        struct.pack(">IHHH", 0xCAFEBABE, minor, major, 9)
        + constants
        + struct.pack(">HHHH", 1, 8, 0, 0)
        + struct.pack(">H", 0)
        + struct.pack(">HHHHH", 1, flags, 2, 3, 0)
        + attribute
    )
