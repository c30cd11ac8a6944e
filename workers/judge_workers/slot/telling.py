"""What metrics and traces are told of a report: before it is recorded, and when it was."""

from __future__ import annotations

import time

from judge.model.report import Report
from judge.model.work_report import AnyWorkReport
from judge.observe.metrics.judged_record import record_of
from judge.observe.metrics.pipe_records import Count, Counted
from judge.observe.timeline import Timeline
from judge.queue.values import Claim
from judge_workers.run_dir import leave_noise
from judge_workers.slot.slot_config import SlotConfig, SlotTelemetry


def tell_before(telemetry: SlotTelemetry, claim: Claim, report: Report | AnyWorkReport, timeline: Timeline) -> None:
    """It is about to be recorded: a process that dies meanwhile has left what is to be counted."""
    if telemetry.verdicts is not None:
        record = record_of(
            report,
            priority_class=claim.priority_class,
            wait_ns=claim.wait_ms * 1_000_000,
            judging_ns=time.monotonic_ns() - timeline.started_ns,
            phases_ns=timeline.phases_ns,
        )
        telemetry.verdicts.prepare(claim.id, claim.fence, record)


def take_back(telemetry: SlotTelemetry) -> None:
    """It was not recorded: the work is judged again, or another report of it is told of next."""
    if telemetry.verdicts is not None:
        telemetry.verdicts.settle(won=False)


def tell_after(
    telemetry: SlotTelemetry,
    config: SlotConfig,
    claim: Claim,
    report: Report | AnyWorkReport,
    timeline: Timeline,
    *,
    won: bool,
) -> None:
    """It was recorded, or (not ``won``) the report of another claim counts."""
    if telemetry.verdicts is not None:
        telemetry.verdicts.settle(won)
    if telemetry.traces is not None:
        telemetry.traces.send(timeline, report, claim.wait_ms * 1_000_000)
    if not won:
        telemetry.send(Counted(Count.VERDICT_FENCED))
    if isinstance(report, Report) and report.noise_ratio is not None:
        leave_noise(config.run_directory, config.slot, report.noise_ratio)
