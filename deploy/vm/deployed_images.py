"""The third disk of the scenario "containers": the images of deploy/compose, and what is deployed as JSON.

No registry is asked: the base is Debian by mmdebstrap, and pip finds what it needs among packages fetched here. The
images lie on the disk as buildah keeps them, and the guest reads them in place: an emulated processor takes a quarter
of an hour to unpack them. Needs root: files keep their owners.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import yaml
from cache import ROOT, digest_of, made
from image import SUITE, fetch_wheels

HERE = Path(__file__).parent
COMPOSE = ROOT / "deploy" / "compose"
CHART = ROOT / "deploy" / "helm" / "judge"
HELM = ROOT / ".cache" / "deploy" / "bin" / "helm"

#: What the guest's chart is rendered with; the rest are its defaults.
CHART_VALUES = {"store.packages": "/srv/judge/packages", "store.blobs": "/srv/judge/blobs", "store.claim": "shared"}
_SOURCES = ("judge", "workers", "languages", "examples", "pyproject.toml", "constraints.txt", "README.md", "LICENSE")
#: Files of images -> what they are called where they are deployed.
_NAMES = {
    COMPOSE / "Dockerfile": ("judge:latest", "judge:0.1.0"),
    HERE / "redis.Dockerfile": ("redis:7-bookworm",),
}
#: The guest's user (prepare-guest), and the first of its subordinate ids.
_GUEST_UID, _GUEST_SUBUID = 1000, 100000
_PIP = "[global]\nno-index = true\nfind-links = /wheels\ndisable-pip-version-check = true\n"


class NotMade(Exception):
    """The disk cannot be made here."""


def build_containers() -> Path:
    """The disk. Blocks for minutes when it must be made; HELM must be there."""
    if os.geteuid() != 0:
        raise NotMade("the images are built and given to the guest's user by root: run make test-vm-containers as root")
    this, sources = HERE / "deployed_images.py", [ROOT / name for name in _SOURCES]
    base = made("base", digest_of([this], SUITE), _make_base)
    inputs = [this, *_NAMES, ROOT / ".dockerignore", *sources]
    images = made("images", digest_of(inputs), lambda target: _make_images(base, target))
    deployed = [COMPOSE, CHART]
    return made("containers", digest_of(deployed, images.name), lambda target: _make_disk(images, target)) / "disk.img"


def _make_base(target: Path) -> None:
    """``base.tar``: what debian:bookworm-slim is."""
    mode = f"--mode={'root' if os.geteuid() == 0 else 'unshare'}"
    options = ("--quiet", "--variant=minbase", "--format=tar", '--aptopt=APT::Install-Recommends "false"', mode)
    subprocess.run(["mmdebstrap", *options, SUITE, str(target / "base.tar")], check=True)


def _make_images(base: Path, target: Path) -> None:
    """``storage``: a store with both images under the names that are deployed."""
    print("test-vm: building the images", flush=True)
    wheels, storage = target / "wheels", target / "storage"
    fetch_wheels(wheels, _requirements())
    (target / "pip.conf").write_text(_PIP)
    working = _buildah(storage, "from", "scratch")
    _buildah(storage, "add", working, str(base / "base.tar"), "/")
    _buildah(storage, "commit", "--rm", working, "localhost/debian:bookworm-slim")
    for file, names in _NAMES.items():
        tags = [word for name in names for word in ("--tag", f"localhost/{name}")]
        mounts = ("--volume", f"{wheels}:/wheels:ro", "--volume", f"{target / 'pip.conf'}:/etc/pip.conf:ro")
        base_image = ("--build-arg", "BASE=localhost/debian:bookworm-slim")
        _buildah(storage, "bud", "--file", str(file), *tags, *mounts, *base_image, str(ROOT))
    shutil.rmtree(wheels)
    shutil.rmtree(f"{storage}.run")
    for path in (storage, *storage.rglob("*")):
        _give_to_guest(path)


def _give_to_guest(path: Path) -> None:
    """Owners as the user namespace of the guest's user has them: root is itself, others are its subordinate ids."""
    status = path.lstat()
    uid, gid = (_GUEST_UID if number == 0 else _GUEST_SUBUID + number - 1 for number in (status.st_uid, status.st_gid))
    os.lchown(path, uid, gid)
    if status.st_mode & (stat.S_ISUID | stat.S_ISGID) and not stat.S_ISLNK(status.st_mode):
        path.chmod(stat.S_IMODE(status.st_mode))


def _requirements() -> list[str]:
    """Of the project as the Dockerfile installs it, and of what builds it."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = declared["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["gateway"]]
    return [*needed, *declared["build-system"]["requires"], "async-timeout"]  # redis wants it before Python 3.11.3


def _buildah(storage: Path, command: str, *words: str) -> str:
    """Its last word. Everything lies in our own directory; it needs no daemon and no container runtime."""
    where = ("--root", str(storage), "--runroot", f"{storage}.run", "--storage-driver", "overlay")
    isolated = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
    done = subprocess.run(
        ["buildah", *where, command, *words], check=True, stdout=subprocess.PIPE, text=True, env=isolated
    )
    return (done.stdout.split() or [""])[-1]


def _make_disk(images: Path, target: Path) -> None:
    tree = target / "tree"
    tree.mkdir()
    subprocess.run(["cp", "-a", str(images / "storage"), str(tree)], check=True)  # with its devices and owners
    (tree / "compose.json").write_text(json.dumps(yaml.safe_load((COMPOSE / "compose.yaml").read_text())))
    (tree / "chart.json").write_text(json.dumps(_rendered()))
    size_kib = sum(file.lstat().st_size // 1024 + 4 for file in tree.rglob("*")) * 11 // 10 + 8192
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    command = ["mke2fs", "-qq", "-t", "ext4", "-m", "0", "-O", "^has_journal", "-d", str(tree)]
    command += [str(target / "disk.img"), f"{size_kib}k"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)


def _rendered() -> list[object]:
    """What the chart makes."""
    values = ",".join(f"{name}={value}" for name, value in CHART_VALUES.items())
    command = [str(HELM), "template", "judge", str(CHART), "--kube-version", "1.34.0", "--set", values]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [document for document in yaml.safe_load_all(done.stdout) if document]
