"""What clients of Jobe send, read."""

from __future__ import annotations

from typing import Any

import pytest

from judge.gateway.dialects.jobe.run_spec import JobeError, RunSpec, run_spec_of


def _spec(**given: Any) -> RunSpec:
    return run_spec_of({"run_spec": {"language_id": "c", "sourcecode": "x", **given}}, 120)


@pytest.mark.parametrize("name", ["a.c", "__tester__.python3", "Größe.java", "a b.py", "a\\b.c", "x" * 255])
def test_names_of_source_files(name: str) -> None:
    assert _spec(sourcefilename=name).file_name == name


@pytest.mark.parametrize(
    "name",
    [
        "a/b.c", ".a", "-a", "..", "a;b", "a$b", "a'b", 'a"b', "a`b", "a\nb", "a\0b", "a\x7fb", "a\u00a0b", "a\u00adb",
        "a*b", "a{b", "a~b", "a[b", "x" * 256, "\ud800", 7, ["a"],
    ],
)  # fmt: skip
def test_names_that_are_refused(name: object) -> None:
    with pytest.raises(JobeError, match="sourcefilename"):
        _spec(sourcefilename=name)


def test_legacy_clients_name_every_java_program_alike() -> None:
    assert _spec(sourcefilename="prog.java").file_name == ""


@pytest.mark.parametrize(
    "file",
    [
        "x", 1, None, [], ["12345678"], ["1234567", "a"], ["12345678", ""], ["12345678", ".."], ["12345678", "a/b"],
        ["1234-678", "a"], ["12345678", "a b"], [12345678, "a"], ["12345678", "a", 1, 2], ["12345678\n", "a"],
        ["12345678", "a\n"], {"0": "12345678", "1": "a"}, ["12345678", "ü"],
    ],
)  # fmt: skip
def test_files_that_are_refused(file: object) -> None:
    with pytest.raises(JobeError, match="Invalid file specifier"):
        _spec(file_list=[file])


def test_files_of_two_and_of_three_elements() -> None:
    assert _spec(file_list=[["12345678", "a.txt"], ["abcdefgh", "_b-c", True]]).files == {
        "a.txt": "12345678", "_b-c": "abcdefgh",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), (7.5, 7.5), ("7", 7), (" 1e2", 100), ("x", 5), (None, 5), (True, 5), ([], 5), ("7; ls", 5), ("", 5)],
)
def test_numbers_are_numbers_or_left_out(value: object, number: float) -> None:
    assert _spec(parameters={"cputime": value}).number("cputime", 5) == number


def test_numbers_beyond_all_bounds() -> None:
    assert _spec(parameters={"memorylimit": 10**400}).number("memorylimit", 5) == float("inf")


@pytest.mark.parametrize("name", ["cputime", "max_cpu_time"])
def test_too_much_time_is_refused(name: str) -> None:
    with pytest.raises(JobeError, match="cputime exceeds maximum allowed on this Jobe server"):
        _spec(parameters={name: 121})


def test_lists_are_texts() -> None:
    spec = _spec(parameters={"runargs": ["x", 1], "linkargs": None, "compileargs": "x y"})
    assert spec.words("runargs", ()) == ("x", "1")
    assert (spec.words("linkargs", ("z",)), spec.words("compileargs", ())) == ((), ("x y",))
    assert spec.words("interpreterargs", ("z",)) == ("z",)
    for wrong in ([["x"]], ["a\0b"]):
        with pytest.raises(JobeError):
            _spec(parameters={"runargs": wrong})


@pytest.mark.parametrize("name", ["sourcecode", "language_id", "input"])
def test_texts_are_texts(name: str) -> None:
    with pytest.raises(JobeError):
        _spec(**{name: ["x"]})


def test_of_parameters_that_mean_nothing_none_is_kept() -> None:
    known = {"cputime": 3, "memorylimit": "200", "runargs": ["a", 1], "main_class": "Main"}
    junk = {"x": [{}], "numprocs": [{}], "disklimit": {"a": 1}}
    assert _spec(parameters={**known, **junk}).parameters == known


def test_a_list_of_words_is_looked_at_whoever_uses_it() -> None:
    with pytest.raises(JobeError, match="linkargs is not a list of texts"):
        _spec(parameters={"linkargs": [{}]})
