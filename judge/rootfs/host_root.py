"""The read-only root of a container: the host's own toolchains, curated, and layers on top of it.

:func:`host_rootfs` shows the machine's ``/usr`` below a small *skeleton* made by us: no home, no secrets of
/etc, no /usr/local. Everything made here is an immutable directory named by the digest of its content and put
in place by one rename, so that any number of processes may make and use it at once.

The sandbox mounts /dev, /proc, /tmp, /dev/shm, /work and /artifact itself. Building toolchain layers with apt
is :mod:`judge.rootfs.layers`' business.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.errors import HostError
from judge.rootfs.host_packages import USR_MERGED
from judge.sandbox.plan import HOST_NAME
from judge.sandbox.protocol import TEMPLATE_DIRECTORY
from judge.sandbox.spec import OverlayMount, Rootfs
from judge.state_dir import StateDir

#: Directories that a container mounts something on, with the modes that programs expect.
MOUNT_POINTS = ("artifact", "dev", "dev/shm", "proc", "root", "run", "tmp", "usr", "var", "var/tmp", "w", "work")

#: What runtimes read in /etc whatever the language. Nothing here is secret; unreadable files are passed over.
HOST_FILES = (
    "/etc/alternatives",
    "/etc/debian_version",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/mime.types",
    "/etc/protocols",
    "/etc/services",
)

#: Of these the package manager keeps one for all packages.
_SHARED_BY_PACKAGES = ("etc/alternatives/", "etc/ld.so.cache")

#: Names that a curated view never shows, whatever a language asks for.
_NEVER = frozenset({"/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh", "/etc/ssl/private", "/etc/security"})

#: Written by us, so that no user of the host is named inside.
_OWN_FILES: Mapping[str, str] = {
    "etc/passwd": "root:x:0:0:root:/:/usr/sbin/nologin\njudge:x:1000:1000:judge:/work:/bin/sh\n"
    "jury:x:1001:1001:jury:/work:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\njudge:x:1000:\njury:x:1001:\nnogroup:x:65534:\n",
    "etc/hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n",
    "etc/hostname": f"{HOST_NAME}\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nprotocols: files\nservices: files\n",
    "etc/resolv.conf": "",
    "etc/timezone": "Etc/UTC\n",
}

#: Read by an interpreter that is to be a template (:mod:`judge.sandbox.inside.template`).
_TEMPLATE_FILES = [Path(__file__).parent / "guest" / name for name in ("usercustomize.py", "judge_template.py")]

#: Where the packages of the common distributions are recorded: changes whenever a toolchain does.
_PACKAGE_DATABASES = (
    "/var/lib/dpkg/status",
    "/var/lib/rpm/rpmdb.sqlite",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/var/lib/pacman/local",
    "/lib/apk/db/installed",
)

_FILE_BYTES_MAX = 32 << 20
_LINKS_MAX = 40


@dataclass(frozen=True)
class Entry:
    """One thing in a skeleton: a directory, a symbolic link (``target``), or a file (``content``)."""

    path: str
    mode: int = 0o755
    target: str = ""
    content: bytes | None = None


class HostView(msgspec.Struct, frozen=True, kw_only=True):
    """The host's root as a value: ``digest`` changes whenever its packages or what we made of it do.

    ``own_digest`` is that of what we made alone, without what every package may change and
    :mod:`judge.rootfs.host_uses` looks at more closely.
    """

    rootfs: Rootfs
    digest: str
    own_digest: str = ""


def host_rootfs(state: StateDir, extra_files: Sequence[str] = (), root: Path = Path("/")) -> Rootfs:
    """The machine's own toolchains, read-only. See :func:`host_view`."""
    return host_view(state, extra_files, root).rootfs


