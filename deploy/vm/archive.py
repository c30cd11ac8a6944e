"""A signed archive of Debian packages, no more than the guest's layers are made of: the guest has no network.

Made of what mmdebstrap takes from the host's mirror, so it needs the network once.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from cache import ROOT, digest_of, made
from image import SUITE

#: What ``judge rootfs build`` of this language in the guest installs.
PACKAGES = ("bc",)
_FIELD = re.compile(r"^(Package|SHA256): (.*)$", re.MULTILINE)
_FILENAME = re.compile(r"^Filename: .*$", re.MULTILINE)
_COMPONENT = "main"
_ARCHITECTURE = "amd64"
_DEBIAN = ROOT / "judge" / "sandbox" / "debian.py"  # says what a base is


def build_archive() -> Path:
    """The directory with ``debian`` (dists and pool) and ``keyring.gpg``. Blocks for a minute when it must be made."""
    return made("archive", digest_of([Path(__file__), _DEBIAN], SUITE, *PACKAGES), _make)


def _make(target: Path) -> None:
    print("test-vm: fetching the packages of the guest's layers", flush=True)
    debian = target / "debian"
    pool, lists = debian / "pool", target / "lists"
    for directory in (pool, lists):
        directory.mkdir(parents=True)
    _fetch(pool, lists)
    index = debian / "dists" / SUITE / _COMPONENT / f"binary-{_ARCHITECTURE}" / "Packages"
    index.parent.mkdir(parents=True)
    index.write_text("\n\n".join(_paragraphs(lists, pool)) + "\n")
    shutil.rmtree(lists)
    release = debian / "dists" / SUITE / "Release"
    release.write_text(_release(index.read_bytes(), str(index.relative_to(release.parent))))
    _sign(release, target / "keyring.gpg")


def _fetch(pool: Path, lists: Path) -> None:
    """Every package of a root with ours, as apt left it in its cache; and apt's indices."""
    command = [
        *("mmdebstrap", "--quiet", f"--mode={'root' if os.geteuid() == 0 else 'unshare'}", "--variant=minbase"),
        *('--aptopt=APT::Install-Recommends "false"', f"--include={','.join(PACKAGES)}"),
        *("--skip=essential/unlink", f"--customize-hook=sync-out /var/cache/apt/archives {pool}"),
        *("--skip=cleanup/apt/lists", f"--customize-hook=sync-out /var/lib/apt/lists {lists}"),
        *("--format=null", SUITE, "/dev/null"),
    ]
    subprocess.run(command, check=True)
    for path in pool.iterdir():
        if path.suffix != ".deb":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _paragraphs(lists: Path, pool: Path) -> list[str]:
    """The mirror's own words on each package, for what they say beside the package's: priorities. Sorted."""
    files = {hashlib.sha256(deb.read_bytes()).hexdigest(): f"pool/{deb.name}" for deb in pool.glob("*.deb")}
    found = {}
    for index in lists.glob("*_Packages"):
        for paragraph in index.read_text().strip().split("\n\n"):
            fields = dict(_FIELD.findall(paragraph))
            if fields.get("SHA256") in files:
                found[fields["Package"]] = _FILENAME.sub(f"Filename: {files[fields['SHA256']]}", paragraph)
    if len(found) != len(files):
        raise ValueError(f"the indices name {len(found)} of the {len(files)} packages that were fetched")
    return [found[name] for name in sorted(found)]


def _release(index: bytes, name: str) -> str:
    return "\n".join(_release_lines(index, name)) + "\n"


def _release_lines(index: bytes, name: str) -> Iterator[str]:
    yield f"Suite: {SUITE}"
    yield f"Codename: {SUITE}"
    yield f"Architectures: {_ARCHITECTURE}"
    yield f"Components: {_COMPONENT}"
    yield f"Date: {formatdate(usegmt=True)}"
    yield "SHA256:"
    yield f" {hashlib.sha256(index).hexdigest()} {len(index)} {name}"


def _sign(release: Path, keyring: Path) -> None:
    """``InRelease`` by a key that exists as long as this function."""
    home = keyring.with_name("gnupg")
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    try:
        subprocess.run([*gpg, "--quick-generate-key", "archive of the test", "ed25519", "sign", "never"], check=True)
        subprocess.run([*gpg, "--output", str(release.with_name("InRelease")), "--clearsign", str(release)], check=True)
        subprocess.run([*gpg, "--output", str(keyring), "--export"], check=True)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=False)
        shutil.rmtree(home)
