"""The one netlink message, byte by byte."""

from __future__ import annotations

import struct

from judge.kernel.netlink import loopback_up_request


def test_the_request_sets_lo_up_and_asks_for_an_answer() -> None:
    raw = loopback_up_request()
    length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", raw)
    family, _, _, index, interface_flags, change = struct.unpack_from("=BBHiII", raw, 16)
    assert length == len(raw)
    assert kind == 16  # RTM_NEWLINK
    assert flags == 1 | 4  # NLM_F_REQUEST | NLM_F_ACK
    assert (family, index, interface_flags, change) == (0, 1, 1, 1)
    assert sequence == 1
