"""Whose drafts a browser shows."""

from __future__ import annotations

from gateway_harness import Gateway
from playground_steps import opened
from playwright.sync_api import Page, expect
from service_harness import until
from web_harness import sign_in

KEPT = "Object.values(localStorage).join()"


def test_the_next_one_at_the_computer_sees_no_draft_of_the_last(
    page: Page, gateway: Gateway, school: str, other: str
) -> None:
    sign_in(page, gateway.address, school)
    opened(page)
    page.get_by_label("Standard input").fill("my secret idea")
    until(lambda: "my secret idea" in page.evaluate(KEPT), "the draft")
    sign_in(page, gateway.address, other)  # and the last one did not sign out
    opened(page)
    expect(page.get_by_label("Standard input")).not_to_have_value("my secret idea")
    sign_in(page, gateway.address, school)
    opened(page)
    expect(page.get_by_label("Standard input")).to_have_value("my secret idea")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "my secret idea" not in page.evaluate(KEPT)
