"""Names of tests, read from the setter's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.package.assignment.shared_names import test_names as names_of
from judge.package.source import open_package


def named(framework: str, *texts: str) -> tuple[str, ...]:
    return names_of(framework, [(f"t{number}", text.encode()) for number, text in enumerate(texts)])


def test_names_of_each_framework_without_what_is_commented_out() -> None:
    assert named("asserts", "void test_a(void) {}\n// void test_b() {}\nvoid test_c() {\n}\nint test_d() {}\n") == (
        "test_a",
        "test_c",
    )
    go = "func TestA(t *testing.T) {}\n/*\nfunc TestB(t *testing.T) {}\n*/\nfunc Testing(t *testing.T) {}\n"
    go += "var s = `//`\n"
    assert named("go", go + "func Test(t *testing.T) {}\nfunc BenchmarkA(b *testing.B) {}\n") == ("TestA", "Test")
    assert named("catch2", 'TEST_CASE("a" " b", "[x]") {}\nSCENARIO("c") {}\nTEST_CASE_METHOD(F, "d\\"") {}\n') == (
        "a b",
        "Scenario: c",
        'd"',
    )
    rust = (
        "#[test]\nfn a() {}\n#[test]\n#[ignore]\nfn b() {}\nmod m { #[test] #[should_panic] pub fn c() {} }\nfn d() {}"
    )
    assert named("rust", rust) == ("a", "c")


@pytest.mark.parametrize(
    ("framework", "text", "words"),
    [
        ("go", "func TestMain(m *testing.M) {}\n", "t0:1: TestMain is the judge's own"),
        ("catch2", '\nTEMPLATE_TEST_CASE("a", "", int) {}\n', "t0:2: which tests TEMPLATE_TEST_CASE makes"),
        ("catch2", "TEST_CASE() {}\n", "t0:1: TEST_CASE needs a name"),
        ("rust", "fn a() {}\n", "have no test of rust"),
        ("asserts", "void test_a() {}\nvoid test_a() {}\n", "two tests have the name test_a"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_line(framework: str, text: str, words: str) -> None:
    with pytest.raises(PackageError) as caught:
        named(framework, text)
    assert words in str(caught.value)


def test_the_check_of_an_assignment_warns_of_them(tmp_path: Path) -> None:
    (tmp_path / "t.cpp").write_text('TEST_CASE("a") {}\nTEMPLATE_TEST_CASE("b", "", int) {}\n')
    (tmp_path / "assignment.yaml").write_text(
        "assignment: 1\nlanguages: [cpp]\nparts:\n"
        "  - {name: u, kind: unit_tests, framework: catch2, points: 1, files: [t.cpp]}\n"
    )
    with open_package(str(tmp_path)) as problem:
        assert [(one.file, one.line) for one in problem.diagnostics] == [("t.cpp", 2)]
