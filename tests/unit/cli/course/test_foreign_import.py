"""``judge course import`` as far as nothing is run."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import pytest
import yaml

from judge.cli.course import foreign_import
from judge.errors import UsageError


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    foreign_import.add_parser(parser.add_subparsers())
    return foreign_import.run(parser.parse_args(["import", *words]))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_STATE_DIR", str(tmp_path / "state"))


def test_a_zip_file_of_gradescope_becomes_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("run_autograder", "#!/bin/sh\n")
        file.writestr("setup.sh", "apt-get install -y gcc $MORE\nmake\n")
    out = tmp_path / "out"
    assert run("gradescope", str(tmp_path / "a.zip"), str(out), "--points", "7", "--no-packages", "--no-setup") == 0
    printed = capsys.readouterr()
    assert printed.out == f"{out}\n"
    assert printed.err == "judge: setup.sh:1: $MORE: no plain name of a Debian package\n"
    (part,) = yaml.safe_load((out / "assignment.yaml").read_text())["parts"]
    assert (part["points"], part["packages"]) == (7.0, {"debian": ["gcc"]})


def test_what_is_no_autograder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no run_autograder"):
        run("gradescope", str(tmp_path), str(tmp_path / "out"), "--no-packages")


@pytest.mark.parametrize("points", ["0", "-1", "nan", "many", "1e9"])
def test_points_must_make_sense(tmp_path: Path, points: str) -> None:
    with pytest.raises(SystemExit):
        run("classroom", "x.json", str(tmp_path / "out"), "--points", points)
