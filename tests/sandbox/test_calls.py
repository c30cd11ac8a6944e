"""Calls in the real sandbox: a driver of each language that is here, and what a program can do to its own call."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import needs
import pytest
from running_fakes import MemoryBlobs

from judge.client import new_id
from judge.grading.case_data import CaseData
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.model.event import unheard
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.model.work import (
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    ProgramSource,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import EvaluationReport, TestReport
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.running.calls import DRIVERS
from judge.running.evaluation import evaluate
from judge.running.runner import Runner
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains


@pytest.fixture(scope="module")
def runner(sandbox_slot: Slot, sandbox_state: Path) -> Iterator[Runner]:
    """The session's slot, the host's own toolchains, and a version of Python that is the same one."""
    own, scratch = sandbox_state / "call-languages", sandbox_state / "call-scratch"
    for directory in (own, scratch):
        directory.mkdir()
    interpreter = os.path.realpath("/usr/bin/python3")
    versions = f'[versions.real]\nprograms = {{ "/usr/bin/python3" = "{interpreter}" }}\n'
    (own / "python3.toml").write_text(f'extends = "python3"\n{versions}')
    context = BuildContext(
        languages=Languages.open(str(own)),
        toolchain=Toolchains(StateDir(sandbox_state)),
        store=ArtifactStore(sandbox_state / "call-artifacts"),
    )
    with closing(CaseData()) as data:
        judge = Judge(slots=(sandbox_slot,), build_context=context, data=data)
        yield Runner(slot=sandbox_slot, judge=judge, ceilings=DEFAULT_CEILINGS, blobs=MemoryBlobs(), scratch=scratch)


class Program(NamedTuple):
    """A function that halves, a class ``Pair`` whose ``swap`` prints, and a function of what is no JSON."""

    file: str
    source: str
    unwritable: str = ""
    half: str = "half"
    make: str = "make"
    missing: Verdict = Verdict.RTE  #: of a function that is not there


PYTHON = Program(
    "main.py",
    """class Pair:
    def swap(self, a, b):
        print('noise')
        return (b, a)
def half(n): return n / 2
def make(): return {1}
""",
    "a value of the type set cannot be written as JSON",
)
SCRIPT = Program(
    "main.js",
    """class Pair { swap(a, b) { console.log('noise'); return [b, a]; } }
const half = async (n) => n / 2;
const make = () => new Set(); // end""",
    "a value of the type Set cannot be written as JSON",
)
CPP = Program(
    "main.cpp",
    """#include <iostream>
#include <map>
#include <optional>
#include <vector>
#define int long long
using Members = std::map<std::string, std::vector<std::optional<bool>>>;
struct Pair {
    std::pair<Members, std::string> swap(std::string a, const Members &b) const {
        std::cout << "noise\\n";
        return {b, a};
    }
};
double half(double n) { return n / 2; }
int make() { throw std::runtime_error("nothing"); }
""",
    "what():  nothing",
    missing=Verdict.CE,
)
LUA = Program(
    "main.lua",
    """Pair = {}
function Pair:swap(a, b) print("noise") return {b, a} end
local function half(n) return n / 2 end
local function make() return print end""",
    "a value of the type function cannot be written as JSON",
)
PROGRAMS = {
    "cpp": CPP,
    "cpp17": CPP,
    "csharp": Program(
        "main.cs",
        """using System;
using System.Collections.Generic;
class Pair {
    object[] swap(string a, Dictionary<string, List<bool?>> b) {
        Console.WriteLine("noise");
        return new object[] {b, a};
    }
}
public class Solution {
    static double half(double n) => n / 2;
    object make() => new object();
}
""",
        "a value of the type System.Object cannot be written as JSON",
        half="Solution.half",
        make="Solution.make",
    ),
    "go": Program(
        "main.go",
        """package main
import "fmt"
type Pair struct{}
func (*Pair) swap(a string, b map[string][]any) []any { fmt.Println("noise"); return []any{b, a} }
func half(n float64) float64 { return n / 2 }
func make_() func() { return nil }
""",
        "json: unsupported type: func()",
        make="make_",
        missing=Verdict.CE,
    ),
    "java": Program(
        "Main.java",
        """import java.util.*;
class Pair {
    Object[] swap(String a, Map<String, List<Boolean>> b) {
        System.out.println("noise");
        return new Object[] {b, a};
    }
}
public class Main {
    static double half(double n) { return n / 2; }
    Object make() { return new Object(); }
}
""",
        "a value of the type java.lang.Object cannot be written as JSON",
        half="Main.half",
        make="Main.make",
    ),
    "javascript": SCRIPT,
    "lua": LUA,
    "perl": Program(
        "main.pl",
        """package Pair;
sub swap { my ($self, $a, $b) = @_; print "noise\\n"; return [$b, $a]; }
package main;
sub half { return $_[0] / 2; }
sub make { return sub {}; }
1;""",
        "JSON can only represent",
    ),
    "php": Program(
        "main.php",
        """<?php
class Pair { function swap($a, $b) { echo "noise\\n"; return [$b, $a]; } }
function half($n) { return $n / 2; }
function make() { return NAN; }""",
        "Inf and NaN cannot be JSON encoded",
    ),
    "pypy3": PYTHON,
    "python3": PYTHON,
    "python3@real": PYTHON,
    "ruby": Program(
        "main.rb",
        """class Pair
  def swap(a, b) = (puts 'noise'; [b, a])
end
def half(n) = n / 2.0
def make = Float::NAN""",
        "NaN not allowed in JSON",
    ),
    "rust": Program(
        "main.rs",
        """#![allow(dead_code)]
use std::collections::HashMap;
type Members = HashMap<String, Vec<Option<bool>>>;
#[derive(Default)]
struct Pair;
impl Pair {
    fn swap(&self, a: String, b: &Members) -> (Members, String) { println!("noise"); (b.clone(), a) }
}
fn half(n: f64) -> f64 { n / 2.0 }
fn make() -> Result<i32, String> { Err("nothing".to_string()) }
""",
        'Error: "nothing"',
        missing=Verdict.CE,
    ),
    "typescript": Program(
        "main.ts",
        """class Pair { swap(a: string, b: object) { console.log('noise'); return [b, a]; } }
const half = async (n: number) => n / 2;
export const make = () => new Set<number>(); // end""",
        "a value of the type Set cannot be written as JSON",
    ),
}


