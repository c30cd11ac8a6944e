"""The digest of what a toolchain uses: the same while all of that is, another when any of it changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_debian import FakeDebian, compiler_host

from judge.rootfs.host_uses import HostUses, Uses

COMPILER = Uses(commands=("/usr/bin/cc",), packages=("cc",), places=("/usr/include/**", "/usr/lib/*.a"))

Change = Callable[[FakeDebian], object]


@pytest.fixture
def host(tmp_path: Path) -> FakeDebian:
    return compiler_host(tmp_path / "host")


def digest(host: FakeDebian, uses: Uses = COMPILER) -> str:
    return HostUses(host.root).digest(uses)


def change_in_place(host: FakeDebian) -> None:
    """Another header of the same size, with the old one's times put back."""
    file = host.root / "usr/include/stdio.h"
    status = file.stat()
    file.write_text("STDIO")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


UNRELATED: dict[str, Change] = {
    "a package": lambda host: host.install("faketime", {"/usr/bin/faketime": "x", "/usr/lib/x/libfaketime.so.1": "x"}),
    "a library of another name": lambda host: host.add_libraries(("libnew.so.2", "/lib/libnew.so.2")),
    "another editor": lambda host: host.write("/etc/alternatives/editor", "->/usr/bin/other"),
    "an upgrade of another": lambda host: host.install("editor", {"/usr/bin/vi": "new vi"}, version="2"),
    "documentation": lambda host: host.write("/usr/share/doc/cc/readme", "other words"),
}

RELATED: dict[str, Change] = {
    "the compiler": lambda host: host.write("/usr/bin/cc-1", "another compiler"),
    "the link to it": lambda host: host.write("/usr/bin/cc", "->vi"),
    "its version": lambda host: host.install("cc-1", {"/usr/bin/cc-1": "compiler"}, version="1.1"),
    "a header, its size and times kept": change_in_place,
    "a header that is gone": lambda host: (host.root / "usr/include/stdio.h").unlink(),
    "a mode": lambda host: (host.root / "usr/bin/cc-1").chmod(0o700),
    "a header that is new": lambda host: host.install("boost", {"/usr/include/boost/any.hpp": "any"}),
    "a header of no package": lambda host: host.write("/usr/include/mine.h", "mine"),
    "a link in a place, to another file": lambda host: host.write("/usr/include/new.h", "->/usr/bin/vi"),
    "a library in a place": lambda host: host.write("/usr/lib/libm.a", "m"),
    "a shared library": lambda host: host.write("/usr/lib/libbig.so.1", "LIBRARY"),
    "a shared library before its own": lambda host: host.add_libraries(("libbig.so.1", "/lib/first/libbig.so.1")),
    "an alternative that leads to it": lambda host: host.write("/etc/alternatives/editor", "->/usr/bin/cc-1"),
    "what it depends on": lambda host: host.install("cc", {"/usr/bin/cc": "->cc-1"}, depends="cc-1, editor"),
}


@pytest.mark.parametrize("change", UNRELATED.values(), ids=UNRELATED)
def test_what_a_toolchain_does_not_use_leaves_its_digest(host: FakeDebian, change: Change) -> None:
    before = digest(host)
    change(host)
    assert before
    assert digest(host) == before


@pytest.mark.parametrize("change", RELATED.values(), ids=RELATED)
def test_whatever_a_toolchain_uses_changes_its_digest(host: FakeDebian, change: Change) -> None:
    before = digest(host)
    change(host)
    assert digest(host) != before


def test_a_file_behind_a_link_in_a_place_counts(host: FakeDebian) -> None:
    host.write("/usr/share/elsewhere/deep.h", "deep")
    host.write("/usr/include/linked", "->../share/elsewhere")
    before = digest(host)
    host.write("/usr/share/elsewhere/deep.h", "DEEP")
    assert digest(host) != before


def test_a_link_that_leads_back_up_ends(host: FakeDebian) -> None:
    host.write("/usr/include/again", "->.")
    assert digest(host)


def test_a_command_is_followed_through_its_alternative_to_its_package(host: FakeDebian) -> None:
    before = digest(host, Uses(commands=("/usr/bin/editor",), packages=(), places=()))
    host.write("/usr/bin/vi", "another vi")
    assert digest(host, Uses(commands=("/usr/bin/editor",), packages=(), places=())) != before


UNKNOWN: dict[str, Change] = {
    "a command of no package": lambda host: host.install("cc", {"/x": ""}, depends="cc-1"),
    "no dpkg": lambda host: (host.root / "var/lib/dpkg/status").unlink(),
    "no list of a package's files": lambda host: (host.root / "var/lib/dpkg/info/libbig1:amd64.list").unlink(),
    "no cache of libraries": lambda host: (host.root / "etc/ld.so.cache").unlink(),
    "a cache of another format": lambda host: (host.root / "etc/ld.so.cache").write_bytes(b"ld.so-1.7.0"),
    "a loop of links": lambda host: host.write("/usr/bin/cc", "->cc"),
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=UNKNOWN)
def test_where_it_cannot_be_told_there_is_no_digest(host: FakeDebian, change: Change) -> None:
    change(host)
    assert digest(host) == ""


def test_one_look_sees_one_state(host: FakeDebian) -> None:
    uses = HostUses(host.root)
    before = uses.digest(COMPILER)
    host.write("/usr/bin/cc-1", "another compiler")
    assert uses.digest(COMPILER) == before
