"""Pass one must encode the number; pass two gets only the code and must say the number."""

import sys
from pathlib import Path

number = Path(sys.argv[1]).read_text().split()[-1]
secret = Path(sys.argv[2]).read_text().strip()
feedback = Path(sys.argv[3])
said = sys.stdin.read().split()
passes = feedback / "passes.txt"
count = int(passes.read_text()) + 1 if passes.exists() else 1
passes.write_text(str(count))
with (feedback / "judgemessage.txt").open("a") as message:
    message.write(f"pass {count}: {said}\n")
if len(said) != 1:
    sys.exit(43)
if count == 1:
    if said[0] == secret:
        sys.exit(43)
    (feedback / "nextpass.in").write_text(f"decode {said[0]}\n")
    sys.exit(42)
sys.exit(42 if said[0] == secret else 43)
