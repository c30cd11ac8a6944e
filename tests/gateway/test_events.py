"""Progress as server-sent events: in order, resumed anywhere, seen in the caller's role."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import RUN, Gateway
from starlette.requests import Request
from test_packages import publish, variant

from judge.config import load_settings
from judge.gateway.access.caller import Caller
from judge.gateway.api import events as events_of_gateway
from judge.gateway.app import make_service
from judge.gateway.endpoint import Asked
from judge.gateway.exchange import Exchange
from judge.queue.api_keys import KeyRights, Scope

_TWO_LINES = {"language": "python3", "source": "print(1, flush=True); input(); print(2)", "stdin": "\n", "live": True}


def test_a_run_is_followed_to_its_end(gateway: Gateway) -> None:
    location = gateway.post("/api/v1/runs", _TWO_LINES).headers["location"]
    events = list(gateway.events(f"{location}/events"))
    names = [event.name for event in events]
    assert names[:2] == ["queued", "claimed"]
    assert names[-1] == "work-done"
    assert "".join(event.data["text"] for event in events if event.name == "output") == "1\n2\n"
    assert events[-1].data["report"]["runs"][0]["stdout"]["text"] == "1\n2\n"
    assert {event.data["submission"] for event in events} == {location.rpartition("/")[2]}


def test_a_stream_goes_on_behind_an_event_at_another_gateway(
    gateway: Gateway, start_gateway: Callable[..., Gateway]
) -> None:
    location = gateway.post("/api/v1/runs?wait=30", RUN).headers["location"]
    events = list(gateway.events(f"{location}/events"))
    rest = list(start_gateway().events(f"{location}/events", last_id=events[1].id))
    assert [event.id for event in rest] == [event.id for event in events[2:]]


def test_behind_the_last_event_there_is_nothing(gateway: Gateway) -> None:
    location = gateway.post("/api/v1/runs?wait=30", RUN).headers["location"]
    last = list(gateway.events(f"{location}/events"))[-1]
    assert gateway.get(f"{location}/events", headers={"last-event-id": last.id}).status == 204
    assert gateway.get(f"{location}/events?after=x").problem == "bad-field"


def _cases(group: dict[str, Any]) -> list[dict[str, Any]]:
    return [*group["cases"], *(case for inner in group["groups"] for case in _cases(inner))]


def test_a_contestant_sees_nothing_of_hidden_tests(gateway: Gateway, sum_package: str, school: str, admin: str) -> None:
    source = "import sys; text = sys.stdin.read(); print(text); print(text, file=sys.stderr)"
    asked = {"package": sum_package, "language": "python3", "source": source}
    answer = gateway.post("/api/v1/submissions?wait=60", asked, key=school)
    location = answer.headers["location"]
    raw = location.replace("/submissions/", "/submissions/school~")
    whole = [case for case in _cases(gateway.get(raw, key=admin).json()["judging"]["root"]) if case["verdict"]]
    assert any(case["stdout"] or case["why"] for case in whole)
    events = [event.data for event in gateway.events(f"{location}/events", key=school)]
    streamed = [event["case"] for event in events if event["type"] == "case"]
    answered = [
        _cases(report["judging"]["root"]) for report in (answer.json(), gateway.get(location, key=school).json())
    ]
    last = _cases(events[-1]["report"]["root"])
    seen = [case for cases in (streamed, *answered, last) for case in cases if not case["sample"]]
    assert seen
    for case in seen:
        assert (case["stdout"], case["stderr"], case["feedback"], case["why"]) == (None, None, "", "")


def test_who_may_only_read_sees_no_test_of_an_evaluation(
    gateway: Gateway, school: str, make_key: Callable[..., str]
) -> None:
    asked = {"language": "python3", "source": "print('no')", "tests": [{"stdin": "a", "expected": "secret"}]}
    answer = gateway.post("/api/v1/evaluations?wait=30", asked, key=school)
    assert answer.json()["report"]["tests"][0]["stdout"]["head"] == "no\n"
    reader = make_key("school", Scope.READ)
    seen = gateway.get(answer.headers["location"], key=reader)
    assert seen.json()["report"]["tests"][0]["stdout"] is None
    assert b"secret" not in seen.body
    streamed = list(gateway.events(f"{answer.headers['location']}/events", key=reader))
    assert "secret" not in str(streamed)


def test_a_gateway_that_stops_ends_streams_and_waits(gateway: Gateway, start_gateway: Callable[..., Gateway]) -> None:
    ending = start_gateway()
    slow = {"language": "python3", "source": "import time; print(1, flush=True); time.sleep(60)", "live": True}
    location = ending.post("/api/v1/runs", slow).headers["location"]
    events = ending.events(f"{location}/events")
    assert next(events).name == "queued"
    ending.signal(signal.SIGTERM)
    assert "work-done" not in [event.name for event in events]
    assert ending.stop() == 0
    assert gateway.post(f"{location}/cancel").json()["cancelled"]


def test_a_slow_reader_hears_nothing_of_other_work_that_has_the_id_later(
    gateway: Gateway, make_key: Callable[..., str], sum_package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = (Scope.PACKAGES, Scope.SUBMIT, Scope.READ)
    key, place = make_key("sly", *scopes), "/api/v1/submissions/again"
    publish(gateway, key, variant("slow reader"), "name=own")
    spy = {"id": "again", "language": "python3", "source": "print(sum(map(int, input().split())))"}
    gateway.post("/api/v1/submissions?wait=60", {"package": "own", **spy}, key=key)
    monkeypatch.setattr(events_of_gateway, "_PAGE", 1)
    names = ("broker", "namespace", "state_dir")
    settings = load_settings({name: gateway.env[name] for name in (f"JUDGE_{one.upper()}" for one in names)})

    async def scenario() -> list[Any]:
        service = make_service(settings)
        caller = Caller(KeyRights(id="", tenant="sly", scopes=scopes))
        request = Request({"type": "http", "method": "GET", "headers": [], "query_string": b""})
        asked = Asked(service, caller, request, {"id": "again"}, Exchange("x"), query=events_of_gateway.AfterQuery())
        service.feed.start()
        try:
            stream = await events_of_gateway.stream_events(asked, None)
            pieces = stream._source  # type: ignore[attr-defined]
            told = [await anext(pieces)]
            assert gateway.ask("DELETE", place, key=key).status == 204
            sent = gateway.post("/api/v1/submissions?wait=60", {"package": sum_package, **spy}, key=key)
            assert sent.json()["status"] == "AC"
            return told + [piece async for piece in pieces]
        finally:
            service.stop()
            await service.close()

    told = asyncio.run(scenario())
    assert [b"queued" in piece for piece in told] == [True]
