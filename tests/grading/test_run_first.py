"""Programs that are run before they are checked, in the real sandbox: the same verdicts as with the check first."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple

import needs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge import wire
from judge.assembly import build_context_of, open_judges
from judge.config import Settings
from judge.grading.calibrate import with_limit
from judge.grading.pipeline import Judge
from judge.model.event import CaseJudged, Compiled, Event
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains

AC, CE, RTE, WA = Verdict.AC, Verdict.CE, Verdict.RTE, Verdict.WA
SECRET = "7919 104729"

#: Makes files that a language replaces: it then looks before it runs.
CHECK_FIRST = 'extends = "{}"\ncheck_first = true\n'


class Grammar(NamedTuple):
    """A right program of a language, and pieces that spoil one. ``whole``: all of it is read before any of it runs."""

    source: str
    pieces: tuple[str, ...]
    whole: bool = True


GRAMMARS = {
    "python3": Grammar(
        "import sys\n\ndef add(a, b):\n    return a + b\n\n"
        "if True:\n    print(add(*map(int, sys.stdin.read().split())))\n",
        ("(", ")", ":", "\n", "  ", "return 1\n", "'", '"""', "é", "\udcff", "sys.exit(0)\n", "def f(:\n", "await x\n"),
    ),
    "ruby": Grammar(
        "def add(a, b)\n  a + b\nend\nif true\n  puts add(*gets.split.map(&:to_i))\nend\n",
        ("end\n", "(", ")", "if ", "'", '"', "exit 0\n", "BEGIN { puts 1 }\n", "break\n", "\n", "{", "}", "\udcff"),
    ),
    "perl": Grammar(
        "use strict;\nsub add { my ($x, $y) = @_; return $x + $y; }\n"
        "if (1) {\n  print add(split ' ', <STDIN>), \"\\n\";\n}\n",
        ("{", "}", ";", "(", "exit 0;\n", "BEGIN { print 1; }\n", "$undeclared", "'", '"', "__END__\n", "use none;\n"),
    ),
    "php": Grammar(
        "<?php\nfunction add($a, $b) { return $a + $b; }\n"
        "if (true) {\n  echo add(...explode(' ', trim(fgets(STDIN)))), \"\\n\";\n}\n",
        ("{", "}", ";", "(", "exit(0);\n", "?>", "<?php ", "'", '"', "function f(\n", "break;\n"),
    ),
    "javascript": Grammar(
        "const add = (a, b) => a + b;\nif (true) {\n"
        "  console.log(add(...require('fs').readFileSync(0, 'utf8').split(' ').map(Number)));\n}\n",
        ("{", "}", ";", "(", "process.exit(0);\n", "`", "'", "let add;\n", "await ", "return;\n", "é", "import x;\n"),
    ),
    "bash": Grammar(
        'add() { echo $(($1 + $2)); }\nread -r a b\nif true; then\n  add "$a" "$b"\nfi\n',
        ("fi\n", "(", ")", "if ", "'", '"', "exit 0\n", "done\n", "}", "{ ", ";;\n", "false\n", "set -e\n"),
        whole=False,
    ),
}


@pytest.fixture(scope="module")
def checking_judge(state: Path, judge: Judge) -> Judge:
    """On the same slot, with languages that ask for the check first."""
    directory = state / "languages"
    directory.mkdir()
    for language in GRAMMARS:
        (directory / f"{language}.toml").write_text(CHECK_FIRST.format(language))
    context = build_context_of(Settings(state_dir=str(state)))
    return dataclasses.replace(
        judge, build_context=dataclasses.replace(context, languages=Languages.open(str(directory)))
    )


def write(root: Path, files: dict[str, str]) -> Problem:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return with_limit(read_package(root), 5 * S_NS)


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    return write(
        tmp_path_factory.mktemp("sum"),
        {
            "problem.yaml": "name: Sum\n",
            "data/secret/1.in": f"{SECRET}\n",
            "data/secret/1.ans": "112648\n",
            "data/secret/2.in": "1 2\n",
            "data/secret/2.ans": "3\n",
        },
    )


