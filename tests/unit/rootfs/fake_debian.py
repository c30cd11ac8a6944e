"""A small Debian host in a directory: packages with their files, dpkg's database, a cache of libraries."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path


def ld_cache(entries: Iterable[tuple[str, str]]) -> bytes:
    """A cache of libraries with these (name, path)."""
    found = list(entries)
    texts, places = b"", []
    start = 48 + 24 * len(found)
    for pair in found:
        where = []
        for text in pair:
            where.append(start + len(texts))
            texts += text.encode() + b"\0"
        places.append(where)
    head = struct.pack("=20sII", b"glibc-ld.so.cache1.1", len(found), len(texts)).ljust(48, b"\0")
    return head + b"".join(struct.pack("=iIIIQ", 3, *where, 0, 0) for where in places) + texts


class FakeDebian:
    """``root`` is the host's; /bin and /lib are links into /usr."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._paragraphs: dict[str, str] = {}
        self._libraries: list[tuple[str, str]] = []
        for name in ("usr/bin", "usr/lib", "usr/include", "etc/alternatives", "var/lib/dpkg/info"):
            (root / name).mkdir(parents=True)
        for name in ("bin", "lib"):
            (root / name).symlink_to(f"usr/{name}")
        self.add_libraries()

    def install(
        self, name: str, files: Mapping[str, str], depends: str = "", version: str = "1", provides: str = ""
    ) -> None:
        """A package with these files; a content that begins with ``->`` is a link."""
        for path, content in files.items():
            self.write(path, content)
        lines = ["/.", *files]
        (self.root / f"var/lib/dpkg/info/{name}:amd64.list").write_text("\n".join(lines) + "\n")
        self._paragraphs[name] = (
            f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
            f"Depends: {depends}\nProvides: {provides}\nDescription: a package\n of many words\n"
        )
        (self.root / "var/lib/dpkg/status").write_text("\n".join(self._paragraphs.values()))

    def write(self, path: str, content: str) -> None:
        """A file of no package."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        if content.startswith("->"):
            file.symlink_to(content[2:])
        else:
            file.write_text(content)

    def add_libraries(self, *entries: tuple[str, str]) -> None:
        """More entries of the cache, in front of those that are there."""
        self._libraries = [*entries, *self._libraries]
        (self.root / "etc/ld.so.cache").write_bytes(ld_cache(self._libraries))


def compiler_host(root: Path) -> FakeDebian:
    """A host with a compiler of three packages, and something else."""
    host = FakeDebian(root)
    host.install(
        "cc-1",
        {"/usr/bin/cc-1": "compiler", "/usr/lib/cc/1/include/limits.h": "limits"},
        depends="libc-dev (>= 2) | other-libc-dev, libbig1 [amd64]",
    )
    host.install("cc", {"/usr/bin/cc": "->cc-1", "/usr/share/doc/cc/readme": "words"}, depends="cc-1:any (= 1)")
    host.install("libc6-dev", {"/usr/include/stdio.h": "stdio"}, provides="libc-dev (= 2.36)")
    host.install("libbig1", {"/lib/libbig.so.1": "library"})
    host.install("editor", {"/usr/bin/editor": "->/etc/alternatives/editor", "/usr/bin/vi": "vi"})
    host.write("/etc/alternatives/editor", "->/usr/bin/vi")
    host.add_libraries(("libbig.so.1", "/lib/libbig.so.1"))
    return host
