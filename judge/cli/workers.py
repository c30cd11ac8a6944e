"""``judge workers``: who judges, what each can do and is doing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from judge.cli.options import broker_option
from judge.cli.over_http import views_of_workers
from judge.cli.service import open_client
from judge.cli.showing import add_row, wide_console
from judge.client import Client
from judge.grading.noise import NOT_MEASURED
from judge.parsers import Subparsers
from judge.queue.admin import WorkerView, worker_views
from judge.text import printable

#: Terminals of this many columns show everything about a worker.
_WIDE = 120

#: What is never cut: it is short and says most.
_MIN_WIDTHS = {"state": 8, "slots": 5, "load": 5, "noise": 5, "seen": 9}

_CELL_CHARS_MAX = 500


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "workers",
        help="show the workers",
        description="Show the workers, a line each: slots, load, noise, and what each judges now.",
    )
    broker_option(parser)
    parser.add_argument("--languages", action="store_true", help="also list what each offers and lacks")
    parser.add_argument("--json", action="store_true", help="print a JSON array, one object a worker")


def run(args: argparse.Namespace) -> int:
    """Print them."""
    with open_client(args) as client:
        workers = worker_views(client.queue) if isinstance(client, Client) else views_of_workers(client.workers())
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(workers) + b"\n")
    elif workers:
        _show(workers, wide_console(), languages=args.languages)
    else:
        print("no worker gave a sign of life within the last minute")
    return 0 if workers else 1


def _show(workers: Sequence[WorkerView], console: Console, *, languages: bool) -> None:
    """A line a worker, never broken inside a word; what does not fit is cut at the right."""
    wide = console.width >= _WIDE
    headings = ("worker", "state", "slots", "load", "noise", "seen", *(("version", "tags") if wide else ()), "judging")
    least = {**_MIN_WIDTHS, "worker": min(max(len(worker.node) for worker in workers), console.width // 3)}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in headings:
        table.add_column(name, no_wrap=True, overflow="ellipsis", header_style="dim", min_width=least.get(name))
    for worker in workers:
        info = worker.info
        more = (info.version, " ".join(info.tags) or "-") if wide else ()
        cells = (
            worker.node,
            worker.state,
            f"{len(worker.running)}/{info.slots}",
            f"{info.load_1m:.2f}",
            "-" if info.noise_ratio is None else f"{info.noise_ratio:.2f}",
            f"{worker.silent_ms / 1000:.1f} s ago",
            *more,
            " ".join(submission for _, submission in sorted(worker.running.items())) or "-",
        )
        add_row(table, *cells)
    console.print(table)
    for worker in workers:
        _show_texts(worker, console, languages=languages)


def _then(languages: Sequence[str]) -> str:
    return f", then {', '.join(languages)}" if languages else ""


def _show_texts(worker: WorkerView, console: Console, *, languages: bool) -> None:
    """Why a worker is not on, slots that stand stopped, why its noise is not known, what is prepared now and what could
    not be; with ``languages`` what it offers and lacks, with versions."""
    info = worker.info
    texts = [f"{worker.state}: {worker.reason}"] if worker.reason else []
    if info.slots_stopped:
        texts.append(f"{info.slots_stopped} of its slots' processes stand stopped and will be replaced")
    if info.preparing:
        texts.append(f"preparing {info.preparing[0]}{_then(info.preparing[1:])}; judged without until then")
    texts += [f"judged without what it prepares: {reason}" for reason in info.unprepared.values()]
    if info.noise_ratio is None and not languages:
        texts += [problem for problem in info.problems if problem.startswith(NOT_MEASURED)]
    if languages:
        texts += [f"{name} {info.versions.get(name, '')}".rstrip() for name in info.languages]
        texts += info.problems
    for text in texts:
        console.print(Text(f"{worker.node}: {printable(text, _CELL_CHARS_MAX)}"))
