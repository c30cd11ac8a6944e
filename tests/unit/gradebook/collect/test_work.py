"""One student's files, whatever lies there: read, unpacked, named; all that is odd is told, nothing raises."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from judge.gradebook.collect import budget
from judge.gradebook.collect.work import work_of
from judge.gradebook.handed_in import Found, Place, RemarkKind, Wanted, Work
from judge.toolchain.sources import FILES_MAX, SOURCE_BYTES_MAX

WANTED = Wanted(required=("bank.py",), extensions=frozenset({"py"}))
SOURCE = b"print(1)\n"


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A zip archive of files, by the names as they are given."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def tarred(*files: tuple[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar archive of files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return target.getvalue()


def work(path: Path, wanted: Wanted = WANTED) -> Work:
    return work_of(Found(key="amy", places=(Place(path=str(path)),)), wanted)


def of(path: Path, **files: bytes) -> Work:
    """The work in a folder with these files (``__`` stands for a slash, ``_DOT_`` for a dot)."""
    for name, content in files.items():
        target = path / name.replace("__", "/").replace("_DOT_", ".")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return work(path)


def names(found: Work) -> list[str]:
    return [file.name for file in found.files]


def kinds(found: Work) -> set[RemarkKind]:
    return {remark.kind for remark in found.remarks}


def text(found: Work) -> str:
    return "\n".join(remark.text for remark in found.remarks)


def test_a_folder_of_sources_is_taken_as_it_is(tmp_path: Path) -> None:
    found = of(tmp_path, bank_DOT_py=SOURCE, lib__money_DOT_py=SOURCE)
    assert names(found) == ["bank.py", "lib/money.py"]
    assert found.remarks == ()


def test_what_tools_leave_is_passed_over_without_a_word(tmp_path: Path) -> None:
    for name in (".DS_Store", "__MACOSX/._bank.py", ".git/config", "__pycache__/bank.pyc", "node_modules/a.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = of(tmp_path, bank_DOT_py=SOURCE)
    assert names(found) == ["bank.py"]
    assert found.remarks == ()


@pytest.mark.parametrize(
    "near",
    ["Bank.py", "BANK.PY", "bank (1).py", "bank-2.py", "Copy of bank.py", "bank - Copy.py", "bank.py.txt", "ba nk.py"],
)
def test_a_name_that_is_almost_right_is_taken_and_told(tmp_path: Path, near: str) -> None:
    (tmp_path / near).write_bytes(SOURCE)
    found = work(tmp_path)
    assert names(found) == ["bank.py"]
    assert kinds(found) == {RemarkKind.RENAMED}
    assert near in text(found)


def test_of_several_copies_the_last_is_taken(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        (tmp_path / f"bank ({number}).py").write_bytes(b"%d" % number)
    found = work(tmp_path)
    assert dict(zip(names(found), (file.content for file in found.files), strict=True))["bank.py"] == b"10"


def test_two_files_that_might_be_meant_are_not_chosen_from(tmp_path: Path) -> None:
    (tmp_path / "Bank.py").write_bytes(SOURCE)
    (tmp_path / "BANK.py").write_bytes(SOURCE)
    found = work(tmp_path)
    assert "bank.py" not in names(found)
    assert kinds(found) == {RemarkKind.LACKING}


def test_a_file_that_lacks_is_told_with_what_is_like_it(tmp_path: Path) -> None:
    (tmp_path / "banks.py").write_bytes(SOURCE)
    found = work(tmp_path)
    assert names(found) == ["banks.py"]
    assert "bank.py is required and not there (banks.py is there)" in text(found)


def test_folders_around_all_of_it_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / "hw1.zip").write_bytes(zipped(("hw1/src/bank.py", SOURCE), ("__MACOSX/hw1/._bank.py", b"\0")))
    found = work(tmp_path)
    assert names(found) == ["bank.py"]
    assert "all files lay in hw1/src/" in text(found)


def test_archives_in_archives_are_read(tmp_path: Path) -> None:
    inner = zipped(("bank.py", SOURCE))
    (tmp_path / "all.tar.gz").write_bytes(tarred(("work/inner.zip", inner)))
    found = work(tmp_path)
    assert names(found) == ["bank.py"]
    assert "link.py: is a link or a device" in text(found)


def test_archives_nest_only_so_deep(tmp_path: Path) -> None:
    content = zipped(("bank.py", SOURCE))
    for _ in range(budget.NESTED_MAX + 1):
        content = zipped(("deeper.zip", content))
    (tmp_path / "a.zip").write_bytes(content)
    found = work(tmp_path)
    assert found.files == ()
    assert kinds(found) == {RemarkKind.ARCHIVE, RemarkKind.EMPTY}


@pytest.mark.parametrize(
    "name", ["/etc/evil.py", "../evil.py", "a/../../evil.py", "C:\\evil.py", "..\\evil.py", "\\evil.py"]
)
def test_names_that_lead_out_of_an_archive_are_left_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.zip").write_bytes(zipped((name, b"evil"), ("bank.py", SOURCE)))
    found = work(tmp_path)
    assert names(found) == ["bank.py"]
    assert RemarkKind.LEFT_OUT in kinds(found)


def test_a_windows_archive_has_its_folders(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(("bank.py", SOURCE), ("lib\\money.py", SOURCE)))
    assert names(work(tmp_path)) == ["bank.py", "lib/money.py"]


def test_a_bomb_is_read_as_far_as_homework_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "FILE_BYTES_MAX", 1 << 20)
    monkeypatch.setattr(budget, "UNPACKED_BYTES_MAX", 10 << 20)
    bomb = zipped(*((f"{number}.txt", bytes(budget.FILE_BYTES_MAX + 1)) for number in range(20)))
    assert len(bomb) < budget.FILE_BYTES_MAX
    (tmp_path / "a.zip").write_bytes(bomb)
    (tmp_path / "bank.py").write_bytes(SOURCE)
    found = work(tmp_path)
    assert "1.txt: larger than 1 MiB" in text(found)
    assert "its archives unpack to more than 10 MiB" in text(found)
    assert sum(len(file.content) for file in found.files) <= SOURCE_BYTES_MAX


def test_what_is_large_all_together_ends_somewhere(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.dat").write_bytes(bytes(budget.FILE_BYTES_MAX - 1))
    found = work(tmp_path)
    assert "all together more than" in text(found)
    assert len(found.files) == 2


def test_more_files_than_anybody_writes_end_somewhere(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(*((f"{number}.py", b"") for number in range(FILES_MAX + 5))))
    found = work(tmp_path)
    assert len(found.files) == FILES_MAX
    assert "too many files" in text(found)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.rar", "a.7z"])
def test_an_archive_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 no archive")
    found = work(tmp_path)
    assert found.files == ()
    assert kinds(found) == {RemarkKind.ARCHIVE, RemarkKind.EMPTY}


def test_links_and_fifos_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.py").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "up").symlink_to("/")
    found = of(tmp_path, bank_DOT_py=SOURCE)
    assert names(found) == ["bank.py"]
    assert text(found).count("links are not followed") == 2
    assert "neither a file nor a folder" in text(found)


def test_a_link_in_a_zip_archive_is_left_out(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("bank.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    (tmp_path / "a.zip").write_bytes(target.getvalue())
    assert work(tmp_path).files == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = 'é'\n".encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbfx = 1\n", "byte-order mark"),
        ("x = 'é'\n".encode("latin-1"), "Latin-1"),
    ],
)
def test_another_encoding_is_read_and_told(tmp_path: Path, content: bytes, said: str) -> None:
    found = of(tmp_path, bank_DOT_py=content)
    assert said in text(found)
    assert kinds(found) == {RemarkKind.ENCODING}


def test_latin_1_becomes_utf_8_unless_the_source_says_what_it_is(tmp_path: Path) -> None:
    plain = of(tmp_path / "a", bank_DOT_py="x = 'é'\n".encode("latin-1"))
    assert plain.files[0].content == "x = 'é'\n".encode()
    declared = "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1")
    assert of(tmp_path / "b", bank_DOT_py=declared).files[0].content == declared


@pytest.mark.parametrize(
    "name",
    ["undefined", "idna", "punycode", "zlib", "no-such", "utf-16", "utf-7", "cp037", "raw_unicode_escape",
     "unicode_escape", "utf-8", "a" * 50],
)  # fmt: skip
def test_an_encoding_that_cannot_be_is_not_believed(tmp_path: Path, name: str) -> None:
    content = f"# coding: {name}\nx = '\\é'\n".encode("latin-1")
    assert of(tmp_path, bank_DOT_py=content).files[0].content == content.decode("latin-1").encode()


@pytest.mark.parametrize("name", ["latin-1", "iso-8859-15", "latin9", "windows-1252", "cp1251", "KOI8-R", "gb18030"])
def test_an_encoding_of_text_that_fits_is_believed(tmp_path: Path, name: str) -> None:
    content = f"# coding: {name}\nx = '".encode() + b"\xe9\xe9'\n"
    found = of(tmp_path, bank_DOT_py=content)
    assert found.files[0].content == content
    assert name in text(found)


def test_a_source_that_is_no_text_is_told(tmp_path: Path) -> None:
    assert kinds(of(tmp_path, bank_DOT_py=b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0")) == {RemarkKind.BINARY}


def test_compiled_files_are_left_out(tmp_path: Path) -> None:
    found = of(tmp_path, bank_DOT_py=SOURCE, Bank_DOT_class=b"\xca\xfe\xba\xbe")
    assert names(found) == ["bank.py"]
    assert "is compiled" in text(found)


def test_nothing_is_told(tmp_path: Path) -> None:
    assert kinds(work(tmp_path)) == {RemarkKind.EMPTY}
    assert kinds(work(tmp_path / "gone")) == {RemarkKind.UNREADABLE, RemarkKind.EMPTY}


@pytest.mark.parametrize("name", ["-rf.py", "@all.py", "a\nb.py", "a\x1b[31m.py", os.fsdecode(b"a\xff.py")])
def test_names_that_no_source_may_have_are_left_out_and_shown_harmlessly(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(SOURCE)
    found = of(tmp_path, bank_DOT_py=SOURCE)
    assert names(found) == ["bank.py"]
    assert all(remark.text.isprintable() for remark in found.remarks)


def test_remarks_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(*((f"../{number}.py", b"") for number in range(500))))
    assert len(work(tmp_path).remarks) < 30
