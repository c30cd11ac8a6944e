"""Code with a test behind it; Java in files; reports of Jest; prompts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from judge.gateway.dialects.fusion.datasets.appended import answer_of, jest_cases, trial_of
from judge.gateway.dialects.fusion.datasets.java_types import java_blocks, java_files
from judge.gateway.dialects.fusion.datasets.prompts import PROMPTS_CHARS_MAX, prompt_of, prompts_of
from judge.gateway.dialects.fusion.datasets.rows import APPENDED, STDIO, BadRow
from judge.gateway.dialects.fusion.requests import Asked, Config
from judge.gateway.dialects.fusion.results import sandbox_error
from judge.gateway.json_amount import VALUES_MAX


def _asked(completion: str, **extra: Any) -> Asked:
    return Asked(dataset="x", id=1, completion=completion, config=Config(extra=extra))


def _full(language: str, completion: str, test: str, runs_as: str = "", **extra: Any) -> str:
    labels = {"programming_language": language} | ({"execution_language": runs_as} if runs_as else {})
    return trial_of(_asked(completion, **extra), {"labels": labels, "test": {"code": test}}, "FLAG").full_code


def test_a_test_stands_behind_the_code_or_at_its_place() -> None:
    assert _full("python", "```python\nx = 1\n```", "assert x") == "x = 1\nassert x"
    assert _full("python", "```python\nx = 1\nif __name__ == 'x': y\n```", "assert x") == "x = 1\n\nassert x"
    assert _full("python", "```python\nx = 1\n```", "a\n#<INSERT>\nb") == "a\nx = 1\nb"
    assert _full("sql", "```sql\n'x'\n```", "y = #<INSERT>", "python", repr_code=True) == "y = \"'x'\""
    assert _full("python", "```python\nx\n```", "y", append_flag=True) == 'x\ny\n\nprint("FLAG")'


def test_a_page_is_a_file_beside_the_test() -> None:
    row = {"labels": {"programming_language": "html", "execution_language": "jest"}, "test": {"code": "test()"}}
    trial = trial_of(_asked("```html\n<p>\n```"), row, "")
    assert (trial.full_code, trial.run.files, trial.run.fetch_files) == (
        "test()",
        {"index.html": "PHA+"},
        ["jest-report.json"],
    )


def test_two_go_files_become_one() -> None:
    code = '```go\npackage main\n\nimport "fmt"\n\nfunc f() { fmt.Println() }\n```'
    test = 'package main\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\nfunc TestF(t *testing.T) { f() }'
    full = _full("go", code, test, "go_test")
    assert full.startswith('package main\n\nimport "fmt"\nimport "testing"\n\n')
    assert full.count("package") == 1
    assert full.count('"fmt"') == 1
    assert "func f() { fmt.Println() }" in full
    assert "func TestF" in full


@pytest.mark.parametrize("piece", ["import (", "package ", 'import "a', "package a\n", "import (\n)"])
def test_hostile_go_code_is_looked_through_in_linear_time(piece: str) -> None:
    began_s = time.process_time()
    _full("go", f"```go\n{piece * (500_000 // len(piece))}\n```", "package main")
    assert time.process_time() - began_s < 20  # what is quadratic takes hours


def test_what_is_said_of_a_trial() -> None:
    asked = _asked("```python\nx\n```", append_flag=True)
    trial = trial_of(asked, {"labels": {"programming_language": "python"}, "test": {"code": ""}}, "FLAG")
    good = sandbox_error("") | {"status": "Success", "run_result": {"stdout": "FLAG\n"}}
    assert answer_of(asked, trial, good)["accepted"] is True
    assert answer_of(asked, trial, good | {"run_result": {"stdout": "\n"}})["accepted"] is False
    assert answer_of(asked, trial, good | {"run_result": None})["accepted"] is False


@pytest.mark.parametrize(
    "report",
    [
        b"", b"{}", b"[]", b'{"testResults": 1}', b'{"testResults": [{"testResults": [{}]}]}', b"[" * 5000,
        b'{"testResults": "\xff"}', b'{"testResults": [' + b"{}," * VALUES_MAX + b"{}]}",
    ],
    ids=range(8),
)  # fmt: skip
def test_a_report_that_the_program_made_up_has_no_tests(report: bytes) -> None:
    assert jest_cases(report) == []


_JAVA = """
import java.util.*;

