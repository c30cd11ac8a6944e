"""Names of two owners in one directory: the setter's win, and what cannot be is the fault of who chose it."""

from __future__ import annotations

import errno

import msgspec
import pytest
from grading_bench import Bench
from grading_fakes import Call, completed
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import PackageError, WorkFilesError
from judge.model.problem import NamedFiles, PackageFormat, Problem, StaticValidation, TestGroup
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.sandbox.capture import Completed
from judge.toolchain.work_files import Given, artifact_complaint, clashes, merged, parents, room_for

NAMES = st.lists(st.sampled_from(["a", "b", "feedback"]), min_size=1, max_size=3).map("/".join)


@pytest.mark.parametrize("theirs", ["x", "x/y", "x/y/z"])
@pytest.mark.parametrize("ours", ["x", "x/y", "x/y/z"])
def test_a_contestants_file_never_hides_a_setters(ours: str, theirs: str) -> None:
    files = merged(Given({theirs: b"contestant", "other": b"kept"}), Given({ours: b"setter"}, "test case 1"))
    assert files == {ours: b"setter", "other": b"kept"}


@pytest.mark.parametrize("name", ["feedback", "feedback/score.txt", "feedback/deep/er"])
def test_a_contestants_file_stays_out_of_our_directories(name: str) -> None:
    assert merged(Given({name: b""}), directories=("feedback",)) == {}


def test_of_two_files_of_the_setter_the_later_wins() -> None:
    assert merged(Given({"a": b"1"}, "check"), Given({"a": b"2"}, "test case 1")) == {"a": b"2"}


@pytest.mark.parametrize(
    "names", [("a", "a/b"), ("a/b", "a"), ("feedback", "z"), ("x" * 256, "z"), ("x/" * 2001 + "y", "z")]
)
def test_a_setters_file_that_cannot_be_there_is_named(names: tuple[str, str]) -> None:
    with pytest.raises(PackageError, match=r"^check: file '.+"):
        merged(Given(dict.fromkeys(names, b""), "check"), directories=("feedback",))


@given(st.sets(NAMES, max_size=6), st.sets(NAMES, max_size=6))
def test_what_is_merged_can_be_made(theirs: set[str], ours: set[str]) -> None:
    theirs = {name for name in theirs if not parents(name) & theirs}  # a submission's own names are checked before
    try:
        files = merged(
            Given(dict.fromkeys(theirs, b"")), Given(dict.fromkeys(ours, b"s"), "p"), directories=("feedback",)
        )
    except PackageError:
        return
    assert {name for name, content in files.items() if content} == ours
    assert not any(parents(name) & files.keys() for name in files)
    assert not list(clashes(["feedback"], [name for name in files if name == "feedback"]))


def test_room_counts_pages_and_directories() -> None:
    assert room_for({"a/b/c": 1, "a/b/d": 4096, "e": 0}) == (8192, 5)


@pytest.mark.parametrize(
    "names",
    [["a\udcff"], ["x" * 240 + "/" + "y" * 240 + "/" + "/".join(["z" * 240] * 3)], ["/".join("d" * 50)],
     [f"{n}/x" for n in range(1001)]],
)  # fmt: skip
def test_what_no_store_can_keep_is_no_artifact(names: list[str]) -> None:
    assert artifact_complaint(names).isascii()
    assert artifact_complaint(names)


def static_problem(bench: Bench, **files: bytes) -> Problem:
    """Its static validator has these data files."""
    group = TestGroup(name="secret", cases=(bench.case("secret/1"),), static_validation=StaticValidation())
    program = bench.program("static", "look")
    extra = tuple((name.replace("_", "."), bench.write(f"static/{name}", data)) for name, data in files.items())
    program = msgspec.structs.replace(program, files=(*program.files, *extra))
    problem = bench.problem(format=PackageFormat.F2025_09, static_validator=program)
    return msgspec.structs.replace(problem, root=TestGroup(name="data", groups=(group,)))


def double(call: Call) -> Completed:
    return completed(b"2\n")


def submitted(*names: str) -> list[SourceFile]:
    return [
        SourceFile(name="a.fake", content=b"solution"),
        *(SourceFile(name=name, content=b"contestant's") for name in names),
    ]


