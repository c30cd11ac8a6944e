"""What a judge program has said of what it judges: cases, files, state, the verdict. Each of its words is checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from judge.errors import WorkError
from judge.model.program import ProgramCase, ProgramProgress
from judge.model.run import RunResult
from judge.model.verdict import VERDICTS, Verdict
from judge.model.work_report import KeptFile
from judge.package.ceilings import SCORE_MAX
from judge.program import calls
from judge.program.holdings import Holdings
from judge.program.quotas import Meter
from judge.program.refusals import Refusal
from judge.running.runner import Runner
from judge.text import safe_text
from judge.toolchain.work_files import shortened

NAME_CHARS_MAX = 200
TEXT_BYTES_MAX = 64 << 10
_REASON_BYTES_MAX = 1 << 10

#: Hears of each case, and of progress, when it happens.
Hear = Callable[[ProgramCase | ProgramProgress], None]


@dataclass(frozen=True)
class Final:
    """The verdict."""

    verdict: Verdict
    score: float | None
    reason: str
    feedback: str
    team_feedback: str


class Judgement:
    """Grows by what the judge program says. ``stateless``: see :class:`~judge.program.request.ProgramRequest`."""

    def __init__(self, runner: Runner, tenant: str, meter: Meter, hear: Hear, stateless: str = "") -> None:
        self.cases: list[ProgramCase] = []
        self.kept: list[KeptFile] = []
        self.state: bytes | None = None
        self.final: Final | None = None  # set once
        self._runner = runner
        self._tenant = tenant
        self._meter = meter
        self._hear = hear
        self._stateless = stateless

    def case(self, call: calls.Case, results: dict[int, RunResult]) -> None:
        """Raises Refusal."""
        self._meter.case()
        if not call.name or len(call.name) > NAME_CHARS_MAX:
            raise Refusal(f"name: 1 to {NAME_CHARS_MAX} characters, not {len(call.name)}")
        if call.run and call.run not in results:
            raise Refusal(f"run: there is no run {call.run}")
        verdict = _verdict(call.verdict, of_test=True)
        reason, feedback, team_feedback = self._texts(call)
        case = ProgramCase(
            name=_line(call.name),
            verdict=verdict,
            score=_score(call.score),
            reason=reason,
            feedback=feedback,
            team_feedback=team_feedback,
            visible=call.visible,
            run=results.get(call.run),
        )
        self.cases.append(case)
        self._hear(case)

    def _texts(self, call: calls.Case | calls.Finish) -> tuple[str, str, str]:
        """Safe and short: (reason, feedback, team feedback)."""
        return _line(call.reason), self._text(call.feedback), self._text(call.team_feedback)

    def _text(self, text: str) -> str:
        return safe_text(self._meter.text(text, TEXT_BYTES_MAX), TEXT_BYTES_MAX) if text else ""

    def progress(self, call: calls.Progress) -> None:
        """Raises Refusal."""
        if call.done < 0 or call.total < 0 or max(call.done, call.total) > 1 << 53:
            raise Refusal("done and total must not be negative")
        self._hear(ProgramProgress(done=call.done, total=call.total, message=_line(call.message)))

    def keep(self, call: calls.Keep, holdings: Holdings, payload: bytes) -> None:
        """Raises Refusal, BlobStoreError."""
        name = call.name
        if len(name) > NAME_CHARS_MAX or _line(name) != name or not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise Refusal(f"name: {shortened(name)} is no name of a file")
        if any(one.name == name for one in self.kept):
            raise Refusal(f"name: {shortened(name)} is kept already")
        held = holdings.of(call.content, payload)
        self._meter.keep(held.size_bytes)
        capture = held.as_capture(self._meter.quotas.kept_bytes)
        try:
            blob = self._runner.blobs.keep(self._tenant, capture)
        except WorkError as error:
            raise Refusal(f"keep: {error}") from error
        self.kept.append(KeptFile(name=name, blob=blob, size_bytes=held.size_bytes))

    def carry(self, call: calls.Carry, holdings: Holdings, payload: bytes) -> None:
        """Raises Refusal."""
        if self._stateless:
            raise Refusal(f"carry: {self._stateless}")
        held = holdings.of(call.content, payload)
        if held.size_bytes > self._meter.quotas.state_bytes:
            raise Refusal(f"state: {held.size_bytes} bytes; at most {self._meter.quotas.state_bytes}", "state_bytes")
        self.state = held.read(0, held.size_bytes)

    def finish(self, call: calls.Finish) -> None:
        """Raises Refusal."""
        verdict = _verdict(call.verdict, of_test=False)
        if verdict is Verdict.JE:
            raise Refusal("JE is no verdict that can be given: fail() says what is wrong")
        self.final = Final(verdict, _score(call.score), *self._texts(call))


def _verdict(word: str, *, of_test: bool) -> Verdict:
    try:
        verdict = Verdict(word)
    except ValueError:
        raise Refusal(f"verdict: {shortened(word)} is none of {', '.join(VERDICTS)}") from None
    if of_test and not VERDICTS[verdict].of_tests:
        raise Refusal(f"verdict: a test cannot have {verdict.value}")
    return verdict


def _score(score: float | None) -> float | None:
    if score is not None and not (math.isfinite(score) and abs(score) <= SCORE_MAX):
        raise Refusal(f"score: {score} is too large")
    return score


def _line(text: str) -> str:
    return " ".join(safe_text(text.encode("utf-8", "replace"), _REASON_BYTES_MAX).split())
