"""Attempts of students at assignments: counted by the server, each submission once."""

from __future__ import annotations

from typing import Any, NamedTuple

from judge import wire
from judge.queue.answers import text_of
from judge.queue.redis_queue import AsyncQueue
from judge.queue.script import Call

#: How long the attempts at an assignment are remembered after a student's last one.
KEPT_MS = 400 * 86_400_000


class Attempts(NamedTuple):
    """Whose attempts at what. ``assignment``: the package's name, or its digest where it has none. ``by_marker``: what
    those who mark hand in, which is none of the student's attempts."""

    tenant: str
    assignment: str
    student: str
    by_marker: bool = False

    @property
    def words(self) -> tuple[str, str, str]:
        """How they are named in Redis."""
        assignment = self.assignment.replace("sha256:", "@")
        return wire.tenant_key(self.tenant), f"+{assignment}" if self.by_marker else assignment, self.student


class Attempt(NamedTuple):
    """One: its number, from 1 on, and when it was handed in (Unix milliseconds)."""

    number: int
    at_ms: int


def take(attempts: Attempts, id: str, *, at_ms: int = 0, most: int = 0) -> Call[Attempt | None]:
    """Count the submission ``id``; asked again, the answer is the same. None = ``most`` (0 = no limit) are used.

    ``at_ms`` 0 = now, by the clock of Redis.
    """

    def read(answer: list[Any]) -> Attempt | None:
        return Attempt(int(answer[1]), int(answer[2])) if text_of(answer[0]) == "TAKEN" else None

    return Call("attempt_take", (*attempts.words, id, at_ms, most, KEPT_MS), read)


def give_back(attempts: Attempts, id: str) -> Call[bool]:
    """It was not handed in after all."""
    return Call("attempt_back", (*attempts.words, id), bool)


async def used(queue: AsyncQueue, attempts: Attempts) -> int:
    """How many there were. Raises QueueError."""
    return int(await queue.link.command("HLEN", queue.link.keys.attempts(*attempts.words)))
