"""Lists of submissions, judging again, and comparing, as a person does it, with a mouse or by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway
from playwright.sync_api import Page, expect
from service_harness import RedisServer
from submission_harness import ByHand, rows_of
from test_packages import publish, variant
from web_harness import overflow_px, picture, sign_in, tab_to

from judge.model.verdict import Verdict
from judge.queue.api_keys import Scope

_RIGHT = "print(sum(map(int, input().split())))\n"
_WRONG = "a, b = map(int, input().split())\nprint(abs(a + b))\n"


@pytest.fixture(scope="module")
def teacher(make_key: Callable[..., str]) -> str:
    """A key that may do all but run the judge."""
    return make_key("class", Scope.PACKAGES, Scope.SUBMIT, Scope.READ, Scope.RUN)


@pytest.fixture(scope="module")
def judged(gateway: Gateway, teacher: str) -> list[dict[str, Any]]:
    """Two submissions to one problem, accepted and wrong; and a run."""
    publish(gateway, teacher, variant("listed"), "name=listed")

    def send(source: str) -> dict[str, Any]:
        asked = {"package": "listed", "language": "python3", "source": source}
        return dict(gateway.post("/api/v1/submissions?wait=60", asked, key=teacher).json())

    run = gateway.post("/api/v1/runs?wait=60", {"language": "python3", "source": "print('<b>hi</b>')"}, key=teacher)
    return [send(_RIGHT), send(_WRONG), run.json()]


@pytest.fixture
def signed_in(page: Page, gateway: Gateway, teacher: str) -> Page:
    """The teacher's browser."""
    sign_in(page, gateway.address, teacher)
    return page


def _rows(page: Page) -> Any:
    return page.locator(".list tbody tr")


def test_a_list_is_filtered_by_keyboard_alone(
    signed_in: Page, judged: list[dict[str, Any]], audit: Callable[[Page], None]
) -> None:
    page = signed_in
    page.goto("/submissions")
    expect(_rows(page)).to_have_count(2)
    expect(page.get_by_role("link", name="listed@1")).to_have_count(2)
    audit(page)
    picture(page, "submissions")
    verdict = page.get_by_label("Result")
    tab_to(page, verdict)
    page.keyboard.type("Wrong")
    tab_to(page, page.get_by_role("button", name="Show"))
    page.keyboard.press("Enter")
    page.wait_for_url("**status=WA**")
    expect(_rows(page)).to_have_count(1)
    expect(_rows(page).locator(".mark")).to_have_text("Wrong answer")
    page.get_by_label("Problem").fill("listed@1")
    page.get_by_label("Result").select_option("")
    page.get_by_label("Problem").press("Enter")
    page.wait_for_url("**package=listed**")
    expect(_rows(page)).to_have_count(2)
    page.get_by_label("Language").fill("cpp")
    page.get_by_label("Language").press("Enter")
    expect(page.get_by_text("There are none.")).to_be_visible()


def test_a_run_is_listed_and_its_result_is_in_words(signed_in: Page, judged: list[dict[str, Any]]) -> None:
    page = signed_in
    page.goto("/submissions?kind=execution")
    expect(_rows(page)).to_have_count(1)
    _rows(page).get_by_role("link").first.click()
    expect(page.locator(".headline .mark")).to_have_text("Ended")
    expect(page.get_by_role("region", name="Standard output")).to_have_text("<b>hi</b>\n")
    expect(page.locator(".coloured").get_by_role("textbox", name="main")).to_have_text("print('<b>hi</b>')")
    picture(page, "submission-run")


def test_an_evaluation_and_a_group_show_what_became_of_them(signed_in: Page, gateway: Gateway, teacher: str) -> None:
    page = signed_in
    tests = [{"stdin": "1 2", "expected": "3"}, {"name": "a/b", "stdin": "5 5", "expected": "11"}]
    asked = {"language": "python3", "source": _RIGHT, "tests": tests, "stop_after": 0}
    evaluation = gateway.post("/api/v1/evaluations?wait=60", asked, key=teacher).json()
    page.goto(f"/submissions/{evaluation['id']}")
    expect(page.locator(".headline .mark")).to_have_text("Wrong answer")
    expect(rows_of(page).locator(".mark")).to_have_text(["AC", "WA"])
    commands = [{"argv": ["/bin/sh", "-c", "echo piped; exit 3"]}]
    group = gateway.post("/api/v1/groups?wait=60", {"commands": commands}, key=teacher).json()
    page.goto(f"/submissions/{group['id']}")
    expect(page.get_by_role("region", name="Standard output")).to_have_text("piped\n")
    expect(page.get_by_text("exit code 3").last).to_be_visible()


def test_a_sample_that_failed_shows_both_outputs_side_by_side(
    page: Page, gateway: Gateway, sum_package: str, school: str, audit: Callable[[Page], None]
) -> None:
    asked = {"package": sum_package, "language": "python3", "source": "print('<i>4</i>')\nprint(5)"}
    sent = gateway.post("/api/v1/submissions?wait=60", asked, key=school).json()
    sign_in(page, gateway.address, school)
    page.goto(f"/submissions/{sent['id']}")
    difference = page.get_by_role("region", name="Expected / Printed")
    expect(difference.locator(".taken")).to_have_count(1)
    expect(difference.locator(".given")).to_contain_text(["<i>4</i>", "5"])
    audit(page)
    picture(page, "submission-difference")


