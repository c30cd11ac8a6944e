"""``judge bench startup``: a small program in each language, in the sandbox beside bare on this machine.

*Bare* is the same command with the same environment on the same core, started by ``posix_spawn`` and waited for;
*sandboxed* is a whole run in a warm container. In pairs, medians; the overhead is the median difference of a pair. The
promise: 2 ms and 3 % at most.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

import msgspec
from rich.console import Console
from rich.table import Table

from judge.assembly import open_slot
from judge.config import Settings, load_settings
from judge.errors import InfrastructureError
from judge.model.language import LanguageSpec, SelfTest
from judge.model.limits import Limits
from judge.model.submission import SourceFile
from judge.model.units import MS_NS
from judge.parsers import Subparsers
from judge.rootfs.host_root import find_in
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Compiled, Toolchain, compile_program
from judge.toolchain.definitions import Languages, language_limits
from judge.toolchain.roots import Toolchains

RUNS = 21
_INPUT = b"20 22\n"
_ALLOWED_MS = 2.0
_ALLOWED_SHARE = 0.03
_TOOLCHAIN_WORD = re.compile(r"/opt/[\w.@/+-]+")


class StartupRow(msgspec.Struct, frozen=True, kw_only=True):
    """One language; medians. ``allowed_ms`` is 2 ms and 3 % of bare."""

    language: str
    bare_ms: float
    sandboxed_ms: float
    overhead_ms: float
    allowed_ms: float

    @property
    def ok(self) -> bool:
        """Whether the sandbox costs no more than promised."""
        return self.overhead_ms <= self.allowed_ms


class StartupBench(msgspec.Struct, frozen=True, kw_only=True):
    """All languages measured. ``median_overhead_ms`` is over the languages; ``over`` names those past the promise."""

    runs: int
    rows: tuple[StartupRow, ...]
    median_overhead_ms: float
    over: tuple[str, ...]


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser("startup", help="a small program in each language, sandboxed and bare")
    parser.add_argument("languages", nargs="*", metavar="LANG", help="only these (default: all that are ready)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each kind (default {RUNS}, at least 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 1 when a language costs more than promised."""
    bench = measure(load_settings(), args.languages, max(5, args.runs))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("language", "bare ms", "sandboxed ms", "overhead ms", "allowed ms"):
            table.add_column(heading, justify="left" if heading == "language" else "right")
        for row in bench.rows:
            figures = (row.bare_ms, row.sandboxed_ms, row.overhead_ms, row.allowed_ms)
            table.add_row(row.language, *(f"{value:.2f}" for value in figures))
        Console(highlight=False).print(table)
        print(f"median overhead {bench.median_overhead_ms:.2f} ms; over the promise: {', '.join(bench.over) or 'none'}")
    return 1 if bench.over else 0


def measure(settings: Settings, names: Sequence[str] = (), runs: int = RUNS) -> StartupBench:
    """Measure every language asked for, or every one that is ready. Raises InfrastructureError, LanguageError."""
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    toolchains = Toolchains(settings.state)
    chosen = [languages.get(name) for name in names] or [
        language for language in languages if toolchains.state(language).ready and _is_from_host(language, toolchains)
    ]
    store = ArtifactStore(settings.state.artifacts)
    rows = []
    with open_slot(settings, 0) as slot:
        for language in chosen:
            toolchains.prepare(language, slot.container)
            compiled = compile_program(slot.container, toolchains(language), language, _program(language), store)
            if compiled.artifact is None:
                raise InfrastructureError(f"{language.id} does not compile: {compiled.report.log[:200]}")
            rows.append(_measure_one(slot, toolchains(language), language, compiled, runs))
    return StartupBench(
        runs=runs,
        rows=tuple(rows),
        median_overhead_ms=round(median(row.overhead_ms for row in rows), 2) if rows else 0.0,
        over=tuple(row.language for row in rows if not row.ok),
    )


def _is_from_host(language: LanguageSpec, toolchains: Toolchains) -> bool:
    """A built toolchain has no bare counterpart on this machine."""
    return toolchains.state(language).source == "host" and SelfTest.ADD in language.selftest


