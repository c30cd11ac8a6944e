"""Programs in pages of others: ``/embed`` runs them here. No key or cookie counts: who asks is one of everybody at
an address, with limits of its own; what an address ran is there for that address alone."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.config import PlaygroundSettings
from judge.gateway.api.events import AfterQuery, stream_events
from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, create_work, told
from judge.gateway.api.languages import list_languages
from judge.gateway.api.work import record_of
from judge.gateway.endpoint import EVENTS, LAST_EVENT_ID, Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError
from judge.http_form.answers import CancelForm, LanguagesForm
from judge.http_form.reports import EventForm
from judge.http_form.requests import EmbeddedRunRequest, RunRequest, execution_asked
from judge.model.units import S_NS
from judge.model.work import RequestedLimits, WorkKind

_PATH = "embed/runs"


def _as_embedded(asked: Asked) -> Asked:
    """The request as one of everybody's. Raises ProblemError: nobody may embed, or it is no page of ours that asks."""
    if not asked.service.settings.playground.embed_origins:
        raise ProblemError("not-found", "no page may embed this judge")
    caller = asked.service.authenticator.one_of_everybody(asked.request)
    asked.exchange.labels["tenant"] = caller.tenant
    return msgspec.structs.replace(asked, caller=caller)


async def create_embedded_run(asked: Asked) -> Response:
    """Hand in a run."""
    body: EmbeddedRunRequest = asked.body
    limits = _limits(asked)
    request = RunRequest(
        language=body.language, source=body.source, sources=body.sources, main=body.main, stdin=body.stdin,
        arguments=body.arguments, limits=limits, live=True,
    )  # fmt: skip
    task = told(lambda: execution_asked(request))
    return await create_work(msgspec.structs.replace(_as_embedded(asked), body=request), _PATH, task, body.language)


def _limits(asked: Asked) -> RequestedLimits:
    """The smaller of what is for those who embed and for everybody."""
    embedded: PlaygroundSettings = asked.service.settings.playground
    everybody = asked.service.settings.gateway
    time_ns = min(embedded.embed_time_s_max, everybody.anonymous_time_s_max) * S_NS
    output_bytes = min(embedded.embed_output_bytes_max, everybody.anonymous_output_bytes_max)
    return RequestedLimits(
        cpu_time_ns=time_ns,
        wall_time_ns=3 * time_ns,
        memory_bytes=min(embedded.embed_memory_bytes_max, everybody.anonymous_memory_bytes_max),
        stdout_bytes=output_bytes,
        stderr_bytes=output_bytes,
    )


async def stream_embedded_events(asked: Asked) -> Response:
    """The progress of a run."""
    return await stream_events(_as_embedded(asked), WorkKind.EXECUTION)


async def cancel_embedded_run(asked: Asked) -> Response:
    """Withdraw a run."""
    embedded = _as_embedded(asked)
    record = await record_of(embedded, WorkKind.EXECUTION)
    return json_answer(CancelForm(cancelled=await embedded.service.client.cancel(record.id)))


async def list_embedded_languages(asked: Asked) -> Response:
    """All languages."""
    return await list_languages(_as_embedded(asked))


_PROBLEMS = ("not-found", "foreign-page")

ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/{_PATH}", "createEmbeddedRun", "Run a program in a page that embeds the judge.",
             create_embedded_run, "embed", (CREATED, NOT_YET), scope=None, body=EmbeddedRunRequest, query=WaitQuery,
             problems=(*HANDING_IN, *_PROBLEMS)),
    Endpoint("GET", f"{PREFIX}/{_PATH}/{{id}}/events", "streamEmbeddedRunEvents", "The progress of such a run, live.",
             stream_embedded_events, "embed",
             (Answer(200, "Events; the data of each is JSON.", EventForm, media=EVENTS),
              Answer(204, "There is nothing more behind that event.")), scope=None, query=AfterQuery,
             headers=(LAST_EVENT_ID,), problems=(*_PROBLEMS, "bad-field", "too-many", "stopping")),
    Endpoint("POST", f"{PREFIX}/{_PATH}/{{id}}/cancel", "cancelEmbeddedRun", "Withdraw such a run.",
             cancel_embedded_run, "embed", (Answer(200, "Whether it was withdrawn.", CancelForm),), scope=None,
             problems=_PROBLEMS),
    Endpoint("GET", f"{PREFIX}/embed/languages", "listEmbeddedLanguages", "The languages that workers offer now.",
             list_embedded_languages, "embed", (Answer(200, "All of them.", LanguagesForm),), scope=None,
             problems=_PROBLEMS),
)  # fmt: skip
