"""Layouts are told apart by themselves, and each finds every student once."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from judge.errors import UsageError
from judge.gradebook.handed_in import Found, RemarkKind, Wanted
from judge.gradebook.layouts.detect import LAYOUTS, class_directory, class_in
from judge.gradebook.layouts.listing import ClassFound

WANTED = Wanted(required=("bank.py",), extensions=frozenset({"py"}))


def lay(root: Path, *names: str) -> Path:
    """Make files (or, with a slash at the end, folders with a file)."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            path = path / "bank.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return root


def found(root: Path, layout: str = "auto") -> ClassFound:
    return class_in(root, WANTED, layout)


def by_key(root: Path) -> dict[str, Found]:
    return {one.key: one for one in found(root).students}


def test_a_folder_an_archive_or_a_file_for_each_student(tmp_path: Path) -> None:
    lay(tmp_path, "amy/", "ben.zip", "cleo.py", "dan.tar.gz", "grades.csv", ".DS_Store", "__MACOSX/x")
    everybody = found(tmp_path)
    assert everybody.layout == "folder"
    assert [one.key for one in everybody.students] == ["amy", "ben", "cleo", "dan"]
    assert everybody.others == ("grades.csv",)


def test_who_has_a_folder_and_an_archive_has_the_newer_one(tmp_path: Path) -> None:
    import os

    lay(tmp_path, "amy/", "amy.zip")
    os.utime(tmp_path / "amy", (1, 1))
    amy = by_key(tmp_path)["amy"]
    assert amy.places[0].path.endswith("amy.zip")
    assert [remark.kind for remark in amy.remarks] == [RemarkKind.TWICE]


def test_moodle_with_folders_and_without(tmp_path: Path) -> None:
    lay(
        tmp_path,
        "Amy Smith_123_assignsubmission_file_/",
        "Ben O'Hara_124_assignsubmission_file/",
        "Cleo_125_assignsubmission_file_bank.py",
        "Cleo_125_assignsubmission_file_money_v2.py",
        "Dan_126_assignsubmission_onlinetext_onlinetext.html",
        "feedback.pdf",
    )
    everybody = found(tmp_path)
    assert everybody.layout == "moodle"
    students = {one.key: one for one in everybody.students}
    assert {key: one.name for key, one in students.items()} == {
        "123": "Amy Smith", "124": "Ben O'Hara", "125": "Cleo", "126": "Dan",
    }  # fmt: skip
    assert [place.name for place in students["125"].places] == ["bank.py", "money_v2.py"]
    assert students["126"].places == () and students["126"].remarks[0].kind is RemarkKind.LEFT_OUT
    assert everybody.others == ("feedback.pdf",)


def test_canvas_with_late_ones_and_files_that_were_handed_in_again(tmp_path: Path) -> None:
    lay(
        tmp_path,
        "smithamy_1001_5001_bank.py",
        "smithamy_1001_5002_bank-1.py",
        "smithamy_1001_5003_hw-1.py",
        "oharaben_LATE_1002_5004_bank.py",
        "anon_x7Ab_5005_bank.py",
        "liucleo_1003_text.html",
    )
    everybody = found(tmp_path)
    assert everybody.layout == "canvas"
    students = {one.key: one for one in everybody.students}
    assert {(place.name, place.path.rpartition("/")[2]) for place in students["1001"].places} == {
        ("bank.py", "smithamy_1001_5002_bank-1.py"),
        ("hw-1.py", "smithamy_1001_5003_hw-1.py"),
    }
    assert students["1001"].remarks[0].kind is RemarkKind.TWICE
    assert students["1002"].marked_late and not students["1001"].marked_late
    assert students["1003"].places == ()
    assert set(students) == {"1001", "1002", "1003", "anon_x7Ab"}


