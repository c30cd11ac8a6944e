"""``judge migrate``: recorded requests are replayed on another judge and on this one, and the answers compared."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from judge.cli.options import AMOUNT_MAX
from judge.config import load_settings
from judge.errors import UsageError
from judge.migration.replay import Comparison, LineCompared, compare
from judge.migration.sample import read_sample
from judge.migration.server import Judge0Server
from judge.parsers import Subparsers
from judge.text import printable

_JOBS_MAX = 64

_DESCRIPTION = """\
Replays recorded requests of a Judge0's clients on that Judge0 and on a gateway of ours, and prints what differs: the
status, the standard output, how the program ended; and, as minor differences, messages of compilers and runtimes,
which other versions word otherwise. Nothing is changed on either but that the submissions are there as well; callbacks
are left out. FILE has a JSON object a line: a submission as it is sent to POST /submissions, or as GET
/submissions/TOKEN?fields=* answers it; a batch; or {"method", "path", "body"} of any recorded request that makes a
submission or reads. Submissions whose texts are in base64 say "base64_encoded": true (or have it in their path)."""


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "migrate",
        help="replay another judge's requests here and there, and compare",
        description="Replay what clients asked of another judge, there and here, and compare the answers.",
    )
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="JUDGE")
    judge0 = kinds.add_parser("judge0", help="from a Judge0", description=_DESCRIPTION)
    judge0.add_argument("--from", dest="there", required=True, metavar="URL", help="the Judge0, http://HOST:2358")
    judge0.add_argument("--sample", required=True, metavar="FILE", help="the recorded requests, a JSON object a line")
    judge0.add_argument(
        "--to", dest="here", default="", metavar="URL",
        help="our Judge0 interface (default: that of the gateway on this machine, http://127.0.0.1:8090/judge0); "
        "a key for it comes from JUDGE_KEY",
    )  # fmt: skip
    judge0.add_argument(
        "--from-headers", metavar="FILE",
        help="headers for the Judge0, a line `NAME: VALUE` each: keys are for files, not for command lines",
    )  # fmt: skip
    judge0.add_argument("--jobs", type=int, default=4, metavar="N", help="requests at once (default: 4)")
    judge0.add_argument(
        "--timeout", type=float, default=120.0, metavar="SECONDS", help="of one submission (default: 120)"
    )
    judge0.add_argument("--strict", action="store_true", help="minor differences count as well")
    judge0.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Compare; 0 = nothing differs."""
    if not 1 <= args.jobs <= _JOBS_MAX:
        raise UsageError(f"--jobs: 1 to {_JOBS_MAX}")
    if not 0 < args.timeout <= AMOUNT_MAX:
        raise UsageError("--timeout: seconds")
    sample = read_sample(_content(args.sample), args.sample)
    there = Judge0Server(args.there, _headers(args.from_headers), args.timeout, args.jobs)
    here = Judge0Server(args.here or _own_address(), _own_headers(), args.timeout, args.jobs)
    columns = (TextColumn("comparing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=args.json) as progress:
        bar = progress.add_task("", total=len(sample))
        comparison = compare(there, here, sample, args.jobs, lambda: progress.advance(bar))
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(comparison)).decode())
    else:
        _show(comparison)
    return 0 if comparison.ok and not (args.strict and comparison.minor) else 1


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _headers(path: str | None) -> dict[str, str]:
    headers = {}
    for line in _content(path).decode(errors="replace").splitlines() if path else ():
        name, colon, value = line.partition(":")
        if not colon or not name.strip().isascii():
            raise UsageError(f"{path}: a line is NAME: VALUE")
        headers[name.strip()] = value.strip()
    return headers


def _own_address() -> str:
    gateway = load_settings().gateway
    if not gateway.port:
        raise UsageError("the gateway's port is any free one: say --to")
    host = f"[{gateway.host}]" if ":" in gateway.host else gateway.host
    return f"http://{host}:{gateway.port}/judge0"


def _own_headers() -> dict[str, str]:
    key = os.environ.get("JUDGE_KEY", "")
    return {"X-Auth-Token": key} if key else {}


def _show(comparison: Comparison) -> None:
    for language in comparison.languages:
        names = f"{language.there or 'not there'} -> {language.here or 'NOT HERE'}"
        print(f"language {language.id}: {printable(names)}, {language.submissions} submissions")
    for line in comparison.lines:
        _show_line(line)
    print(
        f"{comparison.requests} requests: {comparison.same} alike, {comparison.different} different, "
        f"{comparison.minor} with other words of tools"
    )
    if comparison.time_ratio is not None:
        print(f"time, ours to theirs: {comparison.time_ratio:g} (median)")
    if comparison.memory_ratio is not None:
        print(f"memory, ours to theirs: {comparison.memory_ratio:g} (median)")


def _show_line(line: LineCompared) -> None:
    of = "" if line.language_id is None else f" (language {line.language_id})"
    for one in line.differences:
        mark = "other words" if one.minor else "DIFFERENT"
        there, here = printable(one.there), printable(one.here)
        print(f"line {line.line}{of}: {mark}: {one.field}: '{there}' there, '{here}' here")
