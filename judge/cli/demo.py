"""``judge demo``: a whole service for a minute; it judges the examples and shows a live table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table

from judge.cli.embedded import embedded_service, sweep_old
from judge.client import Client, submission_of
from judge.config import load_settings
from judge.errors import JudgeError, UsageError
from judge.language import Languages
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.package.read import read_package
from judge.queue.values import State, WorkerInfo

REFRESH_S = 0.1


class Row(msgspec.Struct, kw_only=True):
    """One line of the table."""

    package: str
    submission: str
    language: str
    files: tuple[str, ...]
    expected: tuple[Verdict, ...]
    id: str = ""
    state: str = "waiting"
    report: Report | None = None

    @property
    def finished(self) -> bool:
        """Nothing more will happen."""
        return self.report is not None or not self.id

    @property
    def right(self) -> bool:
        """As labelled (a skipped one counts as right)."""
        return self.report is None or not self.expected or self.report.verdict in self.expected


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "demo",
        help="start a service, judge the examples, show it live",
        description="Start a whole judge in a temporary directory, submit every submission of the example packages, "
        "show verdicts and costs live, and stop. Exit code 0 = every verdict is as labelled. Leaves nothing behind.",
    )
    parser.add_argument("packages", nargs="*", help="problem packages (default: those in examples/)")
    parser.add_argument("--slots", type=int, metavar="N", help="slots (default: one for each usable core)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a submission, no table")


def run(args: argparse.Namespace) -> int:
    """The whole demo."""
    packages = [read_package(path) for path in example_packages(args.packages)]
    console = Console(stderr=args.json)
    sweep_old()
    overrides = {"slots": args.slots} if args.slots else {}
    with ExitStack() as stack:
        with console.status("starting a service: Redis, a worker, its slots"):
            service = stack.enter_context(embedded_service(**overrides))
            client = stack.enter_context(Client.open(service.settings))
            info = service.wait_for_worker(client).info
        rows = [row for package in packages for row in _rows(package, info)]
        began = time.monotonic()
        _submit(client, rows)
        _show(client, rows, console, quiet=args.json)
        elapsed_s = time.monotonic() - began
    if args.json:
        _print_json(rows)
    for reason in sorted({row.state for row in rows if row.state.startswith("skipped")}):
        console.print(reason, markup=False, highlight=False)
    judged = [row for row in rows if row.report is not None]
    wrong = [row for row in judged if not row.right]
    skipped = len(rows) - len(judged)
    console.print(
        f"{len(judged)} judged in {elapsed_s:.1f} s, {len(judged) - len(wrong)} as labelled"
        + (f", {len(wrong)} NOT as labelled" if wrong else "")
        + (f", {skipped} skipped" if skipped else ""),
        highlight=False,
    )
    return 1 if wrong or not judged else 0


def example_packages(named: Sequence[str]) -> list[Path]:
    """The named packages, else those of the examples directory. Raises UsageError."""
    if named:
        return [Path(name) for name in named]
    checkout = Path(__file__).resolve().parent.parent.parent
    for folder in (Path.cwd() / "examples", checkout / "examples"):
        found = sorted(path.parent for path in folder.glob("*/problem.yaml"))
        if found:
            return found
    raise UsageError("no examples/ directory here: run it in a checkout, or name problem packages")


def _rows(problem: Problem, info: WorkerInfo) -> list[Row]:
    languages = Languages.open(load_settings().languages_dir)
    return [
        _row(problem, entry.path, entry.program.files, entry.program.language, entry.expected.verdicts, languages, info)
        for entry in problem.submissions
    ]


def _row(
    problem: Problem,
    path: str,
    files: tuple[tuple[str, str], ...],
    language: str,
    expected: tuple[Verdict, ...],
    languages: Languages,
    info: WorkerInfo,
) -> Row:
    row = Row(
        package=problem.path,
        submission=f"{problem.name}/{Path(path).name}",
        language=language,
        files=tuple(host_path for _, host_path in files),
        expected=expected,
    )
    try:
        row.language = language or languages.detect([name for name, _ in files]).id
    except JudgeError as error:
        row.state = f"skipped: {error}"
        return row
    if row.language not in info.languages:
        why = next((text for text in info.problems if text.startswith(f"{row.language}:")), "no toolchain here")
        row.state = f"skipped: {why}"
    return row


def _submit(client: Client, rows: list[Row]) -> None:
    for row in rows:
        if row.state == "waiting":
            submission = submission_of(*row.files, package=row.package, language=row.language)
            row.id = client.submit(submission)


def _show(client: Client, rows: list[Row], console: Console, *, quiet: bool) -> None:
    """Follow all submissions until the last verdict, redrawing the table."""
    with Live(console=console, auto_refresh=False, transient=quiet) as live:
        while True:
            for row in rows:
                if not row.finished:
                    _update(client, row)
            if not quiet:
                live.update(_table(rows), refresh=True)
            if all(row.finished for row in rows):
                return
            time.sleep(REFRESH_S)


def _update(client: Client, row: Row) -> None:
    state = client.state(row.id)
    row.state = {State.CLAIMED: "judging", State.HELD: "retry"}.get(state, "waiting")
    if state is State.DONE:
        row.report = client.queue.report(row.id)


def _table(rows: list[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column("submission", overflow="ellipsis", no_wrap=True, ratio=3)
    for name, width in (("language", 8), ("verdict", 7), ("label", 5)):
        table.add_column(name, no_wrap=True, width=width)
    table.add_column("decided by", overflow="ellipsis", no_wrap=True, ratio=2)
    for name, width in (("CPU", 8), ("wall", 8), ("memory", 9), ("procs", 5)):
        table.add_column(name, justify="right", no_wrap=True, width=width)
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    expected = row.expected[0] + ("+" if len(row.expected) > 1 else "") if row.expected else "any"
    report = row.report
    if report is None:
        return (row.submission, row.language, f"[dim]{row.state.partition(':')[0]}[/dim]", expected)
    colour = "green" if row.right else "bold red"
    return (
        row.submission,
        row.language,
        f"[{colour}]{report.verdict}[/{colour}]",
        expected,
        report.deciding_case or ("all passed" if report.verdict is Verdict.AC else "-"),
        format_ns(report.cpu_time_max_ns),
        format_ns(report.wall_time_max_ns),
        format_bytes(report.memory_peak_max_bytes),
        str(report.pids_peak_max or "-"),
    )


def _print_json(rows: list[Row]) -> None:
    for row in rows:
        line = {
            "submission": row.submission,
            "language": row.language,
            "expected": row.expected,
            "verdict": row.report.verdict if row.report else None,
            "right": row.right,
            "state": "done" if row.report else row.state,
            "report": row.report,
        }
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
