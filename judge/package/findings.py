"""What a reader finds wrong with a package, collected in order instead of stopping at the first.

Three weights. A *warning* is advice. An *error* breaks the specification but leaves the meaning clear, so the
problem can still be judged. A *blocking* error leaves the meaning unclear (a limit that is no number, a missing
answer): :func:`judge.package.kattis.reader.read_package` refuses the package because of it.
"""

from __future__ import annotations

from judge.errors import PackageError
from judge.model.problem import Diagnostic

#: Of all YAML files of one package together: bytes, and nodes. A byte costs about one microsecond to read, a node 25:
#: a hostile package costs seconds.
YAML_BYTES_TOTAL_MAX = 4 << 20
YAML_NODES_TOTAL_MAX = 200_000


class Effort:
    """What reading one package may still cost, however its configuration is spread over files."""

    def __init__(self) -> None:
        self._bytes_left = YAML_BYTES_TOTAL_MAX
        self._nodes_left = YAML_NODES_TOTAL_MAX

    def spend(self, file: str, *, size_bytes: int = 0, nodes: int = 0) -> None:
        """Count what a file costs. Raises PackageError naming it when that is too much for one package."""
        self._bytes_left -= size_bytes
        self._nodes_left -= nodes
        if self._bytes_left < 0:
            what = f"{YAML_BYTES_TOTAL_MAX} bytes"
        elif self._nodes_left < 0:
            what = f"{YAML_NODES_TOTAL_MAX} values"
        else:
            return
        raise PackageError(f"the package's configuration files have more than {what} up to here", where=file)


class Findings:
    """Collects diagnostics of one package; with :attr:`effort`, the only mutable thing in this room."""

    def __init__(self) -> None:
        #: Shared by all that read files of this package.
        self.effort = Effort()
        self._diagnostics: list[Diagnostic] = []
        self._blocking: list[Diagnostic] = []

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found so far, each once, in the order found."""
        return tuple(dict.fromkeys(self._diagnostics))

    @property
    def blocking(self) -> tuple[Diagnostic, ...]:
        """The findings that forbid judging."""
        return tuple(dict.fromkeys(self._blocking))

    def warning(self, file: str, message: str, *, line: int = 0, key: str = "") -> None:
        """Advice."""
        self._diagnostics.append(Diagnostic(level="warning", file=file, line=line, key=key, message=message))

    def error(self, file: str, message: str, *, line: int = 0, key: str = "") -> None:
        """A breach of the specification that does not make the meaning unclear."""
        self._diagnostics.append(Diagnostic(level="error", file=file, line=line, key=key, message=message))

    def block(self, file: str, message: str, *, line: int = 0, key: str = "") -> None:
        """An error that makes judging meaningless."""
        self.error(file, message, line=line, key=key)
        self._blocking.append(self._diagnostics[-1])

    def raise_if_blocked(self) -> None:
        """Raise PackageError for the first blocking finding, saying how many more there are."""
        blocking = self.blocking
        if not blocking:
            return
        more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
        raise PackageError(blocking[0].message + more, where=location(blocking[0]))


def location(diagnostic: Diagnostic) -> str:
    """``file``, ``file:line`` or ``file:line: key``: as much as is known."""
    text = diagnostic.file
    if diagnostic.line:
        text += f":{diagnostic.line}"
    return f"{text}: {diagnostic.key}" if diagnostic.key else text
