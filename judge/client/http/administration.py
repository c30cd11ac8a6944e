"""The part of the HTTP client that is for those who run the judge. Each raises AccessError for other keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    TenantChange,
    TenantForm,
    TenantsForm,
    WorkerChange,
)
from judge.http_form.answers import WorkersForm
from judge.observe.top.overview import Overview
from judge.queue.api_keys import Scope

_KEYS = f"{API}/keys"
_MAINTENANCE = f"{API}/maintenance"
_TENANTS = f"{API}/tenants"


class HttpAdministration:
    """Keys, workers and maintenance over HTTP."""

    transport: Transport

    def workers(self) -> WorkersForm:
        """The workers."""
        return decoded(self.transport.ask(Ask("GET", f"{API}/workers")).body, WorkersForm)

    def steer_worker(self, worker: str, *, draining: bool) -> None:
        """Let a worker claim nothing more, or claim again. Raises UsageError when there is none of this name."""
        body = msgspec.json.encode(WorkerChange(draining=draining))
        path = f"{API}/workers/{segment(worker)}"
        self.transport.ask(Ask("PATCH", path, body=body, about=worker, thing="worker"))

    def tenants(self) -> tuple[TenantForm, ...]:
        """Those that have limits of their own."""
        return decoded(self.transport.ask(Ask("GET", _TENANTS)).body, TenantsForm).items

    def tenant(self, name: str) -> TenantForm:
        """A tenant's own limits; "-" = of work that names none."""
        return decoded(self.transport.ask(_tenant("GET", name)).body, TenantForm)

    def limit_tenant(self, name: str, limits: Mapping[str, int | None]) -> TenantForm:
        """Set some of them, 0 = no limit, None = everybody's; as they are then. Raises UsageError, WorkError."""
        body = msgspec.json.encode(TenantChange(limits=dict(limits)))
        return decoded(self.transport.ask(_tenant("PATCH", name, body)).body, TenantForm)

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
        student: str = "",
    ) -> NewKeyForm:
        """Make a key; its text is in this answer alone. Sent once: when the answer is lost it raises ServerError."""
        wanted = KeyRequest(
            scopes=tuple(scopes),
            tenant=tenant,
            priority_class=priority_class,
            expires_at_ms=expires_at_ms,
            note=note,
            student=student,
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


def _tenant(method: str, name: str, body: bytes | None = None) -> Ask:
    return Ask(method, f"{_TENANTS}/{segment(name)}", body=body, about=name, thing="tenant")
