"""What the virtual machine was made for: runs in the guest as root, does the scenario's steps, reports each one.

Standard library only: it is Debian's own Python that runs it.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parent))

from checks import Failed, Report
from scenarios import SCENARIOS

PORT = Path("/dev/virtio-ports/judge.results")
_OUTPUT_CHARS = 60_000


def main() -> int:
    """Every step, whatever became of the ones before it; 0 when all ended well."""
    options = kernel_options(Path("/proc/cmdline").read_text().split())
    only = tuple(word for word in options.get("only", "").replace("_", " ").split(",") if word)
    good = True
    not_started: set[str] = set()
    with PORT.open("w", buffering=1) as port:
        for name, step in SCENARIOS[options["scenario"]](options):
            if not is_chosen(name, only):
                continue
            subject, _, action = name.partition(": ")
            if subject in not_started:
                step = not_tried
            ok = _do(name, step, port)
            if action == "start" and not ok:
                not_started.add(subject)
            good &= ok
        port.write(json.dumps({"event": "done"}) + "\n")
    return 0 if good else 1


def is_chosen(name: str, only: tuple[str, ...]) -> bool:
    """Whether a step is done: all are, or those whose name begins with one of these words, and what they build on."""
    subject, _, action = name.partition(": ")
    needed = name.startswith("install") or (action == "start" and any(word.startswith(subject) for word in only))
    return not only or needed or name.startswith(only)


def kernel_options(words: Iterable[str]) -> dict[str, str]:
    """What the kernel's command line says to us: judge.NAME=VALUE."""
    pairs = (word[len("judge.") :].split("=", 1) for word in words if word.startswith("judge.") and "=" in word)
    return dict(pairs)


def not_tried() -> Report:
    """In place of what builds on a step that failed."""
    raise Failed(Report("not tried: nothing was started"))


def _do(name: str, step: Callable[[], Report], port: TextIO) -> bool:
    print(f"--- {name}", flush=True)
    began = time.monotonic()
    try:
        report = step()
        ok = True
    except Failed as failure:
        report, ok = failure.report, False
    except Exception as error:  # the next steps must still be done
        report, ok = Report(f"{type(error).__name__}: {error}", traceback.format_exc()), False
    message = {
        "event": "step",
        "name": name,
        "ok": ok,
        "seconds": round(time.monotonic() - began, 1),
        "detail": report.detail,
        "output": report.output[-_OUTPUT_CHARS:],
    }
    port.write(json.dumps(message) + "\n")
    return ok


if __name__ == "__main__":
    sys.exit(main())
