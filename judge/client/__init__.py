"""The Python client: put submissions into the queue, follow them, get their reports. Blocking and asyncio.

::

    from judge.client import Client, submission_of

    with Client.open() as judge:                       # the settings' broker, else this machine's embedded one
        id = judge.submit(submission_of("sum.cpp", package="/problems/sum", language="cpp"))
        for event in judge.follow(id):
            print(event)
        report = judge.result(id)

Programs run without a problem package, too::

        report = judge.run(program_from("print(input())", "python3"), stdin="hello")
        print(report.runs[0].stdout.content)

Over HTTP it is the same: ``with connect("https://judge.example.org", key="jk_...") as judge``.

Every method may be repeated safely: a submission's id is its idempotency key. Other languages can do the same with
Redis alone; docs/reference/wire.md says how.
"""

from __future__ import annotations

from judge.client.asynchronous import AsyncClient
from judge.client.blocking import Client
from judge.client.http.asynchronous import AsyncHttpClient
from judge.client.http.blocking import PATIENCE_S, HttpClient
from judge.client.http.session import AsyncHttpSession, HttpSession
from judge.client.many import Item, ItemResult
from judge.client.sending import (
    Sending,
    evaluation_of,
    execution_of,
    judging_of,
    new_id,
    one_test,
    program_from,
    program_of,
    submission_of,
    work_of,
)
from judge.client.session import AsyncSession, Session
from judge.http_form.rejudges import RejudgeRequest
from judge.queue.records import Filter
from judge.queue.values import SubmissionView

__all__ = [
    "AsyncClient",
    "AsyncHttpClient",
    "AsyncHttpSession",
    "AsyncSession",
    "Client",
    "Filter",
    "HttpClient",
    "HttpSession",
    "Item",
    "ItemResult",
    "RejudgeRequest",
    "Sending",
    "Session",
    "SubmissionView",
    "connect",
    "connect_async",
    "evaluation_of",
    "execution_of",
    "judging_of",
    "new_id",
    "one_test",
    "program_from",
    "program_of",
    "submission_of",
    "work_of",
]


def connect(
    address: str, key: str = "", *, patience_s: float = PATIENCE_S, ca_file: str = "", plain_http: bool = False
) -> HttpClient:
    """A client of the gateway at ``https://HOST``; ``http://`` only without a key, on this machine, or when
    ``plain_http`` says that the key may be read on its way.

    ``ca_file``: who may vouch for the server (default: those whom the system trusts). ``patience_s``: how long a
    gateway that does not answer is tried again. Raises UsageError.
    """
    return HttpClient(address, key, patience_s=patience_s, ca_file=ca_file, plain_http=plain_http)


def connect_async(
    address: str, key: str = "", *, patience_s: float = PATIENCE_S, ca_file: str = "", plain_http: bool = False
) -> AsyncHttpClient:
    """The same for asyncio; see :func:`connect`."""
    return AsyncHttpClient(address, key, patience_s=patience_s, ca_file=ca_file, plain_http=plain_http)
