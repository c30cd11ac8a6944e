"""What a first visit of the playground costs: bytes over the connection, and how still the page stands."""

from __future__ import annotations

from collections.abc import Callable

from gateway_harness import Gateway
from playwright.sync_api import BrowserContext, expect

#: Packed, with everything that the first screen needs.
BYTES_MAX = 350_000

SHIFTS = """() => new Promise((tell) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  });
  observer.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => tell(sum)));
})"""


def test_the_playground_is_small_and_stands_still(
    make_context: Callable[..., BrowserContext], gateway: Gateway
) -> None:
    context = make_context(base_url=gateway.address)
    page = context.new_page()
    received: dict[str, float] = {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.loadingFinished", lambda event: received.update({event["requestId"]: event["encodedDataLength"]})
    )
    page.goto("/")
    expect(page.locator(".cm-content").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert 50_000 < sum(received.values()) <= BYTES_MAX
    assert page.evaluate(SHIFTS) < 0.01
