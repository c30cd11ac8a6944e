"""Problem packages that came by HTTP: whose they are, and under which name and version. The store has what is in them.

A name and version stand for one digest for good. What is published by other ways (``judge publish``) has no owner, and
all who know its digest may use it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from judge import wire
from judge.errors import PackageBusy, PackageNameTaken, PackageQuotaError
from judge.queue.answers import text_of
from judge.queue.audit import UNKNOWN, Act
from judge.queue.redis_queue import AsyncQueue
from judge.queue.script import Call

#: What a name and a version look like.
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
VERSION_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}"

_LABEL = re.compile(f"({NAME_PATTERN})@({VERSION_PATTERN})")
_NAME = re.compile(NAME_PATTERN)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

#: What was handed in before a package was taken away is still judged within this time.
KEPT_MS = 24 * 3_600_000

#: One removal from the store takes less.
_LEASE_MS = 600_000


class PackageCard(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a package without opening it. ``size_bytes``: in the store."""

    title: str = ""
    format: str = ""
    test_cases: int = 0
    submissions: int = 0
    size_bytes: int = 0
    published_at_ms: int = 0


class PackageView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a package as its tenant sees it. ``position``: in the tenant's list."""

    package: str
    name: str
    version: str
    card: PackageCard
    position: int = 0


class NewPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package to be published. ``version`` empty = the next number, or the newest version when that is this package.

    ``stored``: the store has it already. ``count_max`` and ``bytes_max`` are the tenant's, 0 = no limit.
    ``by``: who does it, for the audit trail.
    """

    tenant: str
    digest: str
    name: str
    version: str
    card: PackageCard
    stored: bool
    count_max: int = 0
    bytes_max: int = 0
    by: str = UNKNOWN


def is_package_name(name: str) -> bool:
    """Whether a package can have this name."""
    return _NAME.fullmatch(name) is not None


def put(new: NewPackage) -> Call[PackageView]:
    """Publish; before the store gets it. Published again it is what it was.

    Raises PackageNameTaken: the name and version are another package's; PackageQuotaError, PackageBusy.
    """

    def read(answer: list[Any]) -> PackageView:
        match text_of(answer[0]):
            case "KEPT" | "SAME":
                return _view(f"{new.name}@{text_of(answer[1])}", answer[2])
            case "TAKEN":
                raise PackageNameTaken(f"{new.name}@{new.version} is another package")
            case "BUSY":
                raise PackageBusy("that package is being removed: try again")
        raise PackageQuotaError(f"the tenant has no room for more {text_of(answer[1])}")

    arguments = (
        wire.tenant_key(new.tenant), new.digest, new.name, new.version, msgspec.json.encode(new.card),
        new.card.size_bytes, int(new.stored), new.count_max, new.bytes_max,
        Act.PACKAGE_PUBLISHED.value, new.by,
    )  # fmt: skip
    return Call("package_put", arguments, read)


def drop(tenant: str, view: PackageView, by: str = UNKNOWN) -> Call[bool]:
    """Take a version away; whether it was there. ``by``: who does it, for the audit trail."""
    words = (wire.tenant_key(tenant), view.name, view.version, KEPT_MS, Act.PACKAGE_REMOVED.value, by)
    return Call("package_drop", words, bool)


def sweep(removed: str = "") -> Call[str]:
    """A digest that is to be removed from the store now; empty = there is none. ``removed`` was removed."""
    return Call("package_sweep", (_LEASE_MS, removed), text_of)


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """``known``: somebody published it by HTTP. ``owned``: the tenant did. ``open``: all who know its digest may use
    it."""

    known: bool
    owned: bool
    open: bool


async def rights_in(queue: AsyncQueue, tenant: str, digest: str) -> Rights:
    """What a package is to a tenant. Raises QueueError."""
    name = queue.link.keys.package(digest)
    owned, open_, managed = await queue.link.command("HMGET", name, f"t:{wire.tenant_key(tenant)}", "open", "managed")
    known = managed is not None
    return Rights(known=known, owned=owned is not None, open=not known or open_ is not None)


async def found(queue: AsyncQueue, tenant: str, reference: str) -> PackageView | None:
    """The tenant's package that ``NAME@VERSION`` means, ``NAME`` (its newest version) or a digest (one of its names).

    Raises QueueError.
    """
    keys, owner = queue.link.keys, wire.tenant_key(tenant)
    label = reference
    if _DIGEST.fullmatch(reference):
        labels = await queue.link.command("SMEMBERS", keys.package_labels(owner, reference))
        label = min((text_of(one) for one in labels), default="")
    elif is_package_name(reference):
        newest = await queue.link.command("ZREVRANGE", keys.package_versions(owner, reference), 0, 0)
        label = f"{reference}@{text_of(newest[0])}" if newest else ""
    if not _LABEL.fullmatch(label):
        return None
    value = await queue.link.command("HGET", keys.package_names(owner), label)
    return None if value is None else _view(label, value)


async def versions(queue: AsyncQueue, tenant: str, name: str, count: int) -> tuple[str, ...]:
    """The digests of the newest versions of a tenant's package, none twice. Raises QueueError."""
    keys, owner = queue.link.keys, wire.tenant_key(tenant)
    numbers = await queue.link.command("ZREVRANGE", keys.package_versions(owner, name), 0, count - 1)
    labels = [f"{name}@{text_of(number)}" for number in numbers]
    values = await queue.link.command("HMGET", keys.package_names(owner), *labels) if labels else []
    found = [_view(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    return tuple(dict.fromkeys(view.package for view in found))


async def page(queue: AsyncQueue, tenant: str, before: int, count: int) -> Sequence[PackageView]:
    """Some of the tenant's packages, newest first; ``before``: a position, 0 = from the newest. Raises QueueError."""
    keys, owner = queue.link.keys, wire.tenant_key(tenant)
    newest = f"({before}" if before else "+inf"
    raw = await queue.link.command(
        "ZREVRANGEBYSCORE", keys.package_index(owner), newest, "-inf", "WITHSCORES", "LIMIT", 0, count
    )
    if not raw:
        return ()
    pairs = raw if isinstance(raw[0], list | tuple) else list(zip(raw[::2], raw[1::2], strict=True))
    labels = [text_of(label) for label, _ in pairs]
    values = await queue.link.command("HMGET", keys.package_names(owner), *labels)
    return tuple(
        _view(label, value, int(float(position)))
        for label, value, (_, position) in zip(labels, values, pairs, strict=True)
        if value is not None
    )


def _view(label: str, value: bytes | str, position: int = 0) -> PackageView:
    digest, _, card = text_of(value).partition(" ")
    name, _, version = label.partition("@")
    return PackageView(
        package=digest,
        name=name,
        version=version,
        card=msgspec.json.decode(card, type=PackageCard),
        position=position,
    )
