"""Exactly one line with two integers in range, one space between them, nothing else."""

import re
import sys

INTEGER = r"(0|-?[1-9][0-9]{0,15})"

match = re.fullmatch(INTEGER + " " + INTEGER + r"\n", sys.stdin.read())
in_range = match is not None and all(abs(int(number)) <= 10**15 for number in match.groups())
sys.exit(42 if in_range else 43)
