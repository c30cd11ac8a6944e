"""POST /submit and its neighbours: rows that come along, code that is found, tests that are run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateway_harness import Gateway

_ADD = "```python\nprint(sum(map(int, input().split())))\n```"


def _case(stdin: str, stdout: str) -> dict[str, Any]:
    return {"input": {"stdin": stdin}, "output": {"stdout": stdout}}


def submit(gateway: Gateway, completion: str, row: Any, **config: Any) -> Any:
    config = {"dataset_type": "CommonOJDataset", "language": "python", "provided_data": row, **config}
    body = {"dataset": "x", "id": 1, "completion": completion, "config": config}
    return gateway.post("/fusion/submit", body)


def test_a_completion_that_is_right(dialects: Gateway) -> None:
    row = {"test": json.dumps([_case("1 2", "3"), _case("2 2", " 4 \n\n")])}
    answered = submit(dialects, f"Think.\n{_ADD}\nDone.", row)
    assert answered.status == 200, answered.body
    answer = answered.json()
    tests = answer.pop("tests")
    assert answer == {
        "id": 1,
        "accepted": True,
        "extracted_code": "print(sum(map(int, input().split())))",
        "full_code": None,
        "test_code": None,
        "extracted_type": None,
        "extra": None,
    }
    assert [test["passed"] for test in tests] == [True, True]
    assert tests[1]["test_info"] == _case("2 2", " 4 \n\n")
    assert tests[1]["exec_info"]["run_result"]["stdout"] == "4\n"


def test_it_ends_at_the_first_failure_unless_all_are_wanted(dialects: Gateway) -> None:
    row = {"test": [_case(f"{n} 0", str(n if n != 1 else 99)) for n in range(8)]}
    short = submit(dialects, _ADD, row).json()
    assert [test["passed"] for test in short["tests"]] == [True, False]
    assert short["accepted"] is False
    whole = submit(dialects, _ADD, row, extra={"run_all_cases": True}).json()
    assert [test["passed"] for test in whole["tests"]] == [True, False] + [True] * 6


def test_a_compiled_language(dialects: Gateway) -> None:
    code = "```cpp\n#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b; }\n```"
    row = {"test": [_case("1 2", "3"), _case("5 5", "10")]}
    answer = submit(dialects, code, row, language="cpp").json()
    assert answer["accepted"] is True
    assert answer["tests"][1]["exec_info"]["compile_result"]["return_code"] == 0
    broken = submit(dialects, "```cpp\nint main( {\n```", row, language="cpp").json()
    assert broken["accepted"] is False
    assert broken["tests"][0]["exec_info"]["run_result"] is None


def test_long_texts_of_tests_are_shortened_where_they_were_passed(dialects: Gateway) -> None:
    text = "ab" * 2000
    row = {"test": [_case(text, text)]}
    echo = "```python\nprint(input())\n```"
    (test,) = submit(dialects, echo, row).json()["tests"]
    assert test["test_info"]["input"]["stdin"] == text[:498] + "..." + text[-498:]
    (test,) = submit(dialects, echo, row, extra={"return_full_case": True}).json()["tests"]
    assert test["test_info"] == row["test"][0]


def test_a_programs_time_is_the_configs(dialects: Gateway) -> None:
    answer = submit(dialects, "```python\nwhile True: pass\n```", {"test": [_case("", "")]}, run_timeout=0.3).json()
    assert answer["tests"][0]["exec_info"]["run_result"]["status"] == "TimeLimitExceeded"


def test_a_clients_own_rules_find_the_code_inside_the_sandbox(dialects: Gateway) -> None:
    rules = (
        "import os\nassert not os.environ.get('JUDGE_BROKER')\nprint('noise')\n"
        "code = completion.split('<code>')[1].split('</code>')[0]\n"
        "submit_code_blocks([CodeBlock(priority=40, code=code, language='python')])\n"
    )
    row = {"test": [_case("", "7")]}
    answer = submit(dialects, "```python\nprint(0)\n``` <code>print(7)</code>", row, custom_extract_logic=rules).json()
    assert (answer["accepted"], answer["extracted_code"]) == (True, "print(7)")
    failed = submit(dialects, "x", row, custom_extract_logic="completion.nothing")
    assert failed.status == 400
    assert "AttributeError" in failed.json()["detail"]


@pytest.mark.parametrize(
    ("row", "config", "said"),
    [
        ({"test": [_case("", "")]}, {"language": None}, "config.language field must exist for CommonOJDataset"),
        ({"test": [_case("", "")]}, {"dataset_type": None}, "no eval class found for dataset x"),
        ({"test": [_case("", "")]}, {"dataset_type": "HumanEvalDataset"}, "eval class HumanEvalDataset not found"),
        ([{"test": []}], {}, "provided_data"),
        (None, {}, "provided_data"),
        ({"id": 1}, {}, "'test' is missing"),
        ({"test": "{"}, {}, "'test' is no JSON"),
        ({"test": {}}, {}, "a list of tests is needed"),
        ({"test": [1]}, {}, "test[0].input"),
        ({"test": [{"input": {"stdin": 1}, "output": {}}]}, {}, "test[0].input"),
        ({"test": [{"input": {"stdin": ""}, "output": {}}]}, {}, "test[0].output.stdout is missing"),
        ({"labels": {}, "test": {}}, {"dataset_type": "AutoEvalDataset"}, "'programming_language' is missing"),
        ({"labels": "[]", "test": {}}, {"dataset_type": "AutoEvalDataset"}, "'labels' must be an object"),
        ({"labels": {"programming_language": "python"}, "test": {}}, {"dataset_type": "AutoEvalDataset"},
         "'code' is missing"),
        ({"labels": {"programming_language": "klingon"}, "test": {"code": ""}}, {"dataset_type": "AutoEvalDataset"},
         "klingon"),
        ({"labels": {"programming_language": "java"}, "test": {"code": ""}}, {"dataset_type": "AutoEvalDataset"},
         "no class"),
        ({"labels": {"programming_language": "python"}, "test": {"code": "", "asset": {"a": 1}}},
         {"dataset_type": "AutoEvalDataset"}, "'asset'"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_are_400(dialects: Gateway, row: Any, config: Any, said: str) -> None:
    answered = submit(dialects, "x", row, **config)
    assert answered.status == 400, answered.body
    assert said in answered.json()["detail"]


def test_code_that_cannot_be_run_is_no_wrong_answer(dialects: Gateway) -> None:
    answered = submit(dialects, "```\nx\n```", {"test": [_case("", "")]}, language="julia")
    assert answered.status == 504
    assert "julia is not offered here" in answered.json()["detail"]


def _autoeval(gateway: Gateway, completion: str, labels: Any, test: Any, **extra: Any) -> Any:
    row = {"id": 0, "content": "", "labels": labels, "test": test}
    answered = submit(gateway, completion, row, dataset_type="AutoEvalDataset", language=None, extra=extra)
    assert answered.status == 200, answered.body
    return answered.json()


_PYTHON = {"programming_language": "python"}
_TWICE = '```python\ndef twice(x):\n    return 2 * x\n\nif __name__ == "__main__":\n    exit(1)\n```'


def test_a_test_is_put_behind_the_code(dialects: Gateway) -> None:
    good = _autoeval(dialects, _TWICE, _PYTHON, {"code": "assert twice(2) == 4"})
    assert good["accepted"] is True
    assert good["extracted_code"] == "def twice(x):\n    return 2 * x"
    assert good["full_code"] == "def twice(x):\n    return 2 * x\nassert twice(2) == 4"
    assert good["extra"] == {}
    bad = _autoeval(dialects, _TWICE, json.dumps(_PYTHON), json.dumps({"code": "assert twice(2) == 5"}))
    assert bad["accepted"] is False
    assert "AssertionError" in bad["tests"][0]["exec_info"]["run_result"]["stderr"]


def test_code_that_ends_by_itself_passes_no_test_that_wants_a_flag(dialects: Gateway) -> None:
    cheat = "```python\ndef twice(x): return 0\nimport os; os._exit(0)\n```"
    assert _autoeval(dialects, cheat, _PYTHON, {"code": "assert twice(2) == 4"})["accepted"] is True
    test = {"code": "assert twice(2) == 4"}
    assert _autoeval(dialects, cheat, _PYTHON, test, append_flag=True)["accepted"] is False
    assert _autoeval(dialects, _TWICE, _PYTHON, test, append_flag=True)["accepted"] is True


def test_code_is_inserted_as_a_text_and_files_come_along(dialects: Gateway) -> None:
    test = {
        "code": "code = #<INSERT>\nassert open('data.csv').read() == 'a,b'\nassert code == 'select 1;'",
        "asset": json.dumps({"data.csv": "YSxi", "absent": None}),
    }
    labels = {"programming_language": "sql", "execution_language": "python"}
    assert _autoeval(dialects, "```sql\nselect 1;\n```", labels, test, repr_code=True)["accepted"] is True


def test_lists_and_metrics(dialects: Gateway) -> None:
    assert dialects.get("/fusion/list_datasets").json() == []
    config = {"dataset_type": "AutoEvalV5Dataset", "provided_data": [{"id": 3, "labels": "{}", "content": "c"}]}
    assert dialects.post("/fusion/list_ids", {"dataset": "x", "config": config}).json() == [3]
    prompts = dialects.post("/fusion/get_prompts", {"dataset": "x", "config": config})
    assert prompts.json() == [{"id": 3, "prompt": "c", "labels": {}}]
    assert dialects.post("/fusion/get_metrics", {"dataset": "x", "config": config, "results": []}).json() == {}
    function = dialects.post("/fusion/get_metrics_function", {"dataset": "x", "config": config})
    assert function.json() == {"function": None}
    unknown = dialects.post("/fusion/get_prompts", {"dataset": "humaneval_python", "config": {}})
    assert (unknown.status, unknown.json()) == (400, {"detail": "no eval class found for dataset humaneval_python"})
