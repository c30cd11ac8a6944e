"""Real processes of the version before, from this repository's history, beside a worker of this one.

Where there is no history (a shallow clone, an archive), test_mixed_versions.py is what remains.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker, order, running, until, view_of
from service_work import work_order

from judge.client import Client
from judge.model.event import Claimed
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.model.work_report import BlameOn

ROOT = Path(__file__).resolve().parents[2]
#: The last one that knew submissions alone.
BEFORE = "4367c66dadbd83a168ed515f962497de140fd5eb"
#: The last one that knew no verifications.
BETWEEN = "7e920a1406e791b74f708fad25efb5d541da177d"
KINDS = [kind for kind in WorkKind if kind is not WorkKind.SUBMISSION]


def tree_of(commit: str, target: Path) -> Path:
    """Its packages and its scripted judge."""
    git = ["git", "-C", str(ROOT), "archive", commit, "judge", "workers", "languages", "tests/service"]
    try:
        archive = subprocess.run(git, capture_output=True, check=True, timeout=60).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the version before is not in this clone's history")
    with tarfile.open(fileobj=io.BytesIO(archive)) as file:
        file.extractall(target, filter="data")
    return target


@pytest.fixture(scope="module")
def old_tree(short_root: Path) -> Path:
    """Where the first of them lies."""
    return tree_of(BEFORE, short_root / "before")


def environment_of(old_tree: Path) -> dict[str, str]:
    """By which Python finds that version, and nothing beside it in the present directory."""
    path = os.pathsep.join(str(old_tree / name) for name in (".", "workers", "tests/service"))
    return {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


@pytest.fixture(scope="module")
def both(old_tree: Path, short_root: Path) -> Iterator[tuple[RedisServer, Client]]:
    """A server with a worker of each version, the earlier one first, and a client of this one."""
    server = RedisServer(short_root / "old-and-new")
    old, new = Worker(server.url, short_root / "vo", node="old"), Worker(server.url, short_root / "vn", node="new")
    old.env |= environment_of(old_tree)
    for name in ("JUDGE_GATEWAY", "JUDGE_PREPARE"):  # it does not know them, and would not start
        del old.env[name]
    with running(server, old), Client(server.broker) as client:
        until(lambda: view_of(client, "old"), "the earlier worker to register", 120)
        with running(new):
            until(lambda: view_of(client, "new"), "the worker to register", 120)
            yield server, client


def old_command(old_tree: Path, server: RedisServer, *words: str) -> subprocess.CompletedProcess[str]:
    """``judge`` of the version before."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    env |= environment_of(old_tree) | {"JUDGE_BROKER": server.url}
    command = [sys.executable, "-m", "judge", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=120)


def worker_of(client: Client, name: str) -> str:
    return next(event.worker for event in client.follow(name) if isinstance(event, Claimed)).partition("/")[0]


def test_each_worker_takes_what_it_knows_and_all_is_done(both: tuple[RedisServer, Client]) -> None:
    _, client = both
    judged = [client.submit(order(ms=50)) for _ in range(20)]
    works = [client.send(work_order(kind, ms=5)) for kind in KINDS for _ in range(4)]
    assert {client.result(name, timeout=60).verdict for name in judged} == {Verdict.AC}
    assert {client.work_result(name, timeout=60).blame for name in works} == {BlameOn.NONE}
    assert "old" in {worker_of(client, name) for name in judged}
    assert {worker_of(client, name) for name in works} == {"new"}


@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("queue",), ("workers",), ("workers", "--json")])
def test_commands_of_the_version_before_read_what_this_one_leaves(
    both: tuple[RedisServer, Client], old_tree: Path, words: tuple[str, ...]
) -> None:
    server, client = both
    names = [client.send(work_order(kind)) for kind in KINDS]
    for name in names:
        client.work_result(name, timeout=60)
    done = old_command(old_tree, server, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in (names if words[0] == "list" else ()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_that_the_version_before_cannot_read_is_no_crash(
    both: tuple[RedisServer, Client], old_tree: Path, kind: WorkKind
) -> None:
    server, client = both
    name = client.send(work_order(kind))
    client.work_result(name, timeout=60)
    done = old_command(old_tree, server, "status", name)
    assert "Traceback" not in done.stderr
    assert done.returncode != 0 or name in done.stdout


def test_a_worker_that_knows_all_other_kinds_takes_no_verification(
    both: tuple[RedisServer, Client], short_root: Path
) -> None:
    server, client = both
    between = Worker(server.url, short_root / "vb", node="between")
    between.env |= environment_of(tree_of(BETWEEN, short_root / "between"))
    with running(between):
        until(lambda: view_of(client, "between"), "the worker of the version between to register", 120)
        others = [kind for kind in KINDS if kind not in (WorkKind.VERIFICATION, WorkKind.PROGRAM)]

        def takes_others() -> bool:
            names = [client.send(work_order(kind, ms=20)) for kind in others for _ in range(8)]
            assert {client.work_result(name, timeout=60).blame for name in names} == {BlameOn.NONE}
            return "between" in {worker_of(client, name) for name in names}

        until(takes_others, "the worker of the version between to take other work", 60)
        verified = [client.send(work_order(WorkKind.VERIFICATION, ms=20)) for _ in range(8)]
        assert {client.work_result(name, timeout=60).blame for name in verified} == {BlameOn.NONE}
        assert {worker_of(client, name) for name in verified} == {"new"}
