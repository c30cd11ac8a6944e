"""What dpkg's database says, as it is read here."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_debian import FakeDebian, compiler_host

from judge.rootfs.host_packages import HostPackages


@pytest.fixture
def host(tmp_path: Path) -> FakeDebian:
    return compiler_host(tmp_path / "host")


def test_a_package_needs_what_it_depends_on_and_every_provider_that_is_there(host: FakeDebian) -> None:
    packages = HostPackages(host.root)
    assert packages.closure(["cc"]) == {"cc", "cc-1", "libc6-dev", "libbig1"}
    assert packages.closure(["libc-dev"]) == {"libc6-dev"}
    assert packages.closure(["nowhere"]) == frozenset()


def test_what_was_removed_but_for_its_settings_is_not_installed(host: FakeDebian) -> None:
    status = host.root / "var/lib/dpkg/status"
    status.write_text(
        status.read_text().replace(
            "Package: cc\nStatus: install ok installed", "Package: cc\nStatus: deinstall ok config-files"
        )
    )
    assert HostPackages(host.root).closure(["cc"]) == frozenset()


def test_files_below_the_merged_usr_have_one_name(host: FakeDebian) -> None:
    packages = HostPackages(host.root)
    assert "/usr/lib/libbig.so.1" in set(packages.files("libbig1"))
    assert packages.owner("/usr/lib/libbig.so.1") == "libbig1"
    assert packages.owner("/usr/bin/cc-1") == "cc-1"
    assert packages.owner("/usr/bin/cc-") == ""


def test_a_host_of_another_kind_has_no_packages(tmp_path: Path) -> None:
    packages = HostPackages(tmp_path)
    assert packages.closure(["cc"]) == frozenset()
    assert packages.owner("/usr/bin/cc") == ""
