"""Whether the kernel can execute what a compiler left, by how the file begins.

Source: elf(5), execve(2).
"""

from __future__ import annotations

#: The head of an ELF file up to its entry point: so much of a file is looked at.
HEAD_BYTES = 32


def can_start(head: bytes) -> bool:
    """Whether the kernel can execute a file that begins so: a script with its interpreter, or ELF with an entry point
    (libraries and object files have none)."""
    if head.startswith(b"#!"):
        return True
    is_wide = head[4:5] == b"\x02"
    return head.startswith(b"\x7fELF") and any(head[24 : 32 if is_wide else 28])
