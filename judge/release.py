"""This program's own version."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def judge_version() -> str:
    """The version, as ``judge --version`` prints it; empty when this is not installed as a package."""
    try:
        return version("judge-service")
    except PackageNotFoundError:
        return ""
