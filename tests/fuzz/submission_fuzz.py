"""Odd submissions, odd things that compilers leave and odd packages' files, and what they may come to.

Whatever a contestant hands in, and whatever a compiler makes of it, is a compile error or a program, never an
exception. Whatever a setter's program leaves or brings is a PackageError that names it, or works.
``python tests/fuzz/submission_fuzz.py --minutes 10`` looks for submissions that break this and adds them to
``tests/fuzz/submissions.json``, which ``make test`` tries again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from judge.errors import PackageError
from judge.grading.execute import OpenSubmission, files_of, with_room_for_files
from judge.grading.feedback import DIRECTORY, read_feedback
from judge.grading.programs import SetterProgram, data_files
from judge.model.limits import Limits
from judge.model.problem import NamedFiles, PackageFormat, Problem, ProblemLimits, TestCase, TestGroup
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.channel import MESSAGE_BYTES_MAX
from judge.sandbox.run_io import check_request
from judge.sandbox.spec import ContainerSpec, OverlayMount, Rootfs, RunSpec
from judge.sandbox.work_directory import batches
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Compiled, CompileOptions, Toolchain, compile_program
from judge.toolchain.definitions import Languages
from judge.toolchain.work_files import parents

CORPUS = Path(__file__).with_name("submissions.json")
LANGUAGES = Languages.open().all()
_TOOLCHAIN = Toolchain(Rootfs(mounts=(OverlayMount(target="/", lowers=("/",)),)), "fuzz")

ODD_PARTS = (
    "a", "b", "main", "Main", "feedback", "submission", "double.in", "double.out", "table.txt", "classes",
    "out", "prog", "Hidden.class", "x" * 200, "x" * 201, "x" * 255, "x" * 256, "", ".", "..", "-o", "@f", "é",
    "日本", "\u202e", "\ud800", "\udcff", "\0", "\n", "\x1b[2J", " ", "a b", "'", '"', "$x", "*", "?", "[", "{}",
    "{main}", "%s", "\\", "a\\b", ":", "__main__", "__pycache__", ".hidden", "nextpass.in", "score.txt",
    "x.class", "run", "build", "\u00ad", "\ufeff",
)  # fmt: skip
ODD_BYTES = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff\xfe\x00\xd8", b"\x1a", b"\r", b"package a..b;",
    b"package .;", b"#!", b"//", b"package \\u0000;", b"public class \\ud800 {}", b"class $ {", b"/*", b'"""',
    b"'", b"\\u", b"\\uuuu0041", b"enum 1 {", b"public static void main(", b"fun main", b"\xca\xfe\xba\xbe",
    b"\x7fELF", b"main", b"coding: x", b"\xdc", b"{", b"}}",
    b"package " + b"a" * 240 + b"." + b"b" * 240 + b";", b"public class " + b"X" * 300 + b" {}", b";",
    b"@interface", b"nan",
)  # fmt: skip


@dataclass
class Tried:
    """A slot whose compiler is a die: what it leaves is drawn. ``puts`` are all files that were to go into /work."""

    dice: random.Random
    puts: list[Mapping[str, Any]] = field(default_factory=list)

    @contextmanager
    def container(self, spec: ContainerSpec) -> Iterator[Any]:
        yield self

    def run(self, spec: RunSpec, *, files: Mapping[str, Any], **_: Any) -> Completed:
        check_request(spec, files, {})
        self.puts.append(files)
        left = odd_files(self.dice, endings=("", ".class", ".js", ".beam"))
        if self.dice.random() < 0.5:
            left |= {name: b"\x7fELF\x02" + bytes(19) + b"\1" * 8 for name in ("prog", "main", "run", "prog.exe")}
        captures = {name: Capture(data) for name, data in left.items() if can_exist(name)}
        captures = {name: capture for name, capture in captures.items() if not parents(name) & captures.keys()}
        result = RunResult(outcome=Outcome.EXITED, exit_code=int(self.dice.random() < 0.1))
        said = odd_bytes(self.dice)
        return Completed(result, Capture(said), Capture(said), captures, int(self.dice.random() < 0.02))


def can_exist(name: str) -> bool:
    """Whether a program can make a file of this name."""
    try:
        parts = name.encode("utf-8", "surrogateescape").split(b"/")
    except UnicodeEncodeError:
        return False
    return all(0 < len(part) <= 255 and part not in (b".", b"..") and b"\0" not in part for part in parts)


def odd_name(dice: random.Random) -> str:
    depth = dice.choice((1, 1, 1, 2, 2, 3, 5, dice.choice((5, 33, 60))))
    parts = ODD_PARTS if dice.random() < 0.1 else ODD_PARTS[:12]
    return "/".join(dice.choice(parts) for _ in range(depth))


def odd_bytes(dice: random.Random) -> bytes:
    pieces = [dice.choice(ODD_BYTES) if dice.random() < 0.8 else dice.randbytes(3) for _ in range(dice.randrange(8))]
    return dice.choice((b"", b" ", b"\n", b"\r\n")).join(pieces) * dice.choice((1, 1, 1, 1, 500))


