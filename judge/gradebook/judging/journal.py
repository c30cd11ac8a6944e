"""What was judged already, in a file of the gradebook's folder: one line a report, added as each comes.

A line is written whole or, when the machine dies in the middle, not read: nothing but what was running is lost.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from judge.errors import UsageError
from judge.kernel.atomic_files import write_whole
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.text import shown

FILE = "judged.ndjson"

_OPENING = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: the report of work with this key (:func:`key_of`). ``count``: of judge errors, how many it stands for,
    of which the report is the last."""

    key: str
    report: Report
    count: int = 1


def key_of(submission: Submission, digest: str, judge_version: str) -> str:
    """What names a judging for ever: the assignment's content, all that is judged, when it was handed in, and us."""
    judged = (
        digest,
        judge_version,
        submission.sources,
        submission.language,
        submission.main,
        submission.handed_in,
    )
    return hashlib.sha256(msgspec.msgpack.encode(judged)).hexdigest()


class Journal:
    """A context manager; one process at a time has it. Use from one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError: another process has it, or a file of it cannot be read and written."""
        self._path = folder / FILE
        self._reports: dict[str, Report] = {}
        self._failed: dict[str, Judged] = {}
        lock = folder / f".{FILE}.lock"
        with contextlib.ExitStack() as cleanup:
            with _named(lock):
                self._lock = _opened(lock)
                cleanup.callback(os.close, self._lock)
                try:
                    fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise UsageError(f"{shown(str(folder))}: another command grades into it now") from error
            with _named(self._path):
                self._file: IO[bytes] = self._read()
            cleanup.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with _named(self._path):
                self._file.close()
        except UsageError:
            if error is None:  # else that one tells more
                raise
        finally:
            os.close(self._lock)

    def known(self, key: str) -> Report | None:
        """The report of this judging, if there is one that stands: a judge error is no report."""
        return self._reports.get(key)

    def failures(self, key: str) -> int:
        """How often it could not be judged."""
        last = self._failed.get(key)
        return last.count if last is not None else 0

    def add(self, key: str, report: Report) -> None:
        """Keep a report; when this returns it is in the file. Raises UsageError: the disk is full."""
        self._take(Judged(key=key, report=report))
        with _named(self._path):
            self._file.write(msgspec.json.encode(Judged(key=key, report=report)) + b"\n")
            self._file.flush()

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget what nobody handed in any more; the file is written afresh. Judge errors stay, as their number names
        the next judging. Raises UsageError: the disk is full."""
        wanted = dict.fromkeys(keys)
        kept = [self._failed[key] for key in wanted if key in self._failed]
        kept += [Judged(key=key, report=self._reports[key]) for key in wanted if key in self._reports]
        lines = [msgspec.json.encode(line) + b"\n" for line in kept]
        with _named(self._path):
            self._file.close()
            write_whole(self._path, b"".join(lines))
            self._file = open(_opened(self._path), "ab")  # noqa: SIM115 (closed by the journal)

    def _read(self) -> IO[bytes]:
        """The file, to be added to, after all that is whole in it was taken. Raises OSError."""
        file = open(_opened(self._path), "a+b")  # noqa: SIM115 (closed by the journal)
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(file.close)
            file.seek(0)
            whole_bytes = 0
            for line in file.read().splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                whole_bytes += len(line)
                try:
                    self._take(msgspec.json.decode(line, type=Judged))
                except (msgspec.MsgspecError, RecursionError, ValueError):
                    continue  # of another version, or damaged: judged again
            file.truncate(whole_bytes)
            cleanup.pop_all()
        return file

    def _take(self, line: Judged) -> None:
        if line.report.verdict is Verdict.JE:
            count = self.failures(line.key) + line.count
            self._failed[line.key] = msgspec.structs.replace(line, count=count)
        else:
            self._reports[line.key] = line.report


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """What the system refuses is said of this file."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{shown(str(path))}: {error.strerror or error}") from error


def _opened(path: Path) -> int:
    """A regular file, new or not; never waits for another end. Raises OSError."""
    fd = os.open(path, _OPENING, 0o600)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "is no regular file")
    return fd
