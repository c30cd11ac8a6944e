"""The whole exception tree, by owner of the fault.

A contestant's fault is never an exception: it is a verdict that a stage returns.
What is raised is either the setter's fault (:class:`PackageError`), the caller's fault
(:class:`UsageError`), the host's (:class:`HostFault`) or of a cause that nobody foresaw
(:class:`InfrastructureError`). The place that raises knows the cause; an errno alone does not tell it: "no space" on a
path of ours is the host's, on a run's own tmpfs it is the fault of the one who filled it.

No printing and no policy live here; the command line turns each class into an exit code
and the worker's task boundary turns each into a retry or a judge error.
"""

from __future__ import annotations

import errno as numbers
from collections.abc import Iterator
from contextlib import contextmanager
from os import strerror


class JudgeError(Exception):
    """Base of everything this project raises on purpose. ``str()`` is one line for people."""

    exit_code = 70


class UsageError(JudgeError):
    """The caller named something that is not there or does not fit: a file, a language, a broker."""

    exit_code = 2


class NoSuchRecord(UsageError):
    """There is no work of this id."""


class NoSuchState(NoSuchRecord):
    """There is no carried state of this name, or not this version of it any more."""


class IdTaken(UsageError):
    """The id stands for other work already."""


class AccessError(UsageError):
    """The gateway wants a key, does not know this one, or the key may not do this."""


class WorkError(UsageError):
    """What a piece of work asks for cannot be: a missing blob, files that do not fit, a limit beyond the ceiling.

    The client's fault: its report says so. ``field`` names the part of the work.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


class BlobError(WorkError):
    """A blob that work or a client asks for, or hands in, cannot be: the fault of its tenant."""


class BlobNameError(BlobError):
    """Neither a digest ("sha256:" and 64 hexadecimal digits) nor a name that a blob can have."""


class NoSuchBlob(BlobError):
    """The tenant put no such blob, or has removed it."""


class BlobExpired(BlobError):
    """The tenant put it, and its time is over."""


class BlobTooLarge(BlobError):
    """Larger than one blob may be, than what is read may be, or its lifetime is longer than the service grants."""


class BlobQuotaError(BlobError):
    """The tenant's blobs are too many, or too large together: remove some, or wait until some expire."""

    exit_code = 6


class BlobChanged(BlobError):
    """What was put changed while it was read."""


class BlobStoreUnset(BlobError):
    """The blob needs a store, and no setting names one."""


class ShareQuotaError(UsageError):
    """What is shared by links is too much, of the tenant or of all."""

    exit_code = 6


class PublicationError(UsageError):
    """A package cannot be published so."""


class PackageNameTaken(PublicationError):
    """The tenant has another package of this name and version."""


class PackageQuotaError(PublicationError):
    """The tenant's packages are too many, or too large together."""


class PackageBusy(PublicationError):
    """It is being removed from the store at this moment."""


class PackageError(JudgeError):
    """The problem package is at fault. Becomes a judge error (JE) with this advice.

    ``where`` is ``file``, ``file:line`` or ``file:line: key`` relative to the package.
    """

    exit_code = 3

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where


class PackageMissing(PackageError):
    """This machine does not have the package, or cannot read it; another may."""


class PackageUnreadable(PackageMissing):
    """What the package lies on cannot be read: no fault of the package, but of this host's disk or network."""

    exit_code = 5


class UnavailableError(PackageError):
    """A setter's program is in a language that this machine lacks: what only that program can tell stays untold."""


class SourceFault(Exception):
    """The contestant's: a submission cannot be compiled as sent. ``str()`` is one line for its author.

    Never leaves the compile stage, which makes a compile error of it.
    """


class ResultsFault(Exception):
    """Another system's results file cannot be read as it is: the program under test may have written it. ``str()`` is
    one line. Never leaves what reads such files: it becomes the message of a part."""


