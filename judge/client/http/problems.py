"""What a gateway refuses, as the exceptions that clients over Redis raise. Pure."""

from __future__ import annotations

import re

import msgspec

from judge.errors import (
    AccessError,
    BlobExpired,
    BlobQuotaError,
    BlobStoreUnset,
    BlobTooLarge,
    IdTaken,
    JudgeError,
    LanguageError,
    MaintenanceError,
    NoSuchBlob,
    NoSuchState,
    OpenLimitError,
    PackageError,
    PackageNameTaken,
    PackageQuotaError,
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
_PLAIN: dict[str, type[JudgeError]] = {
    "gone": BlobExpired,
    "language": LanguageError,
    "no-store": BlobStoreUnset,
    "name-taken": PackageNameTaken,
    "unfinished": UsageError,
    "cancelled": UsageError,
    "webhook-off": UsageError,
    "attempts-used": UsageError,
}
_QUOTAS: dict[str, type[JudgeError]] = {"blob": BlobQuotaError, "package": PackageQuotaError}
_RETRY_S_MAX = 3600.0
_SAID_CHARS_MAX = 500
_FOUND_MAX = 20
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


def error_of(problem: Problem, *, retry_s: float = 1.0, asked_for: str = "", thing: str = "") -> JudgeError:
    """The exception. ``asked_for``: the id that the address named, or (``thing``) the blob, package ..."""
    name = problem.type.rpartition("/")[2]
    text = problem.detail or problem.title
    if name in _ACCESS:
        return AccessError(f"{problem.title}: {problem.detail}" if problem.detail else problem.title)
    if name in _PLAIN:
        return _PLAIN[name](text)
    match name:
        case "not-found" if asked_for:
            return _none_of(asked_for, thing)
        case "not-found" if problem.detail:
            return UsageError(text)
        case "quota":
            return _QUOTAS.get(thing, UsageError)(text)
        case "too-large":
            return BlobTooLarge(text) if thing == "blob" else WorkError(text, "body")
        case "other-work":
            return IdTaken("this id stands for other work already")
        case "too-many" if isinstance(problem.limit, LimitReached):
            return _said(OpenLimitError("", problem.limit.name, problem.limit.most), text)
        case "too-many":
            return _said(RateLimitError("", retry_s), text)
        case "queue-full":
            numbers = _WAITING.search(text)
            length, wait_s = (int(numbers[1]), float(numbers[2])) if numbers else (0, retry_s)
            return _said(QueueFullError(length, wait_s), text)
        case "maintenance":
            return MaintenanceError(text, retry_s)
        case "bad-field":
            return _field_error(problem)
        case "bad-package":
            return PackageError(_found(problem) or text)
    where = f" (request {problem.request_id})" if problem.request_id else ""
    kind = ServerError if problem.status >= 500 else QueueAnswerError
    return kind(f"{text}{where}")


def _none_of(name: str, thing: str) -> JudgeError:
    if thing == "blob":
        return NoSuchBlob(f"there is no blob {name!r}")
    if thing == "state":
        return NoSuchState(f"there is no state {name!r}, or not this version of it any more")
    return UsageError(f"there is no {thing} {name!r}") if thing else no_record(name)


def _said(error: JudgeError, text: str) -> JudgeError:
    error.args = (text,)
    return error


def _field_error(problem: Problem) -> JudgeError:
    if not problem.errors:
        return WorkError(problem.detail or problem.title)
    first = problem.errors[0]
    return WorkError(first.detail, _field(first.pointer) or first.parameter)


def _found(problem: Problem) -> str:
    """What is wrong with a package, in a line each."""
    if problem.diagnostics is msgspec.UNSET:
        return ""
    found = [
        f"{one.file}:{one.line}: {one.message}" if one.line else f"{one.file} {one.message}"
        for one in problem.diagnostics
    ]
    more = [f"and {len(found) - _FOUND_MAX} more"] if len(found) > _FOUND_MAX else []
    return "\n".join([problem.detail, *found[:_FOUND_MAX], *more])


def _field(pointer: str) -> str:
    """``/files/2/name`` -> ``files[2].name``, as our own errors name fields."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps).lstrip(".")
