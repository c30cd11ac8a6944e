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
from judge.model.work import CONTEXT_BYTES_MAX, ProgramJudging, Task, Work, WorkHeader, WorkKind, kind_of
from judge.model.work_report import AnyWorkReport

#: Version of everything in Redis. A worker refuses a namespace written by another version, except that a drained queue
#: of the version before is brought up to this one.
SCHEMA_VERSION = 2

#: Queue classes from the most to the least urgent.
PRIORITY_CLASSES = ("contest", "run", "practice", "bulk", "rejudge")

#: The name of the one Celery task: "there is work on this queue".
TICKET_TASK = "judge.ticket"

#: Stands in a ticket's template where each ticket needs its own serial number.
TICKET_SERIAL = "@@SERIAL@@"

#: The route of submissions whose language is to be detected by the worker.
ANY_ROUTE = "any"

#: Work that is no submission goes on routes with this word: a worker of a version that does not know it serves none.
WORK_TAG = "=work"

#: Sessions go on routes of their own: not every slot takes one.
SESSION_TAG = "=session"

#: So do verifications and judgings by judge programs, for workers of versions that know the others only. They are in no
#: language.
VERIFY_TAG = "=verify"
PROGRAM_TAG = "=program"

#: Names of carried states that belong to packages begin so. No work that is sent along can name one.
STATE_OF_PACKAGE = "@"

#: What becomes a part of a key, as a regular expression.
NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9._@+~=-]{0,127}"

#: The most that the header and the task of work may have in JSON, whatever the queue's policy: more goes into blobs.
WORK_BYTES_MOST = 64 << 20

#: The largest report that is recorded: far more than what all that may be asked for comes to.
REPORT_BYTES_MAX = 64 << 20

#: Objects, lists and words in a task's JSON: what reading it may take is bounded.
_TASK_PARTS_MAX = 1 << 20

#: Kinds of work that have a word of their own in their routes.
_WORDS = {
    WorkKind.SESSION: SESSION_TAG,
    WorkKind.VERIFICATION: VERIFY_TAG,
    WorkKind.PROGRAM: PROGRAM_TAG,
}

#: Their parts may be in any language; the header names none.
_IN_NO_LANGUAGE = (WorkKind.VERIFICATION, WorkKind.PROGRAM)

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


class _Kind(msgspec.Struct, frozen=True):
    """What tells the kinds of records apart. A submission's text has no kind: it is as it was before there were any."""

    kind: str = ""


_KIND = msgspec.json.Decoder(_Kind)
_HEADER = msgspec.json.Decoder(WorkHeader)
_TASK: msgspec.json.Decoder[Task] = msgspec.json.Decoder(Task)
_WORK_REPORT: msgspec.json.Decoder[AnyWorkReport] = msgspec.json.Decoder(AnyWorkReport)
_SUBMISSION = msgspec.json.Decoder(Submission)
_SOURCES = msgspec.json.Decoder(tuple[SourceFile, ...])
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_REPORT = msgspec.json.Decoder(Report)
_ENCODER = msgspec.json.Encoder()
_IN_ORDER = msgspec.json.Encoder(order="deterministic")


def encode(value: Event | Report | AnyWorkReport | Submission) -> bytes:
    """The JSON of a model value; bytes inside are base64."""
    return _ENCODER.encode(value)


def encode_submission(submission: Submission) -> SubmissionMessage:
    """Split a submission into the text of its own and the text of its sources.

    Raises WireError when a name has characters that a key in Redis must not have, or a text is not valid Unicode.
    """
    _check_addressed(submission)
    if not submission.sources:
        raise WireError("sources: a submission needs at least one file")
    return _message(msgspec.structs.replace(submission, sources=()), submission.sources)


def encode_work(work: Work) -> SubmissionMessage:
    """Split work into the text of its header and that of its task, which lie where a submission and its sources do.

    Raises WireError as :func:`encode_submission` does, and for a context that is too long or a task that is too large.
    """
    header = work.header
    _check_addressed(header)
    if header.kind is not kind_of(work.task):
        raise WireError(f"kind: {header.kind} does not name the task, which is {kind_of(work.task)}")
    if header.context.sender:
        check_name(header.context.sender, "context.sender")
    size_bytes = len(header.context.text.encode("utf-8", "surrogatepass"))
    if size_bytes > CONTEXT_BYTES_MAX:
        raise WireError(f"context.text: {size_bytes} bytes; at most {CONTEXT_BYTES_MAX} are kept")
    if header.kind in _IN_NO_LANGUAGE and header.language:
        raise WireError(f"language: a {header.kind} has none here, not {header.language[:64]!r}")
    if isinstance(work.task, ProgramJudging) and work.task.state:
        check_name(work.task.state, "state")
    message = _message(header, work.task)
    _check_size(message.sources)
    return message


def readdressed(message: SubmissionMessage, header: WorkHeader) -> SubmissionMessage:
    """The same task under another id. Raises WireError."""
    _check_addressed(header)
    bare = _ENCODER.encode(header)
    digest = hashlib.sha256(bare + message.sources_digest.encode()).hexdigest()
    return msgspec.structs.replace(message, submission=bare, digest=digest)


def _check_addressed(sent: Submission | WorkHeader) -> None:
    check_name(sent.id, "id")
    if sent.tenant:
        check_name(sent.tenant, "tenant")
    if sent.priority_class not in PRIORITY_CLASSES:
        raise WireError(f"priority_class: {sent.priority_class!r} is not one of {', '.join(PRIORITY_CLASSES)}")


