"""A small statement that a parser makes a large document of costs one process its limits, and the gateway nothing."""

from __future__ import annotations

import asyncio

import pytest

from judge.gateway.statements.cleaning import CleanRequest, cleaned
from judge.gateway.statements.kept import Statements
from judge.http_form.problems import StatementState

#: Elements that stay open stand again in each paragraph: 44 KB become 153 MB.
REOPENED = "<p>" + "".join(f"<b id={number}>" for number in range(2400)) + "</p>" + "<p>x</p>" * 2400

#: For each of them a parser looks through all that are open.
DEEP = "<div>" * 500_000


def request(html: str, **pictures: str) -> CleanRequest:
    return CleanRequest(html=html, folder="statement", pictures=pictures)


@pytest.mark.parametrize("html", [REOPENED, DEEP], ids=["reopened", "deep"])
def test_what_would_take_too_much_is_given_up(html: str) -> None:
    assert asyncio.run(cleaned(request(html))) is None


def test_pictures_are_found_beside_the_statement() -> None:
    asked = CleanRequest(
        html='<img src="a.png"> <img src="b"> <img src="../c.png"> <img src="https://evil.example/a.png">',
        folder="statement",
        pictures={"statement/a.png": "/a", "statement/b": "/b", "data/c.png": "/c"},
    )
    assert asyncio.run(cleaned(asked)) == '<img src="/a"> <img src="/b"> <img> <img>'


def test_an_outcome_is_kept_also_when_it_is_too_much() -> None:
    statements = Statements()

    async def twice() -> None:
        both = [statements.made("one", request(DEEP)), statements.made("one", request(DEEP))]
        first, second = await asyncio.gather(*both)
        assert first is second and first.state is StatementState.FAILED

    asyncio.run(twice())
    kept = statements.find("one")
    assert kept is not None and kept.reason == "it would be too large"
