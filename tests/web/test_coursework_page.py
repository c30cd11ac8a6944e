"""Coursework in a browser: an assignment, handing in a folder, the report as a student and who marks see it."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from gateway_harness import Gateway
from playwright.sync_api import BrowserContext, Page, expect
from web_harness import PHONE, overflow_px, picture, sign_in

from judge.queue.api_keys import Scope

_HIDDEN = "HIDDENMARK"

_YAML = f"""assignment: 1
title: Bank account
due: {{due}}
late: {{{{penalty: 10% per day, closes: 7d}}}}
attempts: {{{{max: 3}}}}
languages: [python3]
files: {{{{required: [sum.py], starter: starter/}}}}
parts:
  - name: io
    title: Reading and printing
    kind: tests
    points: 20
    tests:
      - {{{{name: small, stdin: "1 2\\n", stdout: "3\\n"}}}}
      - name: lines
        stdin: "3 4\\n"
        stdout: "7\\nthe end\\n"
        hint: What comes last?
      - {{{{name: {_HIDDEN}, stdin: "5 6\\n", stdout: "11\\n", visibility: hidden}}}}
  - {{{{name: essay, title: "Is it explained?", kind: by_hand, points: 5}}}}
"""

_PROGRAM = "from inner.adding import add\n\nprint(add(*map(int, input().split())))\n"
_INNER = "def add(a, b):\n    return a + b\n"


class _Keys:
    """Who of the course has which key."""

    def __init__(self, make_key: Callable[..., str]) -> None:
        self.teacher = make_key("course", Scope.PACKAGES, Scope.READ, Scope.SUBMIT)
        self.marker = make_key("course", Scope.MARKER, Scope.READ)
        self.ann = make_key("course", Scope.READ, Scope.SUBMIT, student="ann")


@pytest.fixture(scope="module")
def keys(gateway: Gateway, make_key: Callable[..., str]) -> _Keys:
    """The keys of a course that has an assignment."""
    keys = _Keys(make_key)
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("assignment.yaml", _YAML.format(due=due))
        archive.writestr("starter/sum.py", "# Read two numbers, print their sum.\n")
    headers = {"content-type": "application/zip"}
    answer = gateway.post("/api/v1/packages?name=bank&version=1", buffer.getvalue(), key=keys.teacher, headers=headers)
    assert answer.status == 201, answer.body
    return keys


@pytest.fixture
def visit(make_context: Callable[..., BrowserContext], gateway: Gateway) -> Callable[..., Page]:
    """A window of who has this key."""

    def visit(key: str, **options: object) -> Page:
        page = make_context(base_url=gateway.address, **options).new_page()
        sign_in(page, gateway.address, key)
        return page

    return visit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program in two files, one of them in a sub-folder, among what is not handed in."""
    folder = tmp_path_factory.mktemp("work") / "mine"
    for name, text in {
        "sum.py": _PROGRAM,
        "inner/adding.py": _INNER,
        "__pycache__/x.pyc": "?",
        ".git/HEAD": "?",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_an_assignment_is_read_and_begun_with_what_it_gives(
    visit: Callable[..., Page], keys: _Keys, audit: Callable[[Page], None]
) -> None:
    page = visit(keys.ann, timezone_id="America/New_York")
    page.goto("/problems/bank/1")
    assignment = page.locator("#assignment")
    expect(assignment).to_contain_text("Reading and printing")
    expect(assignment.get_by_role("row", name="Is it explained? marked by a person 5")).to_be_visible()
    expect(assignment).to_contain_text("3 of 3")
    expect(assignment.locator("time").first).to_contain_text("EST")
    expect(page.get_by_role("textbox", name="Program")).to_contain_text("Read two numbers")
    assert _HIDDEN not in page.content()
    with page.expect_download() as download:
        assignment.get_by_role("link", name="Download what to begin with").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == ["sum.py"]
    audit(page)
    picture(page, "assignment")
    page.set_viewport_size(PHONE)
    assert overflow_px(page) == 0


def test_a_folder_is_handed_in_and_its_report_tells_of_no_hidden_test(
    visit: Callable[..., Page], keys: _Keys, folder: Path, audit: Callable[[Page], None]
) -> None:
    page = visit(keys.ann)
    page.goto("/problems/bank/1")
    expect(page.locator("#submit[data-ready]")).to_be_visible()
    page.locator("#folder").set_input_files(folder)
    expect(page.locator("#chosen li .mono")).to_have_count(2)
    assert set(page.locator("#chosen li .mono").all_inner_texts()) == {"sum.py", "inner/adding.py"}
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*")
    expect(page.locator("#work[data-coursework]")).to_be_attached()
    part = page.locator(".course-part").first
    expect(part).to_contain_text("Reading and printing")
    expect(part.locator("table.difference")).to_contain_text("the end")
    expect(part).to_contain_text("Hint: What comes last?")
    expect(page.locator("[data-part=facts]")).to_contain_text("1 of 3")
    expect(page.locator(".course-part").nth(1)).to_contain_text("open")
    assert _HIDDEN not in page.content()
    audit(page)
    picture(page, "coursework")
    page.set_viewport_size(PHONE)
    assert overflow_px(page) == 0
    address = page.url
    marker = visit(keys.marker)
    marker.goto(address)
    marker.get_by_role("button", name="Deutsch").click()
    expect(marker.locator(".course-part").first).to_contain_text(_HIDDEN)
    expect(marker.locator(".course-part").first).to_contain_text("nie für Studierende")
    audit(marker)
    picture(marker, "coursework-marker")
