"""Large outputs are worked on beside everything else that the gateway does."""

from __future__ import annotations

import asyncio
import threading

import pytest

from judge.gateway.dialects.common.aside import aside


@pytest.mark.parametrize(("size_bytes", "is_here"), [(0, True), (10, True), (300 << 10, False)])
def test_others_do_not_wait_for_what_is_large(size_bytes: int, is_here: bool) -> None:
    def worked(text: str, *, more: str) -> tuple[str, threading.Thread]:
        return text + more, threading.current_thread()

    text, thread = asyncio.run(aside(size_bytes, worked, "a", more="b"))
    assert text == "ab"
    assert (thread is threading.current_thread()) is is_here
