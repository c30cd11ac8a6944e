"""One test in a process of its own, which it shares with the student's code.

The process is given a key that nobody has had before, and the test's name behind it, by a descriptor that its runner
closes before the student's code is called. So that code cannot choose the test. How the test went counts when it comes
with the key. What else is written there does not count.
"""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec

from judge.errors import CancelledError
from judge.model.coursework import TestStatus
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.sandbox.capture import memfd_of
from judge.sandbox.container import Container
from judge.sandbox.spec import RunSpec
from judge.text import safe_text
from judge.verdicts import reason_of_run, verdict_of_run

#: The runner's: where it finds the key, and how long that is.
KEY_FD = 4
KEY_BYTES = 32

_ANSWER_BYTES_MAX = 64 << 10
_MESSAGE_BYTES_MAX = 2000
_KEPT_BYTES = 2048

_SAID = {b"passed": TestStatus.PASSED, b"error": TestStatus.ERROR, b"not_run": TestStatus.NOT_RUN}
_OF_VERDICT = {Verdict.TLE: TestStatus.TIMEOUT, Verdict.OLE: TestStatus.FAILED}


@dataclass(frozen=True)
class Heard:
    """How one test went. ``asserted``: how many assertions held, as its runner counted them; 0 = it does not count."""

    status: TestStatus
    message: str
    asserted: int
    run: RunResult
    stdout: bytes
    stderr: bytes


def run_keyed(container: Container, spec: RunSpec, test: str) -> Heard:
    """Run the test of this name; blocks. Raises CancelledError, SandboxError, InfrastructureError."""
    key = secrets.token_bytes(KEY_BYTES)
    with ExitStack() as stack:
        key_fd = memfd_of(key + test.encode(), "key")
        stack.callback(os.close, key_fd)
        done = container.run(msgspec.structs.replace(spec, answer_bytes=_ANSWER_BYTES_MAX), fds={KEY_FD: key_fd})
        for capture in (*done.captures(), done.answer):
            stack.callback(capture.close)
        if done.result.outcome is Outcome.CANCELLED:
            raise CancelledError("cancelled")
        status, message, asserted = _went(done.result, done.answer.read(), key)
        stdout, stderr = done.stdout.read(_KEPT_BYTES + 1), done.stderr.read(_KEPT_BYTES + 1)
        return Heard(status, message, asserted, done.result, stdout, stderr)


def _went(result: RunResult, answer: bytes, key: bytes) -> tuple[TestStatus, str, int]:
    verdict = verdict_of_run(result)
    said = said_with(answer, key)
    if said is not None and said[0] is not TestStatus.PASSED:
        return said
    if verdict is not None:
        return _OF_VERDICT.get(verdict, TestStatus.ERROR), reason_of_run(result), 0
    if said is None:
        return TestStatus.NOT_RUN, "the program ended before the test was over", 0
    return said


def said_with(answer: bytes, key: bytes) -> tuple[TestStatus, str, int] | None:
    """What was said with the key: ``KEY STATUS COUNT`` in a line, a message after it; None = nothing was.

    It is the first that is said, so that the key can be guessed once."""
    known = key.hex().encode() + b" "
    head, _, message = answer.removeprefix(known).partition(b"\n")
    words = head.split()
    if not answer.startswith(known) or len(words) != 2 or not words[1].isdigit() or len(words[1]) > 18:
        return None
    status = _SAID.get(words[0], TestStatus.FAILED)
    return status, safe_text(message[:_MESSAGE_BYTES_MAX], _MESSAGE_BYTES_MAX).strip(), int(words[1])
