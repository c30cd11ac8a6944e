"""The public parts of packages as one gateway has them: made once for each package, kept while there is room.

A process of its own takes the part out of the package; here only its zip file is ever opened.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.blobs.limited_process import ANSWERED, TOO_MUCH
from judge.blobs.package_store import hex_of
from judge.blobs.public_part import PartRequest
from judge.config import Settings
from judge.config.reading import reading_of
from judge.errors import HostFault
from judge.gateway.at_once import AskedOnce
from judge.gateway.package_process import answer_of
from judge.gateway.problems import ProblemError
from judge.gateway.published import Published
from judge.gateway.statements.opened import OpenedFile
from judge.gateway.statements.turns import Failures, Turns
from judge.gateway.upload_directory import upload_directory
from judge.model.public_part import PublicPart

#: How many are kept, and how much of the disk they may take.
_KEPT_MAX = 500
_KEPT_BYTES_MAX = 1 << 30

#: Made at once, of each tenant one; more wait.
_AT_ONCE = 2

#: How long it is remembered that a package cannot be looked at, and of how many.
_FAILED_S = 300.0
_FAILED_MAX = 1000


@dataclass(frozen=True)
class _Kept:
    part: PublicPart
    archive: Path
    size_bytes: int


class PublicParts:
    """One for each gateway."""

    def __init__(self, settings: Settings, packages: Published) -> None:
        self._settings = settings
        self._packages = packages
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._making = AskedOnce[_Kept]()
        self._turns = Turns(_AT_ONCE)
        self._failures = Failures(_FAILED_S, _FAILED_MAX)
        self._open = AsyncExitStack()
        self._directory: Path | None = None

    async def close(self) -> None:
        """Remove what is kept; idempotent."""
        self._kept.clear()
        self._directory = None
        await self._open.aclose()

    async def part(self, digest: str, tenant: str) -> PublicPart:
        """What a package shows; the tenant is who asks. Raises ProblemError, BlobStoreError, HostFault."""
        return (await self._found(digest, tenant)).part

    async def content(self, digest: str, tenant: str, name: str, most: int = -1) -> bytes:
        """The first ``most`` bytes of a public file, -1 = all. Raises as :meth:`opened`."""
        file = await self.opened(digest, tenant, name)
        try:
            return await asyncio.to_thread(file.read, most)
        finally:
            file.close()

    async def opened(self, digest: str, tenant: str, name: str) -> OpenedFile:
        """A public file, which is to be closed. Raises ProblemError (there is none of this name), BlobStoreError,
        HostFault."""
        kept = await self._found(digest, tenant)
        if all(name != one.name for one in kept.part.files):
            raise ProblemError("not-found", "the package has no public file of this name")
        try:
            return await asyncio.to_thread(OpenedFile, kept.archive, name)
        except FileNotFoundError:  # it had to make room meanwhile
            self._kept.pop(digest, None)
            return await asyncio.to_thread(OpenedFile, (await self._found(digest, tenant)).archive, name)

    async def _found(self, digest: str, tenant: str) -> _Kept:
        kept = self._kept.get(digest)
        if kept is None:
            self._failures.check(digest)
            return await self._making.answer(digest, lambda: self._make(digest, tenant))
        self._kept.move_to_end(digest)
        return kept

    async def _make(self, digest: str, tenant: str) -> _Kept:
        async with self._turns.turn(tenant), upload_directory() as place:
            store = self._packages.store()
            archive, public = place / "package.zip", place / "public.zip"
            await asyncio.to_thread(store.fetch, digest, archive)
            part = await self._take_out(digest, archive, public)
            directory = await self._own_directory()
            kept = _Kept(part, directory / f"{hex_of(digest)}.zip", public.stat().st_size)
            public.replace(kept.archive)
        self._kept[digest] = kept
        self._make_room()
        return kept

    async def _take_out(self, digest: str, archive: Path, public: Path) -> PublicPart:
        limits = self._settings.packages
        scratch = archive.parent / "scratch"
        scratch.mkdir()
        request = PartRequest(
            digest=digest,
            archive=str(archive),
            scratch=str(scratch),
            public=str(public),
            options=reading_of(self._settings),
            unpacked_bytes=limits.unpacked_bytes_max,
            memory_bytes=limits.check_memory_bytes_max,
            cpu_s=limits.check_s_max,
        )
        status, answer = await answer_of("judge.blobs.public_part", msgspec.json.encode(request), limits.check_s_max)
        if status == ANSWERED:
            return msgspec.json.decode(answer, type=PublicPart)
        error: Exception = HostFault(f"a package could not be looked at: the process ended with {status}")
        if status == TOO_MUCH or status < 0:
            error = ProblemError("bad-package", "it is too large to be looked at")
        self._failures.add(digest, error)
        raise error

    async def _own_directory(self) -> Path:
        if self._directory is None:
            self._directory = await self._open.enter_async_context(upload_directory())
        return self._directory

    def _make_room(self) -> None:
        """Those asked for longest ago go."""
        total = sum(one.size_bytes for one in self._kept.values())
        while len(self._kept) > _KEPT_MAX or (total > _KEPT_BYTES_MAX and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            total -= oldest.size_bytes
            oldest.archive.unlink(missing_ok=True)
