"""Odd packages, made from sound ones by seeded mutations, and what reading one may come to.

Reading a stranger's package ends in findings, in one PackageError, or in a problem that the judge can work with:
never in another exception. ``python tests/fuzz/package_fuzz.py --minutes 10`` looks for packages that break this and
writes each to ``tests/fuzz/corpus``, whose packages ``make test`` tries again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from package_bases import BASES

from judge.errors import PackageError
from judge.grading.execute import with_room_for_files
from judge.grading.jury_time_limit import Timing, time_limit_of
from judge.grading.limits import compile_limits, submission_limits, validation_limits
from judge.grading.scoring.report import JudgedTests, report_of_judging
from judge.grading.scoring.score import Award, Scored, ScoreDialect, score_case, score_modern
from judge.grading.scoring.traverse import judge_tree, plan_of
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.problem import Problem, TestCase
from judge.model.report import CaseReport
from judge.model.submission import Submission
from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.package.findings import location
from judge.package.kattis.lint import check_contents
from judge.package.kattis.test_data import with_cases
from judge.package.source import inspect_any
from judge.text import shown
from judge.verify.expect import best_score, compare_with_expected, enough_seen, needs_every_case, words_of

CORPUS = Path(__file__).with_name("corpus")
GOLDEN = Path(__file__).parents[1] / "golden" / "packages"

#: A file's content; a link's target; None = a directory.
Node = bytes | str | None
Files = dict[str, Node]

ODD_NUMBERS = (
    "0", "-0.0", "1", "-1", "0.5", "2.5", "1e-320", "5e-324", "1e-9", "1e30", "-1e30", "1e100", "1.7e308", "1e308",
    "-1e308", "1e309", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "99999999999999999999999", "9" * 400, "-" + "9" * 400, "9" * 5000, "nan", ".nan", "inf", ".inf", "-.inf", "1_0",
    "0x7fffffffffffffff", "0o17", "1:30", "true", "null", "''", "1 2", "[1]", "{a: 1}", "٣", "1e", "+", "1e+400",
)  # fmt: skip
ODD_WORDS = (
    "", ".", "..", "/", "../x", "/etc/passwd", "a/../../b", "./1.in", "a//b", "x" * 300, "x/" * 40 + "x", "é", "\u202e",
    "a\\b", "a\nb", "%s%n", "%d", "%01d", "%99d", "*", "{a,b", "{a,b}" * 6, "(", "(?P<case>.)", "~", "&a", "*a", "'",
    '"', "[", "]", "{", "}", "<", "&lt;", "secret", "sample", "data", "1.in", "problem.yaml", "build", "run", "\x7f",
    "\t", "nul\\0", "!!python/object:os.system x", "2001-01-01", "custom", "unbounded", "pass-fail", "scoring",
)  # fmt: skip
ODD_LINES = (
    "a: &a [*a]", "<<: *a", "<<: {a: 1}", "<<: [1]", "? [a, b]\n: 1", "? {a: 1}", "---", "...", "%YAML 9.9", "\ta: 1",
    "limits: !!binary aGk=", "limits: !!set {a}", "limits: 2001-01-01", "{}", "[]", "-", "!!map", "a: !!int x",
    "constants: {a: {value: 1, b: .nan}}", "x: " + "[" * 70 + "]" * 70, "&x a: *x", "key: >\n  text", "a: |+\n\n",
)  # fmt: skip
NUMERIC_KEYS = (
    "time_limit", "time_resolution", "memory", "output", "code", "compilation_time", "compilation_memory",
    "validation_time", "validation_memory", "validation_output", "validation_passes", "time_multiplier",
    "time_safety_margin",
)  # fmt: skip

_NUMBER = re.compile(rb"(?<![\w.])-?\d[\w.]*")
_VALUE = re.compile(rb"(?<=[:=] )[^\s,{}\[\]#]+|(?<=\")[^\"<>]*(?=\")|(?<=>)[^<>]+(?=<)")
_CONFIGURATION = (".yaml", ".yml", ".xml", ".ini", ".timelimit", ".args", ".json")


def bases() -> dict[str, Files]:
    """Sound packages of every format: those that use every key, and the golden ones."""
    found: dict[str, Files] = {name: dict(files) for name, files in BASES.items()}
    for directory in sorted(GOLDEN.iterdir()):
        found[directory.name] = {
            path.relative_to(directory).as_posix(): path.read_bytes()
            for path in sorted(directory.rglob("*"))
            if path.is_file() and path.stat().st_size < 1 << 16
        }
    return found


def write(files: Mapping[str, Node], root: Path) -> None:
    """Put the files below ``root``; what cannot be there (a file below a file, too long a name) is left out."""
    for name, node in files.items():
        path = root / name
        with suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if node is None:
                path.mkdir()
            elif isinstance(node, str):
                path.symlink_to(node)
            else:
                path.write_bytes(node)


# --- mutations ---------------------------------------------------------------------------------------------------


def mutated(files: Mapping[str, Node], rng: random.Random) -> Files:
    """The package with one to four things changed."""
    odd = dict(files)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 4))):
        rng.choices(_MUTATIONS, _WEIGHTS)[0](odd, rng)
    return odd


def _configuration(files: Files, rng: random.Random) -> tuple[str, bytes] | None:
    names = [name for name, node in files.items() if name.endswith(_CONFIGURATION) and isinstance(node, bytes) and node]
    return (name := rng.choice(names), files[name]) if names else None  # type: ignore[return-value]


def _replaced(files: Files, rng: random.Random, pattern: re.Pattern[bytes], odd: tuple[str, ...]) -> None:
    """One match of the pattern in a configuration file becomes something odd."""
    found = _configuration(files, rng)
    matches = list(pattern.finditer(found[1])) if found else []
    if found and matches:
        match = rng.choice(matches)
        text = rng.choice(odd).encode("utf-8", "surrogateescape")
        files[found[0]] = found[1][: match.start()] + text + found[1][match.end() :]


def _odd_number(files: Files, rng: random.Random) -> None:
    _replaced(files, rng, _NUMBER, ODD_NUMBERS)


def _odd_word(files: Files, rng: random.Random) -> None:
    _replaced(files, rng, _VALUE, ODD_WORDS + ODD_NUMBERS)


def _odd_limit(files: Files, rng: random.Random) -> None:
    text = files.get("problem.yaml")
    if isinstance(text, bytes):
        kept = re.sub(rb"(?ms)^limits:.*?(?=^\S|\Z)", b"", text)
        keys = rng.sample(NUMERIC_KEYS, rng.randint(1, 3))
        lines = "".join(f"  {key}: {rng.choice(ODD_NUMBERS)}\n" for key in keys)
        files["problem.yaml"] = kept.rstrip(b"\n") + b"\nlimits:\n" + lines.encode()


def _odd_line(files: Files, rng: random.Random) -> None:
    found = _configuration(files, rng)
    if found:
        lines = found[1].split(b"\n")
        at = rng.randrange(len(lines) + 1)
        what = rng.choice((*ODD_LINES, *(line.decode("utf-8", "replace") for line in lines))).encode("utf-8", "replace")
        lines[at : at + rng.randint(0, 1)] = [what]
        files[found[0]] = b"\n".join(lines)


def bytes_of(node: Node) -> bytes:
    """A file's content; nothing of what is no file."""
    return node if isinstance(node, bytes) else b""


