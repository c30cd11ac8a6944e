import sys
from pathlib import Path

own, *of_the_case = sys.argv[1:]
needed = 1 if Path("table.txt").exists() else 0
sys.exit(42 if own == "--fine" and len(of_the_case) == needed else 43)
