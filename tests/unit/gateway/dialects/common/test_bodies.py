"""Whose bodies are read without a key, and what those are told whose are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.datastructures import Headers

from judge.config import Settings
from judge.gateway.dialects.common.bodies import check_sender
from judge.gateway.problems import ProblemError

_FORM = "multipart/form-data; boundary=x"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Firefox/60.0"


def asked_with(key: str = "", **headers: str) -> Any:
    said = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return SimpleNamespace(
        header=said.get,
        request=SimpleNamespace(headers=said),
        caller=SimpleNamespace(rights=SimpleNamespace(id=key), anonymous=False),
        service=SimpleNamespace(settings=Settings()),
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"user_agent": _BROWSER},
        {"origin": "null"},
        {"origin": "https://example.org", "user_agent": "curl/8"},
        {"referer": "http://127.0.0.1/"},
        {"sec_fetch_site": "cross-site"},
    ],
)
@pytest.mark.parametrize("kind", [_FORM, "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", ""])
def test_what_a_page_may_have_sent_is_refused_without_a_key_and_told_what_to_do(
    kind: str, headers: dict[str, str]
) -> None:
    with pytest.raises(ProblemError) as refused:
        check_sender(asked_with(content_type=kind, **headers))
    assert refused.value.kind.name == "bad-media-type"
    assert "send a key" in str(refused.value.detail)
    assert "JUDGE_DIALECTS_FORMS_WITHOUT_KEY=yes" in str(refused.value.detail)


@pytest.mark.parametrize("agent", [{}, {"user_agent": "curl/8.5"}, {"user_agent": "python-requests/2.32"}])
def test_a_program_may_send_forms_without_a_key(agent: dict[str, str]) -> None:
    check_sender(asked_with(content_type=_FORM, **agent))


def test_a_page_may_send_what_it_was_allowed_to_and_anything_with_a_key() -> None:
    check_sender(asked_with(content_type="application/json", origin="https://example.org"))
    check_sender(asked_with("jk", content_type=_FORM, user_agent=_BROWSER))
