"""The playground's terminal: a program that is talked with."""

from __future__ import annotations

from playground_steps import opened, status, write
from playwright.sync_api import Page, expect
from web_harness import picture

TALK = """import os, signal, time
name = input("Your name? ")
print(f"Hello, {name}! \\x1b[1mbold\\x1b[0m", flush=True)
old = None
try:
    while True:
        size = os.get_terminal_size()
        if size != old:
            print(f"columns={size.columns}", flush=True)
            old = size
        time.sleep(0.05)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    raise SystemExit(4)
"""


def _screen(page: Page) -> str:
    return page.locator("[data-part=terminal] .xterm-rows").inner_text().replace("\u00a0", " ")


def test_a_program_is_talked_with_interrupted_and_resized(page: Page) -> None:
    opened(page)
    write(page, TALK)
    page.get_by_role("tab", name="Terminal").click()
    page.get_by_role("button", name="Run on the terminal").click()
    rows = page.locator("[data-part=terminal] .xterm-rows")
    expect(rows).to_contain_text("Your name?")
    expect(status(page)).to_have_text("Running on the terminal: type there")
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    expect(rows).to_contain_text("Hello, Ada! bold")
    expect(rows).to_contain_text("columns=")
    before = _screen(page).count("columns=")
    page.set_viewport_size({"width": 900, "height": 800})
    expect(rows.get_by_text("columns=")).not_to_have_count(before)
    picture(page, "playground-terminal")
    page.get_by_role("textbox", name="Terminal of the program").focus()
    page.keyboard.press("Control+c")
    expect(rows).to_contain_text("interrupted")
    expect(status(page)).to_have_text("Ended with exit code 4")
    expect(page.get_by_role("button", name="Run on the terminal")).to_be_enabled()


def test_on_a_phone_a_button_interrupts_the_program(phone: Page) -> None:
    opened(phone)
    write(phone, TALK)
    phone.get_by_role("tab", name="Terminal").click()
    interrupt = phone.get_by_role("button", name="Interrupt")
    expect(interrupt).to_be_disabled()
    phone.get_by_role("button", name="Run on the terminal").click()
    rows = phone.locator("[data-part=terminal] .xterm-rows")
    expect(rows).to_contain_text("Your name?")
    phone.keyboard.type("Ada")
    phone.keyboard.press("Enter")
    expect(rows).to_contain_text("columns=")
    interrupt.tap()
    expect(rows).to_contain_text("interrupted")
    expect(status(phone)).to_have_text("Ended with exit code 4")
    expect(interrupt).to_be_disabled()


def test_a_program_on_the_terminal_is_ended(page: Page) -> None:
    opened(page)
    write(page, "while True: pass\n")
    page.get_by_role("tab", name="Terminal").click()
    page.get_by_role("button", name="Run on the terminal").click()
    expect(status(page)).to_have_text("Running on the terminal: type there")
    page.get_by_role("button", name="End", exact=True).click()
    expect(status(page)).to_have_text("Stopped by you")


def test_what_does_not_compile_says_so(page: Page) -> None:
    opened(page)
    write(page, "def f(:\n")
    page.get_by_role("tab", name="Terminal").click()
    page.get_by_role("button", name="Run on the terminal").click()
    expect(status(page)).not_to_have_text("Ready")
    expect(page.get_by_role("button", name="Run on the terminal")).to_be_enabled()
