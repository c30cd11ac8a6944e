"""Webhooks of the key's tenant over HTTP. Each raises AccessError for a key without the scope ``webhooks``."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from judge.client.http.transport import API, Ask, Transport, segment
from judge.client.http.values import decoded
from judge.http_form.webhooks import (
    DeliveryForm,
    DeliveryPage,
    NewWebhookForm,
    PingedForm,
    ReplayedForm,
    SecretForm,
    SecretRequest,
    WebhookChange,
    WebhookForm,
    WebhookPage,
    WebhookRequest,
)
from judge.queue.webhooks import DeliveryState

_PATH = f"{API}/webhooks"
_PAGE = 500


class HttpWebhooks:
    """What tells a receiver of work that is over."""

    transport: Transport

    def create_webhook(self, wanted: WebhookRequest) -> NewWebhookForm:
        """Make one; its secret is in this answer alone. Sent once: when the answer is lost it raises ServerError."""
        asked = Ask("POST", _PATH, body=msgspec.json.encode(wanted), repeat=False)
        return decoded(self.transport.ask(asked).body, NewWebhookForm)

    def webhooks(self, *, tenant: str = "") -> Iterator[WebhookForm]:
        """Newest first; an admin's key sees all, or those of ``tenant``."""
        after: str | None = ""
        while after is not None:
            query: dict[str, object] = {"after": after, "limit": _PAGE, "tenant": tenant}
            page = decoded(self.transport.ask(Ask("GET", _PATH, query)).body, WebhookPage)
            yield from page.items
            after = page.next

    def webhook(self, webhook: str) -> WebhookForm:
        """As it stands. Raises UsageError when there is none of this id."""
        return decoded(self.transport.ask(_one("GET", webhook)).body, WebhookForm)

    def change_webhook(self, webhook: str, change: WebhookChange) -> WebhookForm:
        """Change what is given, turn it off or on."""
        asked = _one("PATCH", webhook, body=msgspec.json.encode(change))
        return decoded(self.transport.ask(asked).body, WebhookForm)

    def rotate_webhook(self, webhook: str, *, secret: str = "", keep_old_s: int = 86_400) -> str:
        """A new secret, made there unless it is given; the old ones sign beside it for a while. Sent once."""
        wanted = SecretRequest(secret=secret or msgspec.UNSET, keep_old_s=keep_old_s)
        asked = _one("POST", webhook, "/secrets", body=msgspec.json.encode(wanted), repeat=False)
        return decoded(self.transport.ask(asked).body, SecretForm).secret

    def remove_webhook(self, webhook: str) -> None:
        """Remove it with all that it was not told yet."""
        self.transport.ask(_one("DELETE", webhook))

    def ping_webhook(self, webhook: str) -> str:
        """Try it; the id of the delivery."""
        return decoded(self.transport.ask(_one("POST", webhook, "/ping", repeat=False)).body, PingedForm).delivery

    def webhook_deliveries(self, webhook: str, state: DeliveryState = "dead") -> Iterator[DeliveryForm]:
        """Its dead letters, or what waits, or the newest that came through."""
        after: str | None = ""
        while after is not None:
            query: dict[str, object] = {"state": state, "after": after, "limit": _PAGE}
            page = decoded(self.transport.ask(_one("GET", webhook, "/deliveries", query=query)).body, DeliveryPage)
            yield from page.items
            after = page.next

    def replay_webhook(self, webhook: str, delivery: str = "") -> int:
        """Send a delivery again that is over, or all dead letters; how many. Sent once."""
        then = f"/deliveries/{segment(delivery)}/replay" if delivery else "/replay"
        return decoded(self.transport.ask(_one("POST", webhook, then, repeat=False)).body, ReplayedForm).replayed


def _one(
    method: str,
    webhook: str,
    then: str = "",
    *,
    query: dict[str, object] | None = None,
    body: bytes | None = None,
    repeat: bool = True,
) -> Ask:
    path = f"{_PATH}/{segment(webhook)}{then}"
    return Ask(method, path, query, body, repeat=repeat, about=webhook, thing="webhook")