class LanguageError(JudgeError):
    """A language definition is malformed, or this machine lacks a toolchain or a version of it.

    ``language`` is what is missing here and may be on another machine; empty where it is not that.
    """

    exit_code = 4

    def __init__(self, message: str, language: str = "") -> None:
        super().__init__(message)
        self.language = language


class UnknownLanguage(LanguageError):
    """There is no such language, or none with such files, or what is asked for is no version: the caller's fault."""


class InfrastructureError(JudgeError):
    """Our fault or the host's: retried by the worker, then a judge error (JE)."""

    exit_code = 5


class CancelledError(InfrastructureError):
    """A run was ended on request; what it was part of is to be forgotten."""


class KernelError(InfrastructureError):
    """A system call failed. ``call`` is its name, ``errno`` the number, ``subject`` what it was about."""

    def __init__(self, call: str, errno: int, subject: str = "") -> None:
        super().__init__(f"{call}({subject}): {strerror(errno)} [errno {errno}]")
        self.call = call
        self.errno = errno
        self.subject = subject


class SandboxError(InfrastructureError):
    """A wall or a limit could not be set up, so nothing was run.

    ``step`` names the step, ``index`` is its place in the plan (-1 when outside it),
    ``errno`` is 0 when no system call failed, ``remedy`` says how to mend it.
    """

    def __init__(self, step: str, index: int = -1, errno: int = 0, detail: str = "", remedy: str = "") -> None:
        parts = [f"sandbox step {step!r}" + (f" (#{index})" if index >= 0 else "") + " failed"]
        if errno:
            parts.append(f"{strerror(errno)} [errno {errno}]")
        if detail:
            parts.append(detail)
        text = ": ".join(parts)
        super().__init__(f"{text}; remedy: {remedy}" if remedy else text)
        self.step = step
        self.index = index
        self.errno = errno
        self.detail = detail
        self.remedy = remedy


class WorkFilesError(SandboxError):
    """Files do not fit into a run's /work: the fault of the one who chose their names and sizes, known to the caller
    alone.

    ``summary`` is one line for them.
    """

    def __init__(self, step: str, errno: int, detail: str) -> None:
        from os import strerror

        super().__init__(step, errno=errno, detail=detail)
        self.summary = f"{step}: {strerror(errno)}"


class HostError(InfrastructureError):
    """This host cannot run submissions safely; the message names what is missing and the remedy."""


class HostBusyError(InfrastructureError):
    """The host gave a run no processor for such a time that nobody can say how it would have ended: no verdict, to be
    tried again elsewhere or later."""


class HostFault(HostError):
    """Something of ours failed for a reason that only this host can have: nothing that was judged is to blame."""


class SandboxHostFault(SandboxError, HostFault):
    """A step that concerns no program's own resources failed for a reason that only this host can have."""


#: A table or memory of this process or of the whole system is full, whatever was opened (errno(3)).
_FULL_ERRNOS = frozenset({numbers.EMFILE, numbers.ENFILE, numbers.ENOMEM})
#: The medium behind a path is broken or not there any more.
_MEDIUM_ERRNOS = frozenset({numbers.EIO, numbers.ESTALE, numbers.ENOTCONN, numbers.ENODEV, numbers.ENXIO})
_HOST_ERRNOS = _FULL_ERRNOS | _MEDIUM_ERRNOS | {numbers.ENOSPC, numbers.EDQUOT, numbers.EROFS}


def blame_host(error: OSError, what: str) -> None:
    """Raise HostFault when ``error``, met on a path of ours, is one that only the host can cause."""
    if error.errno in _HOST_ERRNOS:
        raise HostFault(f"{what}: {error.strerror} [errno {error.errno}]") from error


def blame_reader(error: OSError, where: str) -> None:
    """Raise what an error met while reading a package's file says of this host.

    HostFault when the file has no part in it; PackageUnreadable when what the file lies on cannot be read here
    (files of /proc answer so, too, hence no HostFault). Returns when the setter is to blame.
    """
    if error.errno in _FULL_ERRNOS:
        raise HostFault(f"{where} cannot be read: {error.strerror} [errno {error.errno}]") from error
    if error.errno in _MEDIUM_ERRNOS:
        raise PackageUnreadable(f"cannot be read: {error.strerror}", where=where) from error