def call(
    runner: Runner, language: str, source: str | Program, function: str, *calls: tuple[str, str]
) -> EvaluationReport:
    """Call a function with each of the arguments, of which each has its expected value."""
    program = Program(PROGRAMS[language].file, source) if isinstance(source, str) else source
    tests = tuple(
        EvaluationTest(call_arguments=Data(content=given.encode()), expected=Data(content=expected.encode()))
        for given, expected in calls
    )
    task = Evaluation(
        program=ProgramSource(sources=(SourceFile(name=program.file, content=program.source.encode()),)),
        comparison=Comparison(kind=ComparisonKind.CALL, function=function),
        tests=tests,
        stop_after=0,
    )
    header = WorkHeader(id=new_id(), kind=WorkKind.EVALUATION, language=language)
    return evaluate(runner, Work(header=header, task=task), task, unheard)


def test_of(report: EvaluationReport) -> TestReport:
    """The only test of a report."""
    assert report.compile is not None and report.compile.ok, report.compile
    (test,) = report.tests
    return test


test_of.__test__ = False  # type: ignore[attr-defined]


def needs_language(runner: Runner, language: str) -> None:
    toolchains = runner.judge.build_context.toolchain
    assert isinstance(toolchains, Toolchains)
    state = toolchains.state(runner.language_named(language))
    if not state.ready:
        pytest.skip(needs.language(language, state.missing[0]))


#: Tried where they happen to be.
RARE = {"lua": "/usr/bin/luac5.4", "typescript": "/opt/npm/node_modules/typescript"}
USUAL = [language for language in PROGRAMS if language not in RARE or Path(RARE[language]).exists()]


def test_every_driver_is_tried() -> None:
    tried = {DRIVERS[language.partition("@")[0]].file for language in PROGRAMS}
    assert tried == {driver.file for driver in DRIVERS.values()}


@pytest.mark.parametrize("language", USUAL)
def test_a_function_and_a_method_are_called(runner: Runner, language: str) -> None:
    needs_language(runner, language)
    half = call(
        runner, language, PROGRAMS[language], PROGRAMS[language].half, ("[3]", "1.5"), ("[-5]", "-2.5"), ("[3]", "3")
    )
    assert [test.verdict for test in half.tests] == [Verdict.AC, Verdict.AC, Verdict.WA], half
    assert half.tests[2].reason == "expected 3, found 1.5"
    swapped = ('["\\u00e9", {"k": [null, true]}]', '[{"k":[null,true]},"é"]')
    test = test_of(call(runner, language, PROGRAMS[language], "Pair.swap", swapped))
    assert (test.verdict, test.reason) == (Verdict.AC, "")
    assert test.stdout is not None and test.stdout.head == "noise\n"


