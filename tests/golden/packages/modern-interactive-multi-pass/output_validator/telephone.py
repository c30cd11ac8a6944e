"""Two conversations: in the first the submission picks a code word for a number, in the second it must tell the
number from the word. Says the pass and what there is, reads one word."""

import sys
from pathlib import Path

feedback = Path(sys.argv[3])
secret = Path(sys.argv[2]).read_text().strip()
what, word = Path(sys.argv[1]).read_text().split()
print(what, word, flush=True)
said = sys.stdin.readline().split()
if len(said) != 1:
    sys.exit(43)
if what == "encode":
    if said[0] == secret:
        sys.exit(43)
    (feedback / "nextpass.in").write_text(f"decode {said[0]}\n")
    sys.exit(42)
sys.exit(42 if said[0] == secret else 43)
