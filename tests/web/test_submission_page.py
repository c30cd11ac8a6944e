"""The page of a submission, while it is judged and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from gateway_harness import Gateway
from playwright.sync_api import BrowserContext, Page, expect
from service_harness import RedisServer, free_port
from submission_harness import ByHand, case, rows_of
from web_harness import picture, tab_to

from judge.model.printed import Printed
from judge.model.report import GroupReport
from judge.model.verdict import Verdict

_NAMESPACE = "by-hand"


@pytest.fixture(scope="module")
def by_hand(redis_server: RedisServer, start_gateway: Callable[..., Gateway]) -> Iterator[ByHand]:
    """A worker that does what a test says."""
    worker = ByHand(redis_server, start_gateway(namespace=_NAMESPACE), _NAMESPACE)
    yield worker
    worker.close()


def test_two_people_watch_one_submission_to_its_end(
    by_hand: ByHand, make_context: Callable[..., BrowserContext], sum_package: str, audit: Callable[[Page], None]
) -> None:
    name = by_hand.hand_in(sum_package)
    pages = [make_context(base_url=by_hand.gateway.address).new_page() for _ in range(2)]
    for page in pages:
        page.goto(f"/submissions/{name}")
        expect(page.get_by_text("It waits for a worker").last).to_be_visible()
    by_hand.claim()
    by_hand.compile()
    for index, path in enumerate(("sample/1", "secret/a/01", "secret/a/02", "secret/b/01"), 1):
        verdict = Verdict.TLE if path == "secret/b/01" else Verdict.AC
        by_hand.judge(index, 5, case(path, verdict, 100 * index))
        for page in pages:
            expect(rows_of(page)).to_have_count(index)
            expect(page.get_by_text(f"Test {index} of 5").last).to_be_visible()
    audit(pages[0])
    picture(pages[0], "submission-live")
    groups = (
        GroupReport(name="sample", verdict=Verdict.AC, cases=(case("sample/1"),)),
        GroupReport(
            name="secret",
            verdict=Verdict.TLE,
            score=40.0,
            groups=(
                GroupReport(
                    name="secret/a",
                    verdict=Verdict.AC,
                    score=40.0,
                    cases=(
                        case("secret/a/01", cpu_ms=200),
                        case("secret/a/02", cpu_ms=930, reruns_ns=(990000000, 930000000)),
                    ),
                ),
                GroupReport(
                    name="secret/b",
                    verdict=Verdict.TLE,
                    score=0.0,
                    cases=(
                        case("secret/b/01", Verdict.TLE, 1200, ending="needed more than 1 s of CPU time"),
                        case("secret/b/02", None),
                    ),
                ),
            ),
        ),
    )
    root = GroupReport(name="data", verdict=Verdict.TLE, score=40.0, groups=groups)
    by_hand.finish(
        root,
        Verdict.TLE,
        score=40.0,
        deciding_case="secret/b/01",
        reason="needed more than 1 s of CPU time",
        cpu_time_max_ns=1_200_000_000,
        memory_peak_max_bytes=3 << 20,
        noise_ratio=0.012,
    )
    for page in pages:
        expect(page.locator(".headline .mark")).to_have_text("Time limit exceeded")
        expect(rows_of(page)).to_have_count(5)
    page = pages[0]
    expect(page.get_by_role("button", name="b", exact=True)).to_be_visible()
    expect(page.get_by_text("1 test came near the time limit")).to_be_visible()
    audit(page)
    picture(page, "submission-done", documented=True)


def _watching(page: Page, by_hand: ByHand, package: str) -> str:
    name = by_hand.hand_in(package)
    page.goto(f"{by_hand.gateway.address}/submissions/{name}")
    expect(page.get_by_text("It waits for a worker").last).to_be_visible()
    by_hand.claim()
    by_hand.compile()
    return name


def test_an_attempt_that_ends_without_a_result_is_told_and_its_tests_go(
    by_hand: ByHand, make_context: Callable[..., BrowserContext], sum_package: str
) -> None:
    page = make_context().new_page()
    _watching(page, by_hand, sum_package)
    by_hand.judge(1, 2, case("secret/1"))
    by_hand.judge(2, 2, case("secret/2"))
    expect(rows_of(page)).to_have_count(2)
    by_hand.give_back("the worker MARKER-OF-OUR-HOST went away")
    told = page.get_by_text("Attempt 1 ended without a result")
    expect(told).to_be_visible()
    expect(rows_of(page)).to_have_count(0)
    expect(page.get_by_role("progressbar")).to_be_hidden()
    picture(page, "submission-retried")
    by_hand.claim()
    by_hand.judge(1, 2, case("secret/1"))
    expect(rows_of(page)).to_have_count(1)
    by_hand.finish(GroupReport(name="data", verdict=Verdict.AC, cases=(case("secret/1"),)), Verdict.AC)
    expect(page.locator(".headline .mark")).to_have_text("Accepted")
    expect(page.get_by_text("This is attempt 2")).to_be_visible()
    expect(told).to_be_hidden()
    assert "MARKER" not in page.content()


def test_a_gateway_that_is_killed_is_missed_and_the_page_goes_on_with_the_next(
    redis_server: RedisServer,
    start_gateway: Callable[..., Gateway],
    make_context: Callable[..., BrowserContext],
    sum_package: str,
) -> None:
    gateway = start_gateway(namespace="killed-gateway", gateway_port=free_port())
    by_hand = ByHand(redis_server, gateway, "killed-gateway")
    context = make_context()
    context.watch.allow("ERR_|Failed to load")  # type: ignore[attr-defined]
    page = context.new_page()
    _watching(page, by_hand, sum_package)
    by_hand.judge(1, 3, case("secret/1"))
    expect(rows_of(page)).to_have_count(1)
    gateway.kill()
    expect(page.get_by_text("The judge cannot be reached")).to_be_visible()
    by_hand.judge(2, 3, case("secret/2"))
    gateway.start()
    expect(rows_of(page)).to_have_count(2)
    expect(page.get_by_text("The judge cannot be reached")).to_be_hidden()
    by_hand.judge(3, 3, case("secret/3"))
    expect(rows_of(page)).to_have_count(3)
    cases = tuple(case(f"secret/{number}") for number in (1, 2, 3))
    by_hand.finish(GroupReport(name="data", verdict=Verdict.AC, cases=cases), Verdict.AC)
    expect(page.locator(".headline .mark")).to_have_text("Accepted")
    by_hand.close()


def test_what_waits_is_cancelled_by_keyboard(
    by_hand: ByHand, make_context: Callable[..., BrowserContext], sum_package: str
) -> None:
    page = make_context().new_page()
    name = by_hand.hand_in(sum_package)
    page.goto(f"{by_hand.gateway.address}/submissions/{name}")
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    tab_to(page, cancel)
    page.keyboard.press("Enter")
    expect(page.locator(".headline .mark")).to_have_text("Cancelled")
    expect(cancel).to_be_hidden()


def test_groups_fold_and_what_a_test_printed_opens_by_keyboard(
    by_hand: ByHand, make_context: Callable[..., BrowserContext], sum_package: str
) -> None:
    page = make_context().new_page()
    _watching(page, by_hand, sum_package)
    printed = Printed(head="41\n")
    root = GroupReport(
        name="data",
        verdict=Verdict.WA,
        groups=(
            GroupReport(name="sample", verdict=Verdict.AC, cases=(case("sample/1", sample=True, stdout=printed),)),
            GroupReport(name="secret", verdict=Verdict.WA, cases=(case("secret/1"), case("secret/2", Verdict.WA))),
        ),
    )
    by_hand.finish(root, Verdict.WA)
    group = page.get_by_role("button", name="secret", exact=True)
    expect(rows_of(page).locator("visible=true")).to_have_count(3)
    group.focus()
    page.keyboard.press("Enter")
    expect(group).to_have_attribute("aria-expanded", "false")
    expect(rows_of(page).locator("visible=true")).to_have_count(1)
    page.keyboard.press("Enter")
    test = page.get_by_role("button", name="1", exact=True)
    test.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Standard output")).to_have_text("41\n")
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Standard output")).to_have_count(0)


def test_of_very_many_tests_the_first_are_shown_and_all_on_demand_in_german(
    by_hand: ByHand, make_context: Callable[..., BrowserContext], sum_package: str
) -> None:
    page = make_context(locale="de-DE").new_page()
    name = by_hand.hand_in(sum_package)
    by_hand.claim()
    cases = tuple(case(f"secret/{number:04}") for number in range(1, 1201))
    decided = (case("secret/1201", Verdict.WA), *(case(f"secret/{number}", None) for number in range(1202, 1300)))
    secret = GroupReport(name="secret", verdict=Verdict.WA, cases=(*cases, *decided))
    root = GroupReport(name="data", verdict=Verdict.WA, groups=(secret,))
    by_hand.finish(root, Verdict.WA, deciding_case="secret/1201")
    page.goto(f"{by_hand.gateway.address}/submissions/{name}")
    expect(page.locator(".headline .mark")).to_have_text("Falsche Antwort")
    expect(page.locator("#deciding")).to_be_visible()
    more = page.get_by_role("button", name="weitere Tests zeigen")
    expect(more).to_be_visible()
    picture(page, "submission-german")
    more.click()
    expect(page.locator(".tests tbody tr:not(.group)")).to_have_count(1299)
    for at in (499, 500, 1200, 1201):
        expect(rows_of(page).nth(at).get_by_role("rowheader")).to_have_text(f"{at + 1:04}")
    expect(page.get_by_text("98 Tests liefen nicht")).to_be_visible()
