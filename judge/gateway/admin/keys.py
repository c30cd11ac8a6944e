"""Keys for HTTP: made, listed, ended."""

from __future__ import annotations

import re
import time
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge import wire
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError, field_problem
from judge.http_form.administration import KeyPage, KeyRequest, NewKeyForm, key_form
from judge.queue.api_keys import PERSON, KeyRights, KeyView, Scope, end_key, is_tenant, keys_after, new_key
from judge.queue.audit import Act, note
from judge.queue.sign_ins import sign_out

_KEY_ID = re.compile(r"[a-z0-9]{12}")


class KeysQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which keys. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=r"^$|^[0-9]{1,16}\.[a-z0-9]{12}$")] = ""


async def create_key(asked: Asked) -> Response:
    """Make one. Its whole text is in this answer and nowhere else."""
    wanted: KeyRequest = asked.body
    _check(wanted)
    rights = KeyRights(
        id="",
        tenant=wanted.tenant,
        priority_class=wanted.priority_class,
        scopes=tuple(dict.fromkeys(wanted.scopes)),
        expires_at_ms=wanted.expires_at_ms,
        note=wanted.note,
        student=wanted.student,
    )
    made = await asked.service.queue.run(new_key(rights, asked.caller.actor))
    form = NewKeyForm(key=made.key, rights=key_form(KeyView(rights=made.rights)))
    return json_answer(form, 201, {"location": f"{PREFIX}/keys/{made.rights.id}"})


def _check(wanted: KeyRequest) -> None:
    """Raises ProblemError for what no key can be."""
    if not wanted.scopes:
        raise field_problem(f"at least one of {', '.join(Scope)}", "/scopes")
    if (wanted.tenant or Scope.ADMIN not in wanted.scopes) and not is_tenant(wanted.tenant):
        raise field_problem(
            "up to 48 letters, digits and . _ @ + = -, beginning with a letter or digit; admins alone need none",
            "/tenant",
        )
    if wanted.priority_class not in wire.PRIORITY_CLASSES:
        raise field_problem(f"one of {', '.join(wire.PRIORITY_CLASSES)}", "/priority_class")
    if 0 < wanted.expires_at_ms <= time.time_ns() // 1_000_000:
        raise field_problem("that is over", "/expires_at_ms")


async def list_keys(asked: Asked) -> Response:
    """A page of them, newest first."""
    query: KeysQuery = asked.query
    made_at, _, key_id = query.after.partition(".")
    seen = KeyRights(id=key_id, made_at_ms=int(made_at)) if query.after else None
    views = await asked.service.queue.run(keys_after(seen, query.limit + 1))
    shown = views[: query.limit]
    last = shown[-1].rights if len(views) > query.limit else None
    position = None if last is None else f"{last.made_at_ms}.{last.id}"
    return json_answer(KeyPage(items=tuple(key_form(view) for view in shown), next=position))


async def revoke_key(asked: Asked) -> Response:
    """End one, or sign a person out; within a second, everywhere."""
    key_id = asked.path["id"]
    if key_id.startswith(PERSON) and await sign_out(asked.service.queue, key_id):
        await asked.service.queue.run(note(Act.SIGNED_OUT, asked.caller.actor, key_id))
        return Response(status_code=204)
    if not _KEY_ID.fullmatch(key_id) or not await asked.service.queue.run(end_key(key_id, asked.caller.actor)):
        raise ProblemError("not-found")
    return Response(status_code=204)


ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/keys", "createKey", "Make a key; it is shown once.", create_key, "administration",
             (Answer(201, "It is made.", NewKeyForm, headers=("Location",)),), scope=Scope.ADMIN, body=KeyRequest,
             problems=("bad-json", "bad-media-type", "too-large", "bad-field", "slow-request")),
    Endpoint("GET", f"{PREFIX}/keys", "listKeys", "The keys, newest first.", list_keys, "administration",
             (Answer(200, "A page.", KeyPage),), scope=Scope.ADMIN, query=KeysQuery, problems=("bad-field",)),
    Endpoint("DELETE", f"{PREFIX}/keys/{{id}}", "revokeKey", "End a key, or sign a person out.", revoke_key,
             "administration", (Answer(204, "It is ended."),), scope=Scope.ADMIN, problems=("not-found",)),
)  # fmt: skip
