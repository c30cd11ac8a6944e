"""Each kind of part on work of all kinds: what gives points, what costs them, and whose fault a broken part is."""

from __future__ import annotations

from pathlib import Path

import pytest
from course_harness import CourseStand, coursework, part_of, statuses, write

from judge.model.assignment import Isolation
from judge.model.coursework import TestStatus
from judge.model.event import CaseJudged
from judge.model.report import Report
from judge.model.submission import HandIn
from judge.model.verdict import Verdict

#: A linter of twelve lines: long lines, and names of one letter.
LINTER = """\
import sys

for name in sys.argv[1:]:
    for number, line in enumerate(open(name), 1):
        if len(line) > 20:
            print(f"{name}:{number}:20: too long")
            print(f"{name}:{number}: note: this is why")
print("Your code has been rated at 3/10")
sys.exit(1)
"""

ECHO = "print(input())\n"


def assignment(folder: Path, parts: str, head: str = "", files: dict[str, str] | None = None) -> Path:
    """An assignment of these parts."""
    text = f"assignment: 1\nlanguages: [python3]\nlimits: {{time: 500ms}}\n{head}parts:\n{parts}"
    return write(folder, {"assignment.yaml": text, **(files or {})})


def changed(folder: Path, old: str, new: str) -> Path:
    """An assignment with another text in the place of one."""
    path = folder / "assignment.yaml"
    path.write_text(path.read_text().replace(old, new))
    return folder


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    style = "  - {name: style, kind: style, command: [python3, lint.py, a.py], files: lint.py, "
    return assignment(
        tmp_path_factory.mktemp("styled"), style + "penalty: 0.5 per finding, at_most: 2}\n", files={"lint.py": LINTER}
    )


@pytest.mark.parametrize(("findings", "points"), [(0, 2.0), (1, 1.5), (3, 0.5), (9, 0.0)])
def test_a_finding_costs_points_up_to_the_bound(
    course: CourseStand, styled: Path, findings: int, points: float
) -> None:
    linter = LINTER if findings else LINTER.replace("sys.exit(1)", "")
    (styled / "lint.py").write_text(linter)
    report = course.grade_files(styled, {"a.py": "x\n" + "x = 'longer than twenty letters'\n" * findings})
    assert (part_of(report, "style").points, report.score) == (points, points)


def test_a_student_does_not_say_what_the_linter_is(course: CourseStand, styled: Path) -> None:
    (styled / "lint.py").write_text(LINTER)
    bad = "x = 'longer than twenty letters'\n"
    others = {"lint.py": "", "conftest.py": "", ".lintrc.py": "", "setup.cfg": "[lint]\nignore = all\n"}
    report = course.grade_files(styled, {"a.py": bad, **others})
    assert part_of(report, "style").points == 1.5


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("[python3, -m, no_such_linter, a.py]", "No module named no_such_linter"),
        ("[no-such-command, a.py]", "there is no command 'no-such-command' in the root of python3"),
        ("[python3, -c, 'raise SystemExit(3)']", "the linter did not finish (exit code 3)"),
    ],
)
def test_a_linter_that_is_not_there_costs_no_student_a_point(
    course: CourseStand, tmp_path: Path, command: str, advice: str
) -> None:
    part = f"  - {{name: style, kind: style, command: {command}, penalty: 1, at_most: 2}}\n"
    report = course.grade_files(assignment(tmp_path, part), {"a.py": "x = 1\n"})
    assert (report.verdict, report.score) == (Verdict.JE, None)
    assert part_of(report, "style").status is TestStatus.JUDGE_ERROR
    assert "assignment.yaml:5: style.command: " in report.reason and advice in report.reason


@pytest.mark.parametrize(
    ("code", "status", "points"), [("0", "passed", 4.0), ("1", "failed", 0.0), ("2", "failed", 0.0)]
)
def test_a_command_gives_all_points_by_its_exit_code(
    course: CourseStand, tmp_path: Path, code: str, status: str, points: float
) -> None:
    part = "  - {name: check, kind: command, points: 4, command: [python3, check.py], files: check.py}\n"
    check = "import a\nraise SystemExit(a.answer())\n"
    package = assignment(tmp_path, part, files={"check.py": check})
    report = course.grade_files(package, {"a.py": f"def answer():\n    return {code}\n", "check.py": "pass\n"})
    found = part_of(report, "check")
    assert (found.status, found.points, found.isolation) == (status, points, Isolation.SHARED)


def test_a_missing_tool_of_a_command_is_no_fault_of_the_student(course: CourseStand, tmp_path: Path) -> None:
    part = "  - {name: check, kind: command, points: 4, command: [python3, -m, no_such_tool]}\n"
    report = course.grade_files(assignment(tmp_path, part), {"a.py": "x = 1\n"})
    assert report.verdict is Verdict.JE and "Install it" in report.reason