def _message(header: Submission | WorkHeader, body: tuple[SourceFile, ...] | Task) -> SubmissionMessage:
    try:
        heavy = _IN_ORDER.encode(body)  # an environment is the same one in whatever order it is written
        bare = _ENCODER.encode(header)
    except UnicodeEncodeError as error:
        raise no_unicode(error) from error
    heavy_digest = hashlib.sha256(heavy).hexdigest()
    digest = hashlib.sha256(bare + heavy_digest.encode()).hexdigest()
    return SubmissionMessage(submission=bare, sources=heavy, sources_digest=heavy_digest, digest=digest)


def no_unicode(error: UnicodeEncodeError) -> WireError:
    """What to tell a client whose text is not valid Unicode: names of files need not be."""
    return WireError(f"{error.object[:140]!a} is not valid Unicode")


def decode_submission(submission: bytes, sources: bytes) -> Submission:
    """Join the two texts of a submission. Raises WireError naming the field."""
    bare = _decode(_SUBMISSION, submission, "submission")
    return msgspec.structs.replace(bare, sources=_decode(_SOURCES, sources, "sources"))


def kind_of_text(header: bytes) -> WorkKind:
    """Which kind of work a record's own text is. Raises WireError for a kind that this version does not know."""
    kind = _decode(_KIND, header, "kind").kind
    try:
        return WorkKind(kind) if kind else WorkKind.SUBMISSION
    except ValueError:
        raise WireError(f"kind: {kind[:64]!r} is not one of {', '.join(WorkKind)}") from None


def decode_work_header(header: bytes) -> WorkHeader:
    """The header of work that is no submission. Raises WireError naming the field."""
    return _decode(_HEADER, header, "work")


def decode_claimed(header: bytes, body: bytes) -> Submission | Work:
    """What a claim is to be: a submission, or work of another kind. Raises WireError naming the field."""
    if kind_of_text(header) is WorkKind.SUBMISSION:
        return decode_submission(header, body)
    _check_size(body)
    return Work(header=decode_work_header(header), task=_decode(_TASK, body, "task"))


def decode_task(body: bytes) -> Task:
    """What work is to do. Raises WireError naming the field."""
    return _decode(_TASK, body, "task")


def decode_header(submission: bytes) -> Submission:
    """A submission without its sources. Raises WireError naming the field."""
    return msgspec.structs.replace(_decode(_SUBMISSION, submission, "submission"), sources=())


def decode_event(text: bytes) -> Event:
    """An event of a progress stream. Raises WireError naming the field."""
    return _decode(_EVENT, text, "event")


def decode_report(text: bytes) -> Report:
    """A report as recorded. Raises WireError naming the field."""
    return _decode(_REPORT, text, "report")


def decode_work_report(text: bytes) -> AnyWorkReport:
    """The report of work that is no submission, as recorded. Raises WireError naming the field."""
    return _decode(_WORK_REPORT, text, "report")


def is_judging_report(text: bytes) -> bool:
    """Whether a recorded report is one of a judging: that has no kind. Raises WireError when it is no JSON object."""
    return not _decode(_KIND, text, "report").kind


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


def work_route(header: WorkHeader) -> str:
    """The queue of work that is no submission."""
    language = "" if header.kind in _IN_NO_LANGUAGE else header.language
    return check_name(f"{route(language, header.tags)}+{_WORDS.get(header.kind, WORK_TAG)}", "route")


def own_routes(node: str) -> tuple[str, ...]:
    """The queues of what other workers hand on to this one, sessions apart; no submission can ask for them."""
    return (f"@{node}", f"@{node}+{SESSION_TAG}")


def routes_served(languages: tuple[str, ...], tags: tuple[str, ...], *, sessions: bool = True) -> tuple[str, ...]:
    """Every route a worker with these languages and tags can serve: each subset of its tags counts. ``sessions``: it
    has slots for those.

    Raises WireError past four tags: each doubles the number of queues a worker listens on.
    """
    if len(set(tags)) > 4:
        raise WireError(f"tags: at most 4 for one worker, not {len(set(tags))}")
    subsets: list[tuple[str, ...]] = [()]
    for tag in sorted(set(tags)):
        subsets += [(*subset, tag) for subset in subsets]
    routes = [route(language, subset) for language in (ANY_ROUTE, *languages) for subset in subsets]
    words = (WORK_TAG, SESSION_TAG) if sessions else (WORK_TAG,)
    in_any = (f"{route('', subset)}+{word}" for word in (VERIFY_TAG, PROGRAM_TAG) for subset in subsets)
    return (*routes, *(f"{name}+{word}" for word in words for name in routes), *in_any)


def package_state(problem: str, name: str) -> str:
    """The name of a carried state that belongs to the package of a problem, in each tenant its own."""
    told = f"{problem}.{name}"
    if not is_name(told):
        told = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    return STATE_OF_PACKAGE + told


def celery_queue(route_name: str) -> str:
    """The Celery queue of a route; its key in Redis has the namespace's prefix in front.

    Each route has one of its own: a worker takes every ticket of those that it waits for, what it can claim or not.
    """
    return f"q.{route_name}"


def tenant_key(tenant: str) -> str:
    """How a tenant is written in keys; the anonymous one needs a name there too."""
    return tenant or _TENANT_NONE


def _check_size(task: bytes) -> None:
    if len(task) > WORK_BYTES_MOST:
        raise WireError(f"task: {len(task)} bytes; at most {WORK_BYTES_MOST} come along, larger data go into blobs")
    if sum(task.count(mark) for mark in (b"{", b"[", b",")) > _TASK_PARTS_MAX:
        raise WireError(f"task: there are more than {_TASK_PARTS_MAX} objects and words in it")


def _decode(decoder: msgspec.json.Decoder[T], text: bytes, what: str) -> T:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise WireError(f"{what}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"{what} is not JSON: {error}") from error
