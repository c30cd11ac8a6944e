"""Attacks that come as work of each kind end as they do anywhere, and the host is as before.

All of them in all ways is a matter of minutes (make test-hostile-kinds); of a quick run each way has its share.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from arena import SHARED_UID, Arena, corpus
from host_state import Host, assert_same, snapshot
from kinds import Channel, Way, compiler_log, completed, task_of
from running_fakes import MemoryBlobs

from judge.assembly import build_context_of, grading_options
from judge.config import Settings
from judge.grading.case_data import CaseData
from judge.grading.pipeline import Judge
from judge.host.attack import ESCAPED, Attack, Mode, read_attack
from judge.model.event import unheard
from judge.model.units import MIB
from judge.model.work import Task, Work, WorkHeader, kind_of
from judge.model.work_report import AnyWorkReport, BlameOn, CommandGroupReport
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.running.carry_out import carry_out
from judge.running.runner import Runner

ATTACKS = [attack for attack in corpus() if attack.mode is not Mode.PAIR]
#: Of a quick run: every way has one attack in this many, each way others.
STRIDE = 30
RAW = frozenset({Way.EXECUTION, Way.GROUP, Way.SESSION, Way.TERMINAL})
LIVE = frozenset({Way.SESSION, Way.TERMINAL})
ON_TERMINAL = frozenset({Way.TERMINAL})
#: What finds more as work than in the corpus' own containers: in which ways, and what (docs/explanation/attacks.md).
FINDS: dict[str, tuple[frozenset[Way], str]] = {
    "disk_inodes": (frozenset(Way), r"ESCAPED: (318|257) files in /work"),
    "disk_names": (RAW, r"ESCAPED: 317 names"),
    "secret_environment": (frozenset(Way), r"ESCAPED: \['ONLINE_JUDGE'(, '(TERM|PYTHONDONTWRITEBYTECODE)')?\]"),
    "secret_files": (RAW, r"ESCAPED: \['/work/secret_files.py'\]"),
    "fd_stdin_rewrite": (LIVE, r"ESCAPED: the input changed"),
    "again_terminals": (ON_TERMINAL, r"ESCAPED: something is left in /dev/pts"),
    "out_exact": (ON_TERMINAL, r"saw OUTPUT_LIMIT"),
    "priv_device_nodes": (ON_TERMINAL, r"ESCAPED: open\(devices"),
    "secret_descriptors": (ON_TERMINAL, r"ESCAPED: descriptor 0 is /dev/pts/0"),
    "tty_take": (ON_TERMINAL, r"ESCAPED: ioctl\(fd, 0x540E , 1\)"),
}
PEACEFUL = read_attack(Path(__file__).parent / "programs" / "exit_code_255.c")


def cases() -> Iterator[object]:
    for number, attack in enumerate(ATTACKS):
        for place, way in enumerate(Way):
            quick = number % STRIDE == place * STRIDE // len(Way)
            yield pytest.param(way, attack, id=f"{way}-{attack.path.name}", marks=() if quick else pytest.mark.slow)


@pytest.fixture(scope="module")
def runner(arena: Arena, scratch: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """What work has in the arena's slot; what it compiles lies elsewhere than what attacks must not change."""
    state = scratch / "state-of-kinds"
    state.mkdir(mode=0o755)
    settings = Settings(state_dir=str(state))
    with closing(CaseData(16 * MIB)) as data:
        own = tmp_path_factory.mktemp("kinds")
        judge = Judge([arena.slot], build_context_of(settings), data, grading_options(settings.grading))
        judge.build_context.store.stage({}).close()  # a process holds its directory of staged sources from the first on
        yield Runner(slot=arena.slot, judge=judge, ceilings=DEFAULT_CEILINGS, blobs=MemoryBlobs(), scratch=own)


def done(runner: Runner, task: Task, channel: Channel) -> AnyWorkReport:
    return carry_out(runner, Work(header=WorkHeader(id="x", kind=kind_of(task)), task=task), unheard, channel)


@pytest.mark.timeout(120, func_only=True)
@pytest.mark.parametrize(("way", "attack"), list(cases()))
def test_attack(way: Way, attack: Attack, arena: Arena, state_dir: Path, artifact: Path, runner: Runner) -> None:
    identity = arena.slot.identity
    if identity.setup_uid_host == identity.program_uid_host and attack.name in SHARED_UID:
        pytest.skip(f"as a plain user on cgroup v1 {SHARED_UID[attack.name]}")
    done(runner, task_of(way, PEACEFUL, artifact), Channel(PEACEFUL))  # what a first run leaves on the host is there
    before = settled(state_dir, arena)
    rounds = [("1",), ("2",)] if attack.mode is Mode.TWICE else [()]
    for args in rounds:
        channel = Channel(attack)
        report = done(runner, task_of(way, attack, artifact, *args), channel)
        assert report.blame in (BlameOn.NONE, BlameOn.PROGRAM), report.reason
        check(way, attack, report, channel)
        check_nothing_held(attack, report, channel, runner)
    arena.assert_unharmed("compile" if attack.mode is Mode.COMPILE else "default")
    assert_same(snapshot(state_dir, arena.slot), before)


def settled(state_dir: Path, arena: Arena) -> Host:
    """The host once the slot has its next container ready: until then a program of its own may run."""
    deadline_s = time.monotonic() + 10
    while (host := snapshot(state_dir, arena.slot)).programs and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return host


def check(way: Way, attack: Attack, report: AnyWorkReport, channel: Channel) -> None:
    """It ended as its header says; a compiler in another way than the corpus' own only must not be overcome."""
    ended = completed(report, channel)
    if attack.mode is Mode.COMPILE and way is not Way.GROUP:
        assert ended is None or ESCAPED not in ended.stdout.read()
        return
    assert ended is not None, compiler_log(report)
    ways, found = FINDS.get(attack.name, (frozenset(), ""))
    complaint = attack.complaint(ended)
    assert complaint == "" or (way in ways and re.search(found, complaint)), complaint
    if isinstance(report, CommandGroupReport) and attack.mode is not Mode.COMPILE:
        assert report.commands[1].stdout.content == b"served\n"


def check_nothing_held(attack: Attack, report: AnyWorkReport, channel: Channel, runner: Runner) -> None:
    """Nothing that comes back carries what the header says it must not."""
    ended = completed(report, channel)
    streams = [] if ended is None else [ended.stdout.read(), ended.stderr.read()]
    assert isinstance(runner.blobs, MemoryBlobs)
    own = attack.path.read_bytes()  # its header says the words
    kept = [content for content in runner.blobs.contents.values() if content != own]
    texts = [compiler_log(report).encode(), *streams, *kept]
    runner.blobs.contents.clear()
    for secret in attack.holds:
        assert not any(secret.encode() in text for text in texts)
