"""Run the tests as two pytests side by side: most of them wait for something most of the time.

``python tests/house/side_by_side.py``, with pytest's own arguments after it. Progress is printed as it comes, what each
has to say at its end when both have ended, and what failed last.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The folders of the first; the second has the others. Each takes about as long.
FIRST = ("course", "gateway", "house", "kernel", "unit", "web")

#: In which all of what one has printed is read after its end.
_READ_S = 30.0


def halves(folders: Iterable[str]) -> tuple[list[str], list[str]]:
    """Each folder in one of two."""
    names = sorted(folders)
    return [name for name in names if name in FIRST], [name for name in names if name not in FIRST]


def commands(arguments: Sequence[str]) -> list[list[str]]:
    """Each with a cache of its own, where stages.py finds its counts."""
    folders = {path.parent.relative_to(ROOT / "tests").parts[0] for path in ROOT.glob("tests/*/**/test_*.py")}
    return [
        [sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir=.pytest_cache/{place}", *arguments]
        + [f"tests/{name}" for name in half]
        for place, half in zip(("first", "second"), halves(folders), strict=True)
    ]


class Side:
    """One of them."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
        self.ending: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Whole lines, so that those of the other do not lie within them."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if self.ending or line.startswith(b"==="):
                self.ending.append(line)
            else:
                sys.stdout.buffer.write(line)
                sys.stdout.flush()

    def wait(self) -> int:
        """The exit status, when it has ended and all is read; what it left running may hold its output open."""
        status = self.process.wait()
        self._reader.join(_READ_S)
        return status


def main(several: Sequence[Sequence[str]]) -> int:
    """Run them; returns the exit status of the first that fails, or 0."""
    sides = [Side(command) for command in several]
    ended = sorted(((side.wait(), at) for at, side in enumerate(sides)), key=lambda one: (one[0] != 0, one[1]))
    for _, at in ended:
        sys.stdout.buffer.write(b"".join(sides[at].ending))
        sys.stdout.flush()
    return next((status for status, _ in ended if status), 0)


if __name__ == "__main__":
    sys.exit(main(commands(sys.argv[1:])))