def _odd_bytes(files: Files, rng: random.Random) -> None:
    names = [name for name, node in files.items() if isinstance(node, bytes)]
    if not names:
        return
    name = rng.choice(names)
    data = bytes_of(files[name])
    at = rng.randrange(len(data) + 1)
    files[name] = rng.choice((
        b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r"), data[:at], b"",
        data[:at] + b"\0" + data[at:], data[:at] + b"\xff\xfe" + data[at:], data[:at] + b"\xed\xa0\x80" + data[at:],
        data.decode("utf-8", "replace").encode("utf-16"), data + data,
        data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
    ))  # fmt: skip


def _odd_file(files: Files, rng: random.Random) -> None:
    """A file goes, gets another name, or becomes a link or a directory."""
    name = rng.choice(list(files) or ["problem.yaml"])
    node = files.pop(name, None)
    parent = os.path.dirname(name)
    what = rng.randrange(4)
    if what == 0:
        return
    if what == 1:
        word = rng.choice(ODD_WORDS).replace("\0", "") or "x"
        files[rng.choice((f"{parent}/{word}", word, name + word, rng.choice(list(files) or ["y"]))).strip("/")] = node
    elif what == 2:
        target = rng.choice(
            (
                "/etc/passwd",
                ".",
                "..",
                "/",
                os.path.basename(name),
                "nowhere",
                *(os.path.relpath(x, parent or ".") for x in files),
            )
        )
        files[name] = target
    else:
        files[name] = None


