"""A linter of a few lines: tabs, and lines that are too long."""

import sys

found = False
for name in sys.argv[1:]:
    for number, line in enumerate(open(name, encoding="utf-8"), 1):
        if "\t" in line or len(line) > 80:
            found = True
            print(f"{name}:{number}: a tab, or more than 79 letters")
sys.exit(found)