@pytest.mark.parametrize("language", USUAL)
def test_what_is_not_there_and_what_is_no_json_is_the_programs_fault(runner: Runner, language: str) -> None:
    needs_language(runner, language)
    program = PROGRAMS[language]
    other = call(runner, language, program, program.half.replace("half", "other"), ("[]", "1"))
    assert other.verdict is program.missing
    assert other.compile is not None
    said = other.tests[0].stderr
    assert "other" in (other.compile.log if said is None else said.head)
    unwritable = test_of(call(runner, language, program, program.make, ("[]", "null")))
    assert unwritable.verdict is Verdict.RTE
    assert unwritable.stderr is not None and program.unwritable in unwritable.stderr.head


#: A method ``f`` of the class ``Main`` that gives back what it is called with, and more.
TYPED = {
    "cpp": """#include <string>
#include <vector>
struct Main {
    std::vector<std::vector<std::string>> f(std::vector<std::vector<int>> &grid, char c, bool b, unsigned long long u,
                                            float x, std::vector<char> cs) {
        grid[0].push_back(cs.size());
        return {{std::to_string(grid[0].back()), std::string(1, c)}, {b ? "yes" : "no", std::to_string(u)},
                {std::to_string(int(x * 2)), std::string(cs.begin(), cs.end())}};
    }
};
""",
    "csharp": """using System.Collections.Generic;
class Main {
    IList<string[]> f(int[][] grid, char c, bool b, ulong u, float x, IList<char> cs) =>
        new List<string[]> { new[] {"" + cs.Count, "" + c}, new[] {b ? "yes" : "no", "" + u},
            new[] {"" + (int)(x * 2), "" + cs[0] + cs[1]} };
}
""",
    "go": """package main
import "strconv"
type Main struct{}
func (Main) f(grid [][]int, c string, b bool, u uint64, x float32, cs []string) ([][]string) {
    answer := map[bool]string{true: "yes", false: "no"}[b]
    return [][]string{{strconv.Itoa(len(cs)), c}, {answer, strconv.FormatUint(u, 10)},
        {strconv.Itoa(int(x * 2)), cs[0] + cs[1]}}
}
""",
    "rust": """#[derive(Default)]
struct Main;
impl Main {
    fn f(mut grid: Vec<Vec<i32>>, c: char, b: bool, u: u64, x: f32, cs: &[char]) -> Vec<[String; 2]> {
        grid[0].push(cs.len() as i32);
        let answer = if b { "yes" } else { "no" };
        vec![[grid[0][2].to_string(), c.to_string()], [answer.to_string(), u.to_string()],
            [((x * 2.0) as i32).to_string(), cs.iter().collect()]]
    }
}
""",
    "java": """import java.util.*;
class Main {
    List<String[]> f(int[][] grid, char c, boolean b, long u, float x, List<Character> cs) {
        return List.of(new String[] {"" + cs.size(), "" + c}, new String[] {b ? "yes" : "no", "" + u},
            new String[] {"" + (int) (x * 2), "" + cs.get(0) + cs.get(1)});
    }
}
""",
}


@pytest.mark.parametrize("language", TYPED)
def test_arguments_become_what_the_functions_types_say(runner: Runner, language: str) -> None:
    needs_language(runner, language)
    given = '[[[1, 2], [-3]], "z", true, 9007199254740993, 1e1, ["x", "y"]]'
    wanted = '[["2","z"],["yes","9007199254740993"],["20","xy"]]'
    misfits = [given.replace("-3", "1.5"), "[[]]", given.replace('"z"', "1"), given.replace("2]", "1e30]")]
    source = PROGRAMS[language]._replace(source=TYPED[language])
    report = call(runner, language, source, "Main.f", (given, wanted), *((misfit, wanted) for misfit in misfits))
    assert report.tests[0].reason == ""
    assert [test.verdict for test in report.tests] == [Verdict.AC, *[Verdict.RTE] * len(misfits)]


def test_what_a_javascript_program_exports_is_found(runner: Runner) -> None:
    source = "module.exports = { twice: (n) => 2 * n };"
    assert test_of(call(runner, "javascript", source, "twice", ("[4]", "8"))).verdict is Verdict.AC