@pytest.mark.parametrize(
    ("command", "files"), [("[python3, check.py]", "check.py"), ("[python3, -m, unittest, check]", "check.py")]
)
@pytest.mark.parametrize("student", ["raise SystemExit(127)", "raise ImportError(\"No module named 'unittest'\")"])
def test_a_student_cannot_make_a_command_look_as_if_it_were_missing(
    course: CourseStand, tmp_path: Path, command: str, files: str, student: str
) -> None:
    part = f"  - {{name: check, kind: command, points: 4, command: {command}, files: {files}}}\n"
    report = course.grade_files(assignment(tmp_path, part, files={"check.py": "import a\n"}), {"a.py": student + "\n"})
    assert (report.verdict, report.score) == (Verdict.WA, 0)
    assert part_of(report, "check").status is TestStatus.FAILED


def test_a_program_of_the_students_that_ends_as_missing_ones_do_is_their_own(
    course: CourseStand, tmp_path: Path
) -> None:
    part = "  - {name: check, kind: command, points: 4, command: [a.py]}\n"
    student = "#!/usr/bin/python3\nraise SystemExit(127)\n"
    report = course.grade_files(assignment(tmp_path, part), {"a.py": student})
    assert (report.verdict, report.score) == (Verdict.WA, 0)


def test_what_breaks_the_linter_off_costs_what_findings_can_cost(course: CourseStand, styled: Path) -> None:
    (styled / "lint.py").write_text("import ast, sys\nast.parse(open(sys.argv[1]).read())\n")
    report = course.grade_files(styled, {"a.py": "def f(:\n"})
    assert (part_of(report, "style").status, part_of(report, "style").points) == (TestStatus.FAILED, 0)
    assert report.verdict is Verdict.WA


IO = """\
  - name: io
    kind: tests
    points: 6
    tests:
      - {name: one, stdin: "1\\n", stdout: "1\\n", weight: 2}
      - {name: two, stdin: "2\\n", stdout: "two\\n", hint: "Read aloud", fields: {expected: hidden}}
      - {name: three, stdin: "3\\n", stdout: "3\\n", visibility: hidden, weight: 3}
"""


def test_each_test_has_its_share_of_the_points(course: CourseStand, tmp_path: Path) -> None:
    report = course.grade_files(assignment(tmp_path, IO), {"a.py": ECHO})
    part = part_of(report, "io")
    assert statuses(part) == {"one": "passed", "two": "failed", "three": "passed"}
    assert [(test.points, test.points_max) for test in part.tests] == [(2, 2), (0, 1), (3, 3)]
    assert (report.verdict, report.score, part.tests[1].hint) == (Verdict.WA, 5.0, "Read aloud")


def test_events_tell_of_visible_tests_alone(course: CourseStand, tmp_path: Path) -> None:
    course.grade_files(assignment(tmp_path, IO), {"a.py": ECHO})
    told = [(event.case.name, event.index, event.total) for event in course.heard if isinstance(event, CaseJudged)]
    assert told == [("io/one", 1, 2), ("io/two", 2, 2)]


def test_one_failed_test_costs_all_where_it_is_all_or_nothing(course: CourseStand, tmp_path: Path) -> None:
    package = assignment(tmp_path, IO.replace("points: 6", "points: 6\n    all_or_nothing: true"))
    assert course.grade_files(package, {"a.py": ECHO}).score == 0.0


def test_a_part_that_requires_another_one_is_blocked_until_that_has_all_its_points(
    course: CourseStand, tmp_path: Path
) -> None:
    more = "  - {name: more, kind: tests, points: 1, requires: [io], tests: [{stdin: a, stdout: a}]}\n"
    package = assignment(tmp_path, IO + more)
    blocked = course.grade_files(package, {"a.py": ECHO})
    assert part_of(blocked, "more").status is TestStatus.BLOCKED
    assert "all points of io are needed first" in part_of(blocked, "more").message
    right = "s = input()\nprint('two' if s == '2' else s)\n"
    assert course.grade_files(package, {"a.py": right}).score == 7.0


def test_limits_of_a_test_are_its_own(course: CourseStand, tmp_path: Path) -> None:
    tests = "[{name: slow, stdin: s, stdout: s}, {name: quick, stdin: q, stdout: q, time: 100ms}]"
    slow = (
        "import time\ns = input()\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\nprint(s)\n"
    )
    package = assignment(tmp_path, f"  - {{name: io, kind: tests, points: 2, tests: {tests}}}\n")
    part = part_of(course.grade_files(package, {"a.py": slow}), "io")
    assert statuses(part) == {"slow": "passed", "quick": "timeout"}


