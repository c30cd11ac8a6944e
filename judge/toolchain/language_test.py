"""A language proves itself: small programs of its definition, compiled and run as any submission would be.

What passes here is what a worker may offer. Nothing is printed and nothing is kept; see
:mod:`judge.toolchain.availability` for the record of what passed on this machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median_low

import msgspec

from judge.model.language import LanguageSpec, SelfTest
from judge.model.limits import Limits
from judge.model.submission import SourceFile
from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.sandbox.capture import Completed
from judge.sandbox.spec import ContainerSpec
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import DEFAULT_OPTIONS, Compiled, OpenContainer, Recipe, Toolchain, compile_program
from judge.toolchain.definitions import language_limits
from judge.verdicts import reason_of_run, verdict_of_run

_LINE = "żółw ∀x Ελλάδα 🐢"
_GREETING = "naïve ∑ 日本 🎈"

#: The endless loop need not run for as long as a contestant's.
_BURN_NS = 1 * S_NS

#: How often hello-world is run to know its start-up time.
_STARTUP_RUNS = 5

_CLOCK_SKEW_S = 3600


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """One self-test. ``passed`` None = the language has no such program, ``detail`` says why."""

    __test__ = False

    test: SelfTest
    passed: bool | None
    detail: str = ""
    wall_time_ns: int = 0


class SelfTestReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a language did. ``startup_ns`` is the wall time and ``memory_bytes`` the peak of a small program."""

    language: str
    results: tuple[TestResult, ...]
    compile_ns: int = 0
    startup_ns: int = 0
    memory_bytes: int = 0

    @property
    def passed(self) -> bool:
        """True when every program did what it should, and those of :func:`quick_tests` are among them."""
        done = {result.test: result.passed for result in self.results}
        adds = done.get(SelfTest.ADD, False)
        proof = done.get(SelfTest.BURN) if adds is None else adds
        return proof is True and False not in done.values()


def quick_tests(language: LanguageSpec) -> tuple[SelfTest, ...]:
    """What shows that the language works here: adding two numbers, or where it has no such program, using the CPU."""
    return (SelfTest.ADD,) if SelfTest.ADD in language.selftest else (SelfTest.ADD, SelfTest.BURN)


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one self-test needs: its input and how to judge what came of it ("" = fine, else what is wrong)."""

    stdin: bytes  #: but for ECHO, whose input is made when it is needed
    judge: Callable[[LanguageSpec, Completed], str]


def run_selftest(
    open_container: OpenContainer,
    toolchain: Toolchain,
    language: LanguageSpec,
    store: ArtifactStore,
    limits: Limits | None = None,
    tests: Sequence[SelfTest] = tuple(SelfTest),
) -> SelfTestReport:
    """Run the language's self-tests; blocks for seconds. Raises InfrastructureError when the sandbox fails."""
    ours = language_limits(language, limits or Limits())
    results, compile_ns, startup = [], 0, (0, 0)
    for test in tests:
        program = language.selftest.get(test)
        if program is None:
            reason = language.selftest_without.get(test, "no program")
            results.append(TestResult(test=test, passed=None, detail=reason))
            continue
        started_ns = time.monotonic_ns()
        compiled = compile_program(open_container, toolchain, language, _sources(language, program), store)
        complaint = _judge(open_container, toolchain, test, compiled, ours)
        if test is SelfTest.COMPILE_ERROR and language.runs_first and compiled.prepared and not complaint:
            unchecked = Recipe(toolchain, language, compiled.prepared, store, DEFAULT_OPTIONS).stage()
            complaint = _judge_unchecked(open_container, toolchain, unchecked, ours)
        elapsed_ns = time.monotonic_ns() - started_ns
        results.append(TestResult(test=test, passed=not complaint, detail=complaint, wall_time_ns=elapsed_ns))
        if test is SelfTest.ADD and not complaint:
            compile_ns = _compile_ns(compiled)
            startup = _startup(open_container, toolchain, compiled, ours)
    return SelfTestReport(
        language=language.id,
        results=tuple(results),
        compile_ns=compile_ns,
        startup_ns=startup[0],
        memory_bytes=startup[1],
    )


def echo_input() -> bytes:
    """One MiB of lines, all different."""
    return b"".join(b"%07d the quick brown fox jumps over the lazy dog and back...\n" % n for n in range(16384))


def _sources(language: LanguageSpec, program: str) -> tuple[SourceFile, ...]:
    name = language.source.name or f"Main.{language.extensions[0]}"
    return (SourceFile(name=name, content=program.lstrip("\n").encode()),)


def _judge(
    open_container: OpenContainer, toolchain: Toolchain, test: SelfTest, compiled: Compiled, limits: Limits
) -> str:
    if test is SelfTest.COMPILE_ERROR:
        return _judge_compile_error(compiled)
    if compiled.artifact is None:
        return f"does not compile: {_brief(compiled.report.log)}"
    if test is SelfTest.BURN:
        limits = msgspec.structs.replace(limits, cpu_time_ns=_BURN_NS, cpu_time_hard_ns=_BURN_NS)
    plan = _PLANS[test]
    with open_container(ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))) as container:
        stdin = echo_input() if test is SelfTest.ECHO else plan.stdin
        done = container.run(compiled.run_spec(limits), stdin=stdin)
        complaint = plan.judge(compiled.language, done)
        if test is SelfTest.CLOCK_RANDOM and not complaint:
            again = container.run(compiled.run_spec(limits), stdin=plan.stdin)
            complaint = _judge_random(done, again)
    return complaint


