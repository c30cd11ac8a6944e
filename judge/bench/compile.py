"""``judge bench compile``: what the precompiled header and the artifact store save.

The program includes ``<bits/stdc++.h>``. *Plain* is the same compiler with the same options run on this machine
without any sandbox and without the header, on the slot's core; *pch* and *sandboxed plain* are whole compile stages,
sandbox and store included; *hit* is the stage when the store has the program. Interleaved, medians.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from judge.assembly import open_slot
from judge.bench.startup import on_core
from judge.config import Settings, load_settings
from judge.errors import HostError, InfrastructureError
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile
from judge.model.units import MS_NS
from judge.parsers import Subparsers
from judge.sandbox.slot import Slot
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Toolchain, compile_program
from judge.toolchain.definitions import Languages, compile_argv
from judge.toolchain.roots import Toolchains

RUNS = 9
_HITS_PER_RUN = 5
_PROGRAM = """#include <bits/stdc++.h>
using namespace std;
int main() {
  map<string, vector<int>> words;
  string word;
  for (int n = 0; cin >> word; n++) words[word].push_back(n);
  for (auto &[text, places] : words) cout << text << ' ' << places.size() << '\\n';
}
"""


class CompileBench(msgspec.Struct, frozen=True, kw_only=True):
    """Medians. ``pch_ratio`` is pch over plain."""

    language: str
    runs: int
    plain_ms: float
    sandboxed_plain_ms: float
    pch_ms: float
    pch_ratio: float
    hit_ms: float


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "compile", help="C++ with and without a precompiled header, and a cache hit", description=__doc__
    )
    parser.add_argument("--language", default="cpp", help="a C++ language that prepares a header (default: cpp)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each kind (default {RUNS}, at least 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    bench = measure(load_settings(), args.language, max(3, args.runs))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
    else:
        print(f"#include <bits/stdc++.h> in {bench.language}, medians of {bench.runs} interleaved runs")
        print(f"  plain compiler, no sandbox   {bench.plain_ms:8.1f} ms")
        print(f"  in the sandbox               {bench.sandboxed_plain_ms:8.1f} ms")
        print(f"  with the precompiled header  {bench.pch_ms:8.1f} ms   {bench.pch_ratio:.2f} x plain")
        print(f"  found in the store           {bench.hit_ms:8.2f} ms")
    return 0


def measure(settings: Settings, language_name: str = "cpp", runs: int = RUNS) -> CompileBench:
    """Measure everything; blocks for some ten seconds. Raises InfrastructureError, HostError, LanguageError."""
    language = Languages.open(settings.worker.languages_dir, settings.state.variants).get(language_name)
    toolchains = Toolchains(settings.state)
    with ExitStack() as stack:
        slot = stack.enter_context(open_slot(settings, 0))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=settings.state_dir)))
        scratch.chmod(0o755)
        if toolchains.prepare(language, slot.container) is None:
            raise HostError(f"{language.id} prepares no header, so there is nothing to compare")
        prepared = toolchains(language)
        bare = toolchains.bare(language)
        store = ArtifactStore(scratch / "artifacts")
        kinds: dict[str, Callable[[int], None]] = {
            "plain": lambda n: _plain(language, scratch, _source(n), slot.config.cpu),
            "sandboxed": lambda n: _stage(slot, bare, language, store, _source(n), cached=False),
            "pch": lambda n: _stage(slot, prepared, language, store, _source(n), cached=False),
        }
        times: dict[str, list[int]] = {name: [] for name in (*kinds, "hit")}
        for n in range(-1, runs):
            for name, work in kinds.items():
                elapsed_ns = _timed(lambda work=work, n=n: work(n))  # type: ignore[misc]
                times[name] += [elapsed_ns] if n >= 0 else []  # the first round warms the page cache
            for _ in range(_HITS_PER_RUN if n >= 0 else 0):
                source = _source(n - 1)  # in the store for a while, as what is asked for again is
                times["hit"].append(_timed(lambda s=source: _stage(slot, prepared, language, store, s, cached=True)))  # type: ignore[misc]
    return _summary(language, runs, times)


def _summary(language: LanguageSpec, runs: int, times: dict[str, list[int]]) -> CompileBench:
    ms = {name: median(values) / MS_NS for name, values in times.items()}
    return CompileBench(
        language=language.id,
        runs=runs,
        plain_ms=round(ms["plain"], 1),
        sandboxed_plain_ms=round(ms["sandboxed"], 1),
        pch_ms=round(ms["pch"], 1),
        pch_ratio=round(ms["pch"] / ms["plain"], 3),
        hit_ms=round(ms["hit"], 3),
    )


def _source(number: int) -> SourceFile:
    """The program, never the same twice."""
    return SourceFile(name="main.cpp", content=f"{_PROGRAM}// {number}\n".encode())


def _timed(work: Callable[[], None]) -> int:
    started_ns = time.monotonic_ns()
    work()
    return time.monotonic_ns() - started_ns


def _plain(language: LanguageSpec, scratch: Path, source: SourceFile, cpu: int) -> None:
    (scratch / source.name).write_bytes(source.content)
    for argv in compile_argv(language, [source.name], source.name, "main"):
        with on_core(cpu):
            done = subprocess.run(argv, cwd=scratch, capture_output=True, check=False)
        if done.returncode != 0:
            raise InfrastructureError(f"{argv[0]} failed outside the sandbox: {done.stderr[:200]!r}")


def _stage(
    slot: Slot, toolchain: Toolchain, language: LanguageSpec, store: ArtifactStore, source: SourceFile, *, cached: bool
) -> None:
    compiled = compile_program(slot.container, toolchain, language, [source], store)
    if not compiled.report.ok or compiled.report.cached is not cached:
        raise InfrastructureError(f"the compile stage went wrong: {compiled.report.log[:200]!r}")
