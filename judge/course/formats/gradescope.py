"""Gradescope's ``results.json``.

Source: "Autograder specifications" of Gradescope's documentation
(https://gradescope-autograders.readthedocs.io/en/latest/specs/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from judge.course.formats.foreign_json import Node, parsed
from judge.course.formats.results import TESTS_MAX, ForeignResults, ForeignTest, text_bytes
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, Visibility
from judge.model.coursework import AutograderReport, LeaderboardEntry, TestStatus
from judge.model.units import S_NS

LEADERBOARD_MAX = 32
EXTRA_DATA_BYTES_MAX = 64 << 10
_TAGS_MAX = 100

_STATUS = {"passed": TestStatus.PASSED, "failed": TestStatus.FAILED}
_ORDER = {"asc": True, "desc": False}
_TEXT_FORMATS = {name: name for name in ("text", "html", "simple_format", "md", "ansi")}


def visibilities(autograder: Autograder) -> Mapping[str, Visibility]:
    """Gradescope's words for who sees something."""
    return {
        "visible": Visibility.VISIBLE,
        "after_due_date": Visibility.AFTER_DUE,
        "after_published": autograder.published,
        "hidden": Visibility.HIDDEN,
    }


def read_results(data: bytes, autograder: Autograder) -> ForeignResults:
    """The results of one run. Raises ResultsFault naming the place."""
    root = parsed(data)
    words = visibilities(autograder)
    usual = root.field("visibility").word(words) or Visibility.VISIBLE
    _check_formats(root, ("output_format", "test_output_format", "test_name_format"))
    tests = root.field("tests").items(TESTS_MAX)
    points = root.field("score").number()
    if points is None and root.field("tests").absent:
        raise ResultsFault("neither a score nor tests")
    return ForeignResults(
        tests=tuple(_test(test, words, usual, len(tests)) for test in tests),
        points=points,
        message=root.field("output").text(text_bytes(1)),
        log_visibility=root.field("stdout_visibility").word(words) or Visibility.HIDDEN,
        extras=_extras(root),
    )


def _test(test: Node, words: Mapping[str, Visibility], usual: Visibility, count: int) -> ForeignTest:
    _check_formats(test, ("output_format", "name_format"))
    for tag in test.field("tags").items(_TAGS_MAX):
        tag.name()
    return ForeignTest(
        name=test.field("name").name(),
        number=test.field("number").name(),
        points=test.field("score").number(),
        points_max=test.field("max_score").number(),
        status=test.field("status").word(_STATUS),
        message=test.field("output").text(text_bytes(count)),
        visibility=test.field("visibility").word(words) or usual,
    )


def _check_formats(node: Node, names: tuple[str, ...]) -> None:
    """Texts stay as they are written: what they are to be shown as must be a known word all the same."""
    for name in names:
        node.field(name).word(_TEXT_FORMATS)


def _extras(root: Node) -> AutograderReport | None:
    seconds = root.field("execution_time").number() or 0.0
    found = AutograderReport(
        execution_time_ns=round(max(0.0, seconds) * S_NS),
        leaderboard=tuple(map(_leaderboard_entry, root.field("leaderboard").items(LEADERBOARD_MAX))),
        extra_data=_extra_data(root.field("extra_data")),
    )
    return None if found == AutograderReport() else found


def _leaderboard_entry(entry: Node) -> LeaderboardEntry:
    return LeaderboardEntry(
        name=entry.field("name").name(),
        value=entry.field("value").name(),
        ascending=bool(entry.field("order").word(_ORDER)),
    )


def _extra_data(node: Node) -> str:
    if node.absent:
        return ""
    try:
        text = json.dumps(node.value, separators=(",", ":"))  # ASCII, so that it is safe text as it is
    except RecursionError:
        raise ResultsFault(f"{node.where}: lists and objects lie too deep in each other") from None
    if len(text) > EXTRA_DATA_BYTES_MAX:
        raise ResultsFault(f"{node.where}: {len(text)} bytes; at most {EXTRA_DATA_BYTES_MAX} are kept")
    return text
