"""Python 2 and Prolog are told by what a source says, and nothing else is taken for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.package.detect import detect_by_content


def detected(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return detect_by_content([(name, str(path))])


@pytest.mark.parametrize(
    "text",
    [
        "print 2 * int(raw_input())\n",
        "import sys\nif len(sys.argv) > 1:\n\tprint 'AC 0'\n",
        "for x in range(3): print x\n",
        "n = int(raw_input())\nprint(n)\n",
        "print(sum(i for i in xrange(10)))\n",
        "print 'first'\nif True:\n\tx = 1\n        y = 2\n",
    ],
)
def test_python_2_is_known_by_its_print_and_the_names_that_are_gone(tmp_path: Path, text: str) -> None:
    assert detected(tmp_path, "a.py", text) == "python2"


@pytest.mark.parametrize(
    "text",
    [
        '"""\nprint the sum\n"""\nprint(int(input()))\n',
        "# print the sum\nprint (1)\n",
        "try:\n    raw_input\nexcept NameError:\n    raw_input = input\nprint(raw_input())\n",
        "def xrange(n):\n    return range(n)\nprint(list(xrange(3)))\n",
        "from six.moves import xrange\nprint(list(xrange(3)))\n",
        "p = print if True else None\n",
        "#!/usr/bin/env python3\nprint 1\n",
        "print(",
        "",
    ],
)
def test_python_3_is_not_taken_for_it(tmp_path: Path, text: str) -> None:
    assert detected(tmp_path, "a.py", text) == ""
