"""A worker proves itself: it judges a known good program in a fresh slot, at most once a minute for all its processes.

A slot asks for a proof when a judging failed for an unforeseen reason; the leases process has one made
(``python -m judge_workers.slot.proof``) before a worker that is out comes back. What the last one found holds until
the next.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from judge.config import Settings, inherited_settings
from judge.errors import JudgeError
from judge.kernel.prctl import set_parent_death_signal
from judge.observe.logs import set_up_logging
from judge_workers.judging import load_factory
from judge_workers.node.process import python_module
from judge_workers.profile import load_profile

#: A proof costs a second or so of a core.
PROOF_EVERY_S = 60.0

#: A proof that takes longer has failed.
PROOF_MAX_S = 120.0

#: The note is always this long, so that a full disk does not matter once it is there.
_NOTE_BYTES = 1024
_COMPLAINT_MAX = 300

log = logging.getLogger(__name__)


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the last proof found. ``at_s``: CLOCK_MONOTONIC, the same in all processes of a host."""

    at_s: float
    complaint: str


class Proof:
    """Makes proofs and remembers the last one, for all processes of a worker."""

    def __init__(self, directory: Path, prove: Callable[[str], str]) -> None:
        """``directory``: the worker's run directory. ``prove``: see
        :meth:`judge_workers.judging.JudgeFactory.prove`."""
        self._fd = os.open(directory / "proof", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._prove = prove
        if os.fstat(self._fd).st_size < _NOTE_BYTES:
            os.pwrite(self._fd, b" " * _NOTE_BYTES, 0)

    def complaint(self, language: str) -> str:
        """Why this host must not judge; empty = it proved itself, now or within the last minute. Blocks for seconds."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            found = self._last()
            if found is None or time.monotonic() - found.at_s >= PROOF_EVERY_S:
                found = _Found(at_s=time.monotonic(), complaint=self._made(language))
                os.pwrite(self._fd, msgspec.json.encode(found).ljust(_NOTE_BYTES), 0)
            return found.complaint
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def is_due(self) -> bool:
        """Whether a new one may be made. A glance: one that is being made just now does not count."""
        found = self._last()
        return found is None or time.monotonic() - found.at_s >= PROOF_EVERY_S

    def last_complaint(self) -> str:
        """What the last one found; empty when it was well, or when there was none."""
        found = self._last()
        return found.complaint if found else ""

    def _made(self, language: str) -> str:
        try:
            complaint = self._prove(language)
        except Exception as error:  # whatever it was: this host cannot do it
            log.exception("the proof failed")
            complaint = f"{type(error).__name__}: {error}"
        return f"a known good program is not judged right: {complaint}"[:_COMPLAINT_MAX] if complaint else ""

    def _last(self) -> _Found | None:
        try:
            return msgspec.json.decode(os.pread(self._fd, _NOTE_BYTES, 0), type=_Found)
        except (OSError, msgspec.DecodeError):
            return None


class ProofRun:
    """A proof in a process of its own, looked after now and then. It dies with the process that started it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._began_s = 0.0

    @property
    def running(self) -> bool:
        """Started, and its end not yet seen."""
        return self._process is not None

    def start(self) -> None:
        """Start one. Raises OSError when the host cannot even do that."""
        self._process = subprocess.Popen(python_module("judge_workers.slot.proof"), stdin=subprocess.DEVNULL)
        self._began_s = time.monotonic()

    def ended(self) -> bool | None:
        """True = it ended well, False = it did not; None while it runs. Then it may be started again."""
        if self._process is None:
            return None
        code = self._process.poll()
        if code is None:
            if time.monotonic() - self._began_s < PROOF_MAX_S:
                return None
            self._process.kill()
            code = self._process.wait() or 1
        self._process = None
        return code == 0


def language_to_prove(wanted: str, offered: tuple[str, ...]) -> str:
    """The language of what failed where it is offered here, else any that is; empty when none is."""
    return wanted if wanted in offered or not offered else offered[0]


def proof_of(settings: Settings) -> Proof:
    """The proof of the worker with these settings. Raises UsageError, OSError."""
    factory = load_factory(settings.worker.judge_factory)
    return Proof(settings.state.run, lambda language: factory.prove(settings, language))


def main() -> int:
    """Make a proof, unless there is a fresh one; 0 = this host is well."""
    set_parent_death_signal(signal.SIGKILL)
    settings = inherited_settings()
    set_up_logging(settings.logs.format, settings.logs.level)
    try:
        offered = load_profile(settings.state).info.languages
        complaint = proof_of(settings).complaint(language_to_prove("", offered))
    except (JudgeError, OSError) as error:
        log.error("%s", error)
        return 1
    return 1 if complaint else 0


if __name__ == "__main__":
    sys.exit(main())
