"""Takes the body of a batch in: some lines at a time, each known by its custom_id, so that what came before is the same
work when it comes again."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

from judge.gateway.batches.line import conflicting_line, read_line
from judge.gateway.endpoint import Asked
from judge.gateway.http.ndjson import GivenLine
from judge.gateway.problems import ProblemError
from judge.http_form.batch import Received
from judge.queue import batches
from judge.queue.batches import NewLine, Outcome

#: Added at once: that many lines, or that many bytes.
_LINES = 100
_BYTES = 1 << 20


class Intake:
    """One request that sends a batch. What it has added stays, however it ends."""

    def __init__(self, asked: Asked, batch: str) -> None:
        self._asked = asked
        self._batch = batch
        self._limits = asked.service.settings.gateway
        self._queue = asked.service.queue
        self._upload = secrets.token_hex(8)
        self._lines = 0  # that the batch has
        self._counts = {"lines": 0, "new": 0, "known": 0, "refused": 0}

    async def take(self, lines: AsyncIterator[GivenLine]) -> Received:
        """All of them. Raises ProblemError, QueueError."""
        room = self._limits.batches_bytes_max
        opened = await self._queue.run(batches.open_batch(self._batch, self._asked.caller.tenant, self._upload, room))
        if isinstance(opened, Outcome):
            raise self._problem(opened)
        self._lines = opened
        group: list[NewLine] = []
        size_bytes = 0
        async for given in lines:
            self._counts["lines"] += 1
            group.append(await read_line(self._queue, self._asked.caller, given, self._limits.batch_line_bytes_max))
            size_bytes += len(given.text or b"")
            if len(group) >= _LINES or size_bytes >= _BYTES:
                await self._add(group)
                group, size_bytes = [], 0
        await self._add(group)
        if not await self._queue.run(batches.end_batch(self._batch, self._upload)):
            raise self._problem(Outcome.OTHER)
        self._asked.service.batches.poke(self._batch, self._asked.caller.tenant)
        return Received(**self._counts)

    async def _add(self, group: list[NewLine]) -> None:
        if self._asked.service.stopping.is_set():
            raise ProblemError("stopping", headers={"retry-after": "1"})
        await self._asked.service.key_ends.check(self._asked.caller.rights.id)
        added = await self._new_ones(group)
        if self._lines + len(added) > self._limits.batch_lines_max:
            raise self._too_many()
        if not added:
            return
        outcome = await self._added(added)
        if outcome is not None:
            raise self._problem(outcome)
        self._lines += len(added)
        self._asked.service.batches.poke(self._batch, self._asked.caller.tenant)

    async def _added(self, added: list[NewLine]) -> Outcome | None:
        room = self._limits.batches_bytes_max
        return await self._queue.run(batches.add_lines(self._batch, self._upload, self._lines, room, added))

    async def _new_ones(self, group: list[NewLine]) -> list[NewLine]:
        """Those of the lines that are not there yet, the ones that are in conflict with what is as refused ones."""
        if not group:
            return []
        names = [name for line in group for name in (line.known_by, conflicting_line(line).known_by)]
        found = await batches.known_lines(self._queue, self._batch, names)
        known = {name: digest for name, digest in zip(names, found, strict=True) if digest is not None}
        added = []
        for line in group:
            if line.message is not None and known.get(line.known_by, line.digest) != line.digest:
                line = conflicting_line(line)
            if line.known_by in known:
                self._counts["known"] += 1
                continue
            known[line.known_by] = line.digest
            self._counts["refused" if line.message is None else "new"] += 1
            added.append(line)
        return added

    def _too_many(self) -> ProblemError:
        most = self._limits.batch_lines_max
        return ProblemError("too-large", f"the batch has more than {most} lines", headers={"connection": "close"})

    def _problem(self, outcome: Outcome) -> ProblemError:
        close = {"connection": "close"}
        match outcome:
            case Outcome.OTHER:
                return ProblemError("superseded", headers=close)
            case Outcome.CANCELLED:
                return ProblemError("cancelled", headers=close)
            case Outcome.FULL:
                most = self._limits.batches_bytes_max
                detail = f"the tenant's batches have {most} bytes: read and remove those that are over"
                return ProblemError("quota", detail, headers=close)
