"""The guest's disk: Debian by mmdebstrap, the Python packages the project depends on, a kernel to boot.

Needs the network when it is made; the guest needs none. Works as root and as a plain user with subordinate ids.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from cache import ROOT, digest_of, made

HERE = Path(__file__).parent
SUITE = "bookworm"
PYTHON = "3.11"  # the suite's
_DISK_SIZE = "3G"
_GLIBC_MAX = 36  # the suite's 2.36
# async-timeout: redis wants it before Python 3.11.3; the pip that fetches judges by its own Python.
_TEST_PACKAGES = ("async-timeout", "hypothesis", "jsonschema", "pytest", "pytest-timeout")
_APT_OPTIONS = (
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)


def build_image(*, podman: bool = False) -> Path:
    """The directory with ``root.img``, ``vmlinuz`` and ``initrd``. Blocks for minutes when it must be made.

    ``podman``: it has what runs containers; another image, since it takes longer to make.
    """
    lists = [HERE / "packages.txt", *([HERE / "packages-podman.txt"] if podman else [])]
    kind = "podman-" if podman else ""
    debian = made(f"{kind}debian", digest_of(lists, SUITE, *_APT_OPTIONS), lambda target: _make_debian(lists, target))
    inputs = [*lists, HERE / "prepare-guest", HERE / "image.py", HERE / "make-disk", ROOT / "constraints.txt"]
    return made(f"{kind}image", digest_of(inputs, *_dependencies()), lambda target: _make_image(debian, target))


def _dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *_TEST_PACKAGES]


def _make_debian(lists: list[Path], directory: Path) -> None:
    """``root.tar``: the suite with our packages, nothing of the project's yet."""
    print(f"test-vm: making a {SUITE} root (once; some three minutes)", flush=True)
    lines = [line for file in lists for line in file.read_text().splitlines()]
    packages = [line for line in lines if line and not line.startswith("#")]
    command = [
        *("mmdebstrap", "--quiet", "--variant=minbase", "--format=tar", *_APT_OPTIONS),
        f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
        f"--include={','.join(packages)}",
        *(SUITE, str(directory / "root.tar")),
    ]
    subprocess.run(command, check=True)


def _make_image(debian: Path, directory: Path) -> None:
    print("test-vm: making the disk of the guest", flush=True)
    wheels = directory / "wheels"
    fetch_wheels(wheels, _dependencies())
    _extract_kernel(debian / "root.tar", directory)
    _make_disk(debian / "root.tar", wheels, directory)
    shutil.rmtree(wheels)


def fetch_wheels(target: Path, requirements: list[str]) -> None:
    """What pip finds for the guest's Python, whatever this machine's is."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(5, _GLIBC_MAX + 1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--only-binary=:all:", "--python-version", PYTHON, "--implementation", "cp"),
            *(word for platform in platforms for word in ("--platform", platform)),
            *("--constraint", str(ROOT / "constraints.txt"), "--dest", str(target)),
            *requirements,
        ],
        check=True,
    )


def _extract_kernel(archive: Path, directory: Path) -> None:
    """The suite's kernel; the links at the root say which one that is."""
    for link, target in (("vmlinuz", "vmlinuz"), ("initrd.img", "initrd")):
        listing = ["tar", "--list", "--verbose", "--file", str(archive), f"./{link}"]
        shown = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
        member = "./" + shown.split(" -> ")[1].strip()
        with (directory / target).open("wb") as file:
            subprocess.run(["tar", "--extract", "--to-stdout", "--file", str(archive), member], stdout=file, check=True)


def _make_disk(archive: Path, wheels: Path, directory: Path) -> None:
    """Unpack, prepare, and make an ext4 image with owners and file capabilities; root or root of a user namespace."""
    in_namespace = [] if os.geteuid() == 0 else ["mmdebstrap", "--unshare-helper"]
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    words = [str(HERE / "make-disk"), str(archive), str(wheels), str(HERE / "prepare-guest"), str(directory)]
    subprocess.run([*in_namespace, *words, _DISK_SIZE], check=True, env=environment)
