"""Assignments are read whole, and whatever is wrong with one has its line and its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.model.assignment import (
    Assignment,
    CoursePart,
    FieldVisibility,
    Isolation,
    PartKind,
    Process,
    TestRule,
    Visibility,
)
from judge.model.problem import PackageFormat, Problem
from judge.model.units import MIB, MS_NS, S_NS
from judge.package.assignment.reader import AssignmentReader
from judge.package.findings import Findings, location
from judge.package.reader import DEFAULT_READING
from judge.package.registry import reader_of

#: A piece of the assignment below.
APART = """framework: pytest
    files: [tests/*.py]
    module: bank
    process: all
    beside: data
    reference: solution
"""
WHOLE = """\
assignment: 1
title: Bank account
due: 2026-12-01T23:59:00+01:00
late: {grace: 10min, penalty: 10% per day, at_most: 50%, closes: 7d}
attempts: {max: 20, penalty: 2.5%}
languages: [python3, java]
files: {required: [bank.py, "*.md"], starter: starter/, resources: [data, extra.txt], main: bank.py}
limits: {time: 500ms, memory: 64 MiB, output: 1 MiB, files: 100 KiB, compile_time: 20s}
parts:
  - name: io
    kind: tests
    points: 20
    visibility: after_due
    fields: {expected: hidden}
    compare: float_tolerance 1e-6
    tests:
      - {name: sample, stdin: "1 2\\n", stdout: "3\\n", visibility: visible, weight: 2, hint: Add, title: Two numbers}
      - {folder: tests/io, time: 1s}
      - {input: big.txt, output: big.out, arguments: [-v, x], files: [extra.txt], wall_time: 3s}
  - name: account
    kind: unit_tests
    framework: pytest
    files: [tests/*.py]
    module: bank
    process: all
    beside: data
    reference: solution
    points: 60
    requires: [io]
    all_or_nothing: true
    weights: {"test_withdraw*": 3}
    visibility: {default: hidden, "test_basic*": visible}
    hints: {"test_withdraw_too_much": "What may a balance be?"}
  - {name: speed, kind: calls, tests: [{call: fib, arguments: [30, {a: [null, yes]}], expected: 832040, points: 7}]}
  - {name: style, kind: style, command: python3 -m flake8 bank.py, penalty: 0.5 per finding, at_most: 5}
  - {name: check, kind: command, command: [sh, check.sh], files: check.sh, points: 1, isolation: none}
  - {name: report, kind: by_hand, points: 10, instructions: "Is it explained?"}
  - {name: old, kind: autograder, framework: gradescope, files: autograder, points: 3, title: The old one}
"""

FILES = {
    "starter/bank.py": "", "starter/deep/er.py": "", "data/a.txt": "a", "extra.txt": "e", "tests/io/1.in": "1\n",
    "tests/io/1.ans": "1\n", "tests/io/2.in": "2\n", "tests/io/2.out": "2\n", "tests/io/README.md": "",
    "tests/test_bank.py": "", "tests/conftest.py": "", "solution/bank.py": "", "big.txt": "b", "big.out": "B",
    "check.sh": "", "autograder/run_autograder": "", "autograder/setup.sh": "",
}  # fmt: skip

MINIMAL = """\
assignment: 1
parts:
  - name: io
    kind: tests
    points: 1
    tests: [{stdin: a, stdout: b}]
"""


def inspected(folder: Path, text: str, files: dict[str, str] | None = None) -> tuple[Problem, Findings]:
    root, unpacked = folder / "bank", folder / "unpacked"
    unpacked.mkdir(parents=True, exist_ok=True)
    for name, content in {"assignment.yaml": text, **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return AssignmentReader().inspect(root, unpacked, DEFAULT_READING)


def places(findings: Findings) -> list[tuple[str, str]]:
    return [(location(one), one.message) for one in findings.diagnostics]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    problem, findings = inspected(tmp_path_factory.mktemp("whole"), WHOLE, FILES)
    assert places(findings) == []
    return problem


def assignment_of(problem: Problem) -> Assignment:
    assert problem.assignment is not None
    return problem.assignment


def part(problem: Problem, name: str) -> CoursePart:
    return next(part for part in assignment_of(problem).parts if part.name == name)


def names(pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [name for name, _ in pairs]


def test_a_directory_with_assignment_yaml_is_one(whole: Problem) -> None:
    assert isinstance(reader_of(Path(whole.path)), AssignmentReader)
    assert (whole.format, whole.name, whole.title) == (PackageFormat.ASSIGNMENT, "bank", "Bank account")


def test_what_is_said_of_the_whole(whole: Problem) -> None:
    found, limits = assignment_of(whole), whole.limits
    assert (found.due_at_ms, found.closed_at_ms - found.due_at_ms) == (1796165940000, 7 * 86_400_000)
    assert (found.late.grace_ns, found.late.penalty_share, found.late.cap_share) == (600 * S_NS, 0.1, 0.5)
    assert (found.attempts_max, found.attempt_penalty_share, whole.languages) == (20, 0.025, ("python3", "java"))
    assert (limits.time_limit_ns, limits.memory_bytes, limits.code_bytes) == (500 * MS_NS, 64 * MIB, 100 << 10)
    assert (limits.output_bytes, limits.compilation_time_ns) == (MIB, 20 * S_NS)


def test_files_are_called_by_their_path_below_what_names_them(whole: Problem) -> None:
    found = assignment_of(whole)
    assert (found.required, found.main) == (("bank.py", "*.md"), "bank.py")
    assert names(found.starter) == ["bank.py", "deep/er.py"]
    assert names(found.resources) == ["a.txt", "extra.txt"]
    assert names(part(whole, "account").test_files) == ["tests/conftest.py", "tests/test_bank.py"]
    assert names(part(whole, "old").test_files) == ["run_autograder", "setup.sh"]


def test_tests_of_texts_of_a_folder_and_of_files(whole: Problem) -> None:
    io = part(whole, "io")
    assert [test.name for test in io.tests] == ["sample", "1", "2", "3"]
    assert [test.points for test in io.tests] == [8, 4, 4, 4]
    sample, first, _, third = io.tests
    assert (Path(sample.input_path).read_text(), Path(sample.expected_path).read_text()) == ("1 2\n", "3\n")
    assert (sample.title, sample.hint, sample.visibility) == ("Two numbers", "Add", Visibility.VISIBLE)
    assert (first.visibility, first.cpu_time_ns, first.input_path[-13:]) == (
        Visibility.AFTER_DUE,
        S_NS,
        "tests/io/1.in",
    )
    assert (third.arguments, names(third.files), third.wall_time_ns) == (("-v", "x"), ["extra.txt"], 3 * S_NS)
    assert (io.compare.float_absolute_tolerance, io.fields) == (1e-6, FieldVisibility(expected=Visibility.HIDDEN))


def test_unit_tests_have_rules_by_their_names(whole: Problem) -> None:
    account = part(whole, "account")
    assert (account.framework, account.module, account.isolation) == ("pytest", "bank", Isolation.APART)
    assert (account.process, account.requires, account.all_or_nothing) == (Process.ALL, ("io",), True)
    assert (names(account.reference), account.visibility) == (["bank.py"], Visibility.HIDDEN)
    assert account.rules == (
        TestRule(pattern="test_basic*", visibility=Visibility.VISIBLE, line=32),
        TestRule(pattern="test_withdraw*", weight=3.0, line=31),
        TestRule(pattern="test_withdraw_too_much", hint="What may a balance be?", line=33),
    )


def test_parts_of_the_other_kinds(whole: Problem) -> None:
    speed, style, check = part(whole, "speed"), part(whole, "style"), part(whole, "check")
    call = speed.tests[0].call
    assert call is not None
    assert (speed.points, call.function, call.arguments) == (7, "fib", '[30, {"a": [null, true]}]')
    assert (style.points, style.penalty_points, style.penalty_points_max) == (5, 0.5, 5)
    assert (style.command, style.isolation) == (("python3", "-m", "flake8", "bank.py"), Isolation.NONE)
    assert (check.command, names(check.test_files), check.isolation) == (
        ("sh", "check.sh"),
        ["check.sh"],
        Isolation.NONE,
    )
    report = part(whole, "report")
    assert (report.kind, report.instructions) == (PartKind.BY_HAND, "Is it explained?")


#: What stands in the place of something of WHOLE, and where and how it is found.
FAULTS = (
    ("assignment: 1", "assignment: 2", "assignment.yaml:1: assignment", "expected 1, the format's version"),
    ("assignment: 1", "assignment: x", "assignment.yaml:1: assignment", "expected a number"),
    ("2026-12-01T23:59:00+01:00", "tomorrow", "assignment.yaml:3: due", "expected a date and a time"),
    ("00+01:00", "00", "assignment.yaml:3: due", "needs an offset from UTC"),
    ("2026-12-01T23", "1926-12-01T23", "assignment.yaml:3: due", "lies before 1970"),
    ("grace: 10min", "grace: soon", "assignment.yaml:4: late.grace", "expected a number and a unit"),
    ("grace: 10min", "grace: 10 yards", "assignment.yaml:4: late.grace", "expected a number and a unit"),
    ("grace: 10min", "grace: 8d", "assignment.yaml:4: late.closes", "comes before the time of grace ends"),
    ("10% per day", "10% per yard", "assignment.yaml:4: late.penalty", "expected a share and a time"),
    ("10% per day", "110% per day", "assignment.yaml:4: late.penalty", "expected a share and a time"),
    ("10% per day", "ten", "assignment.yaml:4: late.penalty", "expected a share and a time"),
    ("10% per day", "10% per 0 days", "assignment.yaml:4: late.penalty", "expected a time from"),
    ("at_most: 50%", "at_most: 150%", "assignment.yaml:4: late.at_most", "expected a share"),
    ("closes: 7d", "closes: 7000000d", "assignment.yaml:4: late.closes", "must be at most"),
    ("closes: 7d", "close: 7d", "assignment.yaml:4: late.close", "unknown key (did you mean 'closes'?)"),
    ("max: 20", "max: 0", "assignment.yaml:5: attempts.max", "must be at least 1"),
    ("max: 20", "max: 2.5", "assignment.yaml:5: attempts.max", "expected a whole number"),
    ("penalty: 2.5%", "penalty: much", "assignment.yaml:5: attempts.penalty", "expected a share"),
    ("[python3, java]", "{a: b}", "assignment.yaml:6: languages", "expected a sequence of strings"),
    ("starter: starter/", "starter: nowhere", "assignment.yaml:7: files.starter", "there is no file 'nowhere'"),
    ("starter: starter/", "starter: ../x", "assignment.yaml:7: files.starter", "is no path in the package"),
    ("starter: starter/", "starter: /etc", "assignment.yaml:7: files.starter", "is no path in the package"),
    ("starter: starter/", "starter: {a: b}", "assignment.yaml:7: files.starter", "expected the name of a file"),
    ("[data, extra.txt]", "[data, nothing*]", "assignment.yaml:7: files.resources", "there is no file 'nothing*'"),
    ("main: bank.py", "men: bank.py", "assignment.yaml:7: files.men", "unknown key"),
    ("time: 500ms", "time: 0ms", "assignment.yaml:8: limits.time", "must be at least"),
    ("time: 500ms", "time: 500h", "assignment.yaml:8: limits.time", "the operator's ceiling (limit_time_s_max)"),
    ("memory: 64 MiB", "memory: 64 MiBs", "assignment.yaml:8: limits.memory", "expected a number and a unit"),
    ("memory: 64 MiB", "memory: 9000 GiB", "assignment.yaml:8: limits.memory", "limit_memory_bytes_max"),
    ("title: Bank account", "titel: Bank", "assignment.yaml:2: titel", "unknown key (did you mean 'title'?)"),
    ("kind: tests\n", "kind: test\n", "assignment.yaml:11: parts[1].kind", "expected one of tests, calls"),
    ("kind: tests\n", "title: x\n", "assignment.yaml:10: parts", "a part needs kind"),
    ("name: account", "name: io", "assignment.yaml:20: parts", "there are two parts 'io'"),
    ("name: account", "name: a/b", "assignment.yaml:20: parts[2].name", "and no /"),
    ("    points: 20\n", "", "assignment.yaml:10: parts[1].points", "a part needs points"),
    ("points: 20", "points: -1", "assignment.yaml:12: parts[1].points", "must be at least 0"),
    ("points: 20", "points: .inf", "assignment.yaml:12: parts[1].points", "expected a number"),
    ("after_due", "later", "assignment.yaml:13: parts[1].visibility", "expected one of visible, after_due, hidden"),
    ("after_due", "{x: hidden}", "assignment.yaml:13: parts[1].visibility", "expected one word"),
    ("expected: hidden", "expect: hidden", "assignment.yaml:14: parts[1].fields.expect", "unknown key"),
    ("expected: hidden", "expected: no", "assignment.yaml:14: parts[1].fields.expected", "expected one of visible"),
    ("float_tolerance 1e-6", "float 1e-6", "assignment.yaml:15: parts[1].compare", "has no argument 'float'"),
    ("weight: 2", "weight: -2", "assignment.yaml:17: parts[1].tests[1].weight", "must be at least 0"),
    ("weight: 2", "points: 2", "assignment.yaml:16: parts[1].tests", "either every test has points, or none has"),
    ("name: sample", "name: '2'", "assignment.yaml:18: parts[1].tests[2]", "there are two tests called '2'"),
    ("name: sample", 'name: "a\\tb"', "assignment.yaml:17: parts[1].tests[1].name", "printable characters"),
    ('stdout: "3\\n", ', "", "assignment.yaml:17: parts[1].tests", "a test needs stdout"),
    ('stdin: "1 2\\n"', 'stdin: "1", input: big.txt', "assignment.yaml:17: parts[1].tests[1].input", "there is stdin"),
    ("folder: tests/io", "folder: tests/no", "assignment.yaml:18: parts[1].tests[2].folder", "there are no tests"),
    ("folder: tests/io", "folder: ../io", "assignment.yaml:18: parts[1].tests[2].folder", "is no path"),
    ("time: 1s", "name: x", "assignment.yaml:18: parts[1].tests[2].name", "are called by their files"),
    ("time: 1s", "points: 3", "assignment.yaml:18: parts[1].tests[2].points", "a folder's tests have a weight"),
    ("input: big.txt", "input: no.txt", "assignment.yaml:19: parts[1].tests[3].input", "there is no file 'no.txt'"),
    ("files: [extra.txt]", "files: no", "assignment.yaml:19: parts[1].tests[3].files", "there is no file 'no'"),
    ("framework: pytest", "framework: nose", "assignment.yaml:22: parts[2].framework", "expected one of pytest"),
    ("    framework: pytest\n", "", "assignment.yaml:20: parts[2].framework", "is needed"),
    ("files: [tests/*.py]", "files: [test/*.py]", "assignment.yaml:23: parts[2].files", "there is no file"),
    ("    files: [tests/*.py]\n", "", "assignment.yaml:20: parts[2].files", "unit tests need files"),
    (APART, "framework: junit5\n    files: [tests/*.py]\n", "assignment.yaml:20: parts[2].reference", "is needed"),
    ("process: all", "process: some", "assignment.yaml:25: parts[2].process", "expected one of test, all"),
    ("requires: [io]", "requires: [speed]", "assignment.yaml:29: parts[2].requires", "no part 'speed' before"),
    ("all_or_nothing: true", "all_or_nothing: 7", "assignment.yaml:30: parts[2].all_or_nothing", "true or false"),
    ('"test_withdraw*": 3', '"test_withdraw*": x', "assignment.yaml:31: parts[2].weights.test_withdraw*", "a number"),
    ('"test_basic*": visible', '"": visible', "assignment.yaml:32: parts[2].visibility.", "is no pattern"),
    ('{"test_withdraw_too_much"', "{x: [1]}\n    nints: {x", "assignment.yaml:33: parts[2].hints.x", "expected text"),
    ("process: all", "isolation: none", "assignment.yaml:25: parts[2].isolation", "is apart for pytest"),
    ("process: all", "process: all\n    isolation: shared", "assignment.yaml:25: parts[2].process", "is test where"),
    (
        "framework: pytest",
        "framework: node\n    isolation: shared",
        "assignment.yaml:23: parts[2].isolation",
        "no other",
    ),
    ("framework: pytest", "framework: go\n    isolation: apart", "assignment.yaml:23: parts[2].isolation", "is shared"),
    ("call: fib, ", "", "assignment.yaml:34: parts[3].tests", "needs call: a function"),
    ("expected: 832040, ", "", "assignment.yaml:34: parts[3].tests", "a call needs expected"),
    ("[30, {a", "{x: {a", "assignment.yaml:34: not valid YAML", ""),
    ("expected: 832040", "expected: .nan", "assignment.yaml:34: parts[3].tests[1].expected", "no value that JSON has"),
    ("points: 7}]}", "points: 7}], points: 6}", "assignment.yaml:34: parts[3].points", "is 6, but its tests have 7"),
    ("points: 7}]}", "points: 7}], hints: {a: b}}", "assignment.yaml:34: parts[3].hints", "unknown key"),
    ("penalty: 0.5 per finding", "penalty: much", "assignment.yaml:35: parts[4].penalty", "expected points"),
    ("penalty: 0.5 per finding, ", "", "assignment.yaml:35: parts[4].penalty", "a finding costs points"),
    (", at_most: 5}", "}", "assignment.yaml:35: parts[4].at_most", "style needs at_most"),
    ("at_most: 5}", "at_most: 5, points: 4}", "assignment.yaml:35: parts[4].at_most", "more than the part's 4"),
    ("command: [sh, check.sh]", "command: []", "assignment.yaml:36: parts[5].command", "names no command"),
    ("isolation: none}", "isolation: apart}", "assignment.yaml:36: parts[5].isolation", "expected one of shared"),
    ("kind: by_hand, points: 10", "kind: by_hand", "assignment.yaml:37: parts[6].points", "a part needs points"),
    ("framework: gradescope", "framework: nbgrader", "assignment.yaml:38: parts[7].framework", "one of gradescope"),
)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"), FAULTS, ids=[f"{old}->{new}"[:60] for old, new, *_ in FAULTS]
)
def test_what_is_wrong_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, place: str, message: str
) -> None:
    assert WHOLE.count(old) >= 1
    try:
        _, findings = inspected(tmp_path, WHOLE.replace(old, new, 1), FILES)
    except PackageError as error:
        assert str(error).startswith(place)
        return
    found = places(findings)
    assert any(where == place and message in said for where, said in found), found
    if not message.startswith("unknown key"):
        assert findings.blocking


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("assignment: 1\n", "assignment.yaml:1: parts"),
        ("assignment: 1\nparts: []\n", "assignment.yaml:2: parts"),
        ("assignment: 1\nparts: 7\n", "assignment.yaml:2: parts"),
        ("assignment: 1\nparts: [7]\n", "assignment.yaml:2: parts[1]"),
        (MINIMAL.replace("[{stdin: a, stdout: b}]", "[]"), "assignment.yaml:6: parts[1].tests"),
        (MINIMAL.replace("[{stdin: a, stdout: b}]", "[7]"), "assignment.yaml:6: parts[1].tests[1]"),
        (MINIMAL + "late: {grace: 1s}\n", "assignment.yaml:7: late"),
        ("", "assignment.yaml:1: assignment"),
    ],
)
def test_what_is_not_there_has_a_place_too(tmp_path: Path, text: str, place: str) -> None:
    _, findings = inspected(tmp_path, text)
    assert place in [where for where, _ in places(findings)]


def test_the_usual_is_assumed(tmp_path: Path) -> None:
    problem, findings = inspected(tmp_path, MINIMAL)
    found = assignment_of(problem)
    assert places(findings) == []
    assert (problem.title, problem.limits.time_limit_ns, problem.limits.memory_bytes) == ("bank", 2 * S_NS, 256 * MIB)
    assert (found.due_at_ms, found.attempts_max, found.closed_at_ms) == (0, 0, 0)
    assert [test.name for test in found.parts[0].tests] == ["1"]


@pytest.mark.parametrize("ending", ["in", "ans"])
def test_a_test_of_a_folder_needs_both_files(tmp_path: Path, ending: str) -> None:
    text = MINIMAL.replace("{stdin: a, stdout: b}", "{folder: io}")
    _, findings = inspected(tmp_path, text, {"io/1.in": "", "io/1.ans": "", f"io/2.{ending}": ""})
    assert bool(findings.blocking) == (ending == "in")


LABELLED = {
    "submissions/right/a.py": "", "submissions/cheat_1.py": "", "submissions/cheat_2/a.py": "",
    "submissions/unknown.py": "",
}  # fmt: skip


def test_labelled_work_has_the_points_that_are_expected(tmp_path: Path) -> None:
    expected = "right: {points: 1, parts: {io: 1}}\n'cheat_*': {points: 0}\nnobody: {points: 0}\n"
    problem, findings = inspected(tmp_path, MINIMAL, LABELLED | {"submissions/expected.yaml": expected})
    found = {entry.path: entry for entry in problem.submissions}
    assert found["submissions/right"].expected.part_points == (("io", 1.0),)
    assert found["submissions/cheat_1.py"].expected.score_max == 0.0
    assert [path for path, entry in found.items() if not entry.labelled] == ["submissions/unknown.py"]
    assert places(findings) == [
        ("submissions/expected.yaml:3: nobody", "there is no such work in submissions"),
        ("submissions/unknown.py", "submissions/expected.yaml does not say what it gets"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("right: {parts: {no: 1}}\n", "submissions/expected.yaml:1: right.parts.no"),
        ("right: {parts: {io: -1}}\n", "submissions/expected.yaml:1: right.parts.io"),
        ("right:\n  points: many\n", "submissions/expected.yaml:2: right.points"),
        ("right: {pionts: 1}\n", "submissions/expected.yaml:1: right.pionts"),
        ("right: 7\n", "submissions/expected.yaml:1: right"),
        ("[]\n", "submissions/expected.yaml:1"),
    ],
)
def test_labels_that_mean_nothing_have_their_place(tmp_path: Path, text: str, place: str) -> None:
    _, findings = inspected(tmp_path, MINIMAL, LABELLED | {"submissions/expected.yaml": text})
    assert place in [where for where, _ in places(findings)]


KEY_WORDS = (
    "assignment title due late grace penalty at_most closes attempts max languages files required starter resources "
    "main limits time memory parts name kind points tests visibility fields requires all_or_nothing weights hints "
    "framework isolation process module beside reference command instructions stdin stdout folder input output call "
    "arguments expected weight hint compare default test_a"
)
WORDS = (
    "tests", "calls", "unit_tests", "command", "style", "by_hand", "autograder", "pytest", "hidden", "10% per day",
    "2026-12-01T23:59:00Z", "0001-01-01T00:00:00+14:00", "../..", "tests/io", "*", "**/**", "1e400", "1 MiB",
)  # fmt: skip
KEYS = st.sampled_from(KEY_WORDS.split())
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(WORDS))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=20,
)
PARTS = st.lists(st.dictionaries(KEYS, TREES, max_size=8), max_size=3)


@settings(deadline=None, max_examples=200)
@given(
    text=st.one_of(
        st.dictionaries(KEYS, TREES, max_size=8), st.fixed_dictionaries({"assignment": st.just(1), "parts": PARTS})
    ),
    labels=TREES,
)
def test_whatever_the_files_say_reading_ends_in_an_assignment_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, text: object, labels: object
) -> None:
    import yaml

    files = FILES | LABELLED | {"submissions/expected.yaml": yaml.safe_dump(labels, allow_unicode=True)}
    try:
        problem, findings = inspected(tmp_path_factory.mktemp("any"), yaml.safe_dump(text, allow_unicode=True), files)
    except PackageError as error:
        assert str(error).isprintable()
        return
    assert all(location(one) for one in findings.diagnostics)
    if not findings.blocking:
        assert all(part.points >= 0 and part.line for part in assignment_of(problem).parts)
