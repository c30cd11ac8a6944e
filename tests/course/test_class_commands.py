"""A class of sixty from its folder to its gradebook: no mess is fatal, nothing is judged twice."""

from __future__ import annotations

import csv
import html.parser
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from class_of_sixty import HOSTILE, RIGHT, Expected, write_assignment, write_class

from judge.gradebook.judging.journal import FILE, Judged
from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.writing import read_book
from judge.text import shown

PATIENCE_S = 120.0


class Class:
    """The class, and the command that grades it into a folder."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root, self.out = root, root / "grades"
        self.expected: dict[str, Expected] = write_class(root)
        self.assignment = write_assignment(root / "assignment")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self._environment = kept | {"JUDGE_STATE_DIR": str(state), "COLUMNS": "160"}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """``judge course`` with these words."""
        command = [sys.executable, "-m", "judge", "course", *words]
        return subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.root
        )

    def grade(self, *more: str) -> subprocess.Popen[str]:
        """``judge course grade`` for this class."""
        words = ("grade", str(self.assignment), "handed-in", "--out", "grades", "--roster", "roster.csv")
        return self.start(*words, *more)

    def journal(self) -> dict[str, bytes]:
        """The whole lines of what was judged, by key."""
        path = self.out / FILE
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]
        return {msgspec.json.decode(line, type=Judged).key: line for line in whole}

    def book(self) -> Gradebook:
        return read_book(self.out)

    def entries(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.book().entries}


def ended(process: subprocess.Popen[str]) -> str:
    """What a command printed that ended well."""
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, course: object) -> Class:
    """The class, graded by a command that was killed in the middle and by one that went on. ``course``: there is a
    sandbox here, else it skips."""
    root = tmp_path_factory.mktemp("class")
    state = tmp_path_factory.mktemp("class-state")
    state.chmod(0o755)
    made = Class(root, state)
    process = made.grade("--jobs", "1")
    deadline = time.monotonic() + PATIENCE_S
    while len(made.journal()) < 5 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return made


@pytest.fixture(scope="module")
def went_on(graded: Class) -> tuple[Class, dict[str, bytes], str]:
    """The class after the second command, what the first one had judged, and what the second one printed."""
    before = graded.journal()
    with (graded.out / FILE).open("ab") as file:
        file.write(b'{"key": "torn in the mid')
    output = ended(graded.grade("--csv", "moodle", "--csv", "canvas", "--similar"))
    return graded, before, output


def test_what_was_judged_before_the_kill_is_not_judged_again(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, before, _ = went_on
    assert len(before) >= 5
    after = graded.journal()
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)


def test_everybody_has_what_was_expected(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, _, _ = went_on
    entries = graded.entries()
    for key, expected in graded.expected.items():
        entry = entries[key]
        kinds = {remark.kind.value for remark in entry.remarks}
        assert entry.points == expected.points, (key, entry.remarks)
        assert expected.remarks <= kinds, (key, kinds)
        assert expected.remarks or not kinds, (key, entry.remarks)
    others = set(entries) - set(graded.expected)
    assert len(entries) == 60 and len(others) == len(HOSTILE)
    for key in others:
        assert entries[key].points == 10
        assert "unknown" in {remark.kind.value for remark in entries[key].remarks}
        assert key.isprintable()
    assert set(graded.book().others) == {"everything", "grades.csv"}


class Tags(html.parser.HTMLParser):
    """The tags of a page, and its attributes that can run something or lead elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += attrs


def test_no_page_does_what_a_name_says(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, _, _ = went_on
    pages = sorted(graded.out.rglob("*.html"))
    assert len(pages) > 45
    for path in pages:
        page = Tags(path.read_text())
        assert page.tags.get("script", 0) == (1 if path.name == "index.html" else 0), path
        assert not {"img", "iframe", "object", "embed", "form", "link"} & set(page.tags), path
        for name, value in page.attributes:
            assert not name.startswith("on") and name != "src", (path, name)
            assert name != "href" or (value or "").startswith(("students/", "similar/")), (path, value)


def test_every_page_that_is_linked_is_there(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    from urllib.parse import unquote

    graded, _, _ = went_on
    index = Tags((graded.out / "index.html").read_text())
    links = [unquote(value or "") for name, value in index.attributes if name == "href"]
    assert len(links) > 45
    assert all((graded.out / link).is_file() for link in links)


def test_no_table_has_a_formula(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, _, _ = went_on
    for name in ("gradebook.csv", "moodle.csv", "canvas.csv"):
        rows = list(csv.reader((graded.out / name).read_text(encoding="utf-8-sig").splitlines()))
        assert len(rows) > 50
        for field in (field for row in rows for field in row if field != "-"):
            assert not field.startswith(("=", "+", "@", "\t", "-")), (name, field)
    header, *rows = csv.reader((graded.out / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines())
    assert len(rows) == 60 and {len(row) for row in rows} == {len(header)}


def test_the_terminal_obeys_no_name(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    _, _, output = went_on
    assert "\x1b[31m" not in output and "\u202e" not in output
    assert "60 students (layout: folder)" in output
    assert shown("\u202eevil")[:6] in output


def test_programs_that_are_alike_are_listed_with_a_page(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, _, _ = went_on
    similar = graded.book().similar
    assert similar == () or all((graded.out / pair.page).is_file() for pair in similar)


def test_a_students_page_tells_nothing_of_hidden_tests(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, _, _ = went_on
    for path in (graded.out / "students").glob("*.html"):
        assert "secret-two" not in path.read_text()
    page = (graded.out / "students" / "plain01.html").read_text()
    assert "5 of 10" in page and "one" in page


def test_unchanged_students_are_not_judged_again_and_changed_ones_are(
    went_on: tuple[Class, dict[str, bytes], str],
) -> None:
    graded, _, _ = went_on
    before = graded.journal()
    (graded.root / "handed-in" / "plain01" / "sum.py").write_bytes(b"# at last\n" + RIGHT)
    ended(graded.grade())
    after = graded.journal()
    assert len(set(after) - set(before)) == 1
    assert {key: line for key, line in after.items() if key in before} == {
        key: line for key, line in before.items() if key in after
    }
    assert graded.entries()["plain01"].points == 10


def test_marks_by_hand_are_merged_and_kept(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    graded, _, _ = went_on
    (graded.root / "marks.csv").write_text("student,part,points,comment\nplain00,words,4.5,=well said\n")
    ended(graded.start("marks", "grades", "marks.csv"))
    assert graded.entries()["plain00"].points == 14.5
    (graded.root / "marks.yaml").write_text(
        "plain00: {words: 3}\nStudent plain04: {words: {points: 5, comment: good}}\n"
    )
    ended(graded.start("marks", "grades", "marks.yaml"))
    ended(graded.grade())
    entries = graded.entries()
    assert (entries["plain00"].points, entries["plain04"].points) == (13, 15)
    assert entries["plain00"].marked == ("words",)
    shown_ = json.loads(ended(graded.start("show", "grades", "plain04@uni.example", "--json")))
    assert shown_["points"] == 10 and len(shown_["parts"][0]["tests"]) == 1
    marker = json.loads(ended(graded.start("show", "grades", "plain04", "--role", "marker", "--json")))
    assert marker["points"] == 15 and len(marker["parts"][0]["tests"]) == 2


def test_a_second_command_does_not_grade_into_the_same_folder(went_on: tuple[Class, dict[str, bytes], str]) -> None:
    from judge.gradebook.judging.journal import Journal

    graded, _, _ = went_on
    with Journal(graded.out):
        process = graded.grade()
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "another command grades into it now" in output
