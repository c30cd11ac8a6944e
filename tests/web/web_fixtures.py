"""Fixtures: one browser for all tests, a fresh context for each."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest
from gateway_harness import Gateway
from needs import tool
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from web_harness import DESKTOP, PATIENCE_MS, PHONE, Watch

#: Sources of editor and terminal, with what npm is to fetch.
WEB = Path(__file__).resolve().parents[2] / "deploy" / "web"

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser(place: Path) -> Iterator[Browser]:
    """Chromium without a window."""
    tool("chromium")
    home = place / "browser"
    home.mkdir()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=_ARGUMENTS,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def npm_modules(place: Path) -> Path:
    """What deploy/web needs, as its lock file has it; nothing of it is run when it is installed."""
    tool("npm")
    directory = place / "npm"
    shutil.copytree(WEB, directory, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return directory / "node_modules"


@pytest.fixture(scope="session")
def audit(npm_modules: Path) -> Callable[[Page], None]:
    """Looks for what keeps people out of a page, light and dark (axe-core). Raises AssertionError for what is bad."""
    axe = (npm_modules / "axe-core" / "axe.min.js").read_text()

    def look(page: Page) -> None:
        page.evaluate(axe)  # as a debugger does, so that the page's content policy has no say
        bad = [
            (scheme, one["id"], one["help"], [node["target"] for node in one["nodes"]][:5])
            for scheme in ("dark", "light")
            for one in _violations(page, scheme)
            if one["impact"] in ("serious", "critical")
        ]
        assert bad == [], bad

    return look


def _violations(page: Page, scheme: Literal["dark", "light"]) -> list[Any]:
    page.emulate_media(color_scheme=scheme)
    return list(page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"])


@pytest.fixture
def make_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts, each a person with cookies of their own; ``context.watch`` notes what goes wrong in it."""
    with ExitStack() as opened:
        watches: list[Watch] = []

        def make(**options: Any) -> BrowserContext:
            usual = {"viewport": DESKTOP, "color_scheme": "light", "locale": "en-GB", "reduced_motion": "reduce"}
            context = browser.new_context(**{**usual, **options})
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            watch = Watch(context)
            watches.append(watch)
            context.watch = watch  # type: ignore[attr-defined]
            return context

        yield make
        for watch in watches:
            watch.check()


@pytest.fixture
def page(make_context: Callable[..., BrowserContext], gateway: Gateway) -> Page:
    """A window on a desk; paths are those of the shared gateway."""
    return make_context(base_url=gateway.address).new_page()


@pytest.fixture
def phone(make_context: Callable[..., BrowserContext], gateway: Gateway) -> Page:
    """The same of a phone."""
    return make_context(base_url=gateway.address, viewport=PHONE, has_touch=True, is_mobile=True).new_page()
