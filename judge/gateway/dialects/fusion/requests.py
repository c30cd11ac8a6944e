"""The bodies of requests, as they are read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from judge.gateway.dialects.fusion.checks import (
    REQUIRED,
    anything,
    boolean,
    checked,
    either,
    identifier,
    integer,
    list_of,
    mapping_of,
    number,
    one_of,
    optional,
    record,
    text,
)

#: What ``language`` may be, in the order in which errors list it.
LANGUAGES = (
    "python", "cpp", "nodejs", "go", "go_test", "java", "php", "csharp", "bash", "typescript", "sql", "rust", "cuda",
    "lua", "R", "perl", "D_ut", "ruby", "scala", "julia", "pytest", "junit", "kotlin_script", "jest", "verilog",
    "python_gpu", "lean", "swift", "racket",
)  # fmt: skip

_language = one_of(LANGUAGES)


class RunCode(msgspec.Struct, frozen=True, kw_only=True):
    """``POST /run_code``. Times are seconds of wall clock; a limit of memory of 0 or less is none. ``files``: contents
    in base64, None = no such file. ``args`` are pytest's."""

    code: str
    language: str
    compile_timeout: float = 10.0
    run_timeout: float = 10.0
    memory_limit_MB: int = -1  # noqa: N815 - the interface's own name
    stdin: str | None = None
    files: Mapping[str, str | None] = {}
    fetch_files: list[str] = []
    args: list[str] = []


class RunJupyter(msgspec.Struct, frozen=True, kw_only=True):
    """``POST /run_jupyter``."""

    cells: list[str]
    cell_timeout: float = 0.0
    total_timeout: float = 45.0
    kernel: str = "python3"
    files: Mapping[str, str | None] = {}
    fetch_files: list[str] = []


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """How a data set is used. ``provided_data``: its rows, or one of them, that came along."""

    dataset_type: str | None = None
    language: str | None = None
    locale: str | None = None
    is_fewshot: bool | None = None
    compile_timeout: float | None = None
    run_timeout: float | None = None
    custom_extract_logic: str | None = None
    provided_data: list[dict[str, Any]] | dict[str, Any] | None = None
    extra: dict[str, Any] = {}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What all requests about data sets have; each has some of the other fields."""

    dataset: str
    config: Config
    id: int | str = 0
    offset: int = 0
    limit: int = 1_000_000
    completion: str = ""


_run_code = record({
    "compile_timeout": (number, 10.0),
    "run_timeout": (number, 10.0),
    "memory_limit_MB": (integer, -1),
    "code": (text, REQUIRED),
    "stdin": (optional(text), None),
    "language": (_language, REQUIRED),
    "files": (mapping_of(optional(text)), dict),
    "fetch_files": (list_of(text), list),
    "args": (list_of(text), list),
})  # fmt: skip

_run_jupyter = record({
    "cells": (list_of(text), REQUIRED),
    "cell_timeout": (number, 0.0),
    "total_timeout": (number, 45.0),
    "kernel": (one_of(("python3",)), "python3"),
    "files": (mapping_of(text), dict),
    "fetch_files": (list_of(text), list),
})  # fmt: skip

_row = mapping_of(anything)
_config_fields = record({
    "dataset_type": (optional(text), None),
    "language": (optional(_language), None),
    "locale": (optional(text), None),
    "is_fewshot": (optional(boolean), None),
    "compile_timeout": (optional(number), None),
    "run_timeout": (optional(number), None),
    "custom_extract_logic": (optional(text), None),
    "provided_data": (optional(either(list__dict__str_any=list_of(_row), dict__str_any=_row)), None),
    "extra": (_row, dict),
})  # fmt: skip


def _config(value: Any, place: Any, errors: Any) -> Any:
    found = len(errors)
    fields = _config_fields(value, place, errors)
    return Config(**fields) if len(errors) == found else None


_dataset = {"dataset": (text, REQUIRED)}
_about = {"config": (_config, REQUIRED)}
_one = {"id": (identifier, REQUIRED)}

_prompts = record(_dataset | _about | {"offset": (integer, 0), "limit": (integer, 1_000_000)})
_prompt = record(_dataset | _about | _one)
_submit = record(_dataset | _one | {"completion": (text, REQUIRED)} | _about)
_function = record(_dataset | _about)
_metrics = record(_dataset | _about | {"results": (list_of(_row), REQUIRED)})


def run_code_in(body: Any) -> RunCode:
    """Raises InvalidBody."""
    return RunCode(**checked(body, _run_code))


def run_jupyter_in(body: Any) -> RunJupyter:
    """Raises InvalidBody."""
    return RunJupyter(**checked(body, _run_jupyter))


def prompts_in(body: Any) -> Asked:
    """Of /get_prompts and /list_ids. Raises InvalidBody."""
    return Asked(**checked(body, _prompts))


def prompt_in(body: Any) -> Asked:
    """Of /get_prompt_by_id. Raises InvalidBody."""
    return Asked(**checked(body, _prompt))


def submit_in(body: Any) -> Asked:
    """Of /submit. Raises InvalidBody."""
    return Asked(**checked(body, _submit))


def metrics_in(body: Any) -> Asked:
    """Of /get_metrics, whose results tell us nothing. Raises InvalidBody."""
    found = checked(body, _metrics)
    return Asked(dataset=found["dataset"], config=found["config"])


def metrics_function_in(body: Any) -> Asked:
    """Of /get_metrics_function. Raises InvalidBody."""
    return Asked(**checked(body, _function))