def test_numbers_that_javascript_alone_has_are_told_from_null(runner: Runner) -> None:
    source = "const f = (n) => [NaN, 2n ** 64n, undefined, Symbol()][n];"
    calls = (("[0]", "null"), ("[0]", "NaN"), ("[1]", "18446744073709551616"), ("[2]", "null"), ("[3]", "null"))
    verdicts = [test.verdict for test in call(runner, "javascript", source, "f", *calls).tests]
    assert verdicts == [Verdict.WA, Verdict.AC, Verdict.AC, Verdict.AC, Verdict.RTE]


def test_a_python_program_is_imported_and_its_own_trace_shown(runner: Runner) -> None:
    source = "if __name__ == '__main__': print('main')\ndef f(): return 1 // 0\n"
    test = test_of(call(runner, "python3", source, "f", ("[]", "1")))
    assert test.stderr is not None
    assert test.stderr.head.endswith("ZeroDivisionError: integer division or modulo by zero\n")
    assert "judge_call" not in test.stderr.head
    assert test.stdout is None


SEARCH = """
import os, sys
def found(backwards):
    needle, places = backwards[::-1].encode(), []
    def look(place, data):
        if needle in data: places.append(place)
    processes = [f"/proc/{name}" for name in os.listdir("/proc") if name.isdigit()]
    for directory in ("/work", "/tmp", "/dev", "/artifact", *processes):
        for base, _, names in os.walk(directory):
            for path in (os.path.join(base, name) for name in names):
                if os.path.isfile(path) and not path.endswith("/mem"):
                    try:
                        with open(path, "rb") as file: look(path, file.read(1 << 20))
                    except OSError: pass
    for number in [0, *range(4, 256)]:
        for read in (os.read, lambda fd, size: os.pread(fd, size, 0)):
            try: look(f"descriptor {number}", read(number, 1 << 20))
            except OSError: pass
    look("environment", repr(os.environ).encode())
    look("arguments", repr(sys.argv).encode())
    return places
"""


def test_the_expected_value_is_nowhere_in_the_container(runner: Runner) -> None:
    secret = "expected-by-nobody-9274"
    backwards, expected = json.dumps([secret[::-1]]), json.dumps([secret])
    hidden = test_of(call(runner, "python3", SEARCH, "found", (backwards, expected)))
    assert hidden.reason == "expected a list of 1, found one of 0"
    shown = test_of(call(runner, "python3", f"{SEARCH}# {secret}", "found", (backwards, expected)))
    assert shown.reason.startswith('at [0]: expected "expected-by-nobody-9274", found "/work/main.py"')


def test_what_a_program_prints_is_no_answer(runner: Runner) -> None:
    source = "import os\nprint('3\\n' * 9, flush=True)\ndef f():\n    print(3, flush=True)\n    os._exit(0)\n"
    test = test_of(call(runner, "python3", source, "f", ("[]", "3")))
    assert test.reason == "there is no answer: the program ended before the call did"


def test_who_writes_the_answer_itself_has_given_one_value_or_none(runner: Runner) -> None:
    write = "import os\nos.write(3, b'[4]')\ndef f():\n    "
    cases = {"os._exit(0)": Verdict.AC, "return [4]": Verdict.WA, "os.close(3)": Verdict.RTE}
    for end, verdict in cases.items():
        assert (end, test_of(call(runner, "python3", write + end, "f", ("[]", "[4]"))).verdict) == (end, verdict)


def test_an_answer_without_end_is_too_much_output(runner: Runner) -> None:
    source = "import os\ndef f():\n    while True: os.write(3, bytes(1 << 20))\n"
    test = test_of(call(runner, "python3", source, "f", ("[]", "3")))
    assert test.verdict is Verdict.OLE


def test_an_answer_of_far_more_parts_is_not_parsed(runner: Runner) -> None:
    source = "import os\ndef f():\n    os.write(3, b'[' + b'[],' * 9000 + b'1]')\n    os._exit(0)\n"
    test = test_of(call(runner, "python3", source, "f", ("[]", json.dumps(["x" * 9000]))))
    assert test.reason == "the value is larger than the expected one: 27003 bytes of JSON"


def test_what_a_program_starts_does_not_get_the_descriptor(runner: Runner) -> None:
    source = "import os\ndef f():\n    return os.system('echo 4 >&3 2>/dev/null') and os.get_inheritable(3)\n"
    assert test_of(call(runner, "python3", source, "f", ("[]", "false"))).verdict is Verdict.AC
