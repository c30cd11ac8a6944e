"""Where Debian packages come from: what mmdebstrap is told, and what it is never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import UsageError
from judge.rootfs.mirrors import PackageSource, mmdebstrap_words


def words(*mirrors: str, suite: str = "bookworm", keyring: str = "") -> tuple[list[str], list[str]]:
    return mmdebstrap_words(PackageSource(suite=suite, mirrors=mirrors, keyring=keyring))


def test_without_a_mirror_it_is_left_to_mmdebstrap() -> None:
    assert words() == ([], [])


def test_an_address_alone_is_the_main_suite_and_others_are_named() -> None:
    assert words("https://mirror.example.org:8443/debian/", "http://mirror/debian bookworm-updates")[1] == [
        "https://mirror.example.org:8443/debian/",
        "deb http://mirror/debian bookworm-updates main",
    ]


@pytest.mark.parametrize("scheme", ["file:", "file://", "copy:", "copy://"])
def test_a_directory_is_copied_from(tmp_path: Path, scheme: str) -> None:
    for suite in ("bookworm", "bookworm-updates"):
        (tmp_path / "dists" / suite).mkdir(parents=True)
    assert words(f"{scheme}{tmp_path}", f"{scheme}{tmp_path} bookworm-updates")[1] == [
        f"copy://{tmp_path}",
        f"deb copy://{tmp_path} bookworm-updates main",
    ]


@pytest.mark.parametrize(
    ("mirror", "reason"),
    [
        ("", "must begin with"),
        ("mirror.example.org/debian", "must begin with"),
        ("ftp://mirror/debian", "must begin with"),
        ("deb http://mirror/debian bookworm main", "URI or URI SUITE"),
        ("http://mirror/debian bookworm main", "URI or URI SUITE"),
        ("http://mirror/debian -o", "URI or URI SUITE"),
        ("http://mirror/[trusted=yes]", "must begin with"),
        ("http:///debian", "names no host"),
        ("http://mirror:port/debian", "ort"),
        ("http://user:secret@mirror/debian", "user names and passwords"),
        ("file://srv/debian", "absolute path"),
        ("copy:srv/debian", "absolute path"),
        ("file:///nonexistent", "no directory dists/bookworm"),
        ("file:///nonexistent sid", "no directory dists/sid"),
    ],
)
def test_a_mirror_that_does_not_fit_is_named_with_the_reason(mirror: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as raised:
        words(mirror)
    assert str(raised.value).startswith(f"mirror {mirror!r}: ")


@pytest.mark.parametrize("suite", ["", "-o", "bookworm main", "../x"])
def test_a_suite_is_a_suite(suite: str) -> None:
    with pytest.raises(UsageError, match="not a suite"):
        words(suite=suite)


def test_a_keyring_is_a_file(tmp_path: Path) -> None:
    keyring = tmp_path / "keys.gpg"
    with pytest.raises(UsageError, match="no such file"):
        words(keyring=str(keyring))
    keyring.touch()
    assert words(keyring=str(keyring))[0] == [f"--keyring={keyring}"]
