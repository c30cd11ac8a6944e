"""A slot does one thing at a time, whoever asks."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from judge.config import Settings
from judge.gradebook.judging import here
from judge.model.submission import Submission


def test_a_version_is_not_asked_for_while_a_submission_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def version(*_: object) -> str:
        done.append("version")
        return "1"

    versions = SimpleNamespace(of=version)
    judge: Any = SimpleNamespace(
        build_context=SimpleNamespace(versions=versions), slots=[SimpleNamespace(container=None)]
    )
    problem: Any = SimpleNamespace(path="/p")
    one = here.JudgeHere(judge, problem, Settings())
    language: Any = None
    asking = threading.Thread(target=lambda: one.version_of(language))

    def judged(*_: object) -> str:
        asking.start()
        asking.join(0.2)  # long enough for who does not wait
        done.append("judged")
        return "report"

    monkeypatch.setattr(here, "judged_here", judged)
    monkeypatch.setattr(here, "with_provenance", lambda report, *_: report)
    assert one.judge(Submission(id="s", package="p", sources=())) == "report"  # type: ignore[comparison-overlap]
    asking.join(30)
    assert done == ["judged", "version"]
