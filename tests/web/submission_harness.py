"""What tests of the pages of submissions need: a worker that a test moves by hand."""

from __future__ import annotations

from typing import Any

import msgspec
from gateway_harness import Gateway
from playwright.sync_api import Locator, Page
from service_harness import RedisServer

from judge.model.event import CaseJudged, Compiled, Compiling, Event
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import MIB, MS_NS, S_NS
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, Fault, WorkerInfo, WorkerState

_WHO = Claimant(node="by-hand", session="s", slot="0", pid=1)
_LEASE_MS = 600_000
_SOURCES = {"language": "c", "source": "int main(void) { return 0; }\n"}


class ByHand:
    """A worker of one slot, in a namespace of its own, behind a gateway of its own."""

    def __init__(self, server: RedisServer, gateway: Gateway, namespace: str) -> None:
        self.gateway = gateway
        self.queue = Queue(msgspec.structs.replace(server.broker, namespace=namespace))
        self._said = 0
        self._claim: Claim | None = None

    def close(self) -> None:
        """Close its connection."""
        self.queue.close()

    def hand_in(self, package: str, **changed: Any) -> str:
        """A submission's id."""
        self.queue.run(calls.register("by-hand", "s", WorkerState.ON, WorkerInfo(slots=1), "", ["c"]))
        sent = self.gateway.post("/api/v1/submissions", {"package": package, **_SOURCES, **changed})
        assert sent.status == 201, sent.body
        return str(sent.json()["id"])

    def claim(self) -> Claim:
        """Take what waits."""
        answer = self.queue.run(calls.claim(_WHO, _LEASE_MS))
        assert isinstance(answer, Claim), answer
        self._claim, self._said = answer, 0
        return answer

    def say(self, *events: Event) -> None:
        """Progress."""
        assert self._claim is not None
        assert self.queue.run(calls.event(self._claim, self._said, events))
        self._said += len(events)

    def compile(self) -> None:
        """The program compiles."""
        assert self._claim is not None
        name = self._claim.id
        self.say(
            Compiling(submission=name, language="c"),
            Compiled(submission=name, ok=True, cached=False, wall_time_ns=S_NS),
        )

    def judge(self, index: int, total: int, case: CaseReport) -> None:
        """One test is judged."""
        assert self._claim is not None
        self.say(CaseJudged(submission=self._claim.id, index=index, total=total, case=case))

    def finish(self, root: GroupReport | None, verdict: Verdict, **more: Any) -> None:
        """The report."""
        assert self._claim is not None
        report = Report(
            submission=self._claim.id,
            problem="by-hand",
            language="c",
            verdict=verdict,
            root=root,
            attempt=self._claim.attempt,
            time_limit_ns=S_NS,
            memory_limit_bytes=64 * MIB,
            judged_by="by-hand/0",
            **more,
        )
        assert self.queue.run(calls.finish(self._claim, report))

    def give_back(self, reason: str) -> None:
        """The attempt ends without a report, as when its worker dies."""
        assert self._claim is not None
        assert self.queue.run(calls.give_back(self._claim, reason, Fault.UNBLAMED, attempts_max=5))


def case(name: str, verdict: Verdict | None = Verdict.AC, cpu_ms: int = 100, **more: Any) -> CaseReport:
    """A test that took so long, and some memory; None = it was not run."""
    usage = Usage(cpu_time_ns=cpu_ms * MS_NS, wall_time_ns=cpu_ms * MS_NS, memory_peak_bytes=3 * MIB)
    run = None if verdict is None else RunResult(outcome=Outcome.EXITED, exit_code=0, usage=usage)
    return CaseReport(name=name, verdict=verdict, run=run, **more)


def rows_of(page: Page) -> Locator:
    """The rows of tests, without those of groups."""
    return page.locator(".tests tbody tr:not(.group):not(.opened)")
