"""Editor and terminal: built again they are the same, and both live with the strict content policy of pages."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from needs import tool
from playwright.sync_api import Page, expect
from web_harness import picture, tab_to

BUILT = Path(__file__).resolve().parents[2] / "judge" / "gateway" / "web" / "built"

#: Makes a part of the page from a built module, by what a script of a test says.
OPEN = """async () => {
  const base = document.querySelector("link[rel=stylesheet]").href.replace(/css\\/.*/, "");
  const built = await import(`${base}built/MODULE.js`);
  const place = Object.assign(document.createElement("div"), { id: "place" });
  place.style.cssText = "height: 20rem; border: 1px solid var(--line)";
  document.querySelector("main").append(place);
  globalThis.built = await (SCRIPT)(built, place);
}"""


@pytest.fixture
def opened(page: Page) -> Callable[[str, str], None]:
    """Shows an editor or a terminal."""
    page.goto("/problems")
    return lambda module, script: page.evaluate(OPEN.replace("MODULE", module).replace("SCRIPT", script))


def test_built_again_it_is_the_same(npm_modules: Path, tmp_path: Path) -> None:
    tool("node")
    again = tmp_path / "built"
    command = [shutil.which("node") or "node", str(npm_modules.parent / "build.mjs"), str(again)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    again_built, built = _contents(again), _contents(BUILT)
    assert again_built.keys() == built.keys()
    assert [name for name in built if built[name] != again_built[name]] == []


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_editor_highlights_marks_and_is_left_by_keyboard(
    page: Page, opened: Callable[[str, str], None], audit: Callable[[Page], None]
) -> None:
    opened(
        "editor",
        """({ Editor }, place) => new Editor(place, {
      text: "def f(x):\\n    return 'a' + undefined_name\\n", fileName: "main.py", label: "Source",
      hint: "Escape, then Tab leaves the editor.", keys: { "Mod-Enter": () => { document.title = "run"; } } })""",
    )
    editor = page.get_by_role("textbox", name="Source")
    expect(page.locator("#place .cm-line span").first).to_have_text("def")
    colour = page.locator("#place .cm-line span").first.evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(139, 26, 139)"
    page.evaluate("built.mark([{ line: 2, column: 18, severity: 'error', message: 'no such name' }])")
    expect(page.locator("#place .cm-lintRange-error")).to_have_text("undefined_name")
    editor.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("x = 1")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title("run")
    assert page.evaluate("built.text").endswith("x = 1")
    picture(page, "editor")
    audit(page)
    page.keyboard.press("Escape")
    tab_to(page, page.get_by_role("link", name="Interface for programs"), 3)


def test_the_editor_shows_what_a_text_hides(page: Page, opened: Callable[[str, str], None]) -> None:
    opened(
        "editor",
        """({ Editor }, place) => new Editor(place, {
      text: "a\\u202eb\\u0000c</script><b>", label: "Source", readOnly: true })""",
    )
    expect(page.locator("#place .cm-specialChar")).to_have_count(2)
    assert page.locator("#place b").count() == 0


def test_a_difference_stands_side_by_side(page: Page, opened: Callable[[str, str], None]) -> None:
    opened(
        "editor",
        """({ showDifference }, place) => showDifference(place, {
      left: "1\\n2\\n3\\n", right: "1\\n2x\\n3\\n", leftLabel: "Expected", rightLabel: "Output" })""",
    )
    expect(page.get_by_role("textbox", name="Expected")).to_contain_text("2")
    expect(page.locator("#place .cm-changedText").last).to_have_text("x")
    picture(page, "difference")


def test_a_terminal_shows_colours_and_takes_what_is_typed(page: Page, opened: Callable[[str, str], None]) -> None:
    opened(
        "terminal",
        """({ Terminal }, place) => {
      globalThis.typed = "";
      return new Terminal(place, { label: "Terminal", onInput: (text) => { globalThis.typed += text; } });
    }""",
    )
    page.evaluate(
        "built.write('plain \\u001b[31mred \\u001b[38;2;0;130;200mtrue colour\\u001b[0m \\u001b]8;;http://a.example/\\u0007link')"
    )
    expect(page.locator("#place .xterm-rows")).to_contain_text("plain red true colour link")
    page.get_by_role("textbox", name="Terminal").focus()
    page.keyboard.type("ls")
    page.keyboard.press("Control+c")
    page.wait_for_function("globalThis.typed === 'ls\\u0003'")
    page.evaluate("built.write(new Uint8Array([0x1b, 0x5b, 0x32, 0x4a, 0xff, 0xfe, 0x41]))")
    expect(page.locator("#place .xterm-rows")).to_contain_text("A")
    picture(page, "terminal")
    page.get_by_role("button", name="Light or dark").click()
    page.evaluate("built.destroy()")
    expect(page.locator("#place .xterm")).to_have_count(0)
