"""What programs print and compilers say is shown and does nothing; what is hidden is not in the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gateway_harness import Gateway
from playwright.sync_api import Page, expect
from service_harness import RedisServer
from submission_harness import ByHand, case, rows_of
from web_harness import overflow_px, picture

from judge.model.printed import Printed
from judge.model.report import CompileReport, GroupReport
from judge.model.verdict import Verdict

_SCRIPT = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
_ESCAPES = "\x1b[31mred\x1b[0m \u202eturned\u2066 \x00 \ud7ff \u200b"
_LONG = "x" * 200_000


@pytest.fixture(scope="module")
def by_hand(redis_server: RedisServer, start_gateway: Callable[..., Gateway]) -> Iterator[ByHand]:
    """A worker that does what a test says."""
    worker = ByHand(redis_server, start_gateway(namespace="hostile"), "hostile")
    yield worker
    worker.close()


def _judged(by_hand: ByHand, package: str, text: str, **changed: Any) -> str:
    """A submission where every text that can come from outside is this one."""
    name = by_hand.hand_in(package, **changed)
    by_hand.claim()
    printed = Printed(head=text, tail=text, omitted_bytes=7)
    bad = case(
        "sample/1", Verdict.WA, sample=True, stdout=printed, stderr=printed, reason=text, transcript=text,
        team_feedback=text, reruns_ns=(1, 2), reruns_note=text,
    )  # fmt: skip
    root = GroupReport(
        name="data", verdict=Verdict.WA, groups=(GroupReport(name=text[:99], verdict=None, cases=(bad,)),)
    )
    by_hand.finish(root, Verdict.WA, reason=text, compile=CompileReport(ok=True, log=text), toolchain_version=text)
    return name


@pytest.mark.parametrize("text", [_SCRIPT, _ESCAPES, _LONG], ids=["markup", "escapes", "long"])
def test_hostile_text_stays_text(by_hand: ByHand, page: Page, sum_package: str, text: str) -> None:
    name = _judged(by_hand, sum_package, text, source=text.replace("\x00", ""))
    page.goto(f"{by_hand.gateway.address}/submissions/{name}")
    expect(page.locator(".headline .mark")).to_have_text("Wrong answer")
    expect(rows_of(page)).to_have_count(1)
    page.get_by_role("button", name="sample/1").or_(page.get_by_role("button", name="1", exact=True)).first.click()
    expect(page.get_by_role("region", name="Standard error")).to_be_visible()
    page.get_by_text("What the compiler said").first.click()
    assert "owned" not in page.title()
    assert page.evaluate("document.querySelectorAll('#work script, #work img').length") == 0
    shown = page.locator("#work").inner_text()
    assert not set(shown) & set("\x1b\u202e\u2066\u200b\x00")
    assert overflow_px(page) <= 0
    picture(page, f"submission-hostile-{ {_SCRIPT: 'markup', _ESCAPES: 'escapes'}.get(text, 'long') }")


def test_bytes_that_are_no_text_are_told(by_hand: ByHand, page: Page, sum_package: str) -> None:
    sources = [{"name": "main.c", "base64": "aW50IG1haW47/////w=="}]
    changed: dict[str, Any] = {"source": None, "sources": sources}
    name = _judged(by_hand, sum_package, "\ufffd\ufffd", **changed)
    page.goto(f"{by_hand.gateway.address}/submissions/{name}")
    expect(page.get_by_text("This file is not text")).to_be_visible()
    expect(page.locator(".headline .mark")).to_have_text("Wrong answer")


def test_a_name_of_nothing_is_a_page_that_says_so(page: Page, gateway: Gateway) -> None:
    page.context.watch.allow("404|422")  # type: ignore[attr-defined]
    for path in ("/submissions/none", "/submissions/%3Cscript%3E", "/submissions/..%2f..%2fetc"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 404, path
    for path in (
        "/submissions/compare?with=%3Cscript%3E&with=a",
        "/submissions?status=%3Cb%3E&after=1",
        "/submissions?package=no",
    ):
        answer = page.goto(path)
        assert answer is not None and answer.status == 422, path
        expect(page.get_by_role("alert")).to_be_visible()
    assert json.dumps("owned") not in page.content()