def host_view(state: StateDir, extra_files: Sequence[str] = (), root: Path = Path("/")) -> HostView:
    """Make (or find) the skeleton below ``state.rootfs`` and describe the root that it gives.

    ``extra_files`` are globs of further paths outside /usr to copy (a language's ``host_files``). ``root`` is
    the root of the host, another directory in tests. Raises HostError when there is nothing to show.
    """
    usr = root / "usr"
    if not usr.is_dir():
        raise HostError(f"{usr}: no such directory; a host root needs the machine's /usr")
    entries = _skeleton_entries(root, extra_files)
    skeleton, digest = _place(state, "host", entries)
    mask, _ = _place(state, "mask", [Entry("local", target="../opt")])
    empty, _ = _place(state, "empty", [])
    mounts = [
        OverlayMount(target="/", lowers=(str(skeleton), str(empty))),
        OverlayMount(target="/usr", lowers=(str(mask), str(usr))),
    ]
    for name in USR_MERGED:
        real = root / name
        if real.is_dir() and not real.is_symlink():
            mounts.append(OverlayMount(target=f"/{name}", lowers=(str(real), str(empty))))
    identity = hashlib.sha256(f"{digest} {_host_state(root)}".encode()).hexdigest()
    own = _digest([entry for entry in entries if not entry.path.startswith(_SHARED_BY_PACKAGES)])
    return HostView(rootfs=Rootfs(mounts=tuple(mounts)), digest=identity, own_digest=own)


def built_view(state: StateDir, trees: Sequence[Path]) -> HostView:
    """The root made of built layers alone, topmost first: nothing of the host shows."""
    entries = {point: Entry(point) for point in ("etc", "opt", *MOUNT_POINTS) if point != "usr"}
    entries |= _own_files()
    skeleton, digest = _place(state, "plain", _with_parents(entries))
    rootfs = Rootfs(mounts=(OverlayMount(target="/", lowers=(str(skeleton), *map(str, trees))),))
    return HostView(rootfs=rootfs, digest=digest)


def with_layers(rootfs: Rootfs, layers: Sequence[Path]) -> Rootfs:
    """The same root with ``layers`` laid over ``/``, topmost first."""
    first, *others = rootfs.mounts
    lowers = (*(str(layer) for layer in layers), *first.lowers)
    return Rootfs(mounts=(OverlayMount(target=first.target, lowers=lowers), *others))


def with_directory(state: StateDir, rootfs: Rootfs, path: str) -> Rootfs:
    """The same root with a directory at the absolute ``path``, for a container to mount something on."""
    made, _ = _place(state, "mount", _with_parents({path.strip("/"): Entry(path.strip("/"))}))
    return with_layers(rootfs, [made])


def find_in(rootfs: Rootfs, path: str) -> Path | None:
    """Where ``path`` of the container lies on the host, symbolic links followed inside the root; None = absent."""
    parts = path.split("/")[::-1]  # the next one last
    done: list[str] = []
    links = 0
    while parts:
        part = parts.pop()
        if part in ("", "."):
            continue
        if part == "..":
            done = done[:-1]
            continue
        found = _look_up(rootfs, [*done, part])
        if found is None:
            return None
        host, mode = found
        if not stat.S_ISLNK(mode):
            done.append(part)
            continue
        links += 1
        if links > _LINKS_MAX:
            return None
        target = os.readlink(host)
        parts += target.split("/")[::-1]
        done = [] if target.startswith("/") else done
    found = _look_up(rootfs, done)
    return None if found is None else Path(found[0])


def _look_up(rootfs: Rootfs, parts: Sequence[str]) -> tuple[str, int] | None:
    """Where it is on the host, and its mode."""
    path = "/" + "/".join(parts)
    for mount in reversed(rootfs.mounts):
        base = mount.target.rstrip("/")
        if path != mount.target and not path.startswith(f"{base}/"):
            continue
        return _look_in(mount.lowers, [part for part in path[len(base) :].split("/") if part])
    return None


def _look_in(lowers: Sequence[str], parts: Sequence[str]) -> tuple[str, int] | None:
    """The topmost lower that has it, unless something that is not a directory hides its parent there."""
    for lower in lowers:
        here, mode = lower, stat.S_IFDIR
        for part in parts:
            if not stat.S_ISDIR(mode):
                return None
            here = f"{here}/{part}"
            try:
                mode = os.lstat(here).st_mode
            except (OSError, ValueError):  # absent, or no name that a file can have
                break
        else:
            return here, mode
    return None


