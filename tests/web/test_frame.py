"""What every page has, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from gateway_harness import Gateway
from playwright.sync_api import BrowserContext, Page, expect
from web_harness import overflow_px, picture, sign_in


def test_a_page_has_navigation_by_what_the_caller_may_do(page: Page, gateway: Gateway, admin: str, school: str) -> None:
    page.goto("/")
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(["Playground", "Problems", "Submissions"])
    sign_in(page, gateway.address, admin)
    expect(page.get_by_role("navigation").get_by_role("link", name="Operations")).to_be_visible()
    picture(page, "frame")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_language_and_theme_are_chosen_and_stay(page: Page) -> None:
    page.goto("/problems?x=1")
    page.get_by_role("button", name="Deutsch").click()
    page.wait_for_url("**/problems?x=1")
    expect(page.get_by_role("heading", name="Aufgaben")).to_be_visible()
    page.get_by_role("button", name="Hell oder dunkel").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_page_that_is_not_there_says_so(page: Page, audit: Callable[[Page], None]) -> None:
    page.context.watch.allow("404")  # type: ignore[attr-defined]
    answer = page.goto("/nothing/here")
    assert answer is not None and answer.status == 404
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    audit(page)
    picture(page, "not-found")


def test_on_a_phone_nothing_stands_beyond_the_edge(phone: Page, gateway: Gateway, admin: str) -> None:
    sign_in(phone, gateway.address, admin)
    for path in ("/", "/problems", "/submissions", "/ops"):
        phone.goto(path)
        assert overflow_px(phone) <= 0, path


def test_each_fault_of_a_page_fails_its_test(make_context: Callable[..., BrowserContext], gateway: Gateway) -> None:
    context = make_context(base_url=gateway.address)
    watch = context.watch  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/")
    page.evaluate("document.body.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))")
    page.evaluate("fetch('http://example.org/').catch(() => {})")
    page.evaluate("console.error('wrong')")
    page.wait_for_timeout(0)
    said = "\n".join(watch.faults)
    assert "Content Security Policy" in said
    assert "wrong" in said
    watch.faults.clear()
