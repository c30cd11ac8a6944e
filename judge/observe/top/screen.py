"""The picture of ``judge top``: an :class:`Overview` as something rich can draw. Pure; knows no Redis and no keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.table import Table
from rich.text import Text

from judge.model.verdict import VERDICTS, ColourRole, Verdict
from judge.model.work import WorkKind
from judge.observe.top.overview import FinishedLately, Overview, RunningNow, Trouble, WorkerOverview
from judge.queue.values import WorkerState
from judge.text import printable

#: A worker that has been silent for longer is shown in red.
SILENT_MS = 5000

_COLOURS: Mapping[str, str] = {
    ColourRole.GOOD: "green",
    ColourRole.BAD: "red",
    ColourRole.SLOW: "yellow",
    ColourRole.CRASH: "magenta",
    ColourRole.COMPILER: "cyan",
    ColourRole.OWN: "bold red",
}
_TROUBLE_ROWS = 8
_LEFT_WIDTH = 46
#: Lines of a table beside its rows: title, headings, what is hidden.
_AROUND = 3
#: A digest is known by its beginning.
_DIGEST_CHARS = 12

#: A column of numbers is never narrower: a number that is cut says nothing.
_DURATION_WIDTH = 6
_NUMBER_WIDTHS = {"try>": 3, "busy>": 4, "load>": 5, "noise>": 5}

#: A terminal with at least this many columns shows two tables beside each other.
_WIDE = 120
#: And with this many it names packages.
_ROOMY = 150


def picture(overview: Overview, where: str, problem: str = "", width: int = _ROOMY) -> RenderableType:
    """Everything one below the other, for a page that scrolls."""
    packages = width >= _ROOMY
    return Group(
        _headline(overview, where, problem),
        _queues(overview),
        _verdicts(overview),
        _languages(overview, len(overview.languages)),
        _workers(overview.workers, len(overview.workers)),
        _slots(overview.running, len(overview.running), packages=packages),
        _troubles(overview, packages=packages),
    )


def full_screen(overview: Overview, where: str, problem: str, width: int, height: int) -> RenderableType:
    """Everything at once in a terminal of ``width`` by ``height``: what does not fit is counted, not shown."""
    trouble_rows = min(max(len(overview.troubles), 1), _TROUBLE_ROWS)
    body = max(height - 1 - (trouble_rows + 3), 6)
    layout = Layout()
    layout.split_column(
        Layout(_headline(overview, where, problem), size=1),
        Layout(name="body", size=body),
        Layout(_troubles(overview, packages=width >= _ROOMY), name="troubles"),
    )
    if width < _WIDE:
        summary = (_queues_line(overview), _verdicts_line(overview))
        layout["body"].update(Group(*summary, *_work(overview, body - len(summary), width)))
        return layout
    above = Group(_queues(overview), _verdicts(overview))
    rows = max(body - len(overview.waiting) - len(_seen_verdicts(overview)) - 8, 1)
    left = Group(above, _languages(overview, rows))
    layout["body"].split_row(Layout(left, size=_LEFT_WIDTH), Layout(Group(*_work(overview, body, width))))
    return layout


def _work(overview: Overview, lines: int, width: int) -> Iterator[Table]:
    """Workers, slots and, where there is room, the last verdicts: in at most ``lines`` lines.

    Each table has two lines of heading and perhaps one that counts what is hidden.
    """
    worker_rows = min(len(overview.workers), max(lines // 3 - 3, 1))
    yield _workers(overview.workers, worker_rows)
    slot_rows = max(lines - worker_rows - 2 * _AROUND, 1)
    yield _slots(overview.running, slot_rows, packages=width >= _ROOMY)
    verdict_rows = slot_rows - max(len(overview.running), 1) - _AROUND
    if width >= _WIDE and verdict_rows > 0:
        yield _last_verdicts(overview.recent[:verdict_rows], packages=width >= _ROOMY)


def _headline(overview: Overview, where: str, problem: str) -> Text:
    waiting = sum(item.count for item in overview.waiting.values())
    slots = sum(worker.slots for worker in overview.workers if worker.state is WorkerState.ON)
    rate = sum(overview.per_minute.values())
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append("judge top  ", "bold")
    if problem:
        text.append(f"{printable(problem, 200)}  ", "bold red")
    text.append(f"{waiting} waiting  {overview.running_count}/{slots} slots busy  {rate:.1f} verdicts/min", "bold")
    text.append(f"  {printable(where, 200)}", "dim")
    return text


def _table(title: str, *columns: str) -> Table:
    """A table whose columns are right-aligned when their name ends with ">"."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0), expand=False)
    for column in columns:
        table.add_column(
            column.rstrip(">"),
            justify="right" if column.endswith(">") else "left",
            header_style="dim",
            no_wrap=True,
            overflow="ellipsis",
            min_width=_NUMBER_WIDTHS.get(column, _DURATION_WIDTH) if column.endswith(">") else None,
        )
    return table


