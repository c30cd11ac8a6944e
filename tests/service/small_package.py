"""A problem package that is verified within seconds: double the number."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

RIGHT = "print(2 * int(input()))\n"
_WRONG = "print(2 * abs(int(input())))\n"
_CHECK = "import sys\nsys.exit(42 if sys.stdin.read().strip().lstrip('-').isdigit() else 43)\n"


def package_files(mark: str, **changed: str) -> dict[str, str]:
    """Its files by name, of another digest for each ``mark``; ``changed`` are more, "__" stands for "/"."""
    files = {
        "problem.yaml": "problem_format_version: 2025-09\nname: Double\nuuid: 977fcc4f-f9e7-4260-bc3a-c06b8e8510d9\n"
        "license: public domain\nlimits:\n  time_limit: 2\n",
        "statement/problem.en.md": mark,
        "data/sample/1.in": "21\n",
        "data/sample/1.ans": "42\n",
        "data/secret/1.in": "-7\n",
        "data/secret/1.ans": "-14\n",
        "input_validators/number.py": _CHECK,
        "submissions/accepted/double.py": RIGHT,
        "submissions/wrong_answer/absolute.py": _WRONG,
    }
    return files | {name.replace("__", "/"): content for name, content in changed.items()}


def written(root: Path, mark: str, **changed: str) -> Path:
    """The package as a directory."""
    for name, content in package_files(mark, **changed).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def zipped(mark: str, **changed: str) -> bytes:
    """The package as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in package_files(mark, **changed).items():
            archive.writestr(f"double/{name}", content)
    return buffer.getvalue()
