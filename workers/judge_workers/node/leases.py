"""The process that renews the leases of a worker's slots and sweeps the queue.

It renews the leases of slots whose process lives, gives back what a dead one held, delivers cancellations, and does
its share of the queue's housekeeping. It takes the worker out when the host is ill and brings it back when that has
passed and a proof (:mod:`judge_workers.slot.proof`) has succeeded. It judges nothing; the supervisor starts it again
when it dies, well within a lease.

Signals from the supervisor: SIGTERM = claim nothing more, leave when nothing is held; SIGQUIT = hand everything back
and leave. Signals to the supervisor: SIGUSR1 = stop taking tickets, SIGUSR2 = go on,
SIGRTMIN = the reserve slot may be needed from now on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import time
from collections.abc import Mapping

import msgspec

from judge.config import Settings
from judge.errors import JudgeError, QueueError, StaleSession
from judge.kernel.procfs import process_stat
from judge.observe.logs import set_up_logging
from judge.observe.metrics.pipe import RecordWriter, count_dropped_lines
from judge.observe.metrics.settlement import VerdictSender
from judge.queue import calls
from judge.queue.admin import (
    forget_worker,
    publish,
    publish_languages,
    set_content_policy,
    set_policy,
    set_worker_state,
)
from judge.queue.cancellations import Cancellations
from judge.queue.redis_queue import Queue
from judge.queue.settings import blob_policy_of, broker_of, policy_of, state_policy_of
from judge.queue.values import Fault, HeartbeatReply, Held, WorkerInfo, WorkerState
from judge.tenant_blobs.place import blob_place_of
from judge_workers.celery_app import ticket_template
from judge_workers.node.announce import announce_when_ready
from judge_workers.node.blob_sweeper import BlobSweeper
from judge_workers.node.exhausted import give_up
from judge_workers.node.fitness import Fitness
from judge_workers.node.health import Health
from judge_workers.node.language_watch import LanguageWatch
from judge_workers.node.preemption import decide
from judge_workers.node.slot_orders import SlotOrders
from judge_workers.node.slot_processes import SlotProcesses
from judge_workers.profile import Profile, load_profile
from judge_workers.run_dir import Judged, OrderAction, forget_unopened, read_judged, read_noise
from judge_workers.slot.reserve import WANTED_SIGNAL, grant

#: How often load and free disk are told to Redis and looked at.
INFO_EVERY_S = 5.0

#: The same while the worker is out: it is missed.
INFO_EVERY_OUT_S = 1.0

#: All sweeps of all workers together, per second: each worker sweeps the less often the more there are.
SWEEPS_PER_S = 8.0

#: This process' place among the slots, in the metrics of verdicts.
METRICS_SLOT = -1

log = logging.getLogger(__name__)


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of this worker and since when this process knows of it."""

    held: Held
    since_s: float


def excused(watched: Mapping[str, Watched], frozen: Mapping[str, Held], stood_s: float) -> dict[str, Watched]:
    """The claims, those of frozen slots as if they were known ``stood_s`` later: that time was not their work's."""
    return {
        slot: Watched(held=one.held, since_s=one.since_s + stood_s) if frozen.get(slot) == one.held else one
        for slot, one in watched.items()
    }


