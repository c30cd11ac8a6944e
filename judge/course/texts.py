"""Texts of the setter's as reports show them: cut, and safe to print."""

from __future__ import annotations

from judge.errors import PackageMissing
from judge.kernel.files import open_resolved
from judge.model.printed import Printed
from judge.text import safe_text

#: Kept of one text in a report.
TEXT_BYTES = 2048


def printed_text(text: bytes) -> Printed | None:
    """A text, or its beginning; None = there is none."""
    if not text:
        return None
    kept = text[:TEXT_BYTES]
    return Printed(head=safe_text(kept, len(kept)), omitted_bytes=len(text) - len(kept))


def printed_file(path: str) -> Printed | None:
    """The beginning of a file of the package; "" = there is none. Raises PackageMissing."""
    if not path:
        return None
    try:
        with open(path, "rb", opener=open_resolved) as file:
            kept = file.read(TEXT_BYTES)
            size_bytes = file.seek(0, 2)
    except OSError as error:
        raise PackageMissing(f"cannot be read: {error.strerror}", path) from error
    return Printed(head=safe_text(kept, len(kept)), omitted_bytes=size_bytes - len(kept)) if kept else None
