"""What a connection answers by itself is what the whole way answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gateway_harness import Answered, Gateway
from service_harness import until

from judge.queue.api_keys import Scope

_LANGUAGES = "/api/v1/languages"
_OF_ITS_OWN = ("x-request-id", "server-timing", "date", "vary")


def _shown(answer: Answered) -> tuple[int, dict[str, str], bytes]:
    kept = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in _OF_ITS_OWN}
    return answer.status, kept, answer.body


def _both(gateway: Gateway, key: str, headers: dict[str, str]) -> tuple[Answered, Answered]:
    """By the whole way (who is behind a proxy is looked at there), and at once: the key was asked about just now."""
    whole = gateway.get(_LANGUAGES, key=key, headers={**headers, "X-Forwarded-For": "10.0.0.1"})
    return whole, gateway.get(_LANGUAGES, key=key, headers=headers)


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_an_answer_at_hand_is_that_of_the_whole_way(gateway: Gateway, school: str, accepted: str) -> None:
    whole, quick = _both(gateway, school, {"Accept-Encoding": accepted})
    assert _shown(whole) == _shown(quick)
    assert quick.json()["limits"] and quick.headers["vary"] == "Accept-Encoding"
    etag = quick.headers["etag"]
    whole, quick = _both(gateway, school, {"Accept-Encoding": accepted, "If-None-Match": etag})
    assert _shown(whole) == _shown(quick)
    assert (quick.status, quick.body) == (304, b"")


def test_each_is_logged_and_counted(gateway: Gateway, school: str) -> None:
    def counted() -> float:
        lines = gateway.get("/metrics").body.decode().splitlines()
        begin = 'judge_gateway_requests_total{endpoint="listLanguages",method="GET",status="200"} '
        return sum(float(line.removeprefix(begin)) for line in lines if line.startswith(begin))

    before = counted()
    answers = [gateway.get(_LANGUAGES, key=school) for _ in range(20)]
    assert counted() >= before + 20
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 20
    until(lambda: all(f"request={one}" in gateway.log() for one in ids), "the lines of the log")
    line = next(line for line in gateway.log().splitlines() if f"request={answers[-1].headers['x-request-id']}" in line)
    assert "method=GET path=/api/v1/languages status=200" in line and "endpoint=listLanguages" in line
    assert school not in gateway.log()


def test_a_key_that_may_not_read_sees_none(gateway: Gateway, make_key: Callable[..., str], school: str) -> None:
    key = make_key("school", Scope.RUN)
    for _ in range(2):
        assert gateway.get(_LANGUAGES, key=school).status == 200
        assert gateway.get(_LANGUAGES, key=key).problem == "no-scope"
        assert gateway.get(_LANGUAGES, key=school[:-1]).problem == "bad-key"
