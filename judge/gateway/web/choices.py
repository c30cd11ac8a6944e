"""What a person chose of how pages look: language and theme, in cookies that say nothing else."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from judge.gateway.problems import ProblemError
from judge.gateway.web.page import Visit, sent_to
from judge.gateway.web.texts import catalogue, wanted_of

LANGUAGE_COOKIE = "judge-language"
THEME_COOKIE = "judge-theme"
THEMES = ("light", "dark")

_KEPT_S = 400 * 86_400  # browsers keep no cookie for longer


def language_of(request: Request) -> str:
    """The one chosen, else the one that the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    languages = tuple(catalogue())
    return chosen if chosen in languages else wanted_of(request.headers.get("accept-language", ""), languages)


def theme_of(request: Request) -> str:
    """Empty = as the browser has it."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


async def choose(visit: Visit) -> Response:
    """A form with ``language`` or ``theme`` ("" = as the browser has it), and back to where it was sent from."""
    form = await visit.form()
    response = sent_to(local_path(form.get("next", "")))
    for cookie, field, known in (
        (LANGUAGE_COOKIE, "language", tuple(catalogue())),
        (THEME_COOKIE, "theme", ("", *THEMES)),
    ):
        if field not in form:
            continue
        if form[field] not in known:
            raise ProblemError("bad-field", f"{field}: there is no such one")
        response.set_cookie(cookie, form[field], max_age=_KEPT_S if form[field] else 0, path="/", samesite="lax")
    return response


def local_path(path: str) -> str:
    """The path if it is one of this server, else ``/``. Browsers take ``//host`` and ``/\\host`` for other servers."""
    plain = all("!" <= letter <= "~" and letter != "\\" for letter in path)
    return path if path.startswith("/") and not path.startswith("//") and plain and len(path) <= 2000 else "/"
