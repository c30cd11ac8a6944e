"""Whose drafts a browser shows."""

from __future__ import annotations

from gateway_harness import Gateway
from playground_steps import opened, ready
from playwright.sync_api import Page, expect
from service_harness import until
from web_harness import sign_in

KEPT = "Object.values(localStorage).join()"
SHARED = {
    "language": "python3",
    "files": [{"name": "main.py", "text": "print(1)\n"}, {"name": "tool.py", "text": "print(2)\n"}],
    "stdin": "shared input",
}


def _shared(gateway: Gateway) -> str:
    """The path of a program that somebody shared."""
    return str(gateway.post("/api/v1/shares", SHARED).json()["path"])


def _write(page: Page, text: str) -> None:
    """An input, until the browser keeps it."""
    page.get_by_label("Standard input").fill(text)
    until(lambda: text in page.evaluate(KEPT), "the draft")


def test_the_next_one_at_the_computer_sees_no_draft_of_the_last(
    page: Page, gateway: Gateway, school: str, other: str
) -> None:
    sign_in(page, gateway.address, school)
    opened(page)
    _write(page, "my secret idea")
    sign_in(page, gateway.address, other)  # and the last one did not sign out
    opened(page)
    expect(page.get_by_label("Standard input")).not_to_have_value("my secret idea")
    sign_in(page, gateway.address, school)
    opened(page)
    expect(page.get_by_label("Standard input")).to_have_value("my secret idea")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "my secret idea" not in page.evaluate(KEPT)


def test_looking_at_a_shared_program_changes_no_draft(page: Page, gateway: Gateway) -> None:
    page.clock.install()
    opened(page)
    _write(page, "my own idea")
    before = page.evaluate("({...localStorage})")
    opened(page, _shared(gateway))
    page.clock.run_for(2000)
    page.get_by_role("tab", name="tool.py").click()
    page.clock.run_for(2000)
    assert page.evaluate("({...localStorage})") == before


def test_what_is_changed_in_a_shared_program_is_kept_beside_the_own_draft(page: Page, gateway: Gateway) -> None:
    opened(page)
    _write(page, "my own idea")
    path = _shared(gateway)
    opened(page, path)
    _write(page, "another input")
    page.reload()
    ready(page)
    expect(page.get_by_label("Standard input")).to_have_value("another input")
    opened(page)
    expect(page.get_by_label("Standard input")).to_have_value("my own idea")
    opened(page, _shared(gateway))
    expect(page.get_by_label("Standard input")).to_have_value("shared input")


def test_starting_over_forgets_what_was_changed_in_a_shared_program(page: Page, gateway: Gateway) -> None:
    path = _shared(gateway)
    opened(page, path)
    _write(page, "another input")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    opened(page, path)
    expect(page.get_by_label("Standard input")).to_have_value("shared input")