class TestAStaticValidator:
    def look(self, call: Call) -> Completed:
        """Accepts when it finds what the setter gave it, and nothing that it did not write itself."""
        assert not any(name.startswith("feedback") for name in call.files)
        return completed(exit_code=42 if call.files.get("submission/words.txt") == b"setter's" else 43)

    def judge(self, bench: Bench, *names: str) -> tuple[Verdict | None, str]:
        problem = static_problem(bench, words_txt=b"setter's")
        report = bench.judge(problem, {"solution": double, "look": self.look}, files=submitted(*names))
        return report.verdict, report.reason

    def test_finds_its_own_data_beside_the_sources(self, bench: Bench) -> None:
        assert self.judge(bench, "more.txt")[0] is Verdict.AC

    @pytest.mark.parametrize("name", ["words.txt", "words.txt/x"])
    def test_rejects_by_name_what_would_hide_its_data(self, bench: Bench, name: str) -> None:
        verdict, reason = self.judge(bench, name)
        assert verdict is Verdict.WA
        assert name in reason

    @pytest.mark.parametrize("name", ["feedback", "feedback/score.txt", "feedback/teammessage.txt", "submission/x"])
    def test_gets_no_feedback_from_a_submission(self, bench: Bench, name: str) -> None:
        assert self.judge(bench, name)[0] is Verdict.AC

    def test_whose_data_have_a_name_that_nobody_chose_is_named(self, bench: Bench) -> None:
        problem = static_problem(bench, stub_h=b"setter's")
        stub = (("default", (("stub.h", bench.write("stub.h", b"")),)),)
        problem = msgspec.structs.replace(problem, include=stub)
        report = bench.judge(problem, {"solution": double, "look": self.look}, files=submitted())
        assert report.verdict is Verdict.JE
        assert "static" in report.reason
        assert "stub.h" in report.reason


@pytest.mark.parametrize("name", ["double.in", "double.in/x.txt", "double.out", "double.out/x"])
def test_a_named_input_and_output_are_the_setters(bench: Bench, name: str) -> None:
    def reads(call: Call) -> Completed:
        assert call.files == {"double.in": b"1\n", "data.txt": b"contestant's"}
        return completed(files={"double.out": b"2\n"})

    problem = bench.problem(named_files=NamedFiles(input="double.in", output="double.out"))
    assert bench.judge(problem, {"solution": reads}, files=submitted(name, "data.txt")).verdict is Verdict.AC


@pytest.mark.parametrize("name", ["table.txt", "table.txt/x"])
def test_a_cases_files_are_the_setters(bench: Bench, name: str) -> None:
    def reads(call: Call) -> Completed:
        return completed(call.files["table.txt"])

    case = bench.case("secret/1", files=(("table.txt", bench.write("table.txt", b"2\n")),))
    assert bench.judge(bench.problem(case), {"solution": reads}, files=submitted(name)).verdict is Verdict.AC


@pytest.mark.parametrize("names", [("feedback",), ("submission",), ("submission/a.fake",), ("x", "x/y")])
def test_a_validator_whose_data_are_in_the_way_is_named(bench: Bench, names: tuple[str, ...]) -> None:
    problem = bench.problem(validator="check", validator_reads_source=True)
    program = problem.output_validator
    assert program is not None
    extra = tuple((name, bench.write(f"extra{number}", b"")) for number, name in enumerate(names))
    problem = msgspec.structs.replace(
        problem, output_validator=msgspec.structs.replace(program, files=program.files + extra)
    )
    report = bench.judge(problem, {"solution": double, "check": lambda call: completed(exit_code=42)})
    assert report.verdict is Verdict.JE
    assert "check" in report.reason


def test_a_feedback_directory_that_no_next_pass_can_have_is_named(bench: Bench) -> None:
    deep = "feedback/" + "d" * 240 + ("/" + "d" * 240) * 20

    def check(call: Call) -> Completed:
        return completed(exit_code=42, files={"feedback/nextpass.in": b"1\n", deep: b""})

    problem = bench.problem(validator="check", multi_pass=True)
    report = bench.judge(problem, {"solution": double, "check": check})
    assert report.verdict is Verdict.JE
    assert "path is too long" in report.reason


@pytest.mark.parametrize("word", ["a\0b", "\ud800", "x" * 70_000])
def test_arguments_that_no_program_can_be_given_are_the_packages_fault(bench: Bench, word: str) -> None:
    case = bench.case("secret/1", args=(word,))
    report = bench.judge(bench.problem(case), {"solution": double})
    assert report.verdict is Verdict.JE
    assert "test case secret/1" in report.reason
    case = bench.case("secret/1", output_validator_args=(word,))
    report = bench.judge(bench.problem(case, validator="check"), {"solution": double, "check": double})
    assert report.verdict is Verdict.JE
    assert "check" in report.reason


def test_files_of_a_case_that_do_not_fit_are_the_packages_fault(bench: Bench) -> None:
    def full(call: Call) -> Completed:
        raise WorkFilesError("put table.txt", errno.ENOSPC, "/work/table.txt")

    for programs in ({"solution": full, "check": double}, {"solution": double, "check": full}):
        report = bench.judge(bench.problem(validator="check"), programs)
        assert report.verdict is Verdict.JE
        assert "put table.txt: No space left on device" in report.reason
