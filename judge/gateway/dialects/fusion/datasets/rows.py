"""The rows of data sets that come along with a request. Pure."""

from __future__ import annotations

import json
from typing import Any

from judge.gateway.dialects.fusion.requests import Asked
from judge.gateway.json_amount import VALUES_MAX, has_too_many_values


class BadRow(Exception):
    """What came along is not what this kind of data set has; the text says why."""


#: Kinds of data sets, by the names of classes that clients know.
STDIO, APPENDED = "CommonOJDataset", "AutoEvalDataset"
_KINDS = {STDIO: STDIO} | {f"AutoEval{version}Dataset": APPENDED for version in ("", "V4", "V5", "V6")}


def kind_of(asked: Asked) -> str:
    """Raises BadRow: no data set of ours is known by its name alone, and there are only these kinds."""
    name = asked.config.dataset_type
    if name is None:
        raise BadRow(f"no eval class found for dataset {asked.dataset}")
    if name not in _KINDS:
        raise BadRow(f"eval class {name} not found")
    return _KINDS[name]


def row_in(asked: Asked) -> dict[str, Any]:
    """The one row of a request about one. Raises BadRow."""
    given = asked.config.provided_data
    if not isinstance(given, dict) or not given:
        raise BadRow("config.provided_data: one row, an object, is needed: no data set is kept here")
    return given


def rows_in(asked: Asked) -> list[dict[str, Any]]:
    """The rows of a request about all. Raises BadRow."""
    given = asked.config.provided_data
    if not isinstance(given, list):
        raise BadRow("config.provided_data: a list of rows is needed: no data set is kept here")
    return given


def field(row: dict[str, Any], name: str) -> Any:
    """A field of a row. Raises BadRow where it is missing."""
    if name not in row:
        raise BadRow(f"provided_data: the field {name!r} is missing")
    return row[name]


def json_field(row: dict[str, Any], name: str) -> Any:
    """A field that may be written as a JSON text. Raises BadRow."""
    value = field(row, name)
    return in_json(value, name) if isinstance(value, str) else value


def in_json(text: str, name: str) -> Any:
    """The value of a JSON text, in which control characters may stand as they are. Raises BadRow."""
    if has_too_many_values(text.encode(errors="surrogatepass")):
        raise BadRow(f"provided_data: the field {name!r} has more than {VALUES_MAX} values")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise BadRow(f"provided_data: the field {name!r} is no JSON: {error}") from error


def mapping_field(row: dict[str, Any], name: str) -> dict[str, Any]:
    """A field that is an object. Raises BadRow."""
    value = json_field(row, name)
    if not isinstance(value, dict):
        raise BadRow(f"provided_data: the field {name!r} must be an object")
    return value


def text_field(row: dict[str, Any], name: str) -> str:
    """A field that is a string. Raises BadRow."""
    value = field(row, name)
    if not isinstance(value, str):
        raise BadRow(f"provided_data: the field {name!r} must be a string")
    return value
