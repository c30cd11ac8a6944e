"""From how a run ended to what Jobe says of it. Pure."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from judge.gateway.dialects.common.outcome import End, Ended


class Outcome(IntEnum):
    """Jobe's words; they are those of ideone."""

    COMPILATION_ERROR = 11
    RUNTIME_ERROR = 12
    TIME_LIMIT = 13
    SUCCESS = 15
    MEMORY_LIMIT = 17
    ILLEGAL_SYSTEM_CALL = 19
    INTERNAL_ERROR = 20
    OVERLOAD = 21


_BY_END = {
    End.CPU: Outcome.TIME_LIMIT,
    End.WALL: Outcome.TIME_LIMIT,
    End.MEMORY: Outcome.MEMORY_LIMIT,
    End.REFUSED_CALL: Outcome.ILLEGAL_SYSTEM_CALL,
    End.JUDGE: Outcome.INTERNAL_ERROR,
    End.CANCELLED: Outcome.OVERLOAD,
}

_SEGMENTATION_FAULT = 11

#: Control characters but tab and the two of line ends, and everything that is not ASCII.
_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(9), 11, 12, *range(14, 32), *range(127, 256))}
#: Other threads may go on after so much.
_PIECE_BYTES = 1 << 18


class JobeResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to POST /runs."""

    run_id: str | None = None
    outcome: int
    cmpinfo: str = ""
    stdout: str = ""
    stderr: str = ""


def shown(output: bytes) -> str:
    """Output as a text: as it is, or with its bytes escaped when it is no UTF-8."""
    try:
        return output.decode()
    except UnicodeDecodeError:
        pieces = (output[at : at + _PIECE_BYTES] for at in range(0, len(output), _PIECE_BYTES))
        return "".join(piece.decode("latin-1").translate(_ESCAPED) for piece in pieces)


def result_of(run_id: str, ended: Ended, stdout: bytes, stderr: bytes, *, exit_code_fails: bool = False) -> JobeResult:
    """The answer for a program that was run. ``stderr`` is what the client is to see of it."""
    match ended.end:
        case End.CPU | End.WALL | End.CANCELLED:
            said = b""
        case End.JUDGE:
            said = b"a fault of the judge"
        case End.SIGNAL:
            said = _after_signal(ended, stderr)
        case End.OUTPUT | End.PROCESSES | End.DISK | End.MEMORY | End.REFUSED_CALL:
            said = stderr + _line(ended.reason, stderr)
        case _:
            said = stderr
    failed = bool(said) or ended.end not in (End.OK, End.EXIT) or (exit_code_fails and ended.end is End.EXIT)
    usual = Outcome.RUNTIME_ERROR if failed else Outcome.SUCCESS
    outcome = _BY_END.get(ended.end, usual)
    return JobeResult(run_id=run_id, outcome=outcome, stdout=shown(stdout), stderr=shown(said))


def compile_failure(run_id: str, said: bytes) -> JobeResult:
    """The answer for a program that does not compile."""
    return JobeResult(run_id=run_id, outcome=Outcome.COMPILATION_ERROR, cmpinfo=shown(said))


def overload(detail: str = "") -> JobeResult:
    """The answer when there is no room."""
    return JobeResult(outcome=Outcome.OVERLOAD, stderr=detail)


def _after_signal(ended: Ended, stderr: bytes) -> bytes:
    number = ended.run.result.signal if ended.run is not None else None
    if number == _SEGMENTATION_FAULT:
        return b""
    return stderr + _line(f"warning: command terminated with signal {number}", stderr)


def _line(text: str, before: bytes) -> bytes:
    return (b"" if not before or before.endswith(b"\n") else b"\n") + (text or "ended by a limit").encode() + b"\n"
