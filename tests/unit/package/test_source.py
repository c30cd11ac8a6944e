"""Packages from directories, zips and git revisions; what hostile archives get; digests."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from package_files import LEGACY, Content, write_package

from judge.errors import PackageError, UsageError
from judge.package.files.digest import package_digest
from judge.package.files.unpack import Bounds
from judge.package.files.zip_archive import unpack_zip
from judge.package.source import inspect_any, open_package, package_directory

SMALL = Bounds(entries=50, file_bytes=1 << 20, total_bytes=4 << 20, ratio=20, ratio_free_bytes=1 << 20)


def zipped(package: Path, *, below: str = "") -> Path:
    target = package.parent / f"{package.name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(package.rglob("*")):
            file.write(path, f"{below}{path.relative_to(package)}")
    return target


@pytest.mark.parametrize("below", ["", "tiny/", "other name/"])
def test_a_zip_is_the_same_problem_with_or_without_its_directory(tmp_path: Path, below: str) -> None:
    package = write_package(tmp_path, {})
    archive = zipped(package, below=below)
    with open_package(str(archive), tmp_path) as problem:
        assert [one.path for one in problem.submissions] == ["submissions/accepted/yes.py"]
        assert problem.path.startswith(str(tmp_path))
        unpacked = Path(problem.path)
    assert not unpacked.exists()


@pytest.mark.parametrize("below", ["./", "./tiny/", "././/tiny/./"])
def test_names_that_begin_with_a_dot_as_bsdtar_writes_them_are_read(tmp_path: Path, below: str) -> None:
    archive = zipped(write_package(tmp_path, {}), below=below)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("./", "")
    with open_package(str(archive), tmp_path) as problem:
        assert [one.path for one in problem.submissions] == ["submissions/accepted/yes.py"]


@pytest.mark.parametrize("names", [("a", "./a"), ("a/b", "a/./b"), ("./../a",), ("a/./../../b",), (".",)])
def test_dots_in_names_lead_nowhere_else(tmp_path: Path, names: tuple[str, ...]) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(name, "x")
    with pytest.raises(PackageError):
        unpack_zip(archive, fresh(tmp_path))


def test_the_unpacked_files_go_even_when_the_package_is_refused(tmp_path: Path) -> None:
    archive = zipped(write_package(tmp_path, {"data/secret/1.in": None}))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(PackageError), open_package(str(archive), scratch):
        raise AssertionError
    assert list(scratch.iterdir()) == []


def entry(name: str, content: bytes = b"x", mode: int = stat.S_IFREG | 0o644) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info, content


def archive_of(tmp_path: Path, *entries: tuple[zipfile.ZipInfo, bytes]) -> Path:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for info, content in entries:
            file.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


LINK = stat.S_IFLNK | 0o777


@pytest.mark.parametrize(
    "entries",
    [
        [entry("../escape")],
        [entry("a/../../escape")],
        [entry("/etc/escape")],
        [entry("a\\..\\escape")],
        [entry("link", b"/etc/passwd", LINK)],
        [entry("link", b"../outside", LINK)],
        [entry("a/link", b"../../outside", LINK)],
        [entry("link", b"", LINK)],
        [entry("d", b"..", LINK), entry("d/escape")],
        [entry("d", b"e", LINK), entry("e/x"), entry("d/escape")],
        [entry("a/b/c/up", b"../../..", LINK), entry("out", b"a/b/c/up/../..", LINK)],
        [entry("pipe", b"", stat.S_IFIFO | 0o644)],
        [entry("disk", b"", stat.S_IFBLK | 0o644)],
        [entry("same"), entry("same")],
        [entry("file"), entry("file/below")],
        [entry("n" * 300)],
        [entry("/".join(["d"] * 40) + "/x")],
        [entry(f"f{i}") for i in range(60)],
        [entry("zeros", bytes(2 << 20))],
        [entry(f"zeros{i}", bytes(700 << 10)) for i in range(4)],
    ],
    ids=lambda entries: str(entries[-1][0].filename)[:20],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_archives_are_refused_and_leave_nothing_outside(
    tmp_path: Path, entries: list[tuple[zipfile.ZipInfo, bytes]]
) -> None:
    archive = archive_of(tmp_path, *entries)
    root = tmp_path / "deep" / "root"
    root.mkdir(parents=True)
    with pytest.raises(PackageError):
        unpack_zip(archive, root, SMALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "evil.zip"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["root"]
    for path in root.rglob("*"):
        assert path.resolve().is_relative_to(root)


def test_links_that_stay_inside_and_executable_bits_survive(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        entry("data/2.in", b"1.in", LINK),
        entry("data/1.in", b"one"),
        entry("tools/run", b"#!/bin/sh\n", stat.S_IFREG | 0o755),
    )
    root = tmp_path / "root"
    root.mkdir()
    unpack_zip(archive, root, SMALL)
    assert (root / "data/2.in").read_bytes() == b"one"
    assert (root / "data/2.in").is_symlink()
    assert os.access(root / "tools/run", os.X_OK)
    assert not (root / "data/1.in").stat().st_mode & 0o111


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", changed, data.index(signature) + offset, 1)
    return bytes(changed)


def _lying_about_size(data: bytes) -> bytes:
    changed = bytearray(data)
    struct.pack_into("<I", changed, data.index(b"PK\x01\x02") + 24, 1)
    return bytes(changed)


@pytest.mark.parametrize("damage", [_truncated, _encrypted, _lying_about_size, lambda _: b"", lambda _: b"PK no zip"])
def test_damaged_archives_are_one_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    archive = archive_of(tmp_path, entry("a", b"some content that is long enough" * 10))
    archive.write_bytes(damage(archive.read_bytes()))
    root = tmp_path / "root"
    root.mkdir()
    with pytest.raises(PackageError):
        unpack_zip(archive, root, SMALL)


def test_a_zip_whose_entry_has_a_broken_name_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("é", "")
    archive.write_bytes(archive.read_bytes().replace("é".encode(), b"\xc3(", 1))
    with pytest.raises(PackageError, match="not a readable zip archive"):
        unpack_zip(archive, fresh(tmp_path))


def test_a_zip_whose_entry_has_no_name_is_refused(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, entry("a", b""))
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 46] = 0
    data[data.index(b"PK\x03\x04") + 30] = 0
    archive.write_bytes(bytes(data))
    with pytest.raises(PackageError, match="without a name"):
        unpack_zip(archive, fresh(tmp_path))


@example(b"\0\0", 211, False)
@given(st.binary(max_size=300), st.integers(0, 2000), st.booleans())
def test_no_archive_crashes_the_unpacker(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, cut: bool
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("problem.yaml", "name: x\n" * 20)
        file.writestr("data/secret/1.in", "1\n" * 50)
    data = buffer.getvalue()
    at %= len(data)
    broken = data[:at] + noise + (b"" if cut else data[at + len(noise) :])
    work = tmp_path_factory.mktemp("zip")
    (work / "x.zip").write_bytes(broken)
    (work / "root").mkdir()
    try:
        unpack_zip(work / "x.zip", work / "root", SMALL)
    except PackageError:
        pass
    finally:
        shutil.rmtree(work)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with the tiny package in problems/tiny, its answer changed in a second commit."""
    root = tmp_path / "repo"
    root.mkdir()
    package = write_package(root / "problems", {})
    (package / "data/secret/2.in").symlink_to("1.in")
    (package / "data/secret/2.ans").symlink_to("1.ans")

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false", *words],
            cwd=root, check=True, capture_output=True,
        )  # fmt: skip

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("tag", "v1")
    (package / "data/secret/1.ans").write_text("no\n")
    git("commit", "-q", "-a", "-m", "second")
    return root


