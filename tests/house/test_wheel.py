"""What an installation gets: names that are ours alone, with all data, working without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built without any network."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what the wheel holds; before the checkout on an interpreter's path."""
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed: Path, *arguments: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    environ |= {"PYTHONPATH": str(installed), "JUDGE_STATE_DIR": str(installed.parent / "state")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, check=False, env=environ, cwd="/", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_wheel_installs_no_name_that_another_project_may_have(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition("/")[0] for name in archive.namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"judge", "judge_workers"}


def test_a_wheel_holds_every_file_that_the_checkout_reads(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "judge", "workers/judge_workers", "languages", "examples"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for name in filter(None, tracked.split("\0")):
        inside = name.removeprefix("workers/") if name.startswith("workers/") else name
        inside = f"judge/{inside}" if inside.startswith(("languages/", "examples/")) else inside
        assert inside in packed or not (ROOT / name).exists(), f"the wheel lacks {name}"


def test_both_packages_say_that_they_are_typed(installed: Path) -> None:
    assert (installed / "judge" / "py.typed").exists()
    assert (installed / "judge_workers" / "py.typed").exists()


def test_what_was_installed_runs_from_its_own_files(installed: Path) -> None:
    where = run(installed, "-c", "import judge, judge_workers; print(judge.__file__); print(judge_workers.__file__)")
    assert all(line.startswith(str(installed)) for line in where.splitlines())
    assert "python3" in run(installed, "-m", "judge", "languages", "list", "--json")
    assert "usage: judge" in run(installed, "-m", "judge", "--help")


def test_the_redis_transport_of_celery_comes_with_what_it_imports(installed: Path) -> None:
    """The transport imports packaging, which this environment has anyway; an installation has what is asked for."""
    (metadata,) = installed.glob("*.dist-info/METADATA")
    needed = [line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist: kombu")]
    assert needed and all(line.startswith("Requires-Dist: kombu[redis]") for line in needed)
