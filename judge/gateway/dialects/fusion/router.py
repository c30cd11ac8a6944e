"""The addresses of SandboxFusion's interface. Errors are FastAPI's; no answer is a 5xx but 504: clients repeat that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from judge.gateway.dialects.common.aside import aside
from judge.gateway.dialects.common.bodies import body, media_type
from judge.gateway.dialects.common.routes import Row, Style, dialect_app
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.fusion import requests
from judge.gateway.dialects.fusion.checks import InvalidBody, json_value, no_body, not_an_object
from judge.gateway.dialects.fusion.datasets.prompts import prompt_of, prompts_of
from judge.gateway.dialects.fusion.datasets.rows import BadRow, field, kind_of, row_in, rows_in
from judge.gateway.dialects.fusion.notebook import notebook_answer, run_of
from judge.gateway.dialects.fusion.requests import run_jupyter_in
from judge.gateway.dialects.fusion.running import Late, answer_to
from judge.gateway.dialects.fusion.submitting import judged, submission_in
from judge.gateway.endpoint import Asked, Handler
from judge.gateway.problems import ProblemError

T = TypeVar("T")

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8"><title>Sandbox</title></head>
<body><p>Programs are run here: POST /run_code.</p></body></html>
"""


async def _ping(asked: Asked) -> Response:
    return _json("pong")


async def _root(asked: Asked) -> Response:
    return HTMLResponse(_PAGE)


async def _run_code(asked: Asked) -> Any:
    return await answer_to(asked, await _read(asked, requests.run_code_in))


async def _run_jupyter(asked: Asked) -> Any:
    return notebook_answer(await answer_to(asked, await _read(asked, lambda value: run_of(run_jupyter_in(value)))))


async def _submit(asked: Asked) -> Any:
    return await judged(asked, await _read(asked, submission_in))


async def _list_datasets(asked: Asked) -> Any:
    return []


async def _list_ids(asked: Asked) -> Any:
    return await _read(asked, _ids)


async def _get_prompts(asked: Asked) -> Any:
    return await _read(asked, _prompts)


async def _get_prompt_by_id(asked: Asked) -> Any:
    return await _read(asked, _prompt)


async def _get_metrics(asked: Asked) -> Any:
    await _read(asked, lambda value: kind_of(requests.metrics_in(value)))
    return {}


async def _get_metrics_function(asked: Asked) -> Any:
    await _read(asked, lambda value: kind_of(requests.metrics_function_in(value)))
    return {"function": None}


def _ids(value: Any) -> Any:
    wanted = requests.prompts_in(value)
    kind_of(wanted)
    return [field(row, "id") for row in rows_in(wanted)]


def _prompts(value: Any) -> Any:
    wanted = requests.prompts_in(value)
    kind = kind_of(wanted)
    return prompts_of(rows_in(wanted), kind, wanted.config)


def _prompt(value: Any) -> Any:
    wanted = requests.prompt_in(value)
    return prompt_of(row_in(wanted), kind_of(wanted), wanted.config)


async def _read(asked: Asked, read: Callable[[Any], T]) -> T:
    """What a pure function makes of the body's JSON value, of which nothing else is kept. Others do not wait for what
    is large. Raises InvalidBody, BadRow, ProblemError."""
    text = await body(asked)
    kind = media_type(asked)
    if not text:
        raise no_body()
    if kind and kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise not_an_object(text.decode("utf-8", "replace"))
    return await aside(len(text), lambda: read(json_value(text)))


def _answers(find: Callable[[Asked], Awaitable[Any]]) -> Handler:
    """A handler that says as FastAPI does what is wrong with a request."""

    async def handle(asked: Asked) -> Response:
        try:
            return _json(await find(asked))
        except InvalidBody as error:
            return _json({"detail": error.errors}, 422)
        except BadRow as error:
            return _json({"detail": str(error)}, 400)
        except RecursionError:  # it could be read, and what it asks for cannot be said
            return _json({"detail": "it is nested too deeply"}, 422)
        except Late as error:
            asked.exchange.labels["problem"] = "late"
            return _json({"detail": str(error)}, 504)

    return handle


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _problem(error: ProblemError, request: Request) -> Response:
    status = error.kind.status
    if status == 429 or status >= 500:
        status = 504
    response = _json({"detail": error.detail or error.kind.title}, status)
    response.headers.update(error.headers)
    return response


def _unknown(request: Request) -> Response:
    return _json({"detail": "Not Found"}, 404)


def _wrong_method(request: Request, methods: Sequence[str]) -> Response:
    response = _json({"detail": "Method Not Allowed"}, 405)
    response.headers["allow"] = ", ".join(methods)
    return response


_ROWS = (
    Row("GET", "/", "root", _root, scope=None),
    Row("GET", "/v1/ping", "ping", _ping, scope=None),
    Row("POST", "/run_code", "run_code", _answers(_run_code)),
    Row("POST", "/run_jupyter", "run_jupyter", _answers(_run_jupyter)),
    Row("POST", "/submit", "submit", _answers(_submit)),
    Row("GET", "/list_datasets", "list_datasets", _answers(_list_datasets)),
    Row("POST", "/list_ids", "list_ids", _answers(_list_ids)),
    Row("POST", "/get_prompts", "get_prompts", _answers(_get_prompts)),
    Row("POST", "/get_prompt_by_id", "get_prompt_by_id", _answers(_get_prompt_by_id)),
    Row("POST", "/get_metrics", "get_metrics", _answers(_get_metrics)),
    Row("POST", "/get_metrics_function", "get_metrics_function", _answers(_get_metrics_function)),
)

_STYLE = Style(problem=_problem, unknown=_unknown, wrong_method=_wrong_method)

FUSION = Dialect(name="fusion", prefix="/fusion", app=dialect_app("fusion", _ROWS, _STYLE))
