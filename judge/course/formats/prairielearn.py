"""PrairieLearn's ``/grade/results/results.json`` of external grading.

Source: "External grading" of PrairieLearn's documentation (https://docs.prairielearn.com/externalGrading/).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from judge.course.formats.foreign_json import Node, parsed
from judge.course.formats.results import TESTS_MAX, ForeignResults, ForeignTest, text_bytes
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, Visibility
from judge.model.coursework import AutograderReport, Picture
from judge.text import printable

#: What PrairieLearn takes.
RESULTS_BYTES_MAX = 1 << 20
FORMAT_ERRORS_MAX = 100
PICTURES_MAX = 16

#: Kinds of pictures that can do nothing but be looked at. What follows is not looked into.
_PICTURE = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,", re.IGNORECASE)


def read_results(data: bytes, autograder: Autograder) -> ForeignResults:
    """The results of one run. Raises ResultsFault naming the place."""
    root = parsed(data, RESULTS_BYTES_MAX)
    tests = root.field("tests").items(TESTS_MAX)
    gradable = root.field("gradable").flag(True)
    share = root.field("score").number()
    if gradable and share is None:
        raise ResultsFault("no score")
    pictures = tuple(_pictures(root, tests))
    read = tuple(_test(test, len(tests)) for test in tests)
    return ForeignResults(
        tests=read if gradable else (),
        share=min(max(0.0, share or 0.0), 1.0),
        by_share=True,
        failed=not gradable,
        message=_message(root, gradable),
        log=root.field("output").text(text_bytes(1)),
        log_visibility=Visibility.VISIBLE,
        extras=AutograderReport(pictures=pictures) if pictures else None,
    )


def _message(root: Node, gradable: bool) -> str:
    message = root.field("message").text(text_bytes(1))
    errors = _format_errors(root.field("format_errors"))
    if gradable:
        return message
    return "\n".join(["it is not in a form that can be graded", *errors, *([message] if message else [])])


def _format_errors(node: Node) -> list[str]:
    if isinstance(node.value, str):
        return [node.text(text_bytes(1))]
    errors = node.items(FORMAT_ERRORS_MAX)
    return [error.text(text_bytes(len(errors))) for error in errors]


def _test(test: Node, count: int) -> ForeignTest:
    bytes_max = text_bytes(3 * count)
    told = [test.field(name).text(bytes_max) for name in ("description", "message", "output")]
    return ForeignTest(
        name=test.field("name").name(),
        points=test.field("points").number(),
        points_max=test.field("max_points").number(),
        message="\n".join(text for text in told if text),
    )


def _pictures(root: Node, tests: tuple[Node, ...]) -> Iterator[Picture]:
    """Those of the whole and of each test, together."""
    found = list(root.field("images").items(PICTURES_MAX))
    for test in tests:
        found += test.field("images").items(PICTURES_MAX)
    if len(found) > PICTURES_MAX:
        raise ResultsFault(f"{len(found)} images; at most {PICTURES_MAX} are taken")
    for node in found:
        yield _picture(node)


def _picture(node: Node) -> Picture:
    url = node if isinstance(node.value, str) else node.field("url")
    label = "" if isinstance(node.value, str) else node.field("label").name()
    head = _PICTURE.match(url.value) if isinstance(url.value, str) else None
    if head is None or not isinstance(url.value, str):
        raise ResultsFault(f"{url.where}: {printable(str(url.value), 40)!r} is no data: address of a picture")
    try:
        data = base64.b64decode(url.value[head.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ResultsFault(f"{url.where}: no base64: {error}") from error
    return Picture(media_type=head[1].lower(), data=data, label=label)
