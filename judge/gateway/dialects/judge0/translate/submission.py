"""A submission as Judge0's clients send it: cast as leniently as Judge0 does it, with its defaults. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from judge.config.dialects import Judge0Settings
from judge.gateway.dialects.judge0.translate.encoding import decoded

#: What a request may say; all else is passed over, and so is what is no single value.
_TEXTS = ("source_code", "stdin", "expected_output")
_NUMBERS = ("cpu_time_limit", "cpu_extra_time", "wall_time_limit")
_COUNTS = ("number_of_runs", "memory_limit", "stack_limit", "max_processes_and_or_threads", "max_file_size")
_FLAGS = (
    "enable_per_process_and_thread_time_limit",
    "enable_per_process_and_thread_memory_limit",
    "redirect_stderr_to_stdout",
)
_STRINGS = ("compiler_options", "command_line_arguments", "callback_url")

_INTEGER = re.compile(r"\s*([+-]?\d{1,40})")
_NUMBER = re.compile(r"\s*[+-]?(\d[\d_]*)(\.\d+)?([eE][+-]?\d+)?\s*")
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "off", "OFF"})


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """All but the large texts of a submission, with the defaults filled in; times in seconds, sizes in KiB."""

    language_id: int | None = None
    compiler_options: str | None = None
    command_line_arguments: str | None = None
    number_of_runs: int = 1
    cpu_time_limit: float = 0
    cpu_extra_time: float = 0
    wall_time_limit: float = 0
    memory_limit: int = 0
    stack_limit: int = 0
    max_processes_and_or_threads: int = 0
    enable_per_process_and_thread_time_limit: bool = False
    enable_per_process_and_thread_memory_limit: bool = False
    max_file_size: int = 0
    redirect_stderr_to_stdout: bool = False
    callback_url: str | None = None
    enable_network: bool = False


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent. ``not_numbers``: fields that were to be numbers and are none."""

    options: Options
    source_code: bytes | None = None
    stdin: bytes | None = None
    expected_output: bytes | None = None
    additional_files: bytes | None = None
    not_numbers: frozenset[str] = frozenset()


def submission_of(said: Mapping[str, Any], settings: Judge0Settings, *, in_base64: bool) -> Submission:
    """What a request's fields say, in base64 or not; additional files always are."""
    single = {name: value for name, value in said.items() if not isinstance(value, list | dict)}
    wrapped = said.get("submission")
    if isinstance(wrapped, dict):
        single = {name: value for name, value in wrapped.items() if not isinstance(value, list | dict)} | single
    texts = {name: _text(single.get(name), in_base64=in_base64) for name in _TEXTS}
    fields: dict[str, Any] = {"language_id": _integer(single.get("language_id"))}
    for name in (*_NUMBERS, *_COUNTS):
        value = _number(single.get(name)) if name in _NUMBERS else _integer(single.get(name))
        fields[name] = getattr(settings, name) if value is None else value
    for name in _FLAGS:
        flag = _flag(single.get(name))
        fields[name] = getattr(settings, name) if flag is None else flag
    fields |= {name: _string(single.get(name)) for name in _STRINGS}
    return Submission(
        options=Options(**fields, enable_network=_flag(single.get("enable_network")) or False),
        additional_files=_text(single.get("additional_files"), in_base64=True),
        not_numbers=frozenset(name for name in (*_NUMBERS, *_COUNTS) if not _is_number(single.get(name))),
        **texts,
    )


def _string(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def _text(value: Any, *, in_base64: bool) -> bytes | None:
    text = _string(value)
    if text is None:
        return None
    return decoded(text) if in_base64 else text.encode(errors="replace")


def _integer(value: Any) -> int | None:
    """As a column of integers takes it: what a text begins with, 0 for one that begins with none."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        found = _INTEGER.match(value)
        return int(found[1]) if found else 0
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    return int(value)


def _number(value: Any) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        found = _NUMBER.match(value)
        value = found[0].replace("_", "") if found else 0
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _is_number(value: Any) -> bool:
    if value is None or value == "":
        return True  # the default is
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return not isinstance(value, bool)


def _flag(value: Any) -> bool | None:
    if value is None or value == "":
        return None
    return str(value).strip() not in _FALSE if not isinstance(value, bool) else value
