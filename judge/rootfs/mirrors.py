"""Where Debian packages are taken from: a suite, mirrors, and the keys that these are signed with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from judge.errors import UsageError

_SUITE = re.compile(r"[a-z][a-z-]*")
_OTHER_SUITE = re.compile(r"[a-z0-9][a-z0-9./-]*")
_URI = re.compile(r"[A-Za-z0-9._~:/%+@!$&*=-]+")
_REMOTE = ("http", "https")
_LOCAL = ("file", "copy")


class PackageSource(msgspec.Struct, frozen=True, kw_only=True):
    """A suite of Debian and the mirrors to take it from; none: Debian's own, with its updates and security fixes.

    A mirror is ``URI`` or ``URI SUITE``, for suites beside the main one (bookworm-updates). ``keyring`` is a file with
    the keys that sign them; empty: those that this machine's apt trusts.
    """

    suite: str
    mirrors: tuple[str, ...] = ()
    keyring: str = ""


def mmdebstrap_words(source: PackageSource) -> tuple[list[str], list[str]]:
    """mmdebstrap's options and its mirrors. Raises UsageError naming what does not fit."""
    if not _SUITE.fullmatch(source.suite):
        raise UsageError(f"not a suite of Debian: {source.suite!r}")
    if source.keyring and not Path(source.keyring).is_file():
        raise UsageError(f"keyring {source.keyring!r}: there is no such file")
    options = [f"--keyring={Path(source.keyring).absolute()}"] if source.keyring else []
    return options, [_mirror(text, source.suite) for text in source.mirrors]


def _mirror(text: str, suite: str) -> str:
    """As mmdebstrap takes it: an address alone stands for the main suite."""
    uri, *others = text.split()[:3] or [""]
    if len(others) > 1 or not all(_OTHER_SUITE.fullmatch(other) for other in others):
        raise _fault(text, "it must be URI or URI SUITE")
    address = _address(text, uri)
    if address.scheme in _LOCAL:
        _check_local(text, address, others or [suite])
    # apt copies what it takes: a path outside the new root would mean nothing inside it.
    shown = f"copy://{address.path}" if address.scheme in _LOCAL else uri
    return f"deb {shown} {others[0]} main" if others else shown


def _address(text: str, uri: str) -> SplitResult:
    try:
        address = urlsplit(uri)
        _ = address.port
    except ValueError as error:
        raise _fault(text, str(error)) from error
    if not _URI.fullmatch(uri) or address.scheme not in (*_REMOTE, *_LOCAL):
        raise _fault(text, "it must begin with http://, https://, file:/ or copy:/ and have no odd characters")
    if address.scheme in _REMOTE and not address.hostname:
        raise _fault(text, "it names no host")
    if "@" in address.netloc:
        raise _fault(text, "user names and passwords would show in lists of processes and in the layer's record")
    return address


def _check_local(text: str, address: SplitResult, suites: Sequence[str]) -> None:
    if address.netloc or not address.path.startswith("/"):
        raise _fault(text, "it must name an absolute path, as in file:///srv/debian")
    for suite in suites:
        if not (Path(address.path) / "dists" / suite).is_dir():
            raise _fault(text, f"there is no directory dists/{suite} in it")


def _fault(text: str, reason: str) -> UsageError:
    return UsageError(f"mirror {text!r}: {reason}")
