"""The addresses of Jobe: ``/index.php/restapi`` below its prefix."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from judge.gateway.dialects.common.bodies import body, json_in
from judge.gateway.dialects.common.callers import KeyPlaces
from judge.gateway.dialects.common.files import digest_of_file, put_file
from judge.gateway.dialects.common.routes import Row, Style, dialect_app
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.jobe.languages import language_of, offered
from judge.gateway.dialects.jobe.outcome import JobeResult, overload
from judge.gateway.dialects.jobe.recipes import RECIPES
from judge.gateway.dialects.jobe.run_spec import JobeError, RunSpec, is_file_id, run_spec_of
from judge.gateway.dialects.jobe.running import MISSING, NAME, JobeRun, run_as_ours
from judge.gateway.endpoint import Asked, json_answer
from judge.gateway.problems import ProblemError
from judge.model.work import Data, InputFile

_RESTAPI = "/index.php/restapi"
_RUNS = f"{_RESTAPI}/runs"

#: Problems that are no fault of the request's: there is no room for it now.
_NO_ROOM = ("queue-full", "maintenance", "stopping", "unavailable")


async def post_run(asked: Asked) -> Response:
    """Run a program."""
    try:
        given = json_in(await body(asked))
    except ProblemError as error:
        if error.kind.name != "bad-json":
            raise
        return _text(400, "Non-JSON post data received")
    settings = asked.service.settings
    try:
        spec = run_spec_of(given, min(settings.jobe.cputime_s_max, settings.limits.time_s_max))
        del given  # it may be many times as large as what was made of it, which may wait
        result = await _run(asked, spec)
    except JobeError as error:
        return _text(error.status, error.text)
    return json_answer(result)


async def _run(asked: Asked, spec: RunSpec) -> JobeResult:
    """Raises JobeError, ProblemError and what becomes one."""
    cards = (await asked.service.languages.current()).cards
    language = language_of(cards, spec.language)
    if not language:
        raise JobeError(400, f"Language '{spec.language[:80]}' is not known")
    files = await _files(asked, spec)
    recipe = RECIPES.get(spec.language)
    if recipe is None:
        return await run_as_ours(asked, spec, language, files)
    name = spec.file_name or recipe.file_name(spec.source)
    source = InputFile(name=name, data=Data(content=spec.source.encode()))
    others = {file.name: file for file in (source, *files)}  # a file of the source's name is there in its place
    return await JobeRun(asked, spec, recipe, tuple(others.values()), name).result()


async def _files(asked: Asked, spec: RunSpec) -> tuple[InputFile, ...]:
    """The files that the client has put here before. Raises JobeError when one is not there."""
    if len(spec.files) > asked.service.settings.limits.case_files_max:
        raise JobeError(400, f"{len(spec.files)} files are too many")
    digests = {id: await digest_of_file(asked, NAME, id) for id in set(spec.files.values())}
    if None in digests.values():
        raise JobeError(404, MISSING)
    return tuple(InputFile(name=name, data=Data(blob=digests[id] or "")) for name, id in spec.files.items())


async def put(asked: Asked) -> Response:
    """Keep a file under an id of the client's."""
    id, given = asked.path["id"], None
    if not is_file_id(id):
        return _unknown(asked.request)
    try:
        given = json_in(await body(asked))
    except ProblemError as error:
        if error.kind.name != "bad-json":
            raise
    content = given.get("file_contents") if isinstance(given, dict) else None
    if content is None:
        return _text(400, "put: missing file_contents parameter")
    decoded = _decoded(content)
    if decoded is None:
        return _text(400, f"put: contents of file {id} are not valid base-64")
    await put_file(asked, NAME, id, decoded)
    return Response(status_code=204)


async def head(asked: Asked) -> Response:
    """Whether a file is there."""
    if not is_file_id(asked.path["id"]):
        return _unknown(asked.request)
    digest = await digest_of_file(asked, NAME, asked.path["id"])
    return Response(status_code=404 if digest is None else 204)


async def get_languages(asked: Asked) -> Response:
    """Languages and their versions."""
    return json_answer(offered((await asked.service.languages.current()).cards))


def _decoded(content: object) -> bytes | None:
    """Base64 with or without line ends and padding; None = it is none."""
    if not isinstance(content, str):
        return None
    text = "".join(content.split()).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def problem_as_jobe(error: ProblemError, request: Request) -> Response:
    """What is common to all addresses, as Jobe says it."""
    name = error.kind.name
    is_run = request.url.path.rstrip("/").endswith("/runs")
    if is_run and (name in _NO_ROOM or (name == "too-many" and error.limit is not None)):
        return json_answer(overload(error.detail if name == "maintenance" else ""))
    texts = {
        "no-key": (403, "Missing API key"),
        "bad-key": (403, "Unknown API key"),
        "too-many": (429, "Max RUN rate for this server exceeded"),
        "quota": (500, f"failed to write the file to the cache: {error.detail}"),
        "internal": (500, "Server exception"),
    }
    status, text = texts.get(name, (error.kind.status, error.detail or error.kind.title))
    retry = {key: value for key, value in error.headers.items() if key == "retry-after"}
    return _text(400 if status == 422 else status, text, retry)


def _unknown(request: Request) -> Response:
    """For a path that Jobe does not have; any may be asked about by a page before it sends something."""
    if request.method == "OPTIONS":
        return Response(status_code=200)
    return Response("<h1>404 - File Not Found</h1>", 404, media_type="text/html")


def _wrong_method(request: Request, methods: Sequence[str]) -> Response:
    del methods
    return _unknown(request)


def _text(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, "text/plain")


_ROWS = (
    Row("GET", f"{_RESTAPI}/languages", "languages", get_languages),
    Row("POST", _RUNS, "run", post_run),
    Row("PUT", f"{_RESTAPI}/files/{{id}}", "put_file", put),
    Row("HEAD", f"{_RESTAPI}/files/{{id}}", "head_file", head),
)

_STYLE = Style(
    problem=problem_as_jobe, unknown=_unknown, wrong_method=_wrong_method, keys=KeyPlaces(headers=("X-API-KEY",))
)

JOBE = Dialect(name=NAME, prefix="/jobe", app=dialect_app(NAME, _ROWS, _STYLE))
