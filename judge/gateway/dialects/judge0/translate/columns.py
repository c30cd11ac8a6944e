"""A submission as Judge0 shows it: its columns, and which of them a request wants. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from judge.gateway.dialects.judge0.translate.encoding import encoded, shown
from judge.gateway.dialects.judge0.translate.statuses import Result
from judge.gateway.dialects.judge0.translate.submission import Submission

#: In the order in which they are shown.
_COLUMNS = (
    "source_code", "language_id", "stdin", "expected_output", "stdout", "status_id", "created_at", "finished_at",
    "time", "memory", "stderr", "token", "number_of_runs", "cpu_time_limit", "cpu_extra_time", "wall_time_limit",
    "memory_limit", "stack_limit", "max_processes_and_or_threads", "enable_per_process_and_thread_time_limit",
    "enable_per_process_and_thread_memory_limit", "max_file_size", "compile_output", "exit_code", "exit_signal",
    "message", "wall_time", "compiler_options", "command_line_arguments", "redirect_stderr_to_stdout", "callback_url",
    "additional_files", "enable_network",
)  # fmt: skip

#: Of versions that were never released: given to who names them, and not among ``*``, which would end the official
#: client.
_UNRELEASED = ("started_at", "queued_at", "updated_at", "queue_host", "execution_host")

POST_EXECUTION = "post_execution_filesystem"
_LAST = ("status", "language")

DEFAULT = ("token", "time", "memory", "stdout", "stderr", "compile_output", "message", "status")

#: What is in the task alone, so that showing it costs a look at that.
OF_TASK = frozenset(_COLUMNS) - {
    "language_id", "stdout", "status_id", "created_at", "finished_at", "time", "memory", "stderr", "token",
    "compile_output", "exit_code", "exit_signal", "message", "wall_time",
}  # fmt: skip


class InvalidFieldsError(Exception):
    """Names that are no columns."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"invalid fields: [{', '.join(names)}]")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a submission stands. Unix milliseconds; 0 = not yet. ``left``: a zip file of what the program left."""

    token: str
    language: tuple[int, str]
    status: tuple[int, str]
    result: Result
    created_at_ms: int = 0
    started_at_ms: int = 0
    finished_at_ms: int = 0
    sent: Submission | None = None
    left: bytes | None = None


def columns_asked(text: str | None, *, newest: bool) -> tuple[str, ...]:
    """What a list of names means; ``newest``: the version knows what programs leave. Raises InvalidFieldsError."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    all_ = (*_COLUMNS, *((POST_EXECUTION,) if newest else ()), *_LAST)
    wrong = [name for name in names if name not in (*all_, *_UNRELEASED, "*")]
    if wrong:
        raise InvalidFieldsError(wrong)
    if "*" in names:
        return all_
    wanted = frozenset(names or DEFAULT)
    return tuple(name for name in (*all_, *_UNRELEASED) if name in wanted)


def shown_columns(one: Standing, wanted: Sequence[str], *, in_base64: bool) -> dict[str, Any]:
    """The columns, in their order. Raises NotTextError for bytes that are no text, unless in base64."""
    return {name: _value(one, name, in_base64=in_base64) for name in wanted}


def _value(one: Standing, name: str, *, in_base64: bool) -> Any:
    result = one.result
    match name:
        case "stdout" | "stderr" | "compile_output":
            return shown(getattr(result, name), in_base64=in_base64)
        case "message":
            return shown(None if result.message is None else result.message.encode(), in_base64=in_base64)
        case "time" | "wall_time":
            return _decimal(getattr(result, name))
        case "memory" | "exit_code" | "exit_signal":
            return getattr(result, name)
        case "status":
            return {"id": one.status[0], "description": one.status[1]}
        case "language":
            return {"id": one.language[0], "name": one.language[1]}
        case "post_execution_filesystem":
            return None if one.left is None else encoded(one.left)
        case "queue_host" | "execution_host":
            return None
    return _plain(one, name, in_base64=in_base64)


def _plain(one: Standing, name: str, *, in_base64: bool) -> Any:
    match name:
        case "token":
            return one.token
        case "language_id":
            return one.language[0]
        case "status_id":
            return one.status[0]
        case "created_at" | "queued_at":
            return moment(one.created_at_ms)
        case "started_at":
            return moment(one.started_at_ms)
        case "finished_at":
            return moment(one.finished_at_ms)
        case "updated_at":
            return moment(one.finished_at_ms or one.started_at_ms or one.created_at_ms)
    return None if one.sent is None else _of_task(one.sent, name, in_base64=in_base64)


def _of_task(sent: Submission, name: str, *, in_base64: bool) -> Any:
    match name:
        case "source_code" | "stdin" | "expected_output":
            return shown(getattr(sent, name), in_base64=in_base64)
        case "additional_files":
            return None if sent.additional_files is None else encoded(sent.additional_files)
        case "cpu_time_limit" | "cpu_extra_time" | "wall_time_limit":
            return _decimal(getattr(sent.options, name))
    return getattr(sent.options, name)


def _decimal(value: float | None) -> str | None:
    return None if value is None else str(float(value))


def moment(at_ms: int) -> str | None:
    """A time as Judge0 writes it."""
    if not at_ms:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
