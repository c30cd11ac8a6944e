"""Public parts of packages that take long, or out of which nothing can be taken."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from judge.config import Settings
from judge.gateway.problems import ProblemError
from judge.gateway.published import Published
from judge.gateway.statements import parts


class _Packages:
    """One store, where each package is empty."""

    def store(self) -> _Packages:
        return self

    def fetch(self, digest: str, target: Path) -> None:
        target.write_bytes(digest.encode())


def test_what_could_not_be_looked_at_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def killed(module: str, request: bytes, timeout_s: float) -> tuple[int, bytes]:
        asked.append(module)
        return -9, b""

    monkeypatch.setattr(parts, "answer_of", killed)
    digest = "sha256:" + "1" * 64

    async def whole() -> None:
        public = parts.PublicParts(Settings(), cast(Published, cast(Any, _Packages())))
        for tenant in ("school", "school", "other"):
            with pytest.raises(ProblemError, match="too large"):
                await public.part(digest, tenant)
        await public.close()

    asyncio.run(whole())
    assert len(asked) == 1