def submitted(
    judge: Judge, problem: Problem, language: str, *files: tuple[str, bytes], heard: list[Event] | None = None
) -> Report:
    sources = tuple(SourceFile(name=name, content=content) for name, content in files)
    events: list[Event] = [] if heard is None else heard
    return judge.judge(Submission(id="s", package="", sources=sources, language=language), problem, events.append)


@st.composite
def spoilt(draw: st.DrawFn, grammar: Grammar) -> bytes:
    """The program with a few places changed."""
    text = grammar.source
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((0, 0, 1, 2, 10))))
        text = text[:start] + draw(st.sampled_from(("", *grammar.pieces))) + text[end:]
    return text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("language", GRAMMARS)
def test_spoilt_programs_get_the_verdict_that_they_get_with_the_check_first(
    judge: Judge, checking_judge: Judge, problem: Problem, language: str
) -> None:
    """But for what no run reaches: there a shell, which reads as it goes, is judged by what the program does."""
    toolchains = judge.build_context.toolchain
    assert isinstance(toolchains, Toolchains)
    if missing := toolchains.state(judge.build_context.languages.get(language)).missing:
        pytest.skip(needs.language(language, missing[0]))
    grammar = GRAMMARS[language]
    seen: set[Verdict] = set()

    @settings(max_examples=30)
    @given(spoilt(grammar))
    def check(source: bytes) -> None:
        file = (f"main.{judge.build_context.languages.get(language).extensions[0]}", source)
        ours = submitted(judge, problem, language, file)
        first = submitted(checking_judge, problem, language, file)
        seen.add(ours.verdict)
        assert ours.compile is not None and first.compile is not None
        if not grammar.whole and first.verdict is CE and not ours.compile.checked:
            assert ours.verdict in (AC, WA, RTE)
            return
        assert ours.verdict is first.verdict, source
        assert ours.compile.ok is first.compile.ok
        if ours.verdict is CE:
            assert ours.compile.log == first.compile.log
            assert ours.reason == first.reason

    check()
    assert {CE, AC} <= seen, "the mutations try nothing"


# --- what the check sees, and who sees it -------------------------------------------------------------------

#: Shows all that it can see, twice: in the first run, and (BEGIN is run by ``perl -c``) in the check.
CURIOUS = rb"""
BEGIN {
    print STDERR "HERE: $_\n" for sort glob("/work/* /work/.* /artifact/* /tmp/*");
    print STDERR "INPUT: ", join("|", <STDIN>), "\n", "ARGS: @ARGV\n";
    for my $fd (3 .. 20) {
        my $path = readlink("/proc/self/fd/$fd") // next;
        print STDERR "OPEN: $path\n" if $path !~ /main.pl/;
    }
    open(my $left, ">", "/work/left-by-$$"); open($left, ">", "/tmp/left-by-$$");
}
syntax error here (
"""


@pytest.mark.parametrize("owner", ["", "somebody"])
def test_the_check_sees_nothing_of_a_test_and_a_compile_error_tells_nothing_of_the_run(
    judge: Judge, problem: Problem, owner: str
) -> None:
    """Neither in containers of its own, nor in those that are kept from one work of its owner to the next."""
    judge.slots[0].work_for(owner)
    for number in range(3 if owner else 1):
        _look_at(judge, problem, CURIOUS + b"# %s %d" % (owner.encode(), number))
        judge.slots[0].tidy()
    judge.slots[0].work_for("")


def _look_at(judge: Judge, problem: Problem, source: bytes) -> None:
    heard: list[Event] = []
    report = submitted(judge, problem, "perl", ("a.pl", source), heard=heard)
    assert report.verdict is CE
    assert report.compile is not None
    log = report.compile.log
    assert "INPUT: \nARGS: \n" in log
    assert "OPEN" not in log
    assert [
        line for line in log.splitlines() if line.startswith("HERE: /work/") and "a.pl" not in line and "/." not in line
    ] == []
    assert "left-by" not in log
    assert SECRET not in (wire.encode(report) + b"".join(map(wire.encode, heard))).decode()
    assert not any(isinstance(event, CaseJudged) for event in heard)


