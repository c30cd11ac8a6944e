"""Every bench runs in its smallest form and prints the figures that the documents name; their size is not asked."""

from __future__ import annotations

import argparse
import ctypes
import json
from pathlib import Path

import pytest
from needs import tool

from judge.bench.compile import CompileBench
from judge.bench.course import CourseBench
from judge.bench.gateway import GatewayBench
from judge.bench.grade import GradeBench
from judge.bench.memory import MemoryBench
from judge.bench.metrics import MetricsBench
from judge.bench.noise import NoiseBench
from judge.bench.page import PageBench
from judge.bench.program import ProgramBench
from judge.bench.rivals import RivalsBench, run
from judge.bench.spawn import SpawnBench
from judge.bench.startup import StartupBench
from judge.bench.work import WorkBench
from judge.cli.bench import BENCHES
from judge.cli.main import main
from judge.errors import UsageError
from judge.kernel import callargs
from judge.kernel.libc import prctl

QUEUE = """
    fsync rounds slots raw_p50_ms raw_p95_ms noop_p50_ms noop_p95_ms noop_ratio noop_per_second c_min_ms c_p50_ms
    c_p95_ms c_per_second cancel_p50_ms cancel_max_ms
"""
SCALE = """
    workers slots submissions submit_per_second claim_and_finish_per_second submit_p50_ms_empty claim_p50_ms_empty
    submit_slowdown_at_100000 claim_slowdown_at_100000 submit_slowdown_at_all claim_slowdown_at_all
    memory_bytes_per_waiting memory_bytes_per_done scripts_per_submission commands_per_submission
    redis_us_per_submission redis_us_per_heartbeat heartbeats_load_percent breaks_at_judgements_per_second
"""

#: Bench -> its smallest form, and the names of its figures.
SMALLEST: dict[str, tuple[str, tuple[str, ...]]] = {
    "spawn": ("--runs 30", SpawnBench.__struct_fields__),
    "noise": ("--runs 5", NoiseBench.__struct_fields__),
    "grade": ("--rounds 1 --alone", GradeBench.__struct_fields__),
    "compile": ("--language quickcpp --runs 3", CompileBench.__struct_fields__),
    "startup": ("c --runs 5", StartupBench.__struct_fields__),
    "queue": ("--rounds 3", tuple(QUEUE.split())),
    "work": ("--rounds 10 --executions 20", WorkBench.__struct_fields__),
    "memory": ("--slots 1", MemoryBench.__struct_fields__),
    "rivals": ("--alone --turns 1 --submissions 2 --cells c_cached_1", RivalsBench.__struct_fields__),
    "scale": ("--workers 2 --submissions 500", tuple(SCALE.split())),
    "page": ("--loads 1", PageBench.__struct_fields__),
    "gateway": ("--rounds 8 --waiters 8 --lines 16", GatewayBench.__struct_fields__),
    "program": ("--rounds 1", ProgramBench.__struct_fields__),
    "course": ("--students 2 --tests 2 --rounds 1 --uploads 1", CourseBench.__struct_fields__),
    "metrics": ("--scrapes 2", MetricsBench.__struct_fields__),
}

#: A C++ that does not optimise, so that the compile bench is soon over.
QUICK_CPP = """
extends = "cpp"
name = "C++ in a hurry"
compile = [["/usr/bin/g++", "-O0", "-I/opt/judge/quick", "-o", "prog", "{sources}"]]

[prepare]
target = "/opt/judge/quick"
files = { "bits/stdc++.h" = "#include_next <bits/stdc++.h>" }
commands = [["/usr/bin/g++", "-O0", "-x", "c++-header", "-o", "bits/stdc++.h.gch", "bits/stdc++.h"]]
collect = ["bits/*"]
"""

#: What a bench may end with: done, or done and over what it allows itself, which a busy machine can be.
DONE, OVER = 0, 1

#: Even in their smallest form these start several services, large compilers or a browser, or run for a dozen seconds.
_LONG = ("compile", "memory", "rivals", "gateway", "scale", "page", "program", "course")


def adopts_orphans() -> bool:
    """Whether this process is the subreaper of its descendants."""
    answer = ctypes.c_int()
    prctl(callargs.PR_GET_CHILD_SUBREAPER, ctypes.addressof(answer))
    return bool(answer.value)


def test_every_bench_has_its_smallest_form() -> None:
    assert set(SMALLEST) == set(BENCHES)


@pytest.mark.parametrize(
    "bench", [pytest.param(name, marks=pytest.mark.slow if name in _LONG else ()) for name in BENCHES]
)
def test_a_bench_prints_its_figures_as_json(
    bench: str,
    sandbox_state: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    if bench == "page":
        tool("chromium")
    words, names = SMALLEST[bench]
    (tmp_path / "quickcpp.toml").write_text(QUICK_CPP)
    monkeypatch.setenv("JUDGE_STATE_DIR", str(sandbox_state))
    if bench == "compile":
        monkeypatch.setenv("JUDGE_LANGUAGES_DIR", str(tmp_path))
    assert main(["bench", bench, *words.split(), "--json"]) in (DONE, OVER)
    assert set(json.loads(capfdbinary.readouterr().out)) == set(names)
    assert not adopts_orphans(), "what later tests leave behind would become this process's children"


def test_cells_that_do_not_exist_are_named() -> None:
    with pytest.raises(UsageError, match=r"--cells: d_cached is none of c_cached_1, "):
        run(
            argparse.Namespace(
                cells="d_cached", turns=1, submissions=1, go_judge="", alone=True, json=True, by_interface=False
            )
        )
