import sys
from pathlib import Path

language, entry_point, feedback = sys.argv[1:4]
forbidden = sys.argv[4]
sources = [path.read_text() for path in Path(".").rglob("*.py")]
Path(feedback, "judgemessage.txt").write_text(f"{language} {len(sources)}\n")
sys.exit(43 if any(forbidden in source for source in sources) else 42)
