"""Taking a package out of a git revision with plumbing commands that run nothing of the repository's own.

``git archive`` would apply filters that the repository's configuration names; ``ls-tree`` and ``cat-file`` do not.
Fetching, hooks, prompts and the user's configuration are switched off.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from judge.errors import PackageError, UsageError
from judge.package.files.unpack import DEFAULT_BOUNDS, Bounds, Unpacker
from judge.text import shown

_COMMAND_SECONDS_MAX = 60
_CHUNK_BYTES = 1 << 20
_REGULAR, _EXECUTABLE, _LINK, _SUBMODULE = "100644", "100755", "120000", "160000"


def unpack_revision(
    repository: Path, subdirectory: str, revision: str, root: Path, bounds: Bounds = DEFAULT_BOUNDS
) -> None:
    """Write the tree of ``revision`` (only ``subdirectory`` of it, "" for all) below the empty directory ``root``.

    Raises UsageError when there is no such repository or revision, PackageError for what the tree contains.
    """
    if not revision or revision.startswith("-") or any(letter.isspace() or letter == ":" for letter in revision):
        raise UsageError(f"{revision!r} is not the name of a git revision")
    tree = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}").strip()
    if subdirectory:
        tree = _git(repository, "rev-parse", "--verify", "--quiet", f"{tree.decode()}:{subdirectory}").strip()
    listing = _git(repository, "ls-tree", "-r", "-z", "--full-tree", tree.decode())
    unpacker = Unpacker(root, bounds)
    with _cat_file(repository) as process:
        assert process.stdin is not None and process.stdout is not None
        contents = _Contents(process.stdin, process.stdout)
        for record in filter(None, listing.split(b"\0")):
            _unpack_file(_file_of(record), contents, unpacker, bounds)
        process.stdin.close()
    unpacker.finish()


def commit_time_ms(repository: Path, revision: str = "HEAD") -> int:
    """When a commit was made, as its committer says: Unix time. It is the committer's own word.

    Raises UsageError when there is no such repository or revision.
    """
    for line in _git(repository, "cat-file", "commit", revision).split(b"\n"):
        if not line:
            break
        if line.startswith(b"committer "):
            seconds = line.rsplit(b" ", 2)[-2]
            if seconds.isdigit() and len(seconds) <= 12:
                return int(seconds) * 1000
    raise UsageError(f"git: {shown(str(repository))}: the commit has no time")


class _File(NamedTuple):
    """A line of ls-tree. ``mode``: git's, six digits."""

    mode: str
    blob: str
    name: str


class _Contents(NamedTuple):
    """The two ends of ``git cat-file --batch``."""

    questions: IO[bytes]
    answers: IO[bytes]

    def open(self, file: _File) -> int:
        """The size of a file, whose bytes and a line end come next on ``answers``."""
        self.questions.write(file.blob.encode() + b"\n")
        self.questions.flush()
        header = self.answers.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise PackageError("is missing from the git repository", where=shown(file.name))
        return int(header[2])


def _file_of(record: bytes) -> _File:
    meta, _, raw_name = record.partition(b"\t")
    mode, _, blob = meta.decode().split(" ")
    return _File(mode, blob, os.fsdecode(raw_name))


def _unpack_file(file: _File, contents: _Contents, unpacker: Unpacker, bounds: Bounds) -> None:
    if file.mode == _SUBMODULE:
        raise PackageError("is a git submodule; packages must hold their own files", where=shown(file.name))
    size = contents.open(file)
    if size > bounds.file_bytes:
        raise PackageError(f"has more than {bounds.file_bytes} bytes", where=shown(file.name))
    if file.mode == _LINK:
        unpacker.link(file.name, os.fsdecode(b"".join(_exactly(contents.answers, size))))
    else:
        unpacker.file(file.name, _exactly(contents.answers, size), executable=file.mode == _EXECUTABLE)
    contents.answers.read(1)


def _exactly(stream: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left:
        chunk = stream.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise PackageError("the git repository ended in the middle of a file")
        left -= len(chunk)
        yield chunk


def repository_of(path: Path) -> tuple[Path, str]:
    """The repository that contains ``path`` (which may only exist in another revision) and the path inside it.

    Raises UsageError when there is none.
    """
    existing = Path(os.path.abspath(path))
    missing: list[str] = []
    while not existing.is_dir():
        missing.insert(0, existing.name)
        if existing == existing.parent:
            raise UsageError(f"{shown(str(path))} is not in a git repository")
        existing = existing.parent
    if (existing / "HEAD").is_file() and (existing / "objects").is_dir():
        return existing, "/".join(missing)
    prefix = os.fsdecode(_git(existing, "rev-parse", "--show-prefix").rstrip(b"\n"))
    return existing, "/".join([*filter(None, prefix.split("/")), *missing])


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _argv(repository: Path, *arguments: str) -> list[str]:
    return [
        "git", "-C", str(repository), "-c", "protocol.allow=never", "-c", "core.fsmonitor=false",
        "-c", "core.hooksPath=/dev/null", "--no-pager", *arguments,
    ]  # fmt: skip


def _git(repository: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            _argv(repository, *arguments),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMMAND_SECONDS_MAX,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed, so a package cannot be taken from a git revision") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"git {arguments[0]} took more than {_COMMAND_SECONDS_MAX} s") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no such revision or path"]
        raise UsageError(f"git: {shown(str(repository))}: {lines[0]}")
    return done.stdout


def _cat_file(repository: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        _argv(repository, "cat-file", "--batch"),
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
