"""A package to move about, and stores to move it through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from memory_store import memory_store


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "sum"
    (root / "data" / "secret").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "problem.yaml").write_text("name: sum\n")
    (root / "data" / "secret" / "1.in").write_bytes(b"\0\xff" * 5000)
    script = root / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (root / "link").symlink_to("data/secret/1.in")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("not a part of it")
    return root


@pytest.fixture
def http_store() -> Iterator[str]:
    with memory_store() as address:
        yield f"{address}/packages"
