"""A key in front of a path is taken off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from judge.gateway.dialects.common.path_key import PathKeys, path_key_of


def _passed(path: str, kind: str = "http") -> tuple[str, bytes, str]:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    scope = {"type": kind, "path": path, "raw_path": path.encode(), "state": {"kept": 1}}
    asyncio.run(PathKeys(app)(scope, None, None))  # type: ignore[arg-type]
    (got,) = seen
    assert got["state"]["kept"] == 1
    return got["path"], got["raw_path"], path_key_of(got)


@pytest.mark.parametrize(
    ("path", "passed", "key"),
    [
        ("/jobe/x", "/jobe/x", ""),
        ("/key/jk_a/jobe/x", "/jobe/x", "jk_a"),
        ("/key/jk_a", "/", "jk_a"),
        ("/key/jk_a/", "/", "jk_a"),
        ("/key//jobe", "/jobe", "-"),
        ("/key/jk_a/key/jk_b/jobe", "/jobe", "jk_a"),
        ("/keys/jk_a/jobe", "/keys/jk_a/jobe", ""),
        ("/key", "/key", ""),
    ],
)
def test_paths(path: str, passed: str, key: str) -> None:
    assert _passed(path) == (passed, passed.encode(), key)
    assert _passed(path, "websocket") == (passed, passed.encode(), key)