@contextmanager
def our_path(what: str) -> Iterator[None]:
    """Around work on a path or descriptor of ours that no program or package can spoil. Raises HostFault, OSError."""
    try:
        yield
    except OSError as error:
        blame_host(error, what)
        raise


def sandbox_error(step: str, index: int = -1, errno: int = 0, detail: str = "", remedy: str = "") -> SandboxError:
    """The error of a step that concerns no program's own resources: the host's fault where the errno says so."""
    kind = SandboxHostFault if errno in _HOST_ERRNOS else SandboxError
    return kind(step, index, errno, detail, remedy)


class BlobStoreError(InfrastructureError):
    """A store of files cannot be reached, or not by this machine. Passes, or is for its operator to mend."""


class BlobMissing(BlobStoreError):
    """The store answers, and does not have what was asked for."""


class BlobMismatch(BlobStoreError):
    """The store answers, and what it has does not match its digest."""


class BlobLate(BlobStoreError):
    """An upload took longer than uploads may take; what it left is swept."""


class QueueError(InfrastructureError):
    """Redis or Celery is unreachable or answered nonsense."""


class ServerError(QueueError):
    """A gateway does not answer, or not as one."""


class QueueAnswerError(QueueError):
    """Redis answered a call with an error that it would answer again: the call itself is not taken."""


class QueueFullError(QueueError):
    """Backpressure: the queue refused a submission. ``length`` waits, ``wait_s`` is the estimate."""

    exit_code = 6

    def __init__(self, length: int, wait_s: float) -> None:
        super().__init__(f"the queue is full: {length} submissions wait, about {wait_s:.0f} s of work")
        self.length = length
        self.wait_s = wait_s


class RateLimitError(QueueError):
    """A tenant submits faster than its rate. ``retry_s``: when the next one is taken; ``per_minute``: the rate, 0 = not
    known."""

    exit_code = 6

    def __init__(self, tenant: str, retry_s: float, per_minute: int = 0) -> None:
        super().__init__(f"tenant {tenant!r} submits too fast: try again in {retry_s:.1f} s")
        self.tenant = tenant
        self.retry_s = retry_s
        self.per_minute = per_minute


class OpenLimitError(QueueError):
    """A tenant has as many sessions, streams or WebSockets open as it may. ``limit`` is the limit's name, ``most`` how
    many it lets be open."""

    exit_code = 6

    def __init__(self, tenant: str, limit: str, most: int) -> None:
        super().__init__(f"tenant {tenant!r} has {most} open, which is its limit {limit}: end one first")
        self.tenant = tenant
        self.limit = limit
        self.most = most


class MaintenanceError(QueueError):
    """No work is taken in now: those who run the judge said so. ``retry_s``: when it may be worth to try again."""

    exit_code = 6

    def __init__(self, message: str, retry_s: float) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class ClaimLost(InfrastructureError):
    """The claim was cancelled or belongs to another worker: stop judging, drop the result."""


class StateMoved(InfrastructureError):
    """A carried state has changed since it was read: judge again by the newer one. Nothing was recorded."""


class StateBusy(InfrastructureError):
    """Others are served first with a carried state, for long: try later."""


class StateFull(JudgeError):
    """A carried state that a judging leaves does not fit into what its tenant may have. Nothing was recorded."""


class StaleSession(InfrastructureError):
    """Another process registered under this worker's name, or Redis forgot the worker."""


class NotFinished(JudgeError, TimeoutError):
    """The caller's patience ended before the submission did; ask again."""

    exit_code = 6


class SubmissionCancelled(JudgeError):
    """There will be no report: the submission was withdrawn."""

    exit_code = 1


class WireError(JudgeError):
    """A message from outside does not decode: the text names the field."""

    exit_code = 2
