"""Names of files in packages: how they are shown, ordered and checked.

Host paths keep whatever bytes the file system has (surrogate escapes); every name that leaves this room in a
message, a report or JSON goes through :func:`judge.text.shown`.
"""

from __future__ import annotations

import re

from judge.model.problem import PackageFormat

_NAME_2025 = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}")
_NAME_LEGACY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,253}[a-zA-Z0-9]")

#: Files that sources include; beside a program they go with it.
HEADER_ENDINGS = frozenset({"h", "hh", "hpp", "hxx", "inc"})


def ending(name: str) -> str:
    """The part after the last dot, lower case; empty without a dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_plain_name(name: str) -> bool:
    """Whether a file of a program's working directory may be called so: no directory in it, nothing odd."""
    return re.fullmatch(r"\w[\w. -]{0,99}", name) is not None


def hidden(name: str) -> bool:
    """Names that belong to other tools and are no part of a package: ``.git``, ``.DS_Store``, ``-x``, ``a~``."""
    return name.startswith((".", "-")) or name.endswith("~") or name in {"__pycache__", "__MACOSX", "Thumbs.db"}


def conforming(name: str, package_format: PackageFormat) -> bool:
    """Whether the specification allows ``name`` for a file or directory.

    One-letter names are allowed in legacy packages too: its pattern forbids them, its own examples use them.
    """
    pattern = _NAME_LEGACY if package_format is PackageFormat.LEGACY and len(name) > 1 else _NAME_2025
    return pattern.fullmatch(name) is not None
