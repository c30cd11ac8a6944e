"""What a request says beside its path: parameters of the address, and fields of a body in JSON or as a form."""

from __future__ import annotations

from typing import Any

from judge.gateway.dialects.common.bodies import body, form_in, json_in, media_type
from judge.gateway.dialects.judge0.translate.columns import columns_asked
from judge.gateway.endpoint import Asked

_FORM = "application/x-www-form-urlencoded"


async def fields_of(asked: Asked) -> dict[str, Any]:
    """All fields by name; those of the body win. Raises ProblemError."""
    text = await body(asked)
    found: dict[str, Any] = dict(asked.request.query_params)
    if not text.strip():
        return found
    if media_type(asked) == _FORM:
        return found | _nested(form_in(text))
    said = json_in(text)
    return found | said if isinstance(said, dict) else found


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Fields of a form; ``submission[stdin]`` is one of ``submission``."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        outer, _, inner = name.partition("[")
        if inner.endswith("]"):
            held = found.setdefault(outer, {})
            if isinstance(held, dict):
                held[inner[:-1]] = value
        else:
            found[name] = value
    return found


def parameter(asked: Asked, name: str) -> str | None:
    """A parameter of the address; the last one of a name counts."""
    values = asked.request.query_params.getlist(name)
    return values[-1] if values else None


def in_base64(asked: Asked) -> bool:
    """Whether texts come and go in base64."""
    said = parameter(asked, "base64_encoded")
    return said != "false" if asked.service.settings.judge0.implicit_base64 else said == "true"


def wanted_columns(asked: Asked) -> tuple[str, ...]:
    """Raises InvalidFieldsError."""
    return columns_asked(parameter(asked, "fields"), newest=is_newest(asked))


def is_newest(asked: Asked) -> bool:
    """Whether the version knows what programs leave."""
    return asked.service.settings.judge0.version != "1.13.1"
