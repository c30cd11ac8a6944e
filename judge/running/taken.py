"""Files that are wanted by name, streams that become named blobs, links, and where /work is shown: checks and reports.

Of command groups and of sessions.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence

from judge.errors import WorkError
from judge.model.group import InputLink, WantedFile
from judge.model.work_report import Missing, Output, TakenFile
from judge.package.ceilings import Ceilings
from judge.running.outputs import output_of
from judge.running.runner import INLINE_BYTES_MAX, Runner
from judge.sandbox.capture import Capture, Missed
from judge.sandbox.spec import Wanted
from judge.toolchain.work_files import parents, shortened
from judge.wire import is_name

#: Of one command.
WANTED_MAX = 256
LINKS_MAX = 256
_NAMES_BYTES_MAX = 16 << 10
_DEPTH_MAX = 32

WORK_PATHS = ("/work", "/w")

_MISSING = {
    0: Missing.NO_FILE,
    errno.ELOOP: Missing.NO_FILE,
    errno.EFBIG: Missing.TOO_LARGE,
    errno.ENOENT: Missing.ABSENT,
    errno.ENOTDIR: Missing.ABSENT,
}


def check_wanted(wanted: Sequence[WantedFile], ceilings: Ceilings, field: str = "wanted") -> None:
    """Raises WorkError for what cannot be wanted."""
    if len(wanted) > WANTED_MAX:
        raise WorkError(f"{len(wanted)} files; at most {WANTED_MAX} can be wanted", field)
    for index, one in enumerate(wanted):
        _check_name(one.name, f"{field}[{index}].name")
        check_blob_name(one.blob, f"{field}[{index}].blob")
        if not 0 <= one.bytes_max <= ceilings.output_bytes:
            raise WorkError(
                f"must be 0 to {ceilings.output_bytes}, the operator's ceiling", f"{field}[{index}].bytes_max"
            )
    _check_length([one.name for one in wanted], field)


def check_links(links: Sequence[InputLink], field: str = "links") -> None:
    """Raises WorkError for links that cannot be made."""
    if len(links) > LINKS_MAX:
        raise WorkError(f"{len(links)} links; at most {LINKS_MAX} are made", field)
    for index, link in enumerate(links):
        _check_name(link.name, f"{field}[{index}].name")
        if not link.target or "\0" in link.target or not _is_text(link.target):
            raise WorkError(f"{shortened(link.target)} is nothing that a link can lead to", f"{field}[{index}].target")
    _check_length([text for link in links for text in (link.name, link.target)], field)


def check_blob_name(name: str, field: str) -> None:
    """Raises WorkError for what is no blob's name; empty = there is to be no blob."""
    if name and not is_name(name):
        raise WorkError(f"{shortened(name)} is no name that a blob can have", field)


def check_work_path(path: str, field: str = "work_path") -> None:
    """Raises WorkError where /work cannot be shown there."""
    if path not in WORK_PATHS:
        raise WorkError(f"must be one of {', '.join(WORK_PATHS)}", field)


def alias_of(work_path: str) -> str:
    """Where /work is shown besides."""
    return "" if work_path == WORK_PATHS[0] else work_path


def wanted_of(wanted: Sequence[WantedFile], ceilings: Ceilings) -> tuple[Wanted, ...]:
    """The same as the sandbox is told it."""
    return tuple(Wanted(name=one.name, bytes_max=one.bytes_max or ceilings.output_bytes, cut=one.cut) for one in wanted)


def taken_files(
    runner: Runner,
    tenant: str,
    wanted: Sequence[WantedFile],
    found: Sequence[Capture | Missed],
    inline_bytes_max: int = INLINE_BYTES_MAX,
) -> Iterator[TakenFile]:
    """What came of each; of a run that did not come to its end nothing is there. Raises BlobStoreError."""
    for index, one in enumerate(wanted):
        there = found[index] if index < len(found) else Missed(errno.ENOENT)
        if isinstance(there, Missed):
            missing = _MISSING.get(there.errno, Missing.UNREADABLE)
            yield TakenFile(name=one.name, missing=missing, size_bytes=there.size_bytes)
            continue
        content = named_output(runner, tenant, there, one.blob, inline_bytes_max)
        if content is None:
            yield TakenFile(name=one.name, missing=Missing.NOT_KEPT)
        else:
            yield TakenFile(name=one.name, content=content)


def named_output(
    runner: Runner, tenant: str, capture: Capture, blob: str, inline_bytes_max: int = INLINE_BYTES_MAX
) -> Output | None:
    """What was captured; where ``blob`` names one, as that blob. None = the tenant may not keep it. Raises
    BlobStoreError."""
    if not blob:
        return output_of(runner, tenant, capture, inline_bytes_max)
    try:
        digest = runner.blobs.keep(tenant, capture, blob)
    except WorkError:
        return None
    return Output(blob=digest, size_bytes=capture.size_bytes, truncated=capture.truncated)


def stream_of(
    runner: Runner, tenant: str, capture: Capture, blob: str, inline_bytes_max: int = INLINE_BYTES_MAX
) -> Output:
    """The same of a stream: what may not be kept counts as cut off. Raises BlobStoreError."""
    return named_output(runner, tenant, capture, blob, inline_bytes_max) or Output(truncated=True)


def _check_name(name: str, field: str) -> None:
    if not name or "\0" in name or not _is_text(name) or not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise WorkError(f"{shortened(name)} is no relative path below /work", field)
    if len(parents(name)) > _DEPTH_MAX:
        raise WorkError(f"more than {_DEPTH_MAX} directories deep", field)


def _check_length(names: Sequence[str], field: str) -> None:
    size_bytes = sum(len(name.encode()) for name in names)
    if size_bytes > _NAMES_BYTES_MAX:
        raise WorkError(f"their names have {size_bytes} bytes; at most {_NAMES_BYTES_MAX} are taken", field)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
