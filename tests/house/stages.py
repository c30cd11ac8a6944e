"""Run make's targets one after the other, and end with the time each took and pytest's counts.

``python tests/house/stages.py install lint unit``. Stops at the first stage that fails, with its exit status; the last
line is always the sum.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Where each of several pytests leaves the counts of its last run; see gate.py and side_by_side.py.
CACHES = ROOT / ".pytest_cache"
COUNTS = "*/v/judge/counts"


def main(stages: Sequence[str]) -> int:
    """Run them; returns the exit status of the first that fails, or 0."""
    for path in CACHES.glob(COUNTS):
        path.unlink()
    began_s = time.monotonic()
    times: list[tuple[str, float]] = []
    status = 0
    for stage in stages:
        stage_began_s = time.monotonic()
        status = subprocess.run([os.environ.get("MAKE", "make"), "--no-print-directory", stage], check=False).returncode
        times.append((stage, time.monotonic() - stage_began_s))
        if status:
            break
    print(summary(times, time.monotonic() - began_s, failed=times[-1][0] if status else ""), flush=True)
    return status


def summary(times: Sequence[tuple[str, float]], total_s: float, *, failed: str) -> str:
    """A line a stage, and the sum with pytest's counts last."""
    lines = [f"{stage:12}{_words(seconds):>9}{'  FAILED' if stage == failed else ''}" for stage, seconds in times]
    parts = [f"FAILED in {failed}" if failed else "ok", _counts(), _words(total_s)]
    return "\n".join(["", *lines, "make test: " + ", ".join(filter(None, parts))])


def _counts() -> str:
    """pytest's counts; "" where it has not run. Passed, failed and skipped are always said, others where they are."""
    counts: Counter[str] = Counter()
    for path in CACHES.glob(COUNTS):
        counts.update(json.loads(path.read_text()))
    shown = [(count, name) for name, count in counts.items() if count or name in ("passed", "failed", "skipped")]
    return ", ".join(f"{count} {name}" for count, name in shown)


def _words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
