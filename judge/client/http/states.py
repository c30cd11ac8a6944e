"""The part of the HTTP client that lists, reads and removes the carried state of judge programs."""

from __future__ import annotations

from collections.abc import Iterator

from judge.client.http.transport import Ask, Transport, segment
from judge.client.http.values import decoded
from judge.errors import NoSuchState
from judge.http_form.states import StatePage
from judge.queue.states import StateContent, StateView, check_state_name

_PATH = "/api/v1/states"


class HttpStates:
    """States over HTTP, of the key's tenant."""

    transport: Transport

    def check_tenant(self, tenant: str) -> None:
        """Raise UsageError when the key is not this tenant's."""
        raise NotImplementedError

    def states(self, *, tenant: str = "") -> Iterator[StateView]:
        """See :meth:`judge.client.states.ClientStates.states`."""
        self.check_tenant(tenant)
        after: int | None = 0
        while after is not None:
            page = decoded(self.transport.ask(Ask("GET", _PATH, {"after": after, "limit": 500})).body, StatePage)
            yield from page.items
            after = page.next

    def get_state(self, name: str, *, version: int = 0, tenant: str = "") -> StateContent:
        """See :meth:`judge.client.states.ClientStates.get_state`."""
        self.check_tenant(tenant)
        asked = Ask("GET", self._address(name), {"version": version}, about=name, thing="state")
        return decoded(self.transport.ask(asked).body, StateContent)

    def remove_state(self, name: str, *, tenant: str = "") -> bool:
        """See :meth:`judge.client.states.ClientStates.remove_state`."""
        self.check_tenant(tenant)
        try:
            self.transport.ask(Ask("DELETE", self._address(name), about=name, thing="state"))
        except NoSuchState:
            return False
        return True

    def _address(self, name: str) -> str:
        return f"{_PATH}/{segment(check_state_name(name))}"
