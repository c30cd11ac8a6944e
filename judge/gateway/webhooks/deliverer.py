"""Sends what webhooks are to be told. Every gateway does; each delivery is one gateway's, for one lease.

What a killed gateway had begun is taken up by another one when its lease ends, so a receiver may get the same twice:
``webhook-id`` says so. Nothing is counted as sent that was not answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from judge.errors import QueueError
from judge.gateway.service import Service
from judge.gateway.webhooks.addresses import Addresses, NoWayError, Ranges
from judge.gateway.webhooks.messages import Messages
from judge.gateway.webhooks.retries import asked_s, callback_outcome, delay_ms, outcome_of
from judge.gateway.webhooks.sending import Message, Received, Sender, SendError, UrlError, target_of
from judge.gateway.webhooks.signing import signature, signing
from judge.queue import webhooks
from judge.queue.feed import Watch
from judge.queue.webhooks import Attempt, Claimed, Outcome
from judge.release import judge_version

log = logging.getLogger(__name__)

#: A lease is longer than an attempt may take by this much: its result is written down within it.
_MARGIN_S = 5

#: Attempts at once to one webhook.
_OF_WEBHOOK = 4

#: More than there are retries: gateways ended while they sent it.
_FAILURES_MAX = 20

#: Nothing is heard of what other gateways' deaths leave, so that it is looked for this often.
_LOOK_S = 5.0
_PAUSE_S = 0.05

#: The channel on which scripts say that there is something to send.
_CHANNEL = "~webhooks"


@dataclass(frozen=True)
class CallbackRules:
    """How a dialect has its callbacks sent: by PUT, this often, each within this time. ``body_of`` raises
    QueueError."""

    body_of: Callable[[Claimed], Awaitable[bytes]]
    tries_max: int
    timeout_s: float


class Deliverer:
    """One for each gateway."""

    def __init__(self, service: Service, callbacks: Mapping[str, CallbackRules] | None = None) -> None:
        """``callbacks``: of the dialects that have any. Raises UsageError for settings that are no networks."""
        self._callbacks = dict(callbacks or {})
        self._settings = service.settings.webhooks
        self._service = service
        self._addresses = Addresses(Ranges(self._settings), self._settings.at_once)
        self._messages = Messages(service.queue, service.packages, self._settings.body_bytes_max)
        self._sender = Sender()
        self._metrics = service.metrics.webhooks
        self._flights: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._task = asyncio.create_task(self._always())

    async def close(self) -> None:
        """Take nothing more, and let what is on its way end; idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._flights:
            await asyncio.wait(self._flights, timeout=self._settings.timeout_s)
        for flight in self._flights:
            flight.cancel()
        await asyncio.gather(*self._flights, return_exceptions=True)
        self._addresses.close()

    async def _always(self) -> None:
        feed = self._service.feed
        with feed.watching(_CHANNEL, events=True) as watch:
            await feed.hear(watch)
            while not self._service.stopping.is_set():
                try:
                    await watch.changed(await self._take(watch))
                except QueueError as error:
                    log.debug("cannot look for what webhooks are to be told: %s", error)
                    await asyncio.sleep(1)
                except Exception:
                    log.exception("webhooks: a fault of the gateway")
                    await asyncio.sleep(1)

    async def _take(self, watch: Watch) -> float:
        """Begin to send what is due; for how long there is nothing more. Raises QueueError."""
        room = self._settings.at_once - len(self._flights)
        if room <= 0:
            return _LOOK_S  # the end of a flight wakes us
        lease_ms = (self._settings.timeout_s + _MARGIN_S) * 1000
        work = await self._service.queue.run(
            webhooks.claim(lease_ms, room, _OF_WEBHOOK, max(1, self._settings.at_once // 4))
        )
        self._metrics.waiting(work.waiting)
        for claimed in work.claimed:
            flight = asyncio.create_task(self._deliver(claimed))
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
            flight.add_done_callback(lambda _: watch.wake())
        if work.pause_ms is None:
            return _LOOK_S
        return min(max(work.pause_ms / 1000, 0 if work.claimed else _PAUSE_S), _LOOK_S)

    async def _deliver(self, claimed: Claimed) -> None:
        began_s, at_ms = time.monotonic(), _now_ms()
        received, error = Received(0), ""
        try:
            async with asyncio.timeout(self._timeout_s(claimed)):
                received = await self._send(claimed)
        except TimeoutError:
            error = f"no answer within {self._timeout_s(claimed):g} s"
        except (SendError, NoWayError, UrlError) as refused:
            error = str(refused)
        except QueueError as away:
            log.warning("webhook %s, delivery %s: %s", claimed.webhook.id, claimed.id, away)
            return  # its lease will end
        except Exception:
            log.exception("webhook %s, delivery %s: a fault of the gateway", claimed.webhook.id, claimed.id)
            error = "a fault of the judge"
        took_s = time.monotonic() - began_s
        attempt = Attempt(at_ms=at_ms, status=received.status, error=error, took_ms=round(took_s * 1000))
        with contextlib.suppress(QueueError):  # its lease will end
            outcome = await self._settle(claimed, attempt, asked_s(received.retry_after, time.time()))
            self._metrics.attempted(outcome, took_s)

    async def _send(self, claimed: Claimed) -> Received:
        """Raises QueueError, UrlError, NoWayError, SendError."""
        if claimed.failures > _FAILURES_MAX:
            raise SendError("each gateway that began it was gone before its end")
        webhook, rules = claimed.webhook, self._rules(claimed)
        target = target_of(claimed.url or webhook.url, http=self._settings.http)
        addresses = await self._addresses.of(target.host, target.port)
        body = await (self._messages.body_of if rules is None else rules.body_of)(claimed)
        now_s = int(time.time())
        headers = (
            ("content-type", "application/json"),
            ("user-agent", f"judge/{judge_version() or '0'} (webhooks)"),
            ("webhook-id", claimed.id),
            ("webhook-timestamp", str(now_s)),
            ("webhook-signature", signature(signing(webhook.secrets, now_s * 1000), claimed.id, now_s, body)),
        )
        message = Message(headers, body, "POST" if rules is None else "PUT")
        return await self._sender.send(target, addresses, message)

    async def _settle(self, claimed: Claimed, attempt: Attempt, asked: float) -> str:
        """Write down what came of it, and say it. Raises QueueError."""
        rules, delay, reason = self._rules(claimed), 0, ""
        if rules is None:
            outcome = outcome_of(attempt.status)
        else:
            outcome = callback_outcome(attempt.status, claimed.failures, rules.tries_max)
        if outcome is Outcome.RETRY:
            wait_ms = delay_ms(claimed.failures, claimed.age_ms, asked, self._settings.retry_s)
            if wait_ms is None:
                outcome, reason = Outcome.DEAD, "it was tried for long enough"
            delay = wait_ms or 0
        elif outcome is Outcome.DEAD:
            reason = f"the receiver answered {attempt.status}" if attempt.status else attempt.error
        elif outcome is Outcome.GONE:
            reason = "the receiver answered 410: it wants nothing more"
        call = webhooks.settle(claimed, outcome, attempt, delay_ms=delay, reason=reason)
        said = outcome.value if await self._service.queue.run(call) else "late"
        if outcome is not Outcome.SENT:
            log.info(
                "webhook %s, delivery %s, attempt %d: status %d, %s", claimed.webhook.id, claimed.id, claimed.attempt,
                attempt.status, said,
            )  # fmt: skip
        return said

    def _rules(self, claimed: Claimed) -> CallbackRules | None:
        return self._callbacks.get(claimed.webhook.callbacks)

    def _timeout_s(self, claimed: Claimed) -> float:
        rules = self._rules(claimed)
        return self._settings.timeout_s if rules is None else min(rules.timeout_s, self._settings.timeout_s)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
