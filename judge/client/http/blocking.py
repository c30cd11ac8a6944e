"""The blocking client over HTTP: what :class:`judge.client.blocking.Client` does, asked of a gateway."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Self, TypeVar

import msgspec

from judge.client.doing import Doing, R
from judge.client.http.address import server_of
from judge.client.http.administration import HttpAdministration
from judge.client.http.batch import HttpBatch
from judge.client.http.blobs import HttpBlobs
from judge.client.http.packages import HttpPackages
from judge.client.http.session import HttpSession, check_session
from judge.client.http.states import HttpStates
from judge.client.http.transport import API, Ask, Leaving, Transport, segment
from judge.client.http.values import answer_of, decoded, state_of, view_of_form
from judge.client.http.webhooks import HttpWebhooks
from judge.client.many import WINDOW, Flight, Item, ItemResult
from judge.client.opening import report_of_type, reported, work_report
from judge.client.sending import (
    SENDING,
    Sending,
    work_of,
)
from judge.errors import NotFinished, UsageError
from judge.http_form.answers import (
    CancelForm,
    InterruptForm,
    LanguagesForm,
    Me,
    QueueForm,
    WorkForm,
    WorkPage,
)
from judge.http_form.asking import request_of, submission_request_of
from judge.http_form.reports import EventForm, event_of
from judge.model.event import Cancelled, Done, Event, WorkDone
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import SessionRequest, Task, Work
from judge.model.work_report import (
    AnyWorkReport,
)
from judge.queue.records import Filter
from judge.queue.values import LanguageCard, State, SubmissionView

T = TypeVar("T")

#: How long a client goes on trying to reach a gateway before it raises.
PATIENCE_S = 10.0

#: How long one request waits for a report; then it is asked again.
_WAIT_S = 20.0

_PAGE = 200


class HttpClient(HttpBlobs, HttpStates, HttpPackages, HttpWebhooks, HttpAdministration, Doing):
    """The judge over HTTP, blocking; threads may share one. A context manager.

    The tenant is the key's: work and calls that name another are refused. Packages are named by their digest.
    """

    def __init__(
        self,
        address: str,
        key: str = "",
        *,
        patience_s: float = PATIENCE_S,
        ca_file: str = "",
        plain_http: bool = False,
        connections: int = 10,
    ) -> None:
        server = server_of(address, key, plain_http=plain_http)
        self.transport = Transport(server, patience_s, ca_file=ca_file, connections=connections)
        self._me: Me | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; idempotent."""
        self.transport.close()

    def me(self) -> Me:
        """Who asks, and what they may, as the gateway sees it."""
        return self._get("/me", Me)

    def check_tenant(self, tenant: str) -> None:
        """Raise UsageError when the key is not this tenant's; empty = the key's own."""
        if not tenant:
            return
        self._me = self._me or self.me()
        if self._me.tenant != tenant:
            raise UsageError(f"over HTTP the key says the tenant: it is {self._me.tenant!r}, not {tenant!r}")

    def submit(self, submission: Submission) -> str:
        """See :meth:`judge.client.blocking.Client.submit`; AccessError when the key may not."""
        self._submit(submission)
        return submission.id

    def send(self, work: Work) -> str:
        """See :meth:`judge.client.blocking.Client.send`; AccessError when the key may not."""
        self.hand_in(work, 0.0)
        return work.header.id

    def hand_in(self, work: Work, wait_s: float) -> WorkForm:
        """Hand in, and wait at most that time for the report. Raises as :meth:`send`."""
        self.check_tenant(work.header.tenant)
        path, body = request_of(work)
        return self._post(f"/{path}", body, wait_s)

    def _submit(self, submission: Submission) -> WorkForm:
        self.check_tenant(submission.tenant)
        return self._post("/submissions", submission_request_of(submission), 0.0)

    def look(self, id: str, wait_s: float = 0.0) -> WorkForm:
        """Work of any kind as it stands, or as it does after that time, or when it is done. Raises NoSuchRecord."""
        asked = Ask("GET", f"{API}/work/{segment(id)}", {"wait": wait_s}, wait_s=wait_s, about=id)
        return decoded(self.transport.ask(asked).body, WorkForm)

    def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.work_result`."""
        return work_report(self.answer(work_id, timeout=timeout), work_id)

    def answer(self, id: str, *, timeout: float | None = None) -> Report | AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.answer`."""
        return self.awaited(self.look(id), deadline_of(timeout))

    def awaited(self, form: WorkForm, deadline_s: float | None) -> Report | AnyWorkReport:
        """The report of work that stood so when it was looked at. Raises SubmissionCancelled, NotFinished."""
        began_s = time.monotonic()
        while not state_of(form).final:
            left_s = _WAIT_S if deadline_s is None else deadline_s - time.monotonic()
            if left_s <= 0:
                raise NotFinished(f"submission {form.id} was not finished within {time.monotonic() - began_s:g} s")
            form = self.look(form.id, min(left_s, _WAIT_S))
        return reported(answer_of(form), form.id)

    def _done(self, task: Task, sending: Sending, timeout: float | None, kind: type[R]) -> R:
        deadline_s = deadline_of(timeout)
        form = self.hand_in(work_of(task, sending), _WAIT_S if timeout is None else min(timeout, _WAIT_S))
        return report_of_type(kind, work_report(self.awaited(form, deadline_s), form.id))

    def evaluate_many(
        self, items: Iterable[Item], sending: Sending = SENDING, *, window: int = WINDOW, in_order: bool = False
    ) -> Iterator[ItemResult]:
        """See :meth:`judge.client.blocking.Client.evaluate_many`. Up to a ``window`` of 64 each item in flight has a
        thread and a connection; with a larger one items that have no id of their own go in batches of the gateway."""
        return HttpBatch(self, items, sending, Flight(window, in_order=in_order), window).results()

    def follow(self, submission_id: str, *, timeout: float | None = None) -> Iterator[Event]:
        """See :meth:`judge.client.blocking.Client.follow`; a connection that is lost is taken up again."""
        for _, event in self.events(submission_id, "0", timeout):
            yield event

    def follow_from(self, submission_id: str, position: str) -> Iterator[tuple[str, Event]]:
        """See :meth:`judge.client.blocking.Client.follow_from`."""
        return self.events(submission_id, position, None)

    def events(
        self, id: str, position: str, timeout: float | None, leaving: Leaving | None = None
    ) -> Iterator[tuple[str, Event]]:
        """Events with their positions, to the last one, or until another thread is ``leaving``."""
        asked = Ask("GET", f"{API}/work/{segment(id)}/events", about=id)
        for frame in self.transport.events(asked, position, deadline_of(timeout), leaving):
            event = event_of(decoded(frame.data, EventForm))  # type: ignore[arg-type]
            yield frame.id, event
            if isinstance(event, Done | WorkDone | Cancelled):
                return

    def result(self, submission_id: str, *, timeout: float | None = None) -> Report:
        """See :meth:`judge.client.blocking.Client.result`."""
        report = self.answer(submission_id, timeout=timeout)
        if not isinstance(report, Report):
            raise UsageError(f"{submission_id!r} is no submission: ask for its work_result")
        return report

    def state(self, submission_id: str) -> State:
        """See :meth:`judge.client.blocking.Client.state`."""
        return state_of(self.look(submission_id))

    def status(self, submission_id: str) -> SubmissionView:
        """See :meth:`judge.client.blocking.Client.status`. Where it was judged is for admins."""
        return view_of_form(self.look(submission_id))

    def submissions(self, chosen: Filter | None = None) -> Iterator[SubmissionView]:
        """See :meth:`judge.client.blocking.Client.submissions`: those of the key's tenant, of an admin's key all."""
        chosen = chosen or Filter()
        chosen.check()
        same = ("kind", "sender", "tenant", "package", "language", "priority_class", "since_ms", "until_ms")
        query: dict[str, object] = {name: getattr(chosen, name) for name in same}
        query |= {"status": chosen.verdict, "limit": min(chosen.limit or _PAGE, _PAGE)}
        left, after = chosen.limit or -1, ""
        while left:
            page = self._get("/work", WorkPage, query | {"after": after})
            for form in page.items[: left if left > 0 else None]:
                yield view_of_form(form)
            left = max(left - len(page.items), 0) if left > 0 else left
            if page.next is None:
                return
            after = page.next

    def open_session(self, request: SessionRequest, sending: Sending = SENDING) -> HttpSession:
        """See :meth:`judge.client.blocking.Client.open_session`."""
        return self._session(self.hand_in(work_of(request, sending), 0.0).id, sending.tenant)

    def join_session(self, session_id: str, *, tenant: str = "") -> HttpSession:
        """See :meth:`judge.client.blocking.Client.join_session`."""
        self.check_tenant(tenant)
        return self._session(check_session(self.look(session_id)), tenant)

    def _session(self, session_id: str, tenant: str) -> HttpSession:
        return HttpSession(self.transport, session_id, tenant, self.work_result)

    def cancel(self, submission_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.cancel`."""
        asked = Ask("POST", f"{API}/work/{segment(submission_id)}/cancel", about=submission_id)
        return decoded(self.transport.ask(asked).body, CancelForm).cancelled

    def interrupt(self, work_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.interrupt`."""
        asked = Ask("POST", f"{API}/work/{segment(work_id)}/interrupt", about=work_id, repeat=False)
        return decoded(self.transport.ask(asked).body, InterruptForm).interrupted

    def languages(self) -> tuple[LanguageCard, ...]:
        """See :meth:`judge.client.blocking.Client.languages`."""
        return self._get("/languages", LanguagesForm).languages

    def waiting(self) -> QueueForm:
        """How much waits and runs."""
        return self._get("/queue", QueueForm)

    def _get(self, path: str, kind: type[T], query: dict[str, object] | None = None) -> T:
        return decoded(self.transport.ask(Ask("GET", API + path, query)).body, kind)

    def _post(self, path: str, body: msgspec.Struct, wait_s: float) -> WorkForm:
        asked = Ask("POST", API + path, {"wait": wait_s}, msgspec.json.encode(body), wait_s=wait_s)
        return decoded(self.transport.ask(asked).body, WorkForm)


def deadline_of(timeout: float | None) -> float | None:
    """When these seconds are over, by the monotonic clock."""
    return None if timeout is None else time.monotonic() + timeout
