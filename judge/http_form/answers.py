"""The bodies of answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from judge.http_form.reports import ReportForm
from judge.model.problem import Diagnostic
from judge.model.report import Report
from judge.model.work import NO_CONTEXT, Context, WorkKind
from judge.queue.api_keys import Scope
from judge.queue.blob_calls import BlobView
from judge.queue.usage import UsedDay
from judge.queue.values import LanguageCard, State, Summary


class Standing(StrEnum):
    """Where work stands."""

    QUEUED = "queued"  #: it waits
    RUNNING = "running"
    DONE = "done"  #: it has its report
    CANCELLED = "cancelled"  #: it was withdrawn, there will be no report


def standing_of(state: State) -> Standing:
    """As clients see it: work between two attempts waits."""
    return _STANDINGS[state]


_STANDINGS = {
    State.QUEUED: Standing.QUEUED,
    State.HELD: Standing.QUEUED,
    State.CLAIMED: Standing.RUNNING,
    State.DONE: Standing.DONE,
    State.CANCELLED: Standing.CANCELLED,
}


class WorkForm(msgspec.Struct, frozen=True, kw_only=True):
    """Work of any kind. ``status``: its verdict, or the word for how it ended; empty while it is not done.

    ``worker`` and ``reason`` (why it was given back last) are for admins alone. Of the two reports a submission has
    ``judging``, all other work ``report``; lists have neither.
    """

    id: str
    kind: WorkKind
    state: Standing
    status: str = ""
    language: str = ""
    package: str = ""
    tenant: str = ""
    priority_class: str = ""
    tags: tuple[str, ...] = ()
    submitted_at_ms: int = 0
    claimed_at_ms: int = 0
    finished_at_ms: int = 0
    attempt: int = 0
    worker: str = ""
    reason: str = ""
    context: Context = NO_CONTEXT
    summary: Summary = Summary()
    report: ReportForm | None = None
    judging: Report | None = None


class WorkPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some work, newest first. ``next``: what ``after`` is to say for the page that follows; null = there is none."""

    items: tuple[WorkForm, ...] = ()
    next: str | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What work may ask for at most."""

    cpu_time_ns: int
    memory_bytes: int
    output_bytes: int
    source_bytes: int
    files: int
    files_bytes: int


class LanguagesForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the workers offer."""

    languages: tuple[LanguageCard, ...]
    limits: Limits


class BlobPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the tenant's blobs, newest first. ``next`` as in :class:`WorkPage`."""

    items: tuple[BlobView, ...] = ()
    next: str | None = None


class BlobPut(msgspec.Struct, frozen=True, kw_only=True):
    """A blob that is kept now. ``blob`` is how work names it."""

    blob: str
    size_bytes: int


class QueueForm(msgspec.Struct, frozen=True, kw_only=True):
    """The queue as a whole. ``wait_ms``: the estimate for work handed in now; ``judging_ms``:
    what one took lately."""

    waiting: int
    running: int
    waiting_by_class: dict[str, int]
    slots: int
    wait_ms: int
    judging_ms: float = 0.0


class WorkerForm(msgspec.Struct, frozen=True, kw_only=True):
    """One worker. ``silent_ms``: since its last sign of life; ``reason``: why it is not on; ``running``: slot -> the
    record of the work.

    What it says of itself: ``load_1m`` of its host, ``noise_ratio`` (how much longer a program takes there at times;
    null = not measured), ``attacks_held`` (how many attacks on its sandbox it withstood when it started; 0 = none was
    made), free bytes of its disk, ``problems``, versions of its languages' toolchains, ``slots_stopped`` (that stand
    stopped, and will be replaced), languages that it prepares, and why it could not prepare others.
    """

    name: str
    state: str
    silent_ms: int
    slots: int
    busy: int
    languages: tuple[str, ...]
    tags: tuple[str, ...]
    version: str
    reason: str = ""
    running: dict[str, str] = {}
    load_1m: float = 0.0
    noise_ratio: float | None = None
    attacks_held: int = 0
    disk_free_bytes: int = 0
    problems: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    slots_stopped: int = 0
    preparing: tuple[str, ...] = ()
    unprepared: dict[str, str] = {}


class WorkersForm(msgspec.Struct, frozen=True, kw_only=True):
    """All workers."""

    workers: tuple[WorkerForm, ...]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and what they may. ``key`` is the public part of the key; empty = none was needed. ``person``: who is
    signed in.

    ``used``: what their tenant used on each of the last 31 days on which it used anything.
    """

    tenant: str
    key: str
    scopes: tuple[Scope, ...]
    priority_class: str
    expires_at_ms: int = 0
    used: tuple[UsedDay, ...] = ()
    person: str = ""


class CancelForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the work was withdrawn; false = too late, its report is there."""

    cancelled: bool


class TicketForm(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket for a WebSocket: open ``path?ticket=TICKET``, once. ``expires_at_ms``: Unix milliseconds."""

    ticket: str
    path: str
    expires_at_ms: int


class SessionEndForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a session was ended; false = it was over already."""

    ended: bool


class InterruptForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the work was interrupted; false = nothing of it runs now."""

    interrupted: bool


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the gateway is."""

    ok: bool
    problems: Annotated[tuple[str, ...], Meta(description="What is missing.")] = ()


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one part of a request: ``pointer`` (RFC 6901) into the body, or the name of a parameter."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class LimitReached(msgspec.Struct, frozen=True, kw_only=True):
    """Which limit is reached: the name of the setting, and how many it lets be."""

    name: str
    most: int


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error (RFC 9457). ``type`` is a page of this server that says what it means; ``request_id`` is in our log.

    ``diagnostics`` are there when a problem package is at fault, ``limit`` when a limit of the tenant is reached.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    request_id: str = ""
    errors: tuple[FieldError, ...] = ()
    diagnostics: tuple[Diagnostic, ...] | UnsetType = UNSET
    limit: LimitReached | UnsetType = UNSET
