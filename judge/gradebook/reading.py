"""Files that a teacher names, read whole up to a bound."""

from __future__ import annotations

from judge.errors import UsageError


def read_bounded(path: str, bytes_max: int) -> bytes:
    """All of a file. Raises UsageError naming it, also where it is larger."""
    try:
        with open(path, "rb") as file:
            content = file.read(bytes_max + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    if len(content) > bytes_max:
        raise UsageError(f"{path}: larger than {bytes_max >> 20} MiB")
    return content
