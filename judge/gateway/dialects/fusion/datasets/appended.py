"""AutoEval: a test is put behind the code that a model wrote, and both are run. Pure."""

from __future__ import annotations

import base64
import re
from typing import Any

import msgspec

from judge.gateway.dialects.fusion.datasets.extraction import code_in, without_entry_point
from judge.gateway.dialects.fusion.datasets.java_types import java_blocks, java_files
from judge.gateway.dialects.fusion.datasets.rows import BadRow, in_json, mapping_field, text_field
from judge.gateway.dialects.fusion.left import NotLeft, left_json
from judge.gateway.dialects.fusion.requests import LANGUAGES, Asked, RunCode

_INSERT = "#<INSERT>"
_MAIN = "if __name__ =="

#: Seconds where a request says nothing.
_COMPILE_TIMEOUT_S = 40.0
_RUN_TIMEOUT_S = 20.0

JEST_REPORT = "jest-report.json"

_PACKAGE = re.compile(r"package\s+(\w+)")
_IMPORT = re.compile(r'import\s+("\w+")')
_IMPORTS = re.compile(r"import\s+\(")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What is run, and what the answer says about it. ``flag``: what must be printed at the end; empty = nothing."""

    run: RunCode
    code: str
    full_code: str
    flag: str = ""


class _JestTest(msgspec.Struct, rename="camel"):
    """One test of a report of Jest's."""

    status: str
    full_name: str
    title: str
    ancestor_titles: list[str]
    failure_messages: list[str]


class _JestSuite(msgspec.Struct, rename="camel"):
    """The tests of one file."""

    test_file_path: str
    test_results: list[_JestTest]


class _JestReport(msgspec.Struct, rename="camel"):
    """What Jest leaves, as far as it is told."""

    test_results: list[_JestSuite]


def trial_of(asked: Asked, row: dict[str, Any], flag: str) -> Trial:
    """Raises BadRow. ``flag``: a word that nobody can guess, in case the request wants one."""
    labels, test = mapping_field(row, "labels"), mapping_field(row, "test")
    language = text_field(labels, "programming_language")
    if language == "java":
        return _java_trial(asked, test)
    runs_as = labels.get("execution_language", language)
    if runs_as not in LANGUAGES:
        raise BadRow(f"provided_data: the language {str(runs_as)[:80]!r} is none")
    code = without_entry_point(code_in(asked.completion, language), language)
    asset, test_code = _asset(test), text_field(test, "code")
    if language == "html" and _INSERT not in test_code:
        asset["index.html"] = base64.b64encode(code.encode()).decode()
        full_code = test_code
    else:
        full_code = _with_test(code, test_code, in_quotes=bool(asked.config.extra.get("repr_code", False)))
    if runs_as in ("go", "go_test"):
        full_code = _one_go_file(full_code)
    flag = flag if asked.config.extra.get("append_flag") and runs_as == "python" else ""
    if flag:
        full_code += f'\n\nprint("{flag}")'
    run = _run(asked, full_code, runs_as, asset)
    return Trial(run=run, code=code, full_code=full_code, flag=flag)


def answer_of(asked: Asked, trial: Trial, answer: Any) -> Any:
    """What /submit answers. ``answer``: that of /run_code."""
    accepted = answer["status"] == "Success"
    if trial.flag and trial.flag not in ((answer["run_result"] or {}).get("stdout") or ""):
        accepted = False
    extra = {}
    if trial.run.language == "jest" and JEST_REPORT in answer["files"]:
        extra["jest_cases"] = jest_cases(base64.b64decode(answer["files"][JEST_REPORT]))
    return {
        "id": asked.id,
        "accepted": accepted,
        "extracted_code": trial.code,
        "full_code": trial.full_code,
        "test_code": None,
        "tests": [{"passed": accepted, "exec_info": answer, "test_info": None}],
        "extracted_type": None,
        "extra": extra,
    }


def jest_cases(report: bytes) -> list[dict[str, Any]]:
    """The tests of a report that Jest left; none where it is no such report, which the program can make of it."""
    try:
        suites = left_json(report, _JestReport).test_results
    except NotLeft:
        return []
    return [
        {
            "passed": test.status == "passed",
            "full_name": test.full_name,
            "file": suite.test_file_path,
            "suite": " > ".join(test.ancestor_titles),
            "test": test.title,
            "failure_messages": test.failure_messages,
        }
        for suite in suites
        for test in suite.test_results
    ]


def _java_trial(asked: Asked, test: dict[str, Any]) -> Trial:
    blocks = java_blocks(asked.completion)
    files = java_files(blocks, text_field(test, "code"))
    full_code = "".join(f"// {name}\n\n{text}\n\n" for name, text in files.items())
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in files.items()}
    run = _run(asked, "", "junit", _asset(test) | encoded)
    return Trial(run=run, code="\n\n".join(blocks), full_code=full_code)


def _run(asked: Asked, code: str, language: str, files: dict[str, Any]) -> RunCode:
    return RunCode(
        code=code,
        language=language,
        compile_timeout=asked.config.compile_timeout or _COMPILE_TIMEOUT_S,
        run_timeout=asked.config.run_timeout or _RUN_TIMEOUT_S,
        files=files,
        fetch_files=[JEST_REPORT] if language == "jest" else [],
    )


def _asset(test: dict[str, Any]) -> dict[str, Any]:
    given = test.get("asset")
    if isinstance(given, str):
        given = in_json(given, "asset")
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(value is None or isinstance(value, str) for value in given.values()):
        raise BadRow("provided_data: the field 'asset' must be an object of strings")
    return {name: value for name, value in given.items() if value is not None}


def _with_test(code: str, test: str, *, in_quotes: bool) -> str:
    before, mark, after = test.partition(_INSERT)
    if mark:
        return before + (repr(code) if in_quotes else code) + after.partition(_INSERT)[0]
    code = code.partition(_MAIN)[0]
    return f"{repr(code) if in_quotes else code}\n{test}"


def _one_go_file(code: str) -> str:
    """One Go file out of two that stand one behind the other: packages and imports are said once, at its beginning."""
    packages = dict.fromkeys(_PACKAGE.findall(code))
    code = _PACKAGE.sub("", code)
    imports = dict.fromkeys(_IMPORT.findall(code))
    code = _IMPORT.sub("", code)
    rest, at = [], 0
    while found := _IMPORTS.search(code, at):
        end = code.find(")", found.end())
        if end < 0:
            break
        imports |= dict.fromkeys(line.strip() for line in code[found.end() : end].split("\n"))
        rest.append(code[at : found.start()])
        at = end + 1
    said = "\n".join(f"package {name}" for name in packages)
    wanted = "\n".join(f"import {name}" for name in imports if name)
    return f"{said}\n\n{wanted}\n\n{''.join(rest)}{code[at:]}"
