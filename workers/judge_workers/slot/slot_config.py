"""What makes one slot's loop: which slot it is, whom it reports to, how it knows that its host is well."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from judge.observe.metrics.pipe_records import Record, SlotState
from judge.observe.metrics.settlement import VerdictSender
from judge.observe.traces import Traces
from judge.queue.values import Claimant
from judge_workers.node.health import Health
from judge_workers.slot.proof import Proof


@dataclass(frozen=True)
class SlotConfig:
    """Which slot claims, and on what terms.

    ``run_directory``: where orders to it lie (:mod:`judge_workers.run_dir`). ``languages``: those that its worker
    offers. ``session_slots``: how many slots of its worker sessions may have. ``idle``: what it
    is when it judges nothing.
    """

    claimant: Claimant
    run_directory: Path
    languages: tuple[str, ...]
    lease_ms: int
    attempts_max: int
    session_slots: int = 1
    idle: SlotState = SlotState.FREE

    @property
    def slot(self) -> int:
        """Its number."""
        return int(self.claimant.slot)

    @property
    def name(self) -> str:
        """Worker and slot, for logs."""
        return f"{self.claimant.node}/{self.claimant.slot}"

    @property
    def judge_name(self) -> str:
        """Host and slot, as reports name it."""
        return f"{socket.gethostname()}/{self.claimant.slot}"


@dataclass(frozen=True)
class SlotTelemetry:
    """What a slot reports to: the metrics, the metrics of verdicts, traces; None = there are none."""

    send: Callable[[Record], object]
    verdicts: VerdictSender | None = None
    traces: Traces | None = None


@dataclass(frozen=True)
class HostCheck:
    """How a slot knows whether its host is well."""

    health: Health
    proof: Proof

    def ailment(self, language: str) -> str:
        """Why this host must not judge; empty = it is well. May judge a known good program, which blocks."""
        return self.health.ailment() or self.proof.complaint(language)
