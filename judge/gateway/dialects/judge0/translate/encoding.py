"""Base64 as Judge0's clients meet it: whatever decodes is taken, and lines of 60 letters are given. Pure."""

from __future__ import annotations

import base64
import binascii
import re

_JUNK = re.compile(r"[^A-Za-z0-9+/=]+")
_BYTES_OF_LINE = 45


class NotTextError(Exception):
    """Bytes that are no UTF-8 were to be given as they are."""


def decoded(text: str) -> bytes:
    """What a text stands for: letters that base64 does not have are passed over, and the padding ends it."""
    letters = _JUNK.sub("", text).partition("=")[0]
    if len(letters) % 4 == 1:
        letters = letters[:-1]  # six bits are no byte
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))


def encoded(content: bytes) -> str:
    """In lines of 60 letters, each with its end; nothing for nothing."""
    lines = (content[at : at + _BYTES_OF_LINE] for at in range(0, len(content), _BYTES_OF_LINE))
    return "".join(f"{base64.b64encode(line).decode()}\n" for line in lines)


def shown(content: bytes | None, *, in_base64: bool) -> str | None:
    """A text of an answer. Raises NotTextError."""
    if content is None:
        return None
    if in_base64:
        return encoded(content)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise NotTextError from error
