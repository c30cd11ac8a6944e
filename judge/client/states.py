"""The part of the clients that lists, reads and removes the carried state of judge programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from judge.queue import states
from judge.queue.redis_queue import AsyncQueue, Queue
from judge.queue.states import PAGE, StateContent, StateView


class ClientStates:
    """Of the blocking client. Every method raises WireError for what is no name, and QueueError."""

    queue: Queue

    def states(self, *, tenant: str = "") -> Iterator[StateView]:
        """The tenant's states, the last used first."""
        passed = 0
        while page := self.queue.run(states.page(tenant, passed)):
            yield from page
            passed += PAGE

    def get_state(self, name: str, *, version: int = 0, tenant: str = "") -> StateContent:
        """A version of a state, 0 = the newest. Raises NoSuchState."""
        return self.queue.run(states.look(tenant, name, version))

    def remove_state(self, name: str, *, tenant: str = "") -> bool:
        """Remove a state with all its versions; False = there was none."""
        return self.queue.run(states.remove(tenant, name))


class AsyncClientStates:
    """Of the asyncio client."""

    queue: AsyncQueue

    async def states(self, *, tenant: str = "") -> AsyncIterator[StateView]:
        """See :meth:`ClientStates.states`."""
        passed = 0
        while page := await self.queue.run(states.page(tenant, passed)):
            for view in page:
                yield view
            passed += PAGE

    async def get_state(self, name: str, *, version: int = 0, tenant: str = "") -> StateContent:
        """See :meth:`ClientStates.get_state`."""
        return await self.queue.run(states.look(tenant, name, version))

    async def remove_state(self, name: str, *, tenant: str = "") -> bool:
        """See :meth:`ClientStates.remove_state`."""
        return await self.queue.run(states.remove(tenant, name))
