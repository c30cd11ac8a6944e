"""Languages are checked where work is taken in: by the queue itself, so that any client is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import redis
from service_harness import RedisServer, Worker, order, running, until, view_of
from test_foreign_client import arguments

from judge.client import AsyncClient, Client
from judge.errors import LanguageError, UsageError
from judge.queue import calls
from judge.queue.admin import forget_worker, publish_languages
from judge.queue.redis_queue import Queue
from judge.queue.values import LanguageCard, State, WorkerInfo, WorkerState

CARDS = (
    LanguageCard(id="cpp", name="C++", aliases=("c++", "G++ 12", "54")),
    LanguageCard(id="java", name="Java"),
    LanguageCard(id="python3", name="Python", aliases=("python", "py3")),
)


@pytest.fixture
def raw(shared_redis: RedisServer, shared_worker: Worker) -> Iterator[redis.Redis]:
    with redis.Redis(unix_socket_path=str(shared_redis.socket), decode_responses=True) as client:
        yield client


def register(queue: Queue, node: str, *routes: str) -> None:
    queue.run(calls.register(node, "s", WorkerState.ON, WorkerInfo(slots=1), "", ("any", *routes)))


def language_of(queue: Queue, submission_id: str) -> tuple[str, str]:
    return tuple(
        item.decode()
        for item in queue.link.command("HMGET", queue.link.keys.record(submission_id), "route", "language")
    )


@pytest.mark.parametrize("name", ["python", "Python", "py3", "c++", "C++", " CPP "])
def test_an_alias_is_as_good_as_the_id(client: Client, name: str) -> None:
    report = client.result(client.submit(order(language=name)))
    assert report.verdict == "AC"


def test_an_alias_becomes_the_route_of_its_language(queue: Queue) -> None:
    publish_languages(queue, CARDS)
    register(queue, "w", "cpp", "cpp+gpu", "python3")
    for name, sent, tags, route in (
        ("a", "c++", (), "cpp"),
        ("b", "PYTHON", (), "python3"),
        ("c", "54", ("gpu",), "cpp+gpu"),
        ("d", "", (), "any"),
        ("e", " G++12 ", (), "cpp"),
    ):
        queue.run(calls.submit(order(name, language=sent, tags=tags)))
        assert language_of(queue, name) == (route, "" if route == "any" else route.partition("+")[0])


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("pyhton3", "did you mean python3?"),
        ("jav", "did you mean java?"),
        ("c+++", "did you mean cpp?"),
        ("klingon", ""),
    ],
)
def test_an_unknown_language_is_refused_with_the_near_one_and_what_is_offered(
    queue: Queue, name: str, near: str
) -> None:
    publish_languages(queue, CARDS)
    register(queue, "w", "cpp", "python3")
    with pytest.raises(LanguageError, match="no language") as caught:
        queue.run(calls.submit(order("x", language=name)))
    assert near in str(caught.value)
    assert "the workers offer cpp, python3" in str(caught.value)
    with pytest.raises(UsageError):
        queue.state("x")


def test_a_language_that_nobody_offers_is_refused_with_the_remedy(queue: Queue) -> None:
    publish_languages(queue, CARDS)
    register(queue, "w", "cpp")
    words = "no worker offers java; they offer cpp; judge languages install java"
    with pytest.raises(LanguageError, match=words):
        queue.run(calls.submit(order(language="java")))


def test_tags_that_nobody_has_are_refused(queue: Queue) -> None:
    publish_languages(queue, CARDS)
    register(queue, "w", "cpp", "cpp+arm64")
    with pytest.raises(UsageError, match="no worker that offers cpp has all of the tags gpu; there are arm64"):
        queue.run(calls.submit(order(language="cpp", tags=("gpu",))))


def test_where_no_worker_runs_what_is_known_waits_for_one(queue: Queue) -> None:
    publish_languages(queue, CARDS)
    queue.run(calls.submit(order("waits", language="java")))
    assert queue.state("waits") is State.QUEUED
    with pytest.raises(LanguageError):
        queue.run(calls.submit(order(language="klingon")))


def test_a_worker_that_starts_again_loses_nothing_meanwhile(queue: Queue) -> None:
    publish_languages(queue, CARDS)
    register(queue, "stays", "cpp")
    register(queue, "leaves", "java")
    forget_worker(queue, "leaves")
    queue.run(calls.submit(order("meanwhile", language="java")))
    assert queue.state("meanwhile") is State.QUEUED


def test_the_same_answers_for_clients_of_plain_redis(raw: redis.Redis) -> None:
    script = raw.hget("{shared}:scripts", "submit")

    def submit(name: str, language: str, route: str) -> list[str]:
        words = arguments(name, {})
        words[1] = words[1].replace('"language": "c"', f'"language": "{language}"')
        words[7] = route
        return raw.eval(script, 1, "{shared}:", *words)  # type: ignore[arg-type, no-any-return]

    answer = submit("raw-1", "klingon", "klingon")
    assert answer[0] == "LANGUAGE"
    assert answer[1].startswith("no language 'klingon'")
    assert answer[3] == "c, cpp, python3"
    assert submit("raw-2", "pyton3", "any")[1:3] == [submit("raw-2", "", "pyton3")[1], "python3"]
    assert submit("raw-3", "cobol", "c")[0] == "LANGUAGE"
    assert submit("raw-4", "c", "c+gpu")[0] == "TAGS"
    assert submit("raw-5", "python", "python")[:2] == ["ACCEPTED", "QUEUED"]
    assert raw.hget("{shared}:s:raw-5", "route") == "python3"
    assert raw.hget("{shared}:s:raw-1", "state") is None


def test_both_clients_list_what_is_offered(client: Client) -> None:
    found = {card.id: card for card in client.languages()}
    assert set(found) == {"c", "cpp", "python3"}
    assert "python" in found["python3"].aliases
    assert found["cpp"].workers == 1

    async def ask() -> tuple[LanguageCard, ...]:
        async with AsyncClient(client.queue.broker) as other:
            with pytest.raises(LanguageError, match="no language"):
                await other.submit(order(language="klingon"))
            return await other.languages()

    assert asyncio.run(ask()) == client.languages()


def test_a_running_worker_notices_toolchains_that_come_and_go(shared_redis: RedisServer, short_dir: Path) -> None:
    worker = Worker(shared_redis.url, short_dir / "l", namespace="listed", judge_factory="service_judges:LISTED")
    toolchains = worker.state_dir / "toolchains"
    worker.state_dir.mkdir()
    toolchains.write_text("c cpp")
    broker = msgspec.structs.replace(shared_redis.broker, namespace="listed")
    with running(worker), Client(broker) as client:
        until(lambda: view_of(client, worker.node), "the worker to register")
        with pytest.raises(LanguageError, match="no worker offers java"):
            client.submit(order(language="java"))
        pool = worker.pid_of("pool")
        toolchains.write_text("cpp java")
        until(lambda: [card.id for card in client.languages()] == ["cpp", "java"], "the change to be noticed")
        report = client.result(client.submit(order(language="java")), timeout=20)
        assert report.verdict == "AC"
        assert {card.id: card.versions for card in client.languages()}["java"] == ("1.0",)
        assert worker.pid_of("pool") == pool  # nothing was started anew for it
        client.queue.link.command("DEL", client.queue.link.keys.offered())  # what was found is believed for a minute
        with pytest.raises(LanguageError, match="no worker offers c; they offer cpp, java"):
            client.submit(order(language="c"))