_MUTATIONS: tuple[Callable[[Files, random.Random], None], ...] = (
    _odd_number, _odd_word, _odd_limit, _odd_line, _odd_bytes, _odd_file,
)  # fmt: skip
_WEIGHTS = (4, 4, 2, 3, 2, 2)

# --- what must hold ----------------------------------------------------------------------------------------------


def attempt(files: Mapping[str, Node], scratch: Path, rng: random.Random) -> str:
    """Read, check and work with one package: "refused" or "judged". Raises for anything that must not be."""
    holder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        package, unpacked = holder / "package", holder / "unpacked"
        package.mkdir()
        unpacked.mkdir()
        write(files, package)
        return _attempt(package, unpacked, rng)
    except PackageError as error:
        assert str(error).isprintable(), repr(str(error))
        assert error.where or error.message.startswith("is no problem package"), f"no place: {error}"
        return "refused"
    finally:
        shutil.rmtree(holder)


def _attempt(package: Path, unpacked: Path, rng: random.Random) -> str:
    problem, findings = inspect_any(package, unpacked)
    for diagnostic in findings.diagnostics:
        assert location(diagnostic)
        assert diagnostic.message
    check_contents(problem, findings)
    msgspec.json.encode(findings.diagnostics)
    findings.raise_if_blocked()
    work_with(problem, rng)
    return "judged"


_LANGUAGES = (
    LanguageSpec(id="plain", name="plain", extensions=("p",), run=("/bin/true",)),
    LanguageSpec(
        id="slow", name="slow", extensions=("s",), run=("/bin/true",), time_factor=3.0, memory_overhead_mib=512
    ),
)


def work_with(problem: Problem, rng: random.Random) -> None:
    """All that a judge does with a problem, but for running programs: limits, order, scores, expectations, a report."""
    limits, ceilings = problem.limits, DEFAULT_CEILINGS
    if not limits.time_limit_ns:
        timings = (
            Timing(name="a", must_fit_ns=rng.choice((1, S_NS, 60 * S_NS)), must_exceed_ns=rng.choice((0, S_NS))),
        )
        computed = time_limit_of(limits, timings).time_limit_ns
        limits = msgspec.structs.replace(limits, time_limit_ns=min(computed, ceilings.time_limit_ns))
        problem = msgspec.structs.replace(problem, limits=limits)
    problem = msgspec.structs.replace(problem, root=with_cases(problem.root, _made))
    for language in _LANGUAGES:
        runs = submission_limits(problem, language), compile_limits(limits), validation_limits(limits, language)
        with_room_for_files(runs[0], problem)
        for run in runs:
            assert run.memory_bytes <= ceilings.memory_bytes + language.memory_overhead_mib * 2**20
            assert run.stdout_bytes <= max(ceilings.output_bytes, 1 << 20)
            assert run.wall_time_ns < 1 << 53
    assert limits.validation_passes <= ceilings.validation_passes
    msgspec.json.encode(problem)
    for dialect in ScoreDialect:
        report = _report(problem, dialect, rng)
        for one in problem.submissions:
            words_of(one.expected)
            needs_every_case(one.expected)
            enough_seen(one.expected)
            compare_with_expected(one.expected, report, problem)
    best_score(problem)
    assert not math.isnan(best_score(problem))


