"""The second disk: project, tests, what is deployed, packages. Cheap, so made whenever a file changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from archive import build_archive
from cache import ROOT, digest_of, made

_SOURCES = ("judge", "workers", "languages", "pyproject.toml", "README.md", "LICENSE")
_CARRIED = ("tests", "deploy", "examples", "pyproject.toml")


def build_payload() -> Path:
    """The disk image."""
    wheels = made("wheel", digest_of([ROOT / name for name in _SOURCES]), _make_wheel)
    hostile = made("hostile", digest_of([ROOT / "tests" / "hostile"]), _compile_hostile)
    archive = build_archive()
    carried = [ROOT / name for name in _CARRIED]
    digest = digest_of(carried, wheels.name, hostile.name, archive.name)
    return made("payload", digest, lambda target: _make_disk(target, wheels, hostile, archive)) / "payload.img"


def _make_wheel(target: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--wheel-dir", str(target), str(ROOT)),
        ],
        check=True,
    )


def _compile_hostile(target: Path) -> None:
    """The attack programs, compiled here: an emulated processor would take minutes over it."""
    hostile = ROOT / "tests" / "hostile"
    code = "import sys; from pathlib import Path; from arena import build; build(Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONPATH": f"{hostile}:{ROOT}"}
    subprocess.run([sys.executable, "-B", "-c", code, str(target)], check=True, env=environment)


def _make_disk(target: Path, wheels: Path, hostile: Path, archive: Path) -> None:
    tree = target / "tree"
    for name in _CARRIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, tree / name)
    shutil.copytree(hostile, tree / "hostile")
    shutil.copytree(wheels, tree / "wheel")
    shutil.copytree(archive, tree / "archive")
    size_kib = sum(file.stat().st_size // 1024 + 4 for file in tree.rglob("*")) * 5 // 4 + 8192
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    command = ["mke2fs", "-qq", "-t", "ext4", "-m", "0", "-O", "^has_journal", "-E", "root_owner=0:0", "-d", str(tree)]
    command += [str(target / "payload.img"), f"{size_kib}k"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