def _program(language: LanguageSpec) -> tuple[SourceFile, ...]:
    name = language.source.name or f"Main.{language.extensions[0]}"
    return (SourceFile(name=name, content=language.selftest[SelfTest.ADD].lstrip("\n").encode()),)


def _measure_one(slot: Slot, toolchain: Toolchain, language: LanguageSpec, compiled: Compiled, runs: int) -> StartupRow:
    limits = language_limits(language, Limits())
    spec = compiled.run_spec(limits)
    with ExitStack() as stack:
        container = ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))
        warm = stack.enter_context(slot.container(container))
        cwd = stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-"))
        argv = [_on_host(word, compiled, toolchain) for word in spec.argv]
        environment = {name: _on_host(value, compiled, toolchain) for name, value in spec.env} | {"HOME": cwd}

        def run_sandboxed() -> int:
            started_ns = time.monotonic_ns()
            done = warm.run(spec, stdin=_INPUT)
            elapsed_ns = time.monotonic_ns() - started_ns
            if not done.result.ok:
                raise InfrastructureError(f"{language.id}: {done.result.outcome}: {done.stderr.text(200)}")
            return elapsed_ns

        pairs = [
            _pair(lambda: _bare(argv, environment, cwd, slot.config.cpu), run_sandboxed, n) for n in range(-2, runs)
        ]
    return _row(language, pairs[2:])  # the first two warm the page cache


def _pair(bare: Callable[[], int], sandboxed: Callable[[], int], number: int) -> tuple[int, int]:
    """Both, one right after the other, each being the first every other time."""
    if number % 2:
        bare_ns = bare()
        return bare_ns, sandboxed()
    sandboxed_ns = sandboxed()
    return bare(), sandboxed_ns


def _row(language: LanguageSpec, pairs: Sequence[tuple[int, int]]) -> StartupRow:
    bare_ms = median(bare for bare, _ in pairs) / MS_NS
    return StartupRow(
        language=language.id,
        bare_ms=round(bare_ms, 2),
        sandboxed_ms=round(median(sandboxed for _, sandboxed in pairs) / MS_NS, 2),
        overhead_ms=round(median(sandboxed - bare for bare, sandboxed in pairs) / MS_NS, 2),
        allowed_ms=round(_ALLOWED_MS + _ALLOWED_SHARE * bare_ms, 2),
    )


def _on_host(word: str, compiled: Compiled, toolchain: Toolchain) -> str:
    """The same word with the container's own paths as this machine has them."""

    def real(match: re.Match[str]) -> str:
        found = find_in(toolchain.rootfs, match[0])
        return str(found) if found else match[0]

    return _TOOLCHAIN_WORD.sub(real, word.replace("/artifact", str(compiled.artifact)))


@contextmanager
def on_core(cpu: int) -> Iterator[None]:
    """What is started in here runs on this core alone, as in a slot; -1 = anywhere."""
    usual = os.sched_getaffinity(0)
    if cpu >= 0:
        os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def _bare(argv: Sequence[str], environment: dict[str, str], cwd: str, cpu: int) -> int:
    """Wall time in ns of one bare run, input from a pipe, output into another, on one core (-1 = any)."""
    stdin, stdin_end = os.pipe()
    stdout_end, stdout = os.pipe()
    os.write(stdin_end, _INPUT)
    os.close(stdin_end)
    started_ns = time.monotonic_ns()
    actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1), (os.POSIX_SPAWN_CLOSE, stdout_end)]
    with on_core(cpu):
        pid = os.posix_spawn(argv[0], list(argv), {**environment, "PWD": cwd}, file_actions=actions)
    os.close(stdout)
    os.close(stdin)
    while os.read(stdout_end, 1 << 16):
        pass
    _, status = os.waitpid(pid, 0)
    elapsed_ns = time.monotonic_ns() - started_ns
    os.close(stdout_end)
    if os.waitstatus_to_exitcode(status) != 0:
        raise InfrastructureError(f"{argv[0]} failed outside the sandbox")
    return elapsed_ns
