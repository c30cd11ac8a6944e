"""The house keeps its bounds: no circle, everything typed, nothing long or wide without its reason beside it."""

from __future__ import annotations

import pytest
from figures import Module, circles, modules, over


@pytest.fixture(scope="module")
def found() -> tuple[Module, ...]:
    return modules()


def test_no_module_reaches_itself_by_imports(found: tuple[Module, ...]) -> None:
    assert circles(found) == frozenset()


def test_what_is_over_a_bound_has_its_reason_beside_it(found: tuple[Module, ...]) -> None:
    assert list(over(found)) == []


def test_every_module_is_documented(found: tuple[Module, ...]) -> None:
    assert [module.path for module in found if not module.documented] == []


def test_most_public_functions_are_documented(found: tuple[Module, ...]) -> None:
    public = [function for module in found for function in module.functions if function.public]
    assert sum(function.documented for function in public) >= 0.93 * len(public)
