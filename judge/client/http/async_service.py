"""The part of the asyncio client over HTTP that has packages, rejudges, and what is for those who run the judge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from judge.client.http.blocking import HttpClient
from judge.client.http.packages import PackageSource, Refuse
from judge.http_form.administration import KeyForm, MaintenanceForm, NewKeyForm, TenantForm
from judge.http_form.answers import WorkersForm
from judge.http_form.packages import PackageCheck, PackageForm
from judge.http_form.rejudges import RejudgeForm, RejudgeReport, RejudgeRequest
from judge.http_form.webhooks import DeliveryForm, NewWebhookForm, WebhookChange, WebhookForm, WebhookRequest
from judge.observe.top.overview import Overview
from judge.queue.api_keys import Scope
from judge.queue.webhooks import DeliveryState

T = TypeVar("T")


class AsyncHttpService:
    """See :class:`judge.client.http.packages.HttpPackages`, :class:`judge.client.http.webhooks.HttpWebhooks` and
    :class:`judge.client.http.administration.HttpAdministration`."""

    async def call(self, ask: Callable[[HttpClient], T]) -> T:
        """The answer of the blocking client."""
        raise NotImplementedError

    async def walk(self, begin: Callable[[HttpClient], Iterator[T]]) -> AsyncIterator[T]:
        """What the blocking client gives one after the other."""
        items = await self.call(begin)
        while (found := await self.call(lambda _: next(items, None))) is not None:
            yield found

    async def publish(
        self, package: PackageSource, *, name: str = "", version: str = "", refuse: Refuse = "errors"
    ) -> PackageForm:
        """See :meth:`judge.client.http.packages.HttpPackages.publish`."""
        return await self.call(partial(HttpClient.publish, package=package, name=name, version=version, refuse=refuse))

    async def check_package(self, package: PackageSource, *, refuse: Refuse = "errors") -> PackageCheck:
        """See :meth:`judge.client.http.packages.HttpPackages.check_package`."""
        return await self.call(lambda client: client.check_package(package, refuse=refuse))

    def packages(self, *, tenant: str = "") -> AsyncIterator[PackageForm]:
        """See :meth:`judge.client.http.packages.HttpPackages.packages`."""
        return self.walk(lambda client: client.packages(tenant=tenant))

    async def package(self, reference: str, *, tenant: str = "") -> PackageForm:
        """See :meth:`judge.client.http.packages.HttpPackages.package`."""
        return await self.call(lambda client: client.package(reference, tenant=tenant))

    async def remove_package(self, reference: str, *, tenant: str = "") -> None:
        """See :meth:`judge.client.http.packages.HttpPackages.remove_package`."""
        await self.call(lambda client: client.remove_package(reference, tenant=tenant))

    async def rejudge(self, wanted: RejudgeRequest) -> RejudgeForm:
        """See :meth:`judge.client.http.packages.HttpPackages.rejudge`."""
        return await self.call(lambda client: client.rejudge(wanted))

    async def rejudges(self) -> tuple[RejudgeForm, ...]:
        """See :meth:`judge.client.http.packages.HttpPackages.rejudges`."""
        return await self.call(lambda client: client.rejudges())

    async def rejudged(self, rejudge: str) -> RejudgeReport:
        """See :meth:`judge.client.http.packages.HttpPackages.rejudged`."""
        return await self.call(lambda client: client.rejudged(rejudge))

    async def apply_rejudge(self, rejudge: str) -> RejudgeReport:
        """See :meth:`judge.client.http.packages.HttpPackages.apply_rejudge`."""
        return await self.call(lambda client: client.apply_rejudge(rejudge))

    async def drop_rejudge(self, rejudge: str) -> int:
        """See :meth:`judge.client.http.packages.HttpPackages.drop_rejudge`."""
        return await self.call(lambda client: client.drop_rejudge(rejudge))

    async def workers(self) -> WorkersForm:
        """See :meth:`judge.client.http.administration.HttpAdministration.workers`."""
        return await self.call(lambda client: client.workers())

    async def steer_worker(self, worker: str, *, draining: bool) -> None:
        """See :meth:`judge.client.http.administration.HttpAdministration.steer_worker`."""
        await self.call(lambda client: client.steer_worker(worker, draining=draining))

    async def tenants(self) -> tuple[TenantForm, ...]:
        """See :meth:`judge.client.http.administration.HttpAdministration.tenants`."""
        return await self.call(lambda client: client.tenants())

    async def tenant(self, name: str) -> TenantForm:
        """See :meth:`judge.client.http.administration.HttpAdministration.tenant`."""
        return await self.call(lambda client: client.tenant(name))

    async def limit_tenant(self, name: str, limits: Mapping[str, int | None]) -> TenantForm:
        """See :meth:`judge.client.http.administration.HttpAdministration.limit_tenant`."""
        return await self.call(lambda client: client.limit_tenant(name, limits))

    async def overview(self) -> Overview:
        """See :meth:`judge.client.http.administration.HttpAdministration.overview`."""
        return await self.call(lambda client: client.overview())

    async def create_key(
        self,
        scopes: Sequence[Scope],
        *,
        tenant: str = "",
        priority_class: str = "run",
        expires_at_ms: int = 0,
        note: str = "",
        student: str = "",
    ) -> NewKeyForm:
        """See :meth:`judge.client.http.administration.HttpAdministration.create_key`."""
        create = partial(
            HttpClient.create_key,
            scopes=scopes,
            tenant=tenant,
            priority_class=priority_class,
            expires_at_ms=expires_at_ms,
            note=note,
            student=student,
        )
        return await self.call(create)

    def keys(self) -> AsyncIterator[KeyForm]:
        """See :meth:`judge.client.http.administration.HttpAdministration.keys`."""
        return self.walk(lambda client: client.keys())

    async def revoke_key(self, key_id: str) -> None:
        """See :meth:`judge.client.http.administration.HttpAdministration.revoke_key`."""
        await self.call(lambda client: client.revoke_key(key_id))

    async def maintenance(self) -> MaintenanceForm:
        """See :meth:`judge.client.http.administration.HttpAdministration.maintenance`."""
        return await self.call(lambda client: client.maintenance())

    async def begin_maintenance(self, message: str, retry_s: int = 60) -> MaintenanceForm:
        """See :meth:`judge.client.http.administration.HttpAdministration.begin_maintenance`."""
        return await self.call(lambda client: client.begin_maintenance(message, retry_s))

    async def end_maintenance(self) -> None:
        """See :meth:`judge.client.http.administration.HttpAdministration.end_maintenance`."""
        await self.call(lambda client: client.end_maintenance())

    async def create_webhook(self, wanted: WebhookRequest) -> NewWebhookForm:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.create_webhook`."""
        return await self.call(lambda client: client.create_webhook(wanted))

    def webhooks(self, *, tenant: str = "") -> AsyncIterator[WebhookForm]:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.webhooks`."""
        return self.walk(lambda client: client.webhooks(tenant=tenant))

    async def webhook(self, webhook: str) -> WebhookForm:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.webhook`."""
        return await self.call(lambda client: client.webhook(webhook))

    async def change_webhook(self, webhook: str, change: WebhookChange) -> WebhookForm:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.change_webhook`."""
        return await self.call(lambda client: client.change_webhook(webhook, change))

    async def rotate_webhook(self, webhook: str, *, secret: str = "", keep_old_s: int = 86_400) -> str:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.rotate_webhook`."""
        return await self.call(lambda client: client.rotate_webhook(webhook, secret=secret, keep_old_s=keep_old_s))

    async def remove_webhook(self, webhook: str) -> None:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.remove_webhook`."""
        await self.call(lambda client: client.remove_webhook(webhook))

    async def ping_webhook(self, webhook: str) -> str:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.ping_webhook`."""
        return await self.call(lambda client: client.ping_webhook(webhook))

    def webhook_deliveries(self, webhook: str, state: DeliveryState = "dead") -> AsyncIterator[DeliveryForm]:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.webhook_deliveries`."""
        return self.walk(lambda client: client.webhook_deliveries(webhook, state))

    async def replay_webhook(self, webhook: str, delivery: str = "") -> int:
        """See :meth:`judge.client.http.webhooks.HttpWebhooks.replay_webhook`."""
        return await self.call(lambda client: client.replay_webhook(webhook, delivery))
