"""What a worker makes of a package's reference: nonsense ends at once, what it lacks may be elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from judge_workers.slot.judge_error import judge_error
from judge_workers.slot.problems import Problems

from judge import wire
from judge.blobs.package_store import PackageStore
from judge.config import PackageSettings, Settings
from judge.errors import BlobStoreError, HostFault, PackageError, PackageMissing
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.tenant_blobs.place import package_store_of

NOWHERE = "sha256:" + "0" * 64


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    (tmp_path / "store").mkdir()
    return Problems(
        Settings(state_dir=str(tmp_path / "state"), packages=PackageSettings(store=str(tmp_path / "store")))
    )


@pytest.mark.parametrize(
    "reference",
    ["", "relative/path", "/a\0b", "/" + "x" * 5000, "/" + "x/" * 4000, "/" + "x" * 256, "/\ud800", "/" + "é" * 200],
)
def test_a_reference_that_can_be_no_package_is_refused_and_named_on_any_worker(
    problems: Problems, reference: str
) -> None:
    with pytest.raises(PackageError) as raised, problems.open(reference):
        pass
    assert not isinstance(raised.value, PackageMissing)
    assert raised.value.where == "" or raised.value.where.isprintable()
    assert len(str(raised.value)) < 3000


@pytest.mark.parametrize("reference", ["/", "/proc", "/dev", "/nonexistent/p", "/dev/zero", "/proc/self/mem", NOWHERE])
def test_what_is_no_package_here_may_be_one_elsewhere_and_is_told_at_once(problems: Problems, reference: str) -> None:
    with pytest.raises(PackageMissing), problems.open(reference):
        pass


def test_an_empty_mount_point_lacks_its_package(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "mnt").mkdir()
    with pytest.raises(PackageMissing, match="on this worker"), problems.open(str(tmp_path / "mnt")):
        pass


def test_without_a_store_a_digest_may_be_found_elsewhere(tmp_path: Path) -> None:
    settings = Settings(state_dir=str(tmp_path)).with_broker("redis://127.0.0.1:9/0")
    with (
        pytest.raises(PackageMissing, match="package_store"),
        Problems(settings).open(NOWHERE),
    ):
        pass


def test_a_store_that_is_not_mounted_is_away_and_has_not_lost_the_package(tmp_path: Path) -> None:
    settings = Settings(state_dir=str(tmp_path / "state"), packages=PackageSettings(store=str(tmp_path / "gone")))
    with pytest.raises(BlobStoreError), Problems(settings).open(NOWHERE):
        pass


def test_a_cache_that_takes_no_file_is_the_hosts_fault(
    problems: Problems, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "p"
    package.mkdir()
    (package / "problem.yaml").write_text("name: p\n")
    digest = PackageStore(str(tmp_path / "store")).publish(package)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("judge.blobs.package_store.Path.mkdir", full)
    with pytest.raises(HostFault, match="No space left"), problems.open(digest):
        pass


def test_a_judge_error_repeats_no_control_characters_of_the_references() -> None:
    sent = Submission(
        id="a", package="/tmp/\x1b]0;pwn\x07", sources=(SourceFile(name="a.c", content=b""),), language="c\x1b[31m"
    )
    report = judge_error("a", wire.encode(sent), "why")
    assert isinstance(report, Report)
    assert (report.problem + report.language).isprintable()
    assert "pwn" in report.problem


def test_a_machine_that_serves_itself_has_a_store_of_its_own(tmp_path: Path) -> None:
    settings = Settings(state_dir=str(tmp_path / "state"))
    digest = package_store_of(settings).publish(Path(__file__).resolve().parents[2] / "examples" / "sum")
    with Problems(settings).open(digest) as problem:
        assert problem.submissions
