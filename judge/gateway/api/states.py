"""Carried states: what judge programs leave for the next judging of the same tenant."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.gateway.access.caller import Caller
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError
from judge.http_form.states import StatePage
from judge.queue import states
from judge.queue.api_keys import Scope
from judge.queue.states import StateContent
from judge.wire import STATE_OF_PACKAGE


class StateListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    after: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class VersionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which version."""

    version: Annotated[int, Meta(ge=0, le=1 << 53, description="0 = the newest.")] = 0


async def list_states(asked: Asked) -> Response:
    """The tenant's states, the last used first."""
    query: StateListQuery = asked.query
    found = await asked.service.queue.run(states.page(asked.caller.tenant, query.after, query.limit + 1))
    following = query.after + query.limit if len(found) > query.limit else None
    shown = tuple(one for one in found[: query.limit] if _may_see(asked.caller, one.name))
    return json_answer(StatePage(items=shown, next=following))


async def get_state(asked: Asked) -> Response:
    """One version of a state."""
    call = states.look(asked.caller.tenant, _named(asked), asked.query.version)
    return json_answer(await asked.service.queue.run(call))


async def remove_state(asked: Asked) -> Response:
    """Remove it, with all its versions."""
    if not await asked.service.queue.run(states.remove(asked.caller.tenant, _named(asked))):
        raise ProblemError("not-found")
    return Response(status_code=204)


def _named(asked: Asked) -> str:
    """The name in the address. Raises ProblemError: its state is not for this caller."""
    name = asked.path["name"]
    if not _may_see(asked.caller, name):
        raise ProblemError("not-found")
    return name


def _may_see(caller: Caller, name: str) -> bool:
    """A package's state says what its hidden tests made of others: it is for those alone who may see packages."""
    return caller.may(Scope.PACKAGES) or not name.startswith(STATE_OF_PACKAGE)


_ONE = f"{PREFIX}/states/{{name}}"
_PROBLEMS = ("not-found", "bad-field")

ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/states", "listStates", "What the tenant's judge programs carry on, last used first.",
             list_states, "programs", (Answer(200, "A page.", StatePage),), scope=Scope.RUN, query=StateListQuery,
             problems=("bad-field",)),
    Endpoint("GET", _ONE, "getState", "A carried state: its newest version, or an earlier one that is kept.", get_state,
             "programs", (Answer(200, "Its content, in base64.", StateContent),), scope=Scope.RUN, query=VersionQuery,
             problems=_PROBLEMS),
    Endpoint("DELETE", _ONE, "deleteState", "Remove a carried state, with all its versions.", remove_state, "programs",
             (Answer(204, "It is removed."),), scope=Scope.RUN, problems=_PROBLEMS),
)  # fmt: skip
