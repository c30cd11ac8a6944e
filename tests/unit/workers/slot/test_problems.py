"""A worker reads packages of every format by digest, also those that must be unpacked."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from judge_workers.slot.problems import UNPACKED_MAX, Problems

from judge.blobs.package_store import PackageStore
from judge.config import PackageSettings, Settings
from judge.package.files import digest as digests

GOLDEN = Path(__file__).parents[3] / "golden" / "packages"


@pytest.mark.parametrize("name", ["dmoj-batches", "polygon-plain", "legacy-groups"])
def test_a_package_of_any_format_is_fetched_by_digest(name: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    digest = PackageStore(str(store)).publish(GOLDEN / name)
    problems = Problems(Settings(state_dir=str(tmp_path / "state"), packages=PackageSettings(store=str(store))))

    with problems.open(digest) as problem:
        cases = [case for group in problem.root.groups for case in group.cases]
        nested = [case for group in problem.root.groups for one in group.groups for case in one.cases]
        assert all(Path(case.input_path).is_file() for case in (*cases, *nested))
        assert cases or nested


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    return directory


@pytest.mark.parametrize("name", ["dmoj-archive", "polygon-plain", "legacy-groups"])
def test_a_package_of_any_format_is_read_once(name: str, tmp_path: Path, temporary: Path) -> None:
    package = tmp_path / name
    package.mkdir()
    if name == "dmoj-archive":
        with zipfile.ZipFile(package / "tests.zip", "w") as archive:
            archive.writestr("1.in", "1\n")
            archive.writestr("1.out", "1\n")
        (package / "init.yml").write_text("archive: tests.zip\ntest_cases: [{in: 1.in, out: 1.out, points: 1}]\n")
    else:
        shutil.copytree(GOLDEN / name, package, dirs_exist_ok=True)
    problems = Problems(Settings(state_dir=str(tmp_path / "state")))

    with problems.open(str(package)) as first:
        pass
    with problems.open(str(package)) as second:
        assert second is first
    assert problems.take_counts() == (1, 1)
    os.utime(next(path for path in package.rglob("*") if path.is_file()))
    with problems.open(str(package)) as third:
        assert third is not first
        assert all(Path(case.input_path).is_file() for group in third.root.groups for case in group.cases)
    problems.close()
    assert not list(temporary.iterdir())


def test_what_was_unpacked_for_problems_of_long_ago_is_removed(tmp_path: Path, temporary: Path) -> None:
    problems = Problems(Settings(state_dir=str(tmp_path / "state")))
    for number in range(UNPACKED_MAX + 3):
        package = tmp_path / f"p{number}"
        shutil.copytree(GOLDEN / "dmoj-batches", package)
        with problems.open(str(package)):
            pass
    assert len(list(temporary.iterdir())) == UNPACKED_MAX
    problems.close()


def test_a_digest_is_read_from_the_files_once_for_each_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, cache = tmp_path / "p", tmp_path / "cache"
    root.mkdir()
    (root / "a").write_text("1")
    found = digests.known_digest(root, digests.signature_of(root), cache)
    assert found == digests.package_digest(root)
    monkeypatch.setattr(digests, "package_digest", lambda _root: "sha256:new")
    assert digests.known_digest(root, digests.signature_of(root), cache) == found
    (root / "b").write_text("2")
    assert digests.known_digest(root, digests.signature_of(root), cache) == "sha256:new"
    os.mkfifo(root / "pipe")
    monkeypatch.undo()
    assert digests.known_digest(root, digests.signature_of(root), cache) == ""
