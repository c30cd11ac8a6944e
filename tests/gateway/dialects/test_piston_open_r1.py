"""Open-R1's packages: requests as its scorers make them, and what they read of the answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateway_harness import Gateway

SUM_CPP = '#include <bits/stdc++.h>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << "\\n"; }'
SUM_PYTHON = "a, b = map(int, input().split())\nprint(a + b)"
#: Whatever is a sum of two is right; prints as checkers of this package do.
CHECKER = """
import sys
test, answer, output = sys.argv[1:]
wanted = sum(map(int, open(test).read().split()))
print(1 if sum(map(int, open(output).read().split())) == wanted else 0)
"""


def codeforces(
    gateway: Gateway,
    submission: str,
    test: tuple[str, str] = ("1 2\r\n", "3\r\n"),
    *,
    language: str = "cpp",
    checker: str = "",
    limits: dict[str, Any] | None = None,
) -> Any:
    """One test of a problem, scored."""
    config = {"TIME_LIMIT": 2.0, "MEMORY_LIMIT": 256.0, "INPUT_MODE": "stdio"} | (limits or {})
    files = [
        {"name": f"main.{language}", "content": submission},
        *([{"name": "checker.py", "content": checker}] if checker else []),
        {"name": "input.txt", "content": test[0]},
        {"name": "correct_output.txt", "content": test[1]},
        {"name": "grader_config", "content": "\n".join(f"{name}={value}" for name, value in config.items())},
    ]
    said = {"files": files, "run_timeout": 12_000, "version": "*"}
    said["language"] = "cf_python3" if language == "python" else "c++17"
    answer = gateway.post("/piston/api/v2/execute", said)
    assert answer.status == 200, answer.body
    return answer.json()


def passed(result: Any) -> bool:
    """As Open-R1 decides it."""
    assert result["compile"]["code"] == 0
    return bool(result["run"]["code"] == 0 and result["run"]["stdout"].strip() == "1")


@pytest.mark.parametrize(("language", "submission"), [("cpp", SUM_CPP), ("python", SUM_PYTHON)])
def test_a_right_answer_passes_and_a_wrong_one_does_not(dialects: Gateway, language: str, submission: str) -> None:
    right = codeforces(dialects, submission, language=language)
    assert passed(right)
    assert right["run"]["stderr"] == "Output is correct (diff)\n"
    wrong = codeforces(dialects, submission, ("1 2\n", "4\n"), language=language)
    assert not passed(wrong)
    assert (wrong["run"]["stdout"], wrong["run"]["stderr"]) == ("0\n", "Output isn't correct (diff)\n")
    assert right["language"] == ("python3" if language == "python" else "c++17")


@pytest.mark.parametrize(
    ("output", "expected", "right"),
    [
        ("yes", "YES", True),
        ("Yes\n 1  2", "yes\n1 2\n", True),
        ("a B", "a b", False),
        ("eyes", "eYES", False),
        ("1\n2", "1 2", True),
        ("", "", True),
        ("", "0", False),
    ],
)
def test_words_are_compared(dialects: Gateway, output: str, expected: str, right: bool) -> None:
    assert passed(codeforces(dialects, f"print({output!r})", ("", expected), language="python")) == right


def test_a_checker_decides(dialects: Gateway) -> None:
    halves = "a, b = map(int, input().split())\nprint(a)\nprint(b)"
    assert passed(codeforces(dialects, halves, ("5 6", "11"), language="python", checker=CHECKER))
    assert not passed(codeforces(dialects, "print(1)", ("5 6", "11"), language="python", checker=CHECKER))
    broken = codeforces(dialects, "print(1)", ("5 6", "11"), language="python", checker="raise SystemExit('no')")
    assert not passed(broken)
    assert (broken["run"]["code"], broken["run"]["stderr"]) == (1, "no\n")


def test_a_program_finds_nothing_that_it_is_judged_by(dialects: Gateway) -> None:
    listing = "import os\nprint(sorted(os.listdir('.')))"
    result = codeforces(dialects, listing, ("x", "[]"), language="python", checker="")
    assert passed(result), result


def test_a_program_may_read_and_write_files(dialects: Gateway) -> None:
    by_files = "open('output.txt', 'w').write(open('input.txt').read()[::-1])"
    assert passed(codeforces(dialects, by_files, ("abc", "cba"), language="python", limits={"INPUT_MODE": "file"}))


FAILURES = [
    ("while True: pass", {"TIME_LIMIT": 0.3}, 124, "Time limit exceeded (0.3s)\n"),
    ("x = []\nwhile True: x.append(bytearray(1 << 20))", {"MEMORY_LIMIT": 64}, 134, "Memory limit exceeded (64MB)\n"),
    ("raise SystemExit(5)", {}, 5, "Runtime error with exit code 5\n"),
    ("import os\nos.abort()", {}, 134, "Runtime error with exit code 134\n"),
    ("print('", {}, 1, "Runtime error with exit code 1\n"),
]


@pytest.mark.parametrize(("submission", "limits", "code", "words"), FAILURES)
def test_what_fails_scores_nothing(
    dialects: Gateway, submission: str, limits: dict[str, Any], code: int, words: str
) -> None:
    result = codeforces(dialects, submission, language="python", limits=limits)
    assert not passed(result)
    assert (result["run"]["stdout"], result["run"]["code"]) == ("0\n", code)
    assert result["run"]["stderr"].endswith(words)


def test_what_does_not_compile_says_so(dialects: Gateway) -> None:
    result = codeforces(dialects, "int main() { return nothing; }")
    assert result["compile"]["code"] == 1
    assert "nothing" in result["compile"]["stderr"]


GRADER = """
#include "doubles.h"
#include <cstdio>
int main() { int n; if (scanf("%d", &n) != 1) return 1; printf("%d\\n", doubled(n)); }
"""
#: Half the points for an answer of the right parity.
IOI_CHECKER = """
#include <cstdio>
#include <fstream>
int main(int, char **argv) {
  int wanted = 0, found = -1;
  std::ifstream(argv[2]) >> wanted;
  std::ifstream(argv[3]) >> found;
  if (found == wanted) { puts("1.0"); fputs("Output is correct", stderr); }
  else if (found % 2 == 0) { puts("0.5"); fputs("Output is partially correct", stderr); }
  else { puts("0"); fputs("Output isn't correct", stderr); }
}
"""


def ioi(gateway: Gateway, body: str, *, config: dict[str, Any] | None = None) -> Any:
    """One test of a problem of the IOI; ``body``: what ``doubled(n)`` does."""
    said = {"task_type": "Batch", "code": "doubles", "time_limit": 1.0, "memory_limit": 1 << 28} | (config or {})
    files = {
        "graders/doubles.cpp": f'#include "doubles.h"\n#ifndef EVAL\n#error\n#endif\nint doubled(int n) {{ {body} }}',
        "input.txt": "21\n",
        "correct_output.txt": "42\n",
        "graders/doubles.h": "int doubled(int n);",
        "graders/grader.cpp": GRADER,
        "graders/grader_config.json": json.dumps(said),
        "checker/checker.cpp": IOI_CHECKER,
    }
    asked = {
        "language": "cms_ioi",
        "version": "*",
        "files": [{"name": name, "content": content} for name, content in files.items()],
        "run_timeout": 4000,
        "run_memory_limit": 1 << 28,
    }
    answer = gateway.post("/piston/api/v2/execute", asked)
    assert answer.status == 200, answer.body
    return answer.json()


@pytest.mark.parametrize(
    ("body", "score", "feedback"),
    [
        ("return 2 * n;", 1.0, "Output is correct"),
        ("return 4 * n;", 0.5, "Output is partially correct"),
        ("return n;", 0.0, "Output isn't correct"),
        ("for (volatile int i = 0;; i = i + 1) {}", 0.0, "Time limit exceeded (1s)\n"),
        ("__builtin_trap();", 0.0, "Runtime error with exit code 132\n"),
    ],
)
def test_a_solution_gets_the_score_of_its_checker(dialects: Gateway, body: str, score: float, feedback: str) -> None:
    result = ioi(dialects, body)
    assert result["compile"]["code"] == 0
    assert float(result["run"]["stdout"]) == score
    assert result["run"]["stderr"] == feedback


def test_a_solution_that_does_not_compile_is_not_run(dialects: Gateway) -> None:
    result = ioi(dialects, "return nothing;")
    assert result["compile"]["code"] == 1
    assert result["run"] == result["compile"]


def test_without_a_correct_output_the_answer_is_the_output(dialects: Gateway) -> None:
    files = {"graders/doubles.h": "int doubled(int n);", "graders/grader.cpp": GRADER, "input.txt": "1"}
    files |= {"graders/doubles.cpp": "int doubled(int n) { return n + 1; }"}
    files |= {"graders/grader_config.json": '{"task_type": "Batch"}'}
    asked = {"language": "cms_ioi", "version": "*", "files": [{"name": a, "content": b} for a, b in files.items()]}
    result = dialects.post("/piston/api/v2/execute", asked).json()
    assert (result["run"]["stdout"], result["run"]["code"]) == ("2\n", 0)


def test_a_type_of_task_that_is_not_known_is_said(dialects: Gateway) -> None:
    result = ioi(dialects, "return 0;", config={"task_type": "OutputOnly"})
    assert (result["run"]["code"], result["run"]["stderr"]) == (1, 'Unsupported task type "OutputOnly"\n')


MANAGER = r"""
#include <cstdio>
#include <vector>
int main(int argc, char **argv) {  // each process is to answer with the double of its number
  int wanted, rounds = 0, right = 0;
  if (scanf("%d", &rounds) != 1) return 2;
  std::vector<FILE *> from, to;
  for (int i = 1; i + 1 < argc; i += 2) {
    from.push_back(fopen(argv[i], "r"));
    to.push_back(fopen(argv[i + 1], "w"));
  }
  int asked = 0;
  for (int round = 0; round < rounds; round++)
    for (size_t i = 0; i < to.size(); i++, asked++) {
      fprintf(to[i], "%d\n", asked);
      fflush(to[i]);
      if (fscanf(from[i], "%d", &wanted) == 1 && wanted == 2 * asked) right++;
    }
  for (FILE *end : to) fclose(end);
  printf("%g\n", asked ? double(right) / asked : 0.0);
  fputs(right == asked ? "Output is correct\n" : "Output isn't correct\n", stderr);
}
"""
STUB = r"""
#include "doubles.h"
#include <cstdio>
int main(int argc, char **argv) {
  FILE *in = stdin, *out = stdout;
#ifdef FIFOS
  in = fopen(argv[1], "r");
  out = fopen(argv[2], "w");
#endif
  for (int n; fscanf(in, "%d", &n) == 1; fflush(out)) fprintf(out, "%d\n", doubled(n));
}
"""


def communication(gateway: Gateway, body: str, processes: int = 1, *, fifos: bool = False) -> Any:
    config = {
        "task_type": "Communication",
        "code": "doubles",
        "time_limit": 1.0,
        "memory_limit": 1 << 28,
        "task_type_parameters_Communication_num_processes": processes,
        "task_type_parameters_Communication_user_io": "fifo_io" if fifos else "std_io",
    }
    files = {
        "graders/doubles.cpp": f'#include "doubles.h"\nint doubled(int n) {{ {body} }}',
        "input.txt": "5\n",
        "graders/doubles.h": "int doubled(int n);",
        "graders/stub.cpp": ("#define FIFOS\n" if fifos else "") + STUB,
        "graders/manager.cpp": MANAGER,
        "graders/grader_config.json": json.dumps(config),
    }
    asked = {"language": "cms_ioi", "version": "*", "run_timeout": 8000}
    asked["files"] = [{"name": name, "content": content} for name, content in files.items()]
    answer = gateway.post("/piston/api/v2/execute", asked)
    assert answer.status == 200, answer.body
    return answer.json()


@pytest.mark.parametrize(("processes", "fifos"), [(1, False), (2, False), (1, True), (3, True)])
def test_a_manager_scores_the_processes_that_it_talks_with(dialects: Gateway, processes: int, fifos: bool) -> None:
    right = communication(dialects, "return 2 * n;", processes, fifos=fifos)
    assert (right["compile"]["code"], right["run"]["code"]) == (0, 0), right
    assert (float(right["run"]["stdout"]), right["run"]["stderr"]) == (1.0, "Output is correct\n")


def test_a_manager_scores_what_is_wrong(dialects: Gateway) -> None:
    wrong = communication(dialects, "return n < 3 ? 2 * n : 0;")
    assert (float(wrong["run"]["stdout"]), wrong["run"]["stderr"]) == (0.6, "Output isn't correct\n")
    slow = communication(dialects, "for (volatile int i = 0;; i = i + 1) {}")
    assert (slow["run"]["stdout"], slow["run"]["stderr"]) == ("0\n", "Time limit exceeded (1s)\n")
    broken = communication(dialects, "return nothing;")
    assert broken["compile"]["code"] == 1
    assert "nothing" in broken["compile"]["stderr"]
    assert broken["run"] == broken["compile"]
