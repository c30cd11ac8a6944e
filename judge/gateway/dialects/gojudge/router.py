"""The addresses of go-judge's interface."""

from __future__ import annotations

import mimetypes
import posixpath
from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from judge.gateway.dialects.common.bodies import body
from judge.gateway.dialects.common.routes import Row, Style, dialect_app
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.gojudge import description, files
from judge.gateway.dialects.gojudge.execute import NAME, NotRunError
from judge.gateway.dialects.gojudge.live import run_any
from judge.gateway.dialects.gojudge.multipart import file_in
from judge.gateway.dialects.gojudge.requests import WrongRequestError, run_request
from judge.gateway.dialects.gojudge.series import Series
from judge.gateway.dialects.gojudge.sockets import routes_of_sockets
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service
from judge.queue.look import look_call

_JSON = "application/json; charset=utf-8"
_ENCODER = msgspec.json.Encoder()

#: Problems that go-judge has no words for but these.
_FULL = frozenset({"queue-full", "too-many"})
_NO_KEY = frozenset({"no-key", "bad-key"})


class GoJudge:
    """The handlers; ``series`` count what they do."""

    def __init__(self, series: Series) -> None:
        self._series = series

    async def run(self, asked: Asked) -> Response:
        """Run commands; answers an array, and a newline."""
        try:
            results = await run_any(asked, run_request(await body(asked)))
        except WrongRequestError as error:
            return json_text(str(error), 400)
        except NotRunError as error:
            self._series.failed()
            return json_text(str(error), 500)
        self._series.ran(results)
        return Response(_ENCODER.encode(results) + b"\n", media_type=_JSON)

    async def list_files(self, asked: Asked) -> Response:
        """Id -> name."""
        return json_text(await files.all_names(asked))

    async def put_file(self, asked: Asked) -> Response:
        """Take a form's file; its id."""
        found = file_in(await body(asked), asked.header("content-type") or "", "file")
        if found is None:
            return Response(status_code=400)
        file_id = await files.put(asked, found.name, found.content)
        self._series.put(file_id, len(found.content))
        return json_text(file_id)

    async def get_file(self, asked: Asked) -> Response:
        """A file's content."""
        file_id = asked.path["id"]
        content = await files.content_of(asked, file_id)
        if content is None:
            return Response(status_code=404)
        name = await files.name_of(asked, file_id)
        return Response(content, headers={"content-disposition": _attachment(name), "content-type": _type_of(name)})

    async def remove_file(self, asked: Asked) -> Response:
        """Remove a file."""
        if not await files.remove(asked, asked.path["id"]):
            return Response(status_code=404)
        self._series.removed(asked.path["id"])
        return Response(status_code=200)

    async def version(self, asked: Asked) -> Response:
        """What this is."""
        return json_text(description.version(asked.service.settings.gojudge.version))

    async def config(self, asked: Asked) -> Response:
        """How it is set up."""
        return json_text(description.config())

    async def metrics(self, asked: Asked) -> Response:
        """The series."""
        seen = await asked.service.queue.run(look_call())
        return self._series.response(waiting=seen.counters.get("waiting", 0), running=seen.counters.get("running", 0))


def json_text(value: object, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(_ENCODER.encode(value), status, media_type=_JSON)


def _attachment(name: str) -> str:
    if name.isascii() and name.isprintable():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'attachment; filename="{escaped}"'
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _type_of(name: str) -> str:
    """By its ending; what a browser would show is none."""
    found, _ = mimetypes.guess_type(posixpath.basename(name))
    return found if found and not found.startswith(("text/html", "image/svg", "application/xhtml")) else _BYTES


_BYTES = "application/octet-stream"


def problem_response(error: ProblemError, full_status: int) -> Response:
    """``full_status``: where the queue is full."""
    kind, headers = error.kind, dict(error.headers or {})
    if kind.name in _NO_KEY:
        return Response(status_code=401, headers=headers)
    if kind.name in _FULL:
        return _with(json_text("worker queue is full", full_status), headers)
    status = 500 if kind.status >= 500 else 400 if kind.status != 403 else 403
    return _with(json_text(error.detail or kind.title, status), headers)


def _with(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    return response


def _unknown(request: Request) -> Response:
    return Response("404 page not found", 404, media_type="text/plain")


def _wrong_method(request: Request, methods: Sequence[str]) -> Response:
    """Go-judge knows an address only together with its method."""
    return _unknown(request)


def _app(service: Service) -> ASGIApp:
    series = Series()
    ours = GoJudge(series)
    rows = (
        Row("POST", "/run", "run", ours.run),
        Row("GET", "/file", "listFiles", ours.list_files),
        Row("POST", "/file", "putFile", ours.put_file),
        Row("GET", "/file/{id}", "getFile", ours.get_file),
        Row("DELETE", "/file/{id}", "deleteFile", ours.remove_file),
        Row("GET", "/version", "version", ours.version, scope=None),
        Row("GET", "/config", "config", ours.config, scope=None),
        Row("GET", "/metrics", "metrics", ours.metrics, scope=None),
    )

    def problem(error: ProblemError, request: Request) -> Response:
        return problem_response(error, service.settings.gojudge.queue_full_status)

    style = Style(
        problem=problem,
        unknown=_unknown,
        wrong_method=_wrong_method,
        sockets=lambda of: routes_of_sockets(of, series),
    )
    return dialect_app(NAME, rows, style)(service)


GOJUDGE = Dialect(name=NAME, prefix="/go-judge", app=_app)
