"""The addresses of Judge0's interface."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from judge.gateway.dialects.common.routes import Row, Style, dialect_app
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.judge0 import describing, showing
from judge.gateway.dialects.judge0.access import with_caller
from judge.gateway.dialects.judge0.answers import error_answer, of_framework, of_problem
from judge.gateway.dialects.judge0.creating import create, create_batch
from judge.gateway.dialects.judge0.translate.columns import InvalidFieldsError
from judge.gateway.dialects.judge0.translate.task import NAME
from judge.gateway.endpoint import Asked, Handler


def _row(method: str, path: str, name: str, handler: Handler) -> Row:
    """Who asks the handlers find out by the settings' headers."""

    async def answer(asked: Asked) -> Response:
        try:
            return await with_caller(handler)(asked)
        except InvalidFieldsError as error:
            return error_answer(400, str(error))

    return Row(method, path, name, answer, scope=None)


async def _home(asked: Asked) -> Response:
    del asked
    return PlainTextResponse("Judge0's interface, served by the judge\n")


_ROWS = (
    _row("GET", "/", "home", _home),
    _row("POST", "/submissions", "create", create),
    _row("GET", "/submissions", "index", showing.index),
    _row("POST", "/submissions/batch", "create-batch", create_batch),
    _row("GET", "/submissions/batch", "show-batch", showing.show_batch),
    _row("GET", "/submissions/{token}", "show", showing.show),
    _row("DELETE", "/submissions/{token}", "destroy", showing.destroy),
    _row("GET", "/languages", "languages", describing.list_languages),
    _row("GET", "/languages/all", "all-languages", describing.list_all_languages),
    _row("GET", "/languages/{id}", "language", describing.show_language),
    _row("GET", "/statuses", "statuses", describing.list_statuses),
    _row("GET", "/config_info", "config", describing.show_config),
    _row("GET", "/system_info", "system", describing.show_system),
    _row("GET", "/about", "about", describing.show_about),
    _row("GET", "/version", "version", describing.show_version),
    _row("GET", "/license", "license", describing.show_license),
    _row("GET", "/isolate", "isolate", describing.show_isolate),
    _row("GET", "/workers", "workers", describing.list_workers),
    _row("GET", "/statistics", "statistics", describing.show_statistics),
    _row("POST", "/authenticate", "authenticate", describing.authenticate),
    _row("POST", "/authorize", "authorize", describing.authorize),
)


def _unknown(request: Request) -> Response:
    del request
    return of_framework(404)


def _wrong_method(request: Request, methods: Sequence[str]) -> Response:
    del request, methods
    return of_framework(404)


_STYLE = Style(problem=of_problem, unknown=_unknown, wrong_method=_wrong_method)

JUDGE0 = Dialect(name=NAME, prefix="/judge0", app=dialect_app(NAME, _ROWS, _STYLE))
