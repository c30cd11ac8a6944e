"""The playground: write a program and run it; what somebody shared; the one in frames of other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from judge.gateway.problems import ProblemError
from judge.gateway.service import Service
from judge.gateway.sharing.shares import PAGE as SHARE_PAGE
from judge.gateway.sharing.shares import share_behind
from judge.gateway.statements.conversion import CONVERTER
from judge.gateway.web.choices import THEMES
from judge.gateway.web.page import Page, Visit
from judge.gateway.web.policy import embedded
from judge.gateway.web.texts import catalogue
from judge.http_form.shares import ShareForm
from judge.queue.api_keys import Scope

#: Tests that a person with a key may have beside a program.
_TESTS_MAX = 100

_FOLDERS = ("js/playground/", "js/workbench/")

_CARD = ("id", "name", "aliases", "extensions", "exact", "variants")


async def playground(visit: Visit) -> Response:
    """The page."""
    return visit.show("playground/playground.html", share="", shared=None, **await _values(visit))


async def shared(visit: Visit) -> Response:
    """The page with what is behind a link in it. It is shown, and not run."""
    share = visit.asked.path["id"]
    form = await share_behind(visit.asked.service, share)
    response = visit.show("playground/playground.html", share=share, shared=_draft(form), **await _values(visit))
    response.headers["x-robots-tag"] = "noindex"
    return response


async def embed(visit: Visit) -> Response:
    """The small page for frames. Nobody is known on it."""
    service, query = visit.asked.service, visit.asked.request.query_params
    origins = service.settings.playground.embed_origins
    if not origins:
        raise ProblemError("not-found", "no page may embed this judge")
    link = query.get("share", "")
    form = await share_behind(service, link) if link else None
    seen = msgspec.structs.replace(
        visit,
        policy=embedded(" ".join(origins)),
        theme=query.get("theme", "") if query.get("theme") in THEMES else "",
        texts=catalogue().get(query.get("lang", ""), visit.texts),
    )
    values = {"languages_ready": await languages_ready(service), "built": _is_built(visit), "origins": list(origins)}
    hidden = query.get("hide", "").split(",")
    return seen.show("playground/embed.html", shared=_draft(form), hidden=hidden, **values)


async def _values(visit: Visit) -> Mapping[str, Any]:
    settings, anonymous = visit.asked.service.settings, visit.caller.anonymous
    return {
        "languages_ready": await languages_ready(visit.asked.service),
        "anonymous": anonymous,
        "runs_max": settings.gateway.anonymous_runs_max if anonymous else _TESTS_MAX,
        "output_bytes": settings.limits.output_bytes_max,
        "built": _is_built(visit),
        "modules": _modules(visit),
        "may_share": settings.playground.share_s_max > 0,
    }


def _modules(visit: Visit) -> list[str]:
    """All that the page's script imports, so that a browser asks for it at once."""
    static = visit.rendering.static
    names = ("js/drafts.js", "js/texts.js", "js/visible.js", *(one for one in static.files if one.startswith(_FOLDERS)))
    return ["/js/judge.mjs", *(static.address(one) for one in sorted(names))]


def _is_built(visit: Visit) -> bool:
    """Whether the editor with colours is there; without it there is a plain text area."""
    return "built/editor.js" in visit.rendering.static.files


async def languages_ready(service: Service) -> list[dict[str, Any]]:
    """The languages that a worker has ready, by name, for the script; what converts statements is none to write in."""
    cards = (await service.languages.current()).cards
    ready = [card for card in cards if card.workers and card.id != CONVERTER]
    ready.sort(key=lambda card: card.name.casefold())
    return [{name: getattr(card, name) for name in _CARD} for card in ready]


def _draft(form: ShareForm | None) -> Any:
    return None if form is None else msgspec.to_builtins(form)


PAGES = (
    Page("/", "playground", playground, scope=Scope.RUN, section="playground", anonymous=True),
    Page(SHARE_PAGE, "shared", shared, scope=Scope.RUN, section="playground", anonymous=True),
    Page("/embed", "embed", embed, known=False),
)
