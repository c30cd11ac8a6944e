"""Setup scripts of autograders, run once in the real sandbox, and what becomes of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from judge.course.grade import grade_submission
from judge.errors import UsageError
from judge.gradebook.imports.gradescope import read_autograder, write_autograder
from judge.gradebook.imports.setup_run import run_setup
from judge.gradebook.imports.writing import Wanted
from judge.model.event import unheard
from judge.model.program import DEFAULT_QUOTAS
from judge.model.submission import SourceFile, Submission
from judge.package.files.zip_archive import unpack_zip
from judge.package.source import open_package
from judge.running.runner import Runner
from judge.sandbox.spec import Rootfs
from judge.toolchain.package_roots import Needs, package_root
from judge.toolchain.roots import Toolchains

SETUP = """#!/usr/bin/env bash
apt-get update
apt-get install -y python3 \\
  coreutils
python3 -m pip --version
cp -r /autograder/source/keys /etc/keys
curl -sf https://example.org/data > /autograder/source/data
cd /autograder/source && echo 'answer = 42' > made.py
echo x > /autograder/elsewhere
"""
RUN = """#!/usr/bin/env bash
cd /autograder/source
python3 -c 'import made, json; json.dump({"score": made.answer}, open("/autograder/results/results.json", "w"))'
"""


def root_of(runner: Runner) -> Rootfs:
    toolchains = runner.judge.build_context.toolchain
    assert isinstance(toolchains, Toolchains)
    return package_root(toolchains, Needs(), "/autograder").rootfs


def test_a_zip_file_becomes_an_assignment_that_grades(autograder_runner: Runner, tmp_path: Path) -> None:
    archive = tmp_path / "autograder.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("run_autograder", RUN)
        file.writestr("setup.sh", SETUP)
    (tmp_path / "unpacked").mkdir()
    unpack_zip(archive, tmp_path / "unpacked")
    found = read_autograder(tmp_path / "unpacked")
    assert found.needs == Needs(debian=("python3", "coreutils"))
    assert found.has_rest

    done = run_setup(autograder_runner.slot.container, root_of(autograder_runner), found.files, found.script)
    assert done.changed["made.py"] == b"answer = 42\n"
    assert [remark.partition(" is not kept")[0] for remark in done.remarks if "it said" not in remark] == [
        "setup.sh:6: cp -r /autograder/source/keys /etc/keys: failed",
        "setup.sh:7: curl -sf https://example.org/data > /autograder/source/data: failed",
        "setup.sh: /autograder/elsewhere",
    ]

    imported = write_autograder(found, done.changed, tmp_path / "homework", Wanted(points=50), done.remarks)
    assert imported.needs == found.needs
    with open_package(str(tmp_path / "homework"), tmp_path) as problem:
        submission = Submission(id="s", package="p", sources=(SourceFile(name="a.txt", content=b"x"),))
        report = grade_submission(autograder_runner, submission, problem, unheard, DEFAULT_QUOTAS)
    assert report.score == 42.0


def test_a_script_that_stops_at_once_says_where(autograder_runner: Runner) -> None:
    files = {"setup.sh": b"set -e\nfalse\ntouch /autograder/source/never\n"}
    done = run_setup(autograder_runner.slot.container, root_of(autograder_runner), files, "setup.sh")
    assert (done.changed, done.remarks) == ({}, ("setup.sh:2: false: failed",))


def test_a_zip_file_of_a_folder_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="zip the files, not the folder"):
        read_autograder(tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "run_autograder").write_text(RUN)
    with pytest.raises(UsageError, match="there is something already"):
        write_autograder(read_autograder(tmp_path), {}, tmp_path, Wanted())
