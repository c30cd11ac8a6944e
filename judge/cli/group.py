"""``judge group``: several commands at once, joined by pipes, here or by a service."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from judge.cli.doing import doer_for, service_options
from judge.cli.group_file import GivenGroup, group_of, read_group
from judge.cli.run_output import Content, write_kept
from judge.cli.showing import print_work_report, work_exit_code
from judge.client import Sending, work_of
from judge.client.opening import report_of_type
from judge.model.event import Claimed, Event, Queued, Retried
from judge.model.work_report import CommandGroupReport
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "group",
        help="run several commands at once, joined by pipes",
        description="Run the command group of a file, in this process or (--broker, --service) by a running service, "
        "and show how each command ended, what it wrote and what went through the pipes. The file is JSON or TOML "
        "(docs/howto/command-groups.md). Ctrl-C goes to every command; a second one ends them all.",
    )
    parser.add_argument("file", metavar="FILE", help="the group: .toml is TOML, all else is JSON")
    parser.add_argument(
        "--language", default="", help="a worker that offers it does the work (default: the one that commands name)"
    )
    parser.add_argument(
        "--keep-in", default="kept", metavar="DIR", help="where kept files are put, by command (default: kept)"
    )
    service_options(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Run, show."""
    given = read_group(args.file)
    sending = Sending(language=args.language or _one_language(given), tenant=args.tenant)
    with doer_for(args) as doer, _progress(shown=not args.json) as hear:
        work = work_of(group_of(given, Path(args.file).parent, doer), sending)
        report = report_of_type(CommandGroupReport, doer.do(work, hear))
        kept = _write_all_kept(report, args.keep_in, doer.content)
    print_work_report(report, json=args.json)
    if not args.json:
        for path in kept:
            print(f"kept {path}")
    return work_exit_code(report)


def _one_language(given: GivenGroup) -> str:
    """What all commands name that name any; empty = they differ."""
    names = {command.language for command in given.commands if command.language}
    return names.pop() if len(names) == 1 else ""


def _write_all_kept(report: CommandGroupReport, directory: str, content: Content) -> list[str]:
    return [
        path
        for index, command in enumerate(report.commands)
        for path in write_kept(command.files, f"{directory}/{index}", content)
    ]


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[Event], None]]:
    """What happens, as one line of a terminal that goes when all is over."""
    console = Console(stderr=True)
    with console.status("starting") as status:
        if not (shown and console.is_terminal):
            status.stop()

        def hear(event: Event) -> None:
            match event:
                case Queued():
                    status.update("waiting")
                case Claimed():
                    status.update("running")
                case Retried():
                    status.update(f"attempt {event.attempt} failed; it runs again")

        yield hear
