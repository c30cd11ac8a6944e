"""The package store behind one gateway: taking packages in, and which of them a caller may name."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import OrderedDict
from pathlib import Path

import msgspec

from judge.blobs.limited_process import ANSWERED, TOO_MUCH
from judge.blobs.package_intake import Intake, IntakeRequest
from judge.blobs.package_store import PackageStore, is_digest
from judge.config import Settings
from judge.config.reading import reading_of
from judge.errors import HostFault, UsageError
from judge.gateway.package_process import answer_of
from judge.gateway.problems import ProblemError
from judge.model.problem import PackageFormat
from judge.queue import packages
from judge.queue.packages import PackageView, Rights
from judge.queue.redis_queue import AsyncQueue
from judge.tenant_blobs.place import package_store_of

log = logging.getLogger(__name__)

#: What checks.
_CHECK = "judge.blobs.package_intake"

#: Checks at once; more wait.
_CHECKS_MAX = 2

#: Uploads at once: each has its zip file on the disk.
_UPLOADS_MAX = 8

#: How long it is believed whose a package is.
_REMEMBERED_S = 5.0
_REMEMBERED_MAX = 10_000


class Published:
    """One for each gateway."""

    def __init__(self, settings: Settings, queue: AsyncQueue) -> None:
        self._settings = settings
        self._queue = queue
        self._has_store = bool(settings.packages.store or not settings.broker.address)
        self._checks = asyncio.Semaphore(_CHECKS_MAX)
        self.uploads = asyncio.Semaphore(_UPLOADS_MAX)
        self._known: OrderedDict[tuple[str, str], tuple[Rights, float]] = OrderedDict()
        self._assignments: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    def store(self) -> PackageStore:
        """Raises ProblemError when there is none."""
        try:
            return package_store_of(self._settings)
        except UsageError as error:
            raise ProblemError("no-store") from error

    async def check(self, archive: Path, scratch: Path, packed: Path, *, strict: bool) -> Intake:
        """Check a zip file and pack it again, in a process of its own. Raises ProblemError, HostFault."""
        limits = self._settings.packages
        request = IntakeRequest(
            archive=str(archive),
            scratch=str(scratch),
            packed=str(packed),
            options=reading_of(self._settings),
            strict=strict,
            unpacked_bytes=limits.unpacked_bytes_max,
            memory_bytes=limits.check_memory_bytes_max,
            cpu_s=limits.check_s_max,
        )
        async with self._checks:
            status, answer = await answer_of(_CHECK, msgspec.json.encode(request), limits.check_s_max)
        if status == ANSWERED:
            return msgspec.json.decode(answer, type=Intake)
        if status == TOO_MUCH or status < 0:
            raise ProblemError(
                "bad-package",
                f"its check needs more than {limits.check_memory_bytes_max} bytes of memory or "
                f"{limits.check_s_max} s: the package is too large",
            )
        raise HostFault(f"the check of a package ended with {status}")

    async def publish(self, new: packages.NewPackage, packed: Path) -> PackageView:
        """Give it its name, then put it into the store. Raises PublicationError, BlobStoreError, QueueError.

        Where the second fails the name stands for what the store lacks; publishing again mends that.
        """
        store = self.store()
        stored = await asyncio.to_thread(store.has, new.digest)
        view = await self._queue.run(packages.put(msgspec.structs.replace(new, stored=stored)))
        self._known.pop((new.tenant, new.digest), None)
        if not await asyncio.to_thread(store.has, new.digest):
            await asyncio.to_thread(_put, store, new.digest, packed)
        return view

    async def remove(self, tenant: str, view: PackageView, by: str) -> bool:
        """Take a version away; whether it was there. ``by``: who does it. Raises QueueError."""
        self._known.pop((tenant, view.package), None)
        return await self._queue.run(packages.drop(tenant, view, by))

    async def sweep(self) -> None:
        """Remove from the store what nobody has had for a day. Raises BlobStoreError, QueueError."""
        store = self.store()
        digest = await self._queue.run(packages.sweep())
        while digest:
            await asyncio.to_thread(store.remove, digest)
            digest = await self._queue.run(packages.sweep(digest))

    async def rights(self, tenant: str, digest: str) -> Rights:
        """What a package is to a tenant; remembered for a moment. Raises QueueError."""
        name, now_s = (tenant, digest), time.monotonic()
        known = self._known.get(name)
        if known is not None and known[1] > now_s:
            return known[0]
        rights = await packages.rights_in(self._queue, tenant, digest)
        self._known[name] = rights, now_s + _REMEMBERED_S
        while len(self._known) > _REMEMBERED_MAX:
            self._known.popitem(last=False)
        return rights

    async def assignment_name(self, tenant: str, digest: str) -> str:
        """What attempts at this package are counted by, when the tenant has it as an assignment; empty = it is none,
        or nobody here published it. Raises QueueError."""
        name, now_s = (tenant, digest), time.monotonic()
        known = self._assignments.get(name)
        if known is None or known[1] <= now_s:
            view = await packages.found(self._queue, tenant, digest)
            is_one = view is not None and view.card.format == PackageFormat.ASSIGNMENT
            known = view.name if view is not None and is_one else "", now_s + _REMEMBERED_S
            self._assignments[name] = known
            while len(self._assignments) > _REMEMBERED_MAX:
                self._assignments.popitem(last=False)
        return known[0]

    async def digest_of(self, tenant: str, reference: str, *, is_admin: bool) -> str | None:
        """The package that a request names; None = there is none, or none for this tenant.

        Raises QueueError, BlobStoreError.
        """
        if not is_digest(reference):
            view = await packages.found(self._queue, tenant, reference)
            return None if view is None else view.package
        rights = await self.rights(tenant, reference)
        if not (rights.open or rights.owned or is_admin):
            return None
        if rights.known or not self._has_store:
            return reference
        return reference if await asyncio.to_thread(self.store().has, reference) else None


def _put(store: PackageStore, digest: str, packed: Path) -> None:
    fd = os.open(packed, os.O_RDONLY | os.O_CLOEXEC)
    try:
        store.put(digest, fd)
    finally:
        os.close(fd)
