"""The score is the number that the submission prints, at most the one in the answer file."""

import sys
from pathlib import Path

most = int(Path(sys.argv[2]).read_text())
try:
    number = int(sys.stdin.read())
except ValueError:
    sys.exit(43)
if not 0 <= number <= most:
    sys.exit(43)
Path(sys.argv[3], "score.txt").write_text(f"{number}\n")
sys.exit(42)
