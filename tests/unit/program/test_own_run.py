"""What a judge program itself may use."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from judge.errors import WorkError
from judge.model.program import ProgramQuotas
from judge.program.own_run import own_limits
from judge.toolchain.definitions import load_language

_PYTHON = Path(__file__).resolve().parents[3] / "languages" / "python3.toml"


@pytest.mark.parametrize("name", ["own_cpu_time_ns", "own_memory_bytes", "own_processes"])
def test_a_quota_with_which_nothing_can_run_is_refused_by_name(name: str) -> None:
    quotas = msgspec.structs.replace(ProgramQuotas(), **{name: 0})
    with pytest.raises(WorkError, match=rf"quotas\.{name}: must be at least 1, not 0"):
        own_limits(quotas, load_language(_PYTHON))
