"""What setup scripts ask for."""

from __future__ import annotations

import pytest

from judge.package.autograder.setup_script import Setup, read_setup

FILES = {"/autograder/source/requirements.txt": "# tests\npytest==8.4.2\ngradescope-utils>=0.3.1  # points\n\n"}


def read(text: str) -> Setup:
    return read_setup(text, FILES.get)


def test_packages_of_apt_and_pip_are_found() -> None:
    setup = read(
        """#!/usr/bin/env bash
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update && apt-get install -y --no-install-recommends python3 \\
    python3-pip g++=4:12  # compilers
sudo apt install -y valgrind; apt-get clean
pip3 install --upgrade pip
pip3 install -r /autograder/source/requirements.txt
python3 -m pip install numpy
"""
    )
    assert setup.debian == ("python3", "python3-pip", "valgrind")
    assert setup.pypi == ("pytest==8.4.2", "gradescope-utils>=0.3.1", "numpy")
    assert setup.remarks == ((4, "g++=4:12: no plain name of a Debian package"),)


def test_what_is_no_package_is_the_rest() -> None:
    assert not read("#!/bin/sh\nset -eu\n\n# nothing\napt-get install -y gcc\n").has_rest
    assert read("apt-get install -y gcc\ncd /autograder/source && make\n").has_rest


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("apt-get build-dep gcc", "apt-get build-dep cannot be done"),
        ("apt-get install -y $PACKAGES", "$PACKAGES: no plain name of a Debian package"),
        ("apt-get install ./local.deb", "./local.deb: no plain name of a Debian package"),
        ("pip install git+https://example.org/x", "git+https://example.org/x: no plain name of a package of PyPI"),
        ("pip install 'a[b]' 'c>1,<2'", "a[b], c>1,<2: no plain name of a package of PyPI"),
        ("pip install -r missing.txt", "there is no file missing.txt"),
        ("pip install -i https://example.org numpy", "-i: its value is not used"),
    ],
)
def test_what_cannot_be_done_is_named(text: str, note: str) -> None:
    assert read(text).remarks == ((1, note),)


@pytest.mark.parametrize(
    "text", ["echo 'open", "\\", "apt-get install\\\n", '"', "((((", "apt-get", "pip", "sudo", "a=1"]
)
def test_odd_texts_are_read_all_the_same(text: str) -> None:
    assert read(text).debian == ()
