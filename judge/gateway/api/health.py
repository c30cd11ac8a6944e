"""How the gateway is, for those who watch over it. No key is asked for."""

from __future__ import annotations

from starlette.responses import Response

from judge.errors import QueueError
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.http_form.answers import Health
from judge.queue.look import look_call
from judge.queue.values import WorkerState

#: A worker without a sign of life for this long is not counted upon, as in the queue's scripts.
_SILENT_MS = 10_000


async def healthz(asked: Asked) -> Response:
    """The process answers."""
    del asked
    return json_answer(Health(ok=True))


async def readyz(asked: Asked) -> Response:
    """Work can be done: this gateway goes on, Redis answers, and there is a worker that is on."""
    problems = []
    if asked.service.stopping.is_set():
        problems.append("this gateway stops")
    try:
        seen = await asked.service.queue.run(look_call())
    except QueueError:
        problems.append("Redis does not answer")
    else:
        ready = [
            one for one in seen.workers if one.state is WorkerState.ON and seen.now_ms - one.seen_at_ms < _SILENT_MS
        ]
        if not ready:
            problems.append("there is no worker")
    return json_answer(Health(ok=not problems, problems=tuple(problems)), 503 if problems else 200)


async def metrics(asked: Asked) -> Response:
    """The gateway's own series, for Prometheus."""
    return asked.service.metrics.response()


ENDPOINTS = (
    Endpoint("GET", "/healthz", "healthz", "Whether the process answers.", healthz, "health",
             (Answer(200, "It does.", Health),), scope=None),
    Endpoint("GET", "/readyz", "readyz", "Whether work can be done.", readyz, "health",
             (Answer(200, "It can.", Health), Answer(503, "It cannot; the body says why.", Health)), scope=None),
    Endpoint("GET", "/metrics", "metrics", "The gateway's series.", metrics, "health",
             (Answer(200, "In Prometheus' text form.", None, "text/plain"),), scope=None),
)  # fmt: skip