def odd_files(dice: random.Random, endings: tuple[str, ...]) -> dict[str, bytes]:
    count = dice.choice((0, 1, 1, 2, 2, 3, 5, 5, 20))
    files = {odd_name(dice) + dice.choice(endings): odd_bytes(dice) for _ in range(count)}
    if dice.random() < 0.03:
        files |= {f"{number}/{'d/' * dice.randrange(9)}f": b"" for number in range(dice.choice((150, 1001)))}
    return files


def must_be_makeable(files: Mapping[str, Any]) -> None:
    """Whether a directory can hold these files, and the messages that bring them are small enough."""
    assert not any(parents(name) & files.keys() for name in files)
    assert all(len(name.encode("utf-8", "surrogateescape")) <= 4000 for name in files)
    for batch in batches(files, ()):
        assert sum(len(file.name.encode("utf-8", "surrogatepass")) + 40 for file in batch.files) < MESSAGE_BYTES_MAX


class Odd(msgspec.Struct, frozen=True):
    """One odd submission; ``seed`` decides what its compiler leaves and what the package brings."""

    language: str
    sources: tuple[SourceFile, ...]
    main: str = ""
    seed: int = 0


def drawn(seed: int) -> Odd:
    """The submission of this seed."""
    dice = random.Random(seed)
    language = dice.choice(LANGUAGES)
    files = odd_files(dice, ("", *(f".{ending}" for ending in language.extensions)) * 2)
    sources = tuple(SourceFile(name=name, content=content) for name, content in files.items())
    return Odd(language.id, sources, dice.choice(("", "", "main", "a", *files)), seed)


def attempt(odd: Odd, directory: Path) -> str:
    """One try; says what it came to. Raises whatever must not happen."""
    dice = random.Random(odd.seed)
    language = next(language for language in LANGUAGES if language.id == odd.language)
    slot = Tried(dice)
    store = ArtifactStore(directory)
    compiled = compile_program(slot.container, _TOOLCHAIN, language, odd.sources, store, CompileOptions(main=odd.main))
    again = compile_program(slot.container, _TOOLCHAIN, language, odd.sources, store, CompileOptions(main=odd.main))
    for put in slot.puts:
        must_be_makeable(put)
    if not compiled.report.ok:
        assert compiled.report.log
        return "refused"
    assert again.report.ok
    compiled.report.log.encode()
    return _run(dice, compiled, directory)


def _run(dice: random.Random, compiled: Compiled, directory: Path) -> str:
    assert compiled.artifact is not None
    spec = compiled.run_spec(Limits())
    assert all(word.encode() and "\0" not in word for word in spec.argv)
    assert sum(len(word.encode()) for word in spec.argv) < MESSAGE_BYTES_MAX
    table = directory / "table"
    table.write_bytes(b"")
    own = data_files(compiled)
    named = NamedFiles(input=dice.choice(("", "double.in")), output=dice.choice(("", "double.out")))
    case = TestCase(name="1", input_path=str(table), answer_path="", files=((odd_name(dice), str(table)),))
    box: Any = OpenSubmission(compiled, Tried(dice), Limits(), spec, own, named)  # type: ignore[arg-type]
    group = TestGroup(name="data", cases=(case,))
    problem = Problem(
        name="p", path="", format=PackageFormat.LEGACY, root=group, limits=ProblemLimits(), named_files=named
    )
    kept = {f"{DIRECTORY}/{name}": Capture(data) for name, data in odd_files(dice, ("", ".txt")).items()}
    kept |= {name: kept[f"{DIRECTORY}/{DIRECTORY}"] for name in (DIRECTORY,) if f"{DIRECTORY}/{DIRECTORY}" in kept}
    program = SetterProgram("check", compiled, _TOOLCHAIN, Limits(), own)
    try:
        with_room_for_files(Limits(), problem, compiled.prepared.files if compiled.prepared else ())
        with files_of(box, case, 0 if named.input else -1) as ours:
            must_be_makeable(ours)
        shown = {name: Capture(data) for name, data in own}
        must_be_makeable(program.work_files(read_feedback(kept, 100).kept, shown, (DIRECTORY,)))
    except PackageError as error:
        assert error.where
        return "package refused"
    return "program"


def search(first_seed: int, seconds: float, on_broken: Callable[[Odd, str], None]) -> Counter[str]:
    """Try seeds from this one on for so long; what they came to, counted."""
    counts: Counter[str] = Counter()
    end, seed = time.monotonic() + seconds, first_seed
    while time.monotonic() < end:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                counts[attempt(drawn(seed), Path(scratch))] += 1
            except Exception:  # whatever it was: that is what is looked for
                counts["broken"] += 1
                on_broken(drawn(seed), traceback.format_exc())
        seed += 1
    return counts


def corpus() -> list[Odd]:
    """The submissions that once broke something."""
    return msgspec.json.decode(CORPUS.read_bytes(), type=list[Odd])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 40))
    options = parser.parse_args()
    kept = corpus()

    def keep(odd: Odd, trace: str) -> None:
        print(f"seed {odd.seed}:\n{trace}", flush=True)
        kept.append(odd)
        CORPUS.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")

    print(f"seeds from {options.seed} on: {dict(search(options.seed, 60 * options.minutes, keep))}")


if __name__ == "__main__":
    main()
