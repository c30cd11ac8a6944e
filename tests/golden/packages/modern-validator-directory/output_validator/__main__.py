import sys
from pathlib import Path

from parse import number_of

least = number_of(Path(sys.argv[1]).read_text())
number = number_of(sys.stdin.read())
Path(sys.argv[3], "teammessage.txt").write_text("think of even numbers\n")
Path(sys.argv[3], "judgemessage.txt").write_text(f"{number} for {least}, arguments {sys.argv[4:]}\n")
sys.exit(42 if number is not None and number >= least and number % 2 == 0 else 43)
