"""What bodies may be, and what is said of those that may not: as pydantic, which the original uses, says it."""

from __future__ import annotations

import json
from typing import Any, Literal

import pydantic
import pytest

from judge.gateway.dialects.fusion.checks import InvalidBody, json_value
from judge.gateway.dialects.fusion.requests import LANGUAGES, run_code_in, run_jupyter_in, submit_in
from judge.gateway.json_amount import VALUES_MAX
from judge.gateway.problems import ProblemError


class RunCodeModel(pydantic.BaseModel):
    """The interface's fields and types."""

    compile_timeout: float = 10
    run_timeout: float = 10
    memory_limit_MB: int = -1  # noqa: N815
    code: str
    stdin: str | None = None
    language: Literal[LANGUAGES]  # type: ignore[valid-type]
    files: dict[str, str | None] = {}
    fetch_files: list[str] = []
    args: list[str] = []


class ConfigModel(pydantic.BaseModel):
    """The interface's fields and types."""

    dataset_type: str | None = None
    language: Literal[LANGUAGES] | None = None  # type: ignore[valid-type]
    locale: str | None = None
    is_fewshot: bool | None = None
    compile_timeout: float | None = None
    run_timeout: float | None = None
    custom_extract_logic: str | None = None
    provided_data: list[dict[str, Any]] | dict[str, Any] | None = None
    extra: dict[str, Any] = {}


class SubmitModel(pydantic.BaseModel):
    """The interface's fields and types."""

    dataset: str
    id: int | str
    completion: str
    config: ConfigModel


class JupyterModel(pydantic.BaseModel):
    """The interface's fields and types."""

    cells: list[str]
    cell_timeout: float = 0
    total_timeout: float = 45
    kernel: Literal["python3"] = "python3"
    files: dict[str, str] = {}
    fetch_files: list[str] = []


def _errors(model: type[pydantic.BaseModel], value: Any) -> Any:
    try:
        pydantic.TypeAdapter(model).validate_python(value, from_attributes=True)
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False)
        return json.loads(json.dumps([{**one, "loc": ["body", *one["loc"]]} for one in found]))
    return []


def _ours(read: Any, value: Any) -> Any:
    try:
        read(value)
    except InvalidBody as error:
        return json.loads(json.dumps(error.errors))
    return []


def _each(value: dict[str, Any], name: str, fields: tuple[Any, ...]) -> list[Any]:
    return [value | {name: field} for field in fields]


def _each_config(name: str, fields: tuple[Any, ...]) -> list[Any]:
    return [_ROW | {"config": {name: field}} for field in fields]


_GOOD: dict[str, Any] = {"code": "x", "language": "python"}

RUNS: list[Any] = [
    _GOOD,
    {},
    [],
    None,
    "text",
    7,
    {"code": 1, "language": "python"},
    {"code": None, "language": "Python"},
    {"language": "python2"},
    {"code": "x", "language": None},
    *_each(_GOOD, "run_timeout", (1, 1.5, "2", " 2 ", "two", "", True, None, [], {}, "1e3", "nan")),
    *_each(_GOOD, "memory_limit_MB", (1, 1.0, 1.5, "2", "2.0", "2.5", "two", True, None, [], "1e3")),
    *_each(_GOOD, "stdin", ("", None, 1, [], {})),
    *_each(_GOOD, "files", ({}, {"a": None}, {"a": 1, "b": "x", "c": []}, [], None, "x")),
    *_each(_GOOD, "fetch_files", ([], ["a", 1, None], {}, None, "x")),
    {**_GOOD, "args": ["-k", 7]},
    {**_GOOD, "unknown": 1},
    {"compile_timeout": "x", "run_timeout": "y", "files": 1, "fetch_files": 2},
]


@pytest.mark.parametrize("value", RUNS, ids=repr)
def test_run_code_is_checked_as_the_original_checks_it(value: Any) -> None:
    expected = _errors(RunCodeModel, value)
    if value == {**_GOOD, "run_timeout": "nan"}:
        expected = [{"type": "finite_number", "loc": ["body", "run_timeout"], "msg": "Input should be a finite number",
                     "input": "nan"}]  # fmt: skip
    assert _ours(run_code_in, value) == expected


