"""Takes a worker out while its host is ill, and brings it back when that has passed and a proof has succeeded."""

from __future__ import annotations

import logging

from judge.config import Settings
from judge.queue.admin import set_worker_state
from judge.queue.redis_queue import Queue
from judge.queue.values import HeartbeatReply, WorkerState
from judge_workers.node.health import Health
from judge_workers.run_dir import read_unopened
from judge_workers.slot.proof import ProofRun, proof_of

log = logging.getLogger(__name__)


class Fitness:
    """Sets the state of its worker, for the leases process; DRAINING is an operator's and is left alone. Raises
    QueueError."""

    def __init__(self, settings: Settings, node: str, queue: Queue, health: Health) -> None:
        self._directory = settings.state.run
        self._node = node
        self._queue = queue
        self._health = health
        self._proof = proof_of(settings)
        self._proof_run = ProofRun()

    def look_after(self, reply: HeartbeatReply) -> None:
        """Follow a heartbeat's answer: take the worker out, say why it stays so, or bring it back."""
        if reply.state is WorkerState.ON:
            problem = self._health.problem()
            if problem:
                log.error("this worker takes itself out: %s", problem)
                set_worker_state(self._queue, self._node, WorkerState.OUT, problem)
        elif reply.state is WorkerState.OUT:
            ailment = self._health.ailment()
            if ailment:
                self._stay_out(reply, ailment)
            else:
                self._come_back(reply)

    def _stay_out(self, reply: HeartbeatReply, reason: str) -> None:
        if reason != reply.reason:
            log.error("this worker stays out: %s", reason)
            set_worker_state(self._queue, self._node, WorkerState.OUT, reason)

    def _come_back(self, reply: HeartbeatReply) -> None:
        """Nothing ails the host that can be seen: have it proved, at most once a minute, and be on again."""
        well = self._proof_run.ended()
        unopened = read_unopened(self._directory)
        if self._proof_run.running:
            return
        if well or (not unopened and not self._proof.is_due() and not self._proof.last_complaint()):
            log.warning("this worker is back")
            set_worker_state(self._queue, self._node, WorkerState.ON, "")
        elif well is False:
            self._stay_out(reply, unopened or self._proof.last_complaint() or reply.reason)
        elif self._proof.is_due():
            try:
                self._proof_run.start()
            except OSError as error:
                self._stay_out(reply, f"no process can be started: {error.strerror}")