def _queues(overview: Overview) -> Table:
    table = _table("Waiting", "class", "waiting>", "oldest>")
    for name, item in overview.waiting.items():
        table.add_row(_text(name), str(item.count), duration(item.oldest_ms))
    if not overview.waiting:
        table.add_row(Text("nothing", "dim"), "", "")
    return table


def _queues_line(overview: Overview) -> Text:
    parts = [
        f"{printable(name, 40)} {item.count} ({duration(item.oldest_ms)})" for name, item in overview.waiting.items()
    ]
    return _line("Waiting", parts or ["nothing"])


def _seen_verdicts(overview: Overview) -> list[str]:
    """In their order, then the words for how other work ended."""
    words = dict.fromkeys((*Verdict, *sorted(overview.verdict_counts)))
    return [str(word) for word in words if overview.verdict_counts.get(word) or overview.per_minute.get(word)]


def _verdicts(overview: Overview) -> Table:
    table = _table("Verdicts", "verdict", "per minute>", "in all>", "")
    most = max(overview.per_minute.values(), default=0.0)
    for verdict in _seen_verdicts(overview):
        rate = overview.per_minute.get(verdict, 0.0)
        style = _COLOURS[VERDICTS[Verdict(verdict)].colour] if verdict in set(Verdict) else "dim"
        bar = Text("█" * round(12 * rate / most) if most else "", style)
        table.add_row(Text(verdict, style), f"{rate:.1f}", str(overview.verdict_counts.get(verdict, 0)), bar)
    return table


def _verdicts_line(overview: Overview) -> Text:
    seen = _seen_verdicts(overview)
    return _line("Verdicts per minute", [f"{verdict} {overview.per_minute.get(verdict, 0.0):.1f}" for verdict in seen])


def _line(title: str, parts: Sequence[str]) -> Text:
    return Text.assemble((title, "bold"), "  ", "  ".join(parts), no_wrap=True, overflow="ellipsis")


def _languages(overview: Overview, rows: int) -> Table:
    table = _table("Slowest languages (last minutes)", "language", "judged>", "mean>", "95 %>", "max>")
    for item in overview.languages[:rows]:
        times = (item.judging_mean_ms, item.judging_p95_ms, item.judging_max_ms)
        table.add_row(_text(item.language), str(item.count), *(duration(time_ms) for time_ms in times))
    return table


def _workers(workers: Sequence[WorkerOverview], rows: int) -> Table:
    table = _table("Workers", "worker", "state", "busy>", "load>", "noise>", "seen>", "version")
    troubled_first = sorted(workers, key=lambda worker: (worker.state is WorkerState.ON, -worker.seen_ago_ms))
    for worker in troubled_first[:rows]:
        silent = worker.seen_ago_ms > SILENT_MS
        state = worker.state + (f": {worker.reason}" if worker.reason else "")
        table.add_row(
            _text(worker.name),
            Text(printable(state, 40), "green" if worker.state is WorkerState.ON and not silent else "red"),
            f"{worker.busy}/{worker.slots}",
            f"{worker.load_1m:.2f}",
            "" if worker.noise_ratio is None else f"{worker.noise_ratio:.2f}",
            Text(f"{duration(worker.seen_ago_ms)} ago", "red" if silent else ""),
            _text(worker.version),
        )
    _count_hidden(table, len(workers) - rows)
    return table


