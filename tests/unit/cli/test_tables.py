"""What commands draw: at 80 columns nothing is broken inside a word, and what matters is whole."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console, RenderableType

from judge.cli.demo import Row, live_picture, table_of
from judge.cli.doctor import _print_table
from judge.cli.languages_table import StatusRow, status_table
from judge.cli.metrics import _print_table as _print_series
from judge.cli.showing import add_row, plain_table
from judge.cli.workers import _show
from judge.model.finding import Finding, Status
from judge.model.report import GroupReport, Report
from judge.model.verdict import Verdict
from judge.observe.metrics.series import METRICS
from judge.queue.admin import WorkerView
from judge.queue.values import WorkerInfo, WorkerState


def drawn(picture: RenderableType, width: int, height: int = 24) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, height=height, color_system=None).print(picture)
    return stream.getvalue()


def row(number: int, *, state: str = "waiting", done: bool = False) -> Row:
    report = Report(
        submission="s",
        problem="p",
        language="cpp",
        verdict=Verdict.RTE,
        deciding_case="sample/1",
        root=GroupReport(name="", verdict=Verdict.RTE),
    )
    return Row(
        package="/p",
        submission=f"problem/a_rather_long_name_{number:02}.cpp",
        language="cpp",
        files=(),
        expected=(Verdict.RTE, Verdict.WA),
        id="x",
        state=state,
        report=report if done else None,
        finished_s=float(number),
    )


def test_the_demo_keeps_names_whole_and_drops_measures_in_turn() -> None:
    rows = [row(1, done=True)]
    narrow, wide = drawn(table_of(rows, 80), 80), drawn(table_of(rows, 160), 160)
    assert "problem/a_rather_long_name_01.cpp" in narrow
    assert "sample/1" in narrow
    assert "procs" not in narrow
    for heading in ("CPU", "memory", "wall", "procs"):
        assert heading in wide


def test_the_live_picture_fits_and_shows_what_is_judged_and_how_far_it_is() -> None:
    rows = [row(number, done=number < 18) for number in range(25)] + [row(99, state="judging")]
    text = drawn(live_picture(rows, 72, 80, 24), 80)
    assert len(text.splitlines()) < 24
    assert "_99.cpp" in text
    assert "_17.cpp" in text
    assert "18 of 26 · 1 judging · 1:12" in text


@pytest.mark.parametrize("height", [1, 5, 10])
def test_the_live_picture_fits_tiny_terminals(height: int) -> None:
    rows = [row(number, state="judging") for number in range(30)]
    assert "30 judging" in drawn(live_picture(rows, 0, 80, height), 80, height)


def worker(name: str, reason: str = "") -> WorkerView:
    info = WorkerInfo(
        slots=2, languages=("c", "cpp", "python3"), tags=("x86_64",), version="0.1.0", problems=("go: no",)
    )
    state = WorkerState.DRAINING if reason else WorkerState.ON
    return WorkerView(node=name, state=state, reason=reason, silent_ms=300, running={"0": "f" * 32}, info=info)


def shown(*workers: WorkerView, width: int = 80, languages: bool = False) -> list[str]:
    stream = io.StringIO()
    _show(workers, Console(file=stream, width=width, color_system=None), languages=languages)
    return stream.getvalue().splitlines()


def test_a_worker_is_one_line_without_a_broken_word() -> None:
    heading, *lines = shown(worker("vm-671dfe"), worker("vm-2"))
    assert heading.split() == ["worker", "state", "slots", "load", "noise", "seen", "judging"]
    assert [line.split()[0] for line in lines] == ["vm-671dfe", "vm-2"]


def test_a_noise_that_could_not_be_measured_says_why() -> None:
    slow = worker("vm-1")
    said = "noise not measured: the work ended with CPU_LIMIT"
    slow = msgspec.structs.replace(slow, info=msgspec.structs.replace(slow.info, problems=("go: no", said)))
    heading, line, *texts = shown(slow)
    assert line.split()[heading.split().index("noise")] == "-"
    assert texts == [f"vm-1: {said}"]


def test_why_a_worker_is_not_on_and_its_languages_have_lines_of_their_own() -> None:
    assert "vm-1: draining: by an operator" in shown(worker("vm-1", "by an operator"))
    lines = shown(worker("vm-1"), languages=True)
    assert lines[-4:] == ["vm-1: c", "vm-1: cpp", "vm-1: python3", "vm-1: go: no"]
    assert "python3" not in "".join(shown(worker("vm-1")))


def test_what_a_worker_prepares_and_could_not_prepare_is_said() -> None:
    view = worker("vm-1")
    info = msgspec.structs.replace(
        view.info, preparing=("cpp", "cpp17", "scala"), unprepared={"go": "go: no such option"}
    )
    lines = shown(msgspec.structs.replace(view, info=info), width=120)
    assert lines[-2] == "vm-1: preparing cpp, then cpp17, scala; judged without until then"
    assert lines[-1] == "vm-1: judged without what it prepares: go: no such option"


def test_the_doctor_cuts_nothing_and_has_the_last_word(capsys: pytest.CaptureFixture[str]) -> None:
    path = "kernel.apparmor_restrict_unprivileged_userns_and_more = absent"
    _print_table([Finding(name="AppArmor", status=Status.MISSING, found=path, remedy="do this")])
    out = capsys.readouterr().out
    assert path in out
    assert "remedy: do this" in out
    assert out.splitlines()[-1] == "1 missing: nothing can be run here"
    _print_table([Finding(name="x", status=Status.OK, found="y")])
    assert capsys.readouterr().out.splitlines()[-1] == "ready to judge"


def test_rows_of_texts_from_anywhere_are_harmless_and_one_line() -> None:
    table = plain_table("id", "package", whole=("id",))
    add_row(table, "i" * 32, "[bold]\x1b]0;pwn\x07\u202e" + "p" * 200)
    lines = drawn(table, 80).splitlines()
    assert len(lines) == 2
    assert "i" * 32 in lines[1]
    assert "[bold]\\x1b]0;pwn\\x07\\u202e" in lines[1]


def test_ids_of_languages_are_whole_whatever_is_missing() -> None:
    rows = [
        StatusRow(
            id=name,
            name=f"Language {name}",
            ready=missing == "",
            offered=missing == "",
            version="3.11.2",
            source="host",
            layers=(),
            missing=(missing,) if missing else (),
        )
        for name, missing in (("javascript", ""), ("typescript-bun", "/opt/npm/node_modules/@oven/bun/[x]/" + "y" * 60))
    ]
    for width in (80, 160):
        lines = drawn(status_table(rows), width).splitlines()
        assert [line.split()[0] for line in lines] == ["id", "javascript", "typescript-bun"]


def test_names_of_series_are_whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _print_series()
    out = capsys.readouterr().out
    assert all(metric.name in out for metric in METRICS)
