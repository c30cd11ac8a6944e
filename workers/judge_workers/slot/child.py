"""One slot's process, whichever it is: opens the slot, connects it to the queue, takes orders."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from judge.config import Settings
from judge.observe.metrics.pipe import RecordWriter, count_dropped_lines
from judge.observe.metrics.pipe_records import SlotChanged, SlotState
from judge.observe.metrics.settlement import VerdictSender
from judge.observe.traces import Traces
from judge.queue.redis_queue import Queue
from judge.queue.settings import broker_of
from judge.queue.tickets import TicketPoll
from judge.queue.values import Claimant
from judge_workers.judging import load_factory
from judge_workers.node.health import Health
from judge_workers.profile import Profile
from judge_workers.run_dir import ORDER_SIGNAL
from judge_workers.slot.loop import SlotLoop
from judge_workers.slot.proof import proof_of
from judge_workers.slot.slot_config import HostCheck, SlotConfig, SlotTelemetry

#: A process is ended in order by one of these, sent to it alone or to its whole group.
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def open_slot_loop(stack: ExitStack, settings: Settings, profile: Profile, index: int, metrics_fd: int) -> SlotLoop:
    """Reserve slot ``index`` in this process, for as long as ``stack`` lasts. Raises InfrastructureError.

    ``metrics_fd`` is the write end of the metrics pipe, negative for none. Past the worker's slots is the reserve slot.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = SlotConfig(
        claimant=Claimant(node=profile.node, session=profile.session, slot=str(index), pid=os.getpid()),
        run_directory=settings.state.run,
        languages=profile.info.languages,
        lease_ms=settings.leases.lease_ms,
        attempts_max=settings.leases.attempts_max,
        session_slots=settings.worker.session_slots,
        idle=SlotState.FREE if index < profile.info.slots else SlotState.RESERVE,
    )
    writer = RecordWriter(metrics_fd) if metrics_fd >= 0 else None
    send = writer.send if writer else _send_nothing
    if writer:
        count_dropped_lines(writer)
    send(SlotChanged(index, SlotState.STARTING))
    judge = stack.enter_context(load_factory(settings.worker.judge_factory).open_slot(settings, index))
    queue = stack.enter_context(Queue(broker_of(settings), preload=("event", "finish", "finish_claim")))
    verdicts = VerdictSender(writer, index) if writer else None
    traces = stack.enter_context(closing(Traces(version=profile.info.version))) if settings.logs.traces else None
    health = Health(settings.state, settings.worker.disk_free_min_bytes)
    host, tickets = HostCheck(health, proof_of(settings)), TicketPoll(queue, profile.routes, config.claimant)
    loop = SlotLoop(queue, config, judge, host, tickets, SlotTelemetry(send, verdicts, traces))
    signal.signal(ORDER_SIGNAL, lambda _number, _frame: loop.on_order())
    signal.signal(signal.SIGALRM, lambda _number, _frame: loop.on_alarm())
    signal.siginterrupt(signal.SIGALRM, False)
    gc.collect()
    gc.freeze()  # what was loaded stays: a collection in the middle of a judging need not look at it
    send(SlotChanged(index, config.idle))
    return loop


@contextmanager
def finishing_first(loop: SlotLoop) -> Iterator[None]:
    """While work is done here, a signal to end lets it be finished first and then ends the process (SystemExit).

    Else the signal does what it did before. Call from the main thread.
    """
    received: list[int] = []

    def finish_first(number: int, _frame: object) -> None:
        received.append(number)
        loop.leave()

    before = [(number, signal.signal(number, finish_first)) for number in _ENDING]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    if received:
        raise SystemExit(0)


def _send_nothing(_record: object) -> bool:
    return False