_ROW: dict[str, Any] = {"dataset": "x", "id": 1, "completion": "y", "config": {}}

SUBMISSIONS: list[Any] = [
    _ROW,
    {},
    *_each(_ROW, "id", ("1", "x", 1.0, 1.5, True, None, [])),
    {**_ROW, "config": None},
    {**_ROW, "config": []},
    *_each_config("provided_data", (None, {}, [], [{}], [1], "x", 7)),
    *_each_config("is_fewshot", (True, 0, 1, 2, "yes", "OFF", "maybe", None, [], 0.5)),
    {**_ROW, "config": {"language": "x", "extra": [], "compile_timeout": "a", "locale": 1}},
]


@pytest.mark.parametrize("value", SUBMISSIONS, ids=repr)
def test_submit_is_checked_as_the_original_checks_it(value: Any) -> None:
    assert _ours(submit_in, value) == _errors(SubmitModel, value)


@pytest.mark.parametrize(
    "value", [{"cells": ["x"]}, {}, {"cells": "x"}, {"cells": [1], "kernel": "r"}, {"cells": [], "files": {"a": None}}]
)
def test_run_jupyter_is_checked_as_the_original_checks_it(value: Any) -> None:
    assert _ours(run_jupyter_in, value) == _errors(JupyterModel, value)


def test_defaults_are_the_originals() -> None:
    asked, model = run_code_in(_GOOD), RunCodeModel(**_GOOD)
    assert {name: getattr(asked, name) for name in asked.__struct_fields__} == model.model_dump()


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb"])
def test_half_a_surrogate_pair_is_no_text(value: str) -> None:
    (error,) = _ours(run_code_in, {**_GOOD, "code": value})
    assert error["type"] == "string_unicode"
    assert error["input"] is None


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 10**400])
def test_numbers_without_bounds_are_refused(number: float) -> None:
    (error,) = _ours(run_code_in, {**_GOOD, "run_timeout": number})
    assert error["type"] == "finite_number"


def test_json_is_read_as_the_original_reads_it() -> None:
    assert json_value(b'{"a": NaN}')["a"] != 0
    assert json_value(b'{"a": "\\ud800"}') == {"a": "\ud800"}


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        (b"{", 1, "Expecting property name enclosed in double quotes"),
        (b'{"a": 1,}', 8, "Expecting property name enclosed in double quotes"),
        (b"x", 0, "Expecting value"),
        (b'{"a": 1} x', 9, "Extra data"),
    ],
)
def test_what_is_no_json_is_said_with_its_place(text: bytes, position: int, reason: str) -> None:
    with pytest.raises(InvalidBody) as raised:
        json_value(text)
    (error,) = raised.value.errors
    assert error["type"] == "json_invalid"
    assert error["loc"] == ("body", position)
    assert error["input"] == {}
    assert error["ctx"]["error"].startswith(reason.split(" enclosed")[0])


@pytest.mark.parametrize("text", [b"[" * 100_000, b"\xff", b'{"a": 1' + b"0" * 10_000 + b"}", b""])
def test_hostile_json_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(InvalidBody):
        run_code_in(json_value(text))


def test_errors_are_counted_up_to_a_bound() -> None:
    assert len(_ours(run_code_in, {**_GOOD, "fetch_files": [1] * 100_000})) == 100
    config = {"provided_data": [1] * 100_000}
    body = {"dataset": "x", "id": 1, "completion": "", "config": config}
    assert len(_ours(submit_in, body)) == 100


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_body_with_too_many_values_is_refused_in_any_encoding(encoding: str) -> None:
    text = '["\u2261", ' + "0," * VALUES_MAX + "0]"
    with pytest.raises(ProblemError, match="more than"):
        json_value(text.encode(encoding))