class Leases:
    """See the module. One thread; blocks only in :meth:`wait` and in calls to Redis."""

    def __init__(
        self, settings: Settings, profile: Profile, queue: Queue, verdicts: VerdictSender | None = None
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._queue = queue
        self._verdicts = verdicts
        self._health = Health(settings.state, settings.worker.disk_free_min_bytes)
        self._fitness = Fitness(settings, profile.node, queue, self._health)
        self._cancellations = Cancellations(queue, profile.node)
        self._languages = LanguageWatch(settings, profile)
        self._processes = SlotProcesses(settings)
        self._orders = SlotOrders(settings, self._processes)
        #: Slot -> the claim that Redis says it holds; leases are renewed for these alone.
        self._watched: dict[str, Watched] = {}
        #: Slot -> the claim it was frozen with; None = a process before this one may have frozen some.
        self._frozen: dict[str, Held] | None = None
        #: Slot -> what it judges although Redis, at the last heartbeat, did not know it as this worker's.
        self._strays: dict[str, Judged] = {}
        self._granted_s = float("-inf")
        #: Whether something that may be frozen was judged at the last heartbeat.
        self._preemptible = False
        #: This worker was told to stop; from when on its sessions are told to end.
        self._stops = False
        self._sessions_end_s = float("inf")
        self._state = WorkerState.ON
        self._ticked_s = time.monotonic()
        self._idle = False
        self._announced = False
        self._info_due_s = self._sweep_due_s = 0.0

    def tick(self) -> None:
        """One heartbeat and what follows from it. Raises QueueError when Redis is away."""
        self._processes.find()
        now_s = time.monotonic()
        self._replace_stopped(now_s)
        self._watched = excused(self._watched, self._frozen or {}, now_s - self._ticked_s)
        self._ticked_s = now_s
        info = self._info() if now_s >= self._info_due_s else None
        alive = [watched.held for watched in self._watched.values() if self._vouch(watched, now_s)]
        who = self._profile
        try:
            urgent = self._settings.queue.preempting_class
            reply = self._queue.run(
                calls.tick(who.node, who.session, self._settings.leases.lease_ms, info, alive, urgent)
            )
        except StaleSession:
            self._register()
            return
        if info is not None:
            self._info_due_s = now_s + (INFO_EVERY_OUT_S if reply.state is WorkerState.OUT else INFO_EVERY_S)
        self._follow_state(reply)
        if info is not None:
            self._fitness.look_after(reply)
            self._follow_languages()
        self._idle = not reply.held and (not self._stops or reply.state is WorkerState.DRAINING)
        self._announced = self._announced or announce_when_ready(self._settings, self._profile)
        self._adopt(reply)
        self._preempt(reply, now_s)
        self._stop_strays(reply)
        if now_s >= self._sweep_due_s:
            self._sweep(now_s)

    def wait(self, timeout_s: float) -> None:
        """Wait for the next tick, or until a slot's process dies; meanwhile act on cancellations."""
        self._cancellations.connect()
        deadline = time.monotonic() + timeout_s
        while (left_s := deadline - time.monotonic()) > 0:
            poller = select.poll()
            for pidfd in self._processes.pidfds():
                poller.register(pidfd, select.POLLIN)
            channel_fd = self._cancellations.fileno()
            if channel_fd >= 0:
                poller.register(channel_fd, select.POLLIN)
            ready = [fd for fd, _ in poller.poll(left_s * 1000)]
            if channel_fd in ready:
                for said in self._cancellations.read():
                    self._orders.give(OrderAction.INTERRUPT if said.interrupts else OrderAction.CANCEL, said.held)
            if any(fd != channel_fd for fd in ready):
                return

    @property
    def drained(self) -> bool:
        """Draining, and nothing is held any more (Redis lets a draining worker claim nothing)."""
        return self._state is WorkerState.DRAINING and self._idle

    def drain(self) -> None:
        """From now on this worker claims nothing; sessions may go on for half of the time that there is."""
        self._state, self._stops, self._idle = WorkerState.DRAINING, True, False
        self._sessions_end_s = time.monotonic() + self._settings.worker.drain_max_s / 2
        try:
            set_worker_state(self._queue, self._profile.node, WorkerState.DRAINING, "told to stop")
        except QueueError:  # what the slots say must do; by now also one that had only just claimed
            self._idle = not read_judged(self._settings.state.run, self._profile.info.slots)
            raise

    def hand_back(self) -> None:
        """Give back all that is held, as if it had never been claimed."""
        self.drain()
        self.tick()
        for watched in self._watched.values():
            self._give_back(watched.held, "the worker was stopped", Fault.RETURNED)

    def leave(self) -> None:
        """This worker ends: take it out of the list."""
        forget_worker(self._queue, self._profile.node)
        self._cancellations.close()

    def _register(self) -> None:
        publish(self._queue)
        publish_languages(self._queue, self._profile.known)
        set_policy(self._queue, policy_of(self._settings))
        set_content_policy(self._queue, blob_policy_of(self._settings.blobs))
        set_content_policy(self._queue, state_policy_of(self._settings.states))
        who = self._profile
        back = self._queue.run(
            calls.register(who.node, who.session, self._state, self._info(), ticket_template(), who.routes)
        )
        if back:
            log.warning("%d submissions of an earlier start went back to the queue", back)

    def _info(self) -> WorkerInfo:
        noise_ratio = read_noise(self._settings.state.run)
        return msgspec.structs.replace(
            self._profile.info,
            load_1m=self._health.load_1m(),
            disk_free_bytes=self._health.disk_free_bytes(),
            slots_stopped=self._processes.stopped_count,
            noise_ratio=self._profile.info.noise_ratio if noise_ratio is None else noise_ratio,
        )

    def _replace_stopped(self, now_s: float) -> None:
        """End the slots' processes that stand stopped for good; they are started again."""
        before = self._processes.stopped_count
        overdue = self._processes.look_for_stopped(now_s)
        if self._processes.stopped_count != before:
            self._info_due_s = now_s
        for pid in overdue:
            log.error("process %d of a slot stands stopped: it is replaced", pid)
            for watched in self._watched.values():
                if watched.held.pid == pid:
                    self._give_back(watched.held, "its judging process was stopped", Fault.UNBLAMED)
            self._processes.kill(pid)

    def _vouch(self, watched: Watched, now_s: float) -> bool:
        """Whether a claim deserves renewal; ends a judging that takes too long."""
        held = watched.held
        if now_s >= self._sessions_end_s:
            self._orders.end_session(held)
        if not self._orders.is_in_time(held, now_s - watched.since_s):
            return False
        stat = process_stat(held.pid)
        return stat.alive and not stat.stopped

    def _adopt(self, reply: HeartbeatReply) -> None:
        """Watch what Redis says is ours, give back what the dead hold, stop what we have lost."""
        now_s = time.monotonic()
        before, self._watched = self._watched, {}
        for held in reply.held:
            known = before.get(held.slot)
            if not self._processes.is_slot(held.pid):
                self._give_back_dead(held)
            elif known is not None and known.held == held:
                self._watched[held.slot] = known
            else:
                self._watched[held.slot] = Watched(held=held, since_s=now_s)
        for slot, watched in before.items():
            if slot not in self._watched and watched.held.id in reply.lost:
                self._orders.give(OrderAction.CANCEL, watched.held)

    def _give_back_dead(self, held: Held) -> None:
        """A claim whose process is gone. The submission is to blame unless the whole pool went with it."""
        if self._processes.parent_lives(held.pid):
            self._give_back(held, "its judging process died", Fault.DIED)
        else:
            self._give_back(held, "the worker's processes died", Fault.UNBLAMED)

    def _give_back(self, held: Held, reason: str, fault: Fault) -> None:
        text = f"{reason} ({self._profile.node}/{held.slot})"
        log.warning("submission %s goes back: %s", held.id, text)
        self._queue.run(calls.give_back(held, text, fault, attempts_max=self._settings.leases.attempts_max))

    def _preempt(self, reply: HeartbeatReply, now_s: float) -> None:
        """Freeze a slot for urgent work, or let it go on."""
        if not self._settings.queue.preempting_class:
            return
        decision = decide(
            reply.held,
            self._frozen,
            slots=self._profile.info.slots,
            urgent_waits=reply.urgent and reply.state is WorkerState.ON,
            granted_lately=now_s - self._granted_s < 2 * self._settings.leases.tick_ms / 1000,
            preempted_class=self._settings.queue.preempted_class,
        )
        frozen = self._frozen = self._frozen or {}
        for held in decision.thaw:
            self._orders.give(OrderAction.THAW, held)
            frozen.pop(held.slot, None)
        for held in decision.freeze:
            self._orders.give(OrderAction.FREEZE, held)
            frozen[held.slot] = held
        if decision.grant and grant(self._settings.state):
            self._granted_s = now_s
        preemptible = any(held.priority_class == self._settings.queue.preempted_class for held in reply.held)
        if preemptible and not self._preemptible:
            os.kill(os.getppid(), WANTED_SIGNAL)
        self._preemptible = preemptible

    def _stop_strays(self, reply: HeartbeatReply) -> None:
        """Stop what a slot judges although Redis, at two heartbeats, does not know it as this worker's."""
        known = {(held.slot, held.id, held.fence) for held in reply.held}
        judged = read_judged(self._settings.state.run, self._profile.info.slots)
        strays = {slot: held for slot, held in judged.items() if (slot, held.id, held.fence) not in known}
        for slot, stray in strays.items():
            if self._strays.get(slot) == stray:
                self._orders.give(OrderAction.CANCEL, stray)
        self._strays = strays

    def _follow_state(self, reply: HeartbeatReply) -> None:
        """Redis says another state than before: let the supervisor stop or start the slots, unless all of it stops."""
        if reply.state == self._state:
            return
        if self._stops:  # Redis was away when it was told
            set_worker_state(self._queue, self._profile.node, WorkerState.DRAINING, "told to stop")
            return
        log.warning("this worker is now %s %s", reply.state, f"({reply.reason})" if reply.reason else "")
        if reply.state is WorkerState.ON:
            forget_unopened(self._settings.state.run)
        os.kill(os.getppid(), signal.SIGUSR2 if reply.state is WorkerState.ON else signal.SIGUSR1)
        self._state = reply.state

    def _follow_languages(self) -> None:
        """A toolchain came, went or changed: say so, and from now on claim accordingly."""
        profile = self._languages.look()
        if profile is None:
            return
        before, now = set(self._profile.info.languages), set(profile.info.languages)
        known_before, self._profile = self._profile.known, profile
        if before == now and profile.known == known_before:
            return
        for what, names in (("more", now - before), ("no longer", before - now)):
            if names:
                log.info("offers %s: %s", what, ", ".join(sorted(names)))
        self._register()

    def _sweep(self, now_s: float) -> None:
        settings = self._settings
        swept = self._queue.run(
            calls.sweep(
                self._profile.node,
                settings.leases.tick_ms * 9 // 10,
                settings.leases.lease_ms,
                settings.leases.attempts_max,
            )
        )
        self._sweep_due_s = now_s + max(settings.leases.tick_ms / 1000, swept.workers / SWEEPS_PER_S)
        for exhausted in swept.exhausted:
            give_up(self._queue, exhausted, self._profile.node, self._verdicts)


def run(leases: Leases, tick_s: float, stop: set[int], *, until_drained: bool = False) -> None:
    """Tick until a signal lies in ``stop`` (or all is drained); outages of Redis are survived."""
    while not stop and not (until_drained and leases.drained):
        try:
            leases.tick()
            leases.wait(tick_s)
        except QueueError as error:
            log.warning("%s", error)
            time.sleep(tick_s)


def serve(settings: Settings, metrics_fd: int = -1) -> int:
    """Renew leases until a signal says stop; the exit code. ``metrics_fd``: the metrics pipe, negative for none."""
    set_up_logging(settings.logs.format, settings.logs.level)
    received: set[int] = set()
    for number in (signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, lambda number, _frame: received.add(number))
    try:
        with Queue(broker_of(settings)) as queue:
            leases = Leases(settings, load_profile(settings.state), queue, _verdicts(metrics_fd))
            with Queue(broker_of(settings)) as own, BlobSweeper(own, blob_place_of(settings)):
                _live(leases, settings.leases.tick_ms / 1000, received)
    except JudgeError as error:
        log.error("%s", error)
        return error.exit_code
    return 0


def _verdicts(metrics_fd: int) -> VerdictSender | None:
    """What sends verdicts, and log lines that are lost, to the exporter; None = there is none (``metrics_fd`` < 0)."""
    if metrics_fd < 0:
        return None
    writer = RecordWriter(metrics_fd)
    count_dropped_lines(writer)
    return VerdictSender(writer, METRICS_SLOT)


def _live(leases: Leases, tick_s: float, received: set[int]) -> None:
    run(leases, tick_s, received)
    if signal.SIGQUIT not in received:
        received.clear()
        with contextlib.suppress(QueueError):
            leases.drain()
        run(leases, tick_s, received, until_drained=True)
    if signal.SIGQUIT in received:
        with contextlib.suppress(QueueError):
            leases.hand_back()
    with contextlib.suppress(QueueError):
        leases.leave()
