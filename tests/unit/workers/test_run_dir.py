"""What the processes of one worker leave for each other in the run directory."""

from __future__ import annotations

from pathlib import Path

from judge_workers.run_dir import (
    Judged,
    JudgedNote,
    Order,
    OrderAction,
    leave_noise,
    leave_order,
    leave_unopened,
    read_judged,
    read_noise,
    read_order,
    read_unopened,
)

from judge.model.work import WorkKind

LONG = Judged(
    slot="1",
    id="x" * 128,
    fence=12345678901,
    pid=4194304,
    priority_class="p" * 128,
    kind=WorkKind.EVALUATION,
    lasts_s=14400.123456789,
)
SHORT = Judged(slot="1", id="short", fence=1, pid=2)


def test_a_slot_says_what_it_judges_until_that_is_cleared(tmp_path: Path) -> None:
    note = JudgedNote(tmp_path, 1)
    assert read_judged(tmp_path, 2) == {}
    note.write(LONG)
    assert read_judged(tmp_path, 2) == {"1": LONG}
    note.write(SHORT)
    assert read_judged(tmp_path, 2) == {"1": SHORT}
    note.write(None)
    assert read_judged(tmp_path, 2) == {}


def test_a_half_written_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "judging-0").write_bytes(b'{"slot":"0","id":"\xff\xfe')
    (tmp_path / "judging-1").write_text('{"slot":"1","id":"a","fence":"none","pid":3}')
    assert read_judged(tmp_path, 1) == {}


def test_the_reserve_slot_is_read_too(tmp_path: Path) -> None:
    JudgedNote(tmp_path, 2).write(SHORT)
    assert set(read_judged(tmp_path, 2)) == {"2"}


def test_the_latest_order_counts(tmp_path: Path) -> None:
    assert read_order(tmp_path, 0) is None
    leave_order(tmp_path, "0", Order(action=OrderAction.FREEZE, id="a", fence=1))
    leave_order(tmp_path, "0", Order(action=OrderAction.THAW, id="a", fence=1))
    assert read_order(tmp_path, 0) == Order(action=OrderAction.THAW, id="a", fence=1)


def test_an_order_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "order-0").write_text('{"action":"dance","id":"a","fence":1}')
    assert read_order(tmp_path, 0) is None


def test_a_slot_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    assert read_unopened(tmp_path) == ""
    leave_unopened(tmp_path, 3, "cgroup: No space left on device")
    assert read_unopened(tmp_path) == "slot 3 cannot be opened: cgroup: No space left on device"


def test_the_noisiest_slot_speaks_for_the_worker(tmp_path: Path) -> None:
    assert read_noise(tmp_path) is None
    leave_noise(tmp_path, 0, 0.02)
    leave_noise(tmp_path, 1, 0.5)
    leave_noise(tmp_path, 1, 0.04)
    (tmp_path / "noise-2").write_text("")
    assert read_noise(tmp_path) == 0.04
