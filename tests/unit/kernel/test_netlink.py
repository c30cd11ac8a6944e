"""The one netlink message, byte by byte."""

from __future__ import annotations

import struct
import subprocess
import sys

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


def test_the_library_is_imported_in_part_and_stays_whole_for_others() -> None:
    program = (
        "import sys, judge.kernel.netlink\n"
        "print(any(name.startswith(('pyroute2.ndb', 'pyroute2.iproute')) for name in sys.modules))\n"
        "import pyroute2\n"
        "print(pyroute2.IPRoute.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "IPRoute"]
