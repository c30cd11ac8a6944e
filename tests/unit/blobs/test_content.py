"""What is to be put: from bytes, files, captures and streams."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import IO

import pytest

from judge.blobs.content import content_of, digest_of_file
from judge.errors import BlobChanged, UsageError
from judge.sandbox.capture import Capture, memfd_of

DATA = b"\0\xff content"
DIGEST = f"sha256:{hashlib.sha256(DATA).hexdigest()}"


def sources(tmp_path: Path) -> list[bytes | Path | Capture | IO[bytes]]:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    return [DATA, path, Capture(DATA), Capture(fd=memfd_of(DATA), size_bytes=len(DATA)), io.BytesIO(DATA)]


def test_every_source_has_the_digest_of_its_content(tmp_path: Path) -> None:
    for source in sources(tmp_path):
        with content_of(source) as content:
            assert (content.digest, content.size_bytes, content.read()) == (DIGEST, len(DATA), DATA)
    assert digest_of_file(tmp_path / "file") == DIGEST


def test_a_pipe_by_its_path_is_read_to_its_end(tmp_path: Path) -> None:
    read_fd, write_fd = os.pipe()
    os.write(write_fd, DATA)
    os.close(write_fd)
    with content_of(Path(f"/proc/self/fd/{read_fd}")) as content:
        assert content.digest == DIGEST
    os.close(read_fd)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "gone", "No such file"), (tmp_path, "directory")):
        with pytest.raises(UsageError, match=f"{path.name}: .*{reason}"), content_of(path):
            pass


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    with content_of(path) as content:
        content.check_unchanged()
        path.write_bytes(DATA.upper())
        with pytest.raises(BlobChanged):
            content.read()
        path.write_bytes(DATA + DATA)
        with pytest.raises(BlobChanged):
            content.check_unchanged()
