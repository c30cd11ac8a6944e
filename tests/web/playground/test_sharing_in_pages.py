"""Programs by links, and the playground in pages of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import Pages
from gateway_harness import Gateway
from playground_steps import opened, output, run, source_of, status, write
from playwright.sync_api import BrowserContext, Page, expect
from service_harness import until
from web_harness import picture

LESSON = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A lesson</title></head><body>
<h1>A lesson</h1>
<pre data-judge data-language="python3" data-stdin="6 7" data-title="Multiply">a, b = map(int, input().split())
print(a * b)
</pre>
<p id="told"></p>
<script type="module" src="ADDRESS/js/judge-embed.mjs"></script>
<script type="module">
  document.addEventListener("judge-result", ({ detail, target }) => {
    document.getElementById("told").textContent = `${detail.status} ${detail.stdout.trim()}`;
  });
</script></body></html>
"""


def test_a_link_leads_somebody_else_to_the_program_and_runs_nothing(
    page: Page, make_context: Callable[..., BrowserContext], gateway: Gateway
) -> None:
    opened(page)
    write(page, "print('</textarea></script><script>window.hacked = 1</script>')\n")
    page.get_by_label("Standard input").fill("shared input")
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("textbox", name="All who have this link")
    expect(link).to_have_value(re.compile(rf"^{gateway.address}/share/js_[\w-]{{32}}$"))
    picture(page, "playground-share")
    address = link.input_value()
    page.keyboard.press("Escape")
    before = gateway.get("/api/v1/runs?limit=1").json()["items"]
    other = make_context(base_url=gateway.address).new_page()
    opened(other, address)
    expect(other.get_by_text("It has not been run")).to_be_visible()
    assert "window.hacked" in source_of(other)
    assert other.evaluate("window.hacked === undefined")
    expect(other.get_by_label("Standard input")).to_have_value("shared input")
    expect(status(other)).to_have_text("Ready; nothing has been run")
    assert gateway.get("/api/v1/runs?limit=1").json()["items"] == before
    run(other)
    expect(output(other)).to_contain_text("</textarea>")


def test_a_link_that_leads_nowhere_says_so(page: Page) -> None:
    page.context.watch.allow("404")  # type: ignore[attr-defined]
    page.goto("/share/js_" + "A" * 32)
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[tuple[Pages, Path]]:
    """A page of somebody else, at another origin."""
    file = tmp_path / "lesson.html"
    pages = Pages({"lesson.html": file})
    with pages.served():
        yield pages, file


def test_a_page_embeds_a_program_and_is_told_what_came_of_it(
    lesson: tuple[Pages, Path],
    start_gateway: Callable[..., Gateway],
    gateway: Gateway,
    make_context: Callable[..., BrowserContext],
) -> None:
    pages, file = lesson
    embedding = start_gateway(gateway_no_key="never", embed_origins=pages.origin)
    file.write_text(LESSON.replace("ADDRESS", embedding.address))
    page = make_context().new_page()
    page.goto(f"{pages.origin}/lesson.html")
    frame = page.frame_locator("iframe[title=Multiply]")
    expect(frame.locator("#editor[data-editor=rich]")).to_be_attached()
    expect(frame.get_by_label("Standard input")).to_have_value("6 7")
    frame.get_by_role("button", name="Run").click()
    expect(frame.locator("[data-part=output]")).to_have_text("42\n")
    expect(page.locator("#told")).to_have_text("EXITED 42")
    picture(page, "embed-in-a-page")
    frame.get_by_label("Standard input").fill("2 3")
    page.evaluate("document.querySelector('iframe').judge.run()")
    expect(page.locator("#told")).to_have_text("EXITED 6")
    page.evaluate("document.querySelector('iframe').judge.set({source: 'while True: pass\\n'})")
    page.evaluate("document.querySelector('iframe').judge.run()")
    expect(frame.get_by_role("button", name="Stop")).to_be_enabled()
    page.evaluate("document.querySelector('iframe').judge.stop()")
    expect(page.locator("#told")).to_have_text("CANCELLED")
    until(lambda: "endpoint=createEmbeddedRun" in embedding.log(), "the line of log")
    runs = [line for line in embedding.log().splitlines() if "endpoint=createEmbeddedRun" in line]
    assert all("tenant=anonymous@127.0.0.1" in line for line in runs)


def test_a_page_that_is_not_listed_embeds_nothing_and_is_told_nothing(
    lesson: tuple[Pages, Path], start_gateway: Callable[..., Gateway], make_context: Callable[..., BrowserContext]
) -> None:
    pages, file = lesson
    embedding = start_gateway(embed_origins="https://lessons.example")
    file.write_text(LESSON.replace("ADDRESS", embedding.address))
    context = make_context()
    context.watch.allow("frame-ancestors|chrome-error|ERR_BLOCKED_BY_RESPONSE")  # type: ignore[attr-defined]
    page = context.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{pages.origin}/lesson.html")
    assert page.locator("#told").inner_text() == ""


def test_no_page_but_embed_may_be_framed(gateway: Gateway, start_gateway: Callable[..., Gateway]) -> None:
    embedding = start_gateway(embed_origins="https://lessons.example")
    policies = {
        path: embedding.get(path, headers={"accept": "text/html"}).headers["content-security-policy"]
        for path in ("/", "/embed")
    }
    assert "frame-ancestors 'none'" in policies["/"]
    assert "frame-ancestors https://lessons.example" in policies["/embed"]
    assert "script-src 'self';" in policies["/embed"]
    assert gateway.get("/embed", headers={"accept": "text/html"}).status == 404
