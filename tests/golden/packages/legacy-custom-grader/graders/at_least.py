"""Accepts when at least as many results are accepted as the argument says; the score is their number."""

import sys

results = [line.split() for line in sys.stdin]
accepted = sum(verdict == "AC" for verdict, _ in results)
if accepted >= int(sys.argv[1]):
    print("AC", accepted)
else:
    print(next(verdict for verdict, _ in results if verdict != "AC"), 0)
