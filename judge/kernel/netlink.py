"""The one thing the sandbox says to the network: bring ``lo`` up. Encoded by pyroute2, sent by the container.

The container's own side stays import-light, so it gets the finished bytes and only sends them.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@contextmanager
def _parts_only(package: str) -> Iterator[None]:
    """Inside, modules of a package are imported without the package's own ``__init__``.

    pyroute2's imports all that the library can do: 10 MB in each process, for one message.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or package in sys.modules:
        yield
        return
    sys.modules[package] = importlib.util.module_from_spec(spec)  # not carried out
    try:
        yield
    finally:
        del sys.modules[package]  # who imports it later gets the whole


with _parts_only("pyroute2"):
    from pyroute2.netlink import NLM_F_ACK, NLM_F_REQUEST
    from pyroute2.netlink.rtnl import RTM_NEWLINK
    from pyroute2.netlink.rtnl.ifinfmsg import IFF_UP, ifinfmsg

#: ``lo`` is the first interface of every network namespace.
LOOPBACK_INDEX = 1


@cache
def loopback_up_request() -> bytes:
    """An RTM_NEWLINK message that sets IFF_UP on ``lo`` and asks for an acknowledgement."""
    message = ifinfmsg()
    message["index"] = LOOPBACK_INDEX
    message["flags"] = IFF_UP
    message["change"] = IFF_UP
    message["header"]["type"] = RTM_NEWLINK
    message["header"]["flags"] = NLM_F_REQUEST | NLM_F_ACK
    message["header"]["sequence_number"] = 1
    message.encode()
    return bytes(message.data)