CALLS = """\
  - name: calls
    kind: calls
    points: 4
    compare: float_tolerance 1e-6
    tests:
      - {call: half, arguments: [1], expected: 0.5000000001}
      - {call: half, arguments: [[1]], expected: [0.5]}
      - {call: Stack.push, arguments: ["é"], expected: {é: 1, n: null}}
      - {call: nothing, expected: null}
"""


def test_functions_are_called_with_values_and_compared_as_values(course: CourseStand, tmp_path: Path) -> None:
    student = (
        "def half(x):\n    return [half(y) for y in x] if isinstance(x, list) else x / 2\n"
        "def nothing():\n    pass\n"
        "class Stack:\n    def push(self, x):\n        return {x: 1, 'n': None}\n"
    )
    report = course.grade_files(assignment(tmp_path, CALLS), {"a.py": student})
    assert report.score == 4.0, report
    test = part_of(report, "calls").tests[0]
    assert (test.input and test.input.head, test.expected and test.expected.head) == ("half(1)", "0.5000000001")


HEAD = """\
due: 2026-12-01T12:00:00Z
late: {grace: 10min, penalty: 10% per day, at_most: 30%, closes: 7d}
attempts: {max: 3, penalty: 5%}
files: {required: [a.py, "docs/*.md"]}
"""
DUE_MS = 1_796_126_400_000
HOUR_MS = 3_600_000
GIVEN = {"a.py": ECHO, "docs/why.md": "Because."}


@pytest.mark.parametrize(
    ("hours", "attempt", "score"), [(0, 1, 5.0), (1, 1, 4.5), (25, 1, 4.0), (150, 1, 3.5), (0, 2, 4.75), (1, 3, 4.0)]
)
def test_points_are_lost_by_being_late_and_by_further_attempts(
    course: CourseStand, tmp_path: Path, hours: int, attempt: int, score: float
) -> None:
    hand_in = HandIn(student="ada", handed_in_at_ms=DUE_MS + hours * HOUR_MS, attempt=attempt)
    report = course.grade_files(assignment(tmp_path, IO, HEAD), GIVEN, hand_in)
    found = coursework(report)
    assert (found.student, found.due_at_ms, found.late_ns) == ("ada", DUE_MS, hours * HOUR_MS * 1_000_000)
    assert report.score == pytest.approx(score)


@pytest.mark.parametrize(("late_ms", "attempt"), [(7 * 24 * HOUR_MS + 1, 1), (0, 4)])
def test_nothing_is_run_of_what_does_not_count(course: CourseStand, tmp_path: Path, late_ms: int, attempt: int) -> None:
    hand_in = HandIn(handed_in_at_ms=DUE_MS + late_ms, attempt=attempt)
    report = course.grade_files(assignment(tmp_path, IO, HEAD), GIVEN, hand_in)
    assert (report.verdict, report.score, coursework(report).closed) == (Verdict.WA, 0.0, True)
    assert set(statuses(part_of(report, "io")).values()) == {"not_run"}


