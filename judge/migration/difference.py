"""What differs between two servers' answers to the same request. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from judge.migration.server import Answered

_ACCEPTED_MOST = 299

#: Texts of compilers and runtimes: another version says it otherwise.
_TEXTS = ("stderr", "compile_output", "message")

_SHOWN_CHARS = 120


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs. ``minor``: a message of a tool's, which says the same in other words."""

    field: str
    there: str
    here: str
    minor: bool = False


def differences_of_submission(there: Answered, here: Answered) -> list[Difference]:
    """Of two submissions that are over, or refused."""
    refused = [answered.status > _ACCEPTED_MOST for answered in (there, here)]
    if any(refused):
        if there.status == here.status and there.body == here.body:
            return []
        return [Difference(field="answer", there=_refusal(there), here=_refusal(here), minor=all(refused))]
    found = []
    for field, minor in (("status", False), ("stdout", False), ("exit_code", False), ("exit_signal", False)):
        found += _compared(field, there.body, here.body, minor=minor)
    for field in _TEXTS:
        found += _compared(field, there.body, here.body, minor=True)
    return found


def differences_of_reading(there: Answered, here: Answered) -> list[Difference]:
    """Of two answers that nothing was changed by: their statuses and what fields they have."""
    if there.status != here.status:
        return [Difference(field="answer", there=str(there.status), here=str(here.status))]
    missing = sorted(_fields(there.body) - _fields(here.body))
    return [Difference(field=name, there="there", here="missing") for name in missing]


def ratio(field: str, there: Answered, here: Answered) -> float | None:
    """How much of ``time`` or ``memory`` ours is of theirs; None = one of them says none."""
    try:
        amounts = [float(answered.body[field]) for answered in (there, here)]
    except (TypeError, KeyError, ValueError):
        return None
    return amounts[1] / amounts[0] if amounts[0] > 0 else None


def _compared(field: str, there: Any, here: Any, *, minor: bool) -> list[Difference]:
    values = [_value(field, body) for body in (there, here)]
    if values[0] == values[1]:
        return []
    return [Difference(field=field, there=_shown(values[0]), here=_shown(values[1]), minor=minor)]


def _value(field: str, body: Any) -> Any:
    value = body.get(field) if isinstance(body, dict) else None
    if field == "status" and isinstance(value, dict):
        return f"{value.get('id')} {value.get('description')}"
    if isinstance(value, str):
        return _decoded(value)
    return b"" if value is None and field in ("stdout", *_TEXTS) else value


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return text.encode(errors="surrogatepass")


def _shown(value: Any) -> str:
    text = value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "..."


def _refusal(answered: Answered) -> str:
    return _shown(f"{answered.status} {msgspec.json.encode(answered.body).decode()}")


def _fields(body: Any) -> set[str]:
    """Names of an object, or of the first object of a list."""
    if isinstance(body, list) and body:
        body = body[0]
    return set(body) if isinstance(body, dict) else set()
