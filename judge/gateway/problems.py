"""The problems that answers can have (RFC 9457), declared once, and which error of ours is which of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.responses import Response

from judge import errors
from judge.gateway.enum_words import words_at
from judge.gateway.json_amount import VALUES_MAX, has_too_many_values
from judge.http_form.answers import FieldError, LimitReached, Problem
from judge.model.problem import Diagnostic

T = TypeVar("T")

#: Where the pages of the types are.
TYPES_PATH = "/problems/"


@dataclass(frozen=True)
class ProblemKind:
    """One type of problem: its name, status, title, and what it means for who reads its page."""

    name: str
    status: int
    title: str
    meaning: str


_ALL = (
    ProblemKind("bad-request", 400, "The request is malformed", "The request is no HTTP that makes sense here."),
    ProblemKind("bad-json", 400, "The body is not JSON", "The body cannot be decoded; the detail says where it ends."),
    ProblemKind("no-key", 401, "A key is needed", "Send `Authorization: Bearer jk_...`, from `judge keys create`."),
    ProblemKind("bad-key", 401, "The key is not valid", "There is no such key, it was revoked, or its time is over."),
    ProblemKind("no-scope", 403, "The key may not do this", "The detail names the scope that is needed."),
    ProblemKind("foreign-page", 403, "Not from this page",
                "Without a key only programs on this machine, and pages that the settings list, are served."),
    ProblemKind("sign-in-failed", 403, "You are not signed in",
                "The provider's answer is not to be believed, or it says no; the detail says why. Try `/login` again."),
    ProblemKind("not-admitted", 403, "You may do nothing here",
                "You are who the provider says, but its claims give you no tenant or no scope: ask who runs this."),
    ProblemKind("class-too-urgent", 403, "The key may not use this class", "Ask for a class that is less urgent."),
    ProblemKind("quota", 403, "No more room", "The tenant's quota is used up: remove something, or wait."),
    ProblemKind("not-found", 404, "There is no such thing", "Or it is another tenant's, which is not told apart."),
    ProblemKind("no-method", 405, "The method is not for this address", "`Allow` lists those that are."),
    ProblemKind("slow-request", 408, "The request came too slowly", "Its body was not there in time."),
    ProblemKind("name-taken", 409, "The name and version are another package's",
                "A version stands for one package for good: publish it as another version."),
    ProblemKind("unfinished", 409, "It is not over", "Cancel it first, or wait for its report."),
    ProblemKind("superseded", 409, "Sent by another request", "A later request sends the same batch, or it is gone."),
    ProblemKind("cancelled", 409, "It was cancelled", "Nothing can be added to it; use another id."),
    ProblemKind("attempts-used", 409, "No attempt is left",
                "The assignment takes no more of this student; who marks can hand in once more."),
    ProblemKind("webhook-off", 409, "The webhook is told nothing",
                "It is off, or its receiver answered 410: set `on` to true."),
    ProblemKind("gone", 410, "It is gone", "It was there, and its time is over."),
    ProblemKind("too-large", 413, "Too large",
                "The body, what it unpacks to, or what its JSON has is more than is taken."),
    ProblemKind("bad-media-type", 415, "Not a type that is read here", "Send `Content-Type: application/json`."),
    ProblemKind("bad-field", 422, "A field is wrong", "`errors` points to it."),
    ProblemKind("bad-package", 422, "The package is not accepted",
                "`diagnostics` say what is wrong with it, with file and line, as `judge package check` does."),
    ProblemKind("language", 422, "The language is not offered", "The detail says what is."),
    ProblemKind("other-work", 422, "The id stands for other work",
                "The same id or Idempotency-Key came before with another body."),
    ProblemKind("bad-ticket", 401, "The ticket is not valid",
                "A ticket is for one WebSocket of one session, once, for half a minute: ask for another."),
    ProblemKind("no-upgrade", 426, "This is a WebSocket", "Open it as one, with a ticket."),
    ProblemKind("too-many", 429, "Too many requests", "Try again after `Retry-After` seconds."),
    ProblemKind("internal", 500, "A fault of the judge", "It is in our log under the request id."),
    ProblemKind("no-provider", 502, "Nobody can sign in now",
                "The OpenID provider does not answer as it should; keys, and who is signed in, are not concerned."),
    ProblemKind("unavailable", 503, "The judge cannot be reached", "Its queue does not answer; try again."),
    ProblemKind("queue-full", 503, "The queue is full", "The detail has the estimate; try after `Retry-After`."),
    ProblemKind("maintenance", 503, "No work is taken in now", "The detail is a message of those who run the judge; "
                "what was handed in before goes on, and can be looked at."),
    ProblemKind("no-store", 503, "This gateway has no package store", "Its setting `JUDGE_PACKAGE_STORE` is empty."),
    ProblemKind("stopping", 503, "This gateway stops", "Another one will answer: try again."),
)  # fmt: skip

#: All kinds by name.
KINDS = {kind.name: kind for kind in _ALL}


class ProblemError(Exception):
    """Ends a request with a problem. ``headers`` go with the answer."""

    def __init__(
        self,
        name: str,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        diagnostics: tuple[Diagnostic, ...] = (),
        limit: LimitReached | None = None,
    ) -> None:
        super().__init__(detail)
        self.limit = limit
        self.diagnostics = diagnostics
        self.kind = KINDS[name]
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def problem_value(error: ProblemError, request_id: str = "") -> Problem:
    """What its sender is told."""
    return Problem(
        type=TYPES_PATH + error.kind.name,
        title=error.kind.title,
        status=error.kind.status,
        detail=error.detail,
        request_id=request_id,
        errors=error.errors,
        diagnostics=error.diagnostics or msgspec.UNSET,
        limit=error.limit or msgspec.UNSET,
    )


def problem_response(error: ProblemError, request_id: str = "") -> Response:
    """The answer."""
    body = problem_value(error, request_id)
    headers = {"cache-control": "no-store", **error.headers}
    if error.kind.status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(msgspec.json.encode(body), error.kind.status, headers, "application/problem+json")


def problem_of(error: Exception) -> ProblemError | None:
    """What an error of ours means over HTTP; None = nobody foresaw it."""
    match error:
        case ProblemError():
            return error
        case errors.QueueFullError():
            return ProblemError("queue-full", str(error), headers=_retry(error.wait_s))
        case errors.RateLimitError():
            return ProblemError("too-many", str(error), headers=_retry(error.retry_s) | _rate_reached(error))
        case errors.OpenLimitError():
            reached = LimitReached(name=error.limit, most=error.most)
            return ProblemError("too-many", str(error), headers=_retry(1), limit=reached)
        case errors.MaintenanceError():
            return ProblemError("maintenance", str(error), headers=_retry(error.retry_s))
        case errors.InfrastructureError():
            return ProblemError("unavailable", "", headers=_retry(1))
        case errors.NoSuchRecord():
            return ProblemError("not-found")
        case errors.IdTaken():
            return ProblemError("other-work")
        case errors.LanguageError():
            return ProblemError("language", str(error), errors=(FieldError(detail=str(error), pointer="/language"),))
        case errors.BlobError():
            return _blob_problem(error)
        case errors.PublicationError() | errors.ShareQuotaError():
            return _given_problem(error)
        case errors.WorkError():
            return field_problem(error.message, pointer_of_field(error.field))
        case errors.WireError() | errors.UsageError():
            return field_problem(str(error))
        case UnicodeEncodeError():
            return field_problem("a text has half a surrogate pair: it is no Unicode")
    return None


def _blob_problem(error: errors.BlobError) -> ProblemError:
    match error:
        case errors.NoSuchBlob():
            return ProblemError("not-found", str(error))
        case errors.BlobExpired():
            return ProblemError("gone", str(error))
        case errors.BlobTooLarge():
            return ProblemError("too-large", str(error))
        case errors.BlobQuotaError():
            return ProblemError("quota", str(error))
    return field_problem(str(error))


def _given_problem(error: errors.PublicationError | errors.ShareQuotaError) -> ProblemError:
    match error:
        case errors.PackageNameTaken():
            return ProblemError("name-taken", str(error))
        case errors.PackageQuotaError() | errors.ShareQuotaError():
            return ProblemError("quota", str(error))
    return ProblemError("unavailable", str(error), headers=_retry(1))


def field_problem(detail: str, pointer: str = "", *, parameter: str = "") -> ProblemError:
    """One field is wrong."""
    found = FieldError(detail=detail, pointer=pointer, parameter=parameter)
    return ProblemError("bad-field", detail, errors=(found,))


#: How msgspec ends the sentence of a ValidationError: where in the value.
_WHERE = re.compile(r" - at `(?P<key>key in )?\$(?P<path>[^`]*)`$")
_NO_WORD = "Invalid enum value"
_NAMED = re.compile(r"(?:unknown|required) field `(?P<name>[^`]*)`")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>[^\]]*)\]")


def validation_problem(error: msgspec.ValidationError, kind: Any = None) -> ProblemError:
    """What msgspec says of a field, with a JSON pointer to it; of a word that an enumeration in ``kind``, the type that
    was read, does not have with those that it has."""
    text = str(error)
    where = _WHERE.search(text)
    said = text[: where.start()] if where else text
    if kind is not None:
        said = with_words(said, kind, where["path"] if where else "")
    pointer = _pointer(where["path"]) if where else ""
    named = _NAMED.search(said)
    if named:
        pointer += "/" + _escaped(named["name"])
    return field_problem(said, pointer)


def with_words(said: str, kind: Any, path: str) -> str:
    """Such a sentence of msgspec's with the words that there are."""
    words = words_at(kind, path) if said.startswith(_NO_WORD) else ()
    return f"{said}: one of {', '.join(words)}" if words else said


