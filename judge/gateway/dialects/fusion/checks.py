"""Checks of bodies in the way of FastAPI: what is accepted, and the list of errors of an answer 422. Pure.

A check takes a value and where it stands, appends what is wrong to a list, and gives the value as it is used. Kinds of
errors, places and messages are those of pydantic 2, which clients of this dialect know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from judge.gateway.problems import check_values

Place = tuple[str | int, ...]

#: More errors are not looked for: what is said of each is larger than what it is about.
_ERRORS_MAX = 100


class Errors(list[dict[str, Any]]):
    """What is wrong so far. Raises InvalidBody when it is enough."""

    def append(self, error: dict[str, Any], /) -> None:
        """One more."""
        super().append(error)
        if len(self) >= _ERRORS_MAX:
            raise InvalidBody(self)


Check = Callable[[Any, Place, Errors], Any]

#: Stands for a field without default.
REQUIRED: Final = object()

_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})

_NO_OBJECT = "Input should be a valid dictionary or object to extract fields from"

#: Characters of a number that is written as a string.
_NUMBER_CHARS_MAX = 400


class InvalidBody(Exception):
    """The body is not as it must be; ``errors`` go into the answer's ``detail``."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


def checked(value: Any, check: Check) -> Any:
    """The body's value. Raises InvalidBody."""
    errors = Errors()
    found = check(value, ("body",), errors)
    if errors:
        raise InvalidBody(errors)
    return found


def json_value(text: bytes) -> Any:
    """The value of a JSON text; of an error all is said that clients know. Raises InvalidBody, ProblemError when it has
    too much in it."""
    check_values(text)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:  # numbers without bounds, half surrogate pairs, which a check names, and other encodings
        decoded = text.decode(json.detect_encoding(text), "surrogatepass")
        check_values(decoded.encode(errors="surrogatepass"))
        return json.loads(decoded)
    except json.JSONDecodeError as error:
        reason, position = error.msg, error.pos
    except (ValueError, RecursionError) as error:
        reason, position = str(error), 0
    found = _error("json_invalid", ("body", position), "JSON decode error", {})
    raise InvalidBody([found | {"ctx": {"error": reason}}])


def no_body() -> InvalidBody:
    """There is none."""
    return InvalidBody([_error("missing", ("body",), "Field required", None)])


def not_an_object(given: Any) -> InvalidBody:
    """The whole body is something else."""
    return InvalidBody([_error("model_attributes_type", ("body",), _NO_OBJECT, given)])


def text(value: Any, place: Place, errors: Errors) -> Any:
    """A string that is Unicode."""
    if not isinstance(value, str):
        errors.append(_error("string_type", place, "Input should be a valid string", value))
    elif not value.isascii() and not _is_unicode(value):
        message = "Input should be a valid string, unable to parse raw data as a unicode string"
        errors.append(_error("string_unicode", place, message, value))
    return value


def number(value: Any, place: Place, errors: Errors) -> Any:
    """A finite number, perhaps written as a string."""
    found = value
    if isinstance(value, str):
        found = _parsed(value)
        if found is None:
            message = "Input should be a valid number, unable to parse string as a number"
            errors.append(_error("float_parsing", place, message, value))
            return 0.0
    if not isinstance(found, int | float):
        errors.append(_error("float_type", place, "Input should be a valid number", value))
        return 0.0
    try:
        found = float(found)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        errors.append(_error("finite_number", place, "Input should be a finite number", value))
    return found


