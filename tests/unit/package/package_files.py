"""Builds small problem packages on disk from a dict of names and contents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from judge.model.problem import Problem, TestGroup
from judge.package.source import open_package

Content = str | bytes

#: The smallest package without any finding.
MODERN: dict[str, Content] = {
    "problem.yaml": (
        "problem_format_version: 2025-09\nname: Tiny\nuuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\n"
        "license: public domain\nlimits:\n  time_limit: 1\n"
    ),
    "statement/problem.en.md": "Say yes.\n",
    "input_validators/any.py": "import sys\nsys.exit(42)\n",
    "data/secret/1.in": "1\n",
    "data/secret/1.ans": "yes\n",
    "submissions/accepted/yes.py": "print('yes')\n",
}
LEGACY: dict[str, Content] = {
    **MODERN,
    "problem.yaml": "name: Tiny\nlicense: public domain\n",
    "problem_statement/problem.en.tex": "\\problemname{Tiny}\n",
}
del LEGACY["statement/problem.en.md"]


def write_package(root: Path, files: Mapping[str, Content | None], base: Mapping[str, Content] = MODERN) -> Path:
    """Write ``base`` with ``files`` over it below ``root``/tiny; None leaves a file of the base out."""
    package = root / "tiny"
    for name, content in {**base, **files}.items():
        if content is None:
            continue
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return package


def read_files(tmp_path: Path, files: Mapping[str, Content | None]) -> Problem:
    """The problem in a package of nothing but ``files``, of whatever format; what was unpacked is gone again."""
    with open_package(str(write_package(tmp_path, files, {})), tmp_path) as problem:
        return problem


def secret_group(problem: Problem) -> TestGroup:
    """The only group of a problem's data."""
    assert [group.name for group in problem.root.groups] == ["secret"]
    return problem.root.groups[0]