def _slots(running: Sequence[RunningNow], rows: int, *, packages: bool) -> Table:
    tenants = any(item.tenant for item in running)
    names = _subject(running, packages=packages)
    whom = ("for whom",) if tenants else ()
    table = _table("Being judged", "for>", "slot", *names, *whom, "language", "try>", "class")
    for item in sorted(running, key=lambda item: -item.running_ms)[:rows]:
        table.add_row(
            duration(item.running_ms),
            _text(f"{item.worker}/{item.slot}"),
            *_cells(item, names),
            *([_text(item.tenant)] if tenants else []),
            _text(item.language),
            Text(str(item.attempt), "yellow" if item.attempt > 1 else ""),
            _text(item.priority_class),
        )
    _count_hidden(table, len(running) - rows)
    return table


def _last_verdicts(recent: Sequence[FinishedLately], *, packages: bool) -> Table:
    """The newest first. ``waited``: until a slot took it; ``judged``: from then on."""
    names = _subject(recent, packages=packages)
    table = _table("Last verdicts", "ago>", "verdict", *names, "language", "waited>", "judged>")
    for item in recent:
        table.add_row(
            duration(item.done_ago_ms),
            Text(printable(item.verdict, 14), _COLOURS.get(item.verdict, "dim")),
            *_cells(item, names),
            _text(item.language),
            duration(item.wait_ms),
            duration(item.judging_ms),
        )
    return table


def _subject(items: Sequence[FinishedLately | RunningNow | Trouble], *, packages: bool) -> tuple[str, ...]:
    """The columns that say what each row is about; the kind is one of them when not all are submissions."""
    kinds = any(item.kind != WorkKind.SUBMISSION for item in items)
    return ("submission", *(("package",) if packages else ()), *(("kind",) if kinds else ()))


def _cells(item: FinishedLately | RunningNow | Trouble, names: Sequence[str]) -> Iterator[Text]:
    """What stands in those columns."""
    texts = {"submission": item.id, "package": package_name(item.package), "kind": item.kind}
    return (_text(texts[name]) for name in names)


def package_name(package: str) -> str:
    """What people call a package: the last part of a path, the beginning of a digest."""
    kind, _, digest = package.partition(":")
    if digest and "/" not in package:
        return f"{kind}:{digest[:_DIGEST_CHARS]}"
    return package.rstrip("/").rpartition("/")[2]


def _troubles(overview: Overview, *, packages: bool) -> Table:
    names = _subject(overview.troubles, packages=packages)
    table = _table("Last judge errors and failed attempts", "ago>", *names, "language", "verdict", "why")
    for item in overview.troubles[:_TROUBLE_ROWS]:
        table.add_row(
            duration(item.done_ago_ms),
            *_cells(item, names),
            _text(item.language),
            Text(printable(item.verdict, 14), "bold red" if item.verdict == Verdict.JE else ""),
            _text(item.reason, 300),
        )
    if not overview.troubles:
        table.add_row("", Text("none", "dim"))
    return table


def _count_hidden(table: Table, hidden: int) -> None:
    if hidden > 0:
        table.add_row(Text(f"and {hidden} more", "dim"))


def _text(text: str, chars_max: int = 40) -> Text:
    return Text(printable(text, chars_max))


def duration(time_ms: int) -> str:
    """``12 ms``, ``1.2 s``, ``3:05`` or ``2:10:05``."""
    if time_ms < 1000:
        return f"{time_ms} ms"
    if time_ms < 60_000:
        return f"{time_ms / 1000:.1f} s"
    minutes, seconds = divmod(time_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
