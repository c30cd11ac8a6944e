"""Ending a session from outside."""

from __future__ import annotations

from judge.model.session import Closed
from judge.queue import calls
from judge.queue.redis_queue import AsyncQueue
from judge.queue.sessions import say, stands
from judge.queue.values import State


async def end_session(queue: AsyncQueue, record: str, tenant: str) -> bool:
    """End it: one that runs writes its report, one that waits is withdrawn. False = it was over.

    Raises UsageError when the tenant has none of this id, QueueError.
    """
    standing = await queue.run(stands(record, tenant))
    if standing.state in (State.DONE, State.CANCELLED):
        return False
    if standing.state is State.CLAIMED:
        said = await queue.run(say(record, tenant, standing.fence, Closed()))
        if said.outcome == "sent":
            return True
    return await queue.run(calls.cancel(record))
