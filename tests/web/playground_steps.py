"""What a person does in the playground, step by step, for the tests of it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def opened(page: Page, path: str = "/") -> Page:
    """The playground, ready."""
    page.goto(path)
    ready(page)
    return page


def ready(page: Page) -> None:
    """It can be used, and its editor is there."""
    expect(page.locator("#playground[data-state=ready]")).to_be_attached()
    expect(page.locator("#editor[data-editor=rich]")).to_be_attached()


def choose(page: Page, language: str) -> None:
    """A language, by typing."""
    field = page.get_by_role("combobox", name="Language")
    field.click()
    field.fill(language)
    field.press("Enter")


def write(page: Page, text: str, label: str = "Source") -> None:
    """A program in the place of what is there; in either editor."""
    source = page.get_by_role("textbox", name=label)
    source.click()
    expect(source).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    assert source_of(page) == text


def source_of(page: Page) -> str:
    """The text of the file that is looked at."""
    return str(page.evaluate("document.querySelector('[data-part=source]').value"))


def status(page: Page) -> Locator:
    """How it stands."""
    return page.locator("[data-part=status]")


def output(page: Page) -> Locator:
    """What the program wrote."""
    return page.locator("[data-part=output]")


def run(page: Page, text: str = "", stdin: str | None = None) -> None:
    """Write it, press Run, and wait for the end."""
    if text:
        write(page, text)
    if stdin is not None:
        page.get_by_label("Standard input").fill(stdin)
    page.locator("[data-part=run]").click()
    expect(page.locator("[data-part=facts]")).to_contain_text("CPU")
    expect(page.locator("[data-part=stop]")).to_be_disabled()