def test_a_git_revision_gives_the_package_as_it_was(tmp_path: Path, repository: Path) -> None:
    package = repository / "problems/tiny"
    with open_package(f"{package}@v1", tmp_path) as old, open_package(f"{package}@main", tmp_path) as new:
        answers = [Path(problem.root.groups[0].cases[1].answer_path).read_text() for problem in (old, new)]
    assert answers == ["yes\n", "no\n"]


def test_a_package_that_is_gone_from_the_working_tree_is_still_in_its_revision(
    tmp_path: Path, repository: Path
) -> None:
    with package_directory(f"{repository}/problems/tiny@v1", tmp_path) as directory:
        before = package_digest(directory)
    shutil.rmtree(repository / "problems")
    with package_directory(f"{repository}/problems/tiny@v1", tmp_path) as directory:
        assert package_digest(directory) == before
        assert directory.name == "tiny"


def test_configured_filters_and_hooks_of_a_repository_are_not_run(tmp_path: Path, repository: Path) -> None:
    trap = tmp_path / "sprung"
    with (repository / ".git/config").open("a") as config:
        config.write(
            f'[filter "trap"]\n\tsmudge = touch {trap}\n\tclean = touch {trap}\n[core]\n\tfsmonitor = touch {trap}\n'
        )
    (repository / ".git/info/attributes").write_text("* filter=trap\n")
    with package_directory(f"{repository}/problems/tiny@v1", tmp_path) as directory:
        assert (directory / "data/secret/1.in").read_text() == "1\n"
    assert not trap.exists()


