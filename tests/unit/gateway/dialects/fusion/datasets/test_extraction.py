"""Which code is found in what a model wrote."""

from __future__ import annotations

import re
import time

import pytest

from judge.gateway.dialects.fusion.datasets.extraction import CodeBlock, code_in, without_entry_point


@pytest.mark.parametrize(
    ("completion", "language", "code"),
    [
        ("", "python", ""),
        ("no code", "cpp", ""),
        ("a\n```python\nx = 1\n```\nb", "python", "x = 1"),
        ("```python3\nx = 1\n  ```", "python", "x = 1"),
        ("```\nx\n```\n```python\ny\n```", "python", "y"),
        ("```bash\npip\n```\n```py\ny\n```", "python", "y"),
        ("```bash\npip\n```\n```ruby\ny\n```", "python", "pip"),
        ("```python\nx = '```'\ny\n```", "python", "x = '```'\ny"),
        ("```python\nx\n\n\n```", "python", "x"),
        ("```python\nx", "python", "x"),
        ("```python\ny\nx ``` z", "python", "y\nx ``` z"),
        ("```python\r\nx = 1\r\n```", "python", "x = 1\r"),
        ("  ```c++ \nint x;\n```", "cpp", "int x;"),
        ("```", "python", ""),
        ("```python", "python", ""),
        ("Text.\nimport os\n# note\ndef f(x):\n\n    return x\nText.", "python",
         "import os\n# note\ndef f(x):\n    return x\n"),
        ("def f(x): return x", "python", ""),
        ("class A:\n  x = 1\n  y = 2\ndef f():\n  pass", "python", "class A:\n  x = 1\n  y = 2\n"),
        ("So: \nSELECT 1\nfrom t; done", "sql", "SELECT 1\nfrom t"),
        ("with x as (select 1) select 2; y", "sql", "with x as (select 1) select 2"),
        ("echo 1\n\necho 2", "bash", "echo 1\necho 2\n"),
    ],
)  # fmt: skip
def test_code_is_found(completion: str, language: str, code: str) -> None:
    assert code_in(completion, language) == code


def test_a_clients_own_blocks_count_by_their_priority() -> None:
    completion = "```python\nx\n```"
    assert code_in(completion, "python", (CodeBlock(40, "own", "python"),)) == "own"
    assert code_in(completion, "python", (CodeBlock(30, "own", "python"),)) == "x"
    assert code_in(completion, "python", (CodeBlock(5, "own", "python"),)) == "x"


@pytest.mark.parametrize(
    ("language", "code", "rest"),
    [
        ("python", 'x = 1\n\nif __name__ == "__main__":\n    x', "x = 1"),
        ("python", "x = 1\n# Example usage\nx", "x = 1"),
        ("cpp", "int f();\nint main() {}", "int f();"),
        ("go", "package main\nfunc f() {}", "\nfunc f() {}"),
        ("java", "int main() {}", "int main() {}"),
    ],
)
def test_entry_points_are_taken_off(language: str, code: str, rest: str) -> None:
    assert without_entry_point(code, language) == rest


_HOSTILE = (
    "```",
    "```\n",
    "```x\n\n\n",
    "\n",
    "# a\n",
    "def f():\n",
    "\n```a",
    " ",
    "with a as\n",
    "import x\n",
    "\n \n```\n \n",
)


@pytest.mark.parametrize("piece", _HOSTILE)
@pytest.mark.parametrize("language", ["python", "sql", "bash", "cpp"])
def test_a_hostile_completion_is_looked_through_in_linear_time(piece: str, language: str) -> None:
    began_s = time.process_time()
    code_in(piece * (1_000_000 // len(piece)), language)
    assert time.process_time() - began_s < 20  # what is quadratic takes hours


def test_fences_are_found_as_by_the_pattern_that_defines_them() -> None:
    """The original finds them by this regular expression, which is quadratic."""
    pattern = re.compile(r"```([^\n]*)\n(.*?)\n\s*```", re.DOTALL)
    pieces = ["```", "\n", " ", "x", "```py", "\n```"]
    for number in range(6**6):
        text = "".join(pieces[number // 6**place % 6] for place in range(6))
        found = pattern.search(text)
        expected = found[2] if found else None
        if expected is not None:
            assert code_in(text, "cpp") == expected, repr(text)
