"""Directories of uploads: gone after use, and what a killed gateway left goes when the next one starts."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from judge.gateway.upload_directory import remove_leftovers, upload_directory

_OLD = (1_000_000, 1_000_000)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_killed_gateway_left_is_removed(place: Path) -> None:
    for name in ("judge-upload-old", "judge-upload-young", "other"):
        (place / name / "scratch").mkdir(parents=True)
    for name in ("judge-upload-old", "other"):
        os.utime(place / name, _OLD)
    (place / "judge-upload-link").symlink_to(place / "other")
    remove_leftovers()
    assert sorted(path.name for path in place.iterdir()) == ["judge-upload-link", "judge-upload-young", "other"]


def test_what_is_in_use_stays_and_is_gone_afterwards(place: Path) -> None:
    async def use() -> None:
        async with upload_directory() as upload:
            (upload / "package.zip").write_bytes(b"x")
            os.utime(upload, _OLD)
            remove_leftovers()
            assert (upload / "package.zip").exists()

    asyncio.run(use())
    assert list(place.iterdir()) == []
