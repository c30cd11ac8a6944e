"""Every message survives the wire, and no report of a launcher is longer than what is read of it."""

from __future__ import annotations

import marshal
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.sandbox import protocol
from judge.sandbox.protocol import from_wire, to_wire
from judge.sandbox.reports import REPORT_BYTES_MAX, Failure, FileHead, Finish, MountState

PROGRAM = protocol.Program(("/bin/x", "\udcff"), {"A": "b"}, "/work", ("d",), 1, 2, 3, 4, 5)
MESSAGES: list[protocol.Message] = [
    protocol.StartRun(PROGRAM, (0, 1, 2), 5, protocol.NO_GROUP, (5, 6)),
    protocol.StartRun(None, (0, 1, 2, 7), 5, 6, ()),
    protocol.PutFiles([protocol.PutFile("a/b", 0o644, 0, 0, -1), protocol.PutFile("c", 0o755, 1, 2, 3)]),
    protocol.CollectFiles(("*",), 1, 2, 3),
    protocol.NoteFreshMounts(),
    protocol.HandOutNamespaces(),
    protocol.UseTemplate(),
    protocol.JoinGroups(3),
    protocol.AddPolicy("default", b"\0\xff"),
    protocol.StageRoot("r0", [("", ["/a", "/b"])]),
    protocol.OpenContainer(1, [("limit", 64), ("mount", "tmpfs", "work", "tmpfs", 6, "size=1")], ["state/a"]),
    protocol.RenewMounts(1, [("tmpfs", "/work", "tmpfs", 6, "size=1")]),
    protocol.ShowArtifact(1, True, ["state/a"]),
    protocol.StartTemplate(1, [("limit", 64)], ("/bin/x", "/artifact/y"), {"A": "b"}, 64, 1 << 20),
    protocol.EndTemplate(1),
    protocol.CloseContainer(-1),
    protocol.KillContainer(1 << 40),
    protocol.Mapped(0),
    protocol.Unshared(),
    protocol.Ready(),
    protocol.Done(protocol.POOLED),
    protocol.SetUpFailed(-1, 2, "mount artifact", "why"),
    protocol.CallFailed(13, "why"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_survives_the_wire_with_its_type(message: protocol.Message) -> None:
    back = from_wire(marshal.loads(marshal.dumps(to_wire(message))))
    assert back == message
    assert type(back) is type(message)
    if isinstance(back, protocol.StartRun):
        assert back.program is None or type(back.program) is protocol.Program


def test_every_type_has_a_word_and_is_tried_here() -> None:
    assert set(protocol.TYPES.values()) == set(typing.get_args(protocol.Message)) == set(map(type, MESSAGES))


@given(step_index=st.integers(-1, 100), errno=st.integers(0, 200), step=st.text("ab /"), detail=st.text())
def test_a_failure_survives_and_is_never_longer_than_what_is_read_of_it(
    step_index: int, errno: int, step: str, detail: str
) -> None:
    failure = Failure(step_index, errno, step, detail)
    assert Failure.unpack(failure.pack()) == failure
    assert len(failure._replace(detail=detail + 9999 * "x").pack()) < REPORT_BYTES_MAX


def test_names_that_are_no_text_can_be_reported() -> None:
    assert Failure.unpack(Failure(-1, 2, "put \udcff", "").pack()).errno == 2


def test_reports_keep_their_numbers() -> None:
    finish = Finish(*range(len(Finish._fields)))
    assert Finish.unpack(finish.pack()) == finish
    assert Finish.unpack(finish.pack() + b"x") is None
    assert MountState.unpack(MountState(31, 15).pack()) == MountState(31, 15)
    assert FileHead.unpack(FileHead(1 << 40, 0o755, b"a/\xff").pack()) == FileHead(1 << 40, 0o755, b"a/\xff")
