"""How a command has work done: in this process, or by a service. The same report either way."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from judge.assembly import open_judge
from judge.cli.interrupting import CtrlC
from judge.cli.options import AMOUNT_MAX, broker_option
from judge.cli.service import open_client
from judge.client import Client, HttpClient
from judge.config import Settings, load_settings
from judge.config.reading import ceilings_of, program_quotas_of
from judge.errors import BlobStoreUnset, InfrastructureError, JudgeError, LanguageError, SubmissionCancelled, WorkError
from judge.model.event import Cancelled, Emit, WorkDone
from judge.model.program import ProgramQuotas
from judge.model.work import Data, ProgramJudging, Work
from judge.model.work_report import REFUSED, AnyWorkReport, BlameOn, status_of
from judge.package.ceilings import Ceilings
from judge.program.tasks.carried import StateHere
from judge.program.tasks.of_work import judge_by_program
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.running.carry_out import carry_out
from judge.running.runner import Runner
from judge.sandbox.capture import Capture, memfd_of

#: Larger data go to a service as blobs.
_INLINE_BYTES_MAX = 1 << 20


class Doer(Protocol):
    """Does work for a command."""

    def data(self, content: bytes) -> Data:
        """Content that is to come along with work."""
        ...

    def do(self, work: Work, hear: Emit) -> AnyWorkReport:
        """The report of a program's doings; ``hear`` takes what happens meanwhile. A program that runs gets the first
        Ctrl-C (:mod:`judge.cli.interrupting`); any other ends the work.

        Raises WorkError (the request's fault), InfrastructureError (the judge's), and what the queue refuses.
        """
        ...

    def content(self, blob: str) -> bytes:
        """What was kept."""
        ...


def service_options(parser: argparse.ArgumentParser) -> None:
    """The options of a command that works here, or has a service do it."""
    broker_option(parser)
    parser.add_argument(
        "--service", action="store_true", help="let the service of the settings, or of this machine, do it"
    )
    parser.add_argument("--tenant", default="", help="on whose behalf a service does it")


def is_by_service(args: argparse.Namespace) -> bool:
    """Whether a service does it."""
    return bool(args.broker or args.server or args.service)


@contextmanager
def doer_for(args: argparse.Namespace) -> Iterator[Doer]:
    """As the options say. Raises UsageError, HostError, SandboxError."""
    settings = load_settings()
    if is_by_service(args):
        with open_client(args) as client:
            yield Service(client, args.tenant)
        return
    with open_judge(settings) as judge, tempfile.TemporaryDirectory(prefix="judge-") as scratch:
        blobs, ceilings = BlobsHere(), _unbounded(settings)
        runner = Runner(judge.slots[0], judge, ceilings, blobs, Path(scratch))
        yield Here(runner, blobs, program_quotas_of(settings))


def _unbounded(settings: Settings) -> Ceilings:
    """Who runs a program on their own machine is the operator: amounts are theirs to choose."""
    amounts = dict.fromkeys(("time_limit_ns", "memory_bytes", "output_bytes", "case_files_bytes"), AMOUNT_MAX)
    return msgspec.structs.replace(ceilings_of(settings.limits), **amounts)


class BlobsHere:
    """What runs of this process leave, in memory."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def open(self, tenant: str, blob: str) -> int:
        """A descriptor at its beginning; the caller closes it. Raises WorkError."""
        return memfd_of(self.read(tenant, blob, AMOUNT_MAX), "blob")

    def read(self, tenant: str, blob: str, bytes_max: int) -> bytes:
        """The content. Raises WorkError."""
        try:
            return self._contents[blob]
        except KeyError:
            raise WorkError(f"there is no blob {blob[:80]!r}: without a service there are none") from None

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        """Keep it while this process lives."""
        kept = content if isinstance(content, bytes) else content.read()
        blob = f"sha256:{hashlib.sha256(kept).hexdigest()}"
        self._contents[blob] = kept
        return blob


class Here:
    """A :class:`Doer` with a slot of this process."""

    def __init__(self, runner: Runner, blobs: BlobsHere, most: ProgramQuotas) -> None:
        self._runner = runner
        self._blobs = blobs
        self._most = most  # what a judge program may have

    def data(self, content: bytes) -> Data:
        """As it is."""
        return Data(content=content)

    def do(self, work: Work, hear: Emit) -> AnyWorkReport:
        """In this thread."""
        keys = CtrlC(work.task, self._runner.slot.interrupt, starts_at_once=True)
        try:
            with keys.caught():
                if isinstance(work.task, ProgramJudging):
                    carried = StateHere(self._most.state_bytes)
                    return judge_by_program(self._runner, work, work.task, hear, carried, self._most)
                return carry_out(self._runner, work, keys.hearing(hear))
        except WorkError as error:
            if isinstance(error.__cause__, LanguageError):  # here it is this machine that lacks it
                raise error.__cause__ from None
            raise

    def content(self, blob: str) -> bytes:
        """What was kept."""
        return self._blobs.read("", blob, AMOUNT_MAX)


class Service:
    """A :class:`Doer` that hands work in and waits."""

    def __init__(self, client: Client | HttpClient, tenant: str) -> None:
        self._client = client
        self._tenant = tenant

    def data(self, content: bytes) -> Data:
        """Large content goes ahead as a blob, where this service keeps large blobs. Raises BlobError, QueueError."""
        if len(content) > _INLINE_BYTES_MAX:
            with contextlib.suppress(BlobStoreUnset):
                return Data(blob=self._client.put_blob(content, tenant=self._tenant))
        return Data(content=content)

    def do(self, work: Work, hear: Emit) -> AnyWorkReport:
        """By any worker. What Ctrl-C ends is withdrawn."""
        keys = CtrlC(work.task, lambda: self._interrupt(work.header.id), starts_at_once=False)
        try:
            with keys.caught():
                self._client.send(work)
                return _checked(self._followed(work.header.id, keys.hearing(hear)))
        except KeyboardInterrupt:
            with contextlib.suppress(JudgeError):
                if self._client.cancel(work.header.id):
                    print("withdrawn", file=sys.stderr)
            raise

    def _interrupt(self, work_id: str) -> None:
        """In a thread and over a connection of its own: the client's may be in the middle of an answer."""

        def send() -> None:
            try:
                if isinstance(self._client, HttpClient):
                    self._client.interrupt(work_id)
                    return
                with Queue(self._client.queue.broker) as queue:
                    queue.run(calls.interrupt(work_id))
            except JudgeError as error:
                print(f"not interrupted: {error}", file=sys.stderr)

        threading.Thread(target=send, daemon=True).start()

    def _followed(self, work_id: str, hear: Emit) -> AnyWorkReport:
        for event in self._client.follow(work_id):
            if isinstance(event, WorkDone):
                return event.report
            if isinstance(event, Cancelled):
                break
            hear(event)
        raise SubmissionCancelled(f"{work_id} was cancelled")

    def content(self, blob: str) -> bytes:
        """What was kept. Raises BlobError, QueueError."""
        return self._client.get_blob(blob, tenant=self._tenant)


def _checked(report: AnyWorkReport) -> AnyWorkReport:
    if report.blame is BlameOn.JUDGE:
        raise InfrastructureError(f"judge error: {report.reason}")
    if report.blame is BlameOn.CLIENT and status_of(report) == REFUSED:
        raise WorkError(report.reason)
    return report
