"""The closer to the answer, the better; prints a multiplier, or a score when asked to by an argument."""

import sys
from pathlib import Path

right = int(Path(sys.argv[2]).read_text())
try:
    number = int(sys.stdin.read())
except ValueError:
    sys.exit(43)
if number < 0 or number > right:
    sys.exit(43)
name = sys.argv[4] if len(sys.argv) > 4 else "score_multiplier.txt"
if name != "none":
    value = number if name == "score.txt" else number / right
    Path(sys.argv[3], name).write_text(f"{value}\n")
sys.exit(42)