def commit(repository: Path, at_s: int) -> None:
    environment = {"GIT_COMMITTER_DATE": f"{at_s} +0100", "GIT_AUTHOR_DATE": f"{at_s} +0000", "PATH": "/usr/bin:/bin"}
    environment |= {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        subprocess.run(["git", *words], cwd=repository, env=environment, check=True)


def test_classroom_with_the_times_of_the_last_commits(tmp_path: Path) -> None:
    root = tmp_path / "bank-account-submissions"
    lay(root, "bank-account-amy/", "bank-account-ben-lee/", "bank-account-cleo/")
    commit(root / "bank-account-amy", 1_790_000_000)
    commit(root / "bank-account-ben-lee", 1_790_000_100)
    (root / "bank-account-cleo" / ".git").mkdir()
    everybody = found(root)
    assert everybody.layout == "classroom"
    students = {one.key: one for one in everybody.students}
    assert set(students) == {"amy", "ben-lee", "cleo"}
    assert students["amy"].handed_in_at_ms == 1_790_000_000_000
    assert students["cleo"].remarks[0].kind is RemarkKind.TIME


def test_classroom_in_a_folder_of_another_name(tmp_path: Path) -> None:
    lay(tmp_path, "hw-amy/", "hw-ben/")
    for name in ("hw-amy", "hw-ben"):
        commit(tmp_path / name, 1_790_000_000)
    assert set(by_key(tmp_path)) == {"amy", "ben"}


def test_classroom_keeps_whole_names_where_the_folder_does_not_tell_the_assignments(tmp_path: Path) -> None:
    for folder in ("hw-submissions", "homework"):
        lay(tmp_path / folder, "hw-amy/", "hw-ben/")
        for name in ("hw-amy", "hw-ben"):
            commit(tmp_path / folder / name, 1_790_000_000)
    told, guessed = found(tmp_path / "hw-submissions"), found(tmp_path / "homework")
    assert [one.whole_name for one in told.students] == ["", ""]
    assert [one.whole_name for one in guessed.students] == ["hw-amy", "hw-ben"]


def test_a_layout_can_be_forced(tmp_path: Path) -> None:
    lay(tmp_path, "Amy_1_assignsubmission_file_/")
    assert found(tmp_path, "folder").students[0].key == "Amy_1_assignsubmission_file_"
    with pytest.raises(UsageError, match="there is no layout 'blackboard'"):
        found(tmp_path, "blackboard")
    assert LAYOUTS == ("auto", "moodle", "canvas", "classroom", "folder")


def test_nothing_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing was handed in"):
        found(tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        found(tmp_path / "gone")


def packed(root: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root))
    return target


def test_a_zip_file_of_a_class_is_read_with_its_times(tmp_path: Path) -> None:
    root = lay(tmp_path / "a", "Amy_1_assignsubmission_file_/", "Ben_2_assignsubmission_file_/")
    archive = packed(root, tmp_path / "class.zip")
    with class_directory(archive) as directory:
        assert found(directory).layout == "moodle"
        at_s = (directory / "Amy_1_assignsubmission_file_" / "bank.py").stat().st_mtime
        assert abs(at_s - (root / "Amy_1_assignsubmission_file_" / "bank.py").stat().st_mtime) <= 2
    assert not directory.exists()


def test_the_one_folder_of_a_zip_file_is_the_class_unless_it_is_a_students(tmp_path: Path) -> None:
    with class_directory(packed(lay(tmp_path / "a", "class/amy/", "class/ben/"), tmp_path / "a.zip")) as directory:
        assert directory.name == "class"
    lone = packed(lay(tmp_path / "b", "Amy_1_assignsubmission_file_/"), tmp_path / "b.zip")
    with class_directory(lone) as directory:
        assert set(by_key(directory)) == {"1"}


def test_what_is_no_class_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageError, match="no folder, and no zip file of one"), class_directory(tmp_path / "a.txt"):
        pass
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../evil", "x")
    with pytest.raises(UsageError, match="leaves the package"), class_directory(tmp_path / "evil.zip"):
        pass
