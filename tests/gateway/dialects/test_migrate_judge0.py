"""``judge migrate judge0`` between two gateways that speak as Judge0."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from gateway_harness import Gateway

from judge.cli.main import main


def test_a_gateway_is_as_another(
    dialects: Gateway,
    start_gateway: Callable[..., Gateway],
    make_key: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = start_gateway()
    sample = tmp_path / "sample.jsonl"
    lines = [
        {"language_id": 71, "source_code": "print(input())", "stdin": "a", "expected_output": "a"},
        {"language_id": 71, "source_code": "print(input())", "stdin": "a", "expected_output": "b"},
        {"language_id": 71, "source_code": "print("},
        {"language_id": 50, "source_code": "int main() { return 7; }"},
        {"language_id": 50, "source_code": "int main() { return x; }"},
        {"language_id": 4711, "source_code": "x"},
        {"method": "GET", "path": "/about"},
        {"method": "GET", "path": "/languages/71"},
        {"method": "GET", "path": "/submissions/none"},
    ]
    sample.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "headers").write_text(f"X-Auth-Token: {make_key('there')}\n")
    monkeypatch.setenv("JUDGE_KEY", make_key("here"))
    addresses = ("--from", f"{there.address}/judge0", "--to", f"{dialects.address}/judge0")
    words = (*addresses, "--from-headers", str(tmp_path / "headers"), "--sample", str(sample))
    code = main(("migrate", "judge0", *words, "--strict", "--json"))
    got = json.loads(capsys.readouterr().out)
    assert (code, got["same"], got["lines"]) == (0, len(lines), [])
    assert [language["id"] for language in got["languages"]] == [71, 50, 4711]
