"""A public file that is open: a piece at a time, and never left open."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path

import pytest

from judge.gateway.statements.opened import OpenedFile

CONTENT = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One with the file "a"."""
    path = tmp_path / "public.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        made.writestr("a", CONTENT)
    return path


def test_it_comes_in_small_pieces_and_is_closed_at_its_end(archive: Path) -> None:
    file = OpenedFile(archive, "a")
    archive.unlink()

    async def pieces() -> list[bytes]:
        return [piece async for piece in file.pieces()]

    found = asyncio.run(pieces())
    assert b"".join(found) == CONTENT and len(CONTENT) == file.size_bytes
    assert max(map(len, found)) <= 128 << 10
    with pytest.raises(ValueError, match="closed"):
        file.read()


def test_who_takes_no_more_leaves_it_closed(archive: Path) -> None:
    file = OpenedFile(archive, "a")

    async def one_piece() -> None:
        pieces = file.pieces()
        await anext(pieces)
        await pieces.aclose()

    asyncio.run(one_piece())
    with pytest.raises(ValueError, match="closed"):
        file.read()


def test_only_so_much_is_read(archive: Path) -> None:
    file = OpenedFile(archive, "a")
    assert (file.read(10), file.read(0), file.read(6)) == (CONTENT[:10], b"", CONTENT[10:16])
    file.close()


def test_what_is_not_there_is_said(archive: Path) -> None:
    with pytest.raises(KeyError):
        OpenedFile(archive, "b")
    with pytest.raises(FileNotFoundError):
        OpenedFile(archive.parent / "gone.zip", "a")
