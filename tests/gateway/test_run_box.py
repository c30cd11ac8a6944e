"""The pages of the tutorial "a run box on your page", as they stand there, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from browser import Pages, browsing
from gateway_harness import Gateway
from needs import tool

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "run-box.md"
DRIVER = Path(__file__).parent / "javascript" / "drive.html"

_PAGE = re.compile(r"^```html\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_its_pages_run_a_program_and_a_live_one(
    start_gateway: Callable[..., Gateway], gateway: Gateway, tmp_path: Path
) -> None:
    del gateway  # its worker runs
    tool("chromium")
    box, live = tmp_path / "box.html", tmp_path / "live.html"
    pages = Pages({"drive.html": DRIVER, "box.html": box, "live.html": live})
    listing = start_gateway(gateway_origins=pages.origin)
    for path, text in zip((box, live), _PAGE.findall(TUTORIAL.read_text()), strict=True):
        assert "http://127.0.0.1:8090/js/judge.mjs" in text
        path.write_text(text.replace("http://127.0.0.1:8090", listing.address))
    with pages.served(), browsing(f"{pages.origin}/drive.html", tmp_path):
        assert pages.told() == {
            "box": {"state": "EXITED", "output": "42\n"},
            "live": {"state": "exited", "output": "Your name? Ada\nHello, Ada!\n"},
        }
