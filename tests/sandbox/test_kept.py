"""Containers that are kept from one piece of work to the next of the same owner, and nothing else with them."""

from __future__ import annotations

import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from sandbox_harness import Stage, actor, children, script, settle
from test_between_runs import DISTURB, LOOK

from judge.model.units import MIB
from judge.sandbox.capture import Completed
from judge.sandbox.container import Container
from judge.sandbox.launcher_client import LauncherClient
from judge.sandbox.protocol import KEPT
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec


class EachWorkOnce:
    """Runs each program as a piece of work of its own: in a container that it asks the slot for."""

    def __init__(self, slot: Slot, spec: ContainerSpec) -> None:
        self.slot = slot
        self.spec = spec

    def run(self, spec: RunSpec, *, stdin: int | bytes | None = None) -> Completed:
        with self.slot.container(self.spec) as box:
            return box.run(spec, stdin=stdin)

    def kept_for(self, spec: RunSpec) -> bool:
        """Whether this program ran in a container that was kept."""
        before = self.slot.zygote.containers[KEPT]
        assert self.run(spec).result.ok
        return self.slot.zygote.containers[KEPT] == before + 1


@pytest.fixture
def works(sandbox_slot: Slot, container_spec: ContainerSpec) -> Iterator[EachWorkOnce]:
    """Of one owner, in a slot where nothing is kept before and after."""
    sandbox_slot.work_for("somebody")
    try:
        yield EachWorkOnce(sandbox_slot, container_spec)
    finally:
        sandbox_slot.work_for("")


@pytest.mark.parametrize("tidied", [False, True])
@pytest.mark.parametrize("what", DISTURB)
def test_a_program_finds_nothing_of_the_one_before(works: EachWorkOnce, what: str, tidied: bool) -> None:
    stage = Stage(cast(Container, works))  # all that it asks of one is to run
    untouched = stage.says(LOOK)
    assert stage.python(DISTURB[what]).result.ok
    if tidied:
        works.slot.tidy()
    assert stage.says(LOOK) == untouched


def test_the_next_work_of_the_same_owner_gets_the_container(works: EachWorkOnce) -> None:
    assert not works.kept_for(actor("exit", 0))
    assert works.kept_for(actor("exit", 0))
    works.slot.work_for("somebody")
    assert works.kept_for(actor("exit", 0))


@pytest.mark.parametrize("other", ["somebody else", ""])
def test_another_owner_never_gets_it(works: EachWorkOnce, other: str) -> None:
    assert works.run(actor("exit", 0)).result.ok
    works.slot.work_for(other)
    assert not works.kept_for(actor("exit", 0))
    works.slot.work_for("somebody")
    assert not works.kept_for(actor("exit", 0))


