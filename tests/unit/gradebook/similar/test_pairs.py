"""Programs that are alike are found though their names differ; what everybody began with does not count."""

from __future__ import annotations

import pytest

from judge.gradebook.similar.pairs import Text, similar_pairs, texts_of
from judge.gradebook.similar.side_by_side import side_by_side
from judge.model.submission import SourceFile

STARTER = "import sys\n\ndef read_numbers():\n    return [int(word) for word in sys.stdin.read().split()]\n\n"
ONE = STARTER + (
    "def largest(numbers):\n    best = numbers[0]\n    for number in numbers:\n        if number > best:\n"
    "            best = number\n    return best\n\nprint(largest(read_numbers()) * 2 + 17)\n"
)
COPIED = ONE.replace("largest", "biggest").replace("best", "top").replace("number ", "n ") + "# my own work\n"
OTHER = STARTER + (
    "values = sorted(read_numbers(), reverse=True)\nwhile len(values) > 1:\n    values.pop()\n"
    "print(2 * values[-1] + 17, end='')\n"
)


def text(content: str, name: str = "a.py") -> tuple[Text, ...]:
    return (Text(name=name, text=content),)


def test_a_copy_with_other_names_is_found_and_other_work_is_not() -> None:
    students = [("amy", text(ONE)), ("ben", text(COPIED)), ("cleo", text(OTHER))]
    found = list(similar_pairs(students, text(STARTER), 0.5))
    assert [(pair.first, pair.second) for pair in found] == [("amy", "ben")]
    assert found[0].first_share > 0.8


def test_what_everybody_began_with_does_not_count() -> None:
    students = [("amy", text(STARTER)), ("ben", text(STARTER))]
    assert list(similar_pairs(students, (), 0.5)) != []
    assert list(similar_pairs(students, text(STARTER), 0.5)) == []


def test_a_piece_that_stands_twice_is_no_trouble() -> None:
    twice = ONE + ONE.removeprefix(STARTER)
    (pair,) = similar_pairs([("amy", text(twice)), ("ben", text(COPIED))], text(STARTER), 0.5)
    assert 0 < pair.first_share <= 1


@pytest.mark.parametrize("content", ["", "x", "\n\n", "é" * 50, "def def", "'" * 99])
def test_odd_texts_are_no_trouble(content: str) -> None:
    list(similar_pairs([("a", text(content)), ("b", text(content)), ("c", ())], text(content), 0.1))


def test_only_sources_are_compared() -> None:
    files = [SourceFile(name=name, content=b"x = 1\r\n") for name in ("a.py", "b.txt", "c.PY")]
    files.append(SourceFile(name="d.py", content=b"\0"))
    assert [one.name for one in texts_of(files, frozenset({"py"}))] == ["a.py", "c.PY"]
    assert texts_of(files, frozenset({"py"}))[0].text == "x = 1\n"


def test_the_page_shows_code_as_text_and_marks_what_is_alike() -> None:
    evil = "# </pre><script>alert(1)</script>\n"
    (pair,) = similar_pairs([("<b>amy", text(evil + ONE)), ("ben", text(COPIED))], (), 0.5)
    page = side_by_side(pair)
    assert "<script>" not in page and "<b>amy" not in page
    assert page.count("<mark>") >= 2 and "&lt;b&gt;amy" in page
