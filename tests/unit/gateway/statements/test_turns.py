"""Who may take out public parts, and what is not tried again."""

from __future__ import annotations

import asyncio

import pytest

from judge.gateway.problems import ProblemError
from judge.gateway.statements.turns import Failures, Turns


def test_of_each_tenant_one_and_of_all_a_few() -> None:
    begun: list[str] = []

    async def whole() -> None:
        turns, going_on = Turns(2), asyncio.Event()

        async def take(tenant: str) -> None:
            async with turns.turn(tenant):
                begun.append(tenant)
                await going_on.wait()

        tasks = [asyncio.create_task(take(tenant)) for tenant in ("a", "a", "a", "b", "c")]
        for _ in range(20):
            await asyncio.sleep(0)
        assert begun == ["a", "b"]
        going_on.set()
        await asyncio.gather(*tasks)

    asyncio.run(whole())
    assert sorted(begun) == ["a", "a", "a", "b", "c"]


def test_a_failure_is_raised_again_for_its_time_and_the_oldest_are_forgotten() -> None:
    failures = Failures(3600, 2)
    for name in ("x", "y", "z"):
        failures.add(name, ProblemError("bad-package", name))
    failures.check("x")
    failures.check("other")
    for name in ("y", "z", "z"):
        with pytest.raises(ProblemError, match=name):
            failures.check(name)
    over = Failures(0, 2)
    over.add("x", ProblemError("bad-package", "x"))
    over.check("x")
