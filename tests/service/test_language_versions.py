"""Several versions of one language on one worker: each by its name, its number or a range, and what is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from service_harness import RedisServer, judging_worker, order, running, until

from judge.client import AsyncClient, Client, new_id
from judge.errors import LanguageError
from judge.model.submission import SourceFile
from judge.model.work import Execution, ProgramSource, Work, WorkHeader, WorkKind
from judge.model.work_report import ExecutionReport
from judge.queue import calls
from judge.queue.admin import publish_languages
from judge.queue.language_versions import exact_language
from judge.queue.redis_queue import Queue
from judge.queue.values import LanguageCard, WorkerInfo, WorkerState

TOY = """
name = "Toy"
extensions = ["toy"]
aliases = ["plaything"]
run = ["/usr/bin/env", "EDITION=one", "/usr/bin/sh", "{source}"]
version_command = ["/usr/bin/echo", "1.4.2"]

[versions.2]
programs = { "EDITION=one" = "EDITION=two" }
version_command = ["/usr/bin/echo", "2.0.9"]

[versions.next]
programs = { "EDITION=one" = "EDITION=next" }
version_command = ["/usr/bin/echo", "2.1.0"]

[versions.gone]
programs = { "/usr/bin/sh" = "/usr/bin/no-such-shell" }

[selftest]
add = 'read a b; echo $((a + b))'
"""


@pytest.fixture(scope="module")
def versions_client(shared_redis: RedisServer, short_root: Path) -> Iterator[Client]:
    """A client of a worker that offers three versions of one language."""
    definitions = short_root / "versions"
    definitions.mkdir()
    (definitions / "toy.toml").write_text(TOY)
    worker = judging_worker(
        shared_redis.url,
        short_root / "v",
        namespace="versions",
        languages="toy",
        languages_dir=definitions,
        slots=1,
    )
    broker = msgspec.structs.replace(shared_redis.broker, namespace="versions")
    with running(worker), Client(broker) as client:
        until(lambda: [len(card.exact) for card in client.languages()] == [3], "all versions to be offered", 120)
        yield client


def work_in(language: str) -> Work:
    program = ProgramSource(sources=(SourceFile(name="main.toy", content=b'echo "$EDITION"\n'),))
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION, language=language)
    return Work(header=header, task=Execution(program=program))


def edition(client: Client, language: str) -> tuple[str, str]:
    """Which toolchain ran, and as what its language stands in the record."""
    work_id = client.send(work_in(language))
    report = client.work_result(work_id, timeout=60)
    assert isinstance(report, ExecutionReport), report
    return report.runs[0].stdout.content.decode().strip(), client.status(work_id).language


@pytest.mark.parametrize(
    ("language", "ran", "recorded"),
    [
        ("toy", "one", "toy"),
        ("toy@1.4.2", "one", "toy@1.4.2"),
        ("toy@1", "one", "toy@1.4.2"),
        ("toy@2", "two", "toy@2"),
        ("plaything@2.0.9", "two", "toy@2.0.9"),
        ("toy@2.0.x", "two", "toy@2.0.9"),
        ("toy@>=1.4 <2.1", "two", "toy@2.0.9"),
        ("toy@^2.0", "next", "toy@2.1.0"),
        ("toy@*", "next", "toy@2.1.0"),
        ("Toy@next", "next", "toy@next"),
    ],
)
def test_a_version_is_had_by_name_number_or_range(
    versions_client: Client, language: str, ran: str, recorded: str
) -> None:
    assert edition(versions_client, language) == (ran, recorded)


def test_the_card_names_what_can_be_asked_for(versions_client: Client) -> None:
    (card,) = versions_client.languages()
    assert (card.id, card.exact, card.variants, card.workers) == ("toy", ("1.4.2", "2.0.9", "2.1.0"), ("2", "next"), 1)
    assert card.versions == ("1.4.2", "2.0.9", "2.1.0")


@pytest.mark.parametrize("wanted", ["3", "gone", ">=2.2", "2.1.1", "", "~1.5"])
def test_a_version_that_is_not_there_is_refused_with_those_that_are(versions_client: Client, wanted: str) -> None:
    with pytest.raises(LanguageError, match=r"no worker offers version .*1\.4\.2, 2\.0\.9, 2\.1\.0"):
        versions_client.send(work_in(f"toy@{wanted}"))


def test_the_asyncio_client_finds_the_same(versions_client: Client) -> None:
    async def send(language: str) -> str:
        async with AsyncClient(versions_client.queue.broker) as other:
            return await other.send(work_in(language))

    work_id = asyncio.run(send("toy@2.x"))
    versions_client.work_result(work_id, timeout=60)
    assert versions_client.status(work_id).language == "toy@2.1.0"
    with pytest.raises(LanguageError, match="there are"):
        asyncio.run(send("toy@9"))


def register(queue: Queue, node: str, *routes: str) -> None:
    versions = {route: route.partition("@")[2] for route in routes if "@" in route and "+" not in route}
    languages = tuple(route for route in routes if "@" not in route)
    info = WorkerInfo(slots=1, languages=languages, versions=versions)
    queue.run(calls.register(node, "s", WorkerState.ON, info, "", ("any", *routes)))


@pytest.fixture
def two_workers(queue: Queue) -> Queue:
    """One worker of the version before, which serves no version by its number, and one of this version."""
    publish_languages(queue, (LanguageCard(id="python3", name="Python", aliases=("python",)),))
    register(queue, "old", "python3")
    register(queue, "new", "python3", "python3@3.11.2", "python3@3.12.1", "python3@3.12.1+gpu", "python3@numpy")
    return queue


def test_a_version_goes_where_it_is_served_and_nowhere_else(two_workers: Queue) -> None:
    two_workers.run(calls.submit(order("one", language="Python@3.12.1")))
    route, language = two_workers.link.command("HMGET", two_workers.link.keys.record("one"), "route", "language")
    assert (route, language) == (b"python3@3.12.1", b"python3@3.12.1")
    two_workers.run(calls.submit(order("two", language="python3@3.12.1", tags=("gpu",))))
    assert two_workers.link.command("HGET", two_workers.link.keys.record("two"), "route") == b"python3@3.12.1+gpu"


@pytest.mark.parametrize("wanted", ["3.10", ">=3.9", "*", "\x1b[2J"])
def test_the_queue_itself_refuses_what_nobody_serves_with_what_there_is(two_workers: Queue, wanted: str) -> None:
    with pytest.raises(LanguageError, match=r"of python3; there are: 3\.11\.2, 3\.12\.1, numpy") as caught:
        two_workers.run(calls.submit(order(language=f"python3@{wanted}")))
    assert "\x1b" not in str(caught.value)


def test_versions_are_not_languages_to_those_who_are_refused(two_workers: Queue) -> None:
    with pytest.raises(LanguageError, match=r"the workers offer python3$"):
        two_workers.run(calls.submit(order(language="klingon@2")))


def test_a_range_never_means_a_version_that_only_an_older_worker_has(two_workers: Queue) -> None:
    info = WorkerInfo(slots=1, languages=("python3",), versions={"python3": "3.14.0"})
    two_workers.run(calls.register("old", "t", WorkerState.ON, info, "", ("any", "python3")))
    assert exact_language(two_workers.run(calls.languages()), "python@*") == "python3@3.12.1"
