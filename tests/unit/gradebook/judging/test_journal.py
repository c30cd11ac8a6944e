"""What was judged is kept line by line: nothing that was written is lost, nothing that is torn is believed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from judge.errors import UsageError
from judge.gradebook.judging.journal import FILE, Journal, key_of
from judge.model.report import Report
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.verdict import Verdict


def report(verdict: Verdict = Verdict.AC) -> Report:
    return Report(submission="s", problem="p", language="c", verdict=verdict)


def test_reports_are_there_again(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add("k", report())
        assert Journal.known(journal, "k") == report()
    with Journal(tmp_path) as journal:
        assert journal.known("k") == report() and journal.known("other") is None


def test_a_torn_line_is_cut_off_and_the_next_one_is_whole(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add("k", report())
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"key":"torn","rep')
    with Journal(tmp_path) as journal:
        journal.add("next", report())
    with Journal(tmp_path) as journal:
        assert journal.known("k") and journal.known("next") and journal.known("torn") is None


def test_a_line_that_is_none_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"{}\n\xff\xff\n[[[[\n")
    with Journal(tmp_path) as journal:
        assert journal.known("k") is None


def test_a_judge_error_is_counted_and_judged_again(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add("k", report(Verdict.JE))
    with Journal(tmp_path) as journal:
        assert journal.known("k") is None and journal.failures("k") == 1


def test_what_nobody_handed_in_is_forgotten(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add("a", report())
        journal.add("b", report())
        journal.keep_only(["b", "never"])
        journal.add("c", report())
    with Journal(tmp_path) as journal:
        assert [journal.known(key) is not None for key in "abc"] == [False, True, True]


def test_judge_errors_of_who_is_in_the_class_are_still_counted(tmp_path: Path) -> None:
    for run in range(1, 4):
        with Journal(tmp_path) as journal:
            journal.add("k", report(Verdict.JE))
            journal.add("gone", report(Verdict.JE))
            journal.keep_only(["k"])
        with Journal(tmp_path) as journal:
            assert (journal.failures("k"), journal.failures("gone")) == (run, 0)
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 1


def test_a_report_that_came_after_a_judge_error_stands(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add("k", report(Verdict.JE))
        journal.add("k", report())
        journal.keep_only(["k"])
    with Journal(tmp_path) as journal:
        assert (journal.known("k"), journal.failures("k")) == (report(), 1)


def test_one_command_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(UsageError, match="another command grades into it"):
        Journal(tmp_path)
    with Journal(tmp_path):
        pass


@pytest.mark.parametrize("name", [FILE, f".{FILE}.lock"])
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    make(tmp_path / name)
    with pytest.raises(UsageError, match=rf"/{name}: [Ii]s "):
        Journal(tmp_path)
    (tmp_path / name).rename(tmp_path / "away")
    with Journal(tmp_path):  # nothing of the first one holds it
        pass


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).symlink_to(FILE)
    with pytest.raises(UsageError, match=f"/{FILE}: Too many levels of symbolic links"):
        Journal(tmp_path)


def test_a_full_disk_is_said_of_the_file_once(tmp_path: Path) -> None:
    def full(journal: Journal) -> Journal:
        journal._file.close()
        journal._file = open("/dev/full", "ab")  # noqa: SIM115 (closed by the journal)
        return journal

    with pytest.raises(UsageError, match=f"/{FILE}: No space left on device"), Journal(tmp_path) as journal:
        full(journal).add("k", report())
    with pytest.raises(UsageError, match=f"/{FILE}: No space left on device"), Journal(tmp_path) as journal:
        full(journal)._file.write(b"waits for the end")
    with pytest.raises(UsageError, match=f"/{FILE}: No space left on device"), Journal(tmp_path) as journal:
        full(journal)._file.write(b"waits for the end")
        journal.keep_only([])
    with pytest.raises(KeyError), Journal(tmp_path) as journal:
        full(journal)._file.write(b"waits for the end")
        raise KeyError
    with Journal(tmp_path) as journal:
        assert journal.known("k") is None


def test_a_key_is_of_all_that_decides() -> None:
    work = Submission(id="x", package="p", sources=(SourceFile(name="a.py", content=b"1"),))
    replace = msgspec.structs.replace
    others = [
        replace(work, sources=(SourceFile(name="a.py", content=b"2"),)),
        replace(work, sources=(SourceFile(name="b.py", content=b"1"),)),
        replace(work, language="python3"),
        replace(work, main="a.py"),
        replace(work, hand_in=HandIn(student="amy", handed_in_at_ms=5)),
    ]
    keys = {key_of(one, "d", "1") for one in (work, *others)}
    assert len(keys) == 6
    assert key_of(work, "e", "1") not in keys and key_of(work, "d", "2") not in keys
    assert key_of(replace(work, id="y", package="q", tenant="t"), "d", "1") in keys
