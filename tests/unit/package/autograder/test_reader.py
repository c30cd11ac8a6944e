"""Gradescope's zip files as packages."""

from __future__ import annotations

import zipfile
from pathlib import Path

from judge.model.assignment import Autograder, Isolation, PartKind
from judge.package.source import open_package

SETUP = "apt-get install -y gcc\nmake -C /autograder/source\n"


def test_a_zip_file_of_gradescope_is_an_assignment_with_one_part(tmp_path: Path) -> None:
    archive = tmp_path / "homework.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("run_autograder", "#!/bin/sh\n")
        file.writestr("setup.sh", SETUP)
        file.writestr("tests/one.py", "")
    with open_package(str(archive), tmp_path) as problem:
        assert problem.assignment is not None
        (part,) = problem.assignment.parts
        assert (part.kind, part.framework, part.points) == (PartKind.AUTOGRADER, "gradescope", 100.0)
        assert part.isolation is Isolation.SHARED
        assert part.autograder == Autograder(debian=("gcc",))
        assert [name for name, _ in part.test_files] == ["run_autograder", "setup.sh", "tests/one.py"]
        assert [finding.message for finding in problem.diagnostics] == [
            "only its packages are taken; judge course import gradescope runs the rest once"
        ]


def test_a_package_without_a_setup_script_says_so(tmp_path: Path) -> None:
    (tmp_path / "run_autograder").write_text("#!/bin/sh\n")
    with open_package(str(tmp_path)) as problem:
        assert [finding.message for finding in problem.diagnostics] == ["there is no setup script"]
