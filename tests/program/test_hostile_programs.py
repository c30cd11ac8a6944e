"""Judge programs that attack: each gets the verdict that it deserves, and the host is as it was before."""

from __future__ import annotations

from pathlib import Path

import pytest
from host_state import assert_same, snapshot
from program_harness import ADD, ECHO, Stand

from judge.model.program import ProgramQuotas
from judge.model.units import MIB, S_NS

PROGRAMS = Path(__file__).with_name("hostile")

#: Program -> its verdict. They end with WA where every attempt has failed, with AC where one came through.
VERDICTS = {
    "asks_for_privileges": "JE|WA",
    "calls_out": "WA",
    "child_says_more": "WA",
    "floods_calls": "JE",
    "floods_output": "JE",
    "forks": "JE|WA",
    "goes_without_a_word": "JE",
    "half_a_call": "JE",
    "hoards": "JE",
    "kills": "WA",
    "lies_about_sizes": "JE",
    "names_paths": "WA",
    "opens_descriptors": "WA",
    "opens_everything": "WA",
    "outlives": "WA",
    "reads_memory": "WA",
    "speaks_nonsense": "JE",
    "wants_more": "WA",
    "writes_outside": "WA",
}

HONEST = "from judge_program import compile, finish, inputs\nfinish('AC' if compile(inputs.submission).ok else 'CE')"

#: What is soon used up.
QUOTAS = ProgramQuotas(
    own_cpu_time_ns=2 * S_NS,
    own_memory_bytes=64 * MIB,
    own_processes=32,
    wall_time_ns=30 * S_NS,
    cpu_time_ns=20 * S_NS,
    data_bytes=32 * MIB,
)


def test_each_program_has_its_verdict() -> None:
    assert sorted(VERDICTS) == sorted(path.stem for path in PROGRAMS.glob("*.py"))


@pytest.mark.parametrize("name", VERDICTS)
def test_a_hostile_judge_program_changes_nothing(stand: Stand, sandbox_state: Path, name: str) -> None:
    submission = ECHO if name in ("outlives", "goes_without_a_word") else ADD
    secret = sandbox_state / "secret-of-another"
    secret.write_text("TheOtherOnesSecret")
    try:
        stand.judge(HONEST, submission)  # what is made once is there
        before = snapshot(sandbox_state, stand.runner.slot)
        result = stand.judge((PROGRAMS / f"{name}.py").read_text(), submission, quotas=QUOTAS)
        after = snapshot(sandbox_state, stand.runner.slot)
    finally:
        secret.unlink()
    assert result.verdict in VERDICTS[name].split("|"), (result.reason, result.feedback, result.log)
    if result.verdict == "JE":
        assert result.reason
    assert_same(after, before)
    assert stand.judge(HONEST, submission).verdict == "AC"
