"""Slot numbers with one holder each, uids with one slot each."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from judge.errors import SandboxError
from judge.sandbox import identity
from judge.sandbox.identity import HostIdentity, claim_number, identity_of, subordinate_range


@pytest.fixture(autouse=True)
def own_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(identity, "runtime_dir", lambda: tmp_path / "run")
    return tmp_path / "run"


def test_numbers_are_held_once_and_given_back() -> None:
    with claim_number(3) as first, claim_number(3) as second:
        assert (first, second) == (3, 4)
    with claim_number(3) as again:
        assert again == 3


def test_another_process_gets_another_number(own_runtime: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from judge.sandbox import identity\n"
        f"identity.runtime_dir = lambda: Path({str(own_runtime)!r})\n"
        "with identity.claim_number(0) as number: print(number)"
    )
    with claim_number(0) as ours:
        theirs = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (ours, theirs.stdout) == (0, "1\n")


def test_the_search_goes_round_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_SLOTS_MAX", 2)
    with claim_number(1) as first, claim_number(1) as second:
        assert (first, second) == (1, 0)
        with pytest.raises(SandboxError, match="all 2 slots"), claim_number(0):
            pass


def test_a_place_for_locks_that_cannot_be_made_is_told(own_runtime: Path) -> None:
    own_runtime.write_text("in the way")
    with pytest.raises(SandboxError) as caught, claim_number(0):
        pass
    assert caught.value.step == "claim slot number"


def test_a_lock_that_is_a_link_is_not_followed(own_runtime: Path, tmp_path: Path) -> None:
    (own_runtime / "slots").mkdir(parents=True)
    (own_runtime / "slots" / "0.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(SandboxError, match="claim slot number") as caught, claim_number(0):
        pass
    assert caught.value.errno == errno.ELOOP
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("part", ["run", "run/slots"])
def test_a_place_for_locks_that_is_a_link_is_not_followed(tmp_path: Path, part: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / part).parent.mkdir(exist_ok=True)
    (tmp_path / part).symlink_to(tmp_path / "home")
    with pytest.raises(SandboxError, match="claim slot number"), claim_number(0):
        pass
    assert not os.listdir(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("part", ["run", "run/slots", "run/slots/0.lock"])
def test_a_place_for_locks_of_somebody_else_is_refused(own_runtime: Path, tmp_path: Path, part: str) -> None:
    (own_runtime / "slots").mkdir(parents=True, mode=0o777)
    (own_runtime / "slots" / "0.lock").touch()
    os.chown(tmp_path / part, 61_234, 61_234)
    with pytest.raises(SandboxError, match=r"somebody else|not a lock of ours"), claim_number(0):
        pass


def test_what_others_may_write_in_is_closed_to_them(own_runtime: Path) -> None:
    for part in (own_runtime, own_runtime / "slots"):
        part.mkdir()
        part.chmod(0o777)
    with claim_number(0):
        assert {stat.S_IMODE(part.stat().st_mode) for part in (own_runtime, own_runtime / "slots")} == {0o755}


def test_a_directory_swapped_while_a_number_is_held_gives_no_second_holder(own_runtime: Path, tmp_path: Path) -> None:
    with claim_number(0) as held:
        assert held == 0
        (own_runtime / "slots").rename(own_runtime / "old")
        (own_runtime / "slots").symlink_to(tmp_path)
        with pytest.raises(SandboxError), claim_number(0):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="asks what root gets")
def test_uids_of_different_slots_never_meet() -> None:
    seen: set[int] = set()
    for number in range(50):
        own = identity_of(number, 2_000_000, 1)
        assert own.inside == (0, 1000, 1001)
        uids = {own.setup_uid_host, own.program_uid_host, own.judging_uid_host}
        assert len(uids) == 3 and uids.isdisjoint(seen)
        seen |= uids


def test_a_single_uid_is_the_program_for_both() -> None:
    alone = HostIdentity(1234, 1234, 1234)
    assert alone.inside == (1000, 1000, 1000)
    assert alone.mapped == [(1000, 1234)]


def test_who_judges_has_the_programs_uid_where_there_is_no_further_one() -> None:
    assert HostIdentity(1000, 100_000, 100_000).mapped == [(0, 1000), (1000, 100_000)]
    assert HostIdentity(1000, 100_000, 104_096).mapped == [(0, 1000), (1000, 100_000), (1001, 104_096)]


def test_subordinate_ranges_count_only_when_both_files_agree(tmp_path: Path) -> None:
    uids, gids = tmp_path / "subuid", tmp_path / "subgid"
    files = (str(uids), str(gids))
    assert subordinate_range(4242, files) == (0, 0)
    uids.write_text("# comment\nsomebody:1:2\n4242:100000:65536\n4242:1:1\n")
    assert subordinate_range(4242, files) == (0, 0)
    gids.write_text("4242:100000:65536\n")
    assert subordinate_range(4242, files) == (100000, 65536)
    gids.write_text("4242:200000:65536\n")
    assert subordinate_range(4242, files) == (0, 0)
    uids.write_text("4242:minus:one\n4242:\n")
    assert subordinate_range(4242, files) == (0, 0)
