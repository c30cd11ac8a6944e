"""A report as the results.json of an Exercism test runner. Pure; the source: :mod:`judge.course.formats.exercism`."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from judge.gradebook.formats.told import OUTCOMES, Told, coursework_of, outcome_of, printed_text, summary, text_of, told
from judge.model.coursework import CourseworkReport
from judge.model.report import Report

VERSIONS = (1, 2, 3)
OUTPUT_CHARS_MAX = 500
_CUT = "\nOutput was truncated. Please limit to 500 chars"
#: What Exercism shows of a message.
_MESSAGE_CHARS_MAX = 65_535
_TASK = re.compile(r"(\d{1,9})[.)]\s")


def write_results(report: Report, version: int = 3) -> bytes:
    """The document of one of :data:`VERSIONS`, of what a student may see. Raises UsageError for a report on no
    assignment."""
    coursework = coursework_of(report)
    tests = told(coursework)
    status = outcome_of(coursework)
    document: dict[str, Any] = {"version": version, "status": status, "message": None}
    if status == "error" or (version == 1 and status == "fail"):
        document["message"] = _message(coursework, tests, report)
    if version > 1:
        document["tests"] = [_test(one, version) for one in tests]
    return msgspec.json.format(msgspec.json.encode(document))


def _message(coursework: CourseworkReport, tests: tuple[Told, ...], report: Report) -> str:
    log = report.compile.log if report.compile else ""
    failed = [f"{one.title}: {text_of(one)}" for one in tests if OUTCOMES[one.test.status] != "pass"]
    text = "\n".join(dict.fromkeys(text for text in (summary(coursework), log, *failed) if text))
    return text[:_MESSAGE_CHARS_MAX] or "no test was run"


def _test(one: Told, version: int) -> dict[str, Any]:
    status = OUTCOMES[one.test.status]
    output = printed_text(one.test.output)
    code = printed_text(one.test.input)
    task = _TASK.match(one.part.title) or _TASK.match(one.test.title)
    return {
        "name": one.test.title or one.test.name,
        "status": status,
        **({"test_code": code} if code else {}),
        **({} if status == "pass" else {"message": one.test.message or one.part.message or status}),
        **({"output": _cut(output)} if output else {}),
        **({"task_id": int(task[1])} if task and version == 3 else {}),
    }


def _cut(output: str) -> str:
    return output if len(output) <= OUTPUT_CHARS_MAX else output[: OUTPUT_CHARS_MAX - len(_CUT)] + _CUT
