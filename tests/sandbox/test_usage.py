"""What a run is charged with: nothing of ours, all of its own."""

from __future__ import annotations

import pytest
from sandbox_harness import Stage, limits

from judge.model.run import Usage
from judge.model.units import MIB, MS_NS
from judge.sandbox.spec import RunSpec


def noop(stage: Stage) -> Usage:
    result = stage.box.run(RunSpec(argv=("/artifact/noop",), limits=limits())).result
    assert result.ok
    return result.usage


def test_a_static_noop_is_charged_next_to_nothing(stage: Stage) -> None:
    usages = [noop(stage) for _ in range(50)]
    # Of the quickest: what others do to caches and clocks on a busy host makes the same instructions dearer.
    assert min(usage.cpu_time_ns for usage in usages) < 1 * MS_NS
    assert max(usage.memory_peak_bytes for usage in usages) < 1 * MIB
    assert {usage.pids_peak for usage in usages} <= {None, 1}
    assert all(usage.rss_peak_bytes is None or usage.rss_peak_bytes < 16 * MIB for usage in usages)


@pytest.mark.parametrize("mib", [4, 32])
def test_memory_is_what_was_touched(stage: Stage, mib: int) -> None:
    usage = stage.act("touch", mib).result.usage
    assert mib * MIB <= usage.memory_peak_bytes < (mib + 2) * MIB
    if mib == 32:
        assert usage.rss_peak_bytes is not None
        assert mib * MIB <= usage.rss_peak_bytes < (mib + 2) * MIB


def test_memory_of_the_whole_tree_counts(stage: Stage) -> None:
    text = (
        "import os, time\nx = bytearray(20 << 20)\nr, w = os.pipe()\nif os.fork() == 0:\n    y = bytearray(20 << 20)\n"
    )
    done = stage.python(text + "    os.write(w, b'.')\n    time.sleep(9)\nos.read(r, 1)")
    assert done.result.usage.memory_peak_bytes >= 40 * MIB


@pytest.mark.realtime
def test_cpu_time_is_split_and_adds_up(stage: Stage) -> None:
    usage = stage.act("burn", 100).result.usage
    assert 100 * MS_NS <= usage.cpu_time_ns < 200 * MS_NS
    assert abs(usage.cpu_user_ns + usage.cpu_system_ns - usage.cpu_time_ns) <= 20_000
    assert usage.wall_time_ns >= usage.cpu_time_ns - 1 * MS_NS


def test_sleeping_switches_and_costs_wall_time_only(stage: Stage) -> None:
    usage = stage.act("switches", 100).result.usage
    assert usage.context_switches_voluntary >= 100
    assert usage.wall_time_ns >= 10 * MS_NS
    assert usage.cpu_time_ns < usage.wall_time_ns


def test_short_children_are_charged_though_they_are_gone(stage: Stage) -> None:
    few, many = (stage.act("forks_in_turn", count).result.usage for count in (1, 100))
    assert many.cpu_time_ns > few.cpu_time_ns
    assert many.pids_peak in (None, 2, 3)


def test_output_is_counted(stage: Stage) -> None:
    result = stage.act("write", 123_456).result
    assert (result.stdout_bytes, result.stderr_bytes) == (123_456, 0)
    assert stage.act("write", 77, 2).result.stderr_bytes == 77
