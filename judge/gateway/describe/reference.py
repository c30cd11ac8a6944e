"""The reference of the interface, made from the route table: docs/reference/http.md, and the page at /docs."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
from markdown_it import MarkdownIt

from judge.gateway.describe.openapi import document, problems_of
from judge.gateway.describe.pages import Pages
from judge.gateway.endpoint import Endpoint
from judge.gateway.problems import KINDS, TYPES_PATH

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #8886;padding:.2rem .5rem;"
    "text-align:left;vertical-align:top}code{font:14px ui-monospace,monospace}h2{margin-top:2.5rem}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}}"
)

#: A heading that is linked to: a type's name.
_HEADING = re.compile(r"<h3>(?P<text>\w+)</h3>")


def pages_of(endpoints: Sequence[Endpoint]) -> Pages:
    """Made once, when the gateway starts."""
    text = msgspec.json.encode(document(endpoints))
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown(endpoints))
    body = _HEADING.sub(_with_anchor, body)
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>judge over HTTP</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>'
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return Pages(
        openapi=text,
        etag=f'"{hashlib.sha256(text).hexdigest()[:32]}"',
        reference=page.encode(),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'",
    )


def _with_anchor(heading: re.Match[str]) -> str:
    return f'<h3 id="{heading["text"].lower()}">{heading["text"]}</h3>'


def markdown(endpoints: Sequence[Endpoint]) -> str:
    """The page as Markdown."""
    schemas = document(endpoints)["components"]["schemas"]
    lines = [
        "# The judge over HTTP",
        "",
        "Made from the gateway's route table; `/openapi.json` of a gateway says the same to programs. Bodies are JSON, "
        "numbers have their unit in the name, unknown fields and parameters are errors. A key travels as "
        "`Authorization: Bearer jk_...`.",
        "",
    ]
    for tag, rows in groupby(sorted(endpoints, key=lambda one: _order(endpoints, one)), key=lambda one: one.tag):
        lines += [f"## {tag}", ""]
        for endpoint in rows:
            lines += _endpoint(endpoint)
    lines += [
        "## Problems",
        "",
        f"`type` is `{TYPES_PATH}NAME`.",
        "",
        "| name | status | what it means |",
        "|---|---|---|",
    ]
    lines += [f"| `{kind.name}` | {kind.status} | {kind.title}. {kind.meaning} |" for kind in KINDS.values()]
    lines += ["", "## Types", ""]
    for name, schema in sorted(schemas.items()):
        lines += _type(name, schema)
    return "\n".join(lines).rstrip() + "\n"


def _order(endpoints: Sequence[Endpoint], one: Endpoint) -> int:
    """Tags in the order in which they first come, and each one's rows together."""
    return next(index for index, other in enumerate(endpoints) if other.tag == one.tag)


def _endpoint(endpoint: Endpoint) -> Iterator[str]:
    yield f"### {endpoint.method} {endpoint.path}"
    yield ""
    scope = "No key." if endpoint.scope is None else f"Scope `{endpoint.scope}`."
    yield f"{endpoint.summary} {scope}"
    yield ""
    if endpoint.body is not None:
        yield f"- body: {_link(endpoint.body)}"
    elif endpoint.takes:
        each = f", each line a {_link(endpoint.line)}" if endpoint.line is not None else ""
        yield f"- body: {endpoint.takes}{each}"
    if endpoint.query is not None:
        names = ", ".join(f"`{name}`" for name in endpoint.query.__struct_fields__)
        yield f"- parameters: {names}: {_link(endpoint.query)}"
    for header in endpoint.headers:
        yield f"- header `{header.name}`: {header.description}"
    for answer in endpoint.answers:
        kind = f" {_link(answer.type)}" if isinstance(answer.type, type) else ""
        yield f"- {answer.status}{kind}: {answer.description}"
    yield f"- problems: {', '.join(f'`{name}`' for name in problems_of(endpoint))}"
    yield ""


def _link(kind: Any) -> str:
    name = kind.__name__
    return f"[{name}](#{name.lower()})"


def _type(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    if "description" in schema:
        yield " ".join(schema["description"].split())
        yield ""
    if "enum" in schema:
        yield ", ".join(f"`{value}`" for value in schema["enum"])
        yield ""
    if schema.get("properties"):
        yield "| field | type | |"
        yield "|---|---|---|"
        required = schema.get("required", ())
        for field, inner in schema["properties"].items():
            said = inner.get("description", "") + (" Required." if field in required else "")
            yield f"| `{field}` | {_kind(inner)} | {said.strip()} |"
        yield ""


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items")
        return f"list of {_kind(items)}" if isinstance(items, dict) else "list"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    return str(schema.get("contentEncoding") or schema.get("type", "any"))
