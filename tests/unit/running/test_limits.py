"""What a client may ask for, what it gets without asking, and what is refused by name."""

from __future__ import annotations

import msgspec
import pytest

from judge.errors import WorkError
from judge.grading.limits import wall_limit_ns
from judge.model.limits import COMPILE_LIMITS
from judge.model.units import GIB, MIB, S_NS
from judge.model.work import DEFAULT_LIMITS, RequestedLimits
from judge.package.ceilings import Ceilings
from judge.running.limits import ADDRESS_SPACE_BYTES_MIN, RUN_LIMITS, compile_limits, run_limits

CEILINGS = Ceilings(time_limit_ns=10 * S_NS, memory_bytes=1 * GIB, output_bytes=32 * MIB, compilation_time_ns=20 * S_NS)

#: Each amount that a client may ask for, and the most that is granted.
MOST = {
    "cpu_time_ns": 10 * S_NS,
    "wall_time_ns": wall_limit_ns(10 * S_NS),
    "idle_time_ns": wall_limit_ns(10 * S_NS),
    "memory_bytes": 1 * GIB,
    "address_space_bytes": 1 << 46,
    "data_segment_bytes": 1 << 46,
    "processes": 1024,
    "stdout_bytes": 32 * MIB,
    "stderr_bytes": 32 * MIB,
    "disk_bytes": 1 * GIB,
    "disk_inodes": 1 << 20,
    "open_files": 4096,
    "stack_bytes": 1 * GIB,
}


def test_who_asks_for_nothing_gets_the_defaults_and_no_soft_limit() -> None:
    limits = run_limits(DEFAULT_LIMITS, CEILINGS)
    assert limits.cpu_time_hard_ns == limits.cpu_time_ns == RUN_LIMITS.cpu_time_ns
    assert limits.wall_time_ns == wall_limit_ns(limits.cpu_time_ns)
    assert (limits.memory_bytes, limits.address_space_bytes) == (RUN_LIMITS.memory_bytes, 0)


def test_the_table_above_has_every_amount() -> None:
    assert set(MOST) == set(RequestedLimits.__struct_fields__)


@pytest.mark.parametrize("name", MOST)
def test_an_amount_is_granted_up_to_the_ceiling_and_named_above_it(name: str) -> None:
    granted = run_limits(RequestedLimits(**{name: MOST[name]}), CEILINGS)
    assert getattr(granted, name) == MOST[name]
    with pytest.raises(WorkError, match=rf"^somewhere\.{name}: ") as caught:
        run_limits(RequestedLimits(**{name: MOST[name] + 1}), CEILINGS, "somewhere")
    assert caught.value.field == f"somewhere.{name}"


def test_defaults_are_lowered_to_the_ceilings_without_a_word() -> None:
    tight = Ceilings(time_limit_ns=1 * S_NS, memory_bytes=16 * MIB, output_bytes=1000)
    limits = run_limits(DEFAULT_LIMITS, tight)
    assert (limits.cpu_time_ns, limits.memory_bytes) == (1 * S_NS, 16 * MIB)
    assert (limits.stdout_bytes, limits.stderr_bytes, limits.disk_bytes) == (1000, 1000, 16 * MIB)


def test_an_address_space_in_which_nothing_starts_is_refused() -> None:
    with pytest.raises(WorkError, match=r"^limits\.address_space_bytes: must be 0 or at least 33554432$"):
        run_limits(RequestedLimits(address_space_bytes=ADDRESS_SPACE_BYTES_MIN - 1), CEILINGS)
    limits = run_limits(RequestedLimits(address_space_bytes=ADDRESS_SPACE_BYTES_MIN), CEILINGS)
    assert limits.address_space_bytes == ADDRESS_SPACE_BYTES_MIN


def test_compiling_has_defaults_and_a_ceiling_of_its_own() -> None:
    limits = compile_limits(DEFAULT_LIMITS, CEILINGS)
    assert (limits.cpu_time_ns, limits.memory_bytes) == (20 * S_NS, 1 * GIB)
    assert limits.processes == COMPILE_LIMITS.processes
    with pytest.raises(WorkError, match=r"^compile_limits\.cpu_time_ns: .*the operator's ceiling"):
        compile_limits(RequestedLimits(cpu_time_ns=21 * S_NS), CEILINGS)


@pytest.mark.parametrize("name", RequestedLimits.__struct_fields__)
def test_nothing_negative_decodes(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        msgspec.json.decode(msgspec.json.encode({name: -1}), type=RequestedLimits)
