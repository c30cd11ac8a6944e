"""A report as PrairieLearn's results.json. Pure; the format's source: :mod:`judge.course.formats.prairielearn`."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from judge.gradebook.formats.told import Told, coursework_of, summary, text_of, told
from judge.model.coursework import CourseworkReport, Picture, TestStatus
from judge.model.report import Report
from judge.model.verdict import Verdict

#: What PrairieLearn takes is 1 MB; texts are cut so that there is room.
RESULTS_BYTES_MAX = 1 << 20
_TEXT_CHARS_MAX = 4096


def write_results(report: Report) -> bytes:
    """The document, of what a student may see: PrairieLearn shows all of it, so that the report is to be a student's.

    What does not compile, and what lacks a file, is not gradable, and costs no attempt. Raises UsageError for a report
    on no assignment.
    """
    coursework = coursework_of(report)
    tests = told(coursework)
    if report.verdict is Verdict.CE or (coursework.message and not coursework.closed):
        return _document({"gradable": False, "format_errors": _format_errors(coursework, report)})
    document: dict[str, Any] = {
        "gradable": True,
        "score": coursework.points / coursework.points_max if coursework.points_max else 0.0,
        "message": summary(coursework),
        "tests": [_test(one, _TEXT_CHARS_MAX) for one in tests],
    }
    pictures = [picture for part in coursework.parts if part.autograder for picture in part.autograder.pictures]
    if pictures:
        document["images"] = [_image(picture) for picture in pictures]
    data = _document(document)
    if len(data) <= RESULTS_BYTES_MAX:
        return data
    document.pop("images", None)
    return _document(document | {"tests": [_test(one, RESULTS_BYTES_MAX // 16 // len(tests)) for one in tests]})


def _document(document: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document))


def _format_errors(coursework: CourseworkReport, report: Report) -> list[str]:
    texts = [coursework.message, report.compile.log if report.compile else ""]
    for part in coursework.parts:
        texts += [part.message, part.log] if part.status is TestStatus.ERROR else []
    errors = list(dict.fromkeys(text[:_TEXT_CHARS_MAX] for text in texts if text))
    return errors or ["it does not compile"]


def _test(one: Told, chars_max: int) -> dict[str, Any]:
    return {
        "name": one.title,
        "points": one.test.points,
        "max_points": one.test.points_max,
        "message": one.test.status.value.replace("_", " "),
        "output": text_of(one)[:chars_max],
    }


def _image(picture: Picture) -> dict[str, str]:
    url = f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"
    return {"label": picture.label or "Figure", "url": url}
