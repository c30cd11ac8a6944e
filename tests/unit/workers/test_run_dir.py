"""Notes between the processes of one worker."""

from __future__ import annotations

from pathlib import Path

from judge_workers.run_dir import (
    SlotNote,
    leave_noise,
    leave_order,
    leave_unopened,
    read_noise,
    read_notes,
    read_order,
    read_unopened,
)

from judge.queue.values import Held


def test_a_note_says_what_is_judged_until_it_is_cleared(tmp_path: Path) -> None:
    note = SlotNote(tmp_path, 1)
    assert read_notes(tmp_path, 2) == {}
    note.write("x" * 128 + " 12345678901 4194304")
    assert read_notes(tmp_path, 2) == {"1": Held(slot="1", id="x" * 128, fence=12345678901, pid=4194304)}
    note.write("short 1 2")
    assert read_notes(tmp_path, 2) == {"1": Held(slot="1", id="short", fence=1, pid=2)}
    note.write("")
    assert read_notes(tmp_path, 2) == {}


def test_a_half_written_note_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "judging-0").write_bytes(b"id \xff\xfe")
    (tmp_path / "judging-1").write_text("id notanumber 3")
    assert read_notes(tmp_path, 1) == {}


def test_the_spare_slot_is_read_too(tmp_path: Path) -> None:
    SlotNote(tmp_path, 2).write("s 1 2")
    assert set(read_notes(tmp_path, 2)) == {"2"}


def test_the_latest_order_counts(tmp_path: Path) -> None:
    assert read_order(tmp_path, 0) == ""
    leave_order(tmp_path, "0", "freeze a 1")
    leave_order(tmp_path, "0", "thaw a 1")
    assert read_order(tmp_path, 0) == "thaw a 1"


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
