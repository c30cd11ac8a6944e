"""``judge bench page``: what the playground costs who opens it for the first time, in a real browser.

Gateway, worker and Chromium share this machine; each load is of a browser that has kept nothing. Needs Debian's
``chromium`` and Playwright's Python package.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from judge.bench.embedded import embedded_service, sweep_old
from judge.bench.web.servers import gateway_beside
from judge.client import Client
from judge.errors import HostError
from judge.parsers import Subparsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

_LOADS = 9
_PATIENCE_MS = 60_000
_READY = "#editor[data-editor]"

#: Both are of the page alone, as the browser says them.
_PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""
_SHIFTED = """() => new Promise((done) => {
  const shifts = [];
  const watch = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
  watch.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(shifts.reduce((sum, one) => sum + one.value, 0)), 100));
})"""


class PageBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. Medians of the loads, but for the shift, which is the largest."""

    load_1m: float  #: before the first load
    loads: int
    requests: int  #: the page and all that it asks for, until its editor is there
    bytes_packed: int  #: as they came over the wire, heads included
    largest_paint_ms: float  #: largest contentful paint
    ready_ms: float  #: until the editor is there
    layout_shift: float  #: cumulative; 0 = nothing moved


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "page",
        help="the first load of the playground in a real browser",
        description="Open the playground of a service of its own in Chromium, with nothing kept: bytes, largest "
        "contentful paint, layout shift. Needs the Debian package chromium and `pip install playwright`.",
    )
    parser.add_argument("--loads", type=int, default=_LOADS, help=f"how often (default {_LOADS})")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(loads=max(args.loads, 1))
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, value in msgspec.structs.asdict(figures).items():
            print(f"{name:24} {value}")
    return 0


def measure(*, loads: int = _LOADS) -> PageBench:
    """All figures. Raises HostError when there is no browser, or a server does not start."""
    executable = browser_path()
    sweep_old()
    load_1m = round(os.getloadavg()[0], 2)
    with ExitStack() as stack:
        service = stack.enter_context(embedded_service(selftest=False, languages="c,python3"))
        service.wait_until_ready(stack.enter_context(Client.open(service.settings)))
        gateway = stack.enter_context(gateway_beside(service.settings))
        browser, address = stack.enter_context(_chromium(executable)), f"http://127.0.0.1:{gateway.port}/"
        _load(browser, address)  # the gateway packs its files when they are first asked for
        found = [_load(browser, address) for _ in range(loads)]
    return PageBench(
        load_1m=load_1m,
        loads=loads,
        requests=int(median(one["requests"] for one in found)),
        bytes_packed=int(median(one["bytes"] for one in found)),
        largest_paint_ms=round(median(one["painted"] for one in found), 1),
        ready_ms=round(median(one["ready"] for one in found), 1),
        layout_shift=round(max(one["shifted"] for one in found), 4),
    )


def browser_path() -> str:
    """Where Chromium is. Raises HostError, which says what to install."""
    if importlib.util.find_spec("playwright") is None:
        raise HostError("this bench drives a browser with Playwright: pip install playwright")
    found = shutil.which("chromium")
    if found is None:
        raise HostError("this bench needs a browser: apt-get install chromium")
    return found


@contextmanager
def _chromium(executable: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # not installed with the judge

    with tempfile.TemporaryDirectory(prefix="judge-bench-") as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
            env={"HOME": str(Path(home)), "PATH": "/usr/bin:/bin"},
        )
        yield browser
        browser.close()


def _load(browser: Browser, address: str) -> dict[str, float]:
    """One load by somebody who was never here: requests, bytes, and in milliseconds ready and painted; shifted."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        counted = _counting(context.new_cdp_session(page))
        page.goto(address)
        page.wait_for_selector(_READY, timeout=_PATIENCE_MS)
        ready = page.evaluate("() => performance.now()")
        return {**counted, "ready": ready, "painted": page.evaluate(_PAINTED), "shifted": page.evaluate(_SHIFTED)}
    finally:
        context.close()


def _counting(session: CDPSession) -> dict[str, float]:
    """What comes over the wire from now on; the numbers grow as it does."""
    counted = {"requests": 0.0, "bytes": 0.0}

    def finished(event: dict[str, Any]) -> None:
        counted["requests"] += 1
        counted["bytes"] += event["encodedDataLength"]

    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    return counted
