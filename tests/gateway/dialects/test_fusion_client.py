"""The published client of SandboxFusion does its work against us, as it is."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sandbox_fusion as fusion
from gateway_harness import Gateway

_CASES = [{"input": {"stdin": f"{n} 1"}, "output": {"stdout": f"{n + 1}"}} for n in range(5)]
_ROW = {"id": 7, "content": "Add two numbers.", "labels": {"level": 1}, "test": _CASES}
_COMPLETION = "Here:\n```python\nprint(sum(map(int, input().split())))\n```\n"


@pytest.fixture(autouse=True)
def endpoint(dialects: Gateway, school: str) -> Iterator[str]:
    """Where the client asks: with its key in front of the path, and a slash at the end."""
    address = f"{dialects.address}/key/{school}/fusion/"
    fusion.set_endpoint(address)
    yield address
    fusion.set_endpoint("http://localhost:8080")


def _request(code: str, **fields: Any) -> fusion.RunCodeRequest:
    return fusion.RunCodeRequest(code=code, **({"language": "python"} | fields))


def _config(**fields: Any) -> fusion.TestConfig:
    return fusion.TestConfig(**({"dataset_type": "CommonOJDataset", "language": "python"} | fields))


def test_code_is_run() -> None:
    answer = fusion.run_code(_request("print(input())", stdin="hello"), max_attempts=1)
    assert answer.status == fusion.RunStatus.Success
    assert answer.run_result.stdout == "hello\n"
    assert answer.compile_result is None


def test_files_go_in_and_out() -> None:
    request = _request(
        "open('b', 'w').write(open('a').read() * 2)",
        files={"a": base64.b64encode(b"xy").decode(), "absent": None},
        fetch_files=["b"],
    )
    answer = fusion.run_code(request, max_attempts=1)
    assert base64.b64decode(answer.files["b"]) == b"xyxy"


_SUMMARIES: dict[str, tuple[str, dict[str, Any]]] = {
    "Success": ("print(1)", {}),
    "RunFailed": ("exit(1)", {}),
    "RunTimeout": ("while True: pass", {"run_timeout": 0.3}),
    "CompileFailed": ("int main() {", {"language": "cpp"}),
    "CompileTimeout": ("#include <bits/stdc++.h>\nint main() {}", {"language": "cpp", "compile_timeout": 0.01}),
}


@pytest.mark.parametrize("summary", _SUMMARIES)
def test_the_clients_summary_of_an_answer(summary: str) -> None:
    code, fields = _SUMMARIES[summary]
    words = ("Success", "Failed", "CompileFailed", "CompileTimeout", "RunFailed", "RunTimeout")
    mapping = fusion.SummaryMapping(**{word: word for word in words})
    answer = fusion.run_code(_request(code, **fields), max_attempts=1)
    assert fusion.summary_run_code_result(answer, mapping) == summary


def test_code_that_cannot_be_run_is_no_failure_of_the_program() -> None:
    with pytest.raises(Exception, match="Sandbox responded with error: julia is not offered here"):
        fusion.run_code(_request("1", language="julia"), max_attempts=1)


def test_many_are_run_at_once() -> None:
    answers = fusion.run_concurrent(
        fusion.run_code, args=[[_request(f"print({n} ** 2)")] for n in range(24)], kwargs=[{"max_attempts": 1}] * 24
    )
    assert [answer.run_result.stdout for answer in answers] == [f"{n**2}\n" for n in range(24)]
    calls = [lambda n=n: fusion.run_code(_request(f"print({n})"), max_attempts=1) for n in range(3)]
    assert [answer.run_result.stdout for answer in fusion.run_concurrent_pure(iter(calls))] == ["0\n", "1\n", "2\n"]


def test_the_asynchronous_functions() -> None:
    async def ask() -> list[Any]:
        submitted = fusion.models.SubmitRequest(
            dataset="x", id=7, completion=_COMPLETION, config=_config(provided_data=_ROW)
        )
        return list(
            await asyncio.gather(
                *(fusion.run_code_async(_request(f"print({n})"), max_attempts=1) for n in range(8)),
                fusion.submit_async(submitted, max_attempts=1),
                fusion.submit_safe_async(submitted, max_attempts=1),
                fusion.get_prompts_async(fusion.GetPromptsRequest(dataset="x", config=_config(provided_data=[_ROW]))),
            )
        )

    *runs, submitted, safely, prompts = asyncio.run(ask())
    assert [answer.run_result.stdout for answer in runs] == [f"{n}\n" for n in range(8)]
    assert submitted.accepted and safely.accepted
    assert [prompt.id for prompt in prompts] == [7]


def test_completions_are_judged() -> None:
    request = fusion.models.SubmitRequest(
        dataset="anything", id="row", completion=_COMPLETION, config=_config(provided_data=_ROW)
    )
    result = fusion.submit(request, max_attempts=1)
    assert (result.id, result.accepted, len(result.tests)) == ("row", True, 5)
    assert result.extracted_code == "print(sum(map(int, input().split())))"
    assert result.tests[3].test_info == _CASES[3]
    assert result.tests[3].exec_info.run_result.stdout == "4\n"


def test_prompts_are_made() -> None:
    request = fusion.GetPromptsRequest(dataset="x", config=_config(provided_data=[_ROW, _ROW]))
    prompts = fusion.get_prompts(request)
    assert [(prompt.id, prompt.labels) for prompt in prompts] == [(7, {"level": 1})] * 2
    assert prompts[0].prompt.startswith("Add two numbers.\n\n")
    one = fusion.get_prompt_by_id(fusion.GetPromptByIdRequest(dataset="x", id=7, config=_config(provided_data=_ROW)))
    assert one == prompts[0]


def test_what_is_wrong_is_raised_and_safely_rejected() -> None:
    request = fusion.models.SubmitRequest(dataset="humaneval_python", id=1, completion="x", config=fusion.TestConfig())
    with pytest.raises(Exception, match=r"responded with code 400: .*no eval class found for dataset humaneval_python"):
        fusion.submit(request, max_attempts=1)
    assert fusion.submit_safe(request, max_attempts=1).accepted is False


def test_a_port_of_its_own_takes_the_client_without_any_key(own_address: Callable[[str], str]) -> None:
    answer = fusion.run_code(_request("print(1)"), endpoint=own_address("fusion"), max_attempts=1)
    assert answer.status == fusion.RunStatus.Success
