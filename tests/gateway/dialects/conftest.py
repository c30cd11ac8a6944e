"""Fixtures: a gateway with every dialect on and on a port of its own, and clients of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from gateway_harness import Gateway
from service_harness import Worker, until

_NAMES = ("judge0", "piston", "jobe", "fusion", "gojudge")


@pytest.fixture(scope="session")
def dialects(start_lasting_gateway: Callable[..., Gateway], worker: Worker) -> Gateway:
    """A gateway that serves them all, each also on a free port; a worker with C, C++ and Python stands behind it."""
    del worker
    return start_lasting_gateway(**{f"{name}_port": -1 for name in _NAMES})


@pytest.fixture(scope="session")
def own_address(dialects: Gateway) -> Callable[[str], str]:
    """Where a dialect is served on its own port: ``http://HOST:PORT``."""

    def address(name: str) -> str:
        said = re.compile(rf"\b{name} is served at (http://[^\s\"]+)")
        until(lambda: said.search(dialects.log()), f"the port of {name}")
        found = said.search(dialects.log())
        assert found
        return found[1]

    return address
