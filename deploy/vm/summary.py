"""What the guest reported, as values and as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One thing the guest did. ``detail`` is a line for people."""

    name: str
    ok: bool
    seconds: float
    detail: str

    def line(self) -> str:
        """The step in one line."""
        return f"{'ok  ' if self.ok else 'FAIL'} {self.seconds:6.1f} s  {self.name:<28} {self.detail}".rstrip()


@dataclass(frozen=True)
class Outcome:
    """One boot. ``ending``: "done", or how it went wrong."""

    scenario: str
    steps: tuple[Step, ...]
    ending: str
    logs: tuple[Path, ...]

    @property
    def ok(self) -> bool:
        """It reached its end and no step failed."""
        return self.ending == "done" and bool(self.steps) and all(step.ok for step in self.steps)

    @property
    def noticed(self) -> bool:
        """It reached its end, could unplug the limit, and a step of tests failed for it: no other step did."""
        failed = {step.name for step in self.steps if not step.ok}
        broken = any(step.ok and step.name.startswith("install broken") for step in self.steps)
        return self.ending == "done" and broken and bool(failed) and all(name.endswith("tests") for name in failed)


def outcome_of(scenario: str, steps: Sequence[Step], ending: str, logs: tuple[Path, ...]) -> Outcome:
    """The boot as a value."""
    return Outcome(scenario, tuple(steps), ending, logs)


def show(outcomes: Sequence[Outcome], seconds: float) -> None:
    """Print the table, and where to read more when something failed."""
    print()
    for outcome in outcomes:
        print(f"{outcome.scenario}: {'ok' if outcome.ok else 'FAILED'}" + _ending_words(outcome.ending))
        for step in outcome.steps:
            print(f"  {step.line()}")
        if not outcome.ok:
            print("  see " + ", ".join(str(log) for log in outcome.logs))
    passed = sum(step.ok for outcome in outcomes for step in outcome.steps)
    count = sum(len(outcome.steps) for outcome in outcomes)
    print(f"test-vm: {passed} of {count} steps ok, {seconds:.0f} s")


def _ending_words(ending: str) -> str:
    return {"done": "", "timeout": " (ran out of time)", "lost": " (the machine ended before its tests did)"}[ending]
