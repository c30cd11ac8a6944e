"""What runs leave, as the client gets it: streams and kept files, small ones in the report, large ones as blobs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from judge.errors import WorkError
from judge.model.run import RunResult, Usage
from judge.model.units import S_NS
from judge.model.work_report import KeptFile, Output, OutputPiece, RunReport
from judge.running.runner import INLINE_BYTES_MAX, Runner
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.spec import Collect

#: Of one run.
KEPT_FILES_MAX = 256

#: Of the names of one run's kept files together.
KEPT_NAMES_CHARS_MAX = 16 << 10


#: CPU time of looking for files to keep, of all runs of one piece of work together.
_LOOKING_NS = 10 * S_NS


def collect_kept(globs: Sequence[str], bytes_max: int, runs: int) -> Collect:
    """What to take out of /work after each of the runs that one piece of work has."""
    return Collect(
        patterns=tuple(globs), files_max=KEPT_FILES_MAX, bytes_max=bytes_max, cpu_time_ns=_LOOKING_NS // runs
    )


def run_report(
    runner: Runner,
    tenant: str,
    done: Completed,
    pieces: tuple[OutputPiece, ...] = (),
    inline_bytes_max: int = INLINE_BYTES_MAX,
) -> RunReport:
    """A finished run with its outputs. Raises BlobStoreError."""
    kept = kept_files(runner, tenant, done.files)
    return RunReport(
        result=done.result,
        stdout=output_of(runner, tenant, done.stdout, inline_bytes_max),
        stderr=output_of(runner, tenant, done.stderr, inline_bytes_max),
        pieces=pieces,
        files=kept.files,
        files_passed_over=done.passed_over + kept.passed_over,
    )


def output_of(runner: Runner, tenant: str, capture: Capture, inline_bytes_max: int = INLINE_BYTES_MAX) -> Output:
    """What was captured of one stream; where no blob can be kept, as much of it as a report holds."""
    if capture.size_bytes <= inline_bytes_max:
        return Output(content=capture.read(), size_bytes=capture.size_bytes, truncated=capture.truncated)
    try:
        blob = runner.blobs.keep(tenant, capture)
    except WorkError:
        content = capture.read(inline_bytes_max)
        return Output(content=content, size_bytes=len(content), truncated=True)
    return Output(blob=blob, size_bytes=capture.size_bytes, truncated=capture.truncated)


class Kept(NamedTuple):
    """Kept files, and how many more could not be."""

    files: tuple[KeptFile, ...]
    passed_over: int


def kept_files(runner: Runner, tenant: str, files: Mapping[str, Capture]) -> Kept:
    """Keep collected files as blobs. Passed over are those whose names are no text, or more than a report holds, and
    what the tenant may not keep: the run is done, and its report is not to be lost. Raises BlobStoreError."""
    kept = []
    room_chars = KEPT_NAMES_CHARS_MAX
    for name, capture in files.items():
        room_chars -= len(name)
        if room_chars < 0 or not (name.isascii() or _is_text(name)):
            continue
        with contextlib.suppress(WorkError):
            blob = runner.blobs.keep(tenant, capture)
            kept.append(KeptFile(name=name, blob=blob, size_bytes=capture.size_bytes, truncated=capture.truncated))
    return Kept(tuple(kept), len(files) - len(kept))


def mean_usage(results: Sequence[RunResult]) -> Usage | None:
    """The mean of each counter over those runs that have it; None without runs."""
    if not results:
        return None
    means: dict[str, int | None] = {}
    for name in Usage.__struct_fields__:
        values = [value for result in results if (value := getattr(result.usage, name)) is not None]
        means[name] = round(sum(values) / len(values)) if values else None
    return msgspec.convert(means, Usage)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
