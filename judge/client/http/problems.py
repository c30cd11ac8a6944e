"""What a gateway refuses, as the exceptions that clients over Redis raise. Pure."""

from __future__ import annotations

import re

import msgspec

from judge.errors import (
    AccessError,
    BlobExpired,
    BlobQuotaError,
    BlobTooLarge,
    IdTaken,
    JudgeError,
    LanguageError,
    NoSuchBlob,
    OpenLimitError,
    QueueAnswerError,
    QueueFullError,
    RateLimitError,
    ServerError,
    UsageError,
    WorkError,
)
from judge.http_form.answers import LimitReached, Problem
from judge.queue.records import no_record

_ACCESS = ("no-key", "bad-key", "no-scope", "foreign-page", "class-too-urgent")
_RETRY_S_MAX = 3600.0
_SAID_CHARS_MAX = 500
_WAITING = re.compile(r"(\d+) submissions wait, about (\d+) s")


def retry_s_of(header: str | None, usual_s: float = 1.0) -> float:
    """What Retry-After says, in seconds; a date or nonsense counts as the usual."""
    if header is None or not header.strip().isdecimal():
        return usual_s
    return min(float(header.strip()[:9]), _RETRY_S_MAX)


def problem_in(status: int, media: str, body: bytes) -> Problem:
    """The problem that an answer is; of a proxy's or another server's own words one without a type."""
    if media.partition(";")[0].strip().lower() == "application/problem+json":
        try:
            return msgspec.json.decode(body, type=Problem)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
    said = body[:_SAID_CHARS_MAX].decode("utf-8", "replace").strip() if media.startswith("text/plain") else ""
    return Problem(type="", title=f"the server answered {status}", status=status, detail=said)


def error_of(problem: Problem, *, retry_s: float = 1.0, asked_for: str = "", is_blob: bool = False) -> JudgeError:
    """The exception. ``asked_for``: the id or blob that the address named."""
    name = problem.type.rpartition("/")[2]
    text = problem.detail or problem.title
    if name in _ACCESS:
        return AccessError(f"{problem.title}: {problem.detail}" if problem.detail else problem.title)
    match name:
        case "not-found" if asked_for and is_blob:
            return NoSuchBlob(f"there is no blob {asked_for!r}")
        case "not-found" if asked_for:
            return no_record(asked_for)
        case "not-found" if problem.detail:
            return UsageError(text)
        case "gone":
            return BlobExpired(text)
        case "quota" if is_blob:
            return BlobQuotaError(text)
        case "too-large":
            return BlobTooLarge(text) if is_blob else WorkError(text, "body")
        case "other-work":
            return IdTaken("this id stands for other work already")
        case "language":
            return LanguageError(text)
        case "too-many" if isinstance(problem.limit, LimitReached):
            return _said(OpenLimitError("", problem.limit.name, problem.limit.most), text)
        case "too-many":
            return _said(RateLimitError("", retry_s), text)
        case "queue-full":
            numbers = _WAITING.search(text)
            length, wait_s = (int(numbers[1]), float(numbers[2])) if numbers else (0, retry_s)
            return _said(QueueFullError(length, wait_s), text)
        case "bad-field":
            return _field_error(problem)
        case "unfinished" | "quota":
            return UsageError(text)
    where = f" (request {problem.request_id})" if problem.request_id else ""
    kind = ServerError if problem.status >= 500 else QueueAnswerError
    return kind(f"{text}{where}")


def _said(error: JudgeError, text: str) -> JudgeError:
    error.args = (text,)
    return error


def _field_error(problem: Problem) -> JudgeError:
    if not problem.errors:
        return WorkError(problem.detail or problem.title)
    first = problem.errors[0]
    return WorkError(first.detail, _field(first.pointer) or first.parameter)


def _field(pointer: str) -> str:
    """``/files/2/name`` -> ``files[2].name``, as our own errors name fields."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps).lstrip(".")