def test_a_due_time_of_the_students_own_counts(course: CourseStand, tmp_path: Path) -> None:
    at = DUE_MS + 20 * 24 * HOUR_MS
    report = course.grade_files(
        assignment(tmp_path, IO, HEAD), GIVEN, HandIn(handed_in_at_ms=at, due_at_ms=at + HOUR_MS)
    )
    assert (report.score, coursework(report).due_at_ms) == (5.0, at + HOUR_MS)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.py": ECHO}, "docs/*.md is missing: handed in were a.py"),
        ({"b.py": ECHO, "docs/a.md": ""}, "a.py is missing"),
        (GIVEN | {"../a.py": ECHO}, "must not contain '.', '..' or empty parts"),
        (GIVEN | {"docs": ECHO}, "'docs' is there twice, or is a folder, too"),
        (GIVEN | {"/etc/passwd": ""}, "must be a relative path"),
    ],
)
def test_what_is_wrong_with_the_files_is_told(
    course: CourseStand, tmp_path: Path, files: dict[str, str], message: str
) -> None:
    report = course.grade_files(assignment(tmp_path, IO, HEAD), files)
    assert message in report.reason
    assert (report.score, coursework(report).message) == (0.0, report.reason)


def test_a_file_beyond_what_is_taken_is_told(course: CourseStand, tmp_path: Path) -> None:
    package = assignment(tmp_path, IO.replace("500ms", "500ms"))
    (package / "assignment.yaml").write_text(
        (package / "assignment.yaml").read_text().replace("500ms", "500ms, files: 1 KiB")
    )
    assert "at most 1024 are taken" in course.grade_files(package, {"a.py": "#" * 1025}).reason


def test_starter_files_and_resources_lie_beside_the_program(course: CourseStand, tmp_path: Path) -> None:
    part = "  - {name: io, kind: tests, points: 2, tests: [{stdin: x, stdout: 'x from starter, 7 of the teacher'}]}\n"
    files = {"starter/helper.py": "WHO = 'starter'\n", "starter/a.py": "pass\n", "data/table/n.txt": "7 of the teacher"}
    package = assignment(tmp_path, part, "files: {starter: starter, resources: data, main: a.py}\n", files)
    student = "import helper\nprint(input(), 'from', helper.WHO + ',', open('table/n.txt').read())\n"
    handed = {"a.py": student, "table/n.txt": "forged"}
    assert course.grade_files(package, handed).score == 2.0
    assert course.grade_files(package, handed | {"helper.py": "WHO = 'student'\n"}).score == 0.0


def test_what_was_handed_in_is_the_program_whatever_lies_beside_it(course: CourseStand, tmp_path: Path) -> None:
    part = "  - {name: io, kind: tests, points: 1, tests: [{stdin: x, stdout: x}]}\n"
    files = {"starter/another.py": "print('the starter')\n", "data/third.py": "print('the resource')\n"}
    package = assignment(tmp_path, part, "files: {starter: starter, resources: data}\n", files)
    assert course.grade_files(package, {"zoo.py": ECHO}).score == 1.0


def test_a_program_in_another_language_is_told(course: CourseStand, tmp_path: Path) -> None:
    package = changed(assignment(tmp_path, IO), "[python3]", "[python3, java]")
    report = course.grade_files(package, {"a.c": "int main() {}\n"})
    assert report.score == 0.0 and report.reason
    assert _by_status(report) == {"io": "not_run"}


def test_what_is_marked_by_hand_stays_open_and_does_not_count_yet(course: CourseStand, tmp_path: Path) -> None:
    part = "  - {name: text, kind: by_hand, points: 10, instructions: 'Is it clear?'}\n"
    report = course.grade_files(assignment(tmp_path, IO.replace('two\\n"', '2\\n"') + part), {"a.py": ECHO})
    found = coursework(report)
    assert (report.verdict, found.points, found.points_max, found.open_points) == (Verdict.AC, 6.0, 16.0, 10.0)
    assert part_of(report, "text").instructions == "Is it clear?"


def test_one_parts_setter_does_not_spoil_the_others(course: CourseStand, tmp_path: Path) -> None:
    broken = "  - {name: bad, kind: calls, points: 1, tests: [{call: 'not a name', expected: 1}]}\n"
    report = course.grade_files(assignment(tmp_path, broken + IO), {"a.py": ECHO})
    assert report.verdict is Verdict.JE and "assignment.yaml:5: bad: " in report.reason
    assert part_of(report, "io").points == 5.0


def _by_status(report: Report) -> dict[str, str]:
    return {part.name: part.status.value for part in coursework(report).parts}


SPY = """\
import os
import sys


def everything():
    for folder in ("/work", "/w", "/tmp", "/dev/shm", "/proc/self/fd"):
        for parent, _, names in os.walk(folder):
            for name in names:
                try:
                    with open(os.path.join(parent, name), "rb", buffering=0) as file:
                        os.set_blocking(file.fileno(), False)
                        yield file.read(1 << 20) or b""
                except OSError:
                    pass
    for name in ("environ", "cmdline"):
        yield open(f"/proc/self/{name}", "rb").read()


def spy(*arguments):
    me = open(__file__, "rb").read()
    found = [text for text in everything() if b"known to the teacher" in text.replace(me, b"")]
    return f"{len(found)} found"


if __name__ == "__main__":
    print(spy())
"""


def test_what_is_expected_never_is_where_the_student_can_look(course: CourseStand, tmp_path: Path) -> None:
    secret = "known to the teacher"
    parts = (
        f"  - {{name: io, kind: tests, points: 1, tests: [{{stdin: x, stdout: {secret}}}]}}\n"
        f"  - {{name: calls, kind: calls, points: 1, tests: [{{call: spy, arguments: [1], expected: {secret}}}]}}\n"
    )
    labels = {
        "submissions/right.py": f"print('{secret}')\n",
        "submissions/expected.yaml": f"right.py: {{}} # {secret}\n",
    }
    package = assignment(tmp_path, parts, files=labels)
    report = course.grade_files(package, {"a.py": SPY})
    for name in ("io", "calls"):
        (test,) = part_of(report, name).tests
        assert test.status is TestStatus.FAILED and 'found "0' in test.message, test
