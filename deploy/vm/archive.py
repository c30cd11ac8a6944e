"""A signed archive of Debian packages, no more than the guest's layers are made of: the guest has no network.

Made of what mmdebstrap takes from the host's mirror, so it needs the network once.
"""

from __future__ import annotations

import hashlib
import lzma
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
_ABOUT_FILE = re.compile(r"\n(Filename|Size|MD5sum|SHA256): .*")
_AR_MAGIC = 8  # bytes: "!<arch>" and a line feed
_AR_HEADER = 60
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
    paragraphs = _paragraphs(lists, pool)
    index = debian / "dists" / SUITE / _COMPONENT / f"binary-{_ARCHITECTURE}" / "Packages"
    index.parent.mkdir(parents=True)
    index.write_text("\n\n".join(paragraphs) + "\n")
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
    """The mirror's own words on each package, for what they say beside the package's: priorities. Sorted.

    The packages are packed anew on the way.
    """
    files = {hashlib.sha256(deb.read_bytes()).hexdigest(): deb for deb in pool.glob("*.deb")}
    found = {}
    for index in lists.glob("*_Packages"):
        for paragraph in index.read_text().strip().split("\n\n"):
            fields = dict(_FIELD.findall(paragraph))
            if fields.get("SHA256") in files and fields["Package"] not in found:
                found[fields["Package"]] = _ABOUT_FILE.sub("", paragraph) + _repack(files[fields["SHA256"]])
    if len(found) != len(files):
        raise ValueError(f"the indices name {len(found)} of the {len(files)} packages that were fetched")
    return [found[name] for name in sorted(found)]


def _repack(deb: Path) -> str:
    """Pack a package without compression, over which an emulated processor takes minutes; what the index says of it."""
    members = [unpacked(name, content) for name, content in ar_members(deb.read_bytes())]
    content = b"!<arch>\n" + b"".join(ar_member(name, data) for name, data in members)
    deb.write_bytes(content)
    return f"\nFilename: pool/{deb.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}"


def ar_members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of an ar archive (deb(5))."""
    at = _AR_MAGIC
    while at < len(archive):
        name, size = archive[at : at + 16].decode().strip(), int(archive[at + 48 : at + 58])
        at += _AR_HEADER
        yield name, archive[at : at + size]
        at += size + size % 2


def ar_member(name: str, content: bytes) -> bytes:
    """One member, as :func:`ar_members` reads it."""
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
    return header.encode() + content + b"\n" * (len(content) % 2)


def unpacked(name: str, content: bytes) -> tuple[str, bytes]:
    """``data.tar.xz`` as ``data.tar``; other members as they are."""
    return (name.removesuffix(".xz"), lzma.decompress(content)) if name.endswith(".xz") else (name, content)


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
        shutil.rmtree(home, onerror=_unless_gone)


def _unless_gone(_function: object, _path: str, error: tuple[type, BaseException, object]) -> None:
    """The agent that ends takes its sockets away at the same time."""
    if not isinstance(error[1], FileNotFoundError):
        raise error[1]
