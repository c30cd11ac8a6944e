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
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from judge.bench.embedded import embedded_service, sweep_old
from judge.client import Client, submission_of
from judge.config import load_settings
from judge.errors import JudgeError, UsageError
from judge.model.problem import JurySubmission, Problem
from judge.model.report import Report
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package
from judge.parsers import Subparsers
from judge.queue.values import State, WorkerInfo
from judge.text import printable
from judge.toolchain.definitions import Languages

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
    finished_s: float = 0.0

    @property
    def finished(self) -> bool:
        """Nothing more will happen."""
        return self.report is not None or not self.id

    @property
    def right(self) -> bool:
        """As labelled (a skipped one counts as right)."""
        return self.report is None or not self.expected or self.report.verdict in self.expected


def add_parser(subparsers: Subparsers) -> None:
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
    here = Path(__file__).resolve().parent.parent
    for folder in (Path.cwd() / "examples", here.parent / "examples", here / "examples"):
        found = sorted(path.parent for path in folder.glob("*/problem.yaml"))
        if found:
            return found
    raise UsageError("no example packages here: name problem packages, as in judge demo PACKAGE")


def _rows(problem: Problem, info: WorkerInfo) -> list[Row]:
    languages = Languages.open(load_settings().worker.languages_dir)
    return [_row(problem, entry, languages, info) for entry in problem.submissions]


def _row(problem: Problem, entry: JurySubmission, languages: Languages, info: WorkerInfo) -> Row:
    files = entry.program.files
    row = Row(
        package=problem.path,
        submission=f"{problem.name}/{Path(entry.path).name}",
        language=entry.program.language,
        files=tuple(host_path for _, host_path in files),
        expected=entry.expected.verdicts,
    )
    try:
        row.language = row.language or languages.detect([name for name, _ in files]).id
    except JudgeError as error:
        row.state = f"skipped: {error}"
        return row
    if row.language not in info.languages:
        reason = next((text for text in info.problems if text.startswith(f"{row.language}:")), "no toolchain here")
        row.state = f"skipped: {reason}"
    return row


def _submit(client: Client, rows: list[Row]) -> None:
    for row in rows:
        if row.state == "waiting":
            submission = submission_of(*row.files, package=row.package, language=row.language)
            row.id = client.submit(submission)


def _show(client: Client, rows: list[Row], console: Console, *, quiet: bool) -> None:
    """Follow all submissions until the last verdict, redrawing the table; the whole table stays."""
    began = time.monotonic()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            for row in rows:
                if not row.finished:
                    _update(client, row)
            if not quiet:
                live.update(live_picture(rows, time.monotonic() - began, console.width, console.height), refresh=True)
            if all(row.finished for row in rows):
                break
            time.sleep(REFRESH_S)
    if not quiet:
        console.print(table_of(rows, console.width), Text(_LEGEND, "dim"), sep="\n")


def _update(client: Client, row: Row) -> None:
    state = client.state(row.id)
    row.state = _WORDS.get(state, "waiting")
    if state is State.DONE:
        row.report = client.queue.report(row.id)
        row.finished_s = time.monotonic()


_WORDS = {State.CLAIMED: "judging", State.HELD: "retry"}

_LEGEND = "label: what its author expects (RTE+ = RTE or others); decided by: the first test that settled the verdict"


def live_picture(rows: list[Row], elapsed_s: float, width: int, height: int) -> Group:
    """What fits: one line of counts, what is judged now, what finished last, what comes next."""
    room = max(height - _LINES_AROUND, 1)
    if len(rows) > room:
        running = [row for row in rows if row.state == "judging" and row.report is None]
        finished = sorted((row for row in rows if row.report is not None), key=lambda row: row.finished_s)
        waiting = [row for row in rows if row.report is None and row not in running]
        left = max(room - len(running), 0)
        seen = [*finished[max(len(finished) - left, 0) :], *running, *waiting][:room]
    else:
        seen = rows
    done = sum(row.finished for row in rows)
    judging = sum(row.state == "judging" and row.report is None for row in rows)
    minutes, seconds = divmod(int(elapsed_s), 60)
    counts = f"{done} of {len(rows)} · {judging} judging · {minutes}:{seconds:02}"
    return Group(table_of(seen, width, rows), Text(counts, "bold"))


#: Heading, rule, a blank above and below, the line of counts, and one to spare.
_LINES_AROUND = 6

#: (heading, width); those at the end go first where there is little room.
_MEASURES = (("CPU", 8), ("memory", 9), ("wall", 8), ("procs", 5))
_FIXED = (("language", 8), ("verdict", 7), ("label", 5))
_DECIDED_WIDTH_MIN = 20


def table_of(rows: list[Row], width: int, all_rows: list[Row] | None = None) -> Table:
    """The rows in a table of at most ``width`` columns: names whole, then as many measures as there is room for."""
    name_width = min(max((len(row.submission) for row in all_rows or rows), default=10), max(width // 2, 10))
    left = width - name_width - sum(size + 1 for _, size in _FIXED) - _DECIDED_WIDTH_MIN - 2
    measures = []
    for name, size in _MEASURES:
        left -= size + 1
        if left >= 0:
            measures.append((name, size))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column("submission", overflow="ellipsis", no_wrap=True, width=name_width)
    for name, size in _FIXED:
        table.add_column(name, no_wrap=True, width=size)
    table.add_column("decided by", overflow="ellipsis", no_wrap=True, ratio=1)
    for name, size in measures:
        table.add_column(name, justify="right", no_wrap=True, width=size)
    for row in rows:
        table.add_row(*_cells(row, [name for name, _ in measures]))
    return table


def _cells(row: Row, measures: Sequence[str]) -> tuple[str, ...]:
    expected = row.expected[0] + ("+" if len(row.expected) > 1 else "") if row.expected else "any"
    report = row.report
    name = escape(printable(row.submission, 200))
    if report is None:
        return (name, row.language, f"[dim]{row.state.partition(':')[0]}[/dim]", expected)
    colour = "green" if row.right else "bold red"
    used = {
        "CPU": format_ns(report.cpu_time_max_ns),
        "wall": format_ns(report.wall_time_max_ns),
        "memory": format_bytes(report.memory_peak_max_bytes),
        "procs": str(report.pids_peak_max or "-"),
    }
    decided = escape(printable(report.deciding_case, 200)) or ("all passed" if report.verdict is Verdict.AC else "-")
    ran = report.root is not None
    return (
        name,
        row.language,
        f"[{colour}]{report.verdict}[/{colour}]",
        expected,
        decided,
        *(used[name] if ran else "-" for name in measures),
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
