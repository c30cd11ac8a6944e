"""Whether a slot's process must look at languages and toolchains again: at each piece of work, by a few stat calls."""

from __future__ import annotations

from judge.errors import HostError
from judge.state_dir import StateDir
from judge_workers.file_signature import signature
from judge_workers.node.languages import DPKG_STATUS
from judge_workers.profile import load_profile, profile_path


class Changes:
    """What came after the last look: packages of the host, layers (what was prepared lies in one), or what the worker
    found when it looked at the languages."""

    def __init__(self, state: StateDir) -> None:
        self._state = state
        self._watched = (DPKG_STATUS, str(state.layers))
        self._profile = (str(profile_path(state)),)
        self._toolchains = self._found()
        self._seen = self._look()

    def seen(self) -> bool:
        """Whether there is something new since this was asked last. A language that passed its test is nothing new."""
        before, self._seen = self._seen, self._look()
        if self._seen == before:
            return False
        toolchains, self._toolchains = self._toolchains, self._found()
        return self._seen[0] != before[0] or toolchains != self._toolchains or not toolchains

    def _look(self) -> tuple[object, object]:
        return signature(self._watched), signature(self._profile)

    def _found(self) -> str:
        try:
            return load_profile(self._state).toolchains
        except HostError:
            return ""