def test_an_admin_sees_everybodys_and_chooses_a_tenant(
    page: Page, gateway: Gateway, admin: str, judged: list[dict[str, Any]]
) -> None:
    sign_in(page, gateway.address, admin)
    page.goto("/submissions")
    page.get_by_label("Tenant").fill("class")
    page.get_by_label("Tenant").press("Enter")
    page.wait_for_url("**tenant=class**")
    expect(_rows(page)).to_have_count(2)
    expect(_rows(page).first.get_by_text("class", exact=True)).to_be_visible()
    _rows(page).get_by_role("link").first.click()
    expect(page.get_by_text("Judged by")).to_be_visible()
    picture(page, "submission-admin")


def test_another_tenants_submission_is_not_there(
    page: Page, gateway: Gateway, other: str, judged: list[dict[str, Any]]
) -> None:
    sign_in(page, gateway.address, other)
    page.context.watch.allow("404")  # type: ignore[attr-defined]
    for name in (judged[0]["id"], f"class~{judged[0]['id']}"):
        answer = page.goto(f"/submissions/{name}")
        assert answer is not None and answer.status == 404


def test_two_are_chosen_and_compared(
    signed_in: Page, judged: list[dict[str, Any]], audit: Callable[[Page], None]
) -> None:
    page = signed_in
    page.goto("/submissions")
    compare = page.get_by_role("button", name="Compare the two chosen")
    expect(compare).to_be_disabled()
    for box in page.get_by_role("checkbox").all():
        tab_to(page, box)
        page.keyboard.press("Space")
    tab_to(page, compare)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Comparison")).to_be_visible()
    expect(page.get_by_role("row", name="Result").locator(".mark")).to_have_text(["WA", "AC"])
    expect(page.locator(".difference")).to_contain_text("print(abs(a + b))")
    expect(page.get_by_text("tests differ")).to_be_visible()
    rows = page.locator("[data-part=tests] tbody tr")
    everything = rows.count()
    page.get_by_label("Only those that differ").check()
    assert 0 < rows.locator("visible=true").count() < everything
    audit(page)
    picture(page, "comparison")


def test_a_submission_is_judged_again_compared_and_made_to_count(
    signed_in: Page, gateway: Gateway, teacher: str
) -> None:
    page = signed_in
    publish(gateway, teacher, variant("again and again"), "name=twice")
    asked = {"package": "twice", "language": "python3", "source": _RIGHT}
    sent = gateway.post("/api/v1/submissions?wait=60", asked, key=teacher).json()
    page.goto(f"/submissions/{sent['id']}")
    expect(page.locator(".headline .mark")).to_have_text("Accepted")
    page.get_by_role("button", name="Judge again").click()
    apply = page.get_by_role("button", name="Make it count")
    expect(apply).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("The sources are the same.")).to_be_visible()
    page.go_back()
    apply.click()
    expect(page.get_by_text("(counts now)")).to_be_visible()
    expect(page.get_by_text("The one before")).to_be_visible()
    picture(page, "submission-judgings")
    page.get_by_role("button", name="Judge again").click()
    drop = page.get_by_role("button", name="Drop it")
    drop.click()
    expect(drop).to_have_count(0)
    expect(page.get_by_text("(counts now)")).to_be_visible()


def test_what_does_not_compile_shows_what_the_compiler_said(
    page: Page, gateway: Gateway, sum_package: str, school: str
) -> None:
    asked = {"package": sum_package, "language": "c", "source": "int main(void) { return <b>; }\n"}
    sent = gateway.post("/api/v1/submissions?wait=60", asked, key=school).json()
    sign_in(page, gateway.address, school)
    page.goto(f"/submissions/{sent['id']}")
    expect(page.locator(".headline .mark")).to_have_text("Compile error")
    expect(page.get_by_role("region", name="What the compiler said")).to_contain_text("return <b>;")
    for title in ("Tests", "How sure this is"):
        expect(page.get_by_role("heading", name=title)).to_be_hidden()
    picture(page, "submission-compile-error")


def test_on_a_phone_nothing_stands_beyond_the_edge_of_lists_and_reports(
    phone: Page,
    gateway: Gateway,
    teacher: str,
    judged: list[dict[str, Any]],
) -> None:
    sign_in(phone, gateway.address, teacher)
    pair = "&".join(f"with={one['id']}" for one in judged[:2])
    for path in ("/submissions", f"/submissions/{judged[1]['id']}", f"/submissions/compare?{pair}"):
        phone.goto(path)
        phone.locator("[data-ready]").wait_for(state="attached")
        assert overflow_px(phone) <= 0, path
    phone.goto(f"/submissions/{judged[1]['id']}")
    expect(rows_of(phone).first).to_be_visible()


def test_a_list_goes_on_behind_its_page(
    page: Page, redis_server: RedisServer, start_gateway: Callable[..., Gateway], sum_package: str
) -> None:
    by_hand = ByHand(redis_server, start_gateway(namespace="many"), "many")
    names = [by_hand.hand_in(sum_package) for _ in range(51)]
    page.goto(f"{by_hand.gateway.address}/submissions")
    expect(_rows(page)).to_have_count(50)
    expect(page.get_by_text(names[0])).to_have_count(0)
    page.get_by_role("link", name="Older").click()
    expect(_rows(page)).to_have_count(1)
    expect(page.get_by_text(names[0])).to_be_visible()
    by_hand.claim()
    expect(_rows(page).locator(".mark")).to_have_text("Running")
    by_hand.finish(None, Verdict.AC)
    expect(_rows(page).locator(".mark")).to_have_text("Accepted")
    page.get_by_role("link", name="Newest").click()
    expect(_rows(page)).to_have_count(50)
    by_hand.close()
