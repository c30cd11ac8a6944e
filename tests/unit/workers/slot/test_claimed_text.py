"""Whose fault it is that no worker has a language."""

from __future__ import annotations

import pytest
from judge_workers.slot.claimed_text import blame_for_lack

from judge import wire
from judge.errors import JudgeError, LanguageError, PackageMissing
from judge.model.work import Execution, Work, WorkHeader, WorkKind
from judge.model.work_report import BlameOn
from judge.queue.values import Claim


@pytest.mark.parametrize(
    ("error", "blame"),
    [
        (LanguageError("not installed", "toy"), BlameOn.JUDGE),  # its worker offers it, whatever the client calls it
        (LanguageError("no such version", "other@1"), BlameOn.JUDGE),  # the queue found a worker with it
        (LanguageError("no such version", "toy@9"), BlameOn.CLIENT),
        (LanguageError("not installed", "zig"), BlameOn.CLIENT),
        (LanguageError("a definition is damaged"), BlameOn.JUDGE),
        (PackageMissing("no such package"), BlameOn.JUDGE),
    ],
)
def test_what_was_never_promised_is_the_clients_fault(error: JudgeError, blame: BlameOn) -> None:
    header = WorkHeader(id="w", kind=WorkKind.EXECUTION, language="other@1")
    message = wire.encode_work(Work(header=header, task=Execution()))
    claim = Claim(
        id="w",
        fence=1,
        attempt=1,
        submission=message.submission,
        sources=message.sources,
        wait_ms=0,
        priority_class="normal",
    )
    assert blame_for_lack(claim, error, ("toy", "c")) is blame
