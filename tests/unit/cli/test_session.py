"""``judge session``: what of the keys is for the program."""

from __future__ import annotations

import pytest

from judge.cli.session import Escape


@pytest.mark.parametrize(
    ("keys", "passed", "leaving"),
    [
        (b"a~.\r", b"a~.\r", False),
        (b"~.more", b"", True),
        (b"ls\r~.", b"ls\r", True),
        (b"~~.\r", b"~.\r", False),
        (b"~/bin\r", b"~/bin\r", False),
        (b"\x03~.", b"\x03", True),
    ],
)
def test_a_tilde_and_a_dot_leave_at_the_beginning_of_a_line(keys: bytes, passed: bytes, leaving: bool) -> None:
    for pieces in ([keys], [keys[at : at + 1] for at in range(len(keys))]):
        escape = Escape()
        said = b"".join(escape.typed(piece) for piece in pieces if not escape.leaving)
        assert (said, escape.leaving) == (passed, leaving)
