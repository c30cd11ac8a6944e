"""Each package format has one reader, found by its marker; the file names which one comes first."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import write_package

from judge.model.problem import PackageFormat
from judge.package.reader import DEFAULT_READING, Inheritance, ReadOptions
from judge.package.registry import READERS, is_marked, markers_text, reader_of
from judge.package.source import open_package, read_in_place


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (["problem.yaml"], "Kattis, ICPC"),
        (["problem.xml"], "Polygon"),
        (["init.yml"], "DMOJ"),
        (["domjudge-problem.ini"], "DOMjudge"),
        (["domjudge-problem.ini", "init.yml", "problem.yaml", "problem.xml"], "Kattis, ICPC"),
        (["domjudge-problem.ini", "init.yml"], "DMOJ"),
    ],
)
def test_the_first_marker_in_a_directory_chooses_its_reader(tmp_path: Path, names: list[str], title: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    reader = reader_of(tmp_path)
    assert reader is not None
    assert reader.title == title
    assert is_marked(tmp_path)


def test_a_directory_without_a_marker_has_no_reader(tmp_path: Path) -> None:
    assert reader_of(tmp_path) is None
    assert not is_marked(tmp_path)
    assert read_in_place(tmp_path) is None


def test_a_broken_link_marks_a_package_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "problem.yaml").symlink_to("gone")
    assert is_marked(tmp_path)
    assert reader_of(tmp_path) is None


def test_every_marker_is_in_the_message_for_a_directory_that_is_no_package() -> None:
    assert all(reader.marker in markers_text() for reader in READERS)


def test_a_package_of_the_kattis_format_is_read_where_it_lies(tmp_path: Path) -> None:
    problem = read_in_place(write_package(tmp_path, {}))
    assert problem is not None
    assert problem.format is PackageFormat.F2025_09
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_packages_of_other_judges_claim_their_own_format(tmp_path: Path) -> None:
    files = {"init.yml": "test_cases: [{in: 1.in, out: 1.out}]\n", "1.in": "", "1.out": ""}
    package = write_package(tmp_path, files, {})
    assert read_in_place(package) is None
    with open_package(str(package), tmp_path) as problem:
        assert problem.format is PackageFormat.DMOJ


LEGACY_SCORING = {
    "problem.yaml": "name: x\ntype: scoring\n",
    "data/testdata.yaml": "accept_score: 7\n",
    "data/secret/testdata.yaml": "on_reject: break\n",
    "data/secret/1.in": "",
    "data/secret/1.ans": "",
}


@pytest.mark.parametrize(
    ("options", "accept_score"),
    [
        (DEFAULT_READING, 7.0),
        (ReadOptions(inheritance=Inheritance.FILES), 1.0),
        (ReadOptions(as_domjudge=True), 1.0),
    ],
)
def test_keys_are_not_inherited_where_domjudges_rules_were_asked_for(
    tmp_path: Path, options: ReadOptions, accept_score: float
) -> None:
    with open_package(str(write_package(tmp_path, LEGACY_SCORING, {})), tmp_path, options) as problem:
        assert problem.root.groups[0].policy.accept_score == accept_score