def _startup(
    open_container: OpenContainer, toolchain: Toolchain, compiled: Compiled, limits: Limits
) -> tuple[int, int]:
    """Median wall time and memory peak of a small program, in a warm container."""
    with open_container(ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))) as container:
        runs = [container.run(compiled.run_spec(limits), stdin=b"20 22\n").result.usage for _ in range(_STARTUP_RUNS)]
    return median_low(run.wall_time_ns for run in runs), median_low(run.memory_peak_bytes for run in runs)


def _compile_ns(compiled: Compiled) -> int:
    return compiled.report.run.usage.wall_time_ns if compiled.report.run else 0


def _judge_compile_error(compiled: Compiled) -> str:
    if compiled.report.ok:
        return "compiled although it should not"
    if compiled.report.run is None or compiled.report.run.exit_code in (None, 0):
        return f"the compiler did not end by itself: {_brief(compiled.report.log)}"
    return "" if len(compiled.report.log.strip()) >= 8 else "the compiler gave no readable message"


def _judge_unchecked(open_container: OpenContainer, toolchain: Toolchain, compiled: Compiled, limits: Limits) -> str:
    """Where sources are run before they are checked, what does not compile must not run to a good end."""
    with open_container(ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))) as container:
        done = container.run(compiled.run_spec(limits), stdin=b"20 22\n")
    return "ended well when it was run: this language needs check_first" if done.result.ok else ""


def _judge_output(expected: str) -> Callable[[LanguageSpec, Completed], str]:
    def judge(language: LanguageSpec, done: Completed) -> str:
        if not done.result.ok:
            return _what_happened(language, done)
        text = done.stdout.text()
        return "" if text.split() == expected.split() else f"printed {_brief(text)!r} instead of {expected!r}"

    return judge


def _judge_echo(language: LanguageSpec, done: Completed) -> str:
    if not done.result.ok:
        return _what_happened(language, done)
    output, sent = done.stdout.read(), echo_input()
    if output == sent:
        return ""
    first = next((n for n, (a, b) in enumerate(zip(output, sent, strict=False)) if a != b), len(output))
    return f"{len(output)} bytes came back of {len(sent)}; the first difference is at {first}"


def _judge_exit_code(language: LanguageSpec, done: Completed) -> str:
    code = done.result.exit_code
    return "" if code == 7 else f"exit code {code} instead of 7: {_what_happened(language, done)}"


def _judge_verdict(wanted: Verdict) -> Callable[[LanguageSpec, Completed], str]:
    def judge(language: LanguageSpec, done: Completed) -> str:
        verdict = verdict_of_run(done.result, done.stderr.read(), language.memory_markers)
        return (
            ""
            if verdict is wanted
            else f"{verdict or 'ended well'} instead of {wanted}: {_what_happened(language, done)}"
        )

    return judge


def _judge_clock(language: LanguageSpec, done: Completed) -> str:
    if not done.result.ok:
        return _what_happened(language, done)
    words = done.stdout.text().split()
    try:
        seconds, _ = int(float(words[0])), int(float(words[1]))
    except (ValueError, IndexError):
        return f"printed {_brief(done.stdout.text())!r} instead of the time and a number"
    return "" if abs(seconds - time.time()) < _CLOCK_SKEW_S else f"its clock says {seconds}"


def _judge_random(one: Completed, other: Completed) -> str:
    numbers = {done.stdout.text().split()[-1:][0] for done in (one, other) if done.stdout.text().split()}
    return "" if len(numbers) == 2 else "two runs drew the same number"


_PLANS: dict[SelfTest, _Run] = {
    SelfTest.ADD: _Run(stdin=b"20 22\n", judge=_judge_output("42")),
    SelfTest.ECHO: _Run(stdin=b"", judge=_judge_echo),
    SelfTest.EXIT_CODE: _Run(stdin=b"1\n", judge=_judge_exit_code),
    SelfTest.BURN: _Run(stdin=b"1\n", judge=_judge_verdict(Verdict.TLE)),
    SelfTest.ALLOCATE: _Run(stdin=b"1\n", judge=_judge_verdict(Verdict.MLE)),
    SelfTest.CLOCK_RANDOM: _Run(stdin=b"1\n", judge=_judge_clock),
    SelfTest.THREADS: _Run(stdin=b"1\n", judge=_judge_output("10")),
    SelfTest.UTF8: _Run(stdin=f"{_LINE}\n".encode(), judge=_judge_output(f"{_GREETING} {_LINE}")),
}


def _what_happened(language: LanguageSpec, done: Completed) -> str:
    reason = reason_of_run(done.result) or "it ended well"
    words = _brief(done.stderr.text() or done.stdout.text())
    return f"{reason}: {words}" if words else reason


def _brief(text: str) -> str:
    return " ".join(text.split())[:200]
