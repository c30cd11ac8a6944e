"""What an import leaves: a new directory with assignment.yaml and files beside it, and what could not be taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from judge.errors import UsageError
from judge.package.findings import Findings, location
from judge.text import printable, shown
from judge.toolchain.package_roots import NO_NEEDS, Needs

ASSIGNMENT = "assignment.yaml"


@dataclass(frozen=True)
class Imported:
    """``needs``: packages that the assignment wants on every worker. ``remarks``: what was not taken over, in words."""

    directory: Path
    needs: Needs = NO_NEEDS
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What the operator says of the assignment to be: its title (empty = found), the points of the whole."""

    title: str = ""
    points: float = 100.0


def write_assignment(out: Path, document: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Make the directory. Raises UsageError when there is something already, or it cannot be written."""
    try:
        out.mkdir(mode=0o755, parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise UsageError(f"{shown(str(out))}: there is something already")
        for name, content in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        text = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=100)
        (out / ASSIGNMENT).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(str(out))}: cannot be written: {error.strerror}") from error


def remarks_of(findings: Findings) -> tuple[str, ...]:
    """What reading found, as remarks."""
    return tuple(f"{location(one)}: {printable(one.message)}" for one in findings.diagnostics)


def limits_document(wall_s: float, memory: str) -> dict[str, Any]:
    """The limits of an assignment whose programs run that long."""
    return {"time": f"{wall_s:g}s", "memory": memory}


def packages_document(needs: Needs) -> dict[str, Any]:
    """The key ``packages`` of an autograder's part; nothing when nothing is needed."""
    found: dict[str, Sequence[str]] = {}
    if needs.debian:
        found["debian"] = list(needs.debian)
    if needs.pypi:
        found["pypi"] = list(needs.pypi)
    return {"packages": found} if found else {}