def integer(value: Any, place: Place, errors: Errors) -> Any:
    """A whole number, perhaps written as a string or with a fraction of zero."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        if math.isfinite(value):
            message = "Input should be a valid integer, got a number with a fractional part"
            errors.append(_error("int_from_float", place, message, value))
        else:
            errors.append(_error("finite_number", place, "Input should be a finite number", value))
        return 0
    if isinstance(value, str):
        found = _parsed(value)
        if found is not None and found.is_integer() and "e" not in value.lower():
            return int(found)
        message = "Input should be a valid integer, unable to parse string as an integer"
        errors.append(_error("int_parsing", place, message, value))
        return 0
    errors.append(_error("int_type", place, "Input should be a valid integer", value))
    return 0


def boolean(value: Any, place: Place, errors: Errors) -> Any:
    """True or false, perhaps as a word or a number."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    if isinstance(value, int | str) or (isinstance(value, float) and value.is_integer()):
        message = "Input should be a valid boolean, unable to interpret input"
        errors.append(_error("bool_parsing", place, message, value))
    else:
        errors.append(_error("bool_type", place, "Input should be a valid boolean", value))
    return False


def anything(value: Any, _place: Place, _errors: Errors) -> Any:
    """What it may be."""
    return value


def optional(check: Check) -> Check:
    """The same, or null."""
    return lambda value, place, errors: None if value is None else check(value, place, errors)


def one_of(words: Sequence[str]) -> Check:
    """One of these words exactly."""
    quoted = [f"'{word}'" for word in words]
    expected = f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]

    def check(value: Any, place: Place, errors: Errors) -> Any:
        if not (isinstance(value, str) and value in words):
            error = _error("literal_error", place, f"Input should be {expected}", value)
            errors.append(error | {"ctx": {"expected": expected}})
        return value

    return check


def list_of(check_item: Check) -> Check:
    """A list of such items."""

    def check(value: Any, place: Place, errors: Errors) -> Any:
        if not isinstance(value, list):
            errors.append(_error("list_type", place, "Input should be a valid list", value))
            return []
        return [check_item(item, (*place, index), errors) for index, item in enumerate(value)]

    return check


def mapping_of(check_item: Check) -> Check:
    """An object with such values."""

    def check(value: Any, place: Place, errors: Errors) -> Any:
        if not isinstance(value, dict):
            errors.append(_error("dict_type", place, "Input should be a valid dictionary", value))
            return {}
        return {text(name, (*place, name, "[key]"), errors): check_item(item, (*place, name), errors)
                for name, item in value.items()}  # fmt: skip

    return check


def either(**checks: Check) -> Check:
    """The first that it passes; if it is none, the errors of all. The names are part of an error's place."""

    def check(value: Any, place: Place, errors: Errors) -> Any:
        failed = Errors()
        for name, one in checks.items():
            own = Errors()
            found = one(value, (*place, name.replace("__", "[").replace("_", ",") + "]" * name.count("__")), own)
            if not own:
                return found
            failed += own
        errors += failed
        return value

    return check


def identifier(value: Any, place: Place, errors: Errors) -> Any:
    """A whole number or a string."""
    return value if isinstance(value, str) and _is_unicode(value) else either(int=integer, str=text)(
        value, place, errors)  # fmt: skip


def record(fields: Mapping[str, tuple[Check, Any]]) -> Check:
    """An object with these fields: how each is checked, and its default or ``REQUIRED``. Others are passed over."""

    def check(value: Any, place: Place, errors: Errors) -> Any:
        if not isinstance(value, dict):
            errors.append(_error("model_attributes_type", place, _NO_OBJECT, value))
            return {}
        found = {}
        for name, (check_field, default) in fields.items():
            if name in value:
                found[name] = check_field(value[name], (*place, name), errors)
            elif default is REQUIRED:
                errors.append(_error("missing", (*place, name), "Field required", value))
            else:
                found[name] = default() if callable(default) else default
        return found

    return check


def _error(kind: str, place: Place, message: str, given: Any) -> dict[str, Any]:
    return {"type": kind, "loc": place, "msg": message, "input": _sayable(given)}


def _sayable(given: Any) -> Any:
    """The same, if JSON in UTF-8 can say it; a request's JSON may have had texts that it cannot."""
    try:
        msgspec.json.encode(given)
    except (UnicodeEncodeError, RecursionError):
        return None
    return given


def _parsed(written: str) -> float | None:
    if len(written) > _NUMBER_CHARS_MAX:
        return None
    try:
        return float(written)
    except ValueError:
        return None


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