def _made(case: TestCase) -> TestCase:
    """As if its generator had run."""
    made = case.generator is not None or case.solver is not None
    return msgspec.structs.replace(case, input_path=case.input_path or os.devnull) if made else case


def _report(problem: Problem, dialect: ScoreDialect, rng: random.Random):  # type: ignore[no-untyped-def]
    walk = judge_tree(plan_of(problem), lambda group, results: Scored(verdict=Verdict.AC, score=1.0), run_all=True)
    try:
        task = next(walk)
        while True:
            verdict = rng.choice((Verdict.AC, Verdict.AC, Verdict.AC, Verdict.WA, Verdict.TLE))
            award = rng.choice((Award(), Award(), Award(score=rng.choice((0.0, 1.0, 1e300))), Award(multiplier=0.5)))
            if task.case is None:
                static = task.group.static_validation
                scored = score_modern(task.group.policy, static.max_score if static else None, verdict, award)
            else:
                scored = score_case(problem, task.group, task.case, verdict, award, dialect)
            task = walk.send(
                CaseReport(name=task.name, verdict=scored.verdict, score=scored.score, reason=scored.reason)
            )
    except StopIteration as stop:
        root = stop.value
    assert root.score is None or math.isfinite(root.score), root.score
    submission = Submission(id="s", package=problem.path, sources=())
    return report_of_judging(submission, problem, "plain", JudgedTests(root, limits=Limits()))


# --- corpus ------------------------------------------------------------------------------------------------------


def dump(base: str, sound: Mapping[str, Node], odd: Mapping[str, Node], reason: str) -> str:
    """A package as what differs from its base, for the corpus."""
    changes: dict[str, object] = {name: {"gone": True} for name in sound if name not in odd}
    for name, node in odd.items():
        if name not in sound or sound[name] != node:
            kind = {"directory": True} if node is None else {"link": node} if isinstance(node, str) else None
            changes[name] = kind or {"latin-1": node.decode("latin-1")}  # type: ignore[union-attr]
    return json.dumps({"base": base, "why": reason, "changes": changes}, indent=1, ensure_ascii=True) + "\n"


def load(text: str, sound: Mapping[str, Mapping[str, Node]]) -> Files:
    """The package of a corpus file."""
    kept = json.loads(text)
    files = dict(sound[kept["base"]])
    for name, change in kept["changes"].items():
        files.pop(name, None)
        if "latin-1" in change:
            files[name] = change["latin-1"].encode("latin-1")
        elif "gone" not in change:
            files[name] = change.get("link")
    return files


def search(seconds: float, seed: int, found: Callable[[str, str], None]) -> dict[str, int]:
    """Try odd packages for so long; ``found`` gets (corpus text, traceback) of each that breaks the rule."""
    sound = bases()
    names = sorted(sound)
    counts = {"refused": 0, "judged": 0, "broken": 0}
    end = time.monotonic() + seconds
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="judge-fuzz-") as scratch:
        while time.monotonic() < end:
            name = rng.choice(names)
            odd = mutated(sound[name], rng)
            try:
                counts[attempt(odd, Path(scratch), rng)] += 1
            except Exception as error:  # whatever it is, it is what we look for
                counts["broken"] += 1
                found(
                    dump(name, sound[name], odd, shown(f"{type(error).__name__}: {error}"[:200])),
                    traceback.format_exc(),
                )
    return counts


def main() -> int:
    """The search as a command; exit code 1 when something was found."""
    parser = argparse.ArgumentParser(description="Look for packages that break their reader.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    places: set[str] = set()

    def found(text: str, trace: str) -> None:
        lines = [line for line in trace.splitlines() if line.startswith("  File")]
        place = lines[-1] if lines else trace
        if place in places:
            return
        places.add(place)
        print(trace, flush=True)
        (CORPUS / f"found-{args.seed}-{len(places)}.json").write_text(text)

    counts = search(args.minutes * 60, args.seed, found)
    print(f"seed {args.seed}: {counts}")
    return 1 if counts["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
