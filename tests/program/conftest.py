"""A slot with a judge in which judge programs are run for real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from program_harness import Stand
from running_fakes import MemoryBlobs

from judge.grading.case_data import CaseData
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.running.runner import Runner
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains


@pytest.fixture(scope="session")
def stand(sandbox_slot: Slot, sandbox_state: Path) -> Iterator[Stand]:
    """The session's slot, the host's own toolchains."""
    scratch = sandbox_state / "program-scratch"
    scratch.mkdir()
    context = BuildContext(
        languages=Languages.open(""),
        toolchain=Toolchains(StateDir(sandbox_state)),
        store=ArtifactStore(sandbox_state / "program-artifacts"),
    )
    with closing(CaseData()) as data:
        judge = Judge(slots=(sandbox_slot,), build_context=context, data=data)
        yield Stand(
            Runner(slot=sandbox_slot, judge=judge, ceilings=DEFAULT_CEILINGS, blobs=MemoryBlobs(), scratch=scratch)
        )
