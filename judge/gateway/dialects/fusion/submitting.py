"""Completions of models, judged by the tests of a row that comes along."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any

import msgspec

from judge.gateway.dialects.common.aside import aside
from judge.gateway.dialects.fusion.datasets.appended import Trial, answer_of, trial_of
from judge.gateway.dialects.fusion.datasets.custom import blocks_in, search_of
from judge.gateway.dialects.fusion.datasets.extraction import CodeBlock, code_in
from judge.gateway.dialects.fusion.datasets.rows import STDIO, BadRow, json_field, kind_of, row_in
from judge.gateway.dialects.fusion.datasets.stdio import Case, cases_in, outcome, output_chars, run_of, shortened
from judge.gateway.dialects.fusion.requests import Asked as Submitted
from judge.gateway.dialects.fusion.requests import RunCode, submit_in
from judge.gateway.dialects.fusion.running import Late, answer_to
from judge.gateway.endpoint import Asked

#: Letters of a completion: no model writes more, and code is looked for in all of it.
COMPLETION_CHARS_MAX = 1 << 20

#: What of ``config.extra`` means something once the program was run.
_RUN_ALL = "run_all_cases"
_LATE_FLAGS = (_RUN_ALL, "return_full_case")

#: Tests of one completion that are run at once.
_AT_ONCE = 4

#: What all tests of one answer tell of their outputs; of a test that has more, both ends.
_TOLD_CHARS_MAX = 64 << 20


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A completion and what judges it: a ``trial``, or ``cases`` for its output. ``submitted`` is without the row."""

    submitted: Submitted
    trial: Trial | None = None
    cases: tuple[Case, ...] = ()


def submission_in(body: Any) -> Submission:
    """What the body of /submit asks for. Takes a while where that is large. Raises InvalidBody, BadRow."""
    submitted = submit_in(body)
    kind, row = kind_of(submitted), row_in(submitted)
    if len(submitted.completion) > COMPLETION_CHARS_MAX:
        raise BadRow(f"completion: {len(submitted.completion)} letters; at most {COMPLETION_CHARS_MAX} are taken")
    if kind == STDIO:
        if not submitted.config.language:
            raise BadRow("config.language field must exist for CommonOJDataset, got None")
        return Submission(submitted=_without_row(submitted), cases=cases_in(json_field(row, "test")))
    trial = trial_of(submitted, row, secrets.token_hex(10))
    return Submission(submitted=_without_row(submitted), trial=trial)


def _without_row(submitted: Submitted) -> Submitted:
    """With that alone which is asked for once the program was run: this waits, and a row may be large."""
    extra = {name: bool(submitted.config.extra.get(name, False)) for name in _LATE_FLAGS}
    config = msgspec.structs.replace(submitted.config, provided_data=None, extra=extra)
    return msgspec.structs.replace(submitted, config=config)


async def judged(asked: Asked, submission: Submission) -> Any:
    """The answer of /submit. Raises BadRow, Late (also for a fault of ours: no answer would be true), and as
    :func:`~judge.gateway.dialects.fusion.running.answer_to`."""
    submitted, trial = submission.submitted, submission.trial
    if trial is None:
        return await _judged_by_output(asked, submitted, submission.cases)
    answer = await _run(asked, trial.run)
    return await aside(sum(map(len, answer["files"].values())), answer_of, submitted, trial, answer)


async def _judged_by_output(asked: Asked, submitted: Submitted, cases: tuple[Case, ...]) -> Any:
    config = submitted.config
    more: tuple[CodeBlock, ...] = ()
    if config.custom_extract_logic is not None:
        search = search_of(submitted.completion, config.custom_extract_logic)
        more = blocks_in(await _run(asked, search))
    size_chars = len(submitted.completion)
    code = await aside(size_chars, code_in, submitted.completion, config.language or "", more)
    run_all, tests = config.extra[_RUN_ALL], []
    room_chars = _TOLD_CHARS_MAX
    async for test in _outcomes(asked, submitted, code, cases):
        fits = output_chars(test) <= room_chars
        tests.append(test if fits else shortened(test))
        room_chars -= output_chars(tests[-1])
        if not test["passed"] and not run_all:
            break
    return {
        "id": submitted.id,
        "accepted": all(test["passed"] for test in tests),
        "extracted_code": code,
        "full_code": None,
        "test_code": None,
        "tests": tests,
        "extracted_type": None,
        "extra": None,
    }


async def _outcomes(asked: Asked, submitted: Submitted, code: str, cases: tuple[Case, ...]) -> AsyncIterator[Any]:
    """What became of the tests, in their order. The first is run alone: then the program is compiled for all."""
    config = submitted.config
    waiting: list[asyncio.Task[Any]] = []
    left = iter(cases)

    def begin(count: int) -> None:
        for case in islice(left, count):
            waiting.append(asyncio.create_task(_outcome(asked, run_of(code, case, config), case, submitted)))

    try:
        begin(1)
        while waiting:
            test = await waiting[0]
            waiting.pop(0)
            yield test
            begin(_AT_ONCE - len(waiting))
    finally:
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)


async def _outcome(asked: Asked, request: RunCode, case: Case, submitted: Submitted) -> Any:
    answer = await _run(asked, request)
    return await aside(len(case.output["stdout"]), outcome, case, answer, submitted.config)


async def _run(asked: Asked, request: RunCode) -> Any:
    """An answer about the program. Raises Late when there is none: who asks again may get one."""
    answer = await answer_to(asked, request)
    if answer["status"] == "SandboxError":
        raise Late(f"failed to request sandbox: {answer['message']}")
    return answer
