"""Who sees carried states over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from judge.gateway.api.states import _may_see
from judge.queue.api_keys import Scope


@pytest.mark.parametrize(
    ("scopes", "name", "sees"),
    [
        ({Scope.RUN}, "best", True),
        ({Scope.RUN, Scope.SUBMIT, Scope.READ}, "@sum.best", False),
        ({Scope.RUN, Scope.PACKAGES}, "@sum.best", True),
    ],
)
def test_states_of_packages_are_for_who_may_see_packages(scopes: set[Scope], name: str, sees: bool) -> None:
    caller: Any = SimpleNamespace(may=scopes.__contains__)
    assert _may_see(caller, name) is sees
