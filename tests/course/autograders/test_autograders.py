"""Grading programs of other systems, run as those run them, with the real sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.course.grade import grade_submission
from judge.model.assignment import Assignment, Autograder, CoursePart, Isolation, PartKind, Visibility
from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.event import unheard
from judge.model.problem import PackageFormat, Problem, ProblemLimits, TestGroup
from judge.model.program import DEFAULT_QUOTAS
from judge.model.report import Report
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.units import MIB, S_NS
from judge.model.verdict import Verdict
from judge.running.runner import Runner

RIGHT = "def add(a, b):\n    return a + b\n"
WRONG = "def add(a, b):\n    return a - b\n"

#: As most courses write it: a script that starts a test runner, which imports what was handed in.
RUN_AUTOGRADER = """#!/usr/bin/env bash
cp -r /autograder/submission/* /autograder/source/
cd /autograder/source
echo "grading in $(pwd) of $HOME"
python3 run_tests.py
"""

RUN_TESTS = """
import json, sys
with open("/autograder/submission_metadata.json") as file:
    about = json.load(file)
sys.path.insert(0, ".")
tests = []
try:
    import calculator
    for a, b in ((1, 2), (3, 4)):
        right = calculator.add(a, b) == a + b
        tests.append({"name": f"{a}+{b}", "score": 5 * right, "max_score": 5,
                      "visibility": "visible" if a == 1 else "hidden"})
except Exception as error:
    tests.append({"name": "import", "score": 0, "max_score": 10, "output": repr(error)})
with open("/autograder/results/results.json", "w") as file:
    json.dump({"tests": tests, "output": f"of {about['users'][0]['name']}", "stdout_visibility": "visible"}, file)
"""
GRADESCOPE = {"run_autograder": RUN_AUTOGRADER, "run_tests.py": RUN_TESTS, "setup.sh": "#!/bin/sh\nexit 1\n"}


class Course:
    """Assignments with one part, graded one after the other."""

    def __init__(self, runner: Runner, tmp_path: Path) -> None:
        self._runner = runner
        self._root = tmp_path

    def grade(
        self,
        framework: str,
        program: Mapping[str, str],
        student: Mapping[str, str],
        autograder: Autograder | None = None,
        command: tuple[str, ...] = (),
    ) -> Report:
        part = CoursePart(
            name="autograder",
            kind=PartKind.AUTOGRADER,
            framework=framework,
            points=10.0,
            test_files=tuple((name, self._written(name, text)) for name, text in program.items()),
            command=command,
            autograder=autograder,
            wall_time_ns=5 * S_NS,
            line=4,
        )
        problem = Problem(
            name="sums",
            path=str(self._root),
            format=PackageFormat.ASSIGNMENT,
            title="Sums",
            root=TestGroup(name=""),
            limits=ProblemLimits(memory_bytes=256 * MIB, code_bytes=4 * MIB),
            assignment=Assignment(parts=(part,), due_at_ms=1_700_000_000_000),
        )
        submission = Submission(
            id="s1",
            package="p",
            sources=tuple(SourceFile(name=name, content=text.encode()) for name, text in student.items()),
            hand_in=HandIn(student="Ada", handed_in_at_ms=1_600_000_000_000, attempt=2),
        )
        return grade_submission(self._runner, submission, problem, unheard, DEFAULT_QUOTAS)

    def part(
        self,
        framework: str,
        program: Mapping[str, str],
        student: Mapping[str, str],
        autograder: Autograder | None = None,
        command: tuple[str, ...] = (),
    ) -> CoursePartReport:
        report = self.grade(framework, program, student, autograder, command)
        assert report.coursework is not None
        return report.coursework.parts[0]

    def _written(self, name: str, text: str) -> str:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)


@pytest.fixture
def course(autograder_runner: Runner, tmp_path: Path) -> Course:
    return Course(autograder_runner, tmp_path)


def test_a_gradescope_autograder_finds_its_files_and_gives_its_points(course: Course) -> None:
    report = course.grade("gradescope", GRADESCOPE, {"calculator.py": RIGHT})
    assert (report.verdict, report.score) == (Verdict.AC, 10.0)
    assert report.coursework is not None
    assert report.coursework.isolation is Isolation.SHARED
    part = report.coursework.parts[0]
    assert part.message == "of Ada"
    assert part.log == "grading in /autograder/source of /autograder\n"
    assert [(test.name, test.points, test.visibility) for test in part.tests] == [
        ("1+2", 5.0, Visibility.VISIBLE),
        ("3+4", 5.0, Visibility.HIDDEN),
    ]


def test_wrong_and_broken_work_gets_what_the_autograder_gives(course: Course) -> None:
    part = course.part("gradescope", GRADESCOPE, {"calculator.py": WRONG})
    assert (part.status, part.points) == (TestStatus.FAILED, 0.0)
    part = course.part("gradescope", GRADESCOPE, {"calculator.py": "def add(:"})
    assert part.points == 0.0
    assert "SyntaxError" in part.tests[0].message


def test_work_that_ends_all_or_never_ends_gets_nothing(course: Course) -> None:
    part = course.part("gradescope", GRADESCOPE, {"calculator.py": "import os\nos._exit(0)\n"})
    assert (part.status, part.points) == (TestStatus.ERROR, 0.0)
    assert part.message == "the grading program left no results that can be read"
    assert "results/results.json: there is no file" in part.log
    report = course.grade("gradescope", GRADESCOPE, {"calculator.py": "while True: pass\n"})
    assert (report.verdict, report.score) == (Verdict.TLE, 0.0)


def test_more_files_than_can_be_taken_are_not_the_setters_fault(course: Course) -> None:
    report = course.grade("gradescope", GRADESCOPE, {f"{number}/a.py": "" for number in range(3000)})
    assert report.verdict is not Verdict.JE
    assert report.coursework is not None
    assert "3000 files" in report.coursework.parts[0].message
    part = course.part("gradescope", GRADESCOPE, {"calculator.py": "#" * (5 << 20)})
    assert (part.points, part.message.partition(";")[0]) == (0.0, "5242880 bytes were handed in")


FORGED = """
import os, json
results = "/autograder/results/results.json"
%s
os._exit(0)
"""


@pytest.mark.parametrize(
    ("trick", "said"),
    [
        ("open(results, 'w').write('[' * 10**6)", "lie too deep"),
        ("open(results, 'w').write('{\"score\": NaN}')", "no JSON"),
        ("open(results, 'w').write('x' * (9 << 20))", "bytes; at most"),
        ("os.symlink('/etc/passwd', results)", "there is no file"),
        ("os.mkfifo(results)", "there is no file"),
        ("os.mkdir(results)", "there is no file"),
        ("json.dump({'score': 1, 'tests': [{'score': 1}] * 10**5}, open(results, 'w'))", "100000 elements"),
    ],
)
def test_what_work_leaves_in_the_place_of_results_is_refused(course: Course, trick: str, said: str) -> None:
    part = course.part("gradescope", GRADESCOPE, {"calculator.py": FORGED % trick})
    assert (part.status, part.points) == (TestStatus.ERROR, 0.0)
    assert said in part.log


def test_forged_results_never_have_more_than_the_points_of_the_part(course: Course) -> None:
    """Where the process is shared a forger gets what there is: hence the report says ``shared``."""
    trick = "json.dump({'score': 1000, 'tests': [{'score': 500, 'max_score': 1}]}, open(results, 'w'))"
    part = course.part("gradescope", GRADESCOPE, {"calculator.py": FORGED % trick})
    assert (part.points, part.points_max, part.isolation) == (10.0, 10.0, Isolation.SHARED)
    assert (part.tests[0].points, part.tests[0].points_max) == (1.0, 1.0)


PL_RUN = """import base64, json, os, sys
data = json.load(open("/grade/data/data.json"))
files = data["submitted_answers"]["_files"]
assert [file["name"] for file in files] == os.listdir("/grade/student"), files
assert base64.b64decode(files[0]["contents"]).decode() == open("/grade/student/calculator.py").read()
sys.path[:0] = ["/grade/student", "/grade/tests"]
import calculator, cases
right = [calculator.add(a, b) == a + b for a, b in cases.CASES]
os.makedirs("/grade/results", exist_ok=True)
tests = [{"name": f"case {n}", "points": int(ok), "max_points": 1} for n, ok in enumerate(right)]
json.dump({"score": sum(right) / len(right), "tests": tests, "message": os.environ["COURSE"]},
          open("/grade/results/results.json", "w"))
"""


def test_a_prairielearn_grading_program_finds_its_files_and_gives_its_share(course: Course) -> None:
    program = {
        "serverFilesCourse/lib/run.sh": "exec python3 -B ${0%/*}/run.py\n",
        "serverFilesCourse/lib/run.py": PL_RUN,
    }
    program["tests/cases.py"] = "CASES = [(1, 2), (5, 0)]\n"
    command = ("/grade/serverFilesCourse/lib/run.sh",)
    autograder = Autograder(environment=(("COURSE", "CS 101"),))
    part = course.part("prairielearn", program, {"calculator.py": RIGHT}, autograder, command)
    assert (part.points, part.message, part.log) == (10.0, "CS 101", "")
    part = course.part("prairielearn", program, {"calculator.py": WRONG}, autograder, command)
    assert (part.points, [test.points for test in part.tests]) == (5.0, [0.0, 5.0])


def test_an_exercism_test_runner_is_given_slug_and_directories(course: Course) -> None:
    runner = """#!/bin/sh
    echo "$@" "$(cat $2/two_fer.py)"
    echo '{"version": 2, "status": "pass", "tests": [{"name": "a", "status": "pass"}]}' > $3/results.json
    """.replace("\n    ", "\n")
    part = course.part("exercism", {"bin/run.sh": runner}, {"two_fer.py": "x"}, command=("bin/run.sh",))
    assert (part.points, part.log) == (10.0, "Sums /work/in/ /work/out/ x\n")


def test_whatever_writes_junit_xml_can_grade(course: Course) -> None:
    xml = '<testsuite><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>'
    program = {"run": f"#!/bin/sh\necho '{xml}' > out/report.xml\n"}
    autograder = Autograder(results="out/report.xml")
    part = course.part("junit", program, {"a.txt": ""}, autograder, ("run",))
    assert (part.points, [test.status for test in part.tests]) == (5.0, [TestStatus.PASSED, TestStatus.FAILED])


def test_a_result_of_classroom_can_be_read(course: Course) -> None:
    result = json.dumps({"version": 1, "status": "pass", "max_score": 1, "tests": [{"name": "a", "status": "pass"}]})
    program = {"run": f"#!/bin/sh\n(printf result=; echo '{result}' | base64 -w0) > results/result\n"}
    assert course.part("classroom", program, {"a.txt": ""}, command=("run",)).points == 10.0


@pytest.mark.parametrize(
    ("framework", "program", "autograder", "command", "said"),
    [
        ("gradescope", {"setup.sh": ""}, None, (), "assignment.yaml:4: autograder: there is no file run_autograder"),
        ("junit", {"a": ""}, None, (), "assignment.yaml:4: autograder: it names no command"),
        ("junit", {"a": ""}, None, ("b",), "assignment.yaml:4: autograder: there is no file source/b"),
        (
            "gradescope",
            GRADESCOPE,
            Autograder(debian=("bash", "no-such-package"), pypi=("no-such-library",)),
            (),
            "assignment.yaml:4: autograder: this machine lacks no-such-package, no-such-library; remedy:",
        ),
    ],
)
def test_what_the_setter_forgot_is_the_setters_fault(
    course: Course,
    framework: str,
    program: Mapping[str, str],
    autograder: Autograder | None,
    command: tuple[str, ...],
    said: str,
) -> None:
    report = course.grade(framework, program, {"calculator.py": RIGHT}, autograder, command)
    assert report.verdict is Verdict.JE
    assert report.reason.startswith(said)
