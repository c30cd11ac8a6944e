"""The OpenAPI 3.1 document of a route table. Its schemas are those of the types that are really decoded and encoded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from judge.gateway.access.authenticate import SIGN_IN_COOKIE
from judge.gateway.endpoint import BYTES, EVENTS, JSON, Answer, Endpoint
from judge.gateway.problems import KINDS
from judge.http_form.answers import Problem
from judge.http_form.webhooks import WebhookMessage
from judge.queue.webhooks import Told
from judge.release import judge_version

#: Problems that every endpoint has, and those of every one that asks for a key.
EVERYWHERE = ("internal", "bad-request")
WITH_KEY = ("no-key", "bad-key", "no-scope", "foreign-page", "unavailable")

_NAMES = re.compile(r"\{(\w+)\}")


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole document; its paths are relative to the server that gave it out."""
    refs = _Schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "judge",
            "version": judge_version() or "0",
            "summary": "Runs and judges programs that nobody trusts.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"person": []}],
        "paths": paths,
        "webhooks": _webhooks(refs),
        "components": {
            "schemas": refs.components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "`jk_...`, made by `judge keys create`."},
                "person": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SIGN_IN_COOKIE,
                    "description": "From `/login` or `/sign-in`.",
                },
            },
        },
    }


def problems_of(endpoint: Endpoint) -> tuple[str, ...]:
    """All problems that an endpoint answers with, by name."""
    keyed = WITH_KEY if endpoint.scope is not None else ()
    queried = ("bad-field",) if endpoint.query is not None else ()
    return tuple(dict.fromkeys((*endpoint.problems, *queried, *keyed, *EVERYWHERE)))


class _Schemas:
    """The schemas of all types of a table, made at once so that each has one name."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        types: list[Any] = [Problem, WebhookMessage]
        for endpoint in endpoints:
            types += [endpoint.body, endpoint.line, endpoint.query, *(answer.type for answer in endpoint.answers)]
        kinds = list(dict.fromkeys(kind for kind in types if kind is not None))
        schemas, self.components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
        self._by_type = dict(zip(kinds, schemas, strict=True))

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type, mostly a reference."""
        schema: dict[str, Any] = self._by_type[kind]
        return schema

    def fields(self, kind: Any) -> dict[str, Any]:
        """The schemas of a struct's fields."""
        name = self.of(kind)["$ref"].rpartition("/")[2]
        return dict(self.components[name]["properties"])


#: The headers of the Standard Webhooks specification.
_SIGNED = {
    "webhook-id": "The same for all attempts.",
    "webhook-timestamp": "When this attempt was made: Unix seconds.",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 of `ID.TIMESTAMP.BODY`; several while a secret is replaced.",
}


def _webhooks(refs: _Schemas) -> dict[str, Any]:
    """What receivers are sent, by event."""
    text = {"type": "string"}
    headers = [
        {"name": name, "in": "header", "required": True, "description": said, "schema": text}
        for name, said in _SIGNED.items()
    ]
    operation = {
        "tags": ["webhooks"],
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": {JSON: {"schema": refs.of(WebhookMessage)}}},
        "responses": {
            "2XX": {"description": "It was taken."},
            "410": {"description": "Nothing more is wanted."},
            "default": {"description": "It is tried again."},
        },
    }
    return {
        event.value: {"post": {"operationId": f"told-{event.value}", "summary": f"{event.value}.", **operation}}
        for event in Told
    }


def _operation(endpoint: Endpoint, refs: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint, refs),
        "responses": _responses(endpoint, refs),
    }
    if endpoint.scope is None:
        operation["security"] = []
    else:
        operation["description"] = f"Needs the scope `{endpoint.scope}`."
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": refs.of(endpoint.body)}}}
    elif endpoint.takes:
        operation["requestBody"] = {"required": True, "content": {endpoint.takes: {"schema": _raw(endpoint.takes)}}}
    return operation


def _parameters(endpoint: Endpoint, refs: _Schemas) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in _NAMES.findall(endpoint.path)
    ]
    if endpoint.query is not None:
        for name, schema in refs.fields(endpoint.query).items():
            plain = {key: value for key, value in schema.items() if key != "description"}
            one = {"name": name, "in": "query", "required": False, "schema": plain}
            found.append(one | ({"description": schema["description"]} if "description" in schema else {}))
    found += [
        {"name": header.name, "in": "header", "required": False, "description": header.description, "schema": text}
        for header in endpoint.headers
    ]
    return found


def _responses(endpoint: Endpoint, refs: _Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {str(answer.status): _response(answer, refs) for answer in endpoint.answers}
    by_status: dict[int, list[str]] = {}
    for name in problems_of(endpoint):
        by_status.setdefault(KINDS[name].status, []).append(name)
    for status, names in sorted(by_status.items()):
        content = {"application/problem+json": {"schema": refs.of(Problem)}}
        titles = "; ".join(f"{name}: {KINDS[name].title}" for name in names)
        known = responses.get(str(status))
        if known is None:
            responses[str(status)] = {"description": titles, "content": content}
        else:
            known["description"] += f" Or {titles}"
            known.setdefault("content", {}).update(content)
    return responses


def _response(answer: Answer, refs: _Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {"description": answer.description}
    if answer.status not in (204, 304):
        response["content"] = {answer.media: {"schema": _answer_schema(answer, refs)}}
    if answer.headers:
        response["headers"] = {name: {"schema": {"type": "string"}} for name in answer.headers}
    return response


def _answer_schema(answer: Answer, refs: _Schemas) -> dict[str, Any]:
    if answer.type is None:
        return _raw(answer.media)
    if answer.media == EVENTS:
        return _event(refs.of(answer.type))
    return refs.of(answer.type) if answer.media == JSON else _raw(answer.media)


def _event(data: dict[str, Any]) -> dict[str, Any]:
    """One server-sent event, whose data is JSON: what ``schema`` means for a stream before OpenAPI 3.2."""
    text = {"type": "string"}
    content = {**text, "contentMediaType": JSON, "contentSchema": data}
    return {"type": "object", "properties": {"id": text, "event": text, "data": content}}


def _raw(media: str) -> dict[str, Any]:
    return {BYTES: {}, JSON: {"type": "object"}}.get(media, {"type": "string"})
