"""Draw docs/pictures/judgement.svg: a terminal in which a real submission is judged. Run: python deploy/docs/picture.py

It runs the command in a terminal of its own, so that colours and widths are those that people see.
"""

from __future__ import annotations

import io
import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ["judge", "grade", "examples/sum", "examples/sum/submissions/wrong_answer/thirty_two_bits.cpp"]
WIDTH = 100


def run_in_terminal(command: list[str]) -> str:
    """What a command prints in a terminal of WIDTH columns."""
    os.environ.update(COLUMNS=str(WIDTH), TERM="xterm-256color", FORCE_COLOR="1")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.waitpid(pid, 0)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def main() -> None:
    """Write the picture."""
    os.chdir(ROOT)
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    printed = run_in_terminal(COMMAND).split("\r")[-1]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), " ".join(COMMAND)))
    console.print(Text.from_ansi(printed.rstrip()))
    picture = console.export_svg(title="judge", unique_id="judge")
    own_fonts = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)  # a picture asks nobody for anything
    (ROOT / "docs" / "pictures" / "judgement.svg").write_text(own_fonts)


if __name__ == "__main__":
    main()
