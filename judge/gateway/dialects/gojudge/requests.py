"""What go-judge's clients send: its JSON as types. Unknown fields are passed over, and null is what is not there."""

from __future__ import annotations

from typing import Any

import msgspec

from judge.gateway.json_amount import VALUES_MAX, has_too_many_values


class WrongRequestError(Exception):
    """What a client asks for is none of go-judge's; its text is what the client is told."""


class CmdFile(msgspec.Struct, frozen=True, rename="camel"):
    """Where something comes from, or goes: exactly one kind of it counts, in this order."""

    src: str | None = None
    content: str | None = None
    file_id: str | None = None
    name: str | None = None
    max: int | None = None
    symlink: str | None = None
    stream_in: bool | None = None
    stream_out: bool | None = None
    pipe: bool | None = None


class Cmd(msgspec.Struct, frozen=True, rename="camel"):
    """One command. Times in ns, amounts in bytes."""

    args: tuple[str, ...] | None = None
    env: tuple[str, ...] | None = None
    files: tuple[CmdFile | None, ...] | None = None
    tty: bool | None = None
    cpu_limit: int | None = None
    clock_limit: int | None = None
    real_cpu_limit: int | None = None
    memory_limit: int | None = None
    stack_limit: int | None = None
    proc_limit: int | None = None
    cpu_rate_limit: int | None = None
    cpu_set_limit: str | None = None
    copy_in: dict[str, CmdFile | None] | None = None
    copy_out: tuple[str, ...] | None = None
    copy_out_cached: tuple[str, ...] | None = None
    copy_out_max: int | None = None
    copy_out_dir: str | None = None
    copy_out_truncate: bool | None = None
    strict_memory_limit: bool | None = None
    data_segment_limit: bool | None = None
    address_space_limit: bool | None = None


class PipeEnd(msgspec.Struct, frozen=True):
    """A descriptor of a command."""

    index: int = 0
    fd: int = 0


class PipeMap(msgspec.Struct, frozen=True, rename="camel"):
    """A pipe from ``in_``, which is written to, to ``out``, which is read from."""

    in_: PipeEnd | None = msgspec.field(default=None, name="in")
    out: PipeEnd | None = None
    name: str | None = None
    max: int | None = None
    proxy: bool | None = None
    disable_zero_copy: bool | None = None


class RunRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The body of /run; ``cancel_request_id`` is /ws's alone."""

    request_id: str | None = None
    cmd: tuple[Cmd | None, ...] | None = None
    pipe_mapping: tuple[PipeMap | None, ...] | None = None
    cancel_request_id: str | None = None


class ResizeRequest(msgspec.Struct, frozen=True):
    """A window's new size, for a terminal on /stream."""

    index: int = 0
    fd: int = 0
    rows: int = 0
    cols: int = 0


_RUN = msgspec.json.Decoder(RunRequest)
_RESIZE = msgspec.json.Decoder(ResizeRequest)

#: Go's unsigned numbers.
_UINT64_MAX = (1 << 64) - 1


def run_request(text: bytes) -> RunRequest:
    """The body of /run. Raises WrongRequestError."""
    request: RunRequest = _decoded(_RUN, text)
    for cmd in request.cmd or ():
        for name in ("cpu_limit", "clock_limit", "real_cpu_limit", "memory_limit", "stack_limit", "proc_limit",
                     "copy_out_max"):  # fmt: skip
            amount = getattr(cmd, name, None)
            if amount is not None and not 0 <= amount <= _UINT64_MAX:
                raise WrongRequestError(f"{name}: {amount} is no unsigned number of 64 bits")
    return request


def resize_request(text: bytes) -> ResizeRequest:
    """Raises WrongRequestError."""
    resize: ResizeRequest = _decoded(_RESIZE, text)
    return resize


def _decoded(decoder: msgspec.json.Decoder[Any], text: bytes) -> Any:
    if not text:
        raise WrongRequestError("EOF")
    if has_too_many_values(text):
        raise WrongRequestError(f"the request has more than {VALUES_MAX} values")
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise WrongRequestError(str(error)) from error
    except RecursionError:
        raise WrongRequestError("exceeded max depth") from None
