"""What goes with pages over HTTP, and what is answered to who asks otherwise than a browser does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gateway_harness import Gateway

from judge.gateway.web.static_files import StaticFiles
from judge.gateway.web.texts import catalogue

HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize("path", ["/sign-in", "/me", "/nothing", "/set-up"])
def test_every_page_has_the_strict_headers(gateway: Gateway, path: str) -> None:
    headers = gateway.get(path, headers=HTML).headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self';" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_programs_get_problems_and_people_pages(gateway: Gateway) -> None:
    assert gateway.get("/nothing").problem == "not-found"
    assert gateway.get("/api/v1/nothing", headers=HTML).problem == "not-found"
    page = gateway.get("/nothing", headers=HTML)
    assert (page.status, page.problem) == (404, "")
    assert page.headers["x-request-id"].encode() in page.body


def test_other_methods_are_refused_with_those_that_there_are(gateway: Gateway) -> None:
    answer = gateway.ask("DELETE", "/sign-in")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert gateway.ask("HEAD", "/sign-in").body == b""


def test_what_is_hostile_in_an_address_is_text_in_the_page(gateway: Gateway) -> None:
    page = gateway.get("/sign-in?next=/%3Cscript%3E%22'%3Ex", headers=HTML)
    assert b"<script>" not in page.body.replace(b'<script type="module"', b"")
    assert b"/&lt;script&gt;" in page.body


def test_static_files_stay_for_ever_under_their_own_digest_alone(gateway: Gateway) -> None:
    static = StaticFiles(catalogue())
    own = gateway.get(f"{static.base}/css/base.css", headers={"accept-encoding": "gzip"})
    assert (own.status, own.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert (own.headers["cache-control"], own.headers["content-encoding"]) == (
        "public, max-age=31536000, immutable",
        "gzip",
    )
    other = gateway.get("/static/0123456789abcdef/css/base.css")
    assert (other.status, other.headers["cache-control"]) == (200, "no-store")
    for name in ("nothing.css", "../page.py", "%2e%2e/page.py", "templates/base.html", "texts/en.toml", "css"):
        assert gateway.get(f"{static.base}/{name}").problem == "not-found", name


def test_a_form_is_a_small_form(gateway: Gateway) -> None:
    own = {"origin": gateway.address}
    assert gateway.post("/choices", b"{}", headers=own | {"content-type": "application/json"}).status == 415
    form = own | {"content-type": "application/x-www-form-urlencoded"}
    assert gateway.post("/choices", b"theme=" + b"x" * 70_000, headers=form).status == 413
    assert gateway.post("/choices", b"theme=pink", headers=form).status == 422
    assert gateway.post("/choices", b"language=xx", headers=form).status == 422


def test_without_a_key_pages_are_for_loopback_names_alone(
    gateway: Gateway, start_gateway: Callable[..., Gateway]
) -> None:
    rebound = {"host": "evil.example", **HTML}
    answer = gateway.get("/problems", headers=rebound)
    assert (answer.status, b"Not from this page" in answer.body) == (403, True)
    site = start_gateway(gateway_no_key="never")
    sent = site.get("/problems?a=b", headers=HTML)
    assert (sent.status, sent.headers["location"]) == (303, "/sign-in?next=%2Fproblems%3Fa%3Db")
