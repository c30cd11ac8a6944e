"""What people call the problems of submissions: the name and version that the tenant gave the package."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from judge.http_form.answers import WorkForm
from judge.queue import packages
from judge.queue.redis_queue import AsyncQueue

_DIGITS_SHOWN = 12
_HEX_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class ProblemName(NamedTuple):
    """``name`` is for people; ``reference`` is what lists take for it."""

    name: str
    reference: str


async def problem_names(
    queue: AsyncQueue, works: Iterable[WorkForm], *, is_admin: bool
) -> Mapping[tuple[str, str], ProblemName]:
    """By tenant and package. An admin's names are not the tenant's: there the package itself is listed. Raises
    QueueError."""
    wanted = {(work.tenant, work.package): work for work in works if work.package}
    found = await asyncio.gather(*(packages.found(queue, tenant, package) for tenant, package in wanted))
    names = {}
    for (key, work), view in zip(wanted.items(), found, strict=True):
        label = short_name(work.summary.problem or work.package) if view is None else f"{view.name}@{view.version}"
        names[key] = ProblemName(label, work.package if is_admin or view is None else view.name)
    return names


def short_name(name: str) -> str:
    """A digest's first digits; any other name as it is."""
    digest = _HEX_DIGEST.fullmatch(name)
    return f"{digest[1][:_DIGITS_SHOWN]}…" if digest else name
