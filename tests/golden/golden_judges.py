"""Verifying packages in tests: the same call for all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from judge.grading.pipeline import Judge
from judge.model.verification import VerifyResult
from judge.verify.engine import verify_packages
from judge.verify.package_run import Choices


def verify(specs: Sequence[str], judges: Sequence[Judge], scratch: Path, **choices: Any) -> VerifyResult:
    """Verify packages with fresh measured time limits; nothing may be left in the scratch directory."""
    work = scratch / "work"
    work.mkdir(exist_ok=True)
    result = verify_packages(specs, judges, scratch=work, kept=scratch / "limits", choices=Choices(**choices))
    assert list(work.iterdir()) == []
    return result
