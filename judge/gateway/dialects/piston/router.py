"""The addresses of Piston's interface, and how its errors are said: ``{"message": ...}``."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from judge.gateway.dialects.common.routes import Row, Style, dialect_app
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.piston.connect import connect_route
from judge.gateway.dialects.piston.executing import DIALECT, executed
from judge.gateway.dialects.piston.job import RefusedError
from judge.gateway.dialects.piston.open_r1.judging import judged
from judge.gateway.dialects.piston.packages import Packages
from judge.gateway.dialects.piston.server import PistonServer
from judge.gateway.endpoint import JSON, Asked
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service

_VERSION = "3.1.1"

#: Kinds of problems that Piston's clients know by another status.
_STATUSES = {"bad-field": 400, "language": 400, "queue-full": 429, "class-too-urgent": 403}

_WRONG_TYPE = "requests must be of type application/json"


async def _about(asked: Asked) -> Response:
    del asked
    return JSONResponse({"message": f"Piston v{_VERSION}"})


def _rows(server: PistonServer) -> list[Row]:
    packages = Packages(server)

    async def runtimes(asked: Asked) -> Response:
        del asked
        return JSONResponse((await server.runtimes()).answer)

    async def execute(asked: Asked) -> Response:
        try:
            job = await server.job(await server.body(asked))
            answer = judged if job.runtime.kind.is_judged else executed
            return JSONResponse(await answer(server, asked, job))
        except RefusedError as error:
            return JSONResponse({"message": str(error)}, 400)

    # Clients of the public server have one word more in their addresses.
    twice = [(base, name) for base, name in (("/api/v2", ""), ("/api/v2/piston", "public."))]
    return [
        Row("GET", "/", "about", _about, scope=None),
        *(Row("GET", f"{base}/runtimes", f"{name}runtimes", runtimes) for base, name in twice),
        *(Row("POST", f"{base}/execute", f"{name}execute", execute) for base, name in twice),
        Row("GET", "/api/v2/packages", "packages", packages.list),
        Row("POST", "/api/v2/packages", "install", packages.install),
        Row("DELETE", "/api/v2/packages", "uninstall", packages.remove),
    ]


def _problem(error: ProblemError, request: Request) -> Response:
    del request
    name = error.kind.name
    if name == "internal":
        return Response(b"", 500, media_type=JSON)
    said = {"message": _WRONG_TYPE if name == "bad-media-type" else error.detail or error.kind.title}
    if name == "bad-json":
        said["stack"] = f"SyntaxError: {said['message']}"
    return JSONResponse(said, _STATUSES.get(name, error.kind.status), headers=error.headers)


def _unknown(request: Request) -> Response:
    del request
    return JSONResponse({"message": "Not Found"}, 404)


def _wrong_method(request: Request, methods: Sequence[str]) -> Response:
    del methods
    return _unknown(request)


def _app(service: Service) -> ASGIApp:
    server = PistonServer(service)
    sockets = [connect_route(server)]
    style = Style(problem=_problem, unknown=_unknown, wrong_method=_wrong_method, sockets=lambda _: sockets)
    return dialect_app(DIALECT, _rows(server), style)(service)


PISTON = Dialect(name=DIALECT, prefix="/piston", app=_app)
