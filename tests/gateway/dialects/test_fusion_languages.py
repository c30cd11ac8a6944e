"""Every language of SandboxFusion's that we have, run as it is there: with asserts on, by its own test framework."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import needs
import pytest
from gateway_harness import Gateway
from service_harness import RedisServer, Worker, running, until, view_of

from judge.client import Client
from judge.gateway.dialects.fusion.modes import MODES, REFUSED
from judge.gateway.dialects.fusion.requests import LANGUAGES

#: Of each language a program that ends well, what it prints, and one that fails only if it is run as it should be.
_PROGRAMS = {
    "python": ("import sys; print(sys.stdin.read())", "hello", "assert False"),
    "cpp": ("#include <iostream>\nint main() { std::cout << std::cin.rdbuf(); }", "hello",
            "#include <cassert>\nint main() { assert(false); }"),
    "nodejs": ("console.log(require('fs').readFileSync(0, 'utf8'))", "hello", "require('assert')(false)"),
    "go": ("package main\nimport (\n\"io\"\n\"os\"\n)\nfunc main() { io.Copy(os.Stdout, os.Stdin) }", "hello",
           "package main\nfunc main() { panic(1) }"),
    "go_test": (
        "package main\nimport (\n\"testing\"\n\"github.com/stretchr/testify/assert\"\n)\n"
        "func TestIt(t *testing.T) { assert.New(t).Equal(1, 1) }", "ok",
        "package main\nimport \"testing\"\nfunc TestIt(t *testing.T) { t.Error(\"Not equal\") }",
    ),
    "java": ("public class Main { public static void main(String[] a) throws Exception "
             "{ System.in.transferTo(System.out); System.out.flush(); } }", "hello",
             "public class Main { public static void main(String[] a) { assert false; } }"),
    "php": ("echo fgets(STDIN);", "hello", "exit(1);"),
    "csharp": ("class P { static void Main() { System.Console.Write(System.Console.In.ReadToEnd()); } }", "hello",
               "class P { static void Main() { throw new System.Exception(); } }"),
    "bash": ("cat", "hello", "echo begun; exit 3"),
    "typescript": ("const x: string = require('fs').readFileSync(0, 'utf8'); console.log(x); let n: number = x as any",
                   "hello", "throw new Error('no')"),
    "sql": ("select 'hello';", "hello", "select nothing;"),
    "rust": ("fn main() { std::io::copy(&mut std::io::stdin(), &mut std::io::stdout()).unwrap(); }", "hello",
             "fn main() { let mut x: u8 = std::env::args().count() as u8 + 254; x += 1; println!(\"{x}\"); }"),
    "lua": ("print(io.read())", "hello", "assert(false)"),
    "R": ("cat(readLines(file('stdin')))", "hello", "stopifnot(FALSE)"),
    "perl": ("print <STDIN>", "hello", "die"),
    "D_ut": (
        "unittest { assert(1 == 1); }\nvoid main() {}",
        "",
        "unittest { assert(1 == 2); }\nvoid main() {}",
    ),
    "ruby": ("puts gets", "hello", "raise 'no'"),
    "scala": ("object Main extends App { println(scala.io.StdIn.readLine()) }", "hello",
              "object Main extends App { assert(false) }"),
    "pytest": ("def test_it():\n    assert 1 == 1", "1 passed", "def test_it():\n    assert 1 == 2"),
    "junit": (
        "import org.junit.jupiter.api.Test;\nimport static org.junit.jupiter.api.Assertions.*;\n"
        "public class It { static int two() { return 2; } }\n"
        "class ItTest { @Test void works() { assertEquals(2, It.two()); } }", "1 tests successful",
        "import org.junit.jupiter.api.Test;\nimport static org.junit.jupiter.api.Assertions.*;\n"
        "class ItTest { @Test void works() { assertEquals(2, 3); } }",
    ),
    "kotlin_script": ("fun f() = readLine()\nfun main() { println(f()) }\nmain()", "hello", "throw Exception(\"no\")"),
    "jest": (
        "import { expect, test } from '@jest/globals';\nconst f = (x: number): number => x + 1;\n"
        "test('adds', () => { expect(f(1)).toBe(2); });", "",
        "test('adds', () => { expect(1 as number).toBe(2); });",
    ),
    "racket": ("#lang racket/base\n(displayln (read-line))", "hello", "#lang racket/base\n(error \"no\")"),
}  # fmt: skip


#: Those that ``deploy/install-test-deps`` installs. The others are tested by a slow run, where they can be had.
_USUAL = (
    "python", "cpp", "nodejs", "go", "go_test", "java", "php", "csharp", "bash", "sql", "rust", "lua", "perl", "ruby",
    "scala", "pytest", "junit",
)  # fmt: skip
_FROM_NPM = ("typescript", "kotlin-script", "jest")
_CASES = [pytest.param(name, marks=() if name in _USUAL else pytest.mark.slow) for name in MODES]


@contextmanager
def _working(client: Client, url: str, place: Path, name: str, languages: Iterable[str]) -> Iterator[frozenset[str]]:
    """A worker beside the first; the languages that all of them have."""
    worker = Worker(
        url,
        place / name,
        namespace=client.queue.broker.namespace,
        judge_factory="judge_workers.bootstrap:build_judge",
        selftest="0",
        languages=",".join(sorted(languages)),
        blob_store=place / "blobs",
        package_store=place / "packages",
    )
    with running(worker):
        until(lambda: view_of(client, worker.node), "the worker to register", 120)
        yield frozenset(card.id for card in client.languages() if card.workers)


@pytest.fixture(scope="module")
def offered(dialects: Gateway, client: Client, redis_server: RedisServer, place: Path) -> Iterator[frozenset[str]]:
    """The usual languages."""
    names = {MODES[name].language for name in _USUAL} - {"python3"}
    with _working(client, redis_server.url, place, "fusion-usual", names) as found:
        yield found


@pytest.fixture(scope="module")
def rare(dialects: Gateway, client: Client, redis_server: RedisServer, place: Path) -> Iterator[frozenset[str]]:
    """The other languages: some are installed from npm, which takes a minute."""
    state = place / "fusion-rare"
    command = [sys.executable, "-m", "judge", "languages", "install", *_FROM_NPM]
    subprocess.run(command, env=os.environ | {"JUDGE_STATE_DIR": str(state)}, check=True)
    names = {mode.language for name, mode in MODES.items() if name not in _USUAL}
    with _working(client, redis_server.url, place, "fusion-rare", names) as found:
        yield found


def _run(request: pytest.FixtureRequest, language: str, code: str, **fields: Any) -> Any:
    gateway: Gateway = request.getfixturevalue("dialects")
    here = request.getfixturevalue("offered" if language in _USUAL else "rare")
    if MODES[language].language not in here:
        pytest.skip(needs.language(MODES[language].language))
    body = {"language": language, "code": code, "compile_timeout": 60, "run_timeout": 60, **fields}
    answered = gateway.post("/fusion/run_code", body)
    assert answered.status == 200
    return answered.json()


def test_the_list_is_the_interfaces() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) == 29
    assert set(LANGUAGES) == MODES.keys() | REFUSED.keys()
    assert not MODES.keys() & REFUSED.keys()
    assert MODES.keys() == _PROGRAMS.keys()


@pytest.mark.parametrize("language", _CASES)
def test_a_program_that_ends_well(request: pytest.FixtureRequest, language: str) -> None:
    code, said, _ = _PROGRAMS[language]
    answer = _run(request, language, code, stdin="hello\n")
    assert answer["status"] == "Success", answer
    assert said in answer["run_result"]["stdout"]
    assert (answer["compile_result"] is not None) == MODES[language].compiles
    if language == "java":
        assert answer["run_result"]["stderr"] == ""


@pytest.mark.parametrize("language", _CASES)
def test_a_program_that_fails(request: pytest.FixtureRequest, language: str) -> None:
    answer = _run(request, language, _PROGRAMS[language][2])
    assert answer["status"] == "Failed", answer
    assert answer["run_result"]["status"] == "Finished"
    assert answer["run_result"]["return_code"] not in (0, None)


def test_pytest_takes_arguments(request: pytest.FixtureRequest) -> None:
    code = "def test_one(): pass\ndef test_two(): assert False"
    answer = _run(request, "pytest", code, args=["-k", "one", "-v"])
    assert answer["status"] == "Success"
    assert "1 deselected" in answer["run_result"]["stdout"]


def test_junit_takes_the_whole_program_from_files(request: pytest.FixtureRequest) -> None:
    files = {
        "Two.java": "class Two { static int two() { return 2; } }",
        "TwoTest.java": "import org.junit.jupiter.api.*;\nclass TwoTest { @Test void two() "
        "{ Assertions.assertEquals(2, Two.two()); } }",
    }
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in files.items()}
    answer = _run(request, "junit", "", files=encoded)
    assert answer["status"] == "Success", answer
    assert "1 tests successful" in answer["run_result"]["stdout"]


def test_completions_in_java_are_judged_by_junit(dialects: Gateway, offered: frozenset[str]) -> None:
    if "junit" not in offered:
        pytest.skip(needs.language("junit"))
    row = {
        "labels": {"programming_language": "java"},
        "test": {"code": "import org.junit.jupiter.api.*;\nclass TwoTest { @Test void two() "
                         "{ Assertions.assertEquals(4, new Two().twice(2)); } }"},
    }  # fmt: skip
    config = {"dataset_type": "AutoEvalDataset", "provided_data": row}
    completion = (
        "Sure:\n```java\nimport java.util.*;\n\n/** { */\nclass Two {\n  int twice(int x) { return %s; }\n}\n```"
    )
    for expression, accepted in (("2 * x", True), ("x", False)):
        body = {"dataset": "x", "id": 1, "completion": completion % expression, "config": config}
        answer = dialects.post("/fusion/submit", body).json()
        assert answer["accepted"] is accepted, answer
        assert "// Two.java" in answer["full_code"]


@pytest.mark.slow
def test_completions_with_tests_in_jest_say_of_each_test_what_became_of_it(
    dialects: Gateway, rare: frozenset[str]
) -> None:
    assert "jest" in rare
    one, two = (f"test('{name}', () => {{ expect(a).toBe({n}); }});" for name, n in (("one", 1), ("two", 2)))
    test = f"describe('f', () => {{ {one} {two} }});"
    row = {"labels": {"programming_language": "javascript", "execution_language": "jest"}, "test": {"code": test}}
    config = {"dataset_type": "AutoEvalDataset", "provided_data": row}
    body = {"dataset": "x", "id": 1, "completion": "```javascript\nlet a = 1;\n```", "config": config}
    answer = dialects.post("/fusion/submit", body).json()
    assert answer["accepted"] is False
    assert [(case["full_name"], case["passed"]) for case in answer["extra"]["jest_cases"]] == [
        ("f one", True),
        ("f two", False),
    ]


def test_a_runs_time_ends_a_framework_with_what_it_has_said(request: pytest.FixtureRequest) -> None:
    code = 'package main\nimport (\n"testing"\n"time"\n)\nfunc TestIt(t *testing.T) { time.Sleep(time.Minute) }'
    answer = _run(request, "go_test", code, run_timeout=0.5)
    assert answer["status"] == "Failed"
    assert answer["run_result"]["status"] == "TimeLimitExceeded"
