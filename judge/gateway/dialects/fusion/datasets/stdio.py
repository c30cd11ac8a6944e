"""CommonOJ: a program reads a test's input and must print its output. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from judge.gateway.dialects.fusion.datasets.rows import BadRow
from judge.gateway.dialects.fusion.requests import Config, RunCode
from judge.model.work import TESTS_MAX

#: Numbers may differ by this, relatively to the expected one.
_TOLERANCE = 1e-5
_SMALLEST = 1e-10

#: Seconds where a request says nothing.
_TIMEOUT_S = 10.0
_INTERPRETED_TIMEOUT_S = 20.0
_COMPILED = ("cpp", "go", "java")

#: A test's texts are told up to here, unless the request wants them whole.
_TOLD_CHARS_MAX = 1000
_GAP = "..."

#: Where an answer about a program has texts, and which.
_RESULTS = ("compile_result", "run_result")
_STREAMS = ("stdout", "stderr")


@dataclass(frozen=True)
class Case:
    """One test: texts by the names of streams. Only ``stdin`` and ``stdout`` mean anything."""

    input: Mapping[str, str]
    output: Mapping[str, str]


def cases_in(tests: Any) -> tuple[Case, ...]:
    """Raises BadRow."""
    if not isinstance(tests, list):
        raise BadRow("test: a list of tests is needed")
    if len(tests) > TESTS_MAX:
        raise BadRow(f"test: {len(tests)} tests; at most {TESTS_MAX} are taken")
    return tuple(_case(test, index) for index, test in enumerate(tests))


def _case(test: Any, index: int) -> Case:
    parts = []
    for part, stream in (("input", "stdin"), ("output", "stdout")):
        texts = test.get(part) if isinstance(test, dict) else None
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise BadRow(f"test[{index}].{part}: an object of strings is needed")
        if stream not in texts:
            raise BadRow(f"test[{index}].{part}.{stream} is missing")
        parts.append(texts)
    return Case(*parts)


def run_of(code: str, case: Case, config: Config) -> RunCode:
    """The request to run the program on this test."""
    language = config.language or ""
    compiled = language in _COMPILED
    return RunCode(
        code=code,
        language=language,
        stdin=case.input["stdin"],
        compile_timeout=(config.compile_timeout if compiled else None) or _TIMEOUT_S,
        run_timeout=config.run_timeout or (_TIMEOUT_S if compiled else _INTERPRETED_TIMEOUT_S),
    )


def outcome(case: Case, answer: Any, config: Config) -> Any:
    """The test as /submit tells it. ``answer``: that of /run_code."""
    passed = answer["status"] == "Success" and is_right(answer["run_result"]["stdout"], case.output["stdout"])
    whole = not passed or bool(config.extra.get("return_full_case", False))
    told = {
        part: {name: text if whole else _shortened(text) for name, text in texts.items()}
        for part, texts in (("input", case.input), ("output", case.output))
    }
    return {"passed": passed, "exec_info": answer, "test_info": told}


def is_right(printed: str, expected: str) -> bool:
    """Line by line, in any case, without blanks at the edges; numbers that are no equal texts may differ a little."""
    lines, wanted = printed.strip().split("\n"), expected.strip().split("\n")
    return len(lines) == len(wanted) and all(map(_same, lines, wanted))


def _same(line: str, wanted: str) -> bool:
    line, wanted = line.lower().strip(), wanted.lower().strip()
    if line == wanted:
        return True
    try:
        number, right = float(line), float(wanted)
    except ValueError:
        return False
    return abs(number - right) / max(abs(right), _SMALLEST) < _TOLERANCE


def _shortened(text: str) -> str:
    """Both ends."""
    if len(text) <= _TOLD_CHARS_MAX:
        return text
    keep = (_TOLD_CHARS_MAX - len(_GAP)) // 2
    return text[:keep] + _GAP + text[-keep:]


def output_chars(test: Any) -> int:
    """Of the outputs in a test, as :func:`outcome` gives it."""
    return sum(len(part[name]) for part in _parts(test) for name in _STREAMS)


def shortened(test: Any) -> Any:
    """The same with both ends of its outputs alone."""
    info = {**test["exec_info"]}
    for name in _RESULTS:
        if info[name]:
            info[name] = {**info[name], **{stream: _shortened(info[name][stream]) for stream in _STREAMS}}
    return {**test, "exec_info": info}


def _parts(test: Any) -> Iterator[Any]:
    return (part for name in _RESULTS if (part := test["exec_info"][name]))
