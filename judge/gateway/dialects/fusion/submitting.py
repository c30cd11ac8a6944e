"""Completions of models, judged by the tests of a row that comes along."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any

from judge.gateway.dialects.common.aside import aside
from judge.gateway.dialects.fusion.datasets.appended import answer_of, trial_of
from judge.gateway.dialects.fusion.datasets.custom import blocks_in, search_of
from judge.gateway.dialects.fusion.datasets.extraction import CodeBlock, code_in
from judge.gateway.dialects.fusion.datasets.rows import STDIO, BadRow, json_field, kind_of, row_in
from judge.gateway.dialects.fusion.datasets.stdio import Case, cases_in, outcome, output_chars, run_of, shortened
from judge.gateway.dialects.fusion.requests import Asked as Submitted
from judge.gateway.dialects.fusion.requests import RunCode
from judge.gateway.dialects.fusion.running import Late, answer_to
from judge.gateway.endpoint import Asked

#: Tests of one completion that are run at once.
_AT_ONCE = 4

#: What all tests of one answer tell of their outputs; of a test that has more, both ends.
_TOLD_CHARS_MAX = 64 << 20


async def judged(asked: Asked, submitted: Submitted) -> Any:
    """The answer of /submit. Raises BadRow, Late (also for a fault of ours: no answer would be true), and as
    :func:`~judge.gateway.dialects.fusion.running.answer_to`."""
    kind, row = kind_of(submitted), row_in(submitted)
    if kind == STDIO:
        return await _judged_by_output(asked, submitted, row)
    trial = trial_of(submitted, row, secrets.token_hex(10))
    return answer_of(submitted, trial, await _run(asked, trial.run))


async def _judged_by_output(asked: Asked, submitted: Submitted, row: dict[str, Any]) -> Any:
    config = submitted.config
    if not config.language:
        raise BadRow("config.language field must exist for CommonOJDataset, got None")
    cases = cases_in(json_field(row, "test"))
    more: tuple[CodeBlock, ...] = ()
    if config.custom_extract_logic is not None:
        search = search_of(submitted.completion, config.custom_extract_logic)
        more = blocks_in(await _run(asked, search))
    code = code_in(submitted.completion, config.language, more)
    run_all, tests = bool(config.extra.get("run_all_cases", False)), []
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
