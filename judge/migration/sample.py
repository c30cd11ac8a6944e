"""A file of recorded requests to Judge0: a JSON object a line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from judge.errors import UsageError

#: Fields of a submission that mean something to Judge0; a recorded answer has others.
_ASKED = frozenset({
    "source_code", "language_id", "compiler_options", "command_line_arguments", "stdin", "expected_output",
    "cpu_time_limit", "cpu_extra_time", "wall_time_limit", "memory_limit", "stack_limit",
    "max_processes_and_or_threads", "enable_per_process_and_thread_time_limit",
    "enable_per_process_and_thread_memory_limit", "max_file_size", "redirect_stderr_to_stdout", "enable_network",
    "number_of_runs", "additional_files",
})  # fmt: skip

_READING = ("GET", "HEAD")
_SUBMISSIONS = "/submissions"


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One request. ``line`` is where it stands, from 1. ``submission`` None = it only reads: ``path`` is what.

    ``base64``: whether the submission's texts are in base64; None = as the server takes them when nothing is said.
    """

    line: int
    submission: Mapping[str, Any] | None = None
    base64: bool | None = False
    path: str = ""


def read_sample(text: bytes, name: str) -> list[Recorded]:
    """All requests; a batch is one for each of its submissions. Raises UsageError naming the line."""
    found: list[Recorded] = []
    for number, line in enumerate(text.split(b"\n"), start=1):
        if line.strip():
            try:
                found += _requests(number, msgspec.json.decode(line))
            except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, too
                raise UsageError(f"{name}:{number}: {error}") from None
    if not found:
        raise UsageError(f"{name}: there is no request in it")
    return found


def _requests(line: int, given: Any) -> Iterator[Recorded]:
    if not isinstance(given, dict):
        raise ValueError("a request is an object")
    if "path" not in given:
        yield from _submissions(line, given, base64=_flag(given.get("base64_encoded", False)))
        return
    path, method = given["path"], given.get("method", "POST")
    if not isinstance(path, str) or not isinstance(method, str):
        raise ValueError("path and method are texts")
    parts = urlsplit(path)
    method, below = method.upper(), parts.path[max(parts.path.find(_SUBMISSIONS), 0) :].rstrip("/")
    if method in _READING:
        yield Recorded(line=line, path=path)
    elif method == "POST" and below in (_SUBMISSIONS, f"{_SUBMISSIONS}/batch"):
        said = dict(parse_qsl(parts.query)).get("base64_encoded")
        yield from _submissions(line, given.get("body"), base64=None if said is None else _flag(said))
    else:
        raise ValueError(f"{method[:10]} {path[:80]!r} is not replayed: it changes what is there")


def _submissions(line: int, body: Any, *, base64: bool | None) -> Iterator[Recorded]:
    if isinstance(body, dict) and isinstance(body.get("submission"), dict):
        body = body["submission"]
    listed = body.get("submissions", [body]) if isinstance(body, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError("the body is no submission, and no batch of them")
    for one in listed:
        if "language_id" not in one:
            raise ValueError("a submission has a language_id")
        asked = {name: value for name, value in one.items() if name in _ASKED}
        yield Recorded(line=line, submission=asked, base64=base64)


def _flag(said: Any) -> bool:
    return said is True or str(said).lower() == "true"
