"""A real browser for tests of pages: Debian's Chromium, driven by Playwright.

A page fails its test by any error on the console, by anything that its content policy forbids, and by any request to
another host. ``JUDGE_TESTS_PICTURES=DIR`` keeps what :func:`picture` sees.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    ViewportSize,
    expect,
)

#: How long Playwright waits for anything; a busy machine is slow, not wrong.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")

#: Where pictures of every page go; and the folder of those that documents show.
DOCUMENTED = os.environ.get("JUDGE_TESTS_DOC_PICTURES", "")
PICTURES = os.environ.get("JUDGE_TESTS_PICTURES", "")


class Watch:
    """What goes wrong in a browser context, against its test."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self._allowed: list[re.Pattern[str]] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        context.route("**/*", self._request)

    def allow(self, pattern: str) -> None:
        """Faults that match this are meant."""
        self._allowed.append(re.compile(pattern))

    def check(self) -> None:
        """Raises AssertionError."""
        bad = [fault for fault in self.faults if not any(allowed.search(fault) for allowed in self._allowed)]
        assert bad == [], bad

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.faults.append(f"request to another host: {request.url}")
            route.abort()
            return
        route.continue_()


def sign_in(page: Page, address: str, key: str) -> None:
    """As a person does it: the form, the key, the button."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def picture(page: Page, name: str, *, documented: bool = False) -> None:
    """Keep the page as a person sees it: on a desk and on a phone, light and dark; ``documented``: once more for the
    documents (`make pictures`). Does nothing where none are kept."""
    if documented and DOCUMENTED:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(DOCUMENTED) / f"{name}.png")
    if not PICTURES:
        return
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for size, shape in ((DESKTOP, "desk"), (PHONE, "phone")):
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=folder / f"{name}-{shape}-{scheme}.png")
    page.emulate_media(color_scheme="light")
    if before is not None:
        page.set_viewport_size(before)


def tab_to(page: Page, wanted: Locator, presses_max: int = 60) -> None:
    """Press Tab until this has the focus, as who uses no mouse does. Raises AssertionError."""
    for _ in range(presses_max):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element.getRootNode().activeElement === element"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def overflow_px(page: Page) -> int:
    """How much of the page stands beyond the window's right edge."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
