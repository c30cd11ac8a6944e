"""Operations as those who run the judge do them in a browser, by mouse and by keyboard only."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gateway_harness import RUN, Gateway
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from service_harness import Worker, until
from web_harness import PHONE, overflow_px, picture, sign_in, tab_to

from judge.blobs.package_store import PackageStore
from judge.client import Client
from judge.queue.api_keys import Scope

ROOT = Path(__file__).resolve().parents[2]

SLOW = {**RUN, "source": "import time\ntime.sleep(20)\nprint(1)"}

#: A name that would like to be something else.
HOSTILE = "<script>alert(1)</script>\u202etxt"
SHOWN = "<script>alert(1)</script>\\u202etxt"


@pytest.fixture
def ops(page: Page, gateway: Gateway, admin: str) -> Page:
    """A window of an admin."""
    sign_in(page, gateway.address, admin)
    return page


def _row(page: Page, table: str, text: str | re.Pattern[str]) -> Locator:
    return page.locator(f"#{table} tr").filter(has_text=text)


def _agree(page: Page, button: str) -> None:
    """Answer the question that is asked."""
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()


def test_what_runs_and_who_runs_it_is_seen(
    ops: Page, gateway: Gateway, school: str, worker: Worker, audit: Callable[[Page], None]
) -> None:
    sent = gateway.post("/api/v1/runs", SLOW, key=school).headers["location"].rsplit("/", 1)[1]
    ops.goto("/ops")
    running = _row(ops, "running", sent)
    expect(running).to_contain_text("python3")
    expect(running).to_contain_text("school")
    expect(ops.locator("#tile-slots")).to_contain_text("of 2")
    expect(_row(ops, "tenants", "school").get_by_role("cell").nth(2)).to_have_text("1")
    found = _row(ops, "workers", worker.node)
    expect(found).to_contain_text("1 of 2")
    found.get_by_text("Details").click()
    expect(found.locator("dd").first).to_contain_text("python3 3")
    audit(ops)
    picture(ops, "operations-now", documented=True)
    gateway.post(f"/api/v1/runs/{sent}/cancel", key=school)
    expect(running).to_have_count(0)


def _busy_hour(client: Client) -> None:
    """As if three tenants had been at work for most of an hour."""
    keys, now = client.queue.link.keys, int(time.time()) // 60
    for ago in range(2, 50):
        fields: list[str | int] = []
        for index, tenant in enumerate(("busy", "calm", "late")):
            count = (ago * (index + 3)) % 11 + 5 * (index == 0 and 12 < ago < 22)
            whose = f"{tenant}\tcontest\t{('cpp', 'python3')[index % 2]}\t"
            fields += [
                f"{whose}w{8 + 5 * (12 < ago < 22)}j{10 + index}",
                count,
                f"{whose}ms",
                count * 900 * (index + 1),
            ]
        client.queue.link.command("HSET", keys.series_work("60", str(now - ago)), *fields)
        waiting = 40 - 3 * abs(ago - 17) if 8 < ago < 26 else 0
        stood: list[str | int] = ["running", min(2, ago % 3), "slots", 2, "oldest_ms", waiting * 200]
        stood += ["waiting contest", max(waiting, 0), "count refused", 9 * (50 - ago) if ago < 17 else 0]
        client.queue.link.command("HSET", keys.series_queue("60", str(now - ago)), *stood)


def test_charts_say_who_and_why_to_eyes_keys_and_screen_readers(
    ops: Page, gateway: Gateway, client: Client, school: str, audit: Callable[[Page], None]
) -> None:
    assert gateway.post("/api/v1/runs?wait=30", RUN, key=school).status == 201
    _busy_hour(client)
    ops.goto("/ops/charts")
    expect(ops.locator("#summary")).to_contain_text(re.compile("half waited at most .* Most time in slots had late"))
    figure = ops.locator("#chart-who")
    chart = figure.get_by_role("img")
    expect(chart).to_have_attribute("aria-label", re.compile("Slots in use, by tenant. .*school: now"))
    expect(_row(ops, "groups", "school")).to_contain_text("%")
    expect(ops.locator("#chart-trouble")).to_contain_text("refused")
    chart.focus()
    ops.keyboard.press("End")
    expect(figure.locator("output")).to_contain_text("school")
    ops.keyboard.press("Escape")
    expect(figure.locator("output")).to_have_text("")
    picture(ops, "operations-charts", documented=True)
    figure.get_by_text("As a table").click()
    expect(figure.get_by_role("columnheader")).to_contain_text(["Time"])
    expect(figure.locator("tbody tr").first).to_be_visible()
    audit(ops)
    ops.get_by_label("The last").select_option("week")
    ops.get_by_label("Grouped by").select_option("language")
    expect(ops.locator("#chart-who figcaption")).to_have_text("Slots in use, by language")


def test_what_is_chosen_while_an_answer_is_on_its_way_is_asked_for(ops: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:  # Playwright takes no method of a list
        held.append(route)

    ops.route("**/api/v1/series*", hold, times=1)
    with ops.expect_request("**/api/v1/series*"):
        ops.goto("/ops/charts")
    while not held:
        ops.wait_for_timeout(10)
    ops.get_by_label("Grouped by").select_option("language")
    held[0].continue_()
    expect(ops.locator("#chart-who figcaption")).to_have_text("Slots in use, by language")


def test_a_worker_is_drained_and_goes_on_by_keyboard_alone(
    ops: Page, gateway: Gateway, worker: Worker, admin: str
) -> None:
    ops.goto("/ops")
    row = _row(ops, "workers", worker.node)
    drain = row.get_by_role("button", name="Drain")
    expect(drain).to_be_visible()
    tab_to(ops, drain, 100)
    ops.keyboard.press("Enter")
    dialog = ops.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    ops.keyboard.press("Enter")  # no
    expect(dialog).to_be_hidden()
    expect(drain).to_be_focused()
    expect(row.get_by_text("on", exact=True)).to_be_visible()
    ops.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    picture(ops, "operations-question")
    ops.keyboard.press("Tab")
    ops.keyboard.press("Enter")
    try:
        expect(ops.locator("#told")).to_contain_text("claims nothing more")
        expect(row.get_by_text("draining", exact=True)).to_be_visible()
        on = row.get_by_role("button", name="Go on")
        expect(on).to_be_focused()
        ops.keyboard.press("Enter")
        expect(ops.locator("#told")).to_contain_text("claims work again")
        expect(row.get_by_text("on", exact=True)).to_be_visible()
    finally:
        gateway.ask("PATCH", f"/api/v1/workers/{worker.node}", {"draining": False}, key=admin)
    ops.goto("/ops/audit")
    expect(_row(ops, "acts", worker.node).first).to_contain_text("worker-steered")


def test_work_is_refused_while_the_judge_is_closed(ops: Page, gateway: Gateway, school: str, admin: str) -> None:
    ops.goto("/ops")
    ops.get_by_role("button", name="Stop taking work in").click()
    ops.get_by_label("Message").fill("back at noon")
    _agree(ops, "Stop taking work in")
    try:
        expect(ops.locator("#maintenance-message")).to_have_text("back at noon")
        assert gateway.post("/api/v1/runs", RUN, key=school).problem == "maintenance"
        ops.get_by_role("button", name="Take work in again").click()
        expect(ops.locator("#told")).to_contain_text("taken in again")
        assert gateway.post("/api/v1/runs", RUN, key=school).status == 201
    finally:
        gateway.ask("DELETE", "/api/v1/maintenance", key=admin)


@pytest.fixture
def other_answers(place: Path, tmp_path: Path) -> str:
    """The digest of the same problem with another answer to one secret test."""
    directory = tmp_path / "sum"
    shutil.copytree(ROOT / "examples" / "sum", directory)
    answer = next((directory / "data" / "secret").rglob("*.ans"))
    answer.write_text("123456789\n")
    return PackageStore(str(place / "packages")).publish(directory)


def test_submissions_are_judged_again_compared_and_applied(
    ops: Page,
    gateway: Gateway,
    make_key: Callable[..., str],
    sum_package: str,
    other_answers: str,
    audit: Callable[[Page], None],
) -> None:
    key = make_key("again", Scope.SUBMIT, Scope.READ)
    source = (ROOT / "examples" / "sum" / "submissions" / "accepted" / "sum.py").read_text()
    sent = {"package": sum_package, "language": "python3", "sources": [{"name": "a.py", "text": source}]}
    assert gateway.post("/api/v1/submissions?wait=60", sent, key=key).json()["status"] == "AC"
    ops.goto("/ops/rejudges")
    audit(ops)
    ops.get_by_label("Tenant", exact=True).fill("again")
    ops.get_by_label("Verdict", exact=True).select_option("AC")
    ops.get_by_label("Language", exact=True).select_option("python3")
    ops.get_by_role("button", name="Count them").click()
    expect(ops.locator("#counted")).to_have_text("One submission")
    ops.get_by_label("Against this package").fill(other_answers)
    expect(ops.locator("#counted")).to_have_text("")
    ops.get_by_role("button", name="Judge again").click()
    expect(ops.get_by_role("dialog")).to_contain_text("Judge one submission again?")
    _agree(ops, "Judge again")
    ops.wait_for_url("**/ops/rejudges?batch=*")
    expect(ops.locator("#one-standing")).to_contain_text("1 of 1 are judged again, 1 differ, 0 applied")
    expect(_row(ops, "changes", "AC")).to_contain_text("WA")
    expect(_row(ops, "items", "again~")).to_contain_text("WA")
    audit(ops)
    picture(ops, "operations-rejudge")
    ops.get_by_role("button", name="Apply").click()
    _agree(ops, "Apply")
    expect(ops.locator("#told")).to_contain_text("applied to 1 submissions")
    expect(_row(ops, "items", "again~")).to_contain_text("applied")
    expect(ops.get_by_role("button", name="Apply")).to_be_disabled()
    listed = gateway.get("/api/v1/submissions", key=key).json()["items"]
    assert [item["status"] for item in listed] == ["WA"]
    ops.get_by_role("button", name="Drop").click()
    _agree(ops, "Drop")
    expect(ops.locator("#told")).to_contain_text("is dropped")
    expect(ops.locator("#one")).to_be_hidden()
    ops.goto("/ops/audit")
    acts = ops.locator("#acts tr td:nth-child(2)")
    expect(acts).to_contain_text(["rejudge-dropped", "rejudge-applied", "rejudge-started"])


def test_what_no_rejudge_can_be_is_told(ops: Page) -> None:
    ops.context.watch.allow("422")  # type: ignore[attr-defined]
    ops.goto("/ops/rejudges")
    ops.get_by_role("button", name="Judge again").click()
    expect(ops.locator("#told")).to_contain_text("say which")
    expect(ops.get_by_role("dialog")).to_have_count(0)


def test_dead_letters_are_sent_again_or_dropped(
    ops: Page, gateway: Gateway, client: Client, make_key: Callable[..., str], audit: Callable[[Page], None]
) -> None:
    key = make_key("letters", Scope.READ, Scope.WEBHOOKS)
    made = gateway.post("/api/v1/webhooks", {"url": "http://127.0.0.1:9/hook", "note": "x"}, key=key)
    assert made.status == 201, made.body
    at = made.headers["location"]
    for _ in range(3):
        assert gateway.post(f"{at}/ping", key=key).status == 202
    gateway.ask("PATCH", at, {"on": False}, key=key)
    until(lambda: gateway.get(at, key=key).json()["dead"] == 3, "three dead letters")
    ops.goto("/ops/webhooks")
    row = _row(ops, "webhooks", "letters")
    expect(row.get_by_text("off", exact=True)).to_be_visible()
    row.get_by_role("button", name="Dead letters").click()
    expect(ops.locator("#letters-title")).to_be_focused()
    expect(ops.locator("#letters tr")).to_have_count(3)
    expect(ops.get_by_role("button", name="Send all again")).to_be_disabled()  # it is off
    audit(ops)
    picture(ops, "operations-webhooks")
    ops.locator("#letters tr").first.get_by_role("button", name="Drop").click()
    _agree(ops, "Drop")
    expect(ops.locator("#told")).to_have_text("The dead letter is dropped.")
    expect(ops.locator("#letters tr")).to_have_count(2)
    row.get_by_role("button", name="Turn on").click()
    ops.locator("#letters tr").first.get_by_role("button", name="Send again").click()
    expect(ops.locator("#told")).to_have_text("It is sent again.")
    ops.get_by_role("button", name="Drop all").click()
    _agree(ops, "Drop all")
    expect(ops.locator("#letters-none")).to_be_visible()
    row.get_by_role("button", name="Turn off").click()
    _agree(ops, "Turn off")
    expect(row.get_by_text("off", exact=True)).to_be_visible()
    ops.goto("/ops/audit")
    expect(ops.locator("#acts")).to_contain_text("dead-letters-dropped")
    expect(ops.locator("#acts")).to_contain_text("webhook-replayed")


def test_a_key_is_made_shown_once_and_revoked(ops: Page, gateway: Gateway, audit: Callable[[Page], None]) -> None:
    ops.goto("/ops/keys")
    ops.get_by_label("submit", exact=True).uncheck()
    ops.get_by_label("Tenant").fill("club")
    ops.get_by_label("What it is for").fill(HOSTILE)
    ops.get_by_role("button", name="Make the key").click()
    expect(ops.locator("#made-title")).to_be_focused()
    key = ops.locator("#secret").inner_text()
    me = gateway.get("/api/v1/me", key=key).json()
    assert (me["tenant"], me["scopes"]) == ("club", ["run", "read"])
    row = _row(ops, "keys", me["key"])
    expect(row).to_contain_text(SHOWN)
    audit(ops)
    picture(ops, "operations-keys")
    ops.get_by_role("button", name="I have it").click()
    assert key not in ops.content()
    row.get_by_role("button", name="Revoke").click()
    expect(ops.get_by_role("dialog")).to_contain_text(SHOWN)
    _agree(ops, "Revoke")
    expect(row).to_have_count(0)
    expect(ops.locator("#told")).to_contain_text(me["key"])
    until(lambda: gateway.get("/api/v1/me", key=key).problem == "bad-key", "the key's end")


def test_what_tenants_used_is_shown_and_downloaded(
    ops: Page, gateway: Gateway, make_key: Callable[..., str], audit: Callable[[Page], None]
) -> None:
    assert gateway.post("/api/v1/runs?wait=30", RUN, key=make_key("spent")).status == 201
    ops.goto("/ops/usage")
    expect(_row(ops, "used", "spent").get_by_role("cell").nth(2)).to_have_text("1")
    expect(ops.locator("#chart-used").get_by_role("img")).to_be_visible()
    audit(ops)
    picture(ops, "operations-usage")
    with ops.expect_download() as download:
        ops.get_by_role("link", name="As CSV").click()
    assert "spent" in Path(download.value.path()).read_text()


def test_a_gateway_that_is_away_is_told_until_it_is_back(ops: Page) -> None:
    ops.context.watch.allow("ERR_FAILED")  # type: ignore[attr-defined]
    ops.goto("/ops")
    expect(ops.locator("#workers tr")).not_to_have_count(0)
    ops.route("**/api/v1/**", lambda route: route.abort())
    expect(ops.locator("#outage")).to_contain_text("cannot be reached")
    ops.unroute("**/api/v1/**")
    expect(ops.locator("#outage")).to_be_hidden()


def test_a_hidden_tab_asks_nothing(ops: Page) -> None:
    ops.clock.install()
    ops.goto("/ops")
    expect(ops.locator("#workers tr")).not_to_have_count(0)
    with ops.expect_response("**/api/v1/overview"):
        ops.clock.fast_forward(10_000)
    hide = "value => Object.defineProperty(document, 'hidden', {value, configurable: true})"
    ops.evaluate(hide, arg=True)
    ops.wait_for_load_state("networkidle")
    asked: list[str] = []
    ops.on("request", lambda request: asked.append(request.url))
    ops.clock.fast_forward(600_000)
    ops.evaluate(hide, arg=False)
    with ops.expect_response("**/api/v1/overview"):
        ops.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len([url for url in asked if url.endswith("/api/v1/overview")]) == 1


def test_operations_are_for_admins_and_others_are_told_so(
    make_context: Callable[..., BrowserContext], gateway: Gateway, school: str, admin: str
) -> None:
    context = make_context(base_url=gateway.address)
    context.watch.allow("403")  # type: ignore[attr-defined]
    page = context.new_page()
    sign_in(page, gateway.address, school)
    for path in ("/ops", "/ops/keys", "/ops/audit"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 403
    expect(page.get_by_text("This needs a key that may do everything")).to_be_visible()
    expect(page.get_by_text("scope")).to_have_count(0)
    page.get_by_role("link", name="Sign in with another key").click()
    page.get_by_label("Key").fill(admin)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/ops/audit")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("path", ["", "/charts", "/rejudges", "/webhooks", "/keys", "/usage", "/audit"])
def test_on_a_phone_all_of_it_is_there(phone: Page, gateway: Gateway, admin: str, path: str) -> None:
    sign_in(phone, gateway.address, admin)
    phone.goto(f"/ops{path}")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    phone.wait_for_load_state("networkidle")
    assert overflow_px(phone) <= 0
    for link in phone.locator("nav a").all():
        expect(link).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("path", "table", "buttons"), [("", "workers", ("Drain", "Prove")), ("/keys", "keys", ("Revoke",))]
)
def test_on_a_phone_what_can_be_done_is_not_beyond_the_edge(
    phone: Page, gateway: Gateway, admin: str, path: str, table: str, buttons: tuple[str, ...]
) -> None:
    sign_in(phone, gateway.address, admin)
    phone.goto(f"/ops{path}")
    row = phone.locator(f"#{table} tr").first
    for name in buttons:
        box = row.get_by_role("button", name=name).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"], (name, box)
    region = phone.locator(".table").filter(has=phone.locator(f"#{table}"))
    assert region.evaluate("element => element.scrollWidth <= element.clientWidth")
    picture(phone, f"operations-phone-{table}")
