"""A real slot for every test that wants one: made once per session, below a state directory of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import needs
import pytest
from gate import Gate
from hypothesis import settings as hypothesis_settings

from judge.errors import HostError, SandboxError
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import Rootfs
from judge.state_dir import StateDir


def pytest_configure(config: pytest.Config) -> None:
    """Retries and skips are counted, see tests/house/gate.py."""
    config.pluginmanager.register(Gate(), "judge-gate")


@pytest.fixture(scope="session")
def sandbox_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory as the settings name it. Artifacts must lie below it, or where any uid may go."""
    path = tmp_path_factory.mktemp("sandbox-state")
    path.chmod(0o755)  # the slot's uids must be able to enter it
    return path


@pytest.fixture(scope="session")
def sandbox_rootfs(sandbox_state: Path) -> Rootfs:
    """The host's own toolchains."""
    return host_rootfs(StateDir(sandbox_state))


@pytest.fixture(scope="session")
def sandbox_slot(sandbox_state: Path) -> Iterator[Slot]:
    """One warm slot per session. Skips, saying why, where the host lacks user namespaces or cgroups."""
    opened = Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state)))
    try:
        slot = opened.__enter__()
    except (HostError, SandboxError) as error:
        pytest.skip(needs.no_sandbox(error))
    try:
        yield slot
    finally:
        opened.__exit__(None, None, None)


# A loaded machine is slow, not wrong: no test is judged by its time. The examples are the same in every run, so that
# nobody's change is blamed for what an unlucky run finds; JUDGE_TESTS_RANDOM=1 goes looking.
hypothesis_settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis_settings.register_profile("random", deadline=None, max_examples=2000)
hypothesis_settings.load_profile("random" if os.environ.get("JUDGE_TESTS_RANDOM") == "1" else "steady")
