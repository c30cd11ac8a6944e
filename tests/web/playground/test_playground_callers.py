"""The playground for those who are signed in, and for those who have no key."""

from __future__ import annotations

from collections.abc import Callable

from gateway_harness import Gateway
from playground_steps import opened, output, ready, run, status, write
from playwright.sync_api import BrowserContext, Page, expect
from web_harness import picture, sign_in

PICTURE = "open('dot.svg', 'w').write('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"/>')\n"


def _signed_in(gateway: Gateway, make_context: Callable[..., BrowserContext], key: str) -> Page:
    page = make_context(base_url=gateway.address).new_page()
    sign_in(page, gateway.address, key)
    return opened(page)


def test_who_is_signed_in_runs_stops_shares_and_has_a_terminal(
    start_gateway: Callable[..., Gateway], gateway: Gateway, school: str, make_context: Callable[..., BrowserContext]
) -> None:
    del gateway  # its worker runs
    closed = start_gateway(gateway_no_key="never")
    page = _signed_in(closed, make_context, school)
    run(page, PICTURE + "print('kept')\n")
    expect(output(page)).to_have_text("kept\n")
    expect(page.get_by_role("img", name="Picture dot.svg")).to_be_visible()
    write(page, "print('on', flush=True)\nwhile True: pass\n")
    page.locator("[data-part=run]").click()
    expect(output(page)).to_have_text("on\n")
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_have_text("Stopped by you")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog")).to_contain_text("It leads there until")
    page.keyboard.press("Escape")
    write(page, "print('typed', input())\n")
    page.get_by_role("tab", name="Terminal").click()
    page.get_by_role("button", name="Run on the terminal").click()
    expect(status(page)).to_have_text("Running on the terminal: type there")
    page.keyboard.type("here")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=terminal]")).to_contain_text("typed here")
    expect(status(page)).to_have_text("Ended well")


def test_who_has_no_key_runs_within_the_limits_of_everybody(
    start_gateway: Callable[..., Gateway], gateway: Gateway, make_context: Callable[..., BrowserContext]
) -> None:
    del gateway
    public = start_gateway(gateway_no_key="always", anonymous_output_bytes_max=4096)
    page = opened(make_context(base_url=public.address).new_page())
    expect(page.get_by_role("tab", name="Terminal")).to_have_count(0)
    run(page, "print('x' * 10000)\n")
    expect(status(page)).to_contain_text("Stopped: it wrote more than it may")
    expect(output(page)).to_contain_text("Of its output this is all that may be kept.")
    page.get_by_role("tab", name="Tests").click()
    for _ in range(10):
        page.get_by_role("button", name="Add a test").click()
    expect(page.get_by_role("button", name="Add a test")).to_be_disabled()
    picture(page, "playground-without-a-key")


def test_who_must_sign_in_comes_back_to_what_was_shared(
    start_gateway: Callable[..., Gateway], gateway: Gateway, school: str, make_context: Callable[..., BrowserContext]
) -> None:
    del gateway
    closed = start_gateway(gateway_no_key="never")
    shared = {"language": "python3", "files": [{"name": "main.py", "text": "print('shared')\n"}]}
    path = closed.post("/api/v1/shares", shared, key=school).json()["path"]
    page = make_context(base_url=closed.address).new_page()
    page.goto(path)
    page.get_by_label("Key").fill(school)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("It has not been run")).to_be_visible()
    ready(page)  # what is clicked before is nobody's
    run(page)
    expect(output(page)).to_have_text("shared\n")