/** { not a brace } */
@Deprecated
public class First<T extends List<String>> {
    String text = "} \\" {"; char c = '}'; // }
    class Inner { }
}

interface Second { int x(); }
enum Third { A, B }
"""


def test_each_java_type_gets_a_file() -> None:
    files = java_files([_JAVA], "class FirstTest { }")
    assert list(files) == ["First.java", "Second.java", "Third.java", "FirstTest.java"]
    assert "import java.util.*;" in files["Second.java"]
    assert "@Deprecated" in files["First.java"]
    assert "class Inner" in files["First.java"]
    assert files["FirstTest.java"] == "class FirstTest { }"


@pytest.mark.parametrize(
    ("completion", "blocks"),
    [
        ("[Java]class A {}[/Java]", ["class A {}"]),
        ("```java\nclass A {}\n```\n```\nclass B {}\n```", ["class A {}", "class B {}"]),
        ("class A {}", ["class A {}"]),
        ("nothing", ["NaN"]),
    ],
)
def test_blocks_of_java(completion: str, blocks: list[str]) -> None:
    assert java_blocks(completion) == blocks


def test_a_test_without_a_class_is_refused() -> None:
    with pytest.raises(BadRow):
        java_files([], "int x;")


@pytest.mark.parametrize(
    "piece", ["class A {", "}", '"', "/*", "'\\", "import a;\n", "class ", "@a(\n", "```java\n", "{;"]
)
def test_hostile_java_code_is_looked_through_in_linear_time(piece: str) -> None:
    began_s = time.process_time()
    java_files(java_blocks(piece * (300_000 // len(piece))), "class T {}")
    assert time.process_time() - began_s < 20  # what is quadratic takes hours


def _prompt(kind: str, labels: dict[str, Any], **config: Any) -> str:
    return str(prompt_of({"id": 1, "content": "Do it.", "labels": labels}, kind, Config(**config))["prompt"])


def test_prompts() -> None:
    assert _prompt(APPENDED, {}) == "Do it."
    assert _prompt(APPENDED, {"context": "C"}) == "C\n\nQuestion:Do it.\n\nAnswer:\n"
    assert _prompt(APPENDED, {"context": "C", "fewshot": "F"}, is_fewshot=True, locale="en") == (
        "C\n\n----------------\n\nF\n\nQuestion:Do it.\n\nAnswer:\n"
    )
    assert _prompt(APPENDED, {"prompt_template": "$question|$context|$other"}) == "Do it.||$other"
    assert _prompt(STDIO, {}, language="cpp").startswith("Do it.\n\nWrite a complete C++ program")
    assert "in rust" in _prompt(STDIO, {}, language="rust", locale="xx")
    with pytest.raises(BadRow):
        _prompt(APPENDED, {}, is_fewshot=True)


def test_a_template_cannot_make_a_prompt_of_any_size() -> None:
    row = {"id": 1, "content": "q" * (1 << 20), "labels": {"prompt_template": "$question" * 100}}
    with pytest.raises(BadRow, match="prompt_template makes too large"):
        prompt_of(row, APPENDED, Config())
    small = {"id": 1, "content": "q", "labels": {"prompt_template": "$question" * 100}}
    assert prompt_of(small, APPENDED, Config())["prompt"] == "q" * 100


def test_a_context_is_not_repeated_for_any_number_of_rows() -> None:
    config = Config(extra={"context": "c" * (PROMPTS_CHARS_MAX // 4)})
    rows = [{"id": number, "content": "q", "labels": {}} for number in range(5)]
    assert len(prompts_of(rows[:3], APPENDED, config)) == 3
    with pytest.raises(BadRow, match="fewer than 4 rows"):
        prompts_of(rows, APPENDED, config)


def test_imports_are_not_repeated_for_any_number_of_classes() -> None:
    block = f"import {'a' * (1 << 20)};\n" + "".join(f"class A{number} {{}}\n" for number in range(100))
    with pytest.raises(BadRow, match="too large together"):
        java_files([block], "class ATest {}")


def test_the_tests_of_a_report_are_told() -> None:
    test = {"status": "passed", "fullName": "a b", "title": "b", "ancestorTitles": ["a"], "failureMessages": []}
    report = {"testResults": [{"testFilePath": "x.ts", "testResults": [test | {"duration": None}], "more": [[]]}]}
    told = {"passed": True, "full_name": "a b", "file": "x.ts", "suite": "a", "test": "b", "failure_messages": []}
    assert jest_cases(json.dumps(report).encode()) == [told]
