"""Headers of attack programs: what they say, and when an end is the expected one."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from judge.host.attack import Attack, describe, read_attack
from judge.host.selftest import attacks
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.model.units import MIB, MS_NS
from judge.sandbox.capture import Capture, Completed


def write(tmp_path: Path, text: str, name: str = "attack.c") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def completed(outcome: Outcome, stdout: bytes = b"", **fields: object) -> Completed:
    return Completed(RunResult(outcome=outcome, **fields), Capture(stdout), Capture(b""))  # type: ignore[arg-type]


def attack(expect: str, tmp_path: Path) -> Attack:
    return read_attack(write(tmp_path, f"# tries: x\n# expect: {expect}\n"))


def test_a_header_of_every_comment_style_is_read(tmp_path: Path) -> None:
    body = "tries: all of it\n{0} expect: CPU_LIMIT | SYSCALL_DENIED mount\n{0} limits: cpu=200ms memory=3M files=9\n"
    for first, following in (("/*", " *"), ("#", "#"), ("//", "//")):
        got = read_attack(write(tmp_path, f"{first} " + body.format(following)))
        assert got.tries == "all of it"
        assert [str(end) for end in got.ends] == ["CPU_LIMIT", "SYSCALL_DENIED mount"]
        assert (got.limits.cpu_time_ns, got.limits.memory_bytes, got.limits.open_files) == (200 * MS_NS, 3 * MIB, 9)
        assert (got.mode, got.name) == ("run", "attack")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# expect: CONFINED\n", "tries"),
        ("# tries: x\n", "expect"),
        ("# tries: x\n# expect: SOMETHING\n", "SOMETHING"),
        ("# tries: x\n# expect: EXITED\n", "needs a detail"),
        ("# tries: x\n# expect: CPU_LIMIT 3\n", "needs no detail"),
        ("# tries: x\n# expect: SIGNALLED SIGNOTHING\n", "SIGNOTHING"),
        ("# tries: x\n# expect: CONFINED\n# limits: cpu=1h\n", "cpu=1h"),
        ("# tries: x\n# expect: CONFINED\n# limits: time=1s\n", "time=1s"),
        ("# tries: x\n# expect: CONFINED\n# limits: memory=-1M\n", "memory=-1M"),
        ("# tries: x\n# expect: CONFINED\n# limits: memory=0\n", "memory_bytes"),
        ("# tries: x\n# expect: CONFINED\n# mode: thrice\n", "thrice"),
    ],
)
def test_a_bad_header_is_refused_with_the_file_and_the_reason(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as error:
        read_attack(write(tmp_path, text))
    assert "attack.c: bad header" in str(error.value)


@pytest.mark.parametrize(
    ("expect", "done"),
    [
        ("CONFINED", completed(Outcome.EXITED, b"CONFINED\n", exit_code=0)),
        ("EXITED 0", completed(Outcome.EXITED, exit_code=0)),
        ("EXITED 255", completed(Outcome.EXITED, exit_code=255)),
        ("SIGNALLED SIGABRT", completed(Outcome.SIGNALLED, signal=signal.SIGABRT)),
        ("SYSCALL_DENIED mount", completed(Outcome.SYSCALL_DENIED, syscall="mount")),
        ("MEMORY_LIMIT", completed(Outcome.MEMORY_LIMIT, signal=9)),
        ("CPU_LIMIT | EXITED 1", completed(Outcome.EXITED, exit_code=1)),
    ],
)
def test_the_expected_end_passes(tmp_path: Path, expect: str, done: Completed) -> None:
    assert attack(expect, tmp_path).complaint(done) == ""


@pytest.mark.parametrize(
    ("expect", "done", "complaint"),
    [
        ("CONFINED", completed(Outcome.EXITED, b"", exit_code=0), "expected CONFINED, saw EXITED 0"),
        ("CONFINED", completed(Outcome.EXITED, b"CONFINED\n", exit_code=1), "saw EXITED 1"),
        ("EXITED 0", completed(Outcome.EXITED, b"ESCAPED: root\n", exit_code=0), "ESCAPED: root"),
        ("CPU_LIMIT", completed(Outcome.CPU_LIMIT, b"x\nESCAPED: by the way\n"), "ESCAPED: by the way"),
        ("SYSCALL_DENIED mount", completed(Outcome.SYSCALL_DENIED, syscall="clone"), "saw SYSCALL_DENIED clone"),
        ("SIGNALLED SIGABRT", completed(Outcome.SIGNALLED, signal=11), "saw SIGNALLED SIGSEGV"),
        ("SIGNALLED SIGABRT", completed(Outcome.SIGNALLED, signal=40), "saw SIGNALLED 40"),
    ],
)
def test_any_other_end_is_named(tmp_path: Path, expect: str, done: Completed, complaint: str) -> None:
    assert complaint in attack(expect, tmp_path).complaint(done)


@pytest.mark.parametrize(
    ("expect", "cpu_factor", "wall_factor"),
    [
        ("CONFINED", 3, 3),
        ("CPU_LIMIT", 1, 3),
        ("WALL_LIMIT", 3, 1),
        ("IDLE_LIMIT", 3, 3),
        ("CPU_LIMIT | WALL_LIMIT", 1, 1),
    ],
)
def test_patience_stretches_what_the_attack_does_not_run_out_of(
    tmp_path: Path, expect: str, cpu_factor: int, wall_factor: int
) -> None:
    usual = attack(expect, tmp_path)
    patient = usual.patiently(3)
    assert patient.limits.cpu_time_ns == cpu_factor * usual.limits.cpu_time_ns
    assert patient.limits.cpu_time_hard_ns == cpu_factor * usual.limits.cpu_time_hard_ns
    assert patient.limits.wall_time_ns == wall_factor * usual.limits.wall_time_ns
    assert patient.limits.memory_bytes == usual.limits.memory_bytes


def test_the_evidence_is_part_of_the_description() -> None:
    assert describe(completed(Outcome.MEMORY_LIMIT, cause="oom_kill 1")) == "MEMORY_LIMIT (oom_kill 1)"


def test_the_shipped_attacks_are_sound_and_each_says_something_else() -> None:
    shipped = attacks()
    assert len(shipped) >= 20
    assert len({one.tries for one in shipped}) == len(shipped)
    assert shipped[-1].name == "what_is_left"
    assert all(one.mode == "run" and isinstance(one.limits, Limits) for one in shipped)