@pytest.mark.parametrize("spec", ["@nope", "@--help", "@", "@v1:x", "@v1 x"])
def test_revisions_that_do_not_exist_are_usage_errors(repository: Path, spec: str) -> None:
    with pytest.raises(UsageError), package_directory(f"{repository}/problems/tiny{spec}"):
        raise AssertionError


@pytest.mark.parametrize("name", ["nothing", "nothing@v1", "file.txt"])
def test_what_is_no_package_source_is_a_usage_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(UsageError), package_directory(str(tmp_path / name)):
        raise AssertionError


def test_a_directory_without_any_package_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(PackageError, match=r"none of assignment\.yaml .*, problem\.yaml"),
        open_package(str(tmp_path), tmp_path),
    ):
        raise AssertionError


def test_the_digest_is_about_content_only(tmp_path: Path) -> None:
    one, two = write_package(tmp_path / "a", {}), write_package(tmp_path / "b", {})
    digest = package_digest(one)
    assert digest.startswith("sha256:")
    assert len(digest) == 71
    os.utime(two / "problem.yaml", (1, 1))
    (two / "problem.yaml").chmod(0o600)
    (two / ".git").mkdir()
    assert package_digest(two) == digest
    (two / "data/secret/1.in").write_text("2\n")
    assert package_digest(two) != digest


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "problem.yaml").chmod(0o755),
        lambda root: (root / "empty").mkdir(),
        lambda root: (root / "problem.yaml").rename(root / "Problem.yaml"),
        lambda root: (root / "link").symlink_to("problem.yaml"),
        lambda root: (root / "data/secret/1.in").rename(root / "1.in"),
    ],
)
def test_each_change_that_matters_changes_the_digest(tmp_path: Path, change: Callable[[Path], None]) -> None:
    package = write_package(tmp_path, {})
    before = package_digest(package)
    change(package)
    assert package_digest(package) != before


def test_a_digest_of_a_fifo_is_refused(tmp_path: Path) -> None:
    package = write_package(tmp_path, {})
    os.mkfifo(package / "pipe")
    with pytest.raises(PackageError):
        package_digest(package)


def fresh(directory: Path) -> Path:
    """An empty directory to unpack into."""
    root = directory / "fresh"
    root.mkdir()
    return root


def test_a_package_for_domjudge_may_have_its_ini_file_only(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {"problem.yaml": None, "domjudge-problem.ini": "timelimit = 2\n"}
    package = write_package(tmp_path, files, LEGACY)
    problem, findings = inspect_any(package, tmp_path / "unpacked")
    assert not findings.blocking
    assert (problem.format, problem.limits.time_limit_ns) == ("legacy", 2_000_000_000)
    assert any(d.file == "problem.yaml" and d.level == "warning" for d in problem.diagnostics)
