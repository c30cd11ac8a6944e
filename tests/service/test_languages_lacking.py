"""A language, or a version of one, that one worker lacks is had from another; what nobody has is the client's fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from service_harness import RedisServer, judging_worker, running, until

from judge.client import Client, new_id
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.model.work import (
    Command,
    CommandGroup,
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    ProgramSource,
    Task,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import AnyWorkReport, BlameOn, CommandGroupReport, EvaluationReport, ExecutionReport
from judge.queue import calls

TOY = """
name = "Toy"
extensions = ["toy"]
run = ["/usr/bin/env", "EDITION=one", "/usr/bin/sh", "{source}"]
version_command = ["/usr/bin/echo", "1.4.2"]
"""
VERSION_2 = """
[versions.2]
programs = { "EDITION=one" = "EDITION=two" }
version_command = ["/usr/bin/echo", "2.0.9"]
"""
SELFTEST = """
[selftest]
add = 'read a b; echo $((a + b))'
"""

#: Enough for both workers to claim some.
MANY = 6


@pytest.fixture(scope="module")
def unlike_client(shared_redis: RedisServer, short_root: Path) -> Iterator[Client]:
    """A client of two workers, of which one has a version of the language that the other lacks."""
    broker = msgspec.structs.replace(shared_redis.broker, namespace="unlike")
    with ExitStack() as stack:
        for node, versions in (("bare", ""), ("rich", VERSION_2)):
            definitions = short_root / f"{node}-languages"
            definitions.mkdir()
            (definitions / "toy.toml").write_text(TOY + versions + SELFTEST)
            worker = judging_worker(
                shared_redis.url,
                short_root / node,
                namespace="unlike",
                languages="toy",
                languages_dir=definitions,
                slots=1,
            )
            stack.enter_context(running(worker))
        client = stack.enter_context(Client(broker))
        until(lambda: [card.workers for card in client.languages()] == [2], "both workers to offer it", 120)
        until(lambda: [card.variants for card in client.languages()] == [("2",)], "the version to be offered", 120)
        yield client


def program(language: str, name: str = "main.toy", source: bytes = b'echo "$EDITION"\n') -> ProgramSource:
    return ProgramSource(sources=(SourceFile(name=name, content=source),), language=language)


KINDS = {Execution: WorkKind.EXECUTION, Evaluation: WorkKind.EVALUATION, CommandGroup: WorkKind.GROUP}


def reports(client: Client, task: Task, count: int = 1, language: str = "") -> list[AnyWorkReport]:
    """Of the same work, handed in so often at once, as a client in another language does it: nothing is looked up."""
    headers = [WorkHeader(id=new_id(), kind=KINDS[type(task)], language=language) for _ in range(count)]
    for header in headers:
        client.queue.run(calls.submit_work(Work(header=header, task=task)))
    return [client.work_result(header.id, timeout=60) for header in headers]


def group(language: str) -> CommandGroup:
    """One command that needs nothing of the language."""
    return CommandGroup(commands=(Command(argv=("/bin/true",)), Command(argv=("/bin/true",), language=language)))


def validated(language: str, name: str = "check.toy") -> Evaluation:
    """Everything is accepted by version 2."""
    source = b'test "$EDITION" = two && exit 42\nexit 43\n'
    comparison = Comparison(kind=ComparisonKind.VALIDATOR, validator=program(language, name, source))
    return Evaluation(program=program("toy"), comparison=comparison, tests=(EvaluationTest(stdin=Data(content=b"1")),))


def test_a_version_that_one_worker_lacks_is_had_from_the_other(unlike_client: Client) -> None:
    for report in reports(unlike_client, Execution(program=program("toy@2")), MANY, "toy"):
        assert isinstance(report, ExecutionReport), report
        assert report.runs[0].stdout.content == b"two\n"


def test_so_is_one_that_a_command_of_a_group_names(unlike_client: Client) -> None:
    for report in reports(unlike_client, group("toy@2"), MANY):
        assert isinstance(report, CommandGroupReport)
        assert (report.blame, report.reason) == (BlameOn.NONE, "")


def test_so_is_one_that_a_validator_names(unlike_client: Client) -> None:
    for report in reports(unlike_client, validated("toy@2"), MANY, "toy"):
        assert isinstance(report, EvaluationReport)
        assert (report.verdict, report.reason) == (Verdict.AC, "")


@pytest.mark.parametrize(
    "task", [Execution(program=program("toy@9")), group("toy@9"), validated("toy@9")], ids=["run", "group", "validator"]
)
def test_a_version_that_nobody_has_is_the_clients_fault_when_all_were_asked(unlike_client: Client, task: Task) -> None:
    (report,) = reports(unlike_client, task)
    assert report.blame is BlameOn.CLIENT
    assert report.reason.startswith("toy has no version '9'")
    assert report.reason.endswith("no other worker is left to ask (bare, rich)")


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Execution(program=program("klingon")), "program.language: no language 'klingon'"),
        (Execution(program=program("", "a.klingon")), "program.sources: no language has files like 'a.klingon'"),
        (Execution(program=program("toy@one two")), "program.language: toy has no version 'one two'"),
        (group("klingon"), "commands[1].language: no language 'klingon'"),
        (validated("klingon"), "comparison.validator.language: no language 'klingon'"),
        (validated("", "a.klingon"), "comparison.validator.sources: no language has files like 'a.klingon'"),
    ],
)
def test_a_language_that_nobody_knows_is_the_clients_fault_at_once(
    unlike_client: Client, task: Task, reason: str
) -> None:
    (report,) = reports(unlike_client, task)
    assert report.blame is BlameOn.CLIENT
    assert report.reason.startswith(reason)
    assert "no other worker" not in report.reason
