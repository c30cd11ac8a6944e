"""What check and verify say about files that can be judged but are not what their authors meant."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from package_files import LEGACY, MODERN, Content, write_package

from judge.errors import HostFault, PackageError, PackageMissing
from judge.package import detect as detected
from judge.package.encoding import odd_encoding
from judge.package.files import package_dir as tree
from judge.package.kattis.lint import check_contents
from judge.package.kattis.reader import inspect_package, read_package
from judge.package.source import inspect_any

BOM = b"\xef\xbb\xbf"


def told(package: Path) -> dict[str, str]:
    """File -> message of all findings, contents included."""
    problem, findings = inspect_package(package)
    findings.raise_if_blocked()
    check_contents(problem, findings)
    return {one.file: one.message for one in findings.diagnostics}


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("data/secret/1.in", BOM + b"1\n", "byte-order mark"),
        ("data/secret/1.ans", BOM + b"yes\n", "byte-order mark"),
        ("data/secret/1.in", "1\n".encode("utf-16"), "UTF-16"),
        ("data/secret/1.ans", "yes\n".encode("utf-16-be"), "UTF-16"),
        ("data/secret/1.ans", "yes\n".encode("utf-32"), "UTF-32"),
        ("data/secret/1.files/words.txt", BOM + b"a\n", "byte-order mark"),
        ("data/secret/1.args", BOM + b"a\n", "byte-order mark"),
        ("data/invalid_input/1.in", BOM + b"a\n", "byte-order mark"),
        ("input_validators/any.py", "import sys\n".encode("utf-16"), "UTF-16"),
        ("output_validator/v.py", BOM + b"exit(42)\n", "byte-order mark"),
        ("output_validator/v.py", "exit(42)\n".encode("utf-16-le"), "UTF-16"),
        ("submissions/accepted/yes.py", "print()\n".encode("utf-16"), "UTF-16"),
        ("include/default/lib.h", BOM + b"int a;\n", "byte-order mark"),
    ],
)
def test_marks_and_encodings_are_told_by_file(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    found = told(write_package(tmp_path, {name: content}))
    assert what in found[name]


@pytest.mark.parametrize("head", [b"", b"a", b"ab\n", "é\n".encode(), bytes(64), b"\x89PNG\0\0\0", b"\0\1\0\2\0\3"])
def test_ordinary_text_and_binary_data_have_no_odd_encoding(head: bytes) -> None:
    assert odd_encoding(head) == ""


def test_a_mark_does_not_get_into_arguments_and_time_limits(tmp_path: Path) -> None:
    package = write_package(tmp_path, {"data/secret/1.args": BOM + b"a b\n", ".timelimit": BOM + b"3\n"}, LEGACY)
    problem = read_package(package)
    assert problem.root.groups[0].cases[0].args == ("a", "b")
    assert problem.limits.time_limit_ns == 3_000_000_000


def test_yaml_in_utf_16_is_named_so(tmp_path: Path) -> None:
    package = write_package(tmp_path, {"problem.yaml": "name: x\n".encode("utf-16")})
    with pytest.raises(PackageError, match=r"problem.yaml:1: is UTF-16"):
        read_package(package)


def test_a_submission_above_the_code_limit_is_told_with_the_key(tmp_path: Path) -> None:
    source = "#" * (148 << 10)
    found = told(write_package(tmp_path, {"submissions/accepted/yes.py": source}))
    assert found["submissions/accepted/yes.py"] == (
        "has 151552 bytes and is refused: limits.code allows 128 KiB (148 would allow it)"
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("uuid: 1", "uuid"),
        ("uuid: [a]", "uuid"),
        ("name: [a]", "name"),
        ("name: {en: [a]}", "name"),
        ("name: 7", "name"),
        ("credits: [a, b]", "credits"),
        ("credits: {author: me}", "credits"),
        ("credits: {authors: [{mail: a}]}", "credits"),
        ("source: {url: 'https://example.org'}", "source"),
        ("source: [[a]]", "source"),
        ("embargo_until: tomorrow", "embargo_until"),
        ("embargo_until: 2025-02-30", "embargo_until"),
        ("keywords: {a: 1}", "keywords"),
        ("rights_owner: [me]", "rights_owner"),
    ],
)
def test_metadata_for_people_is_checked(tmp_path: Path, line: str, key: str) -> None:
    kept = [
        one
        for one in str(MODERN["problem.yaml"]).splitlines()
        if one.split(":")[0] not in (line.split(":")[0], "license")
    ]
    text = "\n".join([*kept, line, ""])
    _, findings = inspect_package(write_package(tmp_path, {"problem.yaml": text}))
    assert [(one.level, one.key) for one in findings.diagnostics] == [("warning", key)]


def test_metadata_as_the_format_has_it_is_fine(tmp_path: Path) -> None:
    text = str(MODERN["problem.yaml"]) + (
        "credits:\n  authors: [{name: A, email: a@example.org}, B]\n  translators: {de: C}\n"
        "source: [{name: Cup, url: 'https://example.org'}]\nembargo_until: 2025-01-01T10:00:00\nkeywords: [a, b]\n"
    )
    _, findings = inspect_package(write_package(tmp_path, {"problem.yaml": text}))
    assert findings.diagnostics == ()


@pytest.mark.parametrize("name", ["problem.pdf", "statement/figure.png", "attachments/a.zip", "solution/s.tex"])
def test_a_link_out_of_the_package_where_no_verdict_needs_it_is_a_warning(tmp_path: Path, name: str) -> None:
    package = write_package(tmp_path, {})
    (package / name).parent.mkdir(exist_ok=True)
    (package / name).symlink_to("/etc/passwd")
    assert read_package(package).root.groups


@pytest.mark.parametrize(
    "name", ["data/secret/2.in", "submissions/accepted/b.py", "output_validator", "include", "data/x"]
)
def test_a_link_out_of_the_package_is_refused_where_a_verdict_may_need_it(tmp_path: Path, name: str) -> None:
    package = write_package(tmp_path, {})
    (package / name).symlink_to("/etc")
    with pytest.raises(PackageError, match="is a link that leaves the package"):
        read_package(package)


@pytest.mark.parametrize(
    ("number", "blamed"), [(errno.EACCES, PackageError), (errno.EIO, PackageMissing), (errno.EMFILE, HostFault)]
)
@pytest.mark.parametrize("room", [detected, tree])
def test_errors_of_the_system_are_the_packages_or_the_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, blamed: type[Exception], room: object
) -> None:
    def fails(path: str | bytes, flags: int = 0) -> int:
        raise OSError(number, os.strerror(number), os.fsdecode(path))

    package = write_package(tmp_path, {})
    monkeypatch.setattr(room, "open_resolved", fails)
    for read in (lambda: read_package(package), lambda: inspect_any(package, tmp_path)):
        with pytest.raises(blamed, match="cannot be read"):
            read()


def test_files_without_content_are_no_odd_encoding(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {"data/secret/1.in": "", "data/secret/1.ans": ""}
    assert told(write_package(tmp_path, files)) == {}
