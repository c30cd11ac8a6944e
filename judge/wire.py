"""The wire form: model values to JSON and back, and the names that processes meet under in Redis.

The model type is the wire form; this module only encodes, decodes and names. A message that does not decode raises
:class:`judge.errors.WireError`, whose text names the field. No I/O.
"""

from __future__ import annotations

import hashlib
import re
from typing import TypeVar

import msgspec

from judge.errors import WireError
from judge.model.event import Event
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission

#: Version of everything in Redis. A worker refuses a namespace written by another version, except that a drained queue
#: of the version before is brought up to this one.
SCHEMA_VERSION = 2

#: Queue classes from the most to the least urgent.
PRIORITY_CLASSES = ("contest", "run", "practice", "rejudge")

#: The name of the one Celery task: "there is work on this queue".
TICKET_TASK = "judge.ticket"

#: Stands in a ticket's template where each ticket needs its own serial number.
TICKET_SERIAL = "@@SERIAL@@"

#: The route of submissions whose language is to be detected by the worker.
ANY_ROUTE = "any"

#: What becomes a part of a key, as a regular expression.
NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9._@+~=-]{0,127}"

_NAME = re.compile(NAME_PATTERN)
_TENANT_NONE = "-"

T = TypeVar("T")


class SubmissionMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A submission as it lies in Redis: two JSON texts. ``digest`` tells a repeated submission from another one.

    ``sources`` is stored once under ``sources_digest`` however many submissions share it.
    """

    submission: bytes
    sources: bytes
    sources_digest: str
    digest: str


_SUBMISSION = msgspec.json.Decoder(Submission)
_SOURCES = msgspec.json.Decoder(tuple[SourceFile, ...])
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_REPORT = msgspec.json.Decoder(Report)
_ENCODER = msgspec.json.Encoder()


def encode(value: Event | Report | Submission) -> bytes:
    """The JSON of a model value; bytes inside are base64."""
    return _ENCODER.encode(value)


def encode_submission(submission: Submission) -> SubmissionMessage:
    """Split a submission into the text of its own and the text of its sources.

    Raises WireError when a name has characters that a key in Redis must not have, or a text is not valid Unicode.
    """
    check_name(submission.id, "id")
    if submission.tenant:
        check_name(submission.tenant, "tenant")
    if submission.priority_class not in PRIORITY_CLASSES:
        raise WireError(f"priority_class: {submission.priority_class!r} is not one of {', '.join(PRIORITY_CLASSES)}")
    if not submission.sources:
        raise WireError("sources: a submission needs at least one file")
    try:
        sources = _ENCODER.encode(submission.sources)
        bare = _ENCODER.encode(msgspec.structs.replace(submission, sources=()))
    except UnicodeEncodeError as error:
        raise no_unicode(error) from error
    sources_digest = hashlib.sha256(sources).hexdigest()
    digest = hashlib.sha256(bare + sources_digest.encode()).hexdigest()
    return SubmissionMessage(submission=bare, sources=sources, sources_digest=sources_digest, digest=digest)


def no_unicode(error: UnicodeEncodeError) -> WireError:
    """What to tell a client whose text is not valid Unicode: names of files need not be."""
    return WireError(f"{error.object[:140]!a} is not valid Unicode")


def decode_submission(submission: bytes, sources: bytes) -> Submission:
    """Join the two texts of a submission. Raises WireError naming the field."""
    bare = _decode(_SUBMISSION, submission, "submission")
    return msgspec.structs.replace(bare, sources=_decode(_SOURCES, sources, "sources"))


def decode_header(submission: bytes) -> Submission:
    """A submission without its sources. Raises WireError naming the field."""
    return msgspec.structs.replace(_decode(_SUBMISSION, submission, "submission"), sources=())


def decode_event(text: bytes) -> Event:
    """An event of a progress stream. Raises WireError naming the field."""
    return _decode(_EVENT, text, "event")


def decode_report(text: bytes) -> Report:
    """A report as recorded. Raises WireError naming the field."""
    return _decode(_REPORT, text, "report")


def event_type(event: Event) -> str:
    """The event's tag, as it stands in the stream's ``type`` field."""
    return str(event.__struct_config__.tag)


def is_name(name: str) -> bool:
    """Whether a word may become a part of a key."""
    return _NAME.fullmatch(name) is not None


def check_name(name: str, field: str) -> str:
    """A name that becomes a part of a key. Raises WireError naming the field and what is allowed."""
    if not is_name(name):
        raise WireError(
            f"{field}: {name[:140]!r} is not a name; allowed are up to 128 letters, digits and . _ @ + ~ = -, "
            "beginning with a letter or digit"
        )
    return name


def prefix(namespace: str) -> str:
    """What every key begins with. One hash tag keeps them all in one slot of a cluster."""
    return f"{{{check_name(namespace, 'namespace')}}}:"


def route(language: str, tags: tuple[str, ...] = ()) -> str:
    """The queue of submissions in one language that ask for ``tags`` of their worker; "cpp", "cpp+arm64+gpu"."""
    parts = [language or ANY_ROUTE, *sorted(set(tags))]
    for part in parts:
        if "+" in part:
            raise WireError(f"route: {part!r} must not contain '+'")
    return check_name("+".join(parts), "route")


def own_route(node: str) -> str:
    """The queue of what other workers hand on to this one; no submission can ask for it."""
    return f"@{node}"


def routes_served(languages: tuple[str, ...], tags: tuple[str, ...]) -> tuple[str, ...]:
    """Every route a worker with these languages and tags can serve: each subset of its tags counts.

    Raises WireError past four tags: each doubles the number of queues a worker listens on.
    """
    if len(set(tags)) > 4:
        raise WireError(f"tags: at most 4 for one worker, not {len(set(tags))}")
    subsets: list[tuple[str, ...]] = [()]
    for tag in sorted(set(tags)):
        subsets += [(*subset, tag) for subset in subsets]
    return tuple(route(language, subset) for language in (ANY_ROUTE, *languages) for subset in subsets)


def celery_queue(route_name: str) -> str:
    """The Celery queue of a route; its key in Redis has the namespace's prefix in front."""
    return f"q.{route_name}"


def tenant_key(tenant: str) -> str:
    """How a tenant is written in keys; the anonymous one needs a name there too."""
    return tenant or _TENANT_NONE


def _decode(decoder: msgspec.json.Decoder[T], text: bytes, what: str) -> T:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise WireError(f"{what}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"{what} is not JSON: {error}") from error
