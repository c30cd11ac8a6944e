import sys
from pathlib import Path

if len(sys.argv) == 1:
    print("no table")
else:
    print(Path("table.txt").read_text().splitlines()[int(sys.argv[1].split()[0])])