def _skeleton_entries(root: Path, extra_files: Sequence[str]) -> list[Entry]:
    entries = {point: Entry(point) for point in ("etc", *MOUNT_POINTS, "opt")}
    for name in USR_MERGED:
        real = root / name
        if real.is_symlink():
            entries[name] = Entry(name, target=os.readlink(real))
        elif real.is_dir():
            entries[name] = Entry(name)
    for pattern in (*HOST_FILES, *extra_files):
        for path in sorted(glob.glob(str(root / pattern.strip("/")))):
            for entry in _copies(root, Path(path)):
                entries[entry.path] = entry
    entries |= _own_files()
    zone = root / "usr/share/zoneinfo/Etc/UTC"
    if zone.is_file():
        entries["etc/localtime"] = Entry("etc/localtime", target="/usr/share/zoneinfo/Etc/UTC")
    return _with_parents(entries)


def _own_files() -> dict[str, Entry]:
    contents = {path: text.encode() for path, text in _OWN_FILES.items()}
    for file in _TEMPLATE_FILES:
        contents[f"{TEMPLATE_DIRECTORY}/{file.name}".lstrip("/")] = file.read_bytes()
    return {path: Entry(path, 0o644, content=content) for path, content in contents.items()}


def _copies(root: Path, path: Path) -> Iterator[Entry]:
    """``path`` and all below it that everybody on the host may read."""
    relative = path.relative_to(root)
    inside = Path("/") / relative
    if not _NEVER.isdisjoint(map(str, (inside, *inside.parents))):
        return
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            yield Entry(str(relative), target=os.readlink(path))
        elif stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_IXOTH:
            yield Entry(str(relative))
            for child in sorted(path.iterdir()):
                yield from _copies(root, child)
        elif stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IROTH and status.st_size <= _FILE_BYTES_MAX:
            mode = 0o755 if status.st_mode & stat.S_IXOTH else 0o644
            yield Entry(str(relative), mode, content=path.read_bytes())
    except OSError:
        return  # vanished or not for us: then not for a program in the sandbox either


def _with_parents(entries: Mapping[str, Entry]) -> list[Entry]:
    """Sorted, parents first; a missing parent is an ordinary directory."""
    every = dict(entries)
    for path in entries:
        for parent in Path(path).parents:
            if str(parent) != ".":
                every.setdefault(str(parent), Entry(str(parent)))
    return [every[path] for path in sorted(every)]


def _place(state: StateDir, kind: str, entries: Sequence[Entry]) -> tuple[Path, str]:
    """Make the directory of these entries unless it is there; returns it and the digest in its name."""
    digest = _digest(entries)
    parent = state.rootfs
    final = parent / f"{kind}-{digest[:16]}"
    if final.is_dir():
        return final, digest
    parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{kind}-", dir=parent))
    try:
        scratch.chmod(0o755)
        for entry in entries:
            _write(scratch / entry.path, entry)
        try:
            scratch.rename(final)
        except OSError:
            if not final.is_dir():
                raise
    except OSError as error:
        raise HostError(f"{final}: cannot make this layer: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final, digest


def _write(path: Path, entry: Entry) -> None:
    if entry.target:
        path.symlink_to(entry.target)
    elif entry.content is None:
        path.mkdir(mode=0o755, exist_ok=True)
        path.chmod(entry.mode)
    else:
        path.write_bytes(entry.content)
        path.chmod(entry.mode)


def _digest(entries: Sequence[Entry]) -> str:
    summary = hashlib.sha256()
    for entry in entries:
        content = "" if entry.content is None else hashlib.sha256(entry.content).hexdigest()
        summary.update(f"{entry.path}\0{entry.mode:o}\0{entry.target}\0{content}\n".encode("utf-8", "surrogateescape"))
    return summary.hexdigest()


def _host_state(root: Path) -> str:
    """Changes when packages of the host change: the package databases and the command directory, by their times."""
    marks = []
    for name in (*_PACKAGE_DATABASES, "/usr/bin", "/usr/lib"):
        path = root / name.lstrip("/")
        if path.exists():
            status = path.stat()
            marks.append(f"{name}:{status.st_size}:{status.st_mtime_ns}")
    return " ".join(marks)
