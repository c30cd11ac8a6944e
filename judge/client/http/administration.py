"""The part of the HTTP client that is for those who run the judge. Each raises AccessError for other keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from judge.client.http.transport import API, Ask, Transport, segment
from judge.client.http.values import decoded
from judge.http_form.administration import (
    KeyForm,
    KeyPage,
    KeyRequest,
    MaintenanceForm,
    MaintenanceRequest,
    NewKeyForm,
)
from judge.http_form.answers import WorkersForm
from judge.observe.top.overview import Overview
from judge.queue.api_keys import Scope

_KEYS = f"{API}/keys"
_MAINTENANCE = f"{API}/maintenance"


class HttpAdministration:
    """Keys, workers and maintenance over HTTP."""

    transport: Transport

    def workers(self) -> WorkersForm:
        """The workers."""
        return decoded(self.transport.ask(Ask("GET", f"{API}/workers")).body, WorkersForm)

    def overview(self) -> Overview:
        """All that ``judge top`` shows."""
        return decoded(self.transport.ask(Ask("GET", f"{API}/overview")).body, Overview)

    def create_key(
        self,
        scopes: Sequence[Scope],
        *,
        tenant: str = "",
        priority_class: str = "run",
        expires_at_ms: int = 0,
        note: str = "",
    ) -> NewKeyForm:
        """Make a key; its text is in this answer alone. Sent once: when the answer is lost it raises ServerError."""
        wanted = KeyRequest(
            scopes=tuple(scopes), tenant=tenant, priority_class=priority_class, expires_at_ms=expires_at_ms, note=note
        )
        asked = Ask("POST", _KEYS, body=msgspec.json.encode(wanted), repeat=False)
        return decoded(self.transport.ask(asked).body, NewKeyForm)

    def keys(self) -> Iterator[KeyForm]:
        """All keys, newest first."""
        after: str | None = ""
        while after is not None:
            page = decoded(self.transport.ask(Ask("GET", _KEYS, {"after": after, "limit": 500})).body, KeyPage)
            yield from page.items
            after = page.next

    def revoke_key(self, key_id: str) -> None:
        """End a key. Raises UsageError when there is none of this id."""
        self.transport.ask(Ask("DELETE", f"{_KEYS}/{segment(key_id)}", about=key_id, thing="key"))

    def maintenance(self) -> MaintenanceForm:
        """Whether work is taken in."""
        return decoded(self.transport.ask(Ask("GET", _MAINTENANCE)).body, MaintenanceForm)

    def begin_maintenance(self, message: str, retry_s: int = 60) -> MaintenanceForm:
        """Take no more work in, anywhere."""
        body = msgspec.json.encode(MaintenanceRequest(message=message, retry_s=retry_s))
        return decoded(self.transport.ask(Ask("PUT", _MAINTENANCE, body=body)).body, MaintenanceForm)

    def end_maintenance(self) -> None:
        """Take work in again."""
        self.transport.ask(Ask("DELETE", _MAINTENANCE))
