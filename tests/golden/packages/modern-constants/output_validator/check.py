import sys
from pathlib import Path

wanted = {{factor}} * int(Path(sys.argv[1]).read_text())
sys.exit(42 if sys.stdin.read().split() == [str(wanted), *sys.argv[4:]] else 43)
