"""What a run left behind, by the files in which the kernel counts and lists sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.sandbox.inside import residue
from judge.sandbox.inside.residue import Residue
from judge.sandbox.protocol import DIRTY_NETWORK

_TITLE = "Num       RefCount Protocol Flags    Type St Inode Path\n"


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where both files lie; no file system is looked at, and nothing is waited for."""
    monkeypatch.setattr(residue, "_LOOKED_AT", ())
    monkeypatch.setattr(residue, "_CYCLE_LOOKS", 0)
    directory = tmp_path / "self/net"
    directory.mkdir(parents=True)
    return directory


def _tell(net: Path, sockets: int, local_sockets: str = "") -> None:
    (net / "sockstat").write_text(f"sockets: used {sockets}\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\n")
    (net / "unix").write_text(_TITLE + local_sockets)


def _fresh(net: Path, sockets: int) -> Residue:
    _tell(net, sockets)
    found = Residue()
    found.open_socket_lists(str(net.parents[1]))
    found.note_fresh()
    return found


@pytest.mark.parametrize("at_first", [0, 1])
def test_a_local_socket_is_seen_whatever_was_counted_at_first(net: Path, at_first: int) -> None:
    found = _fresh(net, at_first)
    _tell(net, 1, "0000: 00000002 00000000 00000000 0001 03 4711\n")
    assert found.look().dirty == DIRTY_NETWORK


@pytest.mark.parametrize("sockets", [0, 1])
def test_sockets_of_other_families_are_no_residue(net: Path, sockets: int) -> None:
    found = _fresh(net, 1)
    _tell(net, sockets)
    assert found.look().dirty == 0