def test_a_slot_that_knows_no_owner_keeps_nothing(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    works = EachWorkOnce(sandbox_slot, container_spec)
    assert works.run(actor("exit", 0)).result.ok
    assert not works.kept_for(actor("exit", 0))


@pytest.mark.parametrize(
    "other",
    [{"use": "other"}, {"policy": "compile"}, {"open_files_max": 512}, {"disk_bytes": 1 << 20}, {"disk_inodes": 100}],
    ids=lambda change: next(iter(change)),
)
def test_a_container_of_another_kind_is_not_taken(works: EachWorkOnce, other: dict[str, Any]) -> None:
    assert works.run(actor("exit", 0)).result.ok
    asked = EachWorkOnce(works.slot, msgspec.structs.replace(works.spec, **other))
    assert not asked.kept_for(actor("exit", 0))


def test_the_artifact_is_that_of_the_work(works: EachWorkOnce, sandbox_state: Path) -> None:
    look = script("import os; print(sorted(os.listdir('/artifact')))")
    shown = []
    for number, names in enumerate((["one"], [], ["two", "three"], ["two", "three"], [])):
        artifact = sandbox_state / f"artifact-{number}"
        artifact.mkdir()
        for name in names:
            (artifact / name).touch()
        spec = msgspec.structs.replace(works.spec, artifact=str(artifact) if names else "")
        shown.append(EachWorkOnce(works.slot, spec).run(look).stdout.text().strip())
    assert shown == ["['one']", "[]", "['three', 'two']", "['three', 'two']", "[]"]
    assert works.slot.zygote.containers[KEPT] >= 4


class Shown:
    """An artifact, and what a program sees of it; ``requests`` counts how often something was mounted or taken away."""

    def __init__(self, works: EachWorkOnce, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.works, self.directory, self.requests = works, directory, 0
        show = LauncherClient.show_artifact

        def counted(client: LauncherClient, lowers: list[str], *, hide: bool) -> None:
            self.requests += 1
            show(client, lowers, hide=hide)

        monkeypatch.setattr(LauncherClient, "show_artifact", counted)

    def lay_out(self, name: str) -> None:
        self.directory.mkdir()
        (self.directory / name).touch()

    def names(self, *, artifact: bool = True) -> str:
        spec = msgspec.structs.replace(self.works.spec, artifact=str(self.directory) if artifact else "")
        done = EachWorkOnce(self.works.slot, spec).run(script("import os; print(*os.listdir('/artifact'))"))
        self.works.slot.tidy()
        return done.stdout.text().strip()


@pytest.fixture
def shown(works: EachWorkOnce, sandbox_state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    shown = Shown(works, sandbox_state / "shown", monkeypatch)
    yield shown
    shutil.rmtree(shown.directory)


def test_an_artifact_that_comes_again_and_again_stays_where_it_is(shown: Shown) -> None:
    shown.lay_out("one")
    assert [shown.names() for _ in range(2)] == ["one", "one"]
    before = shown.requests
    assert [shown.names() for _ in range(3)] == ["one", "one", "one"]
    assert shown.requests == before
    assert shown.names(artifact=False) == ""


def test_a_later_artifact_of_the_same_name_is_not_taken_for_the_earlier(shown: Shown) -> None:
    """An entry of the store may be evicted and come back."""
    shown.lay_out("one")
    assert [shown.names() for _ in range(3)] == ["one", "one", "one"]
    shutil.rmtree(shown.directory)
    shown.lay_out("two")
    assert shown.names() == "two"


def test_an_artifact_cannot_be_held_past_its_work(works: EachWorkOnce) -> None:
    """A program that stays in /artifact is gone, and its place shows nothing, before the next one begins."""
    hold = "import os, signal\nos.chdir('/artifact')\nif os.fork() == 0:\n    os.setsid(); signal.pause()"
    assert works.run(script(hold)).result.ok
    look = script("import os; print(os.listdir('/artifact'), os.getcwd())")
    other = msgspec.structs.replace(works.spec, artifact="")
    assert EachWorkOnce(works.slot, other).run(look).stdout.text().strip() == "[] /work"


def test_a_container_whose_network_was_used_is_given_up(works: EachWorkOnce) -> None:
    assert works.run(script(DISTURB["datagrams"])).result.ok
    assert not works.kept_for(actor("exit", 0))


def test_a_container_with_fresh_runs_only_is_given_up(works: EachWorkOnce) -> None:
    asked = EachWorkOnce(works.slot, msgspec.structs.replace(works.spec, fresh_each_run=True))
    assert not asked.kept_for(actor("exit", 0))
    assert not asked.kept_for(actor("exit", 0))


def test_a_container_that_fell_is_not_kept(works: EachWorkOnce) -> None:
    def fall() -> None:
        with works.slot.container(works.spec):
            raise ValueError("of the work")

    assert works.run(actor("exit", 0)).result.ok
    with pytest.raises(ValueError, match="of the work"):
        fall()
    assert not works.kept_for(actor("exit", 0))


def test_one_whose_launcher_died_meanwhile_is_given_up(works: EachWorkOnce) -> None:
    """Where the host is short of memory, launchers are the first to be killed."""
    assert works.run(actor("exit", 0)).result.ok
    launcher = works.slot._kept._kept[-1].launcher
    launcher.kill_hard()
    end = select.poll()
    end.register(launcher.control_fd, select.POLLHUP)
    assert end.poll(10_000)
    assert not works.kept_for(actor("exit", 0))
    assert works.kept_for(actor("exit", 0))


def test_what_a_program_wrote_takes_no_memory_once_it_is_tidied(works: EachWorkOnce) -> None:
    write = script("open('/work/x', 'wb').write(bytes(40 << 20))")
    assert works.run(write).result.ok
    used = works.slot._kept._kept[-1].groups._last
    assert used is not None and used._memory_now() > 40 * MIB
    works.slot.tidy()
    deadline = time.monotonic() + 10  # the launcher hears of its fresh mounts while we go on
    while used._memory_now() > 4 * MIB and time.monotonic() < deadline:
        pass
    assert used._memory_now() < 4 * MIB


def test_no_more_than_a_few_are_kept(works: EachWorkOnce) -> None:
    settle(works.slot)
    before = len(children(works.slot.zygote.pid))
    for number in range(12):
        spec = msgspec.structs.replace(works.spec, disk_inodes=100 + number)
        assert EachWorkOnce(works.slot, spec).run(actor("exit", 0)).result.ok
    made_ahead = 2
    assert len(children(works.slot.zygote.pid)) <= before + 4 + made_ahead


@pytest.fixture
def alone(sandbox_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path) -> Iterator[EachWorkOnce]:
    """In a slot of its own, whose zygote may be killed; ``sandbox_slot`` stands for a host that can run one."""
    with Slot.open(SlotConfig(index=1, state_dir=str(sandbox_state))) as slot:
        slot.work_for("somebody")
        yield EachWorkOnce(slot, container_spec)


def test_a_zygote_that_died_takes_them_with_it(alone: EachWorkOnce) -> None:
    assert alone.run(actor("exit", 0)).result.ok
    os.kill(alone.slot.zygote.pid, signal.SIGKILL)
    alone.slot.zygote._process.wait()
    assert not alone.kept_for(actor("exit", 0))
    assert alone.kept_for(actor("exit", 0))


def test_what_is_left_of_a_zygote_that_died_does_not_fell_the_next_one(alone: EachWorkOnce) -> None:
    with alone.slot.container(alone.spec) as one:
        assert one.run(actor("exit", 0)).result.ok
        os.kill(alone.slot.zygote.pid, signal.SIGKILL)
        alone.slot.zygote._process.wait()
        assert alone.run(actor("exit", 0)).result.ok
    alone.slot.tidy()
    assert alone.kept_for(actor("exit", 0))