def test_a_syntax_error_is_told_with_its_line_and_the_authors_name(judge: Judge, problem: Problem) -> None:
    report = submitted(judge, problem, "python3", ("mine.py", b"print(1)\nprint((2)\n"))
    assert (report.verdict, report.root, report.cpu_time_max_ns) == (CE, None, 0)
    assert report.compile is not None
    assert "mine.py" in report.compile.log and "line 2" in report.compile.log


RIGHT = b"print(sum(map(int, input().split())))\n"


def test_a_file_that_no_run_reaches_does_not_count_until_a_run_fails(judge: Judge, problem: Problem) -> None:
    broken = ("other.py", b"def f(:\n")
    unreached = b"if False:\n    import other\n" + RIGHT
    assert submitted(judge, problem, "python3", ("main.py", unreached), broken).verdict is AC
    reached = b"import other\n" + RIGHT
    report = submitted(judge, problem, "python3", ("main.py", reached), broken)
    assert report.verdict is CE
    assert report.compile is not None and "other.py" in report.compile.log


def test_a_shell_script_that_ends_before_it_is_wrong_is_judged_by_what_it_does(judge: Judge, problem: Problem) -> None:
    report = submitted(judge, problem, "bash", ("a.sh", b"read -r a b\necho $((a + b))\nexit 0\nif ("))
    assert report.verdict is AC
    assert report.compile is not None and not report.compile.checked


def test_the_answer_of_a_check_that_passed_is_in_the_report(judge: Judge, problem: Problem) -> None:
    source = ("a.py", b"raise SystemExit(3)\n")
    first, again = (submitted(judge, problem, "python3", source) for _ in range(2))
    assert (first.verdict, again.verdict) == (RTE, RTE)
    assert first.compile is not None and first.compile.run is not None and again.compile is not None
    assert (first.compile.checked, first.compile.cached, again.compile.cached) == (True, False, True)


REFEREE = """
import sys
print(open(sys.argv[1]).read(), flush=True)
sys.exit(42 if sys.stdin.readline().split() == ["112648"] else 43)
"""


@pytest.mark.parametrize(("source", "verdict"), [(RIGHT, AC), (b"print(1\n", CE), (b"raise ValueError\n", RTE)])
def test_a_conversation_is_no_different(judge: Judge, tmp_path: Path, source: bytes, verdict: Verdict) -> None:
    talk = write(
        tmp_path,
        {
            "problem.yaml": "name: Talk\nvalidation: custom interactive\n",
            "output_validators/referee.py": REFEREE,
            "data/secret/1.in": f"{SECRET}\n",
            "data/secret/1.ans": "",
        },
    )
    assert submitted(judge, talk, "python3", ("a.py", source)).verdict is verdict


@pytest.mark.parametrize(
    ("source", "verdict"), [(RIGHT, AC), (b"print(2\n", CE), (b"assert input() != '7919 104729'\nprint(3)\n", RTE)]
)
def test_with_several_slots_verdicts_and_order_are_the_same(
    judge: Judge, state: Path, problem: Problem, source: bytes, verdict: Verdict
) -> None:
    with open_judges(Settings(state_dir=str(state)), 2) as judges:
        both = dataclasses.replace(judges[0], slots=[slot for one in judges for slot in one.slots])
        heard: list[Event] = []
        report = submitted(both, problem, "python3", ("a.py", source), heard=heard)
    assert report.verdict is verdict
    if verdict is CE:
        assert [event.ok for event in heard if isinstance(event, Compiled)] == [True, False]
        assert not any(isinstance(event, CaseJudged) for event in heard)
