"""``judge selftest``: attack the sandbox of this host and see whether its walls hold."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from judge.config import load_settings
from judge.host.selftest import SelfTestResult, run_selftest
from judge.parsers import Subparsers
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.slot import Slot, SlotConfig


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "selftest",
        help="attack this host's sandbox and see whether it holds",
        description="Run the shipped attack programs in a sandbox of this host, as every worker does when it starts. "
        "Exit code 0: every attack was stopped as it must be; 1: one was not; 5: the sandbox cannot run here.",
    )
    parser.add_argument("--json", action="store_true", help="a JSON object: ok, and an array of results")


def run(args: argparse.Namespace) -> int:
    """Run the attacks and print how each ended."""
    settings = load_settings()
    config = SlotConfig(
        index=0,
        state_dir=settings.state_dir,
        uid_base=settings.sandbox.uid_base,
        cgroup_root=settings.sandbox.cgroup_root,
    )
    with Slot.open(config) as slot:
        results = run_selftest(slot, host_rootfs(settings.state))
    if args.json:
        print(msgspec.json.encode(_as_dict(results)).decode())
    else:
        _print_table(results)
    return 0 if all(result.ok for result in results) else 1


def _as_dict(results: Sequence[SelfTestResult]) -> dict[str, Any]:
    return {
        "ok": all(result.ok for result in results),
        "results": [{**msgspec.to_builtins(result), "ok": result.ok} for result in results],
    }


def _print_table(results: Sequence[SelfTestResult]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "attack", "tries to", "ended")
    for result in results:
        mark = "[green]held[/]" if result.ok else "[bold red]BROKEN[/]"
        table.add_row(mark, result.name, result.tries, escape(result.seen if result.ok else result.complaint))
    console = Console()
    console.print(table)
    broken = [result.name for result in results if not result.ok]
    wall_ms = sum(result.wall_time_ns for result in results) // 1_000_000
    if broken:
        print(f"selftest: {len(broken)} of {len(results)} walls did not hold: {', '.join(broken)}", file=sys.stderr)
    else:
        console.print(f"all {len(results)} walls held, {wall_ms} ms")
