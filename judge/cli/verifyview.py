"""What ``judge verify`` and ``judge package check`` show to people: tables, findings, one line of summary."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.table import Table

from judge.model.problem import Diagnostic
from judge.model.units import format_bytes, format_ns
from judge.model.verification import PackageResult, SubmissionResult, VerifyResult
from judge.package.findings import location
from judge.render.report_text import excerpt, texts_of
from judge.text import printable


def show_result(console: Console, result: VerifyResult, *, verbose: bool = False) -> None:
    """Each package's findings and table, then a line for all."""
    for package in result.packages:
        _show_package(console, package, verbose)
    good = sum(package.ok for package in result.packages)
    submissions = [one for package in result.packages for one in package.submissions]
    right = sum(one.ok and not one.skipped for one in submissions)
    skipped = sum(bool(one.skipped) for one in submissions)
    summary = f"{good} of {len(result.packages)} packages good, {right} of {len(submissions)} submissions as expected"
    console.print(summary + (f", {skipped} skipped" if skipped else ""), style="green" if result.ok else "bold red")


def show_findings(console: Console, diagnostics: Sequence[Diagnostic]) -> None:
    """One line per finding: level, place, message."""
    for diagnostic in diagnostics:
        style = "red" if diagnostic.level == "error" else "yellow"
        console.print(
            f"[{style}]{diagnostic.level}[/] {escape(location(diagnostic))}: {escape(diagnostic.message)}",
            soft_wrap=True,
        )


def refusal(error: str, diagnostics: Sequence[Diagnostic]) -> str:
    """What to say after "refused": the reason, unless it is the only error that was just shown."""
    errors = [f"{location(one)}: {one.message}" for one in diagnostics if one.level == "error"]
    return " because of the error above" if errors == [error] else f": {printable(error)}"


def _show_package(console: Console, package: PackageResult, verbose: bool) -> None:
    limit = f", time limit {format_ns(package.time_limit_ns)}" if package.time_limit_ns else ""
    tests = f"{package.test_cases} test cases, {package.checks_run} checks{limit}"
    console.rule(
        f"[bold]{escape(package.package)}[/] ({escape(package.format or 'unreadable')}; {tests})", align="left"
    )
    show_findings(console, package.diagnostics)
    if package.error:
        console.print(f"[bold red]refused[/]{escape(refusal(package.error, package.diagnostics))}", soft_wrap=True)
    for check in package.checks:
        case = f" on {escape(check.case)}" if check.case else ""
        console.print(
            f"[red]{escape(check.kind)}[/] {escape(check.program)}{case}: {escape(check.reason)}", soft_wrap=True
        )
    for check in package.checks_skipped:
        console.print(
            f"[yellow]skipped[/] {escape(check.kind)} {escape(check.program)}: {escape(check.reason)}", soft_wrap=True
        )
    if package.submissions:
        console.print(_table(package.submissions, verbose))
    for one in package.submissions:
        if verbose or (not one.ok and not one.skipped):
            _show_texts(console, one)


def _show_texts(console: Console, one: SubmissionResult) -> None:
    """What was printed and said in the case that decided, under the submission's name."""
    if one.case is None:
        return
    for title, text in texts_of(one.case):
        if text.strip() == one.case.reason:
            continue
        path = one.path.removeprefix("submissions/")
        console.print(f"[dim]{escape(path)}, {escape(one.case.name)}, {escape(title)}:[/]", soft_wrap=True)
        for line in excerpt(text):
            console.print(f"  {escape_markup(line)}", soft_wrap=True)


def _table(submissions: Sequence[SubmissionResult], verbose: bool) -> Table:
    scored = any(one.score is not None for one in submissions)
    table = Table("", "submission", "expected", "got", box=None, pad_edge=False)
    if scored:
        table.add_column("score", justify="right")
    table.add_column("time", justify="right")
    table.add_column("memory", justify="right")
    table.add_column("", overflow="fold")
    for one in submissions:
        table.add_row(*_row(one, scored, verbose))
    return table


def _row(one: SubmissionResult, scored: bool, verbose: bool) -> list[str]:
    mark = "[yellow]-[/]" if one.skipped else "[green]ok[/]" if one.ok else "[bold red]!![/]"
    remarks = [one.skipped] if one.skipped else [*one.differences, *one.remarks]
    if verbose and one.ok and one.reason:
        remarks.append(f"{one.deciding_case}: {one.reason}" if one.deciding_case else one.reason)
    score = [] if not scored else ["" if one.score is None else f"{one.score:g}"]
    path = one.path.removeprefix("submissions/")
    return [
        mark,
        escape(path),
        " ".join(one.expected) or "any",
        one.verdict.value if one.verdict else "",
        *score,
        format_ns(one.cpu_time_max_ns) if one.cpu_time_max_ns else "",
        format_bytes(one.memory_peak_max_bytes) if one.memory_peak_max_bytes else "",
        escape("; ".join(remarks)),
    ]


def escape(text: str) -> str:
    """Text from a package: no markup, no control characters."""
    return escape_markup(printable(text))
