"""Lines of unit tests that need more than the call protocol are warnings about their file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from judge.model.assignment import CoursePart, Isolation, PartKind
from judge.package.assignment.needs import warn_of_needs
from judge.package.findings import Findings
from judge.package.source import open_package


def test_each_line_is_a_warning_about_the_file_unless_the_part_shares_a_process(tmp_path: Path) -> None:
    (tmp_path / "T.java").write_text("\nclass Mine extends Account {}\n")
    (tmp_path / "Account.java").write_text("public class Account {}\n")
    part = CoursePart(
        name="units",
        kind=PartKind.UNIT_TESTS,
        framework="junit5",
        test_files=(("tests/T.java", str(tmp_path / "T.java")), ("tests/U.java", str(tmp_path / "absent"))),
        reference=(("Account.java", str(tmp_path / "Account.java")),),
    )
    findings = Findings()
    shared = msgspec.structs.replace(part, isolation=Isolation.SHARED)
    warn_of_needs(findings, [part, shared, msgspec.structs.replace(part, framework="go")])
    assert [(one.level, one.file, one.line) for one in findings.diagnostics] == [("warning", "tests/T.java", 2)]
    assert "extends Account" in findings.diagnostics[0].message


def test_reading_an_assignment_warns(tmp_path: Path) -> None:
    (tmp_path / "assignment.yaml").write_text(
        "assignment: 1\nlanguages: [java]\nparts:\n"
        "  - {name: u, kind: unit_tests, framework: junit5, points: 1, files: [T.java], reference: [Account.java]}\n"
    )
    (tmp_path / "T.java").write_text("class Mine extends Account {}\n")
    (tmp_path / "Account.java").write_text("public class Account {}\n")
    with open_package(str(tmp_path)) as problem:
        assert [(one.file, one.line) for one in problem.diagnostics] == [("T.java", 1)]
