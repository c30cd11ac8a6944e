"""How long finished work is kept: by tenant and by kind, a bounded page in each sweep."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest
from service_harness import POLICY, order
from test_queue_promises import sweep

from judge.cli.main import main
from judge.client.sending import Sending, work_of
from judge.config import load_settings
from judge.errors import UsageError
from judge.model.work import Execution
from judge.queue import calls
from judge.queue.admin import _now_ms, odd_policy_fields, set_policy, set_tenant_limit, tenant_limits
from judge.queue.redis_queue import Queue
from judge.queue.settings import policy_of

HOUR_MS = 3_600_000


def over(queue: Queue, id: str, tenant: str = "", *, hours: float, run: bool = False) -> None:
    """A submission (or a run) that was withdrawn so long ago."""
    if run:
        queue.run(calls.submit_work(work_of(Execution(argv=("/bin/true",)), Sending(id=id, tenant=tenant))))
    else:
        queue.run(calls.submit(order(id, tenant=tenant)))
    queue.run(calls.cancel(id))
    queue.link.command("ZADD", queue.link.keys.done(), _now_ms(queue) - int(hours * HOUR_MS), id)


def left(queue: Queue) -> list[str]:
    """What is kept, by name, after so many sweeps that each record was looked at."""
    for _ in range(4):
        sweep(queue)
    return sorted(name.decode() for name in queue.link.command("ZRANGE", queue.link.keys.done(), 0, -1))


def test_a_kind_has_a_time_of_its_own(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_ms=10 * HOUR_MS, keep_kinds_ms={"execution": HOUR_MS}))
    over(queue, "run-old", hours=2, run=True)
    over(queue, "run-new", hours=0.5, run=True)
    over(queue, "old", hours=11)
    over(queue, "new", hours=2)
    assert left(queue) == ["new", "run-new"]
    assert not queue.link.command("EXISTS", queue.link.keys.record("run-old"))


def test_a_tenants_own_time_is_before_its_kinds(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_ms=HOUR_MS, keep_kinds_ms={"execution": 2 * HOUR_MS}))
    set_tenant_limit(queue, "archive", "keep_ms", 0)
    set_tenant_limit(queue, "brief", "keep_ms", HOUR_MS // 2)
    set_tenant_limit(queue, "brief", "keep_ms:execution", 9 * HOUR_MS)
    over(queue, "archived", "archive", hours=1000)
    over(queue, "archived-run", "archive", hours=1000, run=True)
    over(queue, "brief", "brief", hours=0.8)
    over(queue, "brief-run", "brief", hours=8, run=True)
    over(queue, "other", "other", hours=0.8)
    over(queue, "other-old", "other", hours=1.5)
    over(queue, "other-run", "other", hours=1.5, run=True)
    assert left(queue) == ["archived", "archived-run", "brief-run", "other", "other-run"]


def test_what_has_no_key_goes_sooner(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_ms=0, anonymous_keep_ms=HOUR_MS))
    over(queue, "theirs", "anonymous@192.0.2.7", hours=2)
    over(queue, "mine", "anonymous", hours=2)
    assert left(queue) == ["mine"]


def test_what_is_kept_for_long_does_not_hide_what_is_not(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_ms=HOUR_MS))
    set_tenant_limit(queue, "archive", "keep_ms", 0)
    now_ms = _now_ms(queue)
    done, record = queue.link.keys.done(), queue.link.keys.record
    with queue.link.client.pipeline(transaction=True) as pipe:  # more than one sweep looks at, all of one millisecond
        command: Callable[..., object] = pipe.execute_command
        for number in range(1100):
            tenant = "other" if number % 10 == 9 else "archive"
            command("HSET", record(f"n{number:04}"), "tenant", tenant, "route", "c", "state", "DONE")
            command("ZADD", done, now_ms - 2 * HOUR_MS, f"n{number:04}")
        pipe.execute()
    sweep(queue)
    assert queue.link.command("ZCARD", done) == 1050  # a page: 500 were looked at
    names = left(queue)
    assert len(names) == 990
    assert not any(name.endswith("9") for name in names)
    set_tenant_limit(queue, "archive", "keep_ms", None)
    for _ in range(12):
        sweep(queue)
    assert queue.link.command("ZCARD", done) == 0


def test_a_time_that_is_set_no_more_holds_no_more(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_kinds_ms={"submission": HOUR_MS}))
    set_policy(queue, POLICY)
    over(queue, "old", hours=2)
    assert left(queue) == ["old"]


def test_settings_say_it_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_KEEP_KIND_S", '{"execution": 60}')
    assert policy_of(load_settings()).keep_kinds_ms == {"execution": 60_000}
    monkeypatch.setenv("JUDGE_KEEP_KIND_S", '{"run": 60}')
    with pytest.raises(UsageError, match="keep_kind_s: 'run'"):
        policy_of(load_settings())


def test_the_command_sets_a_tenants_times(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUDGE_NAMESPACE", queue.broker.namespace)
    words = ["tenant", "--broker", queue.broker.url, "cal", "--json"]
    assert main([*words, "--keep", "30d", "--keep", "execution=12h"]) == 0
    times = {"keep_ms": 30 * 24 * HOUR_MS, "keep_ms:execution": 12 * HOUR_MS}
    assert json.loads(capsys.readouterr().out) == {"cal": times}
    assert odd_policy_fields(queue) == ()
    assert main([*words, "--keep", "default", "--keep", "execution=default"]) == 0
    assert tenant_limits(queue) == {}
    for wrong in ("run=1h", "1y", "0d", "x"):
        assert main([*words, "--keep", wrong]) == 2
        assert f"--keep {wrong!r}" in capsys.readouterr().err
