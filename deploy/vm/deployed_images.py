"""The third disk of the scenario "containers": the images of deploy/compose, and what is deployed as JSON.

No registry is asked: the base is Debian by mmdebstrap, and pip finds what it needs among packages fetched here.
"""

from __future__ import annotations

import json
import os
import shutil
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
_NAMES = {"judge": COMPOSE / "Dockerfile", "redis": HERE / "redis.Dockerfile"}
_PIP = "[global]\nno-index = true\nfind-links = /wheels\ndisable-pip-version-check = true\n"


def build_containers() -> Path:
    """The disk. Blocks for minutes when it must be made; HELM must be there."""
    this, sources = HERE / "deployed_images.py", [ROOT / name for name in _SOURCES]
    base = made("base", digest_of([this], SUITE), _make_base)
    inputs = [this, *_NAMES.values(), ROOT / ".dockerignore", *sources]
    images = made("images", digest_of(inputs), lambda target: _make_images(base, target))
    deployed = [COMPOSE, CHART]
    return made("containers", digest_of(deployed, images.name), lambda target: _make_disk(images, target)) / "disk.img"


def _make_base(target: Path) -> None:
    """``base.tar``: what debian:bookworm-slim is."""
    mode = f"--mode={'root' if os.geteuid() == 0 else 'unshare'}"
    options = ("--quiet", "--variant=minbase", "--format=tar", '--aptopt=APT::Install-Recommends "false"', mode)
    subprocess.run(["mmdebstrap", *options, SUITE, str(target / "base.tar")], check=True)


def _make_images(base: Path, target: Path) -> None:
    """``oci``: an OCI layout with both images, not compressed: an emulated processor would take minutes."""
    print("test-vm: building the images", flush=True)
    wheels, storage = target / "wheels", target / "storage"
    fetch_wheels(wheels, _requirements())
    (target / "pip.conf").write_text(_PIP)
    try:
        working = _buildah(storage, "from", "scratch")
        _buildah(storage, "add", working, str(base / "base.tar"), "/")
        _buildah(storage, "commit", "--rm", working, "localhost/debian:bookworm-slim")
        for name, file in _NAMES.items():
            _buildah(
                storage,
                *("bud", "--file", str(file), "--tag", f"localhost/{name}", "--volume", f"{wheels}:/wheels:ro"),
                *("--volume", f"{target / 'pip.conf'}:/etc/pip.conf:ro"),
                *("--build-arg", "BASE=localhost/debian:bookworm-slim", str(ROOT)),
            )
            _buildah(storage, "push", "--disable-compression", f"localhost/{name}", f"oci:{target}/oci:{name}")
    finally:
        _remove(storage)
    shutil.rmtree(wheels)


def _requirements() -> list[str]:
    """Of the project as the Dockerfile installs it, and of what builds it."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = declared["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["gateway"]]
    return [*needed, *declared["build-system"]["requires"], "async-timeout"]  # redis wants it before Python 3.11.3


def _buildah(storage: Path, command: str, *words: str) -> str:
    """Its last line. Everything lies in our own directory, and nothing needs a daemon or a container runtime."""
    where = ("--root", str(storage), "--runroot", f"{storage}.run", "--storage-driver", "vfs")
    isolated = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
    in_namespace = [] if os.geteuid() == 0 else ["buildah", "unshare"]
    done = subprocess.run(
        [*in_namespace, "buildah", *where, command, *words], check=True, stdout=subprocess.PIPE, text=True, env=isolated
    )
    return (done.stdout.split() or [""])[-1]


def _remove(storage: Path) -> None:
    in_namespace = [] if os.geteuid() == 0 else ["buildah", "unshare"]
    subprocess.run([*in_namespace, "rm", "-rf", str(storage), f"{storage}.run"], check=True)


def _make_disk(images: Path, target: Path) -> None:
    tree = target / "tree"
    shutil.copytree(images / "oci", tree / "oci")
    (tree / "compose.json").write_text(json.dumps(yaml.safe_load((COMPOSE / "compose.yaml").read_text())))
    (tree / "chart.json").write_text(json.dumps(_rendered()))
    size_kib = sum(file.stat().st_size // 1024 + 4 for file in tree.rglob("*")) * 11 // 10 + 8192
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    command = ["mke2fs", "-qq", "-t", "ext4", "-m", "0", "-O", "^has_journal", "-E", "root_owner=0:0", "-d", str(tree)]
    command += [str(target / "disk.img"), f"{size_kib}k"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)


def _rendered() -> list[object]:
    """What the chart makes."""
    values = ",".join(f"{name}={value}" for name, value in CHART_VALUES.items())
    command = [str(HELM), "template", "judge", str(CHART), "--kube-version", "1.34.0", "--set", values]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [document for document in yaml.safe_load_all(done.stdout) if document]