def decoded_json(decoder: msgspec.json.Decoder[T], text: bytes) -> T:
    """What a client sent, read. Raises ProblemError: it is no JSON, has too much in it, or names the field that is
    wrong."""
    check_values(text)
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise validation_problem(error, decoder.type) from error
    except RecursionError:
        raise ProblemError("bad-json", "it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError("bad-json", str(error)) from error


def check_values(text: bytes) -> None:
    """Every JSON text of a client passes here before it is decoded. Raises ProblemError: what it has would take many
    times the memory of the text."""
    if has_too_many_values(text):
        raise ProblemError("too-large", f"the JSON has more than {VALUES_MAX} values")


def pointer_of_field(field: str) -> str:
    """The pointer of a field as our own errors name it ("files[2].name")."""
    return _pointer(f".{field}") if field else ""


def _pointer(path: str) -> str:
    steps = (match["name"] if match["name"] is not None else match["index"] for match in _STEP.finditer(path))
    return "".join("/" + _escaped(step) for step in steps)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def rate_headers(per_minute: int, left: int, full_s: float) -> dict[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers): what of a minute's work is left, and after
    how many seconds all of it is there again."""
    return {
        "ratelimit-policy": f'"work";q={per_minute};w=60',
        "ratelimit": f'"work";r={max(left, 0)};t={max(1, math.ceil(full_s))}',
    }


def _rate_reached(error: errors.RateLimitError) -> dict[str, str]:
    return rate_headers(error.per_minute, 0, error.retry_s) if error.per_minute else {}


def _retry(seconds: float) -> dict[str, str]:
    return {"retry-after": str(max(1, math.ceil(seconds)))}
