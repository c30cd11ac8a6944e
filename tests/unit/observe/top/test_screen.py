"""The picture of ``judge top``: what it says, and that nothing from outside can spoil it."""

from __future__ import annotations

import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from judge.observe.top.overview import (
    ClassOverview,
    FinishedLately,
    Overview,
    RunningNow,
    Trouble,
    WorkerOverview,
    languages,
    per_minute,
)
from judge.observe.top.screen import duration, full_screen, package_name, picture
from judge.queue.values import WorkerState
from judge.text import printable


def finished(verdict: str = "AC", language: str = "cpp", judging_ms: int = 100, ago_ms: int = 0) -> FinishedLately:
    """One finished submission."""
    return FinishedLately(
        id="s",
        verdict=verdict,
        language=language,
        priority_class="practice",
        attempt=1,
        wait_ms=1,
        judging_ms=judging_ms,
        done_ago_ms=ago_ms,
    )


def overview(text: str = "x", workers: int = 1, running: int = 1) -> Overview:
    """An overview with ``text`` wherever text from outside can stand."""
    recent = (finished("AC", text), finished("JE", text))
    worker = WorkerOverview(
        name=text,
        state=WorkerState.DRAINING,
        reason=text,
        seen_ago_ms=10,
        slots=2,
        busy=1,
        load_1m=0.5,
        noise_ratio=1.1,
        version=text,
    )
    now = RunningNow(id=text, worker=text, slot="0", language=text, priority_class=text, attempt=2, running_ms=90_000)
    return Overview(
        now_ms=0,
        waiting={text: ClassOverview(count=3, oldest_ms=4000)},
        running_count=running,
        tickets=0,
        verdict_counts={"AC": 5},
        counts={},
        workers=(worker,) * workers,
        running=(now,) * running,
        per_minute=per_minute(recent, complete=True),
        languages=languages(recent),
        recent=recent,
        troubles=(Trouble(id=text, language=text, verdict="JE", done_ago_ms=1, reason=text),),
    )


def drawn(renderable: RenderableType, width: int = 160, height: int = 50) -> str:
    """What a terminal without colours shows."""
    stream = io.StringIO()
    Console(file=stream, width=width, height=height, color_system=None, force_terminal=False).print(renderable)
    return stream.getvalue()


def test_the_picture_names_everything() -> None:
    text = drawn(picture(overview("some-text"), "redis://h"))
    for part in ("redis://h", "3 waiting", "1/0 slots busy", "2.0 verdicts/min", "1:30", "draining: some-text", "1.10"):
        assert part in text


@given(st.text(st.characters(), max_size=200))
def test_text_from_outside_brings_neither_control_sequences_nor_lines(text: str) -> None:
    plain = drawn(picture(overview("x"), "w"))
    hostile = drawn(picture(overview(text + "\x1b[2J\r\n[red]"), "w"))
    assert "\x1b" not in hostile
    assert "\r" not in hostile
    assert hostile.count("\n") == plain.count("\n")


@pytest.mark.parametrize(("width", "height"), [(160, 50), (80, 24), (40, 10), (10, 3)])
def test_the_full_screen_fits_whatever_the_terminal(width: int, height: int) -> None:
    text = drawn(
        full_screen(overview("x", workers=50, running=100), "w", "Redis is away", width, height), width, height
    )
    assert len(text.splitlines()) <= max(height, 20)


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("/srv/problems/sum/", "sum"),
        ("/srv/problems/a:b", "a:b"),
        ("sha256:0123456789abcdef", "sha256:0123456789ab"),
        ("", ""),
    ],
)
def test_a_package_is_called_by_the_end_of_its_path_or_the_beginning_of_its_digest(package: str, name: str) -> None:
    assert package_name(package) == name


def test_a_large_terminal_names_packages_and_shows_the_last_verdicts() -> None:
    look = overview("x")
    running = tuple(msgspec.structs.replace(item, package="/srv/sum") for item in look.running)
    recent = tuple(msgspec.structs.replace(item, package="/srv/knapsack") for item in look.recent)
    look = msgspec.structs.replace(look, running=running, recent=recent)
    large = drawn(full_screen(look, "w", "", 160, 50))
    assert "sum" in large
    assert large[large.index("Last verdicts") :].count("knapsack") == 2
    assert "knapsack" not in drawn(full_screen(look, "w", "", 80, 24), 80, 24)


def test_kinds_are_named_where_not_all_are_submissions() -> None:
    look = overview("x")
    assert "kind" not in drawn(full_screen(look, "w", "", 160, 50))
    running = tuple(msgspec.structs.replace(item, kind="session") for item in look.running)
    recent = (msgspec.structs.replace(look.recent[0], kind="evaluation"), *look.recent[1:])
    troubles = tuple(msgspec.structs.replace(item, kind="group") for item in look.troubles)
    text = drawn(
        full_screen(msgspec.structs.replace(look, running=running, recent=recent, troubles=troubles), "w", "", 160, 50)
    )
    assert all(f" {kind} " in text for kind in ("session", "evaluation", "submission", "group", "kind")), text


def test_what_does_not_fit_is_counted() -> None:
    text = drawn(full_screen(overview("x", workers=50, running=100), "w", "", 160, 50))
    assert "more" in text


def test_rates_are_per_minute_of_the_last_minute() -> None:
    recent = [finished("AC", ago_ms=1000), finished("AC", ago_ms=59_000), finished("WA", ago_ms=61_000)]
    assert per_minute(recent, complete=True) == {"AC": 2.0}


def test_rates_of_a_busy_service_are_taken_over_the_time_that_is_known() -> None:
    recent = [finished("AC", ago_ms=30 * index) for index in range(200)]
    assert per_minute(recent, complete=False) == {"AC": pytest.approx(200 * 60_000 / 5970, abs=0.1)}
    assert per_minute([], complete=True) == {}


def test_the_slowest_language_comes_first_and_cancelled_ones_do_not_count() -> None:
    recent = [finished(language="c", judging_ms=time_ms) for time_ms in range(1, 101)]
    recent += [finished(language="java", judging_ms=500), finished("CANCELLED", "go")]
    java, c = languages(recent)
    assert (java.language, java.judging_p95_ms) == ("java", 500)
    assert (c.count, c.judging_mean_ms, c.judging_p95_ms, c.judging_max_ms) == (100, 50, 95, 100)


def test_durations_read_well() -> None:
    assert [duration(time_ms) for time_ms in (5, 1234, 185_000, 7_805_000)] == ["5 ms", "1.2 s", "3:05", "2:10:05"]


@given(st.text(st.characters()), st.integers(1, 100))
def test_printable_text_is_one_line_of_bounded_length(text: str, chars_max: int) -> None:
    clean = printable(text, chars_max)
    assert len(clean.splitlines()) <= 1
    assert len(clean) <= 10 * chars_max + 3
    assert not {chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x202E)} & set(clean)
