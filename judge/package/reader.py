"""What reads one package format: the seam between :mod:`judge.package.source` and the formats' folders.

A new format is one module with a class that has what :class:`Reader` asks for, and one line in
:mod:`judge.package.registry`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from judge.model.problem import Problem
from judge.model.program import DEFAULT_QUOTAS, ProgramQuotas
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.package.findings import Findings


class Inheritance(StrEnum):
    """What a legacy test data group takes from its ancestors."""

    KEYS = "keys"  #: each key that its own file does not give, as the format's own verifier does
    FILES = "files"  #: nothing once it has a file of its own: the letter of the specification


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to read a package.

    ``ceilings`` bound what it may ask for, ``quotas`` what its judge program may. ``inheritance`` is about legacy
    groups. ``as_domjudge``: read legacy scoring packages as DOMjudge does, whatever they say themselves; its groups
    inherit no keys.
    """

    ceilings: Ceilings = DEFAULT_CEILINGS
    quotas: ProgramQuotas = DEFAULT_QUOTAS
    inheritance: Inheritance = Inheritance.KEYS
    as_domjudge: bool = False


DEFAULT_READING = ReadOptions()


class Reader(Protocol):
    """Reads one format. Readers have no state of their own and may be used by several threads."""

    @property
    def title(self) -> str:
        """Whose format it is, for messages."""
        ...

    @property
    def marker(self) -> str:
        """The file at the package's root that says it has this format."""
        ...

    @property
    def reads_in_place(self) -> bool:
        """Whether the problem's files all lie in the package: nothing is unpacked or converted beside it."""
        ...

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """The problem in ``directory`` and what is wrong with it.

        Blocking findings are only reported: the problem may then be meaningless. ``unpacked``: an empty directory for
        files that are made, which must live as long as the problem; a reader that reads in place does not touch it.
        Raises PackageError for what makes reading on pointless, OSError for a file that cannot be read.
        """
        ...
